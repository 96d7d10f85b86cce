//! `alc.cache`, `alc.tuning`, `alc.pipe`.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, outcome};

/// The result and the prompts of a program with some packages.
fn run(modules: &[(&str, &str)], code: &str) -> (Json, Vec<String>) {
    let packages = Packages::default();
    for (name, source) in modules {
        packages.insert(name, source).unwrap();
    }
    let mut run = Run::with(code, json!({}), Rc::new(packages), 64 << 20);
    let mut prompts = Vec::new();
    let event = run.finish(|query| {
        prompts.push(query.prompt.clone());
        format!("[{}]", query.prompt)
    });
    (outcome(event), prompts)
}

#[test]
fn an_answer_is_asked_for_once() {
    let code = "
        local first, second = alc.cache('q'), alc.cache('q')
        alc.cache('q', {system='s'}) alc.cache('q', {grounded=true}) alc.cache('Q')
        alc.cache('q', {max_tokens=1024}) alc.cache('qs', {system=''})
        return {first, second, alc.cache_info()}";
    let (result, prompts) = run(&[], code);
    assert_eq!(prompts, ["q", "q", "q", "Q", "q", "qs"]);
    let info = json!({"entries": 6, "hits": 1, "misses": 6, "max_entries": 256});
    assert_eq!(result, json!(["[q]", "[q]", info]));

    let mut run = Run::new("alc.cache('q') alc.cache('q')", json!({}));
    run.finish(|_| String::new());
    assert_eq!(
        run.logs(),
        [
            "debug alc.log: alc.cache: miss",
            "debug alc.log: alc.cache: hit"
        ]
    );
}

#[test]
fn keys_and_skipping_are_the_callers_choice() {
    let code = "
        local a = alc.cache('a', {cache_key='k'}) .. alc.cache('b', {cache_key='k'})
        local c = alc.cache('a', {cache_skip=true}) .. alc.cache('a', {cache_skip=true})
        return {a, c, alc.cache_info().entries}";
    let (result, prompts) = run(&[], code);
    assert_eq!(result, json!(["[a][a]", "[a][a]", 1]));
    assert_eq!(prompts, ["a", "a", "a"]);
}

#[test]
fn the_cache_is_bounded_and_can_be_emptied() {
    let code = "
        for i = 1, 300 do alc.cache(tostring(i)) end
        local full = alc.cache_info()
        alc.cache('300') alc.cache('1')
        local after = alc.cache_info()
        alc.cache_clear()
        return {full, after, alc.cache_info()}";
    let (result, _) = run(&[], code);
    let info = |entries, hits, misses| json!({"entries": entries, "hits": hits, "misses": misses, "max_entries": 256});
    assert_eq!(
        result,
        json!([info(256, 0, 300), info(256, 1, 301), info(0, 0, 0)])
    );
}

#[test]
fn settings_are_overridden_by_name() {
    for (args, result) in [
        ("{a=1, b=2}, {b=3, c=4}", json!({"a": 1, "b": 3})),
        ("{a=1}, {p={a=2}}, {prefix='p'}", json!({"a": 2})),
        ("{a=1}, {p=5}, {prefix='p'}", json!({"a": 1})),
        ("{a=1}, {a=2}, {prefix='p'}", json!({"a": 1})),
        ("{a=true}, {a=false}", json!({"a": false})),
        (
            "{a={x=1, y=2}}, {a={y=3, z=4}}",
            json!({"a": {"x": 1, "y": 3}}),
        ),
        ("{a={1, 2}}, {a={3}}", json!({"a": [3]})),
        ("{a={x=1}}, {a=5}", json!({"a": 5})),
        ("{a=1, _schema={a='int'}}, {}", json!({"a": 1})),
        ("{a=1}", json!({"a": 1})),
        ("5, {}", json!(5)),
    ] {
        assert_eq!(
            eval(&format!("return alc.tuning({args})")),
            result,
            "{args}"
        );
    }
    let code = "local d = {a={x=1}} local t = alc.tuning(d, {}) t.a.x = 2 return d.a.x";
    assert_eq!(eval(code), json!(1));
}

const STAGES: [(&str, &str); 5] = [
    (
        "up",
        "return {run = function(ctx) ctx.result = ctx.task:upper() return ctx end}",
    ),
    (
        "ask",
        "return {run = function(ctx) ctx.result = alc.llm(ctx.task) return ctx end}",
    ),
    (
        "list",
        "return {run = function(ctx) ctx.result = {ctx.task} return ctx end}",
    ),
    (
        "bad",
        "return {run = function(ctx) ctx.result = 'half' error('broken', 0) end}",
    ),
    ("none", "return {}"),
];

#[test]
fn each_result_is_the_next_task() {
    let code = "
        local ctx = {task='t', keep=1}
        local seen = {}
        local out = alc.pipe({'up', 'ask', function(c) return {task=c.task, result=c.task .. '!'} end, 'list', 'ask'}, ctx,
          {on_stage=function(i, name, c) seen[i] = name .. '=' .. type(c.result) end})
        return {out.result, out.keep == nil, ctx.result == nil, seen, #out.pipe_history, out.pipe_history[3]}";
    let (result, prompts) = run(&STAGES, code);
    assert_eq!(prompts, ["T", "[\"[T]!\"]"]);
    assert_eq!(
        result,
        json!([
            "[[\"[T]!\"]]",
            true,
            true,
            ["up=string", "ask=string", "(inline-3)=string", "list=table", "ask=string"],
            5,
            {"strategy": "(inline-3)", "result": "[T]!"}
        ])
    );
}

#[test]
fn failing_stages_abort_or_are_skipped() {
    let code = "return alc.pipe({'up', 'bad', 'list'}, {task='t'}, {on_error='skip'})";
    let (result, _) = run(&STAGES, code);
    assert_eq!(
        result,
        json!({
            "task": "T", "result": ["T"],
            "pipe_history": [
                {"strategy": "up", "result": "T"},
                {"strategy": "bad", "error": "broken"},
                {"strategy": "list", "result": ["T"]}
            ]
        })
    );
    let (result, _) = run(&STAGES, "return alc.pipe({'up', 'bad'}, {task='t'})");
    assert_eq!(result, "lua error: runtime error: broken");
}

#[test]
fn what_is_wrong_with_a_pipe_is_said_before_it_runs() {
    for (args, text) in [
        ("{}, {}", "strategies must be a non-empty array"),
        ("'up', {}", "strategies must be a non-empty array"),
        ("{'up'}, 5", "ctx must be a table"),
        (
            "{'ask', 'none'}, {task='t'}",
            "strategy 'none' must export run(ctx)",
        ),
        (
            "{'ask', 5}, {task='t'}",
            "strategy[2] must be a string or function",
        ),
        (
            "{function() return 5 end}, {}, {on_error='skip'}",
            "strategy '(inline-1)' must return a table (ctx)",
        ),
    ] {
        let (result, prompts) = run(&STAGES, &format!("alc.pipe({args})"));
        assert_eq!(
            result,
            format!("lua error: runtime error: strategy:1: alc.pipe: {text}"),
            "{args}"
        );
        assert!(prompts.is_empty(), "{args}");
    }
    let (result, _) = run(&STAGES, "alc.pipe({'up', 'far'}, {task='t'})");
    let text = result.as_str().unwrap();
    assert!(
        text.starts_with("lua error: runtime error: strategy:1: alc.pipe: failed to load strategy 'far': module 'far' not found:"),
        "{text}"
    );
}
