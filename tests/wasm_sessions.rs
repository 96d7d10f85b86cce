//! Runs in Node and in a browser: sessions inside WebAssembly, and the object
//! that JavaScript sees.
#![cfg(target_arch = "wasm32")]

#[path = "common/hostile.rs"]
mod hostile;

use algocline_wasm::domain::{SessionEvent, Status};
use algocline_wasm::registry::{Registry, RegistryOptions, StartOptions};
use algocline_wasm::session::{LimitsGiven, Program};
use algocline_wasm::wasm::Core;
use hostile::{Ends, programs};
use serde_json::{Value as Json, json};
use wasm_bindgen_test::wasm_bindgen_test;

// ── Without JavaScript ──────────────────────────────────────────────────────

/// Little enough for a debug build, which is slow.
const FUEL_LIMIT: u64 = 200_000;
const MEMORY_LIMIT: u64 = 8 << 20;

fn run_to_event(registry: &Registry, code: &str) -> SessionEvent {
    let program = Program::Chunk(code.into());
    let id = registry
        .start(
            program,
            Default::default(),
            StartOptions::default(),
            1,
            1_000,
        )
        .unwrap();
    loop {
        if let Some(event) = registry.step(&id, 100_000, 1_000).unwrap().event {
            return event;
        }
    }
}

#[wasm_bindgen_test]
fn hostile_programs_end_and_the_instance_lives() {
    let registry = Registry::new(RegistryOptions {
        limits: LimitsGiven {
            fuel: Some(FUEL_LIMIT),
            memory_bytes: Some(MEMORY_LIMIT),
            slice_ms: None,
        }
        .or(Default::default()),
        ..RegistryOptions::default()
    })
    .unwrap();
    let event = run_to_event(&registry, "return alc.llm('?')");
    assert_eq!(event.status(), Status::NeedsResponse);
    let session_id = event.session_id();
    for (name, code, ends) in programs() {
        let event = run_to_event(&registry, &code).into_json().to_string();
        let event: Json = serde_json::from_str(&event).unwrap();
        let error = event["error"].as_str().unwrap_or("");
        let good = match ends {
            Ends::Error(part) => error.contains(part),
            Ends::True => event["result"] == true,
        };
        // The limits here are lower than the programs were made for.
        let limited = error.contains("fuel exhausted") || error.contains("not enough memory");
        assert!(good || limited, "{name}: {event}");
    }
    assert!(registry.pending(&session_id).is_ok());
    assert_eq!(registry.len(), 1);
}

// ── As JavaScript sees it ───────────────────────────────────────────────────

/// A call with what comes back; what is refused as an error.
fn ask(core: &Core, name: &str, args: &Json) -> Result<Json, Json> {
    let text = core.call(name, &args.to_string(), &[]);
    let read = |text: &str| serde_json::from_str(text).unwrap();
    match text.strip_prefix('!') {
        Some(refusal) => Err(read(refusal)),
        None => Ok(read(&text)),
    }
}

/// A core with one of the switches on. Its slices are the shortest possible.
fn core_with(switch: &str) -> Core {
    let core = Core::new();
    let settings = json!({
        "ttlMs": 1_000,
        "limits": {"sliceMs": 1e-6},
        "packages": [["m", "return 'module'"]],
        "observed": switch == "observed",
        "loadsPackages": switch == "loadsPackages",
        "keepsStore": switch == "keepsStore",
    });
    assert_eq!(ask(&core, "open", &settings), Ok(Json::Null));
    core
}

fn core() -> Core {
    core_with("observed")
}

fn start(core: &Core, code: &str, ctx: &str) -> Json {
    let args = json!({
        "chunk": code, "ctx": ctx, "limits": {"fuel": 1e9}, "env": [["KEY", "value"]],
        "random": "1", "randomSeed": "18446744073709551615", "now": 1_000.5,
    });
    ask(core, "start", &args).unwrap()
}

fn advance(core: &Core, id: &Json) -> Json {
    ask(core, "advance", &json!({"id": id, "now": 1_000})).unwrap()
}

