//! What registries make of saved sessions: names, notices, the tree of forks, time,
//! packages, history.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use algocline_wasm::domain::{SessionError, SessionId};
use algocline_wasm::registry::{RegistryOptions, RestoreAs, StartOptions};
use algocline_wasm::session::{HistoryLimits, LimitsGiven, SourceForm};
use serde_json::{Value as Json, json};

use crate::common::{Host, Theirs, answer};
use crate::run::restore;

const HOUR: u64 = 3_600_000;
const TWO_QUESTIONS: &str = "local a = alc.llm('first') local b = alc.llm('second') return a .. b";

fn save(host: &Host, id: &SessionId) -> Vec<u8> {
    host.registry
        .save(id, SourceForm::Embedded, host.now())
        .unwrap()
}

fn id_of(event: &Json) -> SessionId {
    event["session_id"].as_str().unwrap().into()
}

fn fork(host: &Host, id: &SessionId) -> Json {
    host.registry.fork(id, 5, host.now()).unwrap().theirs()
}

fn rewind(host: &Host, id: &SessionId, pause: u64) -> Result<Json, SessionError> {
    let event = host.registry.rewind(id, pause, 6, host.now())?;
    Ok(event.theirs())
}

fn code_of<T>(result: Result<T, SessionError>) -> &'static str {
    result.err().map_or("none", |error| error.code().as_str())
}

fn recorded(code: &str, limits: HistoryLimits) -> (Host, SessionId, Json) {
    let host = Host::observed();
    let options = StartOptions {
        history: Some(limits),
        ..StartOptions::default()
    };
    let id = host.open_with(code, Json::Null, options);
    let event = host.run(&id);
    (host, id, event)
}

// ── Refusals ────────────────────────────────────────────────────────────────

#[test]
fn only_paused_sessions_are_saved() {
    let host = Host::default();
    let save = |id: &SessionId| host.registry.save(id, SourceForm::Embedded, host.now());
    assert_eq!(code_of(save(&"s-1-2".into())), "session_not_found");
    let running = host.open("alc.llm('?')");
    assert_eq!(code_of(save(&running)), "session_busy");
    assert_eq!(code_of(host.registry.fork(&running, 1, 0)), "session_busy");
    let (ended, _) = host.start("return 1");
    assert_eq!(code_of(save(&ended)), "session_not_found");
    let (paused, _) = host.start("return alc.llm('?')");
    assert!(save(&paused).is_ok());
    assert_eq!(host.reply(&paused, "still here")["result"], "still here");
    host.registry.dispose();
    assert_eq!(code_of(save(&paused)), "disposed");
    assert_eq!(code_of(host.registry.inspect(&[], 0)), "disposed");
}

#[test]
fn a_live_session_is_not_replaced() {
    let host = Host::default();
    let (id, _) = host.start(TWO_QUESTIONS);
    let saved = save(&host, &id);
    let limits = LimitsGiven::default();
    let again = || {
        host.registry
            .restore(&saved, RestoreAs::Same, limits, host.now())
    };
    let refused = again().unwrap_err();
    assert_eq!(refused.code().as_str(), "invalid_argument");
    assert_eq!(refused.session_id(), Some(&id));
    assert_eq!(
        refused.to_string(),
        format!("invalid argument `saved`: session '{id}' is live; restore a copy of it")
    );
    host.cancel(&id, "").unwrap();
    assert_eq!(again().unwrap().session_id(), id);
}

#[test]
fn what_is_no_saved_session_is_refused() {
    let host = Host::default();
    let limits = LimitsGiven::default();
    let restore = |bytes: &[u8]| host.registry.restore(bytes, RestoreAs::Same, limits, 0);
    for bytes in [
        &b""[..],
        b"{}",
        &[0; 100],
        b"\x89alc\x01\x00\x00\x00\x00\x00",
    ] {
        assert_eq!(code_of(restore(bytes)), "bad_snapshot");
        assert_eq!(code_of(host.registry.inspect(bytes, 0)), "bad_snapshot");
    }
    let newer = restore(b"\x89alc\x02\x00").unwrap_err();
    assert_eq!(newer.code().as_str(), "unsupported_snapshot");
    assert!(
        newer.to_string().ends_with("version 2; supported are: 1"),
        "{newer}"
    );
    assert!(host.registry.is_empty());
}

// ── Going on ────────────────────────────────────────────────────────────────

