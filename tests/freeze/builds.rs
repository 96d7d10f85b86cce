//! An image goes on in another build of the libraries, where objects have other
//! handles.

use algocline_wasm::codec::Reader;
use algocline_wasm::lua::account::OutOfMemory;
use algocline_wasm::lua::error::Error;
use algocline_wasm::lua::freeze::ThawError;
use algocline_wasm::lua::library::{Builder, Chunk, Template};
use algocline_wasm::lua::native::{Action, Ctx};
use algocline_wasm::lua::natives;
use algocline_wasm::lua::{Outcome, PlainHost, Vm, compile};

use super::programs::PROGRAMS;
use super::support::{Frozen, LIMIT, pause, template};

fn nothing(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.nothing()
}

/// A later build: more natives, more tables, more strings, in front of the old.
fn later() -> Template {
    fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
        b.library(
            "extra",
            natives! {"extra.one" => nothing, "extra.two" => nothing},
        )?;
        let globals = b.heap.globals;
        b.functions(globals, natives! {"aaa" => nothing, "pause" => pause})
    }
    let chunk = Chunk {
        name: "=extra",
        source: "extra.three = function() return extra end string.more = 'more'",
        keep_as: "extra.kept",
    };
    Template::build(&[open], &[chunk]).expect("libraries")
}

/// Runs to the end; `moves` says at which pause the machine moves to the other
/// template.
fn run(source: &str, homes: [&Template; 2], moves: usize) -> (String, usize) {
    let mut vm = homes[0].machine(LIMIT, (1, 2)).expect("room");
    let chunk = compile(source.as_bytes(), b"=program", &Default::default()).expect("Lua");
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    let mut host = PlainHost::default();
    let mut pauses = 0;
    loop {
        match vm.run(100_000_000, &mut host) {
            Outcome::Paused => {
                pauses += 1;
                if pauses == moves {
                    let frozen = Frozen::of(&vm, homes[0]).expect("at a pause");
                    vm = frozen.thaw(homes[1]);
                    // From here on it is a machine like any other.
                    let again = Frozen::of(&vm, homes[1]).expect("at a pause");
                    let third = Frozen::of(&again.thaw(homes[1]), homes[1]).expect("at a pause");
                    assert!(again.bytes == third.bytes);
                }
            }
            Outcome::OutOfFuel => {}
            _ => break,
        }
    }
    (
        without_addresses(&String::from_utf8_lossy(&host.out)),
        pauses,
    )
}

/// A text in which all addresses are alike.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("0x…");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out
}

#[test]
fn an_image_goes_on_in_a_later_build() {
    let (now, later) = (template(), later());
    assert_ne!(now.fingerprint(), later.fingerprint());
    for (name, source) in PROGRAMS {
        // Addresses and bytes in use are others there.
        if source.contains("collectgarbage") || source.contains("coroutine.running") {
            continue;
        }
        let (whole, pauses) = run(source, [&now, &now], usize::MAX);
        for moves in (1..=pauses).step_by(1 + pauses / 25) {
            let (moved, _) = run(source, [&now, &later], moves);
            assert_eq!(moved, whole, "{name}, moved at pause {moves}");
            let (moved, _) = run(source, [&later, &now], moves);
            if !source.contains("next(") {
                assert_eq!(moved, whole, "{name}, moved back at pause {moves}");
            }
        }
    }
}

#[test]
fn what_another_build_lacks_is_named() {
    let (now, later) = (template(), later());
    let source = "local f = extra.two pause(1) f()";
    let mut vm = later.machine(LIMIT, (1, 2)).expect("room");
    let chunk = compile(source.as_bytes(), b"=program", &Default::default()).expect("Lua");
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    assert_eq!(vm.run(1_000, &mut PlainHost::default()), Outcome::Paused);
    let frozen = Frozen::of(&vm, &later).expect("at a pause");
    let chunks = frozen.chunks();
    let thawed = Vm::thaw(&now, &mut Reader::new(&frozen.bytes), &chunks, LIMIT);
    let missing = ThawError::Missing("extra.two".into());
    assert_eq!(thawed.err(), Some(missing));
}

/// The standard libraries, `pause`, and a chunk named `=kept` of this text.
fn with_chunk(source: &'static str) -> Template {
    fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
        let globals = b.heap.globals;
        b.functions(globals, natives! {"pause" => pause})
    }
    let chunk = Chunk {
        name: "=kept",
        source,
        keep_as: "",
    };
    Template::build(&[open], &[chunk]).expect("libraries")
}

/// Pauses within a function of the library that calls the program back.
const CALLED_BACK: &str = "print(each(function(x) pause() return x + 1 end))";

#[test]
fn a_library_may_change_where_the_program_does_not_stand() {
    let now = with_chunk("function each(f) return (f(1)) end");
    let later =
        with_chunk("-- Calls with one.\nfunction each(f) return (f(1)) end function other() end");
    assert_ne!(now.fingerprint(), later.fingerprint());
    let whole = run(CALLED_BACK, [&now, &now], usize::MAX);
    assert_eq!(whole, ("2\n".into(), 1));
    assert_eq!(run(CALLED_BACK, [&now, &later], 1), whole);
    assert_eq!(run(CALLED_BACK, [&later, &now], 1), whole);
}

#[test]
fn a_library_that_changed_where_the_program_stands_is_named() {
    let now = with_chunk("function each(f) return (f(1)) end");
    let other = with_chunk("function each(f) local x = f(2) return x end");
    let mut vm = now.machine(LIMIT, (1, 2)).expect("room");
    let chunk = compile(CALLED_BACK.as_bytes(), b"=program", &Default::default()).expect("Lua");
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    assert_eq!(vm.run(1_000, &mut PlainHost::default()), Outcome::Paused);
    let frozen = Frozen::of(&vm, &now).expect("at a pause");
    let thawed = Vm::thaw(
        &other,
        &mut Reader::new(&frozen.bytes),
        &frozen.chunks(),
        LIMIT,
    );
    let error = thawed.err().expect("refused");
    assert!(error.to_string().contains("kept"), "{error}");
}
