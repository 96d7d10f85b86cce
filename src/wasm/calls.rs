//! The calls that JavaScript makes, by name. `js/core.ts` has their types.

use std::cell::Cell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::alc::{Request, read_tree};
use crate::domain::{
    Fed, Json, JsonObject, QueryId, SessionError, SessionEvent, SessionId, SnapshotOptions,
};
use crate::registry::{Cancellation, Registry, RestoreAs};
use crate::session::SourceForm;

use super::args::Args;
use super::request::{reply_of, request_json};
use super::settings::{answer, limits, program, snapshot_options, start_options};

#[wasm_bindgen]
extern "C" {
    /// The time, in milliseconds since any moment, as exactly as there is. It is all that
    /// the core calls of JavaScript; everything else that a program needs it gets between
    /// two slices.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// One call, with the arguments that many have. Of those that a call has not, the numbers
/// are 0 and the id names no session.
pub struct Call<'a> {
    registry: &'a Registry,
    args: Args<'a>,
    image: &'a [u8],
    saved: &'a Cell<Vec<u8>>,
    id: SessionId,
    /// The time in milliseconds since the epoch.
    now: u64,
    random: u64,
    pause: Option<u64>,
}

impl<'a> Call<'a> {
    /// A call; `saved` is where a saved session goes.
    pub fn new(
        registry: &'a Registry,
        args: Args<'a>,
        image: &'a [u8],
        saved: &'a Cell<Vec<u8>>,
    ) -> Self {
        Self {
            registry,
            args,
            image,
            saved,
            id: args.optional_text("id").unwrap_or_default().into(),
            now: args.optional_whole("now").unwrap_or(0),
            random: args.bits("random"),
            pause: args.optional_whole("pause"),
        }
    }

    /// What the call gives, as JSON; null where that is nothing.
    pub fn answer(&self, name: &str) -> Result<Json, SessionError> {
        let Self {
            registry,
            args,
            id,
            now,
            random,
            ..
        } = self;
        let (now, random) = (*now, *random);
        self.args.check()?;
        match name {
            "start" => return self.start(),
            "advance" => return self.advance(),
            "request" => {
                let shown = registry.request(id, request_json);
                return Ok(shown.unwrap_or_default());
            }
            "reply" => self.reply()?,
            "feed" => return self.feed(),
            "fail" => self.fail()?,
            "solePendingId" => return Ok(self.query(None)?.as_str().into()),
            "pending" => return event(point(registry).pending(id)),
            "snapshot" => return self.snapshot(),
            "cancel" => return self.cancel(),
            "gc" => {
                let mut gone = Vec::new();
                for id in registry.gc(now)? {
                    gone.push(id.as_str().into());
                }
                return Ok(Json::Array(gone));
            }
            "nextDeadline" => return Ok(registry.next_deadline().into()),
            "takeEvents" => return Ok(registry.take_events().into()),
            "save" => self.save()?,
            "restore" => return self.restore(),
            "inspect" => return self.inspect(),
            "fork" => return event(registry.fork(id, random, now)),
            "rewind" => {
                let pause = self.pause.unwrap_or(0);
                return event(registry.rewind(id, pause, random, now));
            }
            "keptPauses" => {
                let mut kept = Vec::new();
                for pause in registry.kept_pauses(id)? {
                    kept.push(pause.into());
                }
                return Ok(Json::Array(kept));
            }
            "addModule" => registry.add_module(self.text("name")?, self.text("source")?)?,
            "addPackage" => {
                let files = args.pairs("files");
                registry.add_package(self.text("name")?, &files)?;
            }
            "removePackage" => return Ok(registry.remove_package(self.text("name")?)?.into()),
            "packages" => {
                let mut list = Vec::new();
                for package in registry.packages(now)?.iter() {
                    list.push(package.to_json());
                }
                return Ok(Json::Array(list));
            }
            "check" => return self.check(),
            _ => {
                return Err(SessionError::invalid_argument(
                    "name",
                    "there is no such call",
                ));
            }
        }
        Ok(Json::Null)
    }

