//! `alc.llm` and `alc.llm_batch`: what is asked, where, and what comes back.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use algocline_wasm::domain::LlmQuery;
use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, eval_with, outcome};
use crate::trees::Theirs;

/// The result of a program whose queries are answered by their prompts in
/// brackets, and those prompts.
fn ask(code: &str) -> (Json, Vec<String>) {
    ask_in_slices(code, 100_000)
}

fn ask_in_slices(code: &str, slice: i64) -> (Json, Vec<String>) {
    let mut run = Run::new(code, json!({}));
    run.slice = slice;
    let mut prompts = Vec::new();
    let event = run.finish(|query| {
        prompts.push(query.prompt.clone());
        format!("[{}]", query.prompt)
    });
    (outcome(event), prompts)
}

#[test]
fn a_program_may_ask_at_every_call_site() {
    let cases: [(&str, Json, &[&str]); 14] = [
        (
            "return alc.llm('a') .. alc.llm('b')",
            json!("[a][b]"),
            &["a", "b"],
        ),
        ("return (alc.llm('a'))", json!("[a]"), &["a"]),
        (
            "local t = {'b', 'a'} table.sort(t, function(x, y) return alc.llm(x .. '<' .. y) == '[a<b]' end) return t",
            json!(["a", "b"]),
            &["a<b"],
        ),
        (
            "return (('ab'):gsub('%w', function(c) return alc.llm(c) end))",
            json!("[a][b]"),
            &["a", "b"],
        ),
        (
            "return setmetatable({}, {__index = function(_, k) return alc.llm(k) end}).key",
            json!("[key]"),
            &["key"],
        ),
        (
            "return setmetatable({}, {__concat = function(_, k) return alc.llm(k) end}) .. 'x'",
            json!("[x]"),
            &["x"],
        ),
        (
            "return tostring(setmetatable({}, {__tostring = function() return alc.llm('ts') end}))",
            json!("[ts]"),
            &["ts"],
        ),
        (
            "do local x <close> = setmetatable({}, {__close = function() Y = alc.llm('close') end}) end return Y",
            json!("[close]"),
            &["close"],
        ),
        (
            "for x in function() return alc.llm('it') end do return x end",
            json!("[it]"),
            &["it"],
        ),
        (
            "return select(2, pcall(alc.llm, 'p'))",
            json!("[p]"),
            &["p"],
        ),
        (
            "return select(2, xpcall(error, function() return alc.llm('handler') end))",
            json!("[handler]"),
            &["handler"],
        ),
        (
            "local f = coroutine.wrap(function(a) local b = coroutine.yield(alc.llm(a)) return alc.llm(b) end) return f('1') .. f('2')",
            json!("[1][2]"),
            &["1", "2"],
        ),
        (
            "return load('return alc.llm(...)')('loaded')",
            json!("[loaded]"),
            &["loaded"],
        ),
        (
            "return load(function() if not done then done = true return 'return ' .. ('%q'):format(alc.llm('source')) end end)()",
            json!("[source]"),
            &["source"],
        ),
    ];
    for (code, result, prompts) in cases {
        for slice in [1, 7, 100_000] {
            let found = ask_in_slices(code, slice);
            assert_eq!(found.0, result, "{code} in slices of {slice}");
            let asked: Vec<&str> = found.1.iter().map(String::as_str).collect();
            assert_eq!(asked, prompts, "{code} in slices of {slice}");
        }
    }
}

#[test]
fn a_comparator_that_asks_sorts_a_long_list() {
    let code = "
        local t = {} for i = 1, 40 do t[i] = (i * 17) % 41 end
        table.sort(t, function(a, b) return tonumber(alc.llm(a .. '-' .. b):match('%d+')) < b end)
        return t";
    let (result, prompts) = ask(code);
    assert_eq!(result, json!((1..=40).collect::<Vec<_>>()));
    assert!(prompts.len() > 100);
}

#[test]
fn options_are_taken_leniently() {
    let query = |opts: &str| {
        let mut run = Run::new(&format!("return alc.llm('p', {opts})"), json!({}));
        run.go();
        run.open().remove(0)
    };
    let plain = LlmQuery::new("q-0".into(), "p");
    assert_eq!(query("nil"), plain);
    assert_eq!(query("{}"), plain);
    assert_eq!(query("{max_tokens=-1, system={}, role=true}"), plain);
    assert_eq!(query("{max_tokens=1e300, grounded=false}"), plain);
    let full = LlmQuery {
        system: Some("2.0".into()),
        max_tokens: 77,
        grounded: true,
        underspecified: true,
        cache_breakpoint: Some(String::new()),
        role: Some("judge".into()),
        ..plain.clone()
    };
    let options = "{system=2.0, max_tokens=' 77 ', grounded=0, underspecified='', cache_breakpoint='', role='judge', other=1}";
    assert_eq!(query(options), full);
    let inherited = format!("setmetatable({{}}, {{__index = {options}}})");
    assert_eq!(query(&inherited), full);
}

