//! `docs/alc.md` and `docs/alc-math.md`: an entry for every function and no other,
//! with the parameters that editors are told; and their examples, each of which
//! is run.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use algocline_wasm::alc::Packages;
use serde_json::{Value as Json, json};

use crate::driver::Run;
use crate::stubs::{Function, read};

const REFERENCE: &str = include_str!("../../docs/alc.md");
const MATH: &str = include_str!("../../docs/alc-math.md");

/// When the examples run, in milliseconds since the epoch.
const NOW: f64 = 1_700_000_000_500.0;

// ── Examples ────────────────────────────────────────────────────────────────

/// One block of Lua.
struct Example {
    /// Where it stands, for messages.
    line: usize,
    /// What follows `lua` in its first line: the name of a module, or nothing.
    module: String,
    code: String,
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```lua") else {
            continue;
        };
        let code = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```");
        examples.push(Example {
            line: number + 2,
            module: info.trim().trim_end_matches(".lua").to_owned(),
            code: code.collect::<Vec<_>>().join("\n"),
        });
    }
    examples
}

/// How results are compared: floats and integers are different things.
const CHECKS: &str = r#"
    local function same(a, b)
        if type(a) ~= "table" or type(b) ~= "table" then
            return a == b and math.type(a) == math.type(b)
        end
        for k, v in pairs(a) do if not same(v, b[k]) then return false end end
        for k in pairs(b) do if a[k] == nil then return false end end
        return true
    end
    local function show(v)
        local ok, text = pcall(alc.json_encode, v)
        return ok and text or tostring(v)
    end
    local function check(line, got, want)
        if not same(got, want) then
            error(("line %d: %s instead of %s"):format(line, show(got), show(want)), 0)
        end
    end
    local function check_error(line, f, want)
        local ok, got = pcall(f)
        if ok or type(got) ~= "string" or not got:find(want, 1, true) then
            error(("line %d: %s instead of the error %s"):format(line, show(got), want), 0)
        end
    end
    "#;

/// The program of an example: a result that is stated is checked. Also how many
/// results it states.
fn program(example: &Example) -> (String, usize) {
    let (mut code, mut stated) = (CHECKS.to_owned(), 0);
    for (line, text) in (example.line..).zip(example.code.lines()) {
        let part = |mark: &str| text.split_once(mark).map(|(l, r)| (l.trim(), r.trim()));
        let line = if let Some((expression, value)) = part("--> ") {
            stated += 1;
            format!("check({line}, ({expression}), {value})")
        } else if let Some((expression, error)) = part("--! ") {
            stated += 1;
            format!("check_error({line}, function() return {expression} end, [==[{error}]==])")
        } else {
            text.to_owned()
        };
        code.push_str(&line);
        code.push('\n');
    }
    (code, stated)
}

/// The lines of an example that begin with this mark, without it.
fn marked<'e>(example: &'e Example, mark: &str) -> Vec<&'e str> {
    let lines = example.code.lines();
    lines
        .filter_map(|line| line.strip_prefix(mark))
        .map(str::trim)
        .collect()
}