#[wasm_bindgen_test]
fn a_short_program_needs_no_turn_of_the_event_loop() {
    let core = core();
    let code = "return {alc.llm(ctx.q), alc.env.KEY, require('m')}";
    let id = start(&core, code, r#"{"q": "?"}"#);
    assert_eq!(id, "s-3b9aca00-0000000000000001");
    let event = advance(&core, &id);
    assert_eq!(
        (&event["status"], &event["prompt"]),
        (&"needs_response".into(), &"?".into())
    );
    let answers = json!([{"response": "äöü", "usage": {"prompt_tokens": 3}}]);
    let feeding = json!({"id": id, "answers": answers, "pause": 1, "now": 1_000});
    assert_eq!(ask(&core, "feed", &feeding), Ok(Json::Null));
    let event = advance(&core, &id);
    assert_eq!(event["result"], json!(["äöü", "value", "module"]));
    let events = ask(&core, "takeEvents", &json!({})).unwrap();
    assert_eq!(events[0]["kind"], "started");
    assert_eq!(ask(&core, "takeEvents", &json!({})), Ok(json!([])));
}

#[wasm_bindgen_test]
fn arguments_of_a_wrong_type_are_named_and_change_nothing() {
    let core = core();
    let id = start(&core, "return alc.llm('?')", "null");
    let event = advance(&core, &id);
    for (call, args, name) in [
        (
            "cancel",
            json!({"id": id, "reason": 5, "now": 1_000}),
            "reason",
        ),
        (
            "fail",
            json!({"id": id, "queryId": 5, "message": "m"}),
            "queryId",
        ),
        ("fail", json!({"id": id, "queryId": "q-0"}), "message"),
        ("feed", json!({"id": id, "now": 1_000}), "answers"),
        (
            "feed",
            json!({"id": id, "answers": [{"response": 5}]}),
            "response",
        ),
        (
            "fork",
            json!({"id": id, "random": "x", "now": 1_000}),
            "random",
        ),
        ("pending", json!({"id": 5}), "id"),
        ("addModule", json!({"name": "m"}), "source"),
        (
            "addPackage",
            json!({"name": "m", "files": [["init"]]}),
            "files",
        ),
    ] {
        let refusal = ask(&core, call, &args).unwrap_err();
        let message = format!("invalid argument `{name}`: is missing or has the wrong type");
        assert_eq!(refusal["message"], message, "{call}");
        assert_eq!(refusal["code"], "invalid_argument");
    }
    assert_eq!(ask(&core, "pending", &json!({"id": id})), Ok(event));
}

#[wasm_bindgen_test]
fn a_long_program_runs_in_slices() {
    let core = core();
    let code = "local n = 0 for i = 1, 500000 do n = n + 1 end return n";
    let id = start(&core, code, "null");
    let mut slices = 1;
    let event = loop {
        let event = advance(&core, &id);
        if !event.is_null() {
            break event;
        }
        assert_eq!(ask(&core, "request", &json!({"id": id})), Ok(Json::Null));
        slices += 1;
    };
    assert_eq!(event["result"], 500_000);
    assert!(slices >= 4, "{slices}");
}

#[wasm_bindgen_test]
fn what_a_program_asks_of_javascript_is_answered_between_two_slices() {
    let core = core_with("loadsPackages");
    let id = start(&core, "return require('far')", "null");
    assert_eq!(advance(&core, &id), Json::Null);
    let request = ask(&core, "request", &json!({"id": id})).unwrap();
    assert_eq!(
        (&request["op"], &request["key"]),
        (&"package".into(), &"far".into())
    );
    let reply = |answer: &str| ask(&core, "reply", &json!({"id": id, "answer": answer}));
    assert_eq!(reply(r#"{"value": "return 'away'"}"#), Ok(Json::Null));
    assert_eq!(advance(&core, &id)["result"], "away");
    assert_eq!(reply(r#"{"value": "too late"}"#), Ok(Json::Null));
}

#[wasm_bindgen_test]
fn a_cancelled_session_ends_with_the_same_event_for_whoever_runs_it() {
    let core = core();
    let id = start(&core, "while true do end", "null");
    assert_eq!(advance(&core, &id), Json::Null);
    let cancelling = json!({"id": id, "reason": "enough", "now": 1_500});
    let last = ask(&core, "cancel", &cancelling).unwrap();
    assert_eq!(last["reason"], "enough");
    assert_eq!(advance(&core, &id), last);
}

#[wasm_bindgen_test]
fn a_saved_session_comes_back_in_another_core() {
    let core = core();
    let id = start(&core, "return alc.llm('?')", "null");
    let event = advance(&core, &id);
    let saving = json!({"id": id, "embed": true, "now": 1_000});
    assert_eq!(ask(&core, "save", &saving), Ok(Json::Null));
    let saved = core.saved();
    assert!(!saved.is_empty() && core.saved().is_empty());
    let elsewhere = core_with("");
    let text = elsewhere.call("restore", r#"{"now": 2000}"#, &saved);
    assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), event);
}

#[wasm_bindgen_test]
fn what_is_refused_has_code_message_and_session() {
    let core = core();
    assert_eq!(
        ask(&core, "pending", &json!({"id": "s-nope"})),
        Err(json!({
            "code": "session_not_found",
            "message": "session 's-nope' not found",
            "sessionId": "s-nope",
        }))
    );
    for (name, args, problem) in [
        (
            "snapshot",
            json!({"pending": "bogus"}),
            "`options.pending`: unknown pending_filter preset 'bogus'",
        ),
        ("start", json!({"ctx": "{", "chunk": ""}), "`ctx`: "),
        ("start", json!({"ctx": "1", "chunk": 1}), "`chunk`: "),
        ("start", json!({"ctx": "1"}), "`package`: "),
        ("pending", json!({"id": 1}), "`id`: "),
        ("gc", json!({"now": "soon"}), "`now`: "),
        ("fork", json!({"random": "x"}), "`random`: "),
        (
            "addPackage",
            json!({"name": "m", "files": [["a"]]}),
            "`files`: ",
        ),
        ("bogus", json!({}), "`name`: "),
    ] {
        let refused = ask(&core, name, &args).unwrap_err();
        assert_eq!(refused["code"], "invalid_argument");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(problem), "{name}: {message}");
    }
    assert_eq!(ask(&core, "nextDeadline", &json!({})), Ok(Json::Null));
    assert_eq!(ask(&core, "gc", &json!({"now": 1e15})), Ok(json!([])));
}
