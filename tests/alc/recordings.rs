//! What native algocline 0.51.0 was recorded to do, one program a line.

use std::collections::BTreeMap;

use algocline_wasm::domain::{PendingFilter, SnapshotOptions, TokenUsage};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::driver::{Run, packages};
use crate::trees::Theirs;

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
    usage: Option<Usage>,
    #[serde(default)]
    history: bool,
    snapshot: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
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

/// How many programs were recorded.
const RECORDS: usize = 166;

#[test]
fn every_recording_agrees_or_differs_on_purpose() {
    let differences = differences();
    let mut wrong = Vec::new();
    let records = records();
    assert_eq!(records.len(), RECORDS);
    for (at, record) in records.iter().enumerate() {
        let line = at + 1;
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
}

/// The comparison must not pass whatever happens: it fails as soon as any one
/// value of what is expected is another one.
#[test]
fn every_value_of_a_recording_counts() {
    let differences = differences();
    let mut values = 0;
    for (at, record) in records().iter().enumerate() {
        let found = play(record);
        let difference = differences.iter().find(|d| d.record == at + 1);
        let expected = Json::from(difference.map_or(&record.expect, |d| &d.expect).to_vec());
        let mut places = Vec::new();
        leaves(&expected, String::new(), &mut places);
        assert!(!places.is_empty(), "record {} expects nothing", at + 1);
        for place in places {
            let mut other = expected.clone();
            let value = other.pointer_mut(&place).unwrap();
            *value = changed(value);
            let Json::Array(events) = &other else {
                panic!("events are a list");
            };
            let line = at + 1;
            assert!(
                !agrees(events, &found),
                "record {line}: {place} does not count"
            );
            values += 1;
        }
    }
    assert!(values > 10 * RECORDS, "only {values} values were changed");
}

/// The places of all values that are no containers, and of empty containers.
fn leaves(value: &Json, place: String, places: &mut Vec<String>) {
    match value {
        Json::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, format!("{place}/{at}"), places);
            }
        }
        Json::Object(fields) if !fields.is_empty() => {
            for (key, item) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(item, format!("{place}/{key}"), places);
            }
        }
        _ => places.push(place),
    }
}

/// Another value.
fn changed(value: &Json) -> Json {
    match value {
        Json::Null => json!(0),
        Json::Bool(value) => json!(!value),
        Json::Number(number) => json!(number.as_f64().unwrap_or(0.0) * 2.0 + 1.0),
        Json::String(text) => json!(format!("another {text}")),
        Json::Array(_) => json!([1]),
        Json::Object(_) => json!({"another": 1}),
    }
}

/// COMPATIBILITY.md shows exactly the intended differences, in their order.
#[test]
fn the_table_of_differences_is_that_of_the_tests() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/COMPATIBILITY.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text
        .split("\n## Differences from native algocline\n")
        .nth(1);
    let section = section.and_then(|rest| rest.split("\n## ").next()).unwrap();
    let shown: Vec<&str> = section
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| record") && !line.starts_with("| ---")
        })
        .collect();
    let rows: Vec<String> = differences().iter().map(Difference::row).collect();
    assert!(shown == rows, "the rows are\n{}", rows.join("\n"));
}

impl Difference {
    /// The row of the table that shows it.
    fn row(&self) -> String {
        let code: Vec<char> = self.code.chars().collect();
        let program = match code.len() {
            0..=68 => self.code.clone(),
            _ => code[..67].iter().chain(&['…']).collect(),
        };
        let program = program.replace('|', "\\|");
        let ticks = if program.contains('`') { "``" } else { "`" };
        // Which defect of which list it is says nothing without the list.
        let mends = |part: &str| match part.split_once(": ") {
            Some((list, words))
                if list.contains("no. ") || list.starts_with("Part ") || list == "None" =>
            {
                words.to_owned()
            }
            _ => part.to_owned(),
        };
        let native: Vec<String> = self.defect.split("; ").map(mends).collect();
        format!(
            "| {} | {ticks}{program}{ticks} | {} | {} |",
            self.record,
            self.difference,
            native.join("; ")
        )
    }
}

#[test]
fn every_difference_says_what_it_mends() {
    for difference in differences() {
        assert!(difference.record >= 1 && difference.record <= records().len());
        assert!(difference.defect.len() > 10, "{}", difference.record);
        assert!(difference.difference.len() > 10, "{}", difference.record);
    }
}

/// The tests that COMPATIBILITY.md names for the mended defects exist.
#[test]
fn the_tests_of_mended_defects_exist() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |name: &str| std::fs::read_to_string(format!("{root}/{name}")).unwrap();
    let text = read("COMPATIBILITY.md");
    let section = text
        .split("\n## Defects of native algocline")
        .nth(1)
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut named = 0;
    for part in section.split('`') {
        let Some((file, name)) = part.split_once(".rs: ") else {
            continue;
        };
        let function = format!("fn {name}()");
        assert!(read(&format!("{file}.rs")).contains(&function), "{part}");
        named += 1;
    }
    assert!(named >= 22, "only {named} tests are named");
}

/// The events of a record's program and steps.
fn play(record: &Record) -> Vec<Json> {
    let libs = match record.libs {
        Some(_) => packages(),
        None => Default::default(),
    };
    let mut run = Run::with(&record.code, record.ctx.clone(), libs, 64 << 20);
    run.slice = 1_000_000;
    run.host.env = record.env.clone().into_iter().flatten().collect();
    let mut event = run.go();
    let mut ended = event.is_terminal();
    let mut events = vec![event.theirs()];
    while let (Some(answer), false) = (&record.auto, ended) {
        let id = run.open().remove(0).id;
        event = run.feed(Some(id.as_str()), answer, None).unwrap();
        ended = event.is_terminal();
        let json = event.theirs();
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
            let usage = step.usage.as_ref().map(|usage| TokenUsage {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
            });
            match run.feed(step.id.as_deref(), response, usage) {
                Ok(event) => {
                    ended = event.is_terminal();
                    events.push(event.theirs());
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
