//! What a session says about the end of a program that went wrong.

use crate::alc::{AlcHost, failure_text};
use crate::domain::{Failure, SourcePosition};
use crate::lua::Vm;
use crate::lua::compiler::{SyntaxError, SyntaxErrorKind};

/// The failure of a session whose heap cannot hold even its beginning.
pub(super) fn out_of_memory() -> Failure {
    Failure::from("lua error: runtime error: not enough memory")
}

/// The failure of a program that does not compile.
pub(super) fn not_compiled(error: &SyntaxError) -> Failure {
    if error.kind == SyntaxErrorKind::Memory {
        return out_of_memory();
    }
    Failure {
        position: Some(SourcePosition {
            line: error.line,
            column: error.column,
        }),
        ..Failure::from(format!("lua error: syntax error: {error}"))
    }
}

/// The failure of a program that raised an error.
pub(super) fn raised(vm: &mut Vm, host: &mut AlcHost) -> Failure {
    let text = failure_text(vm, host);
    Failure {
        traceback: Some(text.traceback),
        ..Failure::from(text.error)
    }
}

/// The failure of a program that ran too long. No `pcall` catches it.
pub(super) fn out_of_fuel(limit: u64, vm: &Vm) -> Failure {
    Failure {
        traceback: Some(String::from_utf8_lossy(&vm.traceback_now()).into_owned()),
        ..Failure::from(format!(
            "lua error: fuel exhausted: the program ran {limit} instructions without a pause"
        ))
    }
}
