//! Logs, progress, figures, the clock and the environment.

use crate::trees::Theirs;
use algocline_wasm::domain::SnapshotOptions;
use serde_json::json;

use crate::driver::{Run, eval, outcome};

#[test]
fn logs_and_prints_are_kept() {
    let code = "
        print('a', 1, 2.0, nil, setmetatable({}, {__tostring = function() return 'T' end}))
        print('line\\n\\n') print()
        alc.log('custom', 'hi') alc.log(1, 2.5)
        io.write('x', 1, '\\n') io.stderr:write('oh')";
    let mut run = Run::new(code, json!({}));
    run.finish(|_| String::new());
    assert_eq!(
        run.logs(),
        [
            "info alc.lua.print: a\t1\t2.0\tnil\tT",
            "info alc.lua.print: line",
            "info alc.lua.print: ",
            "custom alc.log: hi",
            "1 alc.log: 2.5",
            "info alc.lua.print: x1",
            "warn alc.lua.print: oh",
        ]
    );
}

#[test]
fn wrong_log_arguments_are_named() {
    assert_eq!(
        eval("alc.log('info')"),
        "lua error: bad argument #2: error converting Lua nil to String (expected string or number)"
    );
    assert_eq!(
        eval("alc.log({}, '')"),
        "lua error: bad argument #1: error converting Lua table to String (expected string or number)"
    );
}

#[test]
fn progress_is_replaced() {
    let code = "alc.progress('2', 3.9, 'm') alc.progress(4, 0)";
    let mut run = Run::new(code, json!({}));
    run.finish(|_| String::new());
    let snapshot = run.snapshot(SnapshotOptions::default());
    assert_eq!(
        snapshot["metrics"]["progress"],
        json!({"step": 4, "total": 0, "message": null})
    );
    for (args, text) in [
        (
            "-1, 3",
            "bad argument #1: error converting Lua integer to u64 (out of range)",
        ),
        (
            "1, -1.5",
            "bad argument #2: error converting Lua number to u64 (out of range)",
        ),
        (
            "1, 2^64",
            "bad argument #2: error converting Lua number to u64 (out of range)",
        ),
        (
            "1, 0/0",
            "bad argument #2: error converting Lua number to u64 (out of range)",
        ),
        (
            "1",
            "bad argument #2: error converting Lua nil to u64 (expected number or string coercible to number)",
        ),
        (
            "'x', 1",
            "bad argument #1: error converting Lua string to u64 (expected number or string coercible to number)",
        ),
        (
            "1, 1, {}",
            "bad argument #3: error converting Lua table to String (expected string or number)",
        ),
    ] {
        assert_eq!(
            eval(&format!("alc.progress({args})")),
            format!("lua error: {text}"),
            "{args}"
        );
    }
}

#[test]
fn observers_get_logs_and_progress_in_order() {
    let code = "alc.log('info', 'a') alc.progress(1, 2) print('b')";
    let mut run = Run::new(code, json!({}));
    run.host.observed = true;
    run.finish(|_| String::new());
    let notices = run.host.take_notices();
    let kinds: Vec<String> = notices
        .iter()
        .map(|notice| {
            let told = notice.get("message").filter(|_| notice.kind() == "log");
            let told = told.or(notice.get("step")).unwrap();
            format!("{} {}", notice.kind(), told.theirs())
        })
        .collect();
    assert_eq!(kinds, ["log \"a\"", "progress 1", "log \"b\""]);
    assert!(run.host.take_notices().is_empty());

    let mut run = Run::new("for i = 1, 5000 do alc.log('info', i) end", json!({}));
    run.host.observed = true;
    run.slice = i64::MAX;
    run.finish(|_| String::new());
    let notices = run.host.take_notices();
    assert_eq!(notices.len(), 1001);
    let last = notices.last().unwrap();
    let message = last.get("message").unwrap().theirs();
    assert!(
        message.as_str().unwrap().starts_with("4000 more"),
        "{message}"
    );
}

#[test]
fn figures_are_recorded() {
    let code = "
        alc.stats.record('a', 1) alc.stats.record('a', {x = {1, 2.5}})
        alc.stats.record('n', nil) alc.stats.record(5, true)
        alc.llm('q')
        return {alc.stats.get('a'), alc.stats.get('5'), alc.stats.get('n') == nil, alc.stats.get('none') == nil, alc.stats.llm_calls()}";
    let mut run = Run::new(code, json!({}));
    let event = run.finish(|_| "x".into());
    assert_eq!(
        event["result"],
        json!([{"x": [1, 2.5]}, true, true, true, 1])
    );
    assert_eq!(
        event["stats"]["custom"],
        json!({"5": true, "a": {"x": [1, 2.5]}, "n": null})
    );
    assert_eq!(
        eval("alc.stats.record('x', print)"),
        "lua error: deserialize error: unsupported value type `function`"
    );
    let deep = "local t = 1 for _ = 1, 110 do t = {t} end alc.stats.record('x', t)";
    assert_eq!(
        eval(deep),
        "lua error: alc.stats.record: value is nested more than 100 levels deep"
    );
}

#[test]
fn time_is_what_the_driver_says() {
    let mut run = Run::new(
        "return {alc.time(), os.time(), alc.budget_remaining()}",
        json!({"budget": {"max_elapsed_ms": 5000}}),
    );
    run.host.now_ms = 1500.0;
    let result = outcome(run.finish(|_| String::new()));
    assert_eq!(result, json!([1.5, 1, {"elapsed_ms": 3500}]));
}

#[test]
fn the_environment_is_read_only() {
    let eval = |code: &str| {
        let mut run = Run::new(code, json!({}));
        run.host.env.insert("A".into(), "1".into());
        run.host.env.insert("B".into(), "é".into());
        outcome(run.finish(|_| String::new()))
    };
    for (code, result) in [
        ("return alc.env.A", json!("1")),
        ("return alc.env.none == nil", json!(true)),
        ("return alc.env:get('B')", json!("é")),
        ("return alc.env:get('none', {1})", json!([1])),
        (
            "return alc.env:use{'A', 'none', 'B'}",
            json!({"A": "1", "B": "é"}),
        ),
        ("return alc.env:use{}", json!({})),
        ("return os.getenv('A')", json!("1")),
        ("return os.getenv('none') == nil", json!(true)),
        ("return type(alc.env)", json!("userdata")),
        ("return getmetatable(alc.env)", json!(false)),
        ("alc.env.A = '2'", json!("lua error: alc.env is readonly")),
        (
            "return alc.env",
            json!("lua error: deserialize error: unsupported value type `userdata`"),
        ),
        (
            "alc.env:get()",
            json!(
                "lua error: bad argument #2: error converting Lua nil to String (expected string or number)"
            ),
        ),
        (
            "alc.env:use('A')",
            json!(
                "lua error: bad argument #2: error converting Lua string to Vec<String> (expected table)"
            ),
        ),
    ] {
        assert_eq!(eval(code), result, "{code}");
    }
}
