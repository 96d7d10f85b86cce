//! What JavaScript gives to the core, and how the core refuses.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wasm_bindgen::JsValue;

use crate::alc::Packages;
use crate::domain::{
    Answer, DEFAULT_PREVIEW_CHARS, PendingFilter, QueryId, SessionError, SnapshotOptions,
    TokenUsage,
};
use crate::registry::{RegistryOptions, StartOptions};
use crate::session::{HistoryLimits, Limits, LimitsGiven, Program, seed_from_text};

/// Reads what the TypeScript layer has put together; `name` is for the error that
/// a mistake in that layer would give.
pub fn read<T: for<'de> Deserialize<'de>>(value: JsValue, name: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| refuse(&invalid(name, &error.to_string())))
}

/// A wrong argument.
pub fn invalid(name: &str, problem: &str) -> SessionError {
    SessionError::InvalidArgument {
        name: name.to_owned(),
        problem: problem.to_owned(),
    }
}

/// What JavaScript makes an `AlcError` of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refusal<'a> {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

/// The value to throw for an error.
pub fn refuse(error: &SessionError) -> JsValue {
    let refusal = Refusal {
        code: error.code().as_str(),
        message: error.to_string(),
        session_id: error.session_id().map(|id| id.as_str()),
    };
    serde_wasm_bindgen::to_value(&refusal).unwrap_or_else(|error| error.into())
}

/// Limits, each or none.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitsForm {
    fuel: Option<u64>,
    memory_bytes: Option<u64>,
    slice_ms: Option<f64>,
}

impl From<LimitsForm> for LimitsGiven {
    fn from(form: LimitsForm) -> Self {
        Self {
            fuel: form.fuel,
            memory_bytes: form.memory_bytes,
            slice_ms: form.slice_ms,
        }
    }
}

/// What a registry is made with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryForm {
    ttl_ms: u64,
    limits: LimitsForm,
    packages: Vec<(String, String)>,
    observed: bool,
    /// Whether JavaScript looks for modules that are not registered.
    loads_packages: bool,
    /// Whether JavaScript keeps the store.
    keeps_store: bool,
}

impl RegistryForm {
    /// The options of the registry.
    pub fn into_options(self) -> Result<RegistryOptions, SessionError> {
        let packages = Packages::default();
        for (name, source) in &self.packages {
            packages
                .insert(name, source)
                .map_err(|error| invalid("options.packages", &error.to_string()))?;
        }
        Ok(RegistryOptions {
            ttl_ms: self.ttl_ms,
            limits: LimitsGiven::from(self.limits).or(Limits::default()),
            packages: packages.into(),
            loads_packages: self.loads_packages,
            store: (!self.keeps_store).then(Rc::default),
            observed: self.observed,
        })
    }
}

/// What a session is started with.
#[derive(Deserialize)]
pub struct StartForm {
    program: ProgramForm,
    limits: LimitsForm,
    env: Vec<(String, String)>,
    seed: Option<String>,
    strategy: Option<String>,
    history: Option<HistoryForm>,
}

/// How many pauses are kept.
#[derive(Deserialize)]
struct HistoryForm {
    pauses: Option<u64>,
    bytes: Option<u64>,
}

impl From<HistoryForm> for HistoryLimits {
    fn from(form: HistoryForm) -> Self {
        let usual = Self::default();
        Self {
            pauses: form.pauses.unwrap_or(usual.pauses),
            bytes: form.bytes.unwrap_or(usual.bytes),
        }
    }
}

/// How a saved session comes back.
#[derive(Deserialize)]
pub struct RestoreForm {
    /// Whether under a new name.
    pub copy: bool,
    /// Limits to have instead of those saved.
    pub limits: LimitsForm,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProgramForm {
    Chunk(String),
    Strategy(String),
}

impl StartForm {
    /// The program and its options; without a seed, `random` is it.
    pub fn into_parts(self, random: u64) -> (Program, StartOptions) {
        let program = match self.program {
            ProgramForm::Chunk(source) => Program::Chunk(source.into()),
            ProgramForm::Strategy(name) => Program::Strategy(name),
        };
        let options = StartOptions {
            limits: self.limits.into(),
            env: self.env.into_iter().collect(),
            seed: match &self.seed {
                Some(text) => seed_from_text(text),
                None => (random, random.rotate_left(32)),
            },
            strategy: self.strategy,
            history: self.history.map(HistoryLimits::from),
        };
        (program, options)
    }
}

/// One answer; without a query's id it is for the only open query.
#[derive(Deserialize)]
pub struct AnswerForm {
    /// The query's id.
    pub query_id: Option<String>,
    response: String,
    usage: Option<TokenUsage>,
}

impl AnswerForm {
    /// The answer to this query.
    pub fn for_query(self, query_id: QueryId) -> Answer {
        Answer {
            query_id,
            response: self.response,
            usage: self.usage,
        }
    }
}

/// What a snapshot is to show.
#[derive(Deserialize)]
pub struct SnapshotForm {
    pending: Option<Json>,
    history: bool,
}

impl SnapshotForm {
    /// The options of the snapshot.
    pub fn into_options(self) -> Result<SnapshotOptions, SessionError> {
        let filter = |given: Json| {
            PendingFilter::from_json(&given, DEFAULT_PREVIEW_CHARS)
                .map_err(|error| invalid("options.pending", &error.to_string()))
        };
        Ok(SnapshotOptions {
            pending: self.pending.map(filter).transpose()?,
            history: self.history,
        })
    }
}
