//! The packages of a registry: adding, removing, listing them with what they say
//! of themselves, and what sessions that have started see of it.

mod common;

use std::rc::Rc;

use algocline_wasm::alc::{PackageInfo, PackageKind, Packages};
use algocline_wasm::domain::{ErrorCode, SessionId};
use algocline_wasm::registry::{RegistryOptions, StartOptions};
use algocline_wasm::session::Program;
use common::{Host, START, Theirs, ours};
use serde_json::{Value as Json, json};

fn host_with(modules: &[(&str, &str)]) -> Host {
    let host = Host::default();
    for (name, source) in modules {
        host.registry.add_module(name, source).unwrap();
    }
    host
}

fn list(host: &Host) -> Rc<Vec<PackageInfo>> {
    host.registry.packages(START).unwrap()
}

/// What the only package says of itself.
fn describe(source: &str) -> PackageInfo {
    list(&host_with(&[("p", source)]))[0].clone()
}

const REAL: &str = r#"
    local M = {}
    M.meta = {
        name = "p",
        version = "0." .. 1 + 1 .. ".0",
        description = "Two words, " .. "put together",
        category = "reasoning",
        tags = { "a", "b" },
        alc_shapes_compat = "^0.25",
    }
    M.meta.flow_contract = "v1"
    function M.run(ctx)
        ctx.result = alc.llm(ctx.task)
        return ctx
    end
    return M"#;

#[test]
fn a_package_is_listed_with_its_metadata_and_no_session_is_started() {
    let host = host_with(&[
        ("p", REAL),
        ("p.sub", "return {}"),
        ("p.sub.deep", "return 1"),
    ]);
    let expected = json!({
        "name": "p",
        "version": "0.2.0",
        "description": "Two words, put together",
        "category": "reasoning",
        "type": "runnable",
        "meta": {
            "name": "p",
            "version": "0.2.0",
            "description": "Two words, put together",
            "category": "reasoning",
            "tags": ["a", "b"],
            "alc_shapes_compat": "^0.25",
            "flow_contract": "v1",
        },
        "modules": ["p", "p.sub", "p.sub.deep"],
    });
    let shown: Vec<Json> = list(&host)
        .iter()
        .map(|info| info.to_json().theirs())
        .collect();
    assert_eq!(shown, [expected]);
    assert!(host.registry.is_empty());
}

#[test]
fn packages_are_in_the_order_of_their_names_and_those_without_run_are_libraries() {
    let host = host_with(&[
        (
            "b",
            "return {meta = {name = 'other'}, run = setmetatable({}, {__call = print})}",
        ),
        ("a-1/init.lua", "return {run = 1}"),
        ("a", "return 'text'"),
        ("scenarios.math", "return {cases = {}}"),
    ]);
    let list = list(&host);
    let shown: Vec<_> = list
        .iter()
        .map(|p| (p.name.as_str(), p.kind.unwrap()))
        .collect();
    let library = PackageKind::Library;
    let expected = [
        ("a", library),
        ("a-1", library),
        ("b", PackageKind::Runnable),
        ("scenarios", library),
    ];
    assert_eq!(shown, expected);
    assert!(list.iter().all(|package| package.error.is_none()));
    assert_eq!(list[2].meta.theirs()["name"], "other");
    assert_eq!(list[3].modules, ["scenarios.math"]);
}

#[test]
fn a_package_may_require_others_while_it_is_described() {
    let host = host_with(&[
        (
            "shapes",
            "return {instrument = function(m, f) return m[f] end, NAME = 'shaped'}",
        ),
        (
            "p",
            "local S = require('shapes')
             local M = {meta = {name = S.NAME}, run = function() end}
             M.run = S.instrument(M, 'run')
             return M",
        ),
    ]);
    let list = list(&host);
    assert_eq!(list[0].meta.theirs()["name"], "shaped");
    assert_eq!(list[0].kind, Some(PackageKind::Runnable));
}

const NEEDS_SHAPES: &str = r#"
    local S = require("shapes")
    local T = S.T
    local spec = T.shape({ a = T.string:describe("x" .. S.name) })
    local M = { meta = { version = "1.0", shape = S.VERSION, note = S.note(1) } }
    M.run = S.instrument(M, "run")
    return M"#;

#[test]
fn a_missing_module_is_an_error_and_the_metadata_are_read_all_the_same() {
    let package = describe(NEEDS_SHAPES);
    let error = package.error.as_deref().unwrap();
    assert!(error.contains("module 'shapes' not found:"), "{error}");
    assert_eq!(package.meta.theirs(), json!({"version": "1.0"}));
    assert_eq!(package.kind, Some(PackageKind::Runnable));
}