/// Runs all examples of a text.
fn run_examples(text: &str) {
    let examples = examples(text);
    let packages = Rc::new(Packages::default());
    for example in examples.iter().filter(|example| !example.module.is_empty()) {
        packages.insert(&example.module, &example.code).unwrap();
    }
    let mut wrong = Vec::new();
    for example in examples.iter().filter(|example| example.module.is_empty()) {
        if let Err(why) = run_example(example, &packages) {
            wrong.push(format!("example at line {}: {why}", example.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run_example(example: &Example, packages: &Rc<Packages>) -> Result<(), String> {
    let (code, stated) = program(example);
    if stated == 0 {
        return Err("it states no result".to_owned());
    }
    let ctx = marked(example, "--@ ctx ")
        .first()
        .map_or(json!({}), |text| {
            serde_json::from_str(text).expect("ctx is JSON")
        });
    let mut answers = marked(example, "--< ").into_iter();
    let mut run = Run::with(&code, ctx, Rc::clone(packages), 64 << 20);
    run.host.now_ms = NOW;
    if let Some(env) = marked(example, "--@ env ").first() {
        run.host.env = serde_json::from_str::<BTreeMap<String, String>>(env)
            .expect("env is JSON")
            .into_iter()
            .collect();
    }
    let mut unanswered = 0;
    let event = run.finish(|_| {
        answers.next().map(str::to_owned).unwrap_or_else(|| {
            unanswered += 1;
            String::new()
        })
    });
    if event["status"] != "completed" {
        return Err(event["error"].as_str().unwrap_or_default().to_owned());
    }
    match (unanswered, answers.count()) {
        (0, 0) => Ok(()),
        counts => Err(format!(
            "queries without answer, answers without query: {counts:?}"
        )),
    }
}

#[test]
fn the_examples_of_the_reference_are_true() {
    run_examples(REFERENCE);
}

#[test]
fn the_examples_of_the_mathematical_reference_are_true() {
    run_examples(MATH);
}

#[test]
fn an_example_that_is_wrong_is_found() {
    for (code, why) in [
        ("1 + 1 --> 3", "2 instead of 3"),
        ("1 + 1 --> 2.0", "2 instead of 2.0"),
        ("{1, {a = 2}} --> {1, {a = 2, b = 3}}", "instead of"),
        ("1 + 1 --! text", "instead of the error text"),
        ("error('a') --! b", "instead of the error b"),
        ("local x = 1", "it states no result"),
        (
            "alc.llm('q') --> ''",
            "queries without answer, answers without query: (1, 0)",
        ),
        (
            "--< a\n1 --> 1",
            "queries without answer, answers without query: (0, 1)",
        ),
        ("nothing.at.all --> 1", "attempt to index a nil value"),
    ] {
        let text = format!("```lua\n{code}\n```\n");
        let example = examples(&text).remove(0);
        let found = run_example(&example, &Rc::default()).unwrap_err();
        assert!(found.contains(why), "{code}: {found}");
    }
}

// ── Entries ─────────────────────────────────────────────────────────────────

/// A signature: the path, and names with whether they may be left out.
type Signature = (String, Vec<(String, bool)>);

/// Reads `path(a, [b], [c = 1])`.
fn signature(text: &str) -> Signature {
    let (path, rest) = text.split_once('(').unwrap_or_else(|| panic!("{text}"));
    let list = rest.strip_suffix(')').unwrap_or_else(|| panic!("{text}"));
    let mut params = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let end = match rest.starts_with('[') {
            true => rest.find(']').expect("a closing bracket") + 1,
            false => rest.find(',').unwrap_or(rest.len()),
        };
        let (param, after) = rest.split_at(end);
        rest = after.trim_start_matches(", ");
        let bare = param.trim_matches(['[', ']']);
        let name = bare.split(" = ").next().unwrap_or(bare);
        // An options table may be spelled out.
        let name = if name.starts_with('{') { "opts" } else { name };
        params.push((name.to_owned(), bare.len() < param.len()));
    }
    (path.to_owned(), params)
}

fn expected(function: &Function) -> Vec<(String, bool)> {
    let params = function.params.iter();
    params
        .map(|param| (param.name.clone(), param.optional))
        .collect()
}

fn functions(in_math: bool) -> BTreeMap<String, Function> {
    let all = read().functions.into_iter();
    all.filter(|function| function.path.starts_with("alc.math.") == in_math)
        .map(|function| (function.path.clone(), function))
        .collect()
}

#[test]
fn every_function_has_an_entry_with_signature_errors_and_example() {
    let functions = functions(false);
    let mut seen = BTreeSet::new();
    for entry in REFERENCE.split("\n### ").skip(1) {
        let entry = entry.split("\n## ").next().unwrap_or(entry);
        let heading = entry.lines().next().unwrap().trim_matches('`');
        let (path, params) = signature(heading);
        let Some(function) = functions.get(&path) else {
            panic!("{path} is not there");
        };
        assert_eq!(params, expected(function), "{path}");
        assert!(
            entry.contains("\n**Errors:** "),
            "{path}: no word about errors"
        );
        let blocks = examples(entry);
        let name = path.trim_start_matches("alc.");
        let is_used = |example: &Example| example.code.contains(name);
        assert!(blocks.iter().any(is_used), "{path}: no example");
        assert!(seen.insert(path), "{heading}: twice");
        for param in &function.params {
            if let Some((_, default)) = param.text.rsplit_once("(default: ") {
                let default = default.trim_end_matches(')');
                let is_said = heading.contains(&format!("{} = {default}", param.name));
                let is_text = default.contains(' ') || default == "{}";
                assert!(is_said || is_text, "{heading}: default {default}");
            }
        }
    }
    let missing: Vec<_> = functions
        .keys()
        .filter(|path| !seen.contains(*path))
        .collect();
    assert!(missing.is_empty(), "no entry: {missing:?}");
}

#[test]
fn defaults_of_options_are_said() {
    let stubs = read();
    for function in functions(false).values() {
        let heading = format!("\n### `{}(", function.path);
        let entry = REFERENCE.split(&heading).nth(1).unwrap_or_default();
        let entry = entry.split("\n### ").next().unwrap_or_default();
        for param in &function.params {
            // These take the options of `alc.llm`, and say no more than that.
            if param.kind == "alc.LlmOptions" && function.path != "alc.llm" {
                assert!(entry.contains("`alc.llm`"), "{}", function.path);
                continue;
            }
            let class = stubs.classes.iter().find(|class| class.name == param.kind);
            for field in class.iter().flat_map(|class| &class.fields) {
                let default = field.text.rsplit_once("(default: ").map(|(_, d)| d);
                let name = &field.name;
                assert!(
                    entry.contains(name.as_str()),
                    "{}: no word about {name}",
                    function.path
                );
                if let Some(default) = default.map(|d| d.trim_end_matches(')'))
                    && !default.contains(' ')
                    && !["all", "now", "false"].contains(&default)
                {
                    let default = default.trim_matches(['{', '}']).trim_matches('"');
                    assert!(
                        entry.contains(default),
                        "{}: {name} = {default}",
                        function.path
                    );
                }
            }
        }
    }
}

#[test]
fn every_function_of_alc_math_has_a_row_and_an_example() {
    let functions = functions(true);
    let mut seen = BTreeSet::new();
    for line in MATH.lines() {
        let Some((call, _)) = line
            .strip_prefix("| `")
            .and_then(|row| row.split_once("` | "))
        else {
            continue;
        };
        let path = format!("alc.math.{}", call.split('(').next().unwrap_or(call));
        let Some(function) = functions.get(&path) else {
            continue;
        };
        if seen.insert(path.clone()) {
            let (_, params) = signature(call);
            assert_eq!(params, expected(function), "{path}");
        }
    }
    let lines: Vec<&str> = MATH
        .split("```lua")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .flat_map(str::lines)
        .filter(|line| line.contains("--> ") || line.contains("--! "))
        .collect();
    for path in functions.keys() {
        assert!(seen.contains(path), "{path}: no row");
        let call = format!("{path}(");
        assert!(
            lines.iter().any(|line| line.contains(&call)),
            "{path}: no example"
        );
    }
    let stated = Json::from(functions.len());
    assert!(MATH.contains(&format!("{stated} functions")), "{stated}");
}
