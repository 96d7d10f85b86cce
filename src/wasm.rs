//! What JavaScript calls. This is the only module that knows JavaScript.
//!
//! It converts, calls, and converts back; it decides nothing. Arguments come
//! from this package's own TypeScript, which has checked them. They and what goes
//! out are JSON, since one string crosses the border faster than a tree.

mod args;
mod calls;
mod core;
mod request;
mod settings;
#[cfg(feature = "trap")]
mod trap;

use wasm_bindgen::prelude::wasm_bindgen;

pub use core::Core;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The version of this crate, as `"1.2.3"`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
