//! `alc.fork`: children side by side, their queries as one pause.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use serde_json::{Value as Json, json};

use crate::driver::{Run, outcome};
use crate::trees::Theirs;

/// Strategies that ask in different ways.
const STRATEGIES: [(&str, &str); 8] = [
    (
        "one",
        "return {run = function(ctx) return {got = alc.llm('one ' .. ctx.task, {role = 'r'})} end}",
    ),
    (
        "two",
        "return {run = function(ctx) local a = alc.llm('two-a') return a .. alc.llm('two-b ' .. a) end}",
    ),
    (
        "batch",
        "return {run = function() return alc.llm_batch {{prompt = 'x'}, {prompt = 'y'}} end}",
    ),
    ("bad", "return {run = function() error('broken') end}"),
    (
        "deep",
        "return {run = function()
            local co = coroutine.wrap(function()
                local items = {2, 1}
                table.sort(items, function(a, b) return tonumber(alc.llm('deep')) > 0 and a < b end)
                coroutine.yield(items)
            end)
            return co()
        end}",
    ),
    (
        "nest",
        "return {run = function(ctx)
            local inner = alc.fork({'two', 'one'}, ctx)
            return {inner[1].result, inner[2].result.got}
        end}",
    ),
    (
        "alone",
        "leaked = (leaked or 0) + 1
        string.mine = (string.mine or 0) + 1
        return {run = function(ctx)
            ctx.list[1] = ctx.list[1] + 1
            alc.state.set('k', leaked)
            alc.stats.record('seen', leaked)
            return {leaked, string.mine, ctx.list[1], load('return leaked')(), alc.json_array(),
                pcall(coroutine.yield)}
        end}",
    ),
    (
        "safe",
        "return {run = function() return {pcall(alc.llm, 'risky')} end}",
    ),
];

fn run(code: &str, ctx: Json) -> Run {
    let packages = Packages::default();
    for (name, source) in STRATEGIES {
        packages.insert(name, source).unwrap();
    }
    Run::with(code, ctx, Rc::new(packages), 64 << 20)
}

fn ids(event: &Json) -> Vec<String> {
    let queries = event["queries"].as_array().unwrap();
    let id = |query: &Json| query["id"].as_str().unwrap().to_owned();
    queries.iter().map(id).collect()
}

#[test]
fn all_open_queries_are_one_pause_and_a_child_goes_on_with_its_own_answers() {
    let mut run = run(
        "return alc.fork({'two', 'one', 'batch'}, {task = 'T'})",
        json!({}),
    );
    let event = run.go().theirs();
    assert_eq!(ids(&event), ["f-0-0", "f-1-0", "f-2-0", "f-2-1"]);
    assert_eq!(event["queries"][1]["role"], "r");
    let event = run.feed(Some("f-0-0"), "A", None).unwrap().theirs();
    assert_eq!(
        (event["status"].as_str(), &event["pause"]),
        (Some("needs_response"), &json!(2))
    );
    assert_eq!(ids(&event), ["f-1-0", "f-2-0", "f-2-1", "f-0-1"]);
    assert_eq!(event["queries"][3]["prompt"], "two-b A");
    let event = run.feed(Some("f-2-1"), "Y", None).unwrap().theirs();
    assert_eq!(event["status"], "accepted");
    run.feed(Some("f-0-1"), "B", None).unwrap();
    run.feed(Some("f-1-0"), "O", None).unwrap();
    let end = run.feed(Some("f-2-0"), "X", None).unwrap().theirs();
    assert_eq!(
        end["result"],
        json!([
            {"strategy": "two", "ok": true, "result": "AB"},
            {"strategy": "one", "ok": true, "result": {"got": "O"}},
            {"strategy": "batch", "ok": true, "result": ["X", "Y"]},
        ])
    );
    assert_eq!(end["stats"]["auto"]["llm_calls"], 5);
    assert_eq!(end["transcript"].as_array().unwrap().len(), 5);
}

#[test]
fn an_answer_for_an_earlier_pause_counts_where_the_query_is_the_same() {
    use algocline_wasm::domain::Answer;
    let mut run = run("return alc.fork({'two', 'one'}, {task = 'T'})", json!({}));
    run.go();
    run.feed(Some("f-0-0"), "A", None).unwrap();
    let answer = |id: &str| Answer {
        query_id: id.into(),
        response: "late".into(),
        usage: None,
    };
    let mut record = run.host.record.clone();
    assert!(record.feed(&[answer("f-0-1")], Some(1), 0).is_err());
    assert!(record.feed(&[answer("f-1-0")], Some(1), 0).is_ok());
    assert_eq!(run.host.record.check_waiting(), Ok(()));
}

