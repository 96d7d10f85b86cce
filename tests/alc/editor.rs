//! `types/alc.d.lua` says what is there: every function of `alc` and `std` that a
//! machine has, and no other.

use std::collections::BTreeSet;

use crate::driver::{Run, outcome};
use crate::stubs::{STUBS, read};

/// Lists all functions as lines `path names`; of natives `?` stands for the
/// names of the parameters.
const LIST: &str = r#"
    local lines = {}
    local function add(path, f, skip)
        local info, names = debug.getinfo(f, "uS"), {}
        if info.what == "C" then
            names[1] = "?"
        else
            for i = 1 + skip, info.nparams do
                names[#names + 1] = debug.getlocal(f, i)
            end
            if info.isvararg then names[#names + 1] = "..." end
        end
        lines[#lines + 1] = path .. " " .. table.concat(names, ",")
    end
    local seen = {}
    local function walk(path, t)
        if seen[t] then return end
        seen[t] = true
        for name, value in pairs(t) do
            local inner = path .. "." .. tostring(name)
            if type(value) == "function" then
                add(inner, value, 0)
            elseif type(value) == "table" then
                walk(inner, value)
            end
        end
    end
    local function list()
        lines, seen = {}, {}
        for _, name in ipairs { "get", "use" } do
            add("alc.env:" .. name, alc.env[name], 1)
        end
        local env = alc.env
        alc.env = nil
        walk("alc", alc)
        walk("std", std)
        alc.env = env
        table.sort(lines)
        return lines
    end
    local real = list()
    "#;

/// The functions that are there, and those of the file, which is run for that.
fn lists() -> (Vec<String>, Vec<String>) {
    let packages = algocline_wasm::alc::Packages::default();
    packages.insert("stubs", STUBS).unwrap();
    let code = format!("{LIST} require('stubs') return {{real = real, stubs = list()}}");
    let mut run = Run::with(&code, serde_json::json!({}), packages.into(), 64 << 20);
    let found = outcome(run.finish(|_| panic!("the file asks nothing")));
    let lines = |name: &str| {
        let lines = found[name].as_array().unwrap_or_else(|| panic!("{found}"));
        lines
            .iter()
            .map(|line| line.as_str().unwrap().to_owned())
            .collect()
    };
    (lines("real"), lines("stubs"))
}

fn path(line: &str) -> &str {
    line.split(' ').next().unwrap()
}

#[test]
fn it_is_lua_and_has_every_function_and_no_other() {
    let (real, stubs) = lists();
    let paths = |lines: &[String]| -> BTreeSet<String> {
        lines.iter().map(|line| path(line).to_owned()).collect()
    };
    let (there, written) = (paths(&real), paths(&stubs));
    let missing: Vec<_> = there.difference(&written).collect();
    let invented: Vec<_> = written.difference(&there).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "missing {missing:?}, not there {invented:?}"
    );
    assert!(there.len() > 150, "{} functions only", there.len());
    // What the file declares is what its annotations are about.
    let annotated: BTreeSet<String> = read().functions.into_iter().map(|f| f.path).collect();
    assert_eq!(annotated, there);
}

#[test]
fn parameters_have_the_names_that_they_have_in_lua() {
    let (real, stubs) = lists();
    for (real, stub) in real.iter().zip(&stubs) {
        // What only raises an error does not look at its arguments.
        let is_refused =
            ["alc.card.open", "alc.card.close", "std.fs.is_file"].contains(&path(real));
        // Natives read the arguments of functions of `alc.math`, also of those in Lua.
        let is_native = real.ends_with(" ?") || *real == format!("{} ...", path(stub));
        if !is_native && !is_refused {
            assert_eq!(real, stub);
        }
    }
}

#[test]
fn tables_that_are_there_are_declared() {
    for name in [
        "ctx",
        "alc",
        "alc.env",
        "alc.stats",
        "alc.state",
        "alc.card",
        "alc.math",
        "std",
    ] {
        assert!(STUBS.contains(&format!("\n{name} = {{}}\n")), "{name}");
    }
}

#[test]
fn every_type_that_is_used_is_known() {
    let stubs = read();
    let mut known: BTreeSet<&str> = [
        "nil", "boolean", "integer", "number", "string", "table", "any", "userdata", "fun",
        "function",
    ]
    .into();
    known.extend(stubs.classes.iter().map(|class| class.name.as_str()));
    known.extend(stubs.aliases.iter().map(String::as_str));
    let fields = stubs.classes.iter().flat_map(|class| &class.fields);
    let items = stubs
        .functions
        .iter()
        .flat_map(|f| f.params.iter().chain(&f.returns));
    let parents = stubs
        .classes
        .iter()
        .filter_map(|class| class.parent.as_deref());
    let kinds = fields
        .chain(items)
        .map(|item| item.kind.as_str())
        .chain(parents);
    for kind in kinds {
        for word in words(kind) {
            assert!(known.contains(word), "{word} in {kind}");
        }
    }
    for function in &stubs.functions {
        assert!(function.about.len() < 120, "{}: too long", function.path);
    }
}

/// The names of types in a type: not those of fields and parameters, nor texts.
fn words(kind: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in kind.split('"').step_by(2) {
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let mut rest = part;
        while let Some(from) = rest.find(is_name) {
            let end = rest[from..]
                .find(|c| !is_name(c))
                .map_or(rest.len(), |at| from + at);
            let after = rest[end..].trim_start_matches('?');
            if !after.starts_with(':') {
                words.push(&rest[from..end]);
            }
            rest = &rest[end..];
        }
    }
    words
}
