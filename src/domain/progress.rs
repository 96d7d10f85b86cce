//! How far a program says it is.

use super::{JsonObject, text};

/// The longest message kept, in bytes; a longer one is cut.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// What the last `alc.progress` said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The step reached.
    pub step: u64,
    /// The number of steps; 0 where the program does not know.
    pub total: u64,
    /// What the step is about.
    pub message: Option<String>,
}

impl Progress {
    /// A report; a message beyond 64 KiB is cut.
    pub fn new(step: u64, total: u64, message: Option<&str>) -> Self {
        Self {
            step,
            total,
            message: message.map(|m| text::bounded(m, MAX_MESSAGE_BYTES).into_owned()),
        }
    }

    pub(super) fn to_json(&self) -> JsonObject {
        let mut json = JsonObject::new();
        json.set("step", self.step);
        json.set("total", self.total);
        json.set("message", self.message.as_deref());
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json;

    #[test]
    fn json_always_has_the_message() {
        let json = Progress::new(2, 3, None).to_json();
        assert_eq!(json, json!({"step": 2, "total": 3, "message": null}));
        let json = Progress::new(2, 3, Some("m")).to_json();
        assert_eq!(json, json!({"step": 2, "total": 3, "message": "m"}));
    }

    #[test]
    fn a_huge_message_is_cut() {
        let report = Progress::new(1, 1, Some(&"x".repeat(1 << 20)));
        assert_eq!(report.message.unwrap().len(), MAX_MESSAGE_BYTES);
    }
}
