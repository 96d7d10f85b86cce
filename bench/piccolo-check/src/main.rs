//! `piccolo-check FILE FUEL` runs a Lua file on piccolo until it ends or its
//! fuel is used up.
//!
//! The exit code says how it went: 0 it returned, 1 it raised an error, 2 it
//! was called wrongly, 3 the fuel ran out. Anything else is a crash.

use std::process::ExitCode;

use piccolo::{Closure, Executor, Fuel, Lua};

/// Fuel between two chances to collect garbage, as piccolo's own `Lua::finish` has it.
const SLICE: i32 = 4096;

const RAISED: u8 = 1;
const MISUSED: u8 = 2;
const NO_FUEL: u8 = 3;

fn run(source: &[u8], mut fuel: i64) -> Result<u8, String> {
    let mut lua = Lua::full();
    let executor = lua
        .try_enter(|ctx| {
            let closure = Closure::load(ctx, Some("program.lua"), source)?;
            Ok(ctx.stash(Executor::start(ctx, closure.into(), ())))
        })
        .map_err(|error| error.to_string())?;
    while !lua.enter(|ctx| ctx.fetch(&executor).step(ctx, &mut Fuel::with(SLICE))) {
        fuel -= i64::from(SLICE);
        if fuel <= 0 {
            return Ok(NO_FUEL);
        }
    }
    lua.try_enter(|ctx| ctx.fetch(&executor).take_result::<()>(ctx)?)
        .map_err(|error| error.to_string())?;
    Ok(0)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let [_, file, fuel] = args.as_slice() else {
        eprintln!("usage: piccolo-check FILE FUEL");
        return MISUSED.into();
    };
    let (Ok(source), Ok(fuel)) = (std::fs::read(file), fuel.parse()) else {
        eprintln!("cannot read {file}, or {fuel} is no number");
        return MISUSED.into();
    };
    match run(&source, fuel) {
        Ok(code) => code.into(),
        Err(message) => {
            eprintln!("{message}");
            RAISED.into()
        }
    }
}
