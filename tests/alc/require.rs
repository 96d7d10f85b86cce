//! `require` and the packages that a registry offers.

use std::rc::Rc;

use algocline_wasm::alc::Packages;
use serde_json::{Value as Json, json};

use crate::driver::{Run, outcome};

fn with(modules: &[(&str, &str)], code: &str) -> Json {
    outcome(run(modules, code).finish(|query| format!("[{}]", query.prompt)))
}

fn run(modules: &[(&str, &str)], code: &str) -> Run {
    let packages = Packages::default();
    for (name, source) in modules {
        packages.insert(name, source).unwrap();
    }
    Run::with(code, json!({}), Rc::new(packages), 64 << 20)
}

#[test]
fn modules_are_found_by_name() {
    let modules = [
        ("a", "return 'a'"),
        ("a.b", "return 'a.b'"),
        ("c/init.lua", "return 'c'"),
        ("c/d.lua", "return 'c.d'"),
        ("e", "return 'e.lua'"),
        ("e/init", "return 'e/init.lua'"),
    ];
    let code = "return {require('a'), require('a.b'), require('a/b'), require('c'), require('c.d'), require('e'), require('e.init')}";
    assert_eq!(
        with(&modules, code),
        json!(["a", "a.b", "a.b", "c", "c.d", "e.lua", "e/init.lua"])
    );
}

#[test]
fn values_are_kept_as_the_manual_says() {
    let modules = [
        ("nothing", "count = (count or 0) + 1"),
        ("no", "count = (count or 0) + 1 return false"),
        ("table", "return {n = select('#', ...)}"),
        ("own", "package.loaded.own = 'entered'"),
    ];
    for (code, result) in [
        (
            "return {require('nothing'), require('nothing'), count}",
            json!([true, true, 1]),
        ),
        (
            "return {require('no'), package.loaded.no, require('no'), count}",
            json!([false, false, false, 2]),
        ),
        (
            "local value, extra = require('table') return {type(value), extra == nil}",
            json!(["table", true]),
        ),
        ("return require('own')", json!("entered")),
        ("return rawequal(require('string'), string)", json!(true)),
        ("return require('_G') == _G", json!(true)),
    ] {
        assert_eq!(with(&modules, code), result, "{code}");
    }
    assert_eq!(
        with(
            &[("m", "return {n = select('#', ...)}")],
            "return require('m').n"
        ),
        json!(0)
    );
}

#[test]
fn a_module_may_ask_while_it_is_loaded() {
    let modules = [
        (
            "outer",
            "local inner = require('inner') return {inner, alc.llm('outer')}",
        ),
        ("inner", "return alc.llm('inner')"),
    ];
    assert_eq!(
        with(&modules, "return require('outer')"),
        json!(["[inner]", "[outer]"])
    );
    let code = "local t = {'m'} table.sort({2, 1}, function() t = require('inner') return false end) return t";
    assert_eq!(with(&modules, code), "[inner]");
}

#[test]
fn what_is_not_found_is_said() {
    let missing =
        "module 'x.y' not found:\n\tno resolver for 'x.y'\n\tno field package.preload['x.y']";
    assert_eq!(
        with(&[], "return select(2, pcall(require, 'x.y'))"),
        missing
    );
    assert_eq!(
        with(&[], "require('x.y')"),
        format!("lua error: runtime error: strategy:1: {missing}")
    );
    assert_eq!(
        with(&[], "require()"),
        "lua error: runtime error: strategy:1: bad argument #1 to 'require' (string expected, got no value)"
    );
}

