//! Names, snapshots, events, and the end of sessions that nobody answers.

mod common;

use algocline_wasm::domain::{PendingFilter, SnapshotOptions};
use algocline_wasm::registry::{RegistryOptions, StartOptions};
use common::{Host, START, STEP, Theirs};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

const HOUR: u64 = 3_600_000;

fn with_ttl(ttl_ms: u64) -> Host {
    Host::new(RegistryOptions {
        ttl_ms,
        observed: true,
        ..RegistryOptions::default()
    })
}

#[test]
fn ids_have_their_form_and_are_all_different() {
    let host = Host::default();
    let start = |random| {
        let program = algocline_wasm::session::Program::Chunk("alc.llm('?')".into());
        host.registry
            .start(
                program,
                Default::default(),
                StartOptions::default(),
                random,
                START,
            )
            .unwrap()
    };
    // Even where the host's randomness is none.
    let ids: BTreeSet<String> = (0..10).map(|_| start(7).to_string()).collect();
    assert_eq!(ids.len(), 10);
    for id in ids {
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], "s");
        assert_eq!(
            u128::from_str_radix(parts[1], 16).unwrap(),
            u128::from(START) * 1_000_000
        );
        assert_eq!(parts[2].len(), 16);
    }
}

#[test]
fn a_session_is_reaped_after_the_ttl_and_not_before() {
    for (ttl, idle, expected) in [
        (3 * HOUR, 0, false),
        (3 * HOUR, 1_000, false),
        (3 * HOUR, HOUR, false),
        (HOUR, 2 * HOUR, true),
        (HOUR, HOUR, true),
        (HOUR, HOUR - 1, false),
        (0, 0, true),
    ] {
        let host = with_ttl(ttl);
        let (id, _) = host.start("alc.llm('?')");
        assert_eq!(host.registry.next_deadline(), Some(START + ttl));
        let reaped = host.registry.gc(START + idle).unwrap();
        assert_eq!(
            reaped,
            if expected { vec![id.clone()] } else { vec![] },
            "{ttl} {idle}"
        );
        assert_eq!(host.registry.is_empty(), expected);
    }
}

#[test]
fn an_answer_counts_as_activity_and_a_refused_one_does_not() {
    let host = with_ttl(1_000);
    let (id, _) = host.start("return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})");
    host.wait(900);
    host.feed(&id, &[("q-9", "x")], None).unwrap_err();
    host.snapshot(&id);
    assert_eq!(host.registry.next_deadline(), Some(START + 1_000));
    host.feed(&id, &[("q-0", "x")], None).unwrap();
    assert_eq!(host.registry.next_deadline(), Some(START + 1_900));
    assert_eq!(host.registry.gc(START + 1_899).unwrap(), []);
    assert_eq!(host.registry.gc(START + 1_900).unwrap(), [id]);
}

#[test]
fn reaping_says_what_was_lost() {
    let host = with_ttl(1_000);
    let (id, _) = host.start("alc.llm('?')");
    host.registry.take_events();
    host.registry.gc(START + 1_500).unwrap();
    let events: Vec<Json> = host
        .registry
        .take_events()
        .into_iter()
        .map(|e| e.theirs())
        .collect();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["kind"], "reaped");
    assert_eq!(event["session_id"], json!(id.as_str()));
    assert_eq!(event["at"], START + 1_500);
    assert_eq!(event["idle_ms"], 1_500);
    assert_eq!(event["transcript"][0]["prompt"], "?");
    assert_eq!(event["stats"]["auto"]["pauses"], 1);
    // Nothing is left behind.
    assert_eq!(host.registry.next_deadline(), None);
    assert_eq!(host.registry.gc(u64::MAX).unwrap(), []);
}

#[test]
fn what_runs_is_not_reaped() {
    let host = with_ttl(0);
    let id = host.open("while true do end");
    host.registry.step(&id, STEP, START).unwrap();
    assert_eq!(host.registry.gc(u64::MAX).unwrap(), []);
    assert_eq!(host.snapshot(&id)["state"], "running");
}

