//! The domain model: queries, states, accounts. No Lua here, no JavaScript, no
//! clock and no randomness: every time comes in as `now_ms` (milliseconds since
//! the epoch), every random number as an argument. Hence all of it is plain
//! data, and a paused session's [`SessionRecord`] goes through an image and
//! back without a loss.
//!
//! [`SessionRecord`] is the whole: it ties the state machine, the accounts and
//! the pause counter together and upholds that a refused call changes nothing.
//! The other types are its parts.

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

mod budget;
mod custom_stats;
mod error;
mod event;
mod expiry;
mod image;
mod json;
mod lineage;
mod log;
mod metrics;
mod namespace;
mod notice;
mod pending;
mod pending_filter;
mod progress;
mod query;
mod query_id;
mod record;
mod session_id;
mod snapshot;
mod sorted_map;
mod state;
mod text;
mod tokens;
mod transcript;

pub use budget::{Budget, BudgetExceeded, BudgetRemaining, BudgetUse};
pub use custom_stats::{CustomStats, CustomStatsError};
pub use error::{ErrorCode, FeedError, SessionError, SoleQueryError, TransitionError};
pub use event::{Failure, SessionEvent, SourcePosition, Status};
pub use expiry::{deadline, is_expired};
#[cfg(test)]
pub(crate) use json::json;
pub use json::{Json, JsonObject};
pub use lineage::{Lineage, PauseRef};
pub use log::{LogEntry, LogRing, LogSource};
pub use metrics::Metrics;
pub use namespace::{DEFAULT_NAMESPACE, namespace_of};
pub use notice::Notice;
pub use pending::{Answer, PendingQueries, Resolution, Settled};
pub use pending_filter::{DEFAULT_PREVIEW_CHARS, FilterError, PendingFilter, PromptProjection};
pub use progress::Progress;
pub use query::{DEFAULT_MAX_TOKENS, LlmQuery};
pub use query_id::QueryId;
pub use record::{Fed, SessionRecord};
pub use session_id::SessionId;
pub use snapshot::{SnapshotOptions, Standing};
pub use sorted_map::SortedMap;
pub use state::ExecutionState;
pub use tokens::{TokenCount, TokenSource, TokenUsage, estimate_tokens};
pub use transcript::{Outcome, Transcript, TranscriptEntry};
