//! `alc.eval`, its graders and the module `evalframe`.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use algocline_wasm::domain::LlmQuery;
use serde_json::{Value as Json, json};

use crate::driver::{Run, outcome};

const ECHO: &str = "return {run = function(ctx)
    if ctx.task == 'fail' then error('broken', 0) end
    if ctx.task == 'ask' then ctx.result = alc.llm('task') return ctx end
    ctx.result = ctx.answer or ctx.task
    return ctx
end}";

fn run_with(code: &str, answer: impl FnMut(&LlmQuery) -> String) -> Json {
    let packages = Packages::default();
    packages.insert("echo", ECHO).unwrap();
    packages.insert("library", "return {}").unwrap();
    packages.insert("scenarios/basic", "local ef = require('evalframe')
        return {
          ef.bind{ef.graders.contains, weight = 3},
          ef.bind{ef.graders.exact_match},
          cases = {ef.case 'one' {input = 'the 1', expected = '1'}, ef.case{input = '2', expected = '2'}},
        }").unwrap();
    packages.insert("word", "return 'a word'").unwrap();
    let mut run = Run::with(code, json!({}), Rc::new(packages), 64 << 20);
    outcome(run.finish(answer))
}

fn run(code: &str) -> Json {
    run_with(code, |_| panic!("no query is due"))
}

/// The score of one answer by one grader.
fn score(grader: &str, answer: &str, case: &str) -> Json {
    score_with(grader, answer, case, "")
}

fn score_with(grader: &str, answer: &str, case: &str, verdict: &str) -> Json {
    let code = format!(
        "local case = {case} case.input = 'in'
         return alc.eval({{cases={{case}}, graders={{'{grader}'}}}}, 'echo', {{strategy_opts={{answer={answer}}}}}).results[1].score"
    );
    run_with(&code, |query| {
        assert_eq!(query.role.as_deref(), Some("grader"));
        verdict.to_owned()
    })
}

#[test]
fn a_report_has_every_case_whole() {
    let report = run("return alc.eval({name='n', cases={
        {input='a', expected='a', tags={'x'}}, {input='b', expected={'c', 'b'}, tags={'x', 'y'}},
        {input='c', expected='d', name='third'}, {input='fail', expected='e'}}}, 'echo')");
    assert_eq!(report["name"], "echo:n");
    let all = &report["aggregated"];
    assert_eq!(all["total"], 4);
    assert_eq!(all["passed"], 2);
    assert_eq!(all["pass_rate"], 0.5);
    assert_eq!(all["pass_at_1"], 0.5);
    assert_eq!(all.get("pass_at_5"), None);
    assert_eq!(all["scores"]["mean"], 0.5);
    assert_eq!(all["scores"]["median"], 0.5);
    assert_eq!(
        all["by_tag"]["x"],
        json!({"total": 2, "passed": 2, "pass_rate": 1.0})
    );
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert_eq!(results[1]["case"]["expected"], json!(["c", "b"]));
    assert_eq!(results[1]["case"]["tags"], json!(["x", "y"]));
    assert_eq!(results[0]["response"]["text"], "a");
    assert_eq!(results[0]["response"]["model"], "algocline:echo");
    assert_eq!(
        results[0]["response"]["raw"],
        json!({"result": "a", "task": "a"})
    );
    assert_eq!(
        results[0]["grades"],
        json!([{"grader": "exact_match", "grade": true, "score": 1.0, "weight": 1.0}])
    );
    assert_eq!(results[3]["response"]["error"], "broken");
    let failures = report["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 2);
    assert_eq!(failures[0]["case"]["name"], "third");
    let lines: Vec<&str> = report["summary"].as_str().unwrap().lines().collect();
    assert_eq!(
        lines[..3],
        [
            "Suite: echo:n",
            "Cases: 4  Pass: 2  Fail: 2",
            "pass@1: 0.50"
        ]
    );
}

#[test]
fn statistics_are_those_of_a_sample() {
    let all = run("local cases = {}
        for i = 1, 10 do cases[i] = {input = i <= 3 and 'y' or 'n', expected = 'y'} end
        return alc.eval({cases=cases}, 'echo').aggregated");
    let close = |value: &Json, expected: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - expected).abs() < 1e-4, "{value} {expected}");
    };
    close(&all["scores"]["std_dev"], 0.4830459);
    // Student's t with 9 degrees of freedom: 2.262.
    close(&all["ci_95"]["lower"], 0.0);
    close(
        &all["ci_95"]["upper"],
        0.3 + 2.262 * 0.4830459 / 10f64.sqrt(),
    );
    // 1 - C(7, 5) / C(10, 5)
    close(&all["pass_at_5"], 1.0 - 21.0 / 252.0);
    close(&all["pass_at_10"], 1.0);
    let none = run("return alc.eval({cases={}}, 'echo')");
    assert_eq!(none["aggregated"]["total"], 0);
    assert_eq!(none["results"], json!([]));
}

