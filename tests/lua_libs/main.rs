//! The `table`, `math`, `os` and `io` libraries on the machine.
//!
//! The expected outputs in `table`, `math` and `os` are those of PUC Lua 5.4 for
//! the same snippets, those in `no_os` what a machine without an operating
//! system answers. Each snippet runs in one go, and again in slices of one
//! instruction with a collection of all garbage between any two, which must
//! change nothing.

mod limits;
mod math;
mod no_os;
mod os;
mod table;

use algocline_wasm::lua::{Outcome, PlainHost, Template, Value, Vm, compile};

/// A snippet, and what it prints: whether it succeeds, and what it returns or
/// raises.
pub type Case = (&'static str, &'static str);

/// Runs a snippet in protected mode and prints what it returns.
const SHOW: &str = r##"
local f = assert(load(snippet, "=s"))
local function show(...)
  local text = ""
  for i = 1, select("#", ...) do
    text = text .. (i > 1 and "\t" or "") .. tostring((select(i, ...)))
  end
  io.write(text)
end
show(pcall(f))
"##;

const LIMIT: u64 = 1 << 30;

/// A machine about to run a program that sees `snippet` as a global.
pub fn machine(template: &Template, program: &str, snippet: &str, limit: u64) -> Box<Vm> {
    let mut vm = template.machine(limit, (1, 2)).expect("a machine");
    let text = vm.heap.new_string(snippet.as_bytes()).expect("room");
    let globals = vm.heap.globals;
    vm.heap
        .raw_set_name(globals, "snippet", text)
        .expect("room");
    let chunk = compile(program.as_bytes(), b"=show", &Default::default()).expect("a program");
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    vm
}

/// Runs a machine to its end in slices; `between` sees it after each. Returns
/// what it wrote, and the error if it failed.
pub fn run(vm: &mut Vm, fuel: i64, mut between: impl FnMut(&mut Vm)) -> String {
    let mut host = PlainHost {
        now_ms: 1_600_000_000_999.0,
        ..PlainHost::default()
    };
    loop {
        match vm.run(fuel, &mut host) {
            Outcome::Done => break,
            Outcome::OutOfFuel => between(vm),
            Outcome::Paused => panic!("nothing here asks the host"),
            Outcome::Failed => {
                match vm.failure().map(|failure| failure.value) {
                    Some(Value::Str(id)) => host.out.extend_from_slice(vm.heap.bytes(id)),
                    other => panic!("failed with {other:?}"),
                }
                break;
            }
        }
    }
    String::from_utf8_lossy(&host.out).into_owned()
}

fn groups() -> impl Iterator<Item = (&'static str, &'static Case)> {
    [table::ALL, math::ALL, os::ALL, no_os::ALL]
        .into_iter()
        .flatten()
        .flat_map(|(group, cases)| cases.iter().map(|case| (*group, case)))
}

#[test]
fn snippets_print_what_is_expected() {
    let template = Template::build(&[], &[]).expect("a template");
    let mut wrong = Vec::new();
    for (group, (snippet, expected)) in groups() {
        let mut vm = machine(&template, SHOW, snippet, LIMIT);
        let whole = run(&mut vm, i64::MAX, |_| {});
        if whole != *expected {
            wrong.push(format!(
                "{group}: {snippet}\n  expected {expected:?}\n  got      {whole:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn slices_and_collections_change_nothing() {
    let template = Template::build(&[], &[]).expect("a template");
    for (group, (snippet, expected)) in groups() {
        let mut vm = machine(&template, SHOW, snippet, LIMIT);
        let sliced = run(&mut vm, 1, Vm::collect_now);
        assert_eq!(sliced, *expected, "{group}: {snippet}");
    }
}
