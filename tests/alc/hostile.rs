//! Programs that mean harm end in an error, within their memory and fuel.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use serde_json::{Value as Json, json};

use crate::driver::{Run, outcome};

const MEMORY: u64 = 8 << 20;

/// The outcome of a program with 8 MiB, in slices that add up to at most 10^9.
fn run(code: &str) -> Json {
    let mut run = Run::with(code, json!({}), Rc::new(Packages::default()), MEMORY);
    run.slice = 100_000;
    let result = outcome(run.finish(|_| "x".into()));
    assert!(run.slices < 10_000, "{code} took {} slices", run.slices);
    result
}

#[test]
fn memory_runs_out_in_peace() {
    let short = json!([false, "not enough memory"]);
    for code in [
        // Texts and lists that are much larger than what they are made of.
        "local t = {} for _ = 1, 60 do t = {t, t} end return {pcall(alc.json_encode, t)}",
        "local s = ('\\1'):rep(2000000) return {pcall(alc.json_encode, s)}",
        "local s = ('x'):rep(100000) local t = {} for i = 1, 1000 do t[i] = s end return {pcall(alc.json_encode, t)}",
        "return {pcall(alc.json_decode, '[' .. ('1,'):rep(1000000) .. '1]')}",
        "return {pcall(alc.json_decode, '[' .. ('{},'):rep(1000000) .. '1]')}",
        "return {pcall(alc.chunk, ('x'):rep(1000000), {mode='chars', size=1})}",
        "return {pcall(alc.chunk, ('x\\n'):rep(10000), {size=5000, overlap=4999})}",
        "return {pcall(alc.chunk, ('\\n'):rep(2000000), {size=1})}",
    ] {
        assert_eq!(run(code), short, "{code}");
    }
}

#[test]
fn a_result_that_does_not_fit_is_an_error() {
    let code = "local t = {} for _ = 1, 60 do t = {t, t} end return t";
    assert_eq!(run(code), "lua error: runtime error: not enough memory");
    let code = "local t = 1 for _ = 1, 1000 do t = {t} end return t";
    let error = run(code);
    assert!(
        error
            .as_str()
            .unwrap()
            .starts_with("lua error: deserialize error: recursion limit exceeded (at [1][1]"),
        "{error}"
    );
    assert!(error.as_str().unwrap().len() < 400);
}

#[test]
fn long_work_is_paid_for() {
    for code in [
        "local s = ('x '):rep(200000) for _ = 1, 20 do alc.match_bool(s) end return 'done'",
        "local s = ('ab '):rep(2000) local c = {} for i = 1, 100 do c[i] = 'c' .. i end return alc.match_enum(s, c) or 'done'",
        "local s = ('x'):rep(1000000) for _ = 1, 20 do alc.fingerprint(s) end return 'done'",
        "local s = ('{'):rep(200000) for _ = 1, 5 do alc.json_extract(s) end return 'done'",
    ] {
        let mut run = Run::new(code, json!({}));
        run.slice = 10_000;
        assert_eq!(outcome(run.finish(|_| String::new())), "done", "{code}");
        assert!(run.slices > 20, "{code} took only {} slices", run.slices);
    }
}

#[test]
fn the_session_lives_on_after_a_failure() {
    let code = "
        pcall(string.rep, 'x', 1e10)
        pcall(alc.json_decode, ('['):rep(100000))
        pcall(require, ('a.'):rep(100000))
        pcall(alc.stats.record, ('k'):rep(5000000), 1)
        return alc.llm('still here')";
    assert_eq!(run(code), "x");
}

#[test]
fn damaged_surroundings_are_no_trap() {
    for code in [
        "package.loaded = nil package.searchers = nil return pcall(require, 'x')",
        "package.searchers = {5, {}, print} return pcall(require, 'x')",
        "for k in pairs(_G) do _G[k] = nil end",
        "for k in pairs(alc) do alc[k] = nil end return 1",
        "setmetatable(_G, {__index = function(t, k) return t[k] end}) return pcall(function() return xyz end)",
        "string.format = nil tostring = nil return alc.fmt('%s', 1)",
        "alc.env = nil ctx = nil return 1",
        "local env = alc.env return pcall(env.get, {}, 'x')",
        "return pcall(alc.env.use, io.stderr, {})",
    ] {
        run(code);
    }
}
