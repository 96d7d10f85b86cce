//! The part of `alc` that is written in Lua.

use serde_json::json;

use crate::driver::{Run, eval, eval_with, outcome};
use crate::trees::Theirs;

#[test]
fn lists_are_mapped_filtered_folded_and_counted() {
    for (code, result) in [
        (
            "return alc.map({1, 2}, function(x, i) return x * i end)",
            json!([1, 4]),
        ),
        (
            "return alc.map({1, nil, 3}, function(x) return x end)",
            json!([1]),
        ),
        (
            "return alc.filter({1, 2, 3}, function(x, i) return i > 1 end)",
            json!([2, 3]),
        ),
        (
            "return alc.reduce({1, 2, 3}, function(a, b) return a + b end)",
            json!(6),
        ),
        (
            "return alc.reduce({1, 2}, function(a, b, i) return a .. b .. i end, 'x')",
            json!("x1122"),
        ),
        ("return {alc.reduce({}, error)}", json!({})),
        ("return alc.reduce({}, error, 5)", json!(5)),
        (
            "return alc.vote{'a', ' a ', 'b'}",
            json!({"winner": "a", "count": 2, "total": 3}),
        ),
        (
            "return alc.vote{'b', 'a', 'a', 'b'}",
            json!({"winner": "b", "count": 2, "total": 4}),
        ),
        ("return alc.vote{}", json!({"count": 0, "total": 0})),
    ] {
        assert_eq!(eval(code), result, "{code}");
    }
}

#[test]
fn callbacks_may_ask() {
    let code = "return alc.map({'a', 'b'}, function(x) return alc.llm(x) end)";
    assert_eq!(eval(code), json!(["answer to a", "answer to b"]));
}

#[test]
fn numbers_are_read_from_text() {
    let code = "return {alc.parse_score('Score: 15'), alc.parse_score('0'), alc.parse_score('none'), alc.parse_score('none', 3), alc.parse_score('-3'), alc.parse_score('7.9'), alc.parse_score(nil), alc.parse_score(('9'):rep(30))}";
    assert_eq!(eval(code), json!([10, 1, 5, 3, 3, 7, 5, 10]));
    let code = "return {alc.parse_number('v1.2.3'), alc.parse_number('-.5'), alc.parse_number('3.'), alc.parse_number('-7x'), alc.parse_number('a1b22', 'b(%d+)'), alc.parse_number('none') == nil, alc.parse_number(5) == nil}";
    assert_eq!(eval(code), json!([1.2, 5, 3.0, -7, 22, true, true]));
}

#[test]
fn formatting_minds_no_kind_of_number() {
    for (args, text) in [
        ("'%d %d %d %d', 2.5, -2.5, 2.4, '3.5'", "3 -3 2 4"),
        ("'%5d|%-5.1f|%x', 0/0, 1/0, -1/0", "  NaN|Inf  |-Inf"),
        ("'%s %s', nil, true", "<nil> true"),
        ("'%5.2f%%', '3.14159'", " 3.14%"),
        (
            "'%s', setmetatable({}, {__tostring = function() return 'T' end})",
            "T",
        ),
        ("'plain'", "plain"),
        ("nil", ""),
        ("'%q', 'a'", "\"a\""),
    ] {
        assert_eq!(eval(&format!("return alc.fmt({args})")), text, "{args}");
    }
    let error = |args: &str| eval(&format!("return select(2, pcall(alc.fmt, {args}))"));
    let missing = error("'%d %d', 1");
    assert!(
        missing
            .as_str()
            .unwrap()
            .ends_with("bad argument #3 to 'format' (no value)"),
        "{missing}"
    );
    let wrong = error("'%d', 'x'");
    assert!(
        wrong
            .as_str()
            .unwrap()
            .ends_with("bad argument #2 to 'format' (number expected, got string)"),
        "{wrong}"
    );
    let mut run = Run::new("alc.log_fmt('warn', '%d of %s', 1.6, nil)", json!({}));
    run.finish(|_| String::new());
    assert_eq!(run.logs(), ["warn alc.log: 2 of <nil>"]);
}

#[test]
fn fingerprints_fold_case_and_blanks() {
    let code = "return {alc.fingerprint('Hello  World'), alc.fingerprint(' hello\\tworld\\n'), alc.fingerprint(''), alc.fingerprint(nil), alc.fingerprint('日本'), alc.fingerprint(12)}";
    let found = eval(code);
    assert_eq!(found[0], "3551c8c1");
    assert_eq!(found[1], "3551c8c1");
    assert_eq!(found[2], "00001505");
    assert_eq!(found[3], "0b8894c8");
    assert_eq!(found[4], "2b6c5b35");
}

