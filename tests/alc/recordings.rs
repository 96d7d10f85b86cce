//! What native algocline 0.51.0 was recorded to do, one program a line.

use std::collections::BTreeMap;

use algocline_wasm::domain::{PendingFilter, SnapshotOptions, TokenUsage};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::driver::{Run, packages};

#[derive(Deserialize)]
struct Record {
    code: String,
    ctx: Json,
    #[serde(default)]
    steps: Vec<Step>,
    auto: Option<String>,
    env: Option<BTreeMap<String, String>>,
    libs: Option<Vec<String>>,
    expect: Vec<Json>,
}

#[derive(Deserialize)]
struct Step {
    id: Option<String>,
    response: Option<String>,
    usage: Option<TokenUsage>,
    #[serde(default)]
    history: bool,
    snapshot: Option<String>,
}

/// A record that this implementation answers otherwise, on purpose.
#[derive(Deserialize)]
struct Difference {
    /// The record's line, from 1.
    record: usize,
    /// Its program, so that the number cannot point at another one unnoticed.
    code: String,
    /// Which defect of the native engine is mended, in words.
    defect: String,
    /// What happens here, in words.
    difference: String,
    /// The events here.
    expect: Vec<Json>,
}

fn data(name: &str) -> String {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn records() -> Vec<Record> {
    let lines = data("engine_probes.jsonl");
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn differences() -> Vec<Difference> {
    serde_json::from_str(&data("intended_differences.json")).unwrap()
}

/// Functions that are not there yet.
const LATER: [&str; 1] = ["pairs(alc)"];

fn is_later(record: &Record) -> bool {
    LATER.iter().any(|name| record.code.contains(name))
}

#[test]
fn every_recording_agrees_or_differs_on_purpose() {
    let differences = differences();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (at, record) in records().iter().enumerate() {
        let line = at + 1;
        if is_later(record) {
            continue;
        }
        compared += 1;
        let found = play(record);
        let difference = differences.iter().find(|d| d.record == line);
        let expected = match difference {
            Some(difference) => {
                assert_eq!(difference.code, record.code, "difference {line}");
                if agrees(&record.expect, &found) {
                    wrong.push(format!("{line} does not differ: {}", record.code));
                }
                &difference.expect
            }
            None => &record.expect,
        };
        if !agrees(expected, &found) {
            let show = |events: &[Json]| Json::from(events.to_vec()).to_string();
            wrong.push(format!(
                "{line}: {}\n  expected {}\n  found    {}",
                record.code,
                show(expected),
                show(&found)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 100, "only {compared} records were compared");
}

#[test]
fn every_difference_says_what_it_mends() {
    for difference in differences() {
        assert!(difference.record >= 1 && difference.record <= records().len());
        assert!(difference.defect.len() > 10, "{}", difference.record);
        assert!(difference.difference.len() > 10, "{}", difference.record);
    }
}

/// The events of a record's program and steps.
fn play(record: &Record) -> Vec<Json> {
    let libs = match record.libs {
        Some(_) => packages(),
        None => Default::default(),
    };
    let mut run = Run::with(&record.code, record.ctx.clone(), libs, 64 << 20);
    run.slice = 1_000_000;
    run.host.env = record.env.clone().unwrap_or_default();
    let mut event = run.go();
    let mut ended = event.is_terminal();
    let mut events = vec![event.into_json()];
    while let (Some(answer), false) = (&record.auto, ended) {
        let id = run.open().remove(0).id;
        event = run.feed(Some(id.as_str()), answer, None).unwrap();
        ended = event.is_terminal();
        let json = event.into_json();
        // Only what ends or begins a pause was recorded here.
        if json["status"] != "accepted" {
            events.push(json);
        }
    }
    for step in &record.steps {
        if let Some(response) = &step.response {
            if ended {
                events.push(json!({"FEED-ERR": "session 'SID' not found"}));
                continue;
            }
            match run.feed(step.id.as_deref(), response, step.usage) {
                Ok(event) => {
                    ended = event.is_terminal();
                    events.push(event.into_json());
                }
                Err(why) => events.push(json!({ "FEED-ERR": why })),
            }
        } else {
            let pending = step
                .snapshot
                .as_deref()
                .map(|name| PendingFilter::preset(name, 200).unwrap());
            let history = step.history;
            events.push(json!({"SNAP": [run.snapshot(SnapshotOptions { pending, history })]}));
        }
    }
    events
}

fn agrees(expected: &[Json], found: &[Json]) -> bool {
    expected.len() == found.len()
        && expected
            .iter()
            .zip(found)
            .all(|(expected, found)| contains(found, expected))
}

/// Whether `found` has everything that `expected` has. Programs' own values are
/// equal; of errors the text before the traceback counts, without positions.
fn contains(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Object(found), Json::Object(expected)) => expected.iter().all(|(key, expected)| {
            let Some(found) = found.get(key) else {
                return false;
            };
            match (key.as_str(), found, expected) {
                ("result" | "custom", ..) => without_lines(found) == without_lines(expected),
                ("error", Json::String(found), Json::String(expected)) => {
                    fits(&plain(found), &plain(expected))
                }
                _ => contains(found, expected),
            }
        }),
        (Json::Array(found), Json::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| contains(f, e))
        }
        (Json::String(found), Json::String(expected)) => fits(found, expected),
        _ => found == expected,
    }
}

/// Whether a text is the expected one, in which `…` stands for anything.
fn fits(found: &str, expected: &str) -> bool {
    let parts: Vec<&str> = expected.split('…').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return found == expected;
    };
    let inner = found.strip_prefix(first).and_then(|r| r.strip_suffix(last));
    let Some(mut rest) = inner else {
        return false;
    };
    middle.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// A value in which errors raised in the prelude do not name the line: each
/// engine has a prelude of its own.
fn without_lines(value: &Json) -> String {
    let text = value
        .to_string()
        .replace("<prelude>:", "prelude:")
        .replace("prelude/fork:", "prelude:");
    let mut parts = text.split("prelude:");
    let mut plain = parts.next().unwrap_or("").to_owned();
    for part in parts {
        plain.push_str("prelude:");
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}

/// An error's text without its traceback and without where it arose.
fn plain(error: &str) -> String {
    let text = error.split("\nstack traceback").next().unwrap_or("");
    let mut words = Vec::new();
    for word in text.split(' ') {
        let place = ["<chunk>:", "<prelude>:", "strategy:", "prelude:"]
            .iter()
            .any(|chunk| word.starts_with(chunk));
        if !place {
            words.push(word);
        }
    }
    words.join(" ")
}
