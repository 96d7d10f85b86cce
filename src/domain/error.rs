//! What can be refused, with the code that JavaScript sees and the exact text.

use super::{QueryId, SessionId};
use std::error::Error;
use std::fmt;

/// The kinds of errors that a host can tell apart: `code` of `AlcError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// An argument has the wrong type or value.
    InvalidArgument,
    /// No live session has this id.
    SessionNotFound,
    /// The session is running right now.
    SessionBusy,
    /// The pause has no query of this id.
    UnknownQuery,
    /// The query has its answer.
    AlreadyResponded,
    /// The answer is for another pause than the current one.
    StalePause,
    /// The session is in a state in which this cannot be done.
    InvalidTransition,
    /// The saved session is damaged.
    BadSnapshot,
    /// The saved session has a version that is not supported.
    UnsupportedSnapshot,
    /// The saved session refers to a source that the registry lacks.
    MissingSource,
    /// The registry was disposed of.
    Disposed,
}

impl ErrorCode {
    /// The code as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::SessionNotFound => "session_not_found",
            Self::SessionBusy => "session_busy",
            Self::UnknownQuery => "unknown_query",
            Self::AlreadyResponded => "already_responded",
            Self::StalePause => "stale_pause",
            Self::InvalidTransition => "invalid_transition",
            Self::BadSnapshot => "bad_snapshot",
            Self::UnsupportedSnapshot => "unsupported_snapshot",
            Self::MissingSource => "missing_source",
            Self::Disposed => "disposed",
        }
    }
}

/// The state machine was asked for a step that its state does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The states that allow the step.
    pub expected: &'static str,
    /// The state it is in.
    pub actual: &'static str,
}

impl fmt::Display for TransitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, actual } = self;
        write!(
            f,
            "invalid state transition: expected {expected}, got {actual}"
        )
    }
}

impl Error for TransitionError {}

/// An answer was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// The pause has no query of this id.
    UnknownQuery(QueryId),
    /// The query has its answer, or the list answers it twice.
    AlreadyResponded(QueryId),
    /// The answer is for another pause than the current one.
    StalePause {
        /// The pause that the session is at.
        current: u64,
        /// The pause that the answer is for.
        given: u64,
    },
    /// The list of answers is empty.
    NoAnswers,
    /// The session is not paused.
    InvalidState(TransitionError),
}

impl FeedError {
    /// The code that JavaScript sees.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownQuery(_) => ErrorCode::UnknownQuery,
            Self::AlreadyResponded(_) => ErrorCode::AlreadyResponded,
            Self::StalePause { .. } => ErrorCode::StalePause,
            Self::NoAnswers => ErrorCode::InvalidArgument,
            Self::InvalidState(_) => ErrorCode::InvalidTransition,
        }
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownQuery(id) => write!(f, "unknown query_id: {id}"),
            Self::AlreadyResponded(id) => write!(f, "already responded to query_id: {id}"),
            Self::StalePause { current, given } => write!(
                f,
                "stale pause: the answer is for pause {given}, the session is at pause {current}"
            ),
            Self::NoAnswers => f.write_str("Empty responses array"),
            Self::InvalidState(error) => error.fmt(f),
        }
    }
}

impl Error for FeedError {}

impl From<TransitionError> for FeedError {
    fn from(error: TransitionError) -> Self {
        Self::InvalidState(error)
    }
}

/// There is no one open query, so it must be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoleQueryError {
    /// No query is open.
    NoneOpen,
    /// This many queries are open.
    Several(usize),
}

impl fmt::Display for SoleQueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneOpen => f.write_str("no pending queries"),
            Self::Several(n) => write!(f, "{n} queries pending; specify query_id explicitly"),
        }
    }
}

impl Error for SoleQueryError {}

/// A request to the registry was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// An argument has the wrong type or value.
    InvalidArgument {
        /// The argument's name, with the path in it: `ctx.items[3]`.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No live session has this id.
    NotFound(SessionId),
    /// The session is running right now.
    Busy(SessionId),
    /// The answer was refused.
    Feed(SessionId, FeedError),
    /// The session is in a state in which this cannot be done.
    InvalidTransition(SessionId, TransitionError),
    /// There is no one open query, so it must be named.
    NoSoleQuery(SessionId, SoleQueryError),
    /// The saved session is damaged; the text says where.
    BadSnapshot(String),
    /// The saved session has a version that is not supported; the text names it.
    UnsupportedSnapshot(String),
    /// The saved session refers to the source of this module by its hash, and the
    /// registry does not have it, or has another one of that name.
    MissingSource(String),
    /// A session is to be restored under the name of one that is live.
    StillLive(SessionId),
    /// This pause of the session is not kept.
    PauseNotKept {
        /// The session.
        session_id: SessionId,
        /// The pause asked for.
        pause: u64,
        /// Those kept.
        kept: Vec<u64>,
    },
    /// The registry was disposed of.
    Disposed,
}

