//! A trap on demand, behind the feature `trap`: for the test of what happens when
//! the instance breaks down. Without the feature there is nothing here.

use std::cell::Cell;

use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    /// How many more points may be passed; the next one traps at 0.
    static REST: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Makes one of the next points trap: the first one with 0.
#[wasm_bindgen(js_name = trapAfter)]
pub fn trap_after(points: u32) {
    REST.set(Some(points));
}

/// A point at which the instance may break down: between two calls, and in the
/// middle of a slice.
pub fn point() {
    match REST.get() {
        Some(0) => core::arch::wasm32::unreachable(),
        Some(rest) => REST.set(Some(rest - 1)),
        None => {}
    }
}
