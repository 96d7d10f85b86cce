//! The registry as an object of JavaScript.

use std::cell::{Cell, OnceCell};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::alc::{json_text, read_tree};
use crate::domain::{Json, JsonObject, SessionError, SessionId};
use crate::registry::Registry;

use super::args::Args;
use super::calls::Call;
use super::settings::registry_options;

/// All sessions, for the TypeScript class around it (`js/core.ts`).
///
/// One function takes every call by its name, and only texts and bytes cross: each type
/// and each function more would have its own conversion on both sides.
#[wasm_bindgen]
#[derive(Default)]
pub struct Core {
    registry: OnceCell<Box<Registry>>,
    /// The session that the last call has saved, until JavaScript takes it.
    saved: Cell<Vec<u8>>,
}

#[wasm_bindgen]
impl Core {
    /// A core that takes nothing but the call `open`.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Core {
        Core::default()
    }

    /// Makes a call. `args` is a JSON object; `image` is a saved session for the calls
    /// that want one. The answer is JSON, or `!` and what is refused as JSON:
    /// `{code, message, sessionId?}`.
    pub fn call(&self, name: &str, args: &str, image: &[u8]) -> String {
        match self.answer(name, args, image) {
            Ok(answer) => json_text(&answer),
            Err(error) => refusal(&error),
        }
    }

    /// Takes the session that the last call has saved.
    pub fn saved(&self) -> Vec<u8> {
        self.saved.take()
    }
}

impl Core {
    fn answer(&self, name: &str, args: &str, image: &[u8]) -> Result<Json, SessionError> {
        let args = read_tree(args.as_bytes())
            .map_err(|error| SessionError::invalid_argument("args", &error.to_string()))?;
        let mistake = Cell::new("");
        let args = Args::new(&args, &mistake);
        let Some(registry) = self.registry.get() else {
            return self.open(args);
        };
        Call::new(registry, args, image, &self.saved).answer(name)
    }

    /// The first call: makes the registry.
    fn open(&self, args: Args) -> Result<Json, SessionError> {
        let options = registry_options(args)?;
        args.check()?;
        let registry = Registry::new(options)
            .map_err(|error| SessionError::invalid_argument("options", &error.to_string()))?;
        // There is none yet.
        let _ = self.registry.set(Box::new(registry));
        Ok(Json::Null)
    }
}

fn refusal(error: &SessionError) -> String {
    let mut told = JsonObject::new();
    told.set("code", error.code().as_str());
    told.set("message", error.message());
    told.set_some("sessionId", error.session_id().map(SessionId::as_str));
    ["!", &json_text(&told.into())].concat()
}
