//! Errors on their way from where they arise to the `pcall` that catches them.

use super::account::OutOfMemory;
use super::table::StoreError;
use super::thread::GrowError;
use super::value::Value;

/// An error that a running program meets.
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorKind>);

/// What kind of error; decides how its message is completed.
#[derive(Clone, Debug)]
pub enum ErrorKind {
    /// Raised by `error` or passed on: the value as it is.
    Value(Value),
    /// A message that gets the position of the Lua code running or calling.
    Message(Vec<u8>),
    /// A message without a position.
    Bare(Vec<u8>),
    /// Argument `index` (from 1) of the native running is wrong; the message says
    /// why. The native's name and the position are added.
    Argument(usize, Vec<u8>),
    /// The heap's cap forbids an allocation, and nothing was changed. A collection
    /// may make room: the operation is tried again after one.
    Memory,
    /// The stack or the count of calls reached its limit.
    StackOverflow,
    /// As `Value`, past the message handler, which made it.
    Handled(Value),
}

impl Error {
    /// An error of this kind.
    #[cold]
    pub fn new(kind: ErrorKind) -> Self {
        Error(Box::new(kind))
    }

    /// What kind of error this is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// An error value as it is.
    #[cold]
    pub fn value(value: Value) -> Self {
        Error::new(ErrorKind::Value(value))
    }

    /// A message that gets a position.
    #[cold]
    pub fn message(text: impl Into<Vec<u8>>) -> Self {
        Error::new(ErrorKind::Message(text.into()))
    }

    /// A message without a position.
    #[cold]
    pub fn bare(text: impl Into<Vec<u8>>) -> Self {
        Error::new(ErrorKind::Bare(text.into()))
    }

    /// Argument `index`, counted from 1, is wrong.
    #[cold]
    pub fn argument(index: usize, text: impl Into<Vec<u8>>) -> Self {
        Error::new(ErrorKind::Argument(index, text.into()))
    }
}

impl From<OutOfMemory> for Error {
    #[cold]
    fn from(_: OutOfMemory) -> Self {
        Error::new(ErrorKind::Memory)
    }
}

impl From<GrowError> for Error {
    #[cold]
    fn from(error: GrowError) -> Self {
        Error::new(match error {
            GrowError::Memory => ErrorKind::Memory,
            GrowError::Overflow => ErrorKind::StackOverflow,
        })
    }
}

impl From<StoreError> for Error {
    #[cold]
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Memory => Error::new(ErrorKind::Memory),
            StoreError::NilKey => Error::message("table index is nil"),
            StoreError::NanKey => Error::message("table index is NaN"),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind() {
            ErrorKind::Value(value) | ErrorKind::Handled(value) => {
                write!(f, "(error object is a {} value)", value.type_name())
            }
            ErrorKind::Message(text) | ErrorKind::Bare(text) => {
                f.write_str(&String::from_utf8_lossy(text))
            }
            ErrorKind::Argument(index, text) => {
                write!(
                    f,
                    "bad argument #{index} ({})",
                    String::from_utf8_lossy(text)
                )
            }
            ErrorKind::Memory => f.write_str("not enough memory"),
            ErrorKind::StackOverflow => f.write_str("stack overflow"),
        }
    }
}

impl std::error::Error for Error {}
