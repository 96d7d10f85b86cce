//! What Lua programs see: the table `alc`, `require`, `ctx`.
//!
//! [`template`] makes what the machines of all sessions start from: natives, and
//! Lua code that stands on them. A program's surroundings are an [`AlcHost`]. A call
//! that needs the world outside leaves a [`Request`] there and pauses the machine,
//! wherever it is made: in a sort comparator, a metamethod, a module that is
//! being loaded. This layer knows neither sessions nor JavaScript.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod args;
mod catalogue;
mod env;
mod fork;
mod host;
mod image;
mod json;
mod json_decode;
mod json_encode;
mod json_reader;
mod json_text;
mod llm;
mod lowercase;
mod math;
mod packages;
mod program;
mod report;
mod require;
mod store;
mod words;

use crate::lua::account::OutOfMemory;
use crate::lua::compact_lua;
use crate::lua::library::{BuildError, Builder, Chunk, Group, Template};
use crate::lua::natives;

pub use catalogue::{PackageInfo, PackageKind, describe_package};
pub use fork::{GroupResolution, QueryGroup};
pub use host::{AlcHost, Reply, Request};
pub use json_decode::from_json;
pub use json_reader::{JsonError, read_tree};
pub use json_text::json_text;
pub use packages::{BadModuleName, Packages};
pub use program::{ADVICE, ADVICE_CHUNK, FailureText, RUN_PROGRAM, failure_text, set_ctx};
pub use store::{MemoryStore, StoreOp, StoreValue};

/// The Lua part of `alc`, in the order in which it runs.
const PRELUDE: [Chunk; 12] = [
    chunk_of("=prelude", compact_lua!(include_str!("prelude.lua"))),
    chunk_of(
        "=prelude/reading",
        compact_lua!(include_str!("reading.lua")),
    ),
    chunk_of(
        "=prelude/math/statistics",
        compact_lua!(include_str!("math/statistics.lua")),
    ),
    chunk_of(
        "=prelude/math/information",
        compact_lua!(include_str!("math/information.lua")),
    ),
    chunk_of(
        "=prelude/math/resampling",
        compact_lua!(include_str!("math/resampling.lua")),
    ),
    chunk_of("=prelude/cache", compact_lua!(include_str!("cache.lua"))),
    chunk_of("=prelude/state", compact_lua!(include_str!("state.lua"))),
    Chunk {
        name: "=prelude/card",
        source: compact_lua!(include_str!("card.lua")),
        keep_as: llm::CARD_CONTEXT,
    },
    Chunk {
        name: "=prelude/fork",
        source: compact_lua!(include_str!("fork.lua")),
        keep_as: fork::CHILD,
    },
    chunk_of(
        "=prelude/compose",
        compact_lua!(include_str!("compose.lua")),
    ),
    chunk_of("=prelude/grade", compact_lua!(include_str!("grade.lua"))),
    chunk_of("=prelude/eval", compact_lua!(include_str!("eval.lua"))),
];

const fn chunk_of(name: &'static str, source: &'static str) -> Chunk {
    Chunk {
        name,
        source,
        keep_as: "",
    }
}

/// What the machines of all sessions start from: the standard libraries and `alc`.
///
/// # Errors
/// Only by a bug in those.
///
/// ```
/// use algocline_wasm::alc::{AlcHost, Packages, RUN_PROGRAM, Request, set_ctx, template};
/// use algocline_wasm::domain::SessionRecord;
/// use algocline_wasm::lua::{Outcome, Value, compile};
///
/// let template = template()?;
/// let mut vm = template.machine(1 << 20, (1, 2))?;
/// let chunk = compile(b"return alc.llm('2+2?')", b"=strategy", &Default::default())?;
/// let chunk = vm.load(&chunk.proto.into())?;
/// let run = vm.natives().find(RUN_PROGRAM).map(Value::Native).unwrap_or_default();
/// vm.start(run, &[chunk])?;
/// let record = SessionRecord::new("s-1-2".into(), None, None, 0);
/// let mut host = AlcHost::new(record, Packages::default().into());
/// assert_eq!(vm.run(10_000, &mut host), Outcome::Paused);
/// let Some(Request::Llm(queries)) = &host.request else { return Ok(()) };
/// assert_eq!(queries[0].prompt, "2+2?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn template() -> Result<Template, BuildError> {
    Template::build(&[open], &PRELUDE)
}

/// What stands in `alc`.
const ALC: Group = natives! {
    "alc.llm" => llm::llm,
    "alc.llm_batch" => llm::llm_batch,
    "alc.json_encode" => json::json_encode,
    "alc.json_decode" => json::json_decode,
    "alc.json_array" => json::json_array,
    "alc.log" => report::log,
    "alc.progress" => report::progress,
    "alc.time" => report::time,
    "alc.budget_remaining" => report::budget_remaining,
};

const STATS: Group = natives! {
    "alc.stats.record" => report::stats_record,
    "alc.stats.get" => report::stats_get,
    "alc.stats.llm_calls" => report::stats_llm_calls,
};

/// What only the prelude calls. It finds them in `alc._native`, which its last chunk
/// takes away.
const INNER: Group = natives! {
    "alc/native.store" => store::store,
    "alc/native.namespace" => store::namespace,
    "alc/native.text" => store::text,
    "alc/native.lower" => words::lower,
    "alc/native.words" => words::words,
    "alc/native.json_at" => json::json_at,
    "alc/native.raise" => store::raise,
    "alc/native.hash" => store::hash,
    "alc/native.hash_text" => store::hash_text,
    "alc/native.card_log" => store::card_log,
    "alc/fork.spawn" => fork::spawn,
    "alc/fork.run" => fork::run,
    "alc/fork.collect" => fork::collect,
    "alc/fork.wait" => fork::wait,
};

/// Adds `alc`, `require` and `package` to a template, without the prelude.
fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    json_decode::add_array_marker(&mut b.heap)?;
    let globals = b.heap.globals;
    let alc = b.table(globals, "alc", ALC)?;
    b.table(alc, "stats", STATS)?;
    let inner = b.table(alc, "_native", INNER)?;
    let version = b.heap.new_string(env!("CARGO_PKG_VERSION").as_bytes())?;
    b.heap.raw_set_name(inner, "version", version)?;
    env::open(b, alc)?;
    math::open(b, alc, inner)?;
    require::open(b)?;
    b.native(RUN_PROGRAM, program::run_program);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lua::compile;
    use crate::lua::compiler::listing::listing;

    /// The prelude is compacted while this crate is built; that must change nothing.
    #[test]
    fn the_compact_prelude_is_the_one_that_was_written() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/alc");
        for chunk in &PRELUDE {
            let name = chunk
                .name
                .trim_start_matches("=prelude")
                .trim_start_matches('/');
            let file = if name.is_empty() { "prelude" } else { name };
            let written = std::fs::read_to_string(folder.join(file).with_extension("lua"));
            let written = written.unwrap();
            assert!(chunk.source.len() < written.len(), "{file}");
            let listed = |source: &str| {
                let compiled = compile(source.as_bytes(), b"=prelude", &Default::default());
                listing(&compiled.unwrap().proto)
            };
            assert_eq!(listed(chunk.source), listed(&written), "{file}");
        }
    }
}