#[test]
fn texts_are_graded() {
    for (grader, answer, case, expected) in [
        ("exact_match", "' a '", "{expected='a'}", 1.0),
        ("exact_match", "'A'", "{expected='a'}", 0.0),
        ("exact_match", "'4'", "{expected=4}", 1.0),
        ("contains", "'the cat'", "{expected={'dog', 'cat'}}", 1.0),
        ("contains", "'a.c'", "{expected='a%.c'}", 0.0),
        ("starts_with", "' yes, it is'", "{expected='yes'}", 1.0),
        ("ends_with", "'it is yes '", "{expected='yes'}", 1.0),
        ("ends_with", "'yes it is'", "{expected='yes'}", 0.0),
        ("pattern", "'a1b22'", "{expected='b%d+'}", 1.0),
        ("json_valid", "'so: {\"a\":1}'", "{}", 1.0),
        ("json_valid", "'none'", "{}", 0.0),
        (
            "json_fields",
            "'{\"a\":1,\"b\":[1,{\"c\":2}]}'",
            "{expected={a=1, b={1, {c=2}}}}",
            1.0,
        ),
        (
            "json_fields",
            "'{\"a\":1,\"b\":[1]}'",
            "{expected={a=1, b={1, 2}}}",
            0.5,
        ),
        ("json_fields", "'nothing'", "{expected={a=1}}", 0.0),
        (
            "numeric",
            "'about 3.14159'",
            "{expected=3.14, tolerance=0.01}",
            1.0,
        ),
        ("numeric", "'it is 1,234.5'", "{expected='1234.5'}", 1.0),
        ("numeric", "'3'", "{expected=4}", 0.0),
        ("numeric", "'none'", "{expected=4}", 0.0),
    ] {
        assert_eq!(
            score(grader, answer, case),
            json!(expected),
            "{grader} {answer} {case}"
        );
    }
}

#[test]
fn a_model_may_judge() {
    for (grader, case, verdict, expected) in [
        ("llm_rubric", "{rubric='short'}", "5", 1.0),
        ("llm_rubric", "{rubric='short'}", "I give it a 2.", 0.25),
        ("llm_rubric", "{}", "no idea", 0.0),
        ("llm_yes_no", "{rubric='polite'}", "Yes", 1.0),
        ("llm_yes_no", "{expected='a'}", "No", 0.0),
        ("llm_factuality", "{expected='a'}", "Consistent.", 1.0),
        ("llm_factuality", "{expected='a'}", "partial", 0.5),
        (
            "llm_factuality",
            "{expected='a'}",
            "It contradicts the reference",
            0.0,
        ),
    ] {
        let found = score_with(grader, "'x'", case, verdict);
        assert_eq!(found, json!(expected), "{grader} {verdict}");
    }
    let mut prompts = Vec::new();
    run_with(
        "return alc.eval({cases={{input='ask', rubric='R', expected='E'}}, graders={'llm_rubric'}}, 'echo')",
        |query| {
            prompts.push(query.prompt.clone());
            "4".into()
        },
    );
    assert_eq!(prompts[0], "task");
    for part in ["Task:\nask", "Rubric:\nR", "Reference:\nE", "Answer:\n4"] {
        assert!(prompts[1].contains(part), "{part} in {}", prompts[1]);
    }
}

#[test]
fn graders_may_be_functions_with_weights() {
    let code = "return alc.eval({
        cases={{input='abc', expected='abc', context={extra='E'}}},
        graders={
          'exact_match',
          function(answer, case, response) return #answer / 4, 'length ' .. #answer end,
          {'contains', weight=2}, {name='own', grade=function() return 7 end}}}, 'echo').results[1]";
    let result = run(code);
    assert_eq!(
        result["grades"],
        json!([
            {"grader": "exact_match", "grade": true, "score": 1.0, "weight": 1.0},
            {"grader": "custom", "grade": "length 3", "score": 0.75, "weight": 1.0},
            {"grader": "contains", "grade": true, "score": 1.0, "weight": 2.0},
            {"grader": "own", "grade": 7, "score": 1.0, "weight": 1.0}
        ])
    );
    assert_eq!(result["score"], (1.0 + 0.75 + 2.0 + 1.0) / 5.0);
    assert_eq!(result["response"]["raw"]["extra"], "E");
}

#[test]
fn scenarios_are_found_by_name() {
    let report = run("return alc.eval('basic', 'echo')");
    assert_eq!(report["name"], "echo:basic");
    assert_eq!(report["results"][0]["score"], 0.75);
    assert_eq!(report["results"][0]["case"]["name"], "one");
    assert_eq!(report["aggregated"]["passed"], 1);
}

