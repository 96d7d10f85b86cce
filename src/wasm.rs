//! What JavaScript calls. This is the only module that knows `JsValue`.

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of this crate, as `"1.2.3"`.
///
/// The JavaScript layer compares it with its own, so that a page that mixes the
/// files of two releases learns so at once.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