#[test]
fn json_is_asked_for_twice_at_most() {
    let run = |answers: &[&str]| {
        let mut run = Run::new(
            "return {alc.llm_json('give', {role='r', system='s'})}",
            json!({}),
        );
        let mut queries = Vec::new();
        let mut answers = answers.iter();
        let event = run.finish(|query| {
            queries.push(query.clone());
            (*answers.next().unwrap()).to_owned()
        });
        (outcome(event), queries)
    };
    let (result, queries) = run(&["Sure: {\"a\":1}"]);
    assert_eq!(result, json!([{"a": 1}, "Sure: {\"a\":1}"]));
    assert_eq!(queries.len(), 1);
    let (result, queries) = run(&["no", "[1]"]);
    assert_eq!(result, json!([[1], "[1]"]));
    assert!(queries[1].prompt.contains("Previous output:\nno\n"));
    assert!(queries[1].prompt.ends_with("Original request:\ngive"));
    assert_eq!(queries[1].role.as_deref(), Some("r"));
    assert!(
        queries[1]
            .system
            .as_deref()
            .unwrap()
            .contains("ONLY valid JSON")
    );
    let (result, _) = run(&["no", "still no"]);
    assert_eq!(result, json!([null, "still no"]));
}

#[test]
fn a_safe_query_has_a_default() {
    let mut run = Run::new(
        "return alc.llm_safe('p', nil, 'D')",
        json!({"budget": {"max_llm_calls": 0}}),
    );
    assert_eq!(outcome(run.finish(|_| String::new())), "D");
    assert_eq!(
        run.logs(),
        ["warn alc.log: alc.llm_safe: budget_exceeded: max_llm_calls (0) reached (0 used)"]
    );
    assert_eq!(eval("return alc.llm_safe('p')"), "answer to p");
}

#[test]
fn grounding_and_specifying_copy_their_options() {
    let code = "local opts = {system='s'} alc.ground('c', opts) return opts.grounded == nil";
    let mut run = Run::new(code, json!({}));
    run.go();
    let query = run.open().remove(0);
    assert!(query.grounded && !query.underspecified);
    assert_eq!(query.system.as_deref(), Some("s"));
    assert_eq!(
        outcome(run.feed(None, "x", None).unwrap().theirs()),
        json!(true)
    );
    let mut run = Run::new("return alc.specify('c')", json!({}));
    run.go();
    assert!(run.open().remove(0).underspecified);
}

#[test]
fn items_are_asked_about_side_by_side() {
    let code = "return alc.parallel({'a', 'b'}, function(item, i) return item .. i end, {system='s', max_tokens=9, post_fn=function(r, item, i) return {r, item, i} end})";
    let mut run = Run::new(code, json!({}));
    run.go();
    let queries = run.open();
    assert_eq!(queries.len(), 2);
    assert_eq!(queries[1].prompt, "b2");
    assert_eq!(queries[1].system.as_deref(), Some("s"));
    assert_eq!(queries[1].max_tokens, 9);
    run.feed(Some("q-0"), "A", None).unwrap();
    let event = run.feed(Some("q-1"), "B", None).unwrap();
    assert_eq!(
        outcome(event.theirs()),
        json!([["A", "a", 1], ["B", "b", 2]])
    );

    let code =
        "return alc.parallel({1}, function() return {prompt='p', role='r'} end, {system='s'})";
    let mut run = Run::new(code, json!({}));
    run.go();
    let query = run.open().remove(0);
    assert_eq!((query.system, query.role.as_deref()), (None, Some("r")));
    for (args, text) in [
        ("{}, print", "items must be a non-empty array"),
        ("nil, print", "items must be a non-empty array"),
        ("{1}", "prompt_fn must be a function"),
        (
            "{1}, function() return {} end",
            "prompt_fn returned table without .prompt at index 1",
        ),
        (
            "{1}, function() return 5 end",
            "prompt_fn must return string or table, got number at index 1",
        ),
    ] {
        let error = eval(&format!("return select(2, pcall(alc.parallel, {args}))"));
        assert_eq!(error, format!("alc.parallel: {text}"), "{args}");
    }
}

#[test]
fn the_budget_can_be_looked_at() {
    let both = "return {alc.budget_check(), alc.budget_remaining()}";
    assert_eq!(eval(both), json!([true]));
    let ctx = json!({"budget": {"max_llm_calls": 1, "max_tokens": 100}});
    assert_eq!(
        eval_with(both, ctx.clone()),
        json!([true, {"llm_calls": 1, "tokens": 100}])
    );
    let after = "alc.llm('x') return alc.budget_check()";
    assert_eq!(eval_with(after, ctx), json!(false));
    let ctx = json!({"budget": {"max_tokens": 0}});
    assert_eq!(eval_with("return alc.budget_check()", ctx), json!(false));
}

#[test]
fn std_has_json_and_time_and_says_that_there_are_no_files() {
    assert_eq!(
        eval("return std.json.decode(std.json.encode({1}))"),
        json!([1])
    );
    assert_eq!(eval("return std.fs.is_file('x')"), json!(false));
    assert_eq!(
        eval("std.fs.read('x.txt')"),
        "lua error: runtime error: strategy:1: std.fs.read: there are no files here ('x.txt')"
    );
    assert_eq!(eval("return math.type(std.time.now())"), "float");
}

#[test]
fn programs_may_replace_functions() {
    let code =
        "alc.llm = function(p) return 'over:' .. p end return alc.llm_safe('x') .. alc.ground('y')";
    assert_eq!(eval(code), "over:xover:y");
    assert_eq!(eval("return alc._native == nil"), json!(true));
}
