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
#[inline(never)]
pub fn limits(args: Args) -> LimitsGiven {
    let given = args.object("limits");
    LimitsGiven {
        fuel: given.optional_whole("fuel"),
        memory_bytes: given.optional_whole("memoryBytes"),
        slice_ms: given.optional_number("sliceMs"),
    }
}

/// What a registry is made with.
pub fn registry_options(args: Args) -> Result<RegistryOptions, SessionError> {
    let packages = Packages::default();
    for (name, source) in args.pairs("packages") {
        packages.insert(name, source).map_err(|error| {
            SessionError::invalid_argument("options.packages", &error.to_string())
        })?;
    }
    Ok(RegistryOptions {
        ttl_ms: args.optional_whole("ttlMs").unwrap_or(0),
        limits: limits(args).or(Limits::default()),
        packages: packages.into(),
        loads_packages: args.flag("loadsPackages"),
        store: (!args.flag("keepsStore")).then(Rc::default),
        observed: args.flag("observed"),
    })
}

/// A chunk or, if there is none, the name of a package.
pub fn program(args: Args) -> Program {
    match args.optional_text("chunk") {
        Some(source) => Program::Chunk(source.into()),
        None => Program::Strategy(args.text("package").to_owned()),
    }
}

/// What a session is started with. Without a seed, a random number is it.
pub fn start_options(args: Args) -> StartOptions {
    let random = args.bits("randomSeed");
    let mut options = StartOptions {
        limits: limits(args),
        seed: match args.optional_text("seed") {
            Some(text) => seed_from_text(text),
            None => (random, random.rotate_left(32)),
        },
        strategy: args.optional_text("strategy").map(str::to_owned),
        history: args.get("history").map(|given| history(args.of(given))),
        ..StartOptions::default()
    };
    for (key, value) in args.pairs("env") {
        options.env.insert(key.to_owned(), value.to_owned());
    }
    options
}

/// How many pauses are kept.
fn history(given: Args) -> HistoryLimits {
    let usual = HistoryLimits::default();
    HistoryLimits {
        pauses: given.optional_whole("pauses").unwrap_or(usual.pauses),
        bytes: given.optional_whole("bytes").unwrap_or(usual.bytes),
    }
}

/// An answer to this query.
pub fn answer(given: Args, query_id: QueryId) -> Answer {
    let usage = given.get("usage").map(|usage| {
        let usage = given.of(usage);
        TokenUsage {
            prompt_tokens: usage.optional_whole("prompt_tokens"),
            completion_tokens: usage.optional_whole("completion_tokens"),
        }
    });
    Answer {
        query_id,
        response: given.text("response").to_owned(),
        usage,
    }
}

/// What a snapshot is to show.
pub fn snapshot_options(args: Args) -> Result<SnapshotOptions, SessionError> {
    let mut options = SnapshotOptions {
        pending: None,
        history: args.flag("history"),
    };
    if let Some(given) = args.get("pending") {
        match PendingFilter::from_json(given, DEFAULT_PREVIEW_CHARS) {
            Ok(filter) => options.pending = Some(filter),
            Err(error) => {
                let problem = error.to_string();
                return Err(SessionError::invalid_argument("options.pending", &problem));
            }
        }
    }
    Ok(options)
}
