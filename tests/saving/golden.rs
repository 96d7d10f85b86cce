//! Sessions that were saved once and for all: every release restores them.
//!
//! `tests/data/golden/v<version>/<name>.alc` is a saved session. `<name>.json` has the
//! event that it waits on, how it is answered, and the event with which it ends.
//!
//! The files of a version that was released never change. While a version is being
//! made, `ALC_WRITE_GOLDEN=1 cargo test --test saving golden` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use algocline_wasm::domain::SessionId;
use algocline_wasm::registry::RestoreAs;
use algocline_wasm::session::SourceForm;
use serde_json::{Value as Json, json};

use crate::common::{Host, Theirs};
use crate::programs::{Program, all};
use crate::run::{options, restore, start};

/// The golden files: name, program, and after how many answers it is saved.
const FILES: [(&str, &str, usize); 12] = [
    ("single-query", "one query", 0),
    ("half-answered-batch", "a batch", 1),
    ("protected-calls", "pcall", 2),
    ("coroutines", "a coroutine", 3),
    ("inside-sort", "sort", 1),
    ("metamethods", "metamethods", 4),
    ("loaded-code", "load", 2),
    ("inside-require", "require", 1),
    ("inside-fork", "fork", 3),
    ("forks-in-forks", "forks in forks", 5),
    ("state-and-cards", "state and cards", 1),
    ("random-numbers", "random numbers", 1),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden/v1")
}

/// Answers what is open, always the first query, until the session ends; the answers
/// and the last event.
fn finish(host: &Host, id: &SessionId, program: &Program) -> (Vec<Json>, Json) {
    let mut answers = Vec::new();
    loop {
        let (answer, event) = answer_first(host, id, program);
        answers.push(answer);
        if !["needs_response", "accepted"].contains(&event["status"].as_str().unwrap()) {
            return (answers, event);
        }
    }
}

fn answer_first(host: &Host, id: &SessionId, program: &Program) -> (Json, Json) {
    let pending = host.registry.pending(id).unwrap().theirs();
    let query = &pending["queries"][0];
    let query_id = query["id"].as_str().unwrap();
    match program.answer(pending["pause"].as_u64().unwrap(), query) {
        Ok(answer) => (
            json!({"id": query_id, "response": answer}),
            host.feed(id, &[(query_id, &answer)], None).unwrap(),
        ),
        Err(message) => (
            json!({"id": query_id, "fails": message}),
            host.fail(id, query_id, &message),
        ),
    }
}

fn write_files() {
    let programs = all();
    fs::create_dir_all(folder()).unwrap();
    for (name, title, answers) in FILES {
        let program = programs
            .iter()
            .find(|program| program.name == title)
            .unwrap();
        let host = Host::new(options(program));
        let (id, _) = start(&host, program);
        for _ in 0..answers {
            host.wait(10);
            answer_first(&host, &id, program);
        }
        let image = host
            .registry
            .save(&id, SourceForm::Embedded, host.now())
            .unwrap();
        // A store of its own, as the test has it.
        let fresh = Host::default();
        let pending = restore(&fresh, &image, RestoreAs::Same).theirs();
        let (answers, end) = finish(&fresh, &id, program);
        let story = json!({"pending": pending, "answers": answers, "end": end});
        let story = serde_json::to_string_pretty(&story).unwrap();
        fs::write(folder().join(format!("{name}.alc")), image).unwrap();
        fs::write(folder().join(format!("{name}.json")), story + "\n").unwrap();
    }
}

#[test]
fn golden_files_are_restored_and_end_as_ever() {
    if std::env::var_os("ALC_WRITE_GOLDEN").is_some() {
        write_files();
    }
    for (name, ..) in FILES {
        let image = fs::read(folder().join(format!("{name}.alc"))).unwrap();
        let story = fs::read(folder().join(format!("{name}.json"))).unwrap();
        let story: Json = serde_json::from_slice(&story).unwrap();
        let host = Host::observed();
        let mut event = restore(&host, &image, RestoreAs::Same).theirs();
        assert_eq!(event, story["pending"], "{name}");
        let id = SessionId::from(event["session_id"].as_str().unwrap());
        for answer in story["answers"].as_array().unwrap() {
            let query_id = answer["id"].as_str().unwrap();
            event = match answer["fails"].as_str() {
                Some(message) => host.fail(&id, query_id, message),
                None => {
                    let response = answer["response"].as_str().unwrap();
                    host.feed(&id, &[(query_id, response)], None).unwrap()
                }
            };
        }
        assert_eq!(event, story["end"], "{name}");
        let told = host.registry.take_events();
        assert_eq!(told[0].theirs()["kind"], "restored", "{name}");
    }
}

#[test]
fn every_golden_file_is_in_the_list() {
    let listed: Vec<&str> = FILES.iter().map(|(name, ..)| *name).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(listed.contains(&name), "{name}");
    }
}
