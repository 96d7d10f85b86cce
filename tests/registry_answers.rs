//! Answers: to one query, to several, late, twice, to nobody. A refused answer
//! changes nothing.

mod common;

use algocline_wasm::domain::{ErrorCode, SessionId};
use common::{Host, START, Theirs};
use serde_json::{Value as Json, json};

/// Three queries at once, whose answers the program returns.
const BATCH: &str = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})";

#[test]
fn one_query_stands_at_the_top_and_in_the_list() {
    let host = Host::default();
    let (id, event) = host.start("return alc.llm('2+2?', {system = 's', role = 'r'})");
    let query = json!({
        "id": "q-0", "query_id": "q-0", "prompt": "2+2?", "system": "s",
        "max_tokens": 1024, "role": "r",
    });
    let mut expected = query.clone();
    expected["status"] = json!("needs_response");
    expected["session_id"] = json!(id.as_str());
    expected["pause"] = json!(1);
    expected["queries"] = json!([query]);
    assert_eq!(event, expected);
    assert_eq!(host.registry.pending(&id).unwrap().theirs(), expected);
    let end = host.reply(&id, "4");
    assert_eq!(end["status"], "completed");
    assert_eq!(end["result"], "4");
    let exchange = json!({"query_id": "q-0", "prompt": "2+2?", "system": "s", "response": "4"});
    assert_eq!(end["transcript"], json!([exchange]));
}

#[test]
fn a_batch_is_answered_one_by_one_in_any_order() {
    let host = Host::default();
    let (id, event) = host.start(BATCH);
    assert_eq!(event.get("query_id"), None);
    assert_eq!(event["queries"].as_array().unwrap().len(), 3);
    for (query, remaining) in [("q-2", 2), ("q-0", 1)] {
        let accepted = host.feed(&id, &[(query, query)], Some(1)).unwrap();
        let expected = json!({"status": "accepted", "session_id": id.as_str(), "pause": 1, "remaining": remaining});
        assert_eq!(accepted, expected);
    }
    // Of a batch with one query left, that one stands at the top.
    assert_eq!(
        host.registry.pending(&id).unwrap().theirs()["query_id"],
        "q-1"
    );
    let end = host.feed(&id, &[("q-1", "one")], Some(1)).unwrap();
    assert_eq!(end["result"], json!(["q-0", "one", "q-2"]));
    assert_eq!(end["stats"]["auto"]["llm_calls"], 3);
}

#[test]
fn several_answers_at_once_are_all_taken_or_none() {
    let host = Host::default();
    let (id, _) = host.start(BATCH);
    host.feed(&id, &[("q-1", "b")], None).unwrap();
    let before = host.snapshot(&id);
    host.wait(1_000);
    for (answers, code, text) in [
        (
            &[("q-0", "a"), ("q-9", "x")][..],
            ErrorCode::UnknownQuery,
            "unknown query_id: q-9",
        ),
        (
            &[("q-0", "a"), ("q-1", "x")],
            ErrorCode::AlreadyResponded,
            "already responded to query_id: q-1",
        ),
        (
            &[("q-0", "a"), ("q-2", "c"), ("q-0", "x")],
            ErrorCode::AlreadyResponded,
            "already responded to query_id: q-0",
        ),
        (&[], ErrorCode::InvalidArgument, "Empty responses array"),
    ] {
        let error = host.feed(&id, answers, Some(1)).unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(error.to_string(), text);
        assert_eq!(error.session_id(), Some(&id));
        let after = host.snapshot(&id);
        assert_eq!(after["last_activity_at"], START);
        assert_eq!(after["metrics"]["tokens"], before["metrics"]["tokens"]);
        assert_eq!(after["pending_queries"], 2);
    }
    let end = host
        .feed(&id, &[("q-2", "c"), ("q-0", "a")], Some(1))
        .unwrap();
    assert_eq!(end["result"], json!(["a", "b", "c"]));
    assert_eq!(end["stats"]["auto"]["total_response_chars"], 3);
}

#[test]
fn an_answer_for_an_earlier_pause_is_refused() {
    let host = Host::default();
    let (id, event) = host.start("local a = alc.llm('first') return a .. alc.llm('second')");
    assert_eq!(event["pause"], 1);
    let event = host.feed(&id, &[("q-0", "1")], Some(1)).unwrap();
    assert_eq!(
        (&event["pause"], &event["prompt"]),
        (&json!(2), &json!("second"))
    );
    // The same answer again, as a nervous host sends it.
    let error = host.feed(&id, &[("q-0", "1")], Some(1)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::StalePause);
    assert_eq!(
        error.to_string(),
        "stale pause: the answer is for pause 1, the session is at pause 2"
    );
    let error = host
        .registry
        .fail(&id, &"q-0".into(), "x", Some(1), host.now())
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::StalePause);
    let end = host.feed(&id, &[("q-0", "2")], Some(2)).unwrap();
    assert_eq!(end["result"], "12");
}

