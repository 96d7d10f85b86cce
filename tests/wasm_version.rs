//! Runs in Node and in a browser: the module loads, and says which release it is.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_module_knows_its_version() {
    assert_eq!(algocline_wasm::wasm::version(), env!("CARGO_PKG_VERSION"));
}