#[test]
fn a_module_that_the_host_may_find_is_no_error() {
    let options = RegistryOptions {
        loads_packages: true,
        ..RegistryOptions::default()
    };
    let host = Host::new(options);
    host.registry.add_module("p", NEEDS_SHAPES).unwrap();
    let package = &list(&host)[0];
    assert_eq!(package.error, None);
    assert_eq!(package.text("version"), Some("1.0"));
    assert_eq!(package.kind, Some(PackageKind::Runnable));
}

#[test]
fn a_package_that_cannot_be_loaded_is_listed_with_its_error() {
    for (source, why) in [
        ("return {", "p.lua\"]:1: unexpected symbol near <eof>"),
        ("error('broken')", "p.lua\"]:1: broken"),
        ("error({})", "lua error: runtime error: table"),
        (
            "while true do end",
            "lua error: out of fuel: loading the package takes more than",
        ),
        (
            "local s = 'x' while true do s = s .. s end",
            "not enough memory",
        ),
        (
            "local t = {} for i = 1, 1e9 do t[i] = {} end",
            "lua error: ",
        ),
        (
            "alc.llm('q')",
            "the package asks a model while it is loaded",
        ),
        (
            "alc.llm_batch{{prompt = 'q'}}",
            "the package asks a model while it is loaded",
        ),
        ("require('q')", "module 'q' not found:"),
        ("return require('p')", "lua error: "),
    ] {
        let package = describe(source);
        let error = package
            .error
            .as_deref()
            .unwrap_or_else(|| panic!("{source}"));
        assert!(error.contains(why), "{source}: {error}");
        assert_eq!(package.name, "p");
        assert_eq!(package.modules, ["p"]);
        assert_eq!(
            package.to_json().theirs()["type"].is_null(),
            package.kind.is_none()
        );
    }
}

#[test]
fn metadata_are_what_json_can_say_of_them() {
    for (meta, expected) in [
        ("nil", json!({})),
        ("'text'", json!({})),
        ("print", json!({})),
        (
            "{version = 1, description = {}, category = true}",
            json!({"version": 1, "description": {}, "category": true}),
        ),
        (
            "{f = print, n = 0/0, i = 1/0, s = '\\xff', ok = 1.5}",
            json!({"ok": 1.5}),
        ),
        (
            "{'a', x = 1, [true] = 2, ['\\xff'] = 3}",
            json!({"1": "a", "x": 1, "true": 2}),
        ),
        (
            "setmetatable({a = 1}, {__pairs = error, __index = error})",
            json!({"a": 1}),
        ),
    ] {
        let package = describe(&format!("return {{meta = {meta}}}"));
        assert_eq!(package.error, None, "{meta}");
        assert_eq!(package.meta.theirs(), expected, "{meta}");
        let shown = package.to_json().theirs();
        assert!(
            shown["version"].is_null() && shown["category"].is_null(),
            "{meta}"
        );
    }
    // A cycle is cut, and so is what is too large.
    let cycle = describe("local m = {name = 'x'} m.m = m return {meta = m}");
    assert_eq!(
        (cycle.error, cycle.meta.theirs()["name"].as_str()),
        (None, Some("x"))
    );
    let large = describe("local m = {} for i = 1, 1e4 do m['k' .. i] = i end return {meta = m}");
    assert_eq!((large.error, large.meta.len()), (None, 1000));
}

#[test]
fn a_package_cannot_reach_out_while_it_is_described() {
    let host = host_with(&[
        (
            "p",
            "alc.state.set('k', 1) print('x') next, type, require = nil return {meta = {v = alc.state.get('k')}}",
        ),
        (
            "q",
            "return {meta = {v = alc.state.get('k'), e = os.getenv('HOME'), t = os.time()}}",
        ),
    ]);
    let list = list(&host);
    assert_eq!(list[0].meta.theirs(), json!({"v": 1}));
    assert_eq!(list[1].meta.theirs(), json!({"t": START / 1000}));
    assert_eq!(host.result("return alc.state.has('k')"), json!(false));
}

#[test]
fn the_list_is_kept_until_a_package_changes() {
    let host = host_with(&[("p", REAL)]);
    let first = list(&host);
    assert!(Rc::ptr_eq(&first, &list(&host)));
    host.registry
        .add_module("p", "return {meta = {version = '9'}}")
        .unwrap();
    let second = list(&host);
    assert_eq!(second[0].text("version"), Some("9"));
    assert!(host.registry.remove_package("p").unwrap());
    assert!(list(&host).is_empty());
    assert!(!host.registry.remove_package("p").unwrap());
}

