//! The bare virtual machine for the benchmark, behind the Cargo feature
//! `bench`: no part of the package.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::lua::compiler::{Options, compile};
use crate::lua::{Outcome, PlainHost, Template, Value, Vm};

/// Bytes of heap that a benchmark program may have.
const MEMORY: u64 = 1 << 30;

/// Fuel of one slice: a session runs in such slices, so the benchmark does too.
const SLICE: i64 = 1_000_000;

/// Fuel after which a program counts as endless, unless another limit is set.
const MOST_FUEL: i64 = 4_000_000_000;

thread_local! {
    static TEMPLATE: Option<Template> = Template::build(&[], &[]).ok();
}

/// One machine with all the Lua libraries.
#[wasm_bindgen]
pub struct BenchVm {
    vm: Box<Vm>,
    fuel: i64,
}

#[wasm_bindgen]
impl BenchVm {
    /// Makes a machine as every session gets one: from a template built once.
    ///
    /// # Errors
    /// The libraries cannot be set up.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<BenchVm, String> {
        TEMPLATE.with(|template| {
            let template = template.as_ref().ok_or("no template")?;
            let vm = template.machine(MEMORY, (1, 2));
            vm.map(|vm| BenchVm {
                vm,
                fuel: MOST_FUEL,
            })
            .map_err(|_| "not enough memory".to_owned())
        })
    }

    /// Runs a chunk to its end; returns `tostring` of its first result.
    ///
    /// # Errors
    /// The message of a syntax or runtime error, or that the program went on too long.
    pub fn run(&mut self, source: &str) -> Result<String, String> {
        let wrapped = format!("return tostring(((function(...) {source}\nend)()))");
        let chunk = compile(wrapped.as_bytes(), b"=bench", &Options::default())
            .map_err(|error| error.to_string())?;
        let memory = |_| "not enough memory".to_owned();
        let function = self.vm.load(&chunk.proto.into()).map_err(memory)?;
        self.vm
            .start(function, &[])
            .map_err(|_| "not enough memory".to_owned())?;
        let mut host = PlainHost::default();
        let mut fuel = self.fuel;
        while fuel > 0 {
            match self.vm.run(SLICE, &mut host) {
                Outcome::Done => return Ok(self.text(self.vm.results().first().copied())),
                Outcome::Failed => return Err(self.text(self.vm.failure().map(|it| it.value))),
                Outcome::Paused => return Err("the program waits for a host".to_owned()),
                Outcome::OutOfFuel => fuel -= SLICE,
            }
        }
        Err(format!("no end after {} instructions", self.fuel))
    }

    /// Sets how many instructions `run` may take before it gives up.
    pub fn set_fuel(&mut self, instructions: f64) {
        self.fuel = instructions as i64;
    }

    /// Bytes that the machine's heap holds.
    pub fn heap_bytes(&self) -> f64 {
        self.vm.heap.account.used() as f64
    }

    fn text(&self, value: Option<Value>) -> String {
        match value {
            Some(Value::Str(id)) => String::from_utf8_lossy(self.vm.heap.bytes(id)).into_owned(),
            Some(other) => format!("a {} value", other.type_name()),
            None => "no value".to_owned(),
        }
    }
}
