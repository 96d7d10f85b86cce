//! How programs end: results, errors, and the limits that end them.

mod common;

use algocline_wasm::alc::Packages;
use algocline_wasm::registry::{RegistryOptions, StartOptions};
use algocline_wasm::session::{Program, seed_from_text};
use common::{Host, START, Theirs, fuel, memory, ours};
use serde_json::{Value as Json, json};

#[test]
fn the_first_value_returned_is_the_result() {
    let host = Host::default();
    for (code, expected) in [
        ("", json!(null)),
        ("return", json!(null)),
        ("return nil, 1", json!(null)),
        ("return 1, 2", json!(1)),
        ("return 9007199254740993", json!(9007199254740993_i64)),
        ("return 1.5, 'x'", json!(1.5)),
        ("return 0/0", json!(null)),
        ("return {1, 2, {a = {}}}", json!([1, 2, {"a": {}}])),
        ("return ...", json!(null)),
        ("#!/usr/bin/lua\nreturn true", json!(true)),
    ] {
        assert_eq!(host.result(code), expected, "{code}");
    }
}

#[test]
fn what_json_cannot_say_is_an_error_that_names_its_place() {
    let host = Host::default();
    for (code, part) in [
        ("return print", "unsupported value type `function`"),
        ("return {a = {coroutine.create(print)}}", "a[1]"),
        ("return '\\xff'", "byte array"),
        ("local t = {} t.t = t return t", "recursive table"),
    ] {
        let error = host.error(code);
        assert!(error.starts_with("lua error: "), "{error}");
        assert!(error.contains(part), "{code}: {error}");
    }
}

#[test]
fn the_context_is_a_global_in_which_null_is_nil() {
    let host = Host::default();
    let id = host.open_with(
        "return {ctx.a.b, ctx.n == nil, #ctx.list}",
        json!({"a": {"b": 7}, "n": null, "list": [1, 2]}),
        StartOptions::default(),
    );
    assert_eq!(host.run(&id)["result"], json!([7, true, 2]));
    assert_eq!(
        host.result("return {type(ctx), next(ctx) == nil}"),
        json!(["table", true])
    );
}

#[test]
fn a_syntax_error_has_line_and_column() {
    let event = Host::default().event("local x = 1\nlocal y = = 2");
    assert_eq!(event["status"], "error");
    assert_eq!(
        event["error"],
        "lua error: syntax error: strategy:2: unexpected symbol near '='"
    );
    assert_eq!((&event["line"], &event["column"]), (&json!(2), &json!(11)));
    assert_eq!(event.get("traceback"), None);
    assert_eq!(event["stats"]["auto"]["llm_calls"], 0);
    assert_eq!(event["transcript"], json!([]));
}

#[test]
fn a_runtime_error_has_a_position_and_a_traceback() {
    let host = Host::default();
    let event = host.event("local function f(x)\n  return x.y.z\nend\nprint(f({}))");
    assert_eq!(
        event["error"],
        "lua error: runtime error: strategy:2: attempt to index a nil value (field 'y')"
    );
    let traceback = event["traceback"].as_str().unwrap();
    assert!(
        traceback.starts_with("stack traceback:\n\tstrategy:2: in "),
        "{traceback}"
    );
    assert!(
        traceback.contains("\n\tstrategy:4: in main chunk"),
        "{traceback}"
    );
    assert_eq!(event.get("line"), None);
}

#[test]
fn error_values_of_any_type_have_a_text() {
    let host = Host::default();
    for (code, text) in [
        ("error('plain', 0)", "plain"),
        ("error('here')", "strategy:1: here"),
        ("error(42)", "42"),
        ("error(1.5)", "1.5"),
        ("error()", "nil"),
        ("error(true)", "true"),
        (
            "error(setmetatable({}, {__tostring = function() return 'mine' end}))",
            "mine",
        ),
        // The handler's variable belongs to a function that is gone by then.
        (
            "local function f() local s = 'kept' \
             error(setmetatable({}, {__tostring = function() return s end})) end f()",
            "kept",
        ),
        (
            "error(setmetatable({}, {__tostring = function() error('x') end}))",
            "table",
        ),
        (
            "error(setmetatable({}, {__tostring = function() return alc.llm('?') end}))",
            "table",
        ),
        ("error('\\xff', 0)", "\u{fffd}"),
    ] {
        assert_eq!(
            host.error(code),
            format!("lua error: runtime error: {text}"),
            "{code}"
        );
    }
    let table = host.error("error({})");
    assert!(
        table.starts_with("lua error: runtime error: table: "),
        "{table}"
    );
}

