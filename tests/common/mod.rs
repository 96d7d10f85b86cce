//! A host for tests: starts programs, answers them, and keeps a clock by hand.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

use algocline_wasm::domain::{
    Answer, Fed, QueryId, SessionError, SessionEvent, SessionId, SnapshotOptions,
};
use algocline_wasm::registry::{Cancellation, Registry, RegistryOptions, StartOptions};
use algocline_wasm::session::{Limits, LimitsGiven, Program};
use serde_json::{Value as Json, json};
use std::cell::Cell;

#[path = "../support/trees.rs"]
mod trees;

pub use trees::{Theirs, ours};

/// Fuel of one step, unless a test says otherwise.
pub const STEP: u64 = 100_000;
/// When the tests begin, in milliseconds since the epoch.
pub const START: u64 = 1_700_000_000_000;

pub struct Host {
    pub registry: Registry,
    now: Cell<u64>,
    random: Cell<u64>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new(RegistryOptions::default())
    }
}

impl Host {
    pub fn new(options: RegistryOptions) -> Self {
        Self {
            registry: Registry::new(options).unwrap(),
            now: Cell::new(START),
            random: Cell::new(1),
        }
    }

    /// A host whose registry tells what happens.
    pub fn observed() -> Self {
        Self::new(RegistryOptions {
            observed: true,
            ..RegistryOptions::default()
        })
    }

    /// A host whose sessions have these limits.
    pub fn limited(limits: LimitsGiven) -> Self {
        Self::new(RegistryOptions {
            limits: limits.or(Limits::default()),
            ..RegistryOptions::default()
        })
    }

    pub fn now(&self) -> u64 {
        self.now.get()
    }

    /// Lets the clock go on.
    pub fn wait(&self, ms: u64) {
        self.now.set(self.now.get() + ms);
    }

    /// Registers a session without running it.
    pub fn open(&self, code: &str) -> SessionId {
        self.open_with(code, Json::Null, StartOptions::default())
    }

    pub fn open_with(&self, code: &str, ctx: Json, options: StartOptions) -> SessionId {
        self.random.set(self.random.get() + 1);
        let program = Program::Chunk(code.into());
        self.registry
            .start(program, ours(&ctx), options, self.random.get(), self.now())
            .unwrap()
    }

    /// Runs a session to its next event.
    pub fn run(&self, id: &SessionId) -> Json {
        self.run_in_steps(id, STEP).0.theirs()
    }

    /// Runs a session to its next event; the event and the fuel used.
    pub fn run_in_steps(&self, id: &SessionId, fuel: u64) -> (SessionEvent, u64) {
        let mut used = 0;
        loop {
            let step = self.registry.step(id, fuel, self.now()).unwrap();
            used += step.fuel;
            if let Some(event) = step.event {
                return (event, used);
            }
        }
    }

    /// Starts a program and runs it to its first event.
    pub fn start(&self, code: &str) -> (SessionId, Json) {
        let id = self.open(code);
        let event = self.run(&id);
        (id, event)
    }

    /// The first event of a program.
    pub fn event(&self, code: &str) -> Json {
        self.start(code).1
    }

    /// What a program without queries returns.
    pub fn result(&self, code: &str) -> Json {
        let event = self.event(code);
        assert_eq!(event["status"], "completed", "{event}");
        event["result"].clone()
    }

    /// The text of the error with which a program ends.
    pub fn error(&self, code: &str) -> String {
        let event = self.event(code);
        assert_eq!(event["status"], "error", "{event}");
        event["error"].as_str().unwrap().to_owned()
    }

    /// Feeds answers, and runs the session if that completes the pause.
    pub fn feed(
        &self,
        id: &SessionId,
        answers: &[(&str, &str)],
        pause: Option<u64>,
    ) -> Result<Json, SessionError> {
        let answers: Vec<Answer> = answers
            .iter()
            .map(|&(query_id, response)| answer(query_id, response))
            .collect();
        match self.registry.feed(id, &answers, pause, self.now())? {
            Fed::Waiting(event) => Ok(event.theirs()),
            Fed::Ready => Ok(self.run(id)),
        }
    }

    /// Answers the only open query.
    pub fn reply(&self, id: &SessionId, response: &str) -> Json {
        let query = self.registry.sole_pending_id(id, None).unwrap();
        self.feed(id, &[(query.as_str(), response)], None).unwrap()
    }

    /// Gives up on a query and runs the session.
    pub fn fail(&self, id: &SessionId, query: &str, message: &str) -> Json {
        let query = QueryId::from(query);
        self.registry
            .fail(id, &query, message, None, self.now())
            .unwrap();
        self.run(id)
    }

    pub fn cancel(&self, id: &SessionId, reason: &str) -> Result<Json, SessionError> {
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        match self.registry.cancel(id, reason, self.now())? {
            Cancellation::Done(event) => Ok(event.theirs()),
            Cancellation::Requested => Ok(json!("requested")),
        }
    }

    pub fn snapshot(&self, id: &SessionId) -> Json {
        self.registry
            .snapshot(id, SnapshotOptions::default(), self.now())
            .unwrap()
            .theirs()
    }

    /// The kinds of what has happened since the last call.
    pub fn kinds(&self) -> Vec<String> {
        let events = self.registry.take_events();
        events
            .iter()
            .map(|event| event.theirs()["kind"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub fn answer(query_id: &str, response: &str) -> Answer {
    Answer {
        query_id: query_id.into(),
        response: response.into(),
        usage: None,
    }
}

/// Limits of fuel alone.
pub fn fuel(fuel: u64) -> LimitsGiven {
    LimitsGiven {
        fuel: Some(fuel),
        ..LimitsGiven::default()
    }
}

/// Limits of memory alone.
pub fn memory(bytes: u64) -> LimitsGiven {
    LimitsGiven {
        memory_bytes: Some(bytes),
        ..LimitsGiven::default()
    }
}
