//! The `string` and `utf8` libraries on the machine.
//!
//! The expected outputs in `cases` are those of PUC Lua 5.4 for the same
//! snippets. Each snippet runs in one go, and again in slices with a collection
//! of all garbage between any two, which must change nothing.

mod cases;
mod limits;

use algocline_wasm::lua::{Outcome, PlainHost, Template, Value, Vm, compile};

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

/// Runs a machine to its end in slices; `between` sees it after each.
pub fn run(vm: &mut Vm, fuel: i64, mut between: impl FnMut(&mut Vm)) -> String {
    let mut host = PlainHost::default();
    loop {
        match vm.run(fuel, &mut host) {
            Outcome::Done => return String::from_utf8_lossy(&host.out).into_owned(),
            Outcome::OutOfFuel => between(vm),
            Outcome::Paused => panic!("nothing here asks the host"),
            Outcome::Failed => match vm.failure().map(|failure| failure.value) {
                Some(Value::Str(id)) => panic!("{}", String::from_utf8_lossy(vm.heap.bytes(id))),
                other => panic!("failed with {other:?}"),
            },
        }
    }
}

const LIMIT: u64 = 1 << 30;

#[test]
fn snippets_print_what_puc_lua_prints() {
    let template = Template::build(&[], &[]).expect("a template");
    let mut wrong = Vec::new();
    for (group, cases) in cases::ALL {
        for (snippet, expected) in *cases {
            let whole = run(
                &mut machine(&template, SHOW, snippet, LIMIT),
                i64::MAX,
                |_| {},
            );
            if whole != *expected {
                wrong.push(format!(
                    "{group}: {snippet}\n  expected {expected:?}\n  got      {whole:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn slices_and_collections_change_nothing() {
    let template = Template::build(&[], &[]).expect("a template");
    for (group, cases) in cases::ALL {
        for (snippet, expected) in *cases {
            let mut vm = machine(&template, SHOW, snippet, LIMIT);
            let sliced = run(&mut vm, 1, Vm::collect_now);
            assert_eq!(sliced, *expected, "{group}: {snippet}");
        }
    }
}
