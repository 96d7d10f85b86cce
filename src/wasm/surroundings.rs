//! The JavaScript around the core.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// What the core calls, and all that it calls. Everything else that a program
    /// needs of JavaScript it gets between two slices.
    pub type Surroundings;

    /// The time, in milliseconds since any moment, as exactly as there is.
    #[wasm_bindgen(method, catch)]
    fn clock(this: &Surroundings) -> Result<f64, JsValue>;
}

impl Surroundings {
    /// The exact time; a clock that throws counts as one that stands still.
    pub fn clock_ms(&self) -> f64 {
        #[cfg(feature = "trap")]
        super::trap::point();
        self.clock().unwrap_or(0.0)
    }
}
