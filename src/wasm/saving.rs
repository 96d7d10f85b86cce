//! Saving and restoring, for the TypeScript class around the registry.

use serde_json::Value as Json;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::alc::json_text;
use crate::domain::{SessionEvent, SnapshotOptions};
use crate::registry::RestoreAs;
use crate::session::SourceForm;

use super::core::Core;
use super::settings::{RestoreForm, read, refuse};

fn event_text(event: SessionEvent) -> String {
    json_text(&event.into_json())
}

#[wasm_bindgen]
impl Core {
    /// A paused session as bytes; `embed` tells whether with all its sources.
    pub fn save(&self, id: &str, embed: bool, now: f64) -> Result<Vec<u8>, JsValue> {
        let form = match embed {
            true => SourceForm::Embedded,
            false => SourceForm::ByHash,
        };
        let saved = self.registry().save(&id.into(), form, now as u64);
        saved.map_err(|error| refuse(&error))
    }

    /// Brings a saved session back; the event that it waits on as JSON.
    pub fn restore(
        &self,
        saved: &[u8],
        options: JsValue,
        random: u64,
        now: f64,
    ) -> Result<String, JsValue> {
        let form: RestoreForm = read(options, "options")?;
        let name = match form.copy {
            true => RestoreAs::Copy(random),
            false => RestoreAs::Same,
        };
        let limits = form.limits.into();
        let event = self.registry().restore(saved, name, limits, now as u64);
        event.map(event_text).map_err(|error| refuse(&error))
    }

    /// What a saved session says of itself, as JSON: a snapshot with the version of
    /// the format.
    pub fn inspect(&self, saved: &[u8], now: f64) -> Result<String, JsValue> {
        let info = self.registry().inspect(saved, now as u64);
        let info = info.map_err(|error| refuse(&error))?;
        let mut shown = info.record.snapshot(SnapshotOptions::default(), now as u64);
        if let Some(object) = shown.as_object_mut() {
            object.insert("format".into(), info.version.into());
        }
        Ok(json_text(&shown))
    }

    /// A copy of a paused session; the event that it waits on as JSON.
    pub fn fork(&self, id: &str, random: u64, now: f64) -> Result<String, JsValue> {
        let event = self.registry().fork(&id.into(), random, now as u64);
        event.map(event_text).map_err(|error| refuse(&error))
    }

    /// A new session at an earlier pause of another one; the event that it waits on
    /// as JSON.
    pub fn rewind(&self, id: &str, pause: f64, random: u64, now: f64) -> Result<String, JsValue> {
        let (pause, now) = (pause as u64, now as u64);
        let event = self.registry().rewind(&id.into(), pause, random, now);
        event.map(event_text).map_err(|error| refuse(&error))
    }

    /// The pauses of a session that are kept, as a JSON list.
    #[wasm_bindgen(js_name = keptPauses)]
    pub fn kept_pauses(&self, id: &str) -> Result<String, JsValue> {
        let pauses = self.registry().kept_pauses(&id.into());
        let pauses = pauses.map_err(|error| refuse(&error))?;
        Ok(json_text(&Json::from(pauses)))
    }
}