#[test]
fn a_restored_session_takes_answers_by_the_same_names() {
    let host = Host::default();
    let (id, _) = host.start("local l = alc.llm_batch({{prompt='a'},{prompt='b'}}) return l");
    host.feed(&id, &[("q-1", "two")], Some(1)).unwrap();
    let fresh = Host::observed();
    let event = restore(&fresh, &save(&host, &id), RestoreAs::Same).theirs();
    assert_eq!(event["session_id"], id.as_str());
    assert_eq!(event["query_id"], "q-0");
    let registry = &fresh.registry;
    let late = registry.feed(&id, &[answer("q-1", "again")], Some(1), fresh.now());
    assert_eq!(code_of(late), "already_responded");
    let stale = registry.feed(&id, &[answer("q-0", "x")], Some(7), fresh.now());
    assert_eq!(code_of(stale), "stale_pause");
    let end = fresh.feed(&id, &[("q-0", "one")], Some(1)).unwrap();
    assert_eq!(end["result"], json!(["one", "two"]));
    assert_eq!(fresh.kinds(), ["restored", "resumed", "completed"]);
}

#[test]
fn copies_have_names_of_their_own_and_draw_the_same_numbers() {
    let host = Host::observed();
    let (id, _) = host.start("alc.llm('?') return math.random(1000000)");
    let saved = save(&host, &id);
    // Even where the host's randomness is none.
    let names: Vec<SessionId> = (0..3)
        .map(|_| {
            restore(&host, &saved, RestoreAs::Copy(1))
                .session_id()
                .clone()
        })
        .chain([id.clone()])
        .collect();
    assert_eq!(host.registry.len(), 4);
    let results: Vec<Json> = names
        .iter()
        .map(|id| host.reply(id, "")["result"].clone())
        .collect();
    assert!(
        results.iter().all(|result| *result == results[0]),
        "{results:?}"
    );
}

#[test]
fn forks_go_different_ways() {
    let host = Host::observed();
    let (id, event) = host.start(TWO_QUESTIONS);
    host.kinds();
    let copy = fork(&host, &id);
    assert_eq!(host.kinds(), ["forked"]);
    assert_eq!(copy["prompt"], event["prompt"]);
    assert_eq!(copy["pause"], 1);
    let other = id_of(&copy);
    assert_ne!(other, id);
    host.reply(&id, "a");
    host.reply(&other, "x");
    assert_eq!(host.reply(&other, "y")["result"], "xy");
    assert_eq!(host.reply(&id, "b")["result"], "ab");
}

#[test]
fn the_tree_of_forks_is_shown_and_saved() {
    let host = Host::default();
    let (id, _) = host.start(TWO_QUESTIONS);
    assert!(host.snapshot(&id).get("forked_from").is_none());
    let child = id_of(&fork(&host, &id));
    host.reply(&id, "a");
    let grandchild = id_of(&fork(&host, &child));
    let second = id_of(&fork(&host, &id));
    let copy = restore(&host, &save(&host, &second), RestoreAs::Copy(9));
    let children = json!([
        {"session_id": child.as_str(), "pause": 1},
        {"session_id": second.as_str(), "pause": 2},
    ]);
    let parent = |id: &SessionId, pause: u64| json!({"session_id": id.as_str(), "pause": pause});
    assert_eq!(host.snapshot(&id)["children"], children);
    assert_eq!(host.snapshot(&child)["forked_from"], parent(&id, 1));
    assert_eq!(host.snapshot(&grandchild)["forked_from"], parent(&child, 1));
    assert_eq!(
        host.snapshot(&copy.session_id())["forked_from"],
        parent(&second, 2)
    );
    assert_eq!(
        host.snapshot(&second)["children"],
        json!([parent(&copy.session_id(), 2)])
    );
    let fresh = Host::default();
    restore(&fresh, &save(&host, &id), RestoreAs::Same);
    assert_eq!(fresh.snapshot(&id)["children"], children);
    restore(&fresh, &save(&host, &child), RestoreAs::Same);
    assert_eq!(fresh.snapshot(&child)["forked_from"], parent(&id, 1));
}

#[test]
fn a_saved_session_tells_what_it_is() {
    let host = Host::default();
    let (id, _) = host.start(TWO_QUESTIONS);
    host.reply(&id, "a");
    let saved = save(&host, &id);
    let info = Host::default()
        .registry
        .inspect(&saved, host.now())
        .unwrap();
    assert_eq!(info.version, 1);
    assert_eq!(info.record.id(), &id);
    assert_eq!(info.record.pause_number(), 2);
}

// ── Time and limits ─────────────────────────────────────────────────────────

