//! What a session may use.

/// The limits of one session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Instructions of the machine between two pauses, at least 1. Natives pay
    /// for their work in the same unit.
    pub fuel: u64,
    /// Bytes of Lua heap, together with the texts of the transcript.
    pub memory_bytes: u64,
    /// The longest stretch of Lua before control goes back to the host, in
    /// milliseconds, above 0.
    pub slice_ms: f64,
}

impl Default for Limits {
    /// 2,000,000,000 instructions, 64 MiB, 8 ms.
    fn default() -> Self {
        Self {
            fuel: 2_000_000_000,
            memory_bytes: 64 << 20,
            slice_ms: 8.0,
        }
    }
}

/// Limits as a host gives them: each or none.
///
/// ```
/// use algocline_wasm::session::{Limits, LimitsGiven};
/// let given = LimitsGiven { fuel: Some(1_000), ..LimitsGiven::default() };
/// let limits = given.or(Limits::default());
/// assert_eq!((limits.fuel, limits.memory_bytes), (1_000, 64 << 20));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LimitsGiven {
    /// [`Limits::fuel`].
    pub fuel: Option<u64>,
    /// [`Limits::memory_bytes`].
    pub memory_bytes: Option<u64>,
    /// [`Limits::slice_ms`].
    pub slice_ms: Option<f64>,
}

impl LimitsGiven {
    /// The limits given, the others from `default`.
    #[must_use]
    pub fn or(self, default: Limits) -> Limits {
        Limits {
            fuel: self.fuel.unwrap_or(default.fuel),
            memory_bytes: self.memory_bytes.unwrap_or(default.memory_bytes),
            slice_ms: self.slice_ms.unwrap_or(default.slice_ms),
        }
    }
}