#[test]
fn an_endless_tostring_ends_with_the_fuel() {
    let host = Host::limited(fuel(1_000_000));
    let code = "error(setmetatable({}, {__tostring = function() while true do end end}))";
    assert!(host.error(code).ends_with(": table"));
}

#[test]
fn errors_of_alc_carry_no_runtime_prefix() {
    let host = Host::default();
    let id = host.open_with(
        "alc.llm('?')",
        json!({"budget": {"max_llm_calls": 0}}),
        StartOptions::default(),
    );
    assert_eq!(
        host.run(&id)["error"],
        "lua error: budget_exceeded: max_llm_calls (0) reached (0 used)"
    );
}

#[test]
fn fuel_ends_what_never_ends_and_no_pcall_catches_that() {
    let host = Host::limited(fuel(200_000));
    for code in [
        "while true do end",
        "repeat until false",
        "while true do pcall(error) end",
        "pcall(function() while true do end end) return 'caught'",
        "local t = setmetatable({}, {__index = function(t, k) while true do end end}) return t.x",
        "coroutine.wrap(function() while true do coroutine.yield() end end)() while true do end",
        "local f = function() end for _ in function() return 1 end do f() end",
    ] {
        let event = host.event(code);
        assert_eq!(
            event["error"],
            "lua error: fuel exhausted: the program ran 200000 instructions without a pause",
            "{code}"
        );
        let traceback = event["traceback"].as_str().unwrap();
        assert!(traceback.contains("strategy:1: in "), "{code}: {traceback}");
    }
}

#[test]
fn fuel_counts_from_pause_to_pause() {
    let host = Host::limited(fuel(100_000));
    let work = "for i = 1, 20000 do end";
    let (id, event) = host.start(&format!("{work} alc.llm('?') {work} alc.llm('?') {work}"));
    assert_eq!(event["status"], "needs_response");
    assert_eq!(host.reply(&id, "a")["status"], "needs_response");
    assert_eq!(host.reply(&id, "b")["status"], "completed");
    assert!(
        host.error(&format!("{work} {work} {work} {work} {work} {work}"))
            .contains("fuel")
    );
}

