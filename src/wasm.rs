//! What JavaScript calls. This is the only module that knows `JsValue`.
//!
//! It converts, calls, and converts back; it decides nothing. Arguments come
//! from this package's own TypeScript, which has checked them. Texts of events
//! go out as JSON, since one string crosses the border faster than a tree.

mod check;
mod core;
mod packages;
mod request;
mod saving;
mod settings;
mod surroundings;
#[cfg(feature = "trap")]
mod trap;

use wasm_bindgen::prelude::wasm_bindgen;

pub use check::check;
pub use core::Core;
pub use surroundings::Surroundings;

/// The version of this crate, as `"1.2.3"`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
