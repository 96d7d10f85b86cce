//! Defects of native algocline whose mending no other file shows whole.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use algocline_wasm::domain::SnapshotOptions;
use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, outcome};

fn packages(modules: &[(&str, &str)]) -> Rc<Packages> {
    let packages = Packages::default();
    for (name, source) in modules {
        packages.insert(name, source).unwrap();
    }
    Rc::new(packages)
}

/// The native engine pastes a program into the body of a function: lines are off
/// by one, `...` is a syntax error, and `end)()` leads out of the wrapper.
#[test]
fn a_program_is_a_chunk_of_its_own() {
    for (code, expected) in [
        ("\n\nerror('x')", "lua error: runtime error: strategy:3: x"),
        ("error('x')", "lua error: runtime error: strategy:1: x"),
        (
            "end)() return 1 --",
            "lua error: syntax error: strategy:1: <eof> expected near 'end'",
        ),
        (
            "return 1 end)() alc.log('info', 'out') (function() return 2",
            "lua error: syntax error: strategy:1: <eof> expected near 'end'",
        ),
    ] {
        assert_eq!(eval(code), expected, "{code}");
    }
    assert_eq!(eval("return select('#', ...)"), json!(0));
    assert_eq!(eval("local a <const> = ... return a == nil"), json!(true));
    // The first result counts, and what is no JSON says where it stands.
    assert_eq!(eval("return {a = 1}, print"), json!({"a": 1}));
}

/// There, children print to the real standard output, and their logs, figures and
/// progress are lost.
#[test]
fn what_children_of_a_fork_tell_is_the_sessions() {
    let loud = "return {run = function(ctx)
        print('printed', ctx.n) alc.log('warn', 'logged') alc.progress(1, 2, 'half')
        alc.stats.record('seen', ctx.n)
        local answer = alc.llm('?', {role = 'r', system = 's', max_tokens = 5})
        return {answer, alc.stats.llm_calls(), alc.stats.get('seen')}
    end}";
    let code = "return alc.fork({'loud'}, {n = 7})[1].result";
    let mut run = Run::with(code, json!({}), packages(&[("loud", loud)]), 64 << 20);
    let mut asked = Vec::new();
    let event = run.finish(|query| {
        asked.push((
            query.id.as_str().to_owned(),
            query.role.clone(),
            query.system.clone(),
            query.max_tokens,
        ));
        "yes".to_owned()
    });
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(asked, [("f-0-0".to_owned(), text("r"), text("s"), 5)]);
    assert_eq!(event["stats"]["custom"], json!({"seen": 7}));
    assert_eq!(event["stats"]["auto"]["llm_calls"], 1);
    assert_eq!(outcome(event), json!(["yes", 1, 7]));
    let logs = ["info alc.lua.print: printed\t7", "warn alc.log: logged"];
    assert_eq!(run.logs(), logs);
    let shown: Json = run.snapshot(SnapshotOptions::default());
    assert_eq!(shown["metrics"]["progress"]["message"], "half");
}

/// There, a quote in `strategy_opts` breaks the program that is made of them, and
/// `evalframe` must lie on the disk.
#[test]
fn an_evaluation_takes_options_with_quotes_and_needs_no_files() {
    let echo = "return {run = function(ctx) return {result = ctx.answer} end}";
    let code = r#"
        local answer = "it's [[a]] \"quoted\"\\ \n ]=] text"
        local scenario = {cases = {{input = "?", expected = answer}}}
        local report = alc.eval(scenario, "echo", {strategy_opts = {answer = answer}})
        return {report.aggregated.passed, type(require("evalframe").suite)}"#;
    let mut run = Run::with(code, json!({}), packages(&[("echo", echo)]), 64 << 20);
    assert_eq!(
        outcome(run.finish(|_| String::new())),
        json!([1, "function"])
    );
}

/// There, two queries may share an entry of the cache.
#[test]
fn cached_answers_are_those_of_the_very_query() {
    let queries = [
        "'Name a Turkey'",
        "'Name a turkey'",
        "'Name a  turkey'",
        "'Name a turkey', {role = 'a'}",
        "'Name a turkey', {role = 'b'}",
        "'Name a turkey', {grounded = true}",
        "'Name a turkey', {underspecified = true}",
        "'Name a turkey', {system = 's'}",
        "'Name a turkey', {cache_breakpoint = 's'}",
        "'Name a turkey', {max_tokens = 7}",
    ];
    let calls: Vec<String> = queries
        .iter()
        .map(|query| format!("alc.cache({query})"))
        .collect();
    let calls = calls.join(", ");
    let code = format!("return {{ {{ {calls} }}, {{ {calls} }}, alc.cache_info() }}");
    let mut run = Run::new(&code, json!({}));
    let mut count = 0;
    let found = outcome(run.finish(|_| {
        count += 1;
        count.to_string()
    }));
    let answers: Vec<String> = (1..=queries.len()).map(|n| n.to_string()).collect();
    assert_eq!(found[0], json!(answers));
    assert_eq!(found[1], json!(answers));
    assert_eq!(found[2]["hits"], queries.len());
}
