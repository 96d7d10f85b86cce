//! Runs a program to its end, in one registry or in a fresh one after every step.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use algocline_wasm::domain::{SessionEvent, SessionId, SnapshotOptions};
use algocline_wasm::registry::{RegistryOptions, RestoreAs, StartOptions};
use algocline_wasm::session::{LimitsGiven, SourceForm};
use serde_json::{Value as Json, json};

use crate::common::{Host, START, Theirs};
use crate::programs::Program;

/// More pauses than any program makes here.
const MAX_STEPS: usize = 500;

/// What is done between two answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between {
    /// Nothing.
    Nothing,
    /// The session is saved, restored in a fresh registry, and goes on there.
    Restore,
    /// The same, with packages referred to by their hashes.
    RestoreByHash,
    /// The session is forked and the copy goes on.
    Fork,
}

/// A registry for one program; the store and the packages are those of `options`.
pub fn options(program: &Program) -> RegistryOptions {
    let packages = Packages::default();
    for (name, source) in &program.packages {
        packages.insert(name, source).unwrap();
    }
    RegistryOptions {
        packages: Rc::new(packages),
        observed: true,
        ..RegistryOptions::default()
    }
}

/// Starts a program.
pub fn start(host: &Host, program: &Program) -> (SessionId, Json) {
    let options = StartOptions {
        env: [("HOME".to_owned(), "here".to_owned())]
            .into_iter()
            .collect(),
        seed: (3, 4),
        strategy: Some(program.name.clone()),
        ..StartOptions::default()
    };
    let id = host.open_with(&program.code, program.ctx.clone(), options);
    let event = host.run(&id);
    (id, event)
}

/// Everything that hosts can see of a program's run, step by step: events, and
/// snapshots with fuel and memory.
pub fn trace(program: &Program, between: Between) -> Vec<Json> {
    let options = options(program);
    let mut host = Host::new(options.clone());
    let (mut id, mut event) = start(&host, program);
    let mut seen = Vec::new();
    for step in 0..MAX_STEPS {
        seen.push(without_id(event.clone()));
        let status = event["status"].as_str().unwrap();
        if status != "needs_response" && status != "accepted" {
            return seen;
        }
        seen.push(snapshot(&host, &id));
        match between {
            Between::Nothing => {}
            Between::Restore => host = moved(&host, &id, &options, SourceForm::Embedded),
            Between::RestoreByHash => host = moved(&host, &id, &options, SourceForm::ByHash),
            Between::Fork => id = forked(&host, &id),
        }
        let pending = host.registry.pending(&id).unwrap().theirs();
        // Not always the first of several, so that answers come in any order.
        let queries = pending["queries"].as_array().unwrap();
        let query = &queries[step % queries.len()];
        let query_id = query["id"].as_str().unwrap().to_owned();
        host.wait(7);
        event = match program.answer(pending["pause"].as_u64().unwrap(), query) {
            Ok(answer) => host.feed(&id, &[(&query_id, &answer)], None).unwrap(),
            Err(message) => host.fail(&id, &query_id, &message),
        };
    }
    panic!("{} asks for ever", program.name);
}

/// Restores the session in a registry of its own, and sees that it is the same there.
fn moved(host: &Host, id: &SessionId, options: &RegistryOptions, form: SourceForm) -> Host {
    let saved = host.registry.save(id, form, host.now()).unwrap();
    let again = host.registry.save(id, form, host.now()).unwrap();
    assert_eq!(saved, again, "saving changes nothing");
    let fresh = Host::new(options.clone());
    fresh.wait(host.now() - START);
    let event = restore(&fresh, &saved, RestoreAs::Same);
    let pending = host.registry.pending(id).unwrap();
    assert_eq!(event.theirs().to_string(), pending.theirs().to_string());
    let again = fresh.registry.save(id, form, fresh.now()).unwrap();
    assert_eq!(
        saved, again,
        "a restored session is saved as the same bytes"
    );
    fresh
}

fn forked(host: &Host, id: &SessionId) -> SessionId {
    let event = host.registry.fork(id, 99, host.now()).unwrap();
    host.registry.cancel(id, None, host.now()).unwrap();
    event.session_id().clone()
}

/// Restores a session; the event that it waits on.
pub fn restore(host: &Host, saved: &[u8], name: RestoreAs) -> SessionEvent {
    let limits = LimitsGiven::default();
    let event = host.registry.restore(saved, name, limits, host.now());
    event.unwrap()
}

fn snapshot(host: &Host, id: &SessionId) -> Json {
    let options = SnapshotOptions {
        history: true,
        ..SnapshotOptions::default()
    };
    let snapshot = host.registry.snapshot(id, options, host.now()).unwrap();
    let mut snapshot = without_id(snapshot.theirs());
    snapshot.as_object_mut().unwrap().remove("forked_from");
    snapshot
}

/// Forks have names of their own.
fn without_id(mut json: Json) -> Json {
    json["session_id"] = json!("the session");
    json
}