#[test]
fn a_broken_module_is_an_error_at_once() {
    let modules = [
        ("syntax", "return {{"),
        ("raises", "error('boom')"),
        ("host", "alc.llm()"),
    ];
    let code =
        "package.preload.syntax = function() return 'other' end return {pcall(require, 'syntax')}";
    assert_eq!(
        with(&modules, code),
        json!([
            false,
            "[string \"syntax.lua\"]:1: unexpected symbol near <eof>"
        ])
    );
    assert_eq!(
        with(
            &modules,
            "return {pcall(require, 'raises'), package.loaded.raises == nil}"
        ),
        json!([false, true])
    );
    assert_eq!(
        with(&modules, "require('raises')"),
        "lua error: runtime error: [string \"raises.lua\"]:1: boom"
    );
    assert_eq!(
        with(&modules, "require('host')"),
        "lua error: bad argument #1: error converting Lua nil to String (expected string or number)"
    );
}

#[test]
fn packages_come_before_preload_and_searchers_can_be_added() {
    let modules = [("m", "return 'package'")];
    let code = "
        package.preload.m = function() return 'preload' end
        package.preload.p = function(name, extra) return name .. extra end
        table.insert(package.searchers, function(name)
          if name == 'own' then return function(n, x) return n .. x end, '!' end
          return 'nothing for ' .. name
        end)
        local value, extra = require('own')
        return {require('m'), require('p'), value, extra, (select(2, pcall(require, 'z')))}";
    assert_eq!(
        with(&modules, code),
        json!([
            "package",
            "p:preload:",
            "own!",
            "!",
            "module 'z' not found:\n\tno resolver for 'z'\n\tno field package.preload['z']\n\tnothing for z"
        ])
    );
    assert_eq!(
        with(&[], "package.searchers = nil require('m')"),
        "lua error: runtime error: strategy:1: 'package.searchers' must be a table"
    );
    assert_eq!(with(&[], "return type(package.path)"), "string");
}

#[test]
fn the_host_may_be_asked_for_modules() {
    let mut host = run(
        &[("known", "return 'k'")],
        "return {require('known'), require('far'), require('far'), (pcall(require, 'none')), select(2, pcall(require, 'down'))}",
    );
    host.host.loads_packages = true;
    host.library = vec![
        ("far", Ok("return alc.llm('far') .. select('#', ...)")),
        ("down", Err("offline")),
    ];
    let result = outcome(host.finish(|query| format!("[{}]", query.prompt)));
    assert_eq!(
        result,
        json!([
            "k",
            "[far]0",
            "[far]0",
            false,
            "module 'down' could not be loaded: offline"
        ])
    );
    assert_eq!(host.asked, ["far", "none", "down"]);
}

#[test]
fn names_that_lead_elsewhere_are_not_asked_for() {
    for name in [
        "../secret",
        "a//b",
        "/etc/passwd",
        "..",
        "a\\\\b",
        "file:x",
        "",
    ] {
        let mut host = run(
            &[],
            &format!("return select(2, pcall(require, \"{name}\"))"),
        );
        host.host.loads_packages = true;
        let result = outcome(host.finish(|_| String::new()));
        let plain = name.replace("\\\\", "\\");
        assert_eq!(result, format!("path traversal blocked: {plain}"), "{name}");
        assert!(host.asked.is_empty(), "{name}");
    }
}

#[test]
fn a_set_of_packages_can_change() {
    let packages = Packages::default();
    for name in ["", ".", "a..b", "/a", "a/../b", "a\\b", "a//b", "..lua"] {
        assert!(packages.insert(name, "").is_err(), "{name:?}");
    }
    packages.insert("a", "return 1").unwrap();
    packages.insert("a/init.lua", "return 2").unwrap();
    packages.insert("a", "return 3").unwrap();
    let packages = Rc::new(packages);
    let value = || {
        let code = "return require('a')";
        let mut run = Run::with(code, json!({}), Rc::clone(&packages), 64 << 20);
        outcome(run.finish(|_| String::new()))
    };
    assert_eq!(value(), json!(3));
    assert_eq!(packages.source("a").as_deref(), Some("return 3"));
    packages.insert("a", "return 4").unwrap();
    assert_eq!(value(), json!(4));
    assert!(packages.remove("a.lua"));
    assert_eq!(value(), json!(2));
    assert!(packages.remove("a"));
    assert!(!packages.remove("a"));
    assert!(packages.paths().is_empty());
}
