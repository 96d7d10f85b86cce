//! One program and its driver: compiles it, runs it slice by slice, turns what
//! comes out into events, and upholds its limits.
//!
//! Nothing here waits and nothing reads a clock: every call takes the time as an
//! argument and returns soon. Waiting, and being called from several places at
//! once, is the business of the layers above.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod check;
mod container;
mod failure;
mod history;
mod image;
mod limits;
mod pacer;
mod program;
mod seed;

#[expect(clippy::module_inception, reason = "the session is what this is about")]
mod session;
mod sources;

pub use check::{Diagnostic, check};
pub use history::HistoryLimits;
pub use image::{Restoration, SavedInfo, SourceForm, inspect};
pub use limits::{Limits, LimitsGiven};
pub use pacer::{Pacer, Pacing};
pub use program::{Program, ProgramCache};
pub use seed::seed_from_text;
pub use session::{Plan, Session, Shared, Step};