#[test]
fn time_stands_still_for_a_saved_session() {
    let code =
        "alc.llm('a') local left = alc.budget_remaining().elapsed_ms alc.llm('b') return left";
    let host = Host::default();
    let ctx = json!({"budget": {"max_elapsed_ms": 100}});
    let id = host.open_with(code, ctx, StartOptions::default());
    host.run(&id);
    host.wait(30);
    let saved = save(&host, &id);
    let fresh = Host::default();
    fresh.wait(5 * HOUR);
    restore(&fresh, &saved, RestoreAs::Same);
    fresh.wait(20);
    assert_eq!(fresh.snapshot(&id)["metrics"]["elapsed_ms"], 50);
    fresh.reply(&id, "");
    let end = fresh.reply(&id, "");
    assert_eq!(end["result"], 50);
    assert_eq!(end["stats"]["auto"]["elapsed_ms"], 50);
    // The session that stayed has used its time up.
    host.wait(80);
    assert_eq!(host.reply(&id, "")["status"], "error");
}

#[test]
fn idle_time_begins_anew_with_restoring() {
    let host = Host::default();
    let (id, _) = host.start(TWO_QUESTIONS);
    let saved = save(&host, &id);
    let started = host.snapshot(&id)["last_activity_at"].clone();
    host.cancel(&id, "").unwrap();
    host.wait(4 * HOUR);
    restore(&host, &saved, RestoreAs::Same);
    assert_eq!(host.snapshot(&id)["last_activity_at"], started);
    assert_eq!(host.registry.next_deadline(), Some(host.now() + 3 * HOUR));
    assert!(
        host.registry
            .gc(host.now() + 3 * HOUR - 1)
            .unwrap()
            .is_empty()
    );
    assert_eq!(host.registry.gc(host.now() + 3 * HOUR).unwrap(), [id]);
}

#[test]
fn limits_are_those_saved_unless_others_are_given() {
    let host = Host::default();
    let code = "alc.llm('?') for i = 1, 1000000 do end return 'done'";
    let (id, _) = host.start(code);
    let saved = save(&host, &id);
    assert_eq!(host.reply(&id, "")["result"], "done");
    let few = crate::common::fuel(1_000);
    host.registry
        .restore(&saved, RestoreAs::Same, few, host.now())
        .unwrap();
    assert_eq!(host.snapshot(&id)["fuel"]["limit"], 1_000);
    assert_eq!(host.reply(&id, "")["status"], "error");
    let little = crate::common::memory(1_000);
    let refused = host
        .registry
        .restore(&saved, RestoreAs::Same, little, host.now());
    assert_eq!(code_of(refused), "bad_snapshot");
}

// ── Packages ────────────────────────────────────────────────────────────────

fn with_package(source: Option<&str>) -> Host {
    let packages = Packages::default();
    if let Some(source) = source {
        packages.insert("m", source).unwrap();
    }
    Host::new(RegistryOptions {
        packages: Rc::new(packages),
        ..RegistryOptions::default()
    })
}

const MODULE: &str = "return { ask = function() return 'm' .. alc.llm('?') end }";

#[test]
fn sources_are_embedded_or_named_by_their_hash() {
    let host = with_package(Some(MODULE));
    let (id, _) = host.start("return require('m').ask()");
    let whole = save(&host, &id);
    let short = host
        .registry
        .save(&id, SourceForm::ByHash, host.now())
        .unwrap();
    assert!(short.len() + MODULE.len() - 30 < whole.len());
    for (source, expected) in [
        (Some(MODULE), "none"),
        (Some("return {}"), "missing_source"),
        (None, "missing_source"),
    ] {
        let fresh = with_package(source);
        let limits = LimitsGiven::default();
        let restored = fresh
            .registry
            .restore(&short, RestoreAs::Same, limits, fresh.now());
        if let Err(error) = &restored {
            assert!(error.to_string().contains("'m.lua'"), "{error}");
        }
        assert_eq!(code_of(restored), expected);
        restore(&fresh, &whole, RestoreAs::Copy(1));
    }
}

#[test]
fn forks_keep_the_packages_of_their_parents() {
    let host = with_package(Some("return 'old'"));
    let options = StartOptions {
        history: Some(HistoryLimits::default()),
        ..StartOptions::default()
    };
    let id = host.open_with("alc.llm('?') return require('m')", Json::Null, options);
    host.run(&id);
    let saved = save(&host, &id);
    host.registry.add_module("m", "return 'new'").unwrap();
    let copy = id_of(&fork(&host, &id));
    let back = id_of(&rewind(&host, &id, 1).unwrap());
    let restored = restore(&host, &saved, RestoreAs::Copy(3))
        .session_id()
        .clone();
    let result = |id: &SessionId| host.reply(id, "")["result"].clone();
    assert_eq!(result(&id), "old");
    assert_eq!(result(&copy), "old");
    assert_eq!(result(&back), "old");
    assert_eq!(result(&restored), "new");
}

