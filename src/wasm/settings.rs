//! What registries, sessions and snapshots are made with.

use std::rc::Rc;

use crate::alc::Packages;
use crate::domain::{
    Answer, DEFAULT_PREVIEW_CHARS, PendingFilter, QueryId, SessionError, SnapshotOptions,
    TokenUsage,
};
use crate::registry::{RegistryOptions, StartOptions};
use crate::session::{HistoryLimits, Limits, LimitsGiven, Program, seed_from_text};

use super::args::Args;

/// Limits, each or none.
pub fn limits(args: Args) -> Result<LimitsGiven, SessionError> {
    let Some(given) = args.object("limits") else {
        return Ok(LimitsGiven::default());
    };
    Ok(LimitsGiven {
        fuel: given.optional_whole("fuel")?,
        memory_bytes: given.optional_whole("memoryBytes")?,
        slice_ms: given.optional_number("sliceMs")?,
    })
}

/// What a registry is made with.
pub fn registry_options(args: Args) -> Result<RegistryOptions, SessionError> {
    let packages = Packages::default();
    for (name, source) in args.pairs("packages")? {
        packages.insert(name, source).map_err(|error| {
            SessionError::invalid_argument("options.packages", &error.to_string())
        })?;
    }
    Ok(RegistryOptions {
        ttl_ms: args.optional_whole("ttlMs")?.unwrap_or(0),
        limits: limits(args)?.or(Limits::default()),
        packages: packages.into(),
        loads_packages: args.flag("loadsPackages"),
        store: (!args.flag("keepsStore")).then(Rc::default),
        observed: args.flag("observed"),
    })
}

/// A chunk or, if there is none, the name of a package.
pub fn program(args: Args) -> Result<Program, SessionError> {
    match args.optional_text("chunk")? {
        Some(source) => Ok(Program::Chunk(source.into())),
        None => Ok(Program::Strategy(args.text("package")?.to_owned())),
    }
}

/// What a session is started with. Without a seed, a random number is it.
pub fn start_options(args: Args) -> Result<StartOptions, SessionError> {
    let seed = match args.optional_text("seed")? {
        Some(text) => seed_from_text(text),
        None => {
            let random = args.optional_bits("randomSeed")?.unwrap_or(0);
            (random, random.rotate_left(32))
        }
    };
    let env = args.pairs("env")?.into_iter();
    Ok(StartOptions {
        limits: limits(args)?,
        env: env
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        seed,
        strategy: args.optional_text("strategy")?.map(str::to_owned),
        history: args.object("history").map(history).transpose()?,
    })
}

/// How many pauses are kept.
fn history(given: Args) -> Result<HistoryLimits, SessionError> {
    let usual = HistoryLimits::default();
    Ok(HistoryLimits {
        pauses: given.optional_whole("pauses")?.unwrap_or(usual.pauses),
        bytes: given.optional_whole("bytes")?.unwrap_or(usual.bytes),
    })
}

/// An answer to this query.
pub fn answer(given: Args, query_id: QueryId) -> Result<Answer, SessionError> {
    let usage = match given.object("usage") {
        None => None,
        Some(usage) => Some(TokenUsage {
            prompt_tokens: usage.optional_whole("prompt_tokens")?,
            completion_tokens: usage.optional_whole("completion_tokens")?,
        }),
    };
    Ok(Answer {
        query_id,
        response: given.text("response")?.to_owned(),
        usage,
    })
}

/// What a snapshot is to show.
pub fn snapshot_options(args: Args) -> Result<SnapshotOptions, SessionError> {
    let pending = match args.get("pending") {
        None => None,
        Some(given) => Some(
            PendingFilter::from_json(given, DEFAULT_PREVIEW_CHARS).map_err(|error| {
                SessionError::invalid_argument("options.pending", &error.to_string())
            })?,
        ),
    };
    Ok(SnapshotOptions {
        pending,
        history: args.flag("history"),
    })
}
