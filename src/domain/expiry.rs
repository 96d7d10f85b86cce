//! When an idle session may be reaped.

/// Whether a session last active at `last_active_ms` has been idle for `ttl_ms`
/// or longer at `now_ms`.
///
/// A clock that went backwards counts as no time at all, so only a `ttl_ms` of
/// 0 reaps then.
///
/// ```
/// use algocline_wasm::domain::is_expired;
/// assert!(is_expired(0, 3_600_000, 3_600_000));
/// assert!(!is_expired(0, 3_599_999, 3_600_000));
/// ```
pub fn is_expired(last_active_ms: u64, now_ms: u64, ttl_ms: u64) -> bool {
    now_ms.saturating_sub(last_active_ms) >= ttl_ms
}

/// The first instant at which [`is_expired`] holds, in milliseconds since the
/// epoch.
pub fn deadline(last_active_ms: u64, ttl_ms: u64) -> u64 {
    last_active_ms.saturating_add(ttl_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const NOW: u64 = 1_700_000_000_000;

    #[test]
    fn only_the_long_idle_expire() {
        assert!(!is_expired(NOW, NOW, HOUR));
        assert!(!is_expired(NOW - 1_000, NOW, HOUR));
        assert!(is_expired(NOW - 2 * HOUR, NOW, HOUR));
        assert!(!is_expired(NOW - HOUR, NOW, 3 * HOUR));
    }

    #[test]
    fn a_ttl_of_zero_reaps_always() {
        assert!(is_expired(NOW, NOW, 0));
        assert!(is_expired(NOW + 5, NOW, 0));
    }

    #[test]
    fn a_clock_that_went_backwards_reaps_nothing() {
        assert!(!is_expired(NOW + HOUR, NOW, 1));
    }
}