// ── History ─────────────────────────────────────────────────────────────────

#[test]
fn every_pause_can_be_gone_back_to_even_from_the_end() {
    let (host, id, _) = recorded(TWO_QUESTIONS, HistoryLimits::default());
    assert_eq!(host.snapshot(&id)["kept_pauses"], json!([1]));
    host.reply(&id, "a");
    assert_eq!(host.snapshot(&id)["kept_pauses"], json!([1, 2]));
    let second = rewind(&host, &id, 2).unwrap();
    assert_eq!(
        (&second["pause"], &second["prompt"]),
        (&json!(2), &json!("second"))
    );
    assert_eq!(host.reply(&id, "b")["result"], "ab");
    assert_eq!(host.registry.kept_pauses(&id).unwrap(), [1, 2]);
    let first = id_of(&rewind(&host, &id, 1).unwrap());
    host.reply(&first, "x");
    assert_eq!(host.reply(&first, "y")["result"], "xy");
    assert_eq!(host.reply(&id_of(&second), "z")["result"], "az");
    // A session that was made so has a history of its own.
    let again = id_of(&rewind(&host, &first, 2).unwrap());
    assert_eq!(host.reply(&again, "w")["result"], "xw");
}

#[test]
fn going_back_to_the_current_pause_takes_answers_back() {
    let code = "local l = alc.llm_batch({{prompt='a'},{prompt='b'}}) return l";
    let (host, id, _) = recorded(code, HistoryLimits::default());
    host.feed(&id, &[("q-0", "one")], None).unwrap();
    let back = rewind(&host, &id, 1).unwrap();
    assert_eq!(back["queries"].as_array().unwrap().len(), 2);
    let forked = fork(&host, &id);
    assert_eq!(forked["queries"].as_array().unwrap().len(), 1);
}

#[test]
fn history_is_bounded() {
    let code = "for i = 1, 10 do alc.llm('n' .. i) end";
    let three = HistoryLimits {
        pauses: 3,
        ..HistoryLimits::default()
    };
    let (host, id, _) = recorded(code, three);
    for _ in 1..5 {
        host.reply(&id, "");
    }
    assert_eq!(host.registry.kept_pauses(&id).unwrap(), [3, 4, 5]);
    let refused = rewind(&host, &id, 2).unwrap_err();
    assert_eq!(refused.code().as_str(), "invalid_argument");
    assert_eq!(
        refused.to_string(),
        format!(
            "invalid argument `pause`: pause 2 of session '{id}' is not kept; kept are: 3, 4, 5"
        )
    );
    let none = HistoryLimits {
        bytes: 0,
        ..HistoryLimits::default()
    };
    let (host, id, _) = recorded(code, none);
    let refused = rewind(&host, &id, 1).unwrap_err();
    assert!(refused.to_string().ends_with("kept are: none"), "{refused}");
}

#[test]
fn without_history_nothing_is_kept() {
    let host = Host::default();
    let (id, _) = host.start(TWO_QUESTIONS);
    assert_eq!(code_of(rewind(&host, &id, 1)), "invalid_argument");
    assert!(host.snapshot(&id).get("kept_pauses").is_none());
    assert_eq!(
        code_of(rewind(&host, &"s-0-0".into(), 1)),
        "session_not_found"
    );
    assert_eq!(
        code_of(host.registry.kept_pauses(&"s-0-0".into())),
        "session_not_found"
    );
}

#[test]
fn history_goes_on_in_copies_and_ends_with_gc() {
    let (host, id, _) = recorded(TWO_QUESTIONS, HistoryLimits::default());
    let fresh = Host::default();
    restore(&fresh, &save(&host, &id), RestoreAs::Same);
    fresh.reply(&id, "a");
    assert_eq!(fresh.registry.kept_pauses(&id).unwrap(), [1, 2]);
    fresh.reply(&id, "b");
    fresh.registry.gc(fresh.now() + HOUR).unwrap();
    assert!(rewind(&fresh, &id, 1).is_ok());
    fresh.registry.gc(fresh.now() + 3 * HOUR).unwrap();
    assert_eq!(code_of(rewind(&fresh, &id, 1)), "session_not_found");
}
