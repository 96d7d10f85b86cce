//! The calls that JavaScript makes, by name. `js/core.ts` has their types.

use std::cell::Cell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::alc::{PackageInfo, read_tree};
use crate::domain::{
    Fed, Json, JsonObject, QueryId, RegistryEvent, SessionError, SessionEvent, SessionId,
    SnapshotOptions,
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
    ) -> Result<Self, SessionError> {
        Ok(Self {
            registry,
            args,
            image,
            saved,
            id: args.optional_text("id")?.unwrap_or_default().into(),
            now: args.optional_whole("now")?.unwrap_or(0),
            random: args.optional_bits("random")?.unwrap_or(0),
            pause: args.optional_whole("pause")?,
        })
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
        match name {
            "start" => self.start(),
            "advance" => self.advance(),
            "request" => Ok(registry.request(id).map_or(Json::Null, request_json)),
            "reply" => self.reply(),
            "feed" => self.feed(),
            "fail" => self.fail(),
            "solePendingId" => self.query(None).map(|query| query.as_str().into()),
            "pending" => event(point(registry).pending(id)),
            "snapshot" => self.snapshot(),
            "cancel" => self.cancel(),
            "gc" => Ok(registry
                .gc(now)?
                .iter()
                .map(|id| id.as_str().into())
                .collect()),
            "nextDeadline" => Ok(registry.next_deadline().into()),
            "takeEvents" => Ok(registry
                .take_events()
                .into_iter()
                .map(RegistryEvent::into_json)
                .collect()),
            "save" => self.save(),
            "restore" => self.restore(),
            "inspect" => self.inspect(),
            "fork" => event(registry.fork(id, random, now)),
            "rewind" => event(registry.rewind(id, self.pause.unwrap_or(0), random, now)),
            "keptPauses" => Ok(registry
                .kept_pauses(id)?
                .into_iter()
                .map(Json::from)
                .collect()),
            "addModule" => {
                registry.add_module(args.text("name")?, args.text("source")?)?;
                Ok(Json::Null)
            }
            "addPackage" => {
                registry.add_package(args.text("name")?, &args.pairs("files")?)?;
                Ok(Json::Null)
            }
            "removePackage" => registry.remove_package(args.text("name")?).map(Json::from),
            "packages" => {
                let list = registry.packages(now)?;
                Ok(list.iter().map(PackageInfo::to_json).collect())
            }
            "check" => self.check(),
            _ => Err(SessionError::invalid_argument(
                "name",
                "there is no such call",
            )),
        }
    }

    /// Registers a session, which runs with `advance`; gives its id. `ctx` is a JSON text.
    fn start(&self) -> Result<Json, SessionError> {
        let args = self.args;
        let ctx = read_tree(args.text("ctx")?.as_bytes())
            .map_err(|error| SessionError::invalid_argument("ctx", &error.to_string()))?;
        let (program, options) = (program(args)?, start_options(args)?);
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
    fn reply(&self) -> Result<Json, SessionError> {
        let answer = self.args.text("answer")?;
        let request = self.registry.request(&self.id);
        if let Some(reply) = request.and_then(|request| reply_of(&request, answer)) {
            self.registry.reply(&self.id, reply);
        }
        Ok(Json::Null)
    }

    /// Takes answers. Gives nothing if the session is to be run now.
    fn feed(&self) -> Result<Json, SessionError> {
        let mut answers = Vec::new();
        for given in self.args.list("answers")? {
            let given = Args::new(given);
            let query = self.query(given.optional_text("query_id")?)?;
            answers.push(answer(given, query)?);
        }
        let registry = point(self.registry);
        match registry.feed(&self.id, &answers, self.pause, self.now)? {
            Fed::Waiting(event) => Ok(event.into_json()),
            Fed::Ready => Ok(Json::Null),
        }
    }

    /// Gives up on a query; the session is to be run now.
    fn fail(&self) -> Result<Json, SessionError> {
        let query = self.query(self.args.optional_text("queryId")?)?;
        let message = self.args.text("message")?;
        self.registry
            .fail(&self.id, &query, message, self.pause, self.now)?;
        Ok(Json::Null)
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
        let reason = self.args.optional_text("reason")?.map(str::to_owned);
        match self.registry.cancel(&self.id, reason, self.now)? {
            Cancellation::Done(event) => Ok(event.into_json()),
            // Only what is called during a slice could get here, and nothing of
            // the caller's is. The session ends in any case.
            Cancellation::Requested => Err(SessionError::busy(&self.id)),
        }
    }

    /// Saves a paused session; `embed` tells whether with all its sources.
    fn save(&self) -> Result<Json, SessionError> {
        let form = match self.args.flag("embed") {
            true => SourceForm::Embedded,
            false => SourceForm::ByHash,
        };
        self.saved
            .set(self.registry.save(&self.id, form, self.now)?);
        Ok(Json::Null)
    }

    /// Brings a saved session back, as itself or as a copy.
    fn restore(&self) -> Result<Json, SessionError> {
        let name = match self.args.flag("copy") {
            true => RestoreAs::Copy(self.random),
            false => RestoreAs::Same,
        };
        let limits = limits(self.args)?;
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
        let found = crate::session::check(self.args.text("source")?);
        let told = found.map(|mistake| {
            let mut json = JsonObject::new();
            json.set("line", mistake.line);
            json.set("column", mistake.column);
            json.set("message", mistake.message);
            json.into()
        });
        Ok(told.into_iter().collect())
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
