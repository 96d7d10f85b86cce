//! The standard libraries as natives.

pub mod string;
pub mod utf8;