#[test]
fn what_is_wrong_is_said() {
    for (args, text) in [
        ("", "scenario is required"),
        ("5", "scenario must be a string or table"),
        ("{}, 5", "strategy must be a string package name"),
        ("'nowhere', 'echo'", "could not resolve scenario 'nowhere'"),
        (
            "'word', 'echo'",
            "scenario resolved to string, expected table",
        ),
        (
            "{cases={{x=1}}}, 'echo'",
            "case #1 must have an 'input' field",
        ),
        (
            "{cases={{input='a'}, 5}}, 'echo'",
            "case #2 must have an 'input' field",
        ),
        (
            "{cases={{input='a'}}, graders={'bogus'}}, 'echo'",
            "unknown grader 'bogus'",
        ),
        (
            "{cases={{input='a'}}}, 'library'",
            "strategy 'library' must export run(ctx)",
        ),
    ] {
        let error = run(&format!("alc.eval({args})"));
        assert_eq!(
            error,
            format!("lua error: runtime error: alc.eval: {text}"),
            "{args}"
        );
    }
    let error = run("alc.eval({cases={{input='a'}}}, 'far')");
    let text = error.as_str().unwrap();
    assert!(
        text.contains("alc.eval: strategy 'far' could not be loaded: module 'far' not found"),
        "{text}"
    );
}

#[test]
fn what_json_cannot_say_is_left_out_of_the_report() {
    let code = "
        package.preload.odd = function() return {run = function(ctx)
          ctx.f = print ctx.self = ctx ctx.sure = false ctx.result = {text = 'x', f = print} return ctx end} end
        return alc.eval({cases={{input='a', expected='{\"text\":\"x\"}'}}}, 'odd').results[1]";
    let result = run(code);
    assert_eq!(result["passed"], true);
    assert_eq!(
        result["response"]["raw"],
        json!({"result": {"text": "x"}, "sure": false, "task": "a"})
    );
}

#[test]
fn suites_can_be_made_by_hand() {
    let code = "
        local ef = require('evalframe')
        local spec = {ef.bind{ef.graders.exact_match}, cases = {ef.case 'c' {input = 'i', expected = 'o'}}}
        spec.provider = ef.providers.mock{i = 'o'}
        local mocked = ef.suite('mocked')(spec):run()
        spec.provider = ef.providers.algocline{strategy = 'echo', opts = {answer = 'o'}}
        local real = ef.suite('real')(spec):run()
        spec.provider = nil
        local _, why = pcall(ef.suite('none')(spec).run)
        return {mocked.name, mocked.aggregated.passed, real.aggregated.passed, why}";
    assert_eq!(
        run(code),
        json!(["mocked", 1, 1, "alc.eval: suite needs a provider"])
    );
}

#[test]
fn a_report_may_become_a_card_with_a_sample_for_each_case() {
    let found = run(
        "local cases = {{input = 'a', expected = 'a', name = 'first'},
            {input = 'fail', expected = 'b'}}
        local report = alc.eval({cases = cases, name = 'letters'}, 'echo',
            {auto_card = true, strategy_opts = {level = 2, f = print}})
        local card = alc.card.get(report.card_id)
        local other = alc.eval({cases = cases}, 'echo', {auto_card = true, card_pkg = 'suite'})
        local none = alc.eval({cases = {}}, 'echo', {auto_card = true})
        return {
            card = {card.pkg, card.scenario, card.strategy, card.params, card.stats},
            samples = alc.card.read_samples(report.card_id),
            summary = alc.card.find{pkg = 'echo', where = {scenario = {name = 'letters'}}},
            other = alc.card.get(other.card_id).pkg.name,
            none = #alc.card.read_samples(none.card_id),
            without = alc.eval({cases = cases}, 'echo').card_id == nil,
        }",
    );
    let stats = json!({
        "pass_rate": 0.5, "passed": 1, "total": 2, "mean": 0.5, "median": 0.5,
        "std_dev": std::f64::consts::FRAC_1_SQRT_2,
    });
    let card = json!([
        {"name": "echo"}, {"name": "letters"}, {"name": "echo"}, {"level": 2}, stats,
    ]);
    assert_eq!(found["card"], card);
    let samples = json!([
        {"case": 1, "name": "first", "input": "a", "answer": "a", "score": 1.0, "passed": true},
        {"case": 2, "input": "fail", "answer": "", "error": "broken", "score": 0.0, "passed": false},
    ]);
    assert_eq!(found["samples"], samples);
    assert_eq!(found["summary"].as_array().unwrap().len(), 1);
    assert_eq!(found["summary"][0]["pass_rate"], 0.5);
    assert_eq!(found["summary"][0]["scenario"], "letters");
    assert_eq!(
        (&found["other"], &found["none"], &found["without"]),
        (&json!("suite"), &json!(0), &json!(true))
    );
}
