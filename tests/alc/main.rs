//! What Lua programs see of `alc`, driven without a session layer.

mod compose;
mod defects;
mod driver;
mod editor;
mod eval;
mod fork;
mod hostile;
mod json;
mod llm;
mod matching;
mod math;
mod prelude;
mod recordings;
mod reference;
mod report;
mod require;
mod store;
mod stubs;
#[path = "../support/trees.rs"]
mod trees;