#[test]
fn a_package_of_several_files_replaces_all_of_the_one_before() {
    let host = host_with(&[("m", "return 0"), ("m.old", "return 1"), ("mm", "return 2")]);
    let package = [
        (
            "init.lua",
            "return {require('m.a'), require('m.b'), require('m.c.d')}",
        ),
        ("a.lua", "return 'a'"),
        ("b", "return 'b'"),
        ("c.d", "return 'd'"),
    ];
    host.registry.add_package("m", &package).unwrap();
    assert_eq!(host.result("return require('m')"), json!(["a", "b", "d"]));
    assert_eq!(list(&host)[0].modules, ["m", "m.a", "m.b", "m.c.d"]);
    assert!(
        host.error("require('m.old')")
            .contains("module 'm.old' not found")
    );
    assert!(host.registry.remove_package("m.c").unwrap());
    assert_eq!(list(&host)[0].modules, ["m", "m.a", "m.b"]);
    assert!(host.registry.remove_package("m").unwrap());
    assert_eq!(list(&host)[0].name, "mm");
}

#[test]
fn a_refused_package_changes_nothing() {
    let host = host_with(&[("m", "return 1"), ("m.sub", "return 2")]);
    let main = ("init", "return 3");
    for (name, list, argument) in [
        ("", &[main][..], "name"),
        ("m..x", &[main], "name"),
        ("m/init.lua", &[main], "name"),
        ("m", &[("sub", "return 4")], "source"),
        ("m", &[], "source"),
        ("m", &[main, ("../n.lua", "return 4")], "name"),
        ("m", &[main, ("", "return 4")], "name"),
    ] {
        let error = host.registry.add_package(name, list).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
        let named = format!("invalid argument `{argument}`: ");
        assert!(error.to_string().starts_with(&named), "{error}");
    }
    assert!(host.registry.add_module("a\\b", "").is_err());
    assert!(!host.registry.remove_package("../m").unwrap());
    assert_eq!(
        host.result("return {require('m'), require('m.sub')}"),
        json!([1, 2])
    );
    host.registry.dispose();
    assert_eq!(
        host.registry.packages(0).unwrap_err().code(),
        ErrorCode::Disposed
    );
    assert_eq!(
        host.registry.add_module("m", "").unwrap_err().code(),
        ErrorCode::Disposed
    );
    assert_eq!(
        host.registry.remove_package("m").unwrap_err().code(),
        ErrorCode::Disposed
    );
}

#[test]
fn a_session_keeps_the_packages_it_started_with() {
    let host = host_with(&[("m", "return 'old m'"), ("n", "return 'old n'")]);
    let code = "local m = require('m') alc.llm('?')
        package.loaded.m = nil
        return {m, require('m'), require('n'), (pcall(require, 'o'))}";
    let (id, _) = host.start(code);
    host.registry.add_module("m", "return 'new m'").unwrap();
    host.registry.add_module("o", "return 'new o'").unwrap();
    assert!(host.registry.remove_package("n").unwrap());
    let end = host.reply(&id, "go on");
    assert_eq!(end["result"], json!(["old m", "old m", "old n", false]));
    let now = "return {require('m'), (pcall(require, 'n')), require('o')}";
    assert_eq!(host.result(now), json!(["new m", false, "new o"]));
}

#[test]
fn children_of_a_fork_see_the_packages_of_their_session() {
    let host = host_with(&[("s", "return {run = function() return 'old' end}")]);
    let (id, _) = host.start("alc.llm('?') return alc.fork({'s'}, {})[1].result");
    host.registry
        .add_module("s", "return {run = function() return 'new' end}")
        .unwrap();
    assert_eq!(host.reply(&id, "")["result"], "old");
}

#[test]
fn a_set_given_to_the_registry_is_not_changed_by_it() {
    let packages = Rc::new(Packages::default());
    packages.insert("m", "return 1").unwrap();
    let options = RegistryOptions {
        packages: Rc::clone(&packages),
        ..RegistryOptions::default()
    };
    let host = Host::new(options);
    host.registry.remove_package("m").unwrap();
    assert!(packages.contains("m"));
    assert!(host.error("require('m')").contains("not found"));
}

#[test]
fn what_is_listed_as_runnable_can_be_advised() {
    let host = host_with(&[("p", REAL)]);
    let program = Program::Strategy("p".into());
    let id: SessionId = host
        .registry
        .start(
            program,
            ours(&json!({"task": "2+2?"})),
            StartOptions::default(),
            7,
            START,
        )
        .unwrap();
    assert_eq!(host.run(&id)["prompt"], "2+2?");
}
