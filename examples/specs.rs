//! Runs the spec files of a repository of strategy packages, one machine each:
//! `cargo run --release --example specs -- path/to/packages [filter]`.
//!
//! Prints the failing cases, and one line of totals. Exits with 1 if fewer cases
//! than `--at-least N` pass.

use std::collections::BTreeMap;
use std::path::Path;

use algocline_wasm::lua::compiler::{Options, compile};
use algocline_wasm::lua::{Outcome, PlainHost, Template, Value, Vm};

type Anything = Result<(), Box<dyn std::error::Error>>;

fn read_tree(root: &Path, folder: &Path, sources: &mut BTreeMap<String, Vec<u8>>) -> Anything {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != ".git") {
                read_tree(root, &path, sources)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "lua") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            sources.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn call(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Vec<Value>, String> {
    vm.start(function, args)
        .map_err(|error| error.to_string())?;
    let mut host = PlainHost {
        now_ms: 1.7e12,
        ..PlainHost::default()
    };
    match vm.run(1 << 40, &mut host) {
        Outcome::Done => Ok(vm.results().to_vec()),
        Outcome::Failed => Err(match vm.failure() {
            Some(failure) => match failure.value {
                Value::Str(id) => format!(
                    "{}\n{}",
                    String::from_utf8_lossy(vm.heap.bytes(id)),
                    String::from_utf8_lossy(&failure.traceback)
                ),
                other => other.type_name().into(),
            },
            None => "unknown error".into(),
        }),
        outcome => Err(format!("{outcome:?}")),
    }
}

fn load(vm: &mut Vm, source: &[u8], name: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let chunk = compile(source, name.as_bytes(), &Options::default())?;
    Ok(vm.load(&chunk.proto.into())?)
}

fn field(vm: &Vm, table: Value, name: &str) -> Value {
    match table {
        Value::Table(id) => vm.heap.raw_get_name(id, name),
        _ => Value::Nil,
    }
}

fn text(vm: &Vm, value: Value) -> String {
    match value {
        Value::Str(id) => String::from_utf8_lossy(vm.heap.bytes(id)).into_owned(),
        other => format!("{other:?}"),
    }
}

/// Passed and failed cases of one spec file.
fn run_spec(
    template: &Template,
    sources: &BTreeMap<String, Vec<u8>>,
    spec: &str,
) -> Result<(i64, Vec<String>), Box<dyn std::error::Error>> {
    let mut vm = template.machine(1 << 30, (1, 2))?;
    let table = vm.heap.new_table()?;
    for (path, source) in sources {
        let key = vm.heap.new_string(path.as_bytes())?;
        let value = vm.heap.new_string(source)?;
        vm.heap
            .raw_set(table, key, value)
            .map_err(|_| "not enough memory")?;
    }
    let roots = vm.heap.new_table()?;
    let package = spec.split('/').next().unwrap_or_default();
    for (n, root) in [format!("{package}/"), String::new(), "flow/doc/".into()]
        .iter()
        .enumerate()
    {
        let root = vm.heap.new_string(root.as_bytes())?;
        vm.heap.raw_set_int(roots, n as i64 + 1, root)?;
    }
    let lust = load(&mut vm, include_bytes!("../tests/lua/lust.lua"), "=lust")?;
    let world = include_bytes!("../tests/lua/spec_world.lua");
    let world = load(&mut vm, world, "=world")?;
    call(
        &mut vm,
        world,
        &[Value::Table(table), Value::Table(roots), lust],
    )?;
    let body = load(&mut vm, &sources[spec], &format!("@{spec}"))?;
    call(&mut vm, body, &[])?;
    let asked = load(&mut vm, b"return lust.get_results()", "=results")?;
    let results = call(&mut vm, asked, &[])?;
    let results = results.first().copied().unwrap_or_default();
    let passed = match field(&vm, results, "passed") {
        Value::Int(passed) => passed,
        _ => 0,
    };
    let mut failures = Vec::new();
    if let Value::Table(tests) = field(&vm, results, "tests") {
        for &test in vm.heap.table(tests).array() {
            if !field(&vm, test, "passed").truthy() {
                failures.push(format!(
                    "{spec}: {} > {}: {}",
                    text(&vm, field(&vm, test, "suite")),
                    text(&vm, field(&vm, test, "name")),
                    text(&vm, field(&vm, test, "error"))
                ));
            }
        }
    }
    Ok((passed, failures))
}

fn main() -> Anything {
    let mut args = std::env::args().skip(1);
    let root = args.next().ok_or("which folder?")?;
    let mut at_least = 0;
    let mut filter = String::new();
    while let Some(arg) = args.next() {
        if arg == "--at-least" {
            at_least = args.next().ok_or("--at-least needs a number")?.parse()?;
        } else {
            filter = arg;
        }
    }
    let root = Path::new(&root);
    let mut sources = BTreeMap::new();
    read_tree(root, root, &mut sources)?;
    let template = Template::build(&[], &[])?;
    let is_spec = |path: &str| path.ends_with("_spec.lua") || path.starts_with("tests/");
    let (mut files, mut passed, mut failed) = (0, 0, 0);
    for spec in sources.keys().filter(|path| is_spec(path)) {
        if !spec.contains(&filter) {
            continue;
        }
        files += 1;
        match run_spec(&template, &sources, spec) {
            Ok((good, failures)) => {
                passed += good;
                failed += failures.len();
                for failure in failures {
                    println!("FAIL {failure}");
                }
            }
            Err(error) => {
                failed += 1;
                println!("FAIL {spec}: {error}");
            }
        }
    }
    println!("{files} files: {passed} passed, {failed} failed");
    if passed < at_least {
        return Err(format!("fewer than {at_least} cases passed").into());
    }
    Ok(())
}