#[test]
fn children_may_ask_in_coroutines_and_comparators() {
    let mut run = run(
        "return alc.fork({'deep', 'deep', 'one'}, {task = 'T'})",
        json!({}),
    );
    run.slice = 500;
    let end = outcome(run.finish(|_| "1".into()));
    assert_eq!(
        end[0],
        json!({"strategy": "deep", "ok": true, "result": [1, 2]})
    );
    assert_eq!(end[1]["result"], json!([1, 2]));
}

#[test]
fn forks_nest() {
    let mut run = run("return alc.fork({'nest', 'nest'}, {task = 'T'})", json!({}));
    let event = run.go().theirs();
    assert_eq!(ids(&event), ["f-0-0", "f-0-1", "f-1-0", "f-1-1"]);
    let event = run.feed(Some("f-1-0"), "A", None).unwrap().theirs();
    assert_eq!(ids(&event), ["f-0-0", "f-0-1", "f-1-1", "f-1-2"]);
    let mut end = Json::Null;
    while end == Json::Null {
        let query = run.open().remove(0);
        let event = run
            .feed(Some(query.id.as_str()), query.id.as_str(), None)
            .unwrap();
        if event.is_terminal() {
            end = outcome(event.theirs());
        }
    }
    assert_eq!(end[0]["result"], json!(["f-0-0f-0-2", "f-0-1"]));
    assert_eq!(end[1]["result"], json!(["Af-1-2", "f-1-1"]));
}

#[test]
fn children_share_nothing_but_the_accounts() {
    let code = "local ctx = {list = {1}}
        local found = alc.fork({'alone', 'alone'}, ctx)
        return {found[1].result, found[2].result, ctx.list[1], leaked == nil, string.mine == nil,
            package.loaded.alone == nil, alc.stats.get('seen')}";
    let mut run = run(code, json!({}));
    let child = json!([
        1,
        1,
        2,
        1,
        [],
        false,
        "attempt to yield from outside a coroutine"
    ]);
    assert_eq!(
        outcome(run.finish(|_| String::new())),
        json!([child, child, 1, true, true, true, 1])
    );
}

#[test]
fn a_failed_child_is_an_entry_or_an_error() {
    for (opts, expected) in [
        ("nil", json!(true)),
        ("{on_error = 'skip'}", json!(true)),
        (
            "{on_error = 'abort'}",
            json!("alc.fork: strategy 'bad' failed: lua error: runtime error: "),
        ),
        (
            "{on_error = 'fail'}",
            json!("alc.fork: strategy 'bad' failed: lua error: runtime error: "),
        ),
        (
            "{on_error = 'x'}",
            json!("alc.fork: on_error must be 'skip', 'abort' or 'fail', got 'x'"),
        ),
    ] {
        let code = format!(
            "local ok, found = pcall(alc.fork, {{'one', 'bad', 'none'}}, {{task = 'T'}}, {opts})
            return ok and (not found[2].ok and not found[3].ok and found[1].ok) or found"
        );
        let found = outcome(run(&code, json!({})).finish(|_| "R".into()));
        match expected.as_str() {
            Some(expected) => assert!(found.as_str().unwrap().starts_with(expected), "{found}"),
            None => assert_eq!(found, expected),
        }
    }
}

#[test]
fn a_query_that_fails_is_an_error_of_its_child_only() {
    let mut run = run(
        "return alc.fork({'safe', 'one', 'batch'}, {task = 'T'})",
        json!({}),
    );
    run.go();
    run.fail("f-0-0", "no model");
    run.fail("f-2-1", "no model");
    let end = run.feed(Some("f-1-0"), "R", None).unwrap().theirs();
    assert_eq!(end["result"][0]["result"], json!([false, "no model"]));
    assert_eq!(end["result"][1]["ok"], true);
    assert_eq!(end["result"][2]["error"], "lua error: no model");
}

#[test]
fn children_share_the_budget() {
    let ctx = json!({"budget": {"max_llm_calls": 2}});
    let code = "return alc.fork({'one', 'batch', 'one'}, {task = 'T'})";
    let end = outcome(run(code, ctx).finish(|_| "R".into()));
    assert_eq!(
        (&end[0]["ok"], &end[1]["ok"], &end[2]["ok"]),
        (&json!(true), &json!(false), &json!(true))
    );
    assert!(
        end[1]["error"]
            .as_str()
            .unwrap()
            .contains("budget_exceeded")
    );
}

#[test]
fn memory_that_runs_out_while_children_are_made_is_an_error() {
    let packages = Packages::default();
    packages.insert("one", STRATEGIES[0].1).unwrap();
    let code = "local names = {} for i = 1, 500 do names[i] = 'one' end
        return {pcall(alc.fork, names, {task = 'T'})}";
    let mut run = Run::with(code, json!({}), Rc::new(packages), 4 << 20);
    run.slice = 1_000_000;
    assert_eq!(
        outcome(run.finish(|_| "R".into())),
        json!([false, "not enough memory"])
    );
}
