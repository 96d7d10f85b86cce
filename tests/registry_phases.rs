//! The two phases of running a session: what others see while it is out, how it
//! is cancelled, and that nothing meets a borrowed registry.

mod common;

use algocline_wasm::domain::{ErrorCode, SessionId, SnapshotOptions};
use algocline_wasm::registry::{Registry, RegistryOptions, StartOptions};
use algocline_wasm::session::{Limits, LimitsGiven};
use common::{Host, START, STEP, Theirs, answer};
use serde_json::{Value as Json, json};

const ENDLESS: &str = "alc.log('info', 'begun') while true do end";

/// Runs one slice of 1 ms of a clock by hand, calling `meanwhile` once in it.
fn slice_with(
    registry: &Registry,
    id: &SessionId,
    meanwhile: impl FnOnce(),
) -> Result<Option<Json>, ErrorCode> {
    let mut meanwhile = Some(meanwhile);
    let mut ticks = 0.0;
    let mut clock = || {
        ticks += 0.4;
        // The first call is before the slice, the second after its first part.
        if ticks > 0.5
            && let Some(meanwhile) = meanwhile.take()
        {
            meanwhile();
        }
        ticks
    };
    let event = registry.run_slice(id, START + 5, &mut clock);
    event
        .map(|event| event.map(|event| event.theirs()))
        .map_err(|error| error.code())
}

fn quick() -> Host {
    Host::new(RegistryOptions {
        limits: LimitsGiven {
            slice_ms: Some(1.0),
            ..LimitsGiven::default()
        }
        .or(Limits::default()),
        observed: true,
        ..RegistryOptions::default()
    })
}

#[test]
fn between_two_slices_a_session_is_running_and_takes_no_answer() {
    let host = quick();
    let id = host.open_with(
        ENDLESS,
        Default::default(),
        StartOptions {
            strategy: Some("loop".into()),
            ..StartOptions::default()
        },
    );
    assert_eq!(slice_with(&host.registry, &id, || {}), Ok(None));
    let shown = host.snapshot(&id);
    assert_eq!(
        (&shown["state"], &shown["phase"]),
        (&json!("running"), &json!("running"))
    );
    assert_eq!(shown["strategy"], "loop");
    assert_eq!(shown["metrics"]["recent_logs"][0]["message"], "begun");
    assert_eq!(shown.get("pending_queries"), None);
    let refused = [
        host.feed(&id, &[("q-0", "x")], None).unwrap_err(),
        host.registry
            .fail(&id, &"q-0".into(), "m", None, START)
            .unwrap_err(),
        host.registry.sole_pending_id(&id, None).unwrap_err(),
        host.registry.pending(&id).unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.code(), ErrorCode::SessionBusy);
        assert_eq!(error.to_string(), format!("session '{id}' is running"));
    }
}

#[test]
fn what_is_called_during_a_slice_finds_a_mark() {
    let host = quick();
    let (id, _) = host.start("alc.llm('first') while true do end");
    host.registry
        .feed(&id, &[answer("q-0", "a")], None, START)
        .unwrap();
    let registry = &host.registry;
    let outcome = slice_with(registry, &id, || {
        let shown = host.snapshot(&id);
        assert_eq!(
            (&shown["state"], &shown["phase"]),
            (&json!("running"), &json!("running"))
        );
        assert_eq!(shown["started_at"], START);
        assert_eq!(shown["pause"], 1);
        assert_eq!(shown["metrics"]["llm_calls"], 1);
        assert_eq!(shown["metrics"]["rounds"], 1);
        assert_eq!(shown["metrics"]["tokens"]["total"], 3);
        let all = registry
            .snapshots(SnapshotOptions::default(), START)
            .unwrap()
            .theirs();
        assert_eq!(all[id.as_str()], shown);
        assert_eq!(registry.len(), 1);
        assert_eq!(
            host.feed(&id, &[("q-0", "x")], None).unwrap_err().code(),
            ErrorCode::SessionBusy
        );
        assert_eq!(
            registry.step(&id, STEP, START).unwrap_err().code(),
            ErrorCode::SessionBusy
        );
        assert_eq!(registry.gc(u64::MAX).unwrap(), []);
        assert_eq!(registry.next_deadline(), None);
        // Another session lives its own life meanwhile.
        assert_eq!(host.result("return 'other'"), "other");
    });
    assert_eq!(outcome, Ok(None));
    assert_eq!(host.snapshot(&id)["state"], "running");
}

#[test]
fn a_cancellation_during_a_slice_ends_it() {
    let host = quick();
    let id = host.open(ENDLESS);
    let outcome = slice_with(&host.registry, &id, || {
        assert_eq!(host.cancel(&id, "enough").unwrap(), "requested");
        assert_eq!(host.cancel(&id, "again").unwrap(), "requested");
    });
    let event = outcome.unwrap().unwrap();
    assert_eq!(event["status"], "cancelled");
    assert_eq!(event["reason"], "enough");
    assert!(host.registry.is_empty());
    assert_eq!(host.kinds(), ["started", "log", "cancelled"]);
}

#[test]
fn a_cancellation_during_the_slice_that_asks_never_shows_the_question() {
    let host = quick();
    let id = host.open("alc.llm('?')");
    let outcome = slice_with(&host.registry, &id, || {
        host.cancel(&id, "").unwrap();
    });
    assert_eq!(outcome.unwrap().unwrap()["status"], "cancelled");
    assert_eq!(host.kinds(), ["started", "cancelled"]);
}

