//! The packages of a registry, for the TypeScript class around them.

use serde_json::Value as Json;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::alc::{PackageInfo, json_text};

use super::core::Core;
use super::settings::{read, refuse};

#[wasm_bindgen]
impl Core {
    /// Adds or replaces one module.
    #[wasm_bindgen(js_name = addModule)]
    pub fn add_module(&self, name: &str, source: &str) -> Result<(), JsValue> {
        self.registry()
            .add_module(name, source)
            .map_err(|error| refuse(&error))
    }

    /// Adds or replaces a package: a list of pairs of a file's name and its source.
    #[wasm_bindgen(js_name = addPackage)]
    pub fn add_package(&self, name: &str, files: JsValue) -> Result<(), JsValue> {
        let files: Vec<(String, String)> = read(files, "source")?;
        self.registry()
            .add_package(name, &files)
            .map_err(|error| refuse(&error))
    }

    /// Takes a package away; whether there was one.
    #[wasm_bindgen(js_name = removePackage)]
    pub fn remove_package(&self, name: &str) -> Result<bool, JsValue> {
        self.registry()
            .remove_package(name)
            .map_err(|error| refuse(&error))
    }

    /// What every package says of itself, as a JSON list.
    pub fn packages(&self, now: f64) -> Result<String, JsValue> {
        let list = self.registry().packages(now as u64);
        let list = list.map_err(|error| refuse(&error))?;
        let list: Json = list.iter().map(PackageInfo::to_json).collect();
        Ok(json_text(&list))
    }
}
