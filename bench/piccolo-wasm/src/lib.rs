//! The piccolo VM behind a small JavaScript interface, so that the benchmark
//! can run it beside algocline-wasm's own VM in the same process.

use piccolo::{Closure, Executor, Fuel, Lua, Value};
use wasm_bindgen::prelude::wasm_bindgen;

/// Fuel between two chances for piccolo to collect garbage, as its own `Lua::finish` has it.
const SLICE: i32 = 4096;

/// Slices after which a program counts as endless: some 200 million instructions.
const MOST_SLICES: u32 = 50_000;

/// One piccolo instance with all the libraries it has.
#[wasm_bindgen]
pub struct PiccoloVm {
    lua: Lua,
}

#[wasm_bindgen]
impl PiccoloVm {
    /// Makes a new VM.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> PiccoloVm {
        PiccoloVm { lua: Lua::core() }
    }

    /// Runs a chunk to its end and returns its first result as text.
    ///
    /// # Errors
    ///
    /// The message of a syntax or runtime error, or that the program went on too long.
    pub fn run(&mut self, source: &str) -> Result<String, String> {
        let executor = self
            .lua
            .try_enter(|ctx| {
                let closure = Closure::load(ctx, Some("bench"), source.as_bytes())?;
                Ok(ctx.stash(Executor::start(ctx, closure.into(), ())))
            })
            .map_err(|error| error.to_string())?;
        let mut slices = 0;
        while !self
            .lua
            .enter(|ctx| ctx.fetch(&executor).step(ctx, &mut Fuel::with(SLICE)))
        {
            slices += 1;
            if slices == MOST_SLICES {
                return Err(format!(
                    "no end after {} instructions",
                    i64::from(SLICE) * i64::from(MOST_SLICES)
                ));
            }
        }
        self.lua
            .try_enter(|ctx| {
                let value = ctx.fetch(&executor).take_result::<Value>(ctx)??;
                let mut text = Vec::new();
                value.display(&mut text)?;
                Ok(String::from_utf8_lossy(&text).into_owned())
            })
            .map_err(|error| error.to_string())
    }

    /// Bytes that the VM's heap holds, by piccolo's own account.
    pub fn heap_bytes(&self) -> f64 {
        self.lua.total_memory() as f64
    }
}
