//! How well stated confidence agrees with what came true.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, Given, Part, count_value};

/// Reads confidences and outcomes, which must be of equal number.
#[inline(never)]
fn read(call: &mut Call<'_, '_>, given: &mut Given) -> Result<(), Error> {
    let [confidences, outcomes, _] = given.tables;
    given.xs = call.floats(confidences)?;
    given.ys = call.floats(outcomes)?;
    let (left, right) = (given.xs.len(), given.ys.len());
    if left != right {
        let parts = [Part::of(left), Part::of(right)];
        return Err(call.fail("confidences and outcomes must be paired: # vs #", &parts));
    }
    let why = "confidences[#] is outside [0, 1]: #";
    check_each(call, &given.xs, |value| (0.0..=1.0).contains(&value), why)?;
    let why = "outcomes[#] is neither 0 nor 1: #";
    check_each(call, &given.ys, |value| value == 0.0 || value == 1.0, why)
}

/// Refuses the first value that is not right.
#[inline(never)]
fn check_each(
    call: &Call<'_, '_>,
    values: &[f64],
    is_right: fn(f64) -> bool,
    what: &str,
) -> Result<(), Error> {
    for (index, value) in (1..).zip(values) {
        if !is_right(*value) {
            return Err(call.fail(what, &[Part::of(index), Part::Float(*value)]));
        }
    }
    Ok(())
}

/// `calibration_error(confidences, outcomes, bins)`: `{ece, mce, bins, bins_used}`
/// over bins of equal width.
///
/// Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of
/// modern neural networks", 2017.
pub(super) fn error(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let ([confidences, outcomes, _], [count, _]) = (given.tables, given.counts);
    // The lists must not be empty, which is said before the bins are judged.
    let filled = call.len(confidences) > 0 && call.len(outcomes) > 0;
    call.require(count > 0 || !filled, "needs at least one bin")?;
    read(call, given)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    // Each bin is three numbers: how many predictions it has, the sum of their
    // confidences, and how many came true.
    let mut bins = call.zeros(count.saturating_mul(3))?;
    for (confidence, outcome) in given.xs.iter().zip(&given.ys) {
        // A confidence of 1 belongs to the last bin.
        let at = ((confidence * count as f64) as usize).min(count - 1);
        if let Some([n, confidences, hits]) = bins.as_chunks_mut().0.get_mut(at) {
            *n += 1.0;
            *confidences += confidence;
            *hits += outcome;
        }
    }
    let list = call.new_list(count)?;
    let (mut ece, mut mce, mut used) = (0.0, 0.0f64, 0);
    for (index, [found, confidence, hits]) in (1..).zip(bins.as_chunks().0) {
        let n = found.max(1.0);
        let (confidence, accuracy) = (confidence / n, hits / n);
        if *found > 0.0 {
            let gap = (accuracy - confidence).abs();
            ece += n / given.xs.len() as f64 * gap;
            mce = mce.max(gap);
            used += 1;
        }
        let entry = call.record(&[
            ("count", Value::Int(*found as i64)),
            ("confidence", Value::Float(confidence)),
            ("accuracy", Value::Float(accuracy)),
        ])?;
        call.set(list, index, entry)?;
    }
    call.record(&[
        ("ece", Value::Float(ece)),
        ("mce", Value::Float(mce)),
        ("bins", Value::Table(list)),
        ("bins_used", count_value(used)),
    ])
}

/// `brier_score(confidences, outcomes)`: the mean squared error, from 0 to 1.
///
/// Source: G. W. Brier, "Verification of forecasts expressed in terms of
/// probability", 1950.
pub(super) fn brier(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    read(call, given)?;
    let pairs = given.xs.iter().zip(&given.ys);
    let sum: f64 = pairs.map(|(p, o)| (p - o) * (p - o)).sum();
    Ok(sum / given.xs.len() as f64)
}