#[test]
fn a_program_does_the_same_in_slices_of_any_size() {
    let code = "
        local t, s = {}, 0
        for i = 1, 300 do
          t[i] = ('x'):rep(i % 7) .. i
          s = s + #t[i]:gsub('x', 'yy')
        end
        table.sort(t, function(a, b) return #a < #b or (#a == #b and a < b) end)
        local ok = pcall(function() local x = nil; return x.y end)
        return {table.concat(t, ','), s, ok, collectgarbage('count')}";
    let run = |fuel| {
        let host = Host::default();
        let (event, used) = host.run_in_steps(&host.open(code), fuel);
        (event.theirs(), used)
    };
    let (whole, used) = run(u64::MAX);
    assert_eq!(whole["status"], "completed");
    for fuel in [1, 2, 7, 100, 5_000] {
        let (event, sliced) = run(fuel);
        assert_eq!(event["result"], whole["result"], "{fuel}");
        // To enter a native again costs a little.
        assert!(
            sliced >= used && sliced - used <= used / fuel.min(100),
            "{fuel}: {sliced}"
        );
    }
}

#[test]
fn processor_time_is_work_and_the_same_on_machines_of_any_speed() {
    let code = "
        local t = {}
        for i = 1, 20000 do t[i] = tostring(i) end
        table.sort(t)
        local before = os.clock()
        table.concat(t):gsub('1', '22')
        local after = os.clock()
        return {before, after, os.clock() > after, after > before, before > 0}";
    let run = |part_ms: f64| {
        let host = Host::default();
        let id = host.open(code);
        let mut time = 0.0;
        let mut clock = || {
            time += part_ms;
            time
        };
        loop {
            let event = host.registry.run_slice(&id, START, &mut clock).unwrap();
            if let Some(event) = event {
                return event.theirs()["result"].clone();
            }
        }
    };
    let whole = run(0.0);
    for grows in 2..5 {
        assert_eq!(whole[grows], true, "{whole}");
    }
    for part_ms in [0.001, 0.3, 50.0] {
        assert_eq!(run(part_ms), whole, "{part_ms}");
    }
}

#[test]
fn memory_runs_out_as_an_error_that_the_program_may_catch() {
    let host = Host::limited(memory(4 << 20));
    for code in [
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = {} end",
        "return ('x'):rep(1e9)",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
    ] {
        assert_eq!(
            host.error(code),
            "lua error: runtime error: not enough memory",
            "{code}"
        );
        let caught = format!(
            "local ok, e = pcall(function() {code} end) return {{ok, e, ('still'):upper()}}"
        );
        assert_eq!(
            host.result(&caught),
            json!([false, "not enough memory", "STILL"]),
            "{code}"
        );
    }
}

#[test]
fn a_heap_too_small_for_the_libraries_or_the_context_is_an_error() {
    for bytes in [1, 1_000, 10_000] {
        assert_eq!(
            Host::limited(memory(bytes)).error("return 1"),
            "lua error: runtime error: not enough memory",
            "{bytes}"
        );
    }
    let host = Host::limited(memory(1 << 20));
    let id = host.open_with(
        "return 1",
        Json::from_iter((0..100_000).map(Json::from)),
        StartOptions::default(),
    );
    assert_eq!(
        host.run(&id)["error"],
        "lua error: runtime error: not enough memory"
    );
}

#[test]
fn texts_of_the_transcript_count_as_memory() {
    let host = Host::limited(memory(2 << 20));
    let (id, mut event) =
        host.start("local p = ('p'):rep(100000) while true do alc.llm(p) collectgarbage() end");
    let mut pauses = 0;
    while event["status"] == "needs_response" {
        pauses += 1;
        assert!(pauses < 100, "the transcript grows without limit");
        event = host.reply(&id, "ok");
    }
    assert_eq!(
        event["error"],
        "lua error: runtime error: not enough memory"
    );
    assert!(pauses >= 5, "{pauses}");
}

#[test]
fn a_strategy_runs_with_its_context() {
    let packages = Packages::default();
    for (name, source) in [
        ("echo", "return {run = function(ctx) return ctx.task end}"),
        ("lib", "return {}"),
    ] {
        packages.insert(name, source).unwrap();
    }
    let host = Host::new(RegistryOptions {
        packages: packages.into(),
        ..RegistryOptions::default()
    });
    let start = |name: &str| {
        let options = StartOptions {
            strategy: Some(name.into()),
            ..StartOptions::default()
        };
        let program = Program::Strategy(name.into());
        let id = host
            .registry
            .start(program, ours(&json!({"task": "hi"})), options, 9, START)
            .unwrap();
        assert_eq!(host.snapshot(&id)["strategy"], name);
        host.run(&id)
    };
    assert_eq!(start("echo")["result"], "hi");
    let error = start("lib")["error"].as_str().unwrap().to_owned();
    assert!(error.contains("strategy 'lib' is a library"), "{error}");
    let error = start("nope")["error"].as_str().unwrap().to_owned();
    assert!(error.contains("module 'nope' not found"), "{error}");
}

#[test]
fn a_seed_fixes_the_random_numbers() {
    let host = Host::default();
    let run = |seed| {
        let options = StartOptions {
            seed: seed_from_text(seed),
            ..StartOptions::default()
        };
        let code = "return {math.random(), math.random(1000)}";
        host.run(&host.open_with(code, Json::Null, options))["result"].clone()
    };
    assert_eq!(run("a"), run("a"));
    assert_ne!(run("a"), run("b"));
}