#[test]
fn a_clock_that_goes_backwards_reaps_nobody() {
    let host = with_ttl(1_000);
    let (id, _) = host.start("alc.llm('?')");
    assert_eq!(host.registry.gc(0).unwrap(), []);
    assert_eq!(host.snapshot(&id)["state"], "paused");
}

#[test]
fn before_its_first_step_a_session_is_running() {
    let host = Host::default();
    let shown = host.snapshot(&host.open("return 1"));
    assert_eq!(
        (&shown["phase"], &shown["state"]),
        (&json!("running"), &json!("running"))
    );
    assert_eq!(shown["started_at"], shown["last_activity_at"]);
    assert!(shown["started_at"].as_u64() > Some(0));
}

#[test]
fn a_snapshot_shows_what_it_is_asked_for() {
    let host = Host::default();
    let (id, _) = host.start(
        "alc.progress(2, 5, 'half') print('hello') \
         alc.llm_batch({{prompt = ('p'):rep(300)}, {prompt = 'b', role = 'judge'}})",
    );
    host.wait(40);
    host.feed(&id, &[("q-0", "x")], None).unwrap();
    let shown = |options| {
        let snapshot = host.registry.snapshot(&id, options, host.now());
        snapshot.unwrap().theirs()
    };
    let plain = shown(SnapshotOptions::default());
    assert_eq!(plain["pending_queries"], 1);
    assert_eq!(plain.get("pending"), None);
    assert_eq!(plain["last_activity_at"], START + 40);
    let metrics = &plain["metrics"];
    assert_eq!(metrics["elapsed_ms"], 40);
    assert_eq!(
        metrics["progress"],
        json!({"step": 2, "total": 5, "message": "half"})
    );
    assert_eq!(metrics["recent_logs"][0]["source"], "alc.lua.print");
    assert_eq!(metrics["tokens"]["current_query"]["query_id"], "q-1");
    assert_eq!(metrics.get("conversation_history"), None);
    let full = shown(SnapshotOptions {
        pending: PendingFilter::preset("preview", 200),
        history: true,
    });
    let expected =
        json!([{"query_id": "q-1", "max_tokens": 1024, "role": "judge", "prompt_preview": "b"}]);
    assert_eq!(full["pending"], expected);
    assert_eq!(full["metrics"]["conversation_history"][0]["response"], "x");
    let all = host
        .registry
        .snapshots(SnapshotOptions::default(), host.now())
        .unwrap()
        .theirs();
    assert_eq!(all, json!({ id.as_str(): plain }));
}

#[test]
fn events_come_in_order_with_their_times() {
    let host = Host::observed();
    let (id, _) = host.start(
        "alc.log('debug', 'one') alc.llm('?') alc.progress(1, 2) print('two') \
         alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})",
    );
    host.wait(10);
    host.reply(&id, "x");
    host.wait(10);
    host.feed(&id, &[("q-1", "b")], None).unwrap();
    host.feed(&id, &[("q-0", "a")], None).unwrap();
    let events: Vec<_> = host
        .registry
        .take_events()
        .iter()
        .map(Theirs::theirs)
        .collect();
    let told: Vec<(&str, u64)> = events
        .iter()
        .map(|e| {
            (
                e["kind"].as_str().unwrap(),
                e["at"].as_u64().unwrap() - START,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("started", 0),
            ("log", 0),
            ("needs_response", 0),
            ("resumed", 10),
            ("progress", 10),
            ("log", 10),
            ("needs_response", 10),
            ("accepted", 20),
            ("resumed", 20),
            ("completed", 20),
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event["session_id"] == id.as_str())
    );
    assert!(host.registry.take_events().is_empty());
}

#[test]
fn without_an_observer_no_events_are_kept() {
    let host = Host::default();
    let (id, _) = host.start("print('x') alc.llm('?')");
    host.reply(&id, "a");
    assert!(host.registry.take_events().is_empty());
}