impl SessionError {
    /// The code that JavaScript sees.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidArgument { .. } | Self::StillLive(_) | Self::PauseNotKept { .. } => {
                ErrorCode::InvalidArgument
            }
            Self::NotFound(_) => ErrorCode::SessionNotFound,
            Self::Busy(_) => ErrorCode::SessionBusy,
            Self::Feed(_, error) => error.code(),
            Self::InvalidTransition(..) | Self::NoSoleQuery(..) => ErrorCode::InvalidTransition,
            Self::BadSnapshot(_) => ErrorCode::BadSnapshot,
            Self::UnsupportedSnapshot(_) => ErrorCode::UnsupportedSnapshot,
            Self::MissingSource(_) => ErrorCode::MissingSource,
            Self::Disposed => ErrorCode::Disposed,
        }
    }

    /// The session concerned, where there is one.
    pub fn session_id(&self) -> Option<&SessionId> {
        match self {
            Self::NotFound(id)
            | Self::Busy(id)
            | Self::Feed(id, _)
            | Self::InvalidTransition(id, _)
            | Self::NoSoleQuery(id, _)
            | Self::StillLive(id)
            | Self::PauseNotKept { session_id: id, .. } => Some(id),
            Self::InvalidArgument { .. }
            | Self::BadSnapshot(_)
            | Self::UnsupportedSnapshot(_)
            | Self::MissingSource(_)
            | Self::Disposed => None,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidArgument { name, problem } => {
                write!(f, "invalid argument `{name}`: {problem}")
            }
            Self::NotFound(id) => write!(f, "session '{id}' not found"),
            Self::Busy(id) => write!(f, "session '{id}' is running"),
            Self::Feed(_, error) => error.fmt(f),
            Self::InvalidTransition(_, error) => write!(f, "invalid transition: {error}"),
            Self::NoSoleQuery(_, error) => write!(f, "invalid transition: {error}"),
            Self::BadSnapshot(problem) => write!(f, "bad snapshot: {problem}"),
            Self::UnsupportedSnapshot(problem) => write!(f, "unsupported snapshot: {problem}"),
            Self::MissingSource(name) => write!(
                f,
                "missing source: the registry does not have the '{name}' that was saved"
            ),
            Self::StillLive(id) => write!(
                f,
                "invalid argument `saved`: session '{id}' is live; restore a copy of it"
            ),
            Self::PauseNotKept {
                session_id,
                pause,
                kept,
            } => {
                write!(
                    f,
                    "invalid argument `pause`: pause {pause} of session '{session_id}' is not kept; kept are: "
                )?;
                if kept.is_empty() {
                    return f.write_str("none");
                }
                for (at, pause) in kept.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{pause}")?;
                }
                Ok(())
            }
            Self::Disposed => f.write_str("the registry was disposed of"),
        }
    }
}

impl Error for SessionError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn transition() -> TransitionError {
        TransitionError {
            expected: "Running",
            actual: "Paused",
        }
    }

    #[test]
    fn texts_are_those_of_the_native_engine() {
        let id = || SessionId::from("s-1-2");
        let query = || QueryId::from("q-9");
        let cases = [
            (
                SessionError::NotFound(id()),
                "session 's-1-2' not found",
                "session_not_found",
            ),
            (
                SessionError::Feed(id(), FeedError::UnknownQuery(query())),
                "unknown query_id: q-9",
                "unknown_query",
            ),
            (
                SessionError::Feed(id(), FeedError::AlreadyResponded(query())),
                "already responded to query_id: q-9",
                "already_responded",
            ),
            (
                SessionError::Feed(id(), transition().into()),
                "invalid state transition: expected Running, got Paused",
                "invalid_transition",
            ),
            (
                SessionError::Feed(id(), FeedError::NoAnswers),
                "Empty responses array",
                "invalid_argument",
            ),
            (
                SessionError::Feed(
                    id(),
                    FeedError::StalePause {
                        current: 3,
                        given: 2,
                    },
                ),
                "stale pause: the answer is for pause 2, the session is at pause 3",
                "stale_pause",
            ),
            (
                SessionError::InvalidTransition(id(), transition()),
                "invalid transition: invalid state transition: expected Running, got Paused",
                "invalid_transition",
            ),
            (
                SessionError::NoSoleQuery(id(), SoleQueryError::NoneOpen),
                "invalid transition: no pending queries",
                "invalid_transition",
            ),
            (
                SessionError::NoSoleQuery(id(), SoleQueryError::Several(3)),
                "invalid transition: 3 queries pending; specify query_id explicitly",
                "invalid_transition",
            ),
        ];
        for (error, text, code) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.code().as_str(), code, "{text}");
            assert_eq!(error.session_id(), Some(&id()), "{text}");
        }
    }

    #[test]
    fn errors_without_a_session_name_what_they_are_about() {
        let cases = [
            (
                SessionError::InvalidArgument {
                    name: "ctx.f".into(),
                    problem: "is a function".into(),
                },
                "invalid argument `ctx.f`: is a function",
                "invalid_argument",
            ),
            (
                SessionError::BadSnapshot("x".into()),
                "bad snapshot: x",
                "bad_snapshot",
            ),
            (
                SessionError::UnsupportedSnapshot("version 9".into()),
                "unsupported snapshot: version 9",
                "unsupported_snapshot",
            ),
            (
                SessionError::Disposed,
                "the registry was disposed of",
                "disposed",
            ),
        ];
        for (error, text, code) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.code().as_str(), code);
            assert_eq!(error.session_id(), None);
        }
        let busy = SessionError::Busy("s-1-2".into());
        assert_eq!(busy.to_string(), "session 's-1-2' is running");
        assert_eq!(busy.code().as_str(), "session_busy");
    }
}