#[test]
fn a_cancellation_that_comes_too_late_changes_nothing() {
    let host = quick();
    let id = host.open("return 1");
    let outcome = slice_with(&host.registry, &id, || {
        host.cancel(&id, "").unwrap();
    });
    assert_eq!(outcome.unwrap().unwrap()["status"], "completed");
    assert_eq!(host.kinds(), ["started", "completed"]);
    assert!(host.registry.is_empty());
}

#[test]
fn a_registry_disposed_of_during_a_slice_drops_the_session() {
    let host = quick();
    let id = host.open(ENDLESS);
    let outcome = slice_with(&host.registry, &id, || host.registry.dispose());
    assert_eq!(outcome, Err(ErrorCode::Disposed));
    assert!(host.registry.is_empty());
}

#[test]
fn a_running_session_is_cancelled_between_two_slices() {
    let host = Host::observed();
    let id = host.open(ENDLESS);
    assert_eq!(host.registry.step(&id, STEP, START).unwrap().event, None);
    host.wait(30);
    let event = host.cancel(&id, "enough").unwrap();
    assert_eq!(event["status"], "cancelled");
    assert_eq!(event["stats"]["auto"]["elapsed_ms"], 30);
    // It is gone for everybody but the one who runs it and gets the event.
    assert!(host.registry.is_empty());
    assert_eq!(
        host.registry
            .snapshots(Default::default(), START)
            .unwrap()
            .theirs(),
        json!({})
    );
    let code = |result: Result<Json, _>| {
        result.map_err(|e: algocline_wasm::domain::SessionError| e.code())
    };
    assert_eq!(
        code(host.cancel(&id, "again")),
        Err(ErrorCode::SessionNotFound)
    );
    assert_eq!(host.run(&id), event);
    assert_eq!(
        host.registry.step(&id, STEP, START).unwrap_err().code(),
        ErrorCode::SessionNotFound
    );
    assert_eq!(host.kinds(), ["started", "log", "cancelled"]);
}

#[test]
fn a_session_cancelled_before_its_first_step_never_runs() {
    let host = Host::observed();
    let id = host.open("alc.log('info', 'ran') return 1");
    host.cancel(&id, "").unwrap();
    let event = host.run(&id);
    assert_eq!(event["status"], "cancelled");
    assert_eq!(event.get("reason"), None);
    assert_eq!(event["stats"]["auto"]["llm_calls"], 0);
    assert_eq!(host.kinds(), ["started", "cancelled"]);
    // Not even what is no Lua is looked at.
    let id = host.open("= not Lua");
    host.cancel(&id, "").unwrap();
    assert_eq!(host.run(&id)["status"], "cancelled");
}

#[test]
fn a_paused_session_is_cancelled_with_what_was_asked() {
    let host = Host::observed();
    let (id, _) = host.start("alc.llm('?')");
    let event = host.cancel(&id, "no money").unwrap();
    assert_eq!(
        event["transcript"][0],
        json!({"query_id": "q-0", "prompt": "?", "system": null, "response": null})
    );
    assert_eq!(
        host.feed(&id, &[("q-0", "late")], None).unwrap_err().code(),
        ErrorCode::SessionNotFound
    );
    assert_eq!(host.kinds(), ["started", "needs_response", "cancelled"]);
}

#[test]
fn a_paused_session_cannot_be_stepped() {
    let host = Host::default();
    let (id, _) = host.start("alc.llm('?')");
    let error = host.registry.step(&id, STEP, START).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidTransition);
    assert_eq!(
        error.to_string(),
        "invalid transition: invalid state transition: expected Running, got Paused"
    );
    assert_eq!(host.reply(&id, "a")["status"], "completed");
}

#[test]
fn a_disposed_registry_refuses_everything() {
    let host = Host::observed();
    let (id, _) = host.start("alc.llm('?')");
    host.registry.dispose();
    host.registry.dispose();
    let start = host.registry.start(
        algocline_wasm::session::Program::Chunk("".into()),
        Default::default(),
        StartOptions::default(),
        1,
        START,
    );
    let errors = [
        start.unwrap_err(),
        host.feed(&id, &[("q-0", "x")], None).unwrap_err(),
        host.registry.step(&id, 1, START).unwrap_err(),
        host.registry
            .snapshots(Default::default(), START)
            .unwrap_err(),
        host.cancel(&id, "").unwrap_err(),
        host.registry.gc(START).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), ErrorCode::Disposed);
        assert_eq!(error.to_string(), "the registry was disposed of");
    }
    assert_eq!(host.registry.next_deadline(), None);
    assert!(host.registry.take_events().is_empty());
}

#[test]
fn sessions_run_side_by_side_without_disturbing_one_another() {
    let host = Host::default();
    let code = |n: usize| {
        format!(
            "x = {n} for i = 1, 3 do for j = 1, 2000 do end x = x .. alc.llm('q' .. i) end return x"
        )
    };
    let ids: Vec<SessionId> = (0..5).map(|n| host.open(&code(n))).collect();
    let mut results = vec![None; ids.len()];
    while results.iter().any(Option::is_none) {
        for (n, id) in ids
            .iter()
            .enumerate()
            .filter(|(n, _)| results[*n].is_none())
            .collect::<Vec<_>>()
        {
            let Some(event) = host.registry.step(id, 500, START).unwrap().event else {
                continue;
            };
            let event = event.theirs();
            match event["status"].as_str() {
                Some("needs_response") => {
                    let text = format!("<{n}{}>", event["prompt"].as_str().unwrap());
                    host.registry
                        .feed(id, &[answer("q-0", &text)], None, START)
                        .unwrap();
                }
                _ => results[n] = Some(event["result"].clone()),
            }
        }
    }
    for (n, result) in results.into_iter().enumerate() {
        assert_eq!(result, Some(json!(format!("{n}<{n}q1><{n}q2><{n}q3>"))));
    }
}
