//! The strategies of `strategies/`: their own cases, and what all have in common.

mod cases;
mod driver;
mod garbage;
mod script;
#[path = "../support/trees.rs"]
mod trees;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use cases::Case;
use driver::Run;
use garbage::Lcg;
use script::ScriptedModel;

const OTHER_TASK: &str = "Explain in two sentences why the sky is blue.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("strategies")
}

/// The names of all strategies.
fn strategies() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .expect("strategies/ is there")
        .map(|entry| entry.expect("strategies/ is readable").path())
        .filter(|path| path.join("init.lua").exists())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 9, "{names:?}");
    names
}

fn read(strategy: &str, file: &str) -> String {
    let path = folder().join(strategy).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn model_of(strategy: &str) -> ScriptedModel {
    let script = serde_json::from_str(&read(strategy, "model.json"));
    ScriptedModel::new(script.unwrap_or_else(|error| panic!("{strategy}/model.json: {error}")))
}

/// Runs a strategy with its own script, which must have a rule for every query.
fn run_scripted(strategy: &str, ctx: &Json) -> Run {
    let mut model = model_of(strategy);
    driver::run(strategy, ctx, &mut |_, queries| {
        let replies = queries.iter().map(|query| {
            let (reply, is_ruled) = model.reply(query);
            assert!(is_ruled, "{strategy}/model.json has no rule for {query:?}");
            reply
        });
        Ok(replies.collect())
    })
}

fn meta_of(strategy: &str) -> Json {
    let chunk = format!("return require('{strategy}').meta");
    let run = driver::run_chunk(strategy, &chunk, &json!({}), &mut |_, _| unreachable!());
    run.result
        .unwrap_or_else(|error| panic!("{strategy}: {error}"))
}

fn sample_of(strategy: &str) -> String {
    meta_of(strategy)["sample_task"]
        .as_str()
        .unwrap_or_else(|| panic!("{strategy} has no sample_task"))
        .to_owned()
}

/// The answer, or a panic that says where.
fn answer(run: &Run, place: &str) -> String {
    run.answer()
        .unwrap_or_else(|error| panic!("{place}: {error}"))
        .to_owned()
}

#[test]
fn every_case_goes_as_written() {
    let mut problems = Vec::new();
    for strategy in strategies() {
        let cases: Vec<Case> = serde_json::from_str(&read(&strategy, "tests.json"))
            .unwrap_or_else(|error| panic!("{strategy}/tests.json: {error}"));
        assert!(cases.len() >= 3, "{strategy} has too few cases");
        for case in cases {
            if let Err(problem) = case.check(&strategy) {
                problems.push(format!("{strategy}: {}: {problem}", case.name));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n\n"));
}

#[test]
fn scripts_carry_any_task_to_its_end() {
    for strategy in strategies() {
        for task in [&sample_of(&strategy), OTHER_TASK] {
            let run = run_scripted(&strategy, &json!({ "task": task }));
            assert!(!answer(&run, &strategy).is_empty(), "{strategy}: {task}");
            assert!(run.queries() >= 2, "{strategy}");
        }
    }
}

#[test]
fn reflect_asks_at_least_three_times() {
    let run = run_scripted("reflect", &json!({ "task": OTHER_TASK }));
    assert!(run.pauses.len() >= 3);
}

#[test]
fn the_same_replies_give_the_same_run() {
    for strategy in strategies() {
        let ctx = json!({ "task": OTHER_TASK });
        let (one, other) = (run_scripted(&strategy, &ctx), run_scripted(&strategy, &ctx));
        assert_eq!(one.pauses, other.pauses, "{strategy}");
        assert_eq!(one.result, other.result, "{strategy}");
        assert_eq!(one.custom, other.custom, "{strategy}");
    }
}

#[test]
fn any_budget_ends_with_an_answer() {
    for strategy in strategies() {
        let sample = sample_of(&strategy);
        let all = run_scripted(&strategy, &json!({ "task": sample })).queries();
        for most in 1..=all {
            let ctx = json!({ "task": sample, "budget": { "max_llm_calls": most } });
            let run = run_scripted(&strategy, &ctx);
            assert!(!answer(&run, &format!("{strategy}, {most} queries")).is_empty());
            assert!(run.queries() <= most, "{strategy}: {most}");
        }
        for tokens in [1, 100, 300, 600, 1_000, 2_000, 4_000] {
            let ctx = json!({ "task": sample, "budget": { "max_tokens": tokens } });
            let run = run_scripted(&strategy, &ctx);
            assert!(!answer(&run, &format!("{strategy}, {tokens} tokens")).is_empty());
        }
    }
}

#[test]
fn no_budget_at_all_is_the_budget_s_error() {
    for strategy in strategies() {
        let ctx = json!({ "task": OTHER_TASK, "budget": { "max_llm_calls": 0 } });
        let run = run_scripted(&strategy, &ctx);
        let error = run.result.expect_err(&strategy);
        assert!(
            error.contains("budget_exceeded: max_llm_calls"),
            "{strategy}: {error}"
        );
    }
}

#[test]
fn useless_replies_end_with_some_answer() {
    for strategy in strategies() {
        let ctx = json!({ "task": sample_of(&strategy) });
        for reply in garbage::replies() {
            let run = driver::run(&strategy, &ctx, &mut |_, queries| {
                Ok(vec![reply.clone(); queries.len()])
            });
            let start: String = reply.chars().take(40).collect();
            answer(&run, &format!("{strategy}, {start:?}"));
            assert!(run.queries() <= 60, "{strategy}: {start:?}");
        }
    }
}

#[test]
fn useless_replies_among_good_ones_end_with_some_answer() {
    let replies = garbage::replies();
    for strategy in strategies() {
        let ctx = json!({ "task": sample_of(&strategy) });
        for seed in 0..60 {
            let mut random = Lcg::new(seed);
            let mut model = model_of(&strategy);
            let run = driver::run(&strategy, &ctx, &mut |_, queries| {
                let said = queries.iter().map(|query| match random.below(2) {
                    0 => model.reply(query).0,
                    _ => replies[random.below(replies.len())].clone(),
                });
                Ok(said.collect())
            });
            answer(&run, &format!("{strategy}, seed {seed}"));
        }
    }
}

#[test]
fn a_failed_query_fails_the_run_with_its_reason() {
    for strategy in strategies() {
        let pauses = run_scripted(&strategy, &json!({ "task": OTHER_TASK }))
            .pauses
            .len();
        for failing in 0..pauses {
            let mut model = model_of(&strategy);
            let run = driver::run(
                &strategy,
                &json!({ "task": OTHER_TASK }),
                &mut |i, queries| {
                    if i == failing {
                        return Err("the server is gone".into());
                    }
                    Ok(queries.iter().map(|query| model.reply(query).0).collect())
                },
            );
            let error = run.result.expect_err(&strategy);
            assert!(error.contains("the server is gone"), "{strategy}: {error}");
        }
    }
}

#[test]
fn wrong_arguments_are_named() {
    let refused = |strategy: &str, ctx: Json, wanted: &str| {
        let run = run_scripted(strategy, &ctx);
        let error = run.result.expect_err(&format!("{strategy} takes {ctx}"));
        assert!(error.contains(wanted), "{strategy}: {error}");
        assert!(
            run.pauses.is_empty(),
            "{strategy} asked before it checked {ctx}"
        );
    };
    for strategy in strategies() {
        for task in [
            json!(null),
            json!(""),
            json!(" \n"),
            json!(5),
            json!({}),
            json!(true),
        ] {
            let wanted = format!("{strategy}: ctx.task must be a non-empty string");
            refused(&strategy, json!({ "task": task }), &wanted);
        }
        let meta = meta_of(&strategy);
        for (name, option) in meta["options"].as_object().expect("options") {
            let (min, max) = (&option["min"], &option["max"]);
            let wanted =
                format!("{strategy}: option '{name}' must be an integer from {min} to {max}");
            let below = json!(min.as_i64().expect("min") - 1);
            let above = json!(max.as_i64().expect("max") + 1);
            for value in [below, above, json!(1.5), json!("5"), json!({}), json!(true)] {
                refused(
                    &strategy,
                    json!({ "task": "x", name.as_str(): value }),
                    &wanted,
                );
            }
        }
    }
}

#[test]
fn whole_floats_are_integers() {
    let run = run_scripted("sc", &json!({ "task": OTHER_TASK, "samples": 3.0 }));
    assert_eq!(run.pauses[0].len(), 3);
}

#[test]
fn strategies_describe_themselves() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("README.md");
    for strategy in strategies() {
        let meta = meta_of(&strategy);
        assert_eq!(meta["name"], strategy.as_str());
        for field in ["description", "category", "sample_task"] {
            let text = meta[field].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{strategy}: {field}");
        }
        let version = meta["version"].as_str().expect("version");
        let parts: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
        assert!(
            parts.len() == 3 && parts.iter().all(Result::is_ok),
            "{strategy}"
        );
        let paper = &meta["paper"];
        for field in ["title", "authors", "url"] {
            assert!(paper[field].is_string(), "{strategy}: paper.{field}");
        }
        assert!(
            paper["year"].as_i64().is_some_and(|year| year > 1950),
            "{strategy}"
        );
        for (name, option) in meta["options"].as_object().expect("options") {
            let value = |key: &str| {
                option[key]
                    .as_i64()
                    .unwrap_or_else(|| panic!("{name}.{key}"))
            };
            assert!(
                value("min") <= value("default") && value("default") <= value("max"),
                "{name}"
            );
            assert!(option["about"].is_string(), "{strategy}: {name}");
        }
        assert!(
            readme.contains(&format!("[`{strategy}`]({strategy}/init.lua)")),
            "{strategy}"
        );
    }
}

#[test]
fn strategies_leave_no_globals_and_require_nothing() {
    for strategy in strategies() {
        let chunk = format!(
            "local known, loaded = {{}}, {{}}
             for name in pairs(_G) do known[name] = true end
             for name in pairs(package.loaded) do loaded[name] = true end
             loaded['{strategy}'] = true
             require('{strategy}').run(ctx)
             for name in pairs(_G) do assert(known[name], name) end
             for name in pairs(package.loaded) do assert(loaded[name], name) end
             return true"
        );
        let mut model = model_of(&strategy);
        let ctx = json!({ "task": OTHER_TASK });
        let run = driver::run_chunk(&strategy, &chunk, &ctx, &mut |_, queries| {
            Ok(queries.iter().map(|query| model.reply(query).0).collect())
        });
        assert_eq!(run.result, Ok(json!(true)), "{strategy}");
    }
}
