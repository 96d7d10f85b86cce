//! The registry as an object of JavaScript.

use serde_json::Value as Json;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::alc::{json_text, read_tree};
use crate::domain::{Fed, QueryId, SessionError, SessionEvent, SessionId};
use crate::registry::{Cancellation, Registry};

use super::request::{reply_of, request_text};
use super::settings::{AnswerForm, RegistryForm, SnapshotForm, StartForm, invalid, read, refuse};
use super::surroundings::Surroundings;

/// All sessions, for the TypeScript class around it. Times are milliseconds since
/// the epoch; what is thrown is `{code, message, sessionId?}`.
#[wasm_bindgen]
pub struct Core {
    registry: Registry,
    surroundings: Surroundings,
}

#[wasm_bindgen]
impl Core {
    /// A registry without sessions.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, surroundings: Surroundings) -> Result<Core, JsValue> {
        let form: RegistryForm = read(options, "options")?;
        let options = form.into_options().map_err(|error| refuse(&error))?;
        let registry = Registry::new(options)
            .map_err(|error| refuse(&invalid("options", &error.to_string())))?;
        Ok(Core {
            registry,
            surroundings,
        })
    }

    /// Registers a session, which runs with `advance`; returns its id. `ctx` is a
    /// JSON text.
    pub fn start(
        &self,
        options: JsValue,
        ctx: &str,
        random: u64,
        seed: u64,
        now: f64,
    ) -> Result<String, JsValue> {
        let form: StartForm = read(options, "options")?;
        let ctx: Json = read_tree(ctx.as_bytes())
            .map_err(|error| refuse(&invalid("ctx", &error.to_string())))?;
        let (program, options) = form.into_parts(seed);
        let id = self
            .registry
            .start(program, ctx, options, random, now as u64);
        Ok(id.map_err(|error| refuse(&error))?.to_string())
    }

    /// Runs a session for one slice; the event as JSON, or nothing if it needs
    /// more: first what `request` says, or else a turn of the event loop.
    pub fn advance(&self, id: &str, now: f64) -> Result<Option<String>, JsValue> {
        point();
        let mut clock = || self.surroundings.clock_ms();
        let event = self.registry.run_slice(&id.into(), now as u64, &mut clock);
        Ok(event.map_err(|error| refuse(&error))?.map(event_text))
    }

    /// What a running session asks of JavaScript before it can go on, as JSON;
    /// nothing if it can.
    pub fn request(&self, id: &str) -> Option<String> {
        request_text(&self.registry.request(&id.into())?)
    }

    /// Brings the answer to what `request` told, as JSON; dropped if the session
    /// does not wait for it any more.
    pub fn reply(&self, id: &str, answer: &str) {
        let id = SessionId::from(id);
        let request = self.registry.request(&id);
        if let Some(reply) = request.and_then(|request| reply_of(&request, answer)) {
            self.registry.reply(&id, reply);
        }
    }

    /// Takes answers: a list of `{query_id?, response, usage?}`. The event as JSON,
    /// or nothing if the session is to be run now.
    pub fn feed(
        &self,
        id: &str,
        answers: JsValue,
        pause: Option<f64>,
        now: f64,
    ) -> Result<Option<String>, JsValue> {
        point();
        let forms: Vec<AnswerForm> = read(answers, "answers")?;
        let fed = self.answer(&id.into(), forms, whole(pause), now as u64);
        match fed.map_err(|error| refuse(&error))? {
            Fed::Waiting(event) => Ok(Some(event_text(event))),
            Fed::Ready => Ok(None),
        }
    }

    /// Gives up on a query, the only open one unless it is named; the session is
    /// to be run now.
    pub fn fail(
        &self,
        id: &str,
        query_id: Option<String>,
        message: &str,
        pause: Option<f64>,
        now: f64,
    ) -> Result<(), JsValue> {
        let id = SessionId::from(id);
        let pause = whole(pause);
        self.query(&id, query_id, pause)
            .and_then(|query| self.registry.fail(&id, &query, message, pause, now as u64))
            .map_err(|error| refuse(&error))
    }

    /// The id of the only open query.
    #[wasm_bindgen(js_name = solePendingId)]
    pub fn sole_pending_id(&self, id: &str) -> Result<String, JsValue> {
        let found = self.registry.sole_pending_id(&id.into(), None);
        Ok(found.map_err(|error| refuse(&error))?.to_string())
    }

    /// The event that a paused session waits on, as JSON.
    pub fn pending(&self, id: &str) -> Result<String, JsValue> {
        point();
        let event = self.registry.pending(&id.into());
        event.map(event_text).map_err(|error| refuse(&error))
    }

    /// A snapshot of one session, or of all by id, as JSON.
    pub fn snapshot(
        &self,
        id: Option<String>,
        options: JsValue,
        now: f64,
    ) -> Result<String, JsValue> {
        point();
        let form: SnapshotForm = read(options, "options")?;
        let snapshot = form.into_options().and_then(|options| match id {
            Some(id) => self.registry.snapshot(&id.into(), options, now as u64),
            None => self.registry.snapshots(options, now as u64),
        });
        Ok(json_text(&snapshot.map_err(|error| refuse(&error))?))
    }

    /// Ends a session; its last event as JSON.
    pub fn cancel(&self, id: &str, reason: Option<String>, now: f64) -> Result<String, JsValue> {
        let id = SessionId::from(id);
        match self.registry.cancel(&id, reason, now as u64) {
            Ok(Cancellation::Done(event)) => Ok(event_text(event)),
            // Only what is called during a slice could get here, and nothing of
            // the caller's is. The session ends in any case.
            Ok(Cancellation::Requested) => Err(refuse(&SessionError::Busy(id))),
            Err(error) => Err(refuse(&error)),
        }
    }

    /// Reaps idle sessions; their ids as a JSON list.
    pub fn gc(&self, now: f64) -> Result<String, JsValue> {
        let ids = self.registry.gc(now as u64);
        let ids = ids.map_err(|error| refuse(&error))?;
        let ids = Json::from_iter(ids.iter().map(SessionId::as_str));
        Ok(json_text(&ids))
    }

    /// When `gc` will find something.
    #[wasm_bindgen(js_name = nextDeadline)]
    pub fn next_deadline(&self) -> Option<f64> {
        self.registry.next_deadline().map(|at| at as f64)
    }

    /// What the observer has not been told, as a JSON list; nothing if that is
    /// nothing.
    #[wasm_bindgen(js_name = takeEvents)]
    pub fn take_events(&self) -> Option<String> {
        let events = self.registry.take_events();
        if events.is_empty() {
            return None;
        }
        let list: Json = events.into_iter().map(|event| event.into_json()).collect();
        Some(json_text(&list))
    }

    /// Ends all sessions without a word; every later call is refused.
    pub fn dispose(&self) {
        self.registry.dispose();
    }
}

impl Core {
    /// The sessions and packages.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    fn answer(
        &self,
        id: &SessionId,
        forms: Vec<AnswerForm>,
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<Fed, SessionError> {
        let mut answers = Vec::with_capacity(forms.len());
        for mut form in forms {
            let query = self.query(id, form.query_id.take(), pause)?;
            answers.push(form.for_query(query));
        }
        self.registry.feed(id, &answers, pause, now_ms)
    }

    /// The query named, or else the only open one.
    fn query(
        &self,
        id: &SessionId,
        query_id: Option<String>,
        pause: Option<u64>,
    ) -> Result<QueryId, SessionError> {
        match query_id {
            Some(query_id) => Ok(query_id.into()),
            None => self.registry.sole_pending_id(id, pause),
        }
    }
}

/// Where the instance breaks down in the test of that.
#[inline]
fn point() {
    #[cfg(feature = "trap")]
    super::trap::point();
}

fn event_text(event: SessionEvent) -> String {
    json_text(&event.into_json())
}

fn whole(number: Option<f64>) -> Option<u64> {
    number.map(|number| number as u64)
}
