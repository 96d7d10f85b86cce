//! Runs in Node and in a browser: sessions inside WebAssembly, and the object
//! that JavaScript sees.
#![cfg(target_arch = "wasm32")]

#[path = "common/hostile.rs"]
mod hostile;

use algocline_wasm::domain::SessionEvent;
use algocline_wasm::registry::{Registry, RegistryOptions, StartOptions};
use algocline_wasm::session::{LimitsGiven, Program};
use algocline_wasm::wasm::{Core, Surroundings};
use hostile::{Ends, programs};
use js_sys::{Array, Object, Reflect};
use serde_json::Value as Json;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

// ── Without JavaScript ──────────────────────────────────────────────────────

/// Little enough for a debug build, which is slow.
const FUEL_LIMIT: u64 = 200_000;
const MEMORY_LIMIT: u64 = 8 << 20;

fn run_to_event(registry: &Registry, code: &str) -> SessionEvent {
    let program = Program::Chunk(code.into());
    let id = registry
        .start(program, Json::Null, StartOptions::default(), 1, 1_000)
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
    let SessionEvent::NeedsResponse { session_id, .. } =
        run_to_event(&registry, "return alc.llm('?')")
    else {
        panic!("no question");
    };
    for (name, code, ends) in programs() {
        let event = run_to_event(&registry, &code).into_json();
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

/// A JavaScript object from pairs.
fn object(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in pairs {
        Reflect::set(&object, &(*key).into(), value).unwrap();
    }
    object.into()
}

fn list(items: &[JsValue]) -> JsValue {
    items.iter().collect::<Array>().into()
}

/// A core whose clock makes every slice the shortest possible.
fn core() -> Core {
    core_with("observed")
}

/// The same with one of the switches on.
fn core_with(switch: &str) -> Core {
    let ticks = Cell::new(0.0);
    let clock = Closure::<dyn Fn() -> f64>::new(move || {
        ticks.set(ticks.get() + 100.0);
        ticks.get()
    });
    let surroundings = object(&[("clock", clock.into_js_value())]);
    let options = object(&[
        ("ttlMs", 1_000.into()),
        ("limits", object(&[])),
        (
            "packages",
            list(&[list(&["m".into(), "return 'module'".into()])]),
        ),
        ("observed", (switch == "observed").into()),
        ("loadsPackages", (switch == "loadsPackages").into()),
        ("keepsStore", (switch == "keepsStore").into()),
    ]);
    Core::new(options, surroundings.unchecked_into::<Surroundings>()).unwrap()
}

fn start(core: &Core, code: &str, ctx: &str) -> String {
    let options = object(&[
        ("program", object(&[("chunk", code.into())])),
        ("limits", object(&[("fuel", 1e9.into())])),
        ("env", list(&[list(&["KEY".into(), "value".into()])])),
        ("seed", JsValue::UNDEFINED),
        ("strategy", JsValue::UNDEFINED),
    ]);
    core.start(options, ctx, 1, 2, 1_000.0).unwrap()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[wasm_bindgen_test]
fn a_short_program_needs_no_turn_of_the_event_loop() {
    let core = core();
    let id = start(
        &core,
        "return {alc.llm(ctx.q), alc.env.KEY, require('m')}",
        r#"{"q": "?"}"#,
    );
    let event = json(&core.advance(&id, 1_000.0).unwrap().unwrap());
    assert_eq!(
        (&event["status"], &event["prompt"]),
        (&"needs_response".into(), &"?".into())
    );
    let answer = object(&[("query_id", JsValue::UNDEFINED), ("response", "äöü".into())]);
    assert_eq!(
        core.feed(&id, list(&[answer]), Some(1.0), 1_000.0).unwrap(),
        None
    );
    let event = json(&core.advance(&id, 1_000.0).unwrap().unwrap());
    assert_eq!(
        event["result"],
        serde_json::json!(["äöü", "value", "module"])
    );
    let events = json(&core.take_events().unwrap());
    assert_eq!(events[0]["kind"], "started");
    assert_eq!(core.take_events(), None);
}

#[wasm_bindgen_test]
fn a_long_program_runs_in_slices() {
    let core = core();
    let id = start(
        &core,
        "local n = 0 for i = 1, 500000 do n = n + 1 end return n",
        "null",
    );
    let mut slices = 1;
    let text = loop {
        if let Some(text) = core.advance(&id, 1_000.0).unwrap() {
            break text;
        }
        assert_eq!(core.request(&id), None);
        slices += 1;
    };
    assert_eq!(json(&text)["result"], 500_000);
    assert!(slices >= 4, "{slices}");
}

#[wasm_bindgen_test]
fn what_a_program_asks_of_javascript_is_answered_between_two_slices() {
    let core = core_with("loadsPackages");
    let id = start(&core, "return require('far')", "null");
    assert_eq!(core.advance(&id, 1_000.0).unwrap(), None);
    let request = json(&core.request(&id).unwrap());
    assert_eq!(request, serde_json::json!({"op": "package", "key": "far"}));
    core.reply(&id, r#"{"value": "return 'away'"}"#);
    let text = core.advance(&id, 1_000.0).unwrap().unwrap();
    assert_eq!(json(&text)["result"], "away");
    core.reply(&id, r#"{"value": "too late"}"#);
}

#[wasm_bindgen_test]
fn a_cancelled_session_ends_with_the_same_event_for_whoever_runs_it() {
    let core = core();
    let id = start(&core, "while true do end", "null");
    assert_eq!(core.advance(&id, 1_000.0).unwrap(), None);
    let last = core.cancel(&id, Some("enough".into()), 1_500.0).unwrap();
    let text = core.advance(&id, 1_500.0).unwrap().unwrap();
    assert_eq!(json(&text), json(&last));
    assert_eq!(json(&last)["reason"], "enough");
}

#[wasm_bindgen_test]
fn a_disposed_core_refuses_to_go_on() {
    let core = core();
    let id = start(&core, "while true do end", "null");
    core.dispose();
    let refused = core.advance(&id, 1_000.0).unwrap_err();
    assert_eq!(Reflect::get(&refused, &"code".into()).unwrap(), "disposed");
}

#[wasm_bindgen_test]
fn what_is_refused_has_code_message_and_session() {
    let core = core();
    let refused = core.pending("s-nope").unwrap_err();
    let part = |key: &str| Reflect::get(&refused, &key.into()).unwrap().as_string();
    assert_eq!(part("code").as_deref(), Some("session_not_found"));
    assert_eq!(
        part("message").as_deref(),
        Some("session 's-nope' not found")
    );
    assert_eq!(part("sessionId").as_deref(), Some("s-nope"));
    let filter = object(&[("pending", "bogus".into()), ("history", false.into())]);
    let refused = core.snapshot(None, filter, 0.0).unwrap_err();
    let message = Reflect::get(&refused, &"message".into())
        .unwrap()
        .as_string()
        .unwrap();
    assert!(
        message.contains("unknown pending_filter preset 'bogus'"),
        "{message}"
    );
    assert_eq!(core.next_deadline(), None);
    assert_eq!(core.gc(1e15).unwrap(), "[]");
}
