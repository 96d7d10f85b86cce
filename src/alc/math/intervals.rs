//! Intervals for a share.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, Given, Part};
use super::distributions::standard_quantile;

/// `wilson_ci(successes, total, confidence)`: `{lower, upper, center}`.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and
/// statistical inference", 1927.
pub(super) fn wilson_ci(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [successes, total, confidence] = given.floats;
    call.require(total > 0.0 && total.is_finite(), "total must be > 0")?;
    let why = "confidence must be in [0, 1]";
    call.require((0.0..=1.0).contains(&confidence), why)?;
    // More successes than trials would put a negative number under the root.
    if !(0.0..=total).contains(&successes) {
        let parts = [Part::Float(total), Part::Float(successes)];
        return Err(call.fail("successes must be in [0, #], got #", &parts));
    }
    call.charge(20);
    let z = standard_quantile(1.0 - (1.0 - confidence) / 2.0);
    let share = successes / total;
    if z.is_infinite() {
        // Full confidence: the limit of the formula below.
        return record(call, 0.0, 1.0, 0.5);
    }
    let z2 = z * z;
    let scale = 1.0 + z2 / total;
    let center = (share + z2 / (2.0 * total)) / scale;
    let spread = (share * (1.0 - share) + z2 / (4.0 * total)) / total;
    let margin = (z * spread.sqrt()) / scale;
    // Rounding must not push the interval off the share that it is about.
    let lower = (center - margin).max(0.0).min(share);
    let upper = (center + margin).min(1.0).max(share);
    record(call, lower, upper, center)
}

fn record(call: &mut Call<'_, '_>, lower: f64, upper: f64, center: f64) -> Result<Value, Error> {
    call.record(&[
        ("lower", Value::Float(lower)),
        ("upper", Value::Float(upper)),
        ("center", Value::Float(center)),
    ])
}
