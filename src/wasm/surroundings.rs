//! The JavaScript around the core.

use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// What the core calls. It is not called while the registry is borrowed, and
    /// may call the core in turn.
    pub type Surroundings;

    /// The time, in milliseconds since the epoch.
    #[wasm_bindgen(method, catch)]
    fn now(this: &Surroundings) -> Result<f64, JsValue>;

    /// The time, in milliseconds since any moment, as exactly as there is.
    #[wasm_bindgen(method, catch)]
    fn clock(this: &Surroundings) -> Result<f64, JsValue>;

    /// Resolves when the event loop has had a turn.
    #[wasm_bindgen(method, catch)]
    pub fn rest(this: &Surroundings) -> Result<Promise, JsValue>;

    /// Does what a session's program asks, a JSON text, and resolves to the answer,
    /// another one, or to nothing if the session has ended meanwhile.
    #[wasm_bindgen(method, catch)]
    pub fn ask(this: &Surroundings, id: &str, request: &str) -> Result<Promise, JsValue>;

    /// Tells the observer what has happened.
    #[wasm_bindgen(method, catch)]
    pub fn flush(this: &Surroundings) -> Result<(), JsValue>;
}

impl Surroundings {
    /// The time in whole milliseconds since the epoch.
    pub fn now_ms(&self) -> Result<u64, JsValue> {
        Ok(self.now()? as u64)
    }

    /// The exact time; a clock that throws counts as one that stands still.
    pub fn clock_ms(&self) -> f64 {
        self.clock().unwrap_or(0.0)
    }
}