#[test]
fn wrong_arguments_are_named() {
    let error = |code: &str| {
        let code = format!("local ok, e = pcall({code}) return e");
        eval(&code).as_str().unwrap().to_owned()
    };
    let string = "(expected string or number)";
    for (call, text) in [
        ("alc.llm", format!("bad argument #1: error converting Lua nil to String {string}")),
        ("alc.llm, true", format!("bad argument #1: error converting Lua boolean to String {string}")),
        ("alc.llm, 'p', 'opts'", "bad argument #2: error converting Lua string to table".into()),
        ("alc.llm, 'p', 5", "bad argument #2: error converting Lua integer to table".into()),
        ("alc.llm, '\\xff'", "bad argument #1: error converting Lua string to String (invalid utf-8 sequence of 1 bytes from index 0)".into()),
        ("alc.llm_batch", "bad argument #1: error converting Lua nil to table".into()),
        ("alc.llm_batch, {}", "alc.llm_batch: empty items array".into()),
        ("alc.llm_batch, {prompt='p'}", "alc.llm_batch: empty items array".into()),
        ("alc.llm_batch, {'p'}", "error converting Lua string to table".into()),
        ("alc.llm_batch, {{}}", format!("error converting Lua nil to String {string}")),
    ] {
        assert_eq!(error(call), text, "{call}");
    }
}

#[test]
fn a_batch_keeps_the_order_of_its_items() {
    let code = "return alc.llm_batch({{prompt='a', system=5, role=6}, {prompt=2, system='s', max_tokens=3}, {prompt='c', grounded=true}})";
    let mut run = Run::new(code, json!({}));
    run.go();
    let queries = run.open();
    assert_eq!(queries[0].system, None);
    assert_eq!(queries[0].role, None);
    assert_eq!(queries[1].prompt, "2");
    assert_eq!(queries[1].max_tokens, 3);
    assert!(queries[2].grounded);
    run.feed(Some("q-2"), "C", None).unwrap();
    run.feed(Some("q-0"), "A", None).unwrap();
    let event = run.feed(Some("q-1"), "B", None).unwrap();
    assert_eq!(outcome(event.theirs()), json!(["A", "B", "C"]));
}

#[test]
fn the_budget_is_checked_before_asking() {
    let two = json!({"budget": {"max_llm_calls": 2}});
    let code = "
        local first = alc.llm('a')
        local ok, e = pcall(alc.llm_batch, {{prompt='b'}, {prompt='c'}})
        local last = alc.llm('d')
        local again, why = pcall(alc.llm, 'e')
        return {e, last, why, alc.stats.llm_calls()}";
    let result = eval_with(code, two);
    // Two more would be three: native algocline lets a batch overshoot.
    assert_eq!(
        result,
        json!([
            "budget_exceeded: max_llm_calls (2) reached (1 used, 2 requested)",
            "answer to d",
            "budget_exceeded: max_llm_calls (2) reached (2 used)",
            2
        ])
    );
    let tokens = json!({"budget": {"max_tokens": 1}});
    let result = eval_with("alc.llm('long enough') alc.llm('x')", tokens);
    assert_eq!(
        result,
        "lua error: budget_exceeded: max_tokens (1) reached (9 used)"
    );
}

#[test]
fn a_failed_query_is_an_error_that_can_be_caught() {
    let mut run = Run::new("return {pcall(alc.llm, 'p')}", json!({}));
    run.go();
    let event = run.fail("q-0", "the model is gone");
    assert_eq!(outcome(event.theirs()), json!([false, "the model is gone"]));

    let mut run = Run::new("alc.llm_batch({{prompt='a'}, {prompt='b'}})", json!({}));
    run.go();
    let event = run.fail("q-1", "the model is gone").theirs();
    assert_eq!(event["error"], "lua error: the model is gone");

    let mut run = Run::new("pcall(alc.llm, 'p') return alc.llm('q')", json!({}));
    run.go();
    run.fail("q-0", "once");
    let event = run.feed(None, "fine", None).unwrap();
    assert_eq!(outcome(event.theirs()), "fine");
}

#[test]
fn prompts_beyond_the_memory_are_refused() {
    let packages = || Rc::new(Packages::default());
    let code = "
        local long = ('x'):rep(1000000)
        local items = {}
        for i = 1, 1000 do items[i] = {prompt = long} end
        return {pcall(alc.llm_batch, items)}";
    let mut run = Run::with(code, json!({}), packages(), 16 << 20);
    let result = outcome(run.finish(|_| String::new()));
    assert_eq!(result, json!([false, "not enough memory"]));

    let mut run = Run::with(
        "return {pcall(alc.llm, 'p')}",
        json!({}),
        packages(),
        1 << 20,
    );
    run.go();
    let event = run.feed(None, &"x".repeat(2 << 20), None).unwrap();
    let result = outcome(event.theirs());
    assert_eq!(result, json!([false, "not enough memory"]));
}