    /// An argument that is a text, after which all read so far are known to be right.
    fn text(&self, name: &'static str) -> Result<&'a str, SessionError> {
        let text = self.args.text(name);
        self.args.check()?;
        Ok(text)
    }

    /// Registers a session, which runs with `advance`; gives its id. `ctx` is a JSON text.
    fn start(&self) -> Result<Json, SessionError> {
        let ctx = read_tree(self.text("ctx")?.as_bytes())
            .map_err(|error| SessionError::invalid_argument("ctx", &error.to_string()))?;
        let (program, options) = (program(self.args), start_options(self.args));
        self.args.check()?;
        let id = self
            .registry
            .start(program, ctx, options, self.random, self.now)?;
        Ok(id.as_str().into())
    }

    /// Runs a session for one slice. Gives nothing if it needs more: first what `request`
    /// says, or else a turn of the event loop.
    fn advance(&self) -> Result<Json, SessionError> {
        let mut clock = || {
            point(());
            now()
        };
        let slice = point(self.registry).run_slice(&self.id, self.now, &mut clock)?;
        Ok(slice.map_or(Json::Null, SessionEvent::into_json))
    }

    /// Brings the answer to what `request` told; dropped if the session does not wait for
    /// it any more.
    fn reply(&self) -> Result<(), SessionError> {
        let answer = self.text("answer")?;
        let read = |request: &Request| reply_of(request, answer);
        if let Some(Some(reply)) = self.registry.request(&self.id, read) {
            self.registry.reply(&self.id, reply);
        }
        Ok(())
    }

    /// Takes answers. Gives nothing if the session is to be run now.
    fn feed(&self) -> Result<Json, SessionError> {
        let mut answers = Vec::new();
        for given in self.args.list("answers") {
            let given = self.args.of(given);
            let query = self.query(given.optional_text("query_id"))?;
            answers.push(answer(given, query));
        }
        self.args.check()?;
        let registry = point(self.registry);
        match registry.feed(&self.id, &answers, self.pause, self.now)? {
            Fed::Waiting(event) => Ok(event.into_json()),
            Fed::Ready => Ok(Json::Null),
        }
    }

    /// Gives up on a query; the session is to be run now.
    fn fail(&self) -> Result<(), SessionError> {
        let named = self.args.optional_text("queryId");
        let message = self.text("message")?;
        let query = self.query(named)?;
        self.registry
            .fail(&self.id, &query, message, self.pause, self.now)
    }

    /// The query named, or else the only open one.
    fn query(&self, named: Option<&str>) -> Result<QueryId, SessionError> {
        match named {
            Some(query) => Ok(query.into()),
            None => self.registry.sole_pending_id(&self.id, self.pause),
        }
    }

    /// A snapshot of one session, or of all by id.
    fn snapshot(&self) -> Result<Json, SessionError> {
        let options = snapshot_options(self.args)?;
        let registry = point(self.registry);
        match self.args.get("id") {
            Some(_) => registry.snapshot(&self.id, options, self.now),
            None => registry.snapshots(options, self.now),
        }
    }

    fn cancel(&self) -> Result<Json, SessionError> {
        let reason = self.args.optional_text("reason").map(str::to_owned);
        self.args.check()?;
        match self.registry.cancel(&self.id, reason, self.now)? {
            Cancellation::Done(event) => Ok(event.into_json()),
            // Only what is called during a slice could get here, and nothing of
            // the caller's is. The session ends in any case.
            Cancellation::Requested => Err(SessionError::busy(&self.id)),
        }
    }

    /// Saves a paused session; `embed` tells whether with all its sources.
    fn save(&self) -> Result<(), SessionError> {
        let form = match self.args.flag("embed") {
            true => SourceForm::Embedded,
            false => SourceForm::ByHash,
        };
        self.saved
            .set(self.registry.save(&self.id, form, self.now)?);
        Ok(())
    }

    /// Brings a saved session back, as itself or as a copy.
    fn restore(&self) -> Result<Json, SessionError> {
        let name = match self.args.flag("copy") {
            true => RestoreAs::Copy(self.random),
            false => RestoreAs::Same,
        };
        let limits = limits(self.args);
        self.args.check()?;
        event(self.registry.restore(self.image, name, limits, self.now))
    }

    /// What a saved session says of itself: a snapshot with the version of the format.
    fn inspect(&self) -> Result<Json, SessionError> {
        let info = self.registry.inspect(self.image, self.now)?;
        let mut shown = info.record.snapshot(SnapshotOptions::default(), self.now);
        shown.set("format", u32::from(info.version));
        Ok(shown.into())
    }

    /// The mistakes in a program.
    fn check(&self) -> Result<Json, SessionError> {
        let mut told = Vec::new();
        if let Some(mistake) = crate::session::check(self.text("source")?) {
            let mut json = JsonObject::new();
            json.set("line", mistake.line);
            json.set("column", mistake.column);
            json.set("message", mistake.message);
            told.push(json.into());
        }
        Ok(Json::Array(told))
    }
}

fn event(event: Result<SessionEvent, SessionError>) -> Result<Json, SessionError> {
    event.map(SessionEvent::into_json)
}

/// Where the instance breaks down in the test of that.
#[inline]
fn point<T>(passed: T) -> T {
    #[cfg(feature = "trap")]
    super::trap::point();
    passed
}
