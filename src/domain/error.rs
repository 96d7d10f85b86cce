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

/// A request to the registry was refused. It is one pointer, since nearly every function
/// of a registry may give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionError(Box<Refusal>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    code: ErrorCode,
    session_id: Option<SessionId>,
    message: String,
}

impl SessionError {
    #[cold]
    #[inline(never)]
    fn new(code: ErrorCode, id: Option<&SessionId>, message: &[&str]) -> Self {
        Self(Box::new(Refusal {
            code,
            session_id: id.cloned(),
            message: message.concat(),
        }))
    }

    /// An argument has the wrong type or value. `name` may have a path in it,
    /// `ctx.items[3]`; `problem` says what is wrong.
    #[inline(never)]
    pub fn invalid_argument(name: &str, problem: &str) -> Self {
        let message = ["invalid argument `", name, "`: ", problem];
        Self::new(ErrorCode::InvalidArgument, None, &message)
    }

    /// No live session has this id.
    #[inline(never)]
    pub fn not_found(id: &SessionId) -> Self {
        let message = ["session '", id.as_str(), "' not found"];
        Self::new(ErrorCode::SessionNotFound, Some(id), &message)
    }

    /// The session is running right now.
    #[inline(never)]
    pub fn busy(id: &SessionId) -> Self {
        let message = ["session '", id.as_str(), "' is running"];
        Self::new(ErrorCode::SessionBusy, Some(id), &message)
    }

    /// The answer was refused.
    #[inline(never)]
    pub fn feed(id: &SessionId, error: &FeedError) -> Self {
        Self::new(error.code(), Some(id), &[&error.to_string()])
    }

    /// The session is in a state in which this cannot be done.
    #[inline(never)]
    pub fn invalid_transition(id: &SessionId, error: &TransitionError) -> Self {
        let message = ["invalid transition: ", &error.to_string()];
        Self::new(ErrorCode::InvalidTransition, Some(id), &message)
    }

    /// There is no one open query, so it must be named.
    pub fn no_sole_query(id: &SessionId, error: SoleQueryError) -> Self {
        let message = ["invalid transition: ", &error.to_string()];
        Self::new(ErrorCode::InvalidTransition, Some(id), &message)
    }

    /// The saved session is damaged; the text says where.
    #[inline(never)]
    pub fn bad_snapshot(problem: &str) -> Self {
        Self::new(ErrorCode::BadSnapshot, None, &["bad snapshot: ", problem])
    }

    /// The saved session has a version that is not supported; the text names it.
    pub fn unsupported_snapshot(problem: &str) -> Self {
        let message = ["unsupported snapshot: ", problem];
        Self::new(ErrorCode::UnsupportedSnapshot, None, &message)
    }

    /// The saved session refers to the source of this module by its hash, and the
    /// registry does not have it, or has another one of that name.
    pub fn missing_source(module: &str) -> Self {
        let message = [
            "missing source: the registry does not have the '",
            module,
            "' that was saved",
        ];
        Self::new(ErrorCode::MissingSource, None, &message)
    }

    /// A session is to be restored under the name of one that is live.
    pub fn still_live(id: &SessionId) -> Self {
        let message = [
            "invalid argument `saved`: session '",
            id.as_str(),
            "' is live; restore a copy of it",
        ];
        Self::new(ErrorCode::InvalidArgument, Some(id), &message)
    }

    /// This pause of the session is not kept; these are.
    pub fn pause_not_kept(id: &SessionId, pause: u64, kept: &[u64]) -> Self {
        let mut list = String::new();
        for pause in kept {
            list.push_str(if list.is_empty() { "" } else { ", " });
            list.push_str(&pause.to_string());
        }
        let message = [
            "invalid argument `pause`: pause ",
            &pause.to_string(),
            " of session '",
            id.as_str(),
            "' is not kept; kept are: ",
            if kept.is_empty() { "none" } else { &list },
        ];
        Self::new(ErrorCode::InvalidArgument, Some(id), &message)
    }

    /// The registry was disposed of.
    pub fn disposed() -> Self {
        Self::new(ErrorCode::Disposed, None, &["the registry was disposed of"])
    }

    /// The code that JavaScript sees.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The session concerned, where there is one.
    pub fn session_id(&self) -> Option<&SessionId> {
        self.0.session_id.as_ref()
    }

    /// The text of the error.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
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
                SessionError::not_found(&id()),
                "session 's-1-2' not found",
                "session_not_found",
            ),
            (
                SessionError::feed(&id(), &FeedError::UnknownQuery(query())),
                "unknown query_id: q-9",
                "unknown_query",
            ),
            (
                SessionError::feed(&id(), &FeedError::AlreadyResponded(query())),
                "already responded to query_id: q-9",
                "already_responded",
            ),
            (
                SessionError::feed(&id(), &transition().into()),
                "invalid state transition: expected Running, got Paused",
                "invalid_transition",
            ),
            (
                SessionError::feed(&id(), &FeedError::NoAnswers),
                "Empty responses array",
                "invalid_argument",
            ),
            (
                SessionError::feed(
                    &id(),
                    &FeedError::StalePause {
                        current: 3,
                        given: 2,
                    },
                ),
                "stale pause: the answer is for pause 2, the session is at pause 3",
                "stale_pause",
            ),
            (
                SessionError::invalid_transition(&id(), &transition()),
                "invalid transition: invalid state transition: expected Running, got Paused",
                "invalid_transition",
            ),
            (
                SessionError::no_sole_query(&id(), SoleQueryError::NoneOpen),
                "invalid transition: no pending queries",
                "invalid_transition",
            ),
            (
                SessionError::no_sole_query(&id(), SoleQueryError::Several(3)),
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
                SessionError::invalid_argument("ctx.f", "is a function"),
                "invalid argument `ctx.f`: is a function",
                "invalid_argument",
            ),
            (
                SessionError::bad_snapshot("x"),
                "bad snapshot: x",
                "bad_snapshot",
            ),
            (
                SessionError::unsupported_snapshot("version 9"),
                "unsupported snapshot: version 9",
                "unsupported_snapshot",
            ),
            (
                SessionError::disposed(),
                "the registry was disposed of",
                "disposed",
            ),
        ];
        for (error, text, code) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.code().as_str(), code);
            assert_eq!(error.session_id(), None);
        }
        let busy = SessionError::busy(&"s-1-2".into());
        assert_eq!(busy.to_string(), "session 's-1-2' is running");
        assert_eq!(busy.code().as_str(), "session_busy");
    }
    #[test]
    fn what_is_live_or_not_kept_is_an_argument_of_a_session() {
        let id = SessionId::from("s-1-2");
        let texts = [
            SessionError::still_live(&id),
            SessionError::pause_not_kept(&id, 2, &[]),
            SessionError::pause_not_kept(&id, 9, &[1, 12]),
        ]
        .map(|error| {
            assert_eq!(error.code(), ErrorCode::InvalidArgument);
            assert_eq!(error.session_id(), Some(&id));
            error.to_string()
        });
        let not_kept = |pause| {
            format!("invalid argument `pause`: pause {pause} of session 's-1-2' is not kept")
        };
        assert_eq!(
            texts,
            [
                "invalid argument `saved`: session 's-1-2' is live; restore a copy of it".into(),
                format!("{}; kept are: none", not_kept(2)),
                format!("{}; kept are: 1, 12", not_kept(9)),
            ]
        );
        let missing = SessionError::missing_source("cot");
        let text = "missing source: the registry does not have the 'cot' that was saved";
        assert_eq!(missing.to_string(), text);
        assert_eq!(missing.code(), ErrorCode::MissingSource);
    }
}