#[test]
fn a_doubled_answer_leaves_the_first_one_in_the_transcript() {
    let host = Host::default();
    let (id, _) = host.start(BATCH);
    host.feed(&id, &[("q-0", "first")], None).unwrap();
    host.feed(&id, &[("q-0", "second, longer")], None)
        .unwrap_err();
    let end = host.feed(&id, &[("q-1", "b"), ("q-2", "c")], None).unwrap();
    assert_eq!(end["transcript"][0]["response"], "first");
    assert_eq!(end["stats"]["auto"]["total_response_chars"], 7);
}

#[test]
fn the_only_open_query_needs_no_name() {
    let host = Host::default();
    let (id, _) = host.start(BATCH);
    let sole = |pause| host.registry.sole_pending_id(&id, pause);
    let error = sole(None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidTransition);
    assert_eq!(
        error.to_string(),
        "invalid transition: 3 queries pending; specify query_id explicitly"
    );
    assert_eq!(sole(Some(7)).unwrap_err().code(), ErrorCode::StalePause);
    host.feed(&id, &[("q-0", "a"), ("q-1", "b")], None).unwrap();
    assert_eq!(sole(None).unwrap().as_str(), "q-2");
    assert_eq!(sole(Some(1)).unwrap().as_str(), "q-2");
}

#[test]
fn a_failed_query_raises_where_it_was_asked() {
    let host = Host::default();
    let (id, _) = host.start("return {pcall(alc.llm, 'a')}");
    let end = host.fail(&id, "q-0", "no model");
    assert_eq!(end["result"], json!([false, "no model"]));
    assert_eq!(end["transcript"][0]["error"], "no model");

    let (id, _) = host.start(&format!("alc.log('info', 'x') {BATCH}"));
    host.feed(&id, &[("q-0", "a")], None).unwrap();
    let end = host.fail(&id, "q-1", "down");
    assert_eq!(
        (&end["status"], &end["error"]),
        (&json!("error"), &json!("lua error: down"))
    );
    assert_eq!(end["transcript"][0]["response"], "a");
    assert_eq!(end["transcript"][2]["response"], Json::Null);
}

#[test]
fn a_failure_of_nothing_changes_nothing() {
    let host = Host::default();
    let (id, _) = host.start(BATCH);
    host.feed(&id, &[("q-0", "a")], None).unwrap();
    for (query, code) in [
        ("q-9", ErrorCode::UnknownQuery),
        ("q-0", ErrorCode::AlreadyResponded),
    ] {
        let error = host
            .registry
            .fail(&id, &query.into(), "m", None, host.now())
            .unwrap_err();
        assert_eq!(error.code(), code);
    }
    assert_eq!(host.snapshot(&id)["pending_queries"], 2);
}

#[test]
fn queries_pause_at_every_call_site() {
    let host = Host::default();
    for (code, expected) in [
        (
            "return ('a b'):gsub('%a', function(c) return alc.llm(c) end)",
            json!("(a) (b)"),
        ),
        (
            "local t = {3, 1, 2} table.sort(t, function(a, b) alc.llm('?') return a < b end) return t",
            json!([1, 2, 3]),
        ),
        (
            "return coroutine.wrap(function() return alc.llm('x') end)()",
            json!("(x)"),
        ),
        (
            "return setmetatable({}, {__index = function(_, k) return alc.llm(k) end}).key",
            json!("(key)"),
        ),
        (
            "return tostring(setmetatable({}, {__tostring = function() return alc.llm('s') end}))",
            json!("(s)"),
        ),
        (
            "for x in function() return alc.llm('it') end do return x end",
            json!("(it)"),
        ),
        (
            "return select(2, xpcall(error, function(e) return alc.llm(e) end, 'm'))",
            json!("(m)"),
        ),
    ] {
        let (id, mut event) = host.start(code);
        let mut pauses = 0;
        while event["status"] == "needs_response" {
            pauses += 1;
            let answer = format!("({})", event["prompt"].as_str().unwrap());
            event = host.reply(&id, &answer);
        }
        assert_eq!(event["result"], expected, "{code}: {event}");
        assert!(pauses > 0);
    }
}

#[test]
fn unknown_and_ended_sessions_are_not_found() {
    let host = Host::default();
    let (ended, _) = host.start("return 1");
    for id in [SessionId::from("s-1-2"), "".into(), ended] {
        let text = format!("session '{id}' not found");
        let errors = [
            host.feed(&id, &[("q-0", "x")], None).unwrap_err(),
            host.registry
                .fail(&id, &"q-0".into(), "m", None, START)
                .unwrap_err(),
            host.registry.sole_pending_id(&id, None).unwrap_err(),
            host.registry.pending(&id).unwrap_err(),
            host.registry
                .snapshot(&id, Default::default(), START)
                .unwrap_err(),
            host.cancel(&id, "").unwrap_err(),
            host.registry.step(&id, 1, START).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.code(), ErrorCode::SessionNotFound);
            assert_eq!(error.to_string(), text);
            assert_eq!(error.session_id(), Some(&id));
        }
    }
}
