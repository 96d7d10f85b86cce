//! How well stated confidence agrees with what came true.

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::value::{TableId, Value};

use super::call::{Call, count_value, fail_in};

/// Confidences and outcomes of equal number, or an error of `name`.
fn predictions(
    call: &mut Call<'_, '_>,
    name: &str,
    lists: (TableId, TableId),
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let (confidences, outcomes) = (call.floats(lists.0)?, call.floats(lists.1)?);
    if confidences.len() != outcomes.len() {
        let (left, right) = (confidences.len(), outcomes.len());
        let why = format!("confidences and outcomes must be paired: {left} vs {right}");
        return Err(fail_in(name, &why));
    }
    for (index, value) in (1..).zip(&confidences) {
        if !(0.0..=1.0).contains(value) {
            let why = format!(
                "confidences[{index}] is outside [0, 1]: {}",
                Shortest(*value)
            );
            return Err(fail_in(name, &why));
        }
    }
    for (index, value) in (1..).zip(&outcomes) {
        if *value != 0.0 && *value != 1.0 {
            let why = format!("outcomes[{index}] is neither 0 nor 1: {}", Shortest(*value));
            return Err(fail_in(name, &why));
        }
    }
    Ok((confidences, outcomes))
}

/// The predictions whose confidence is in one range.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: u32,
    confidence: f64,
    hits: f64,
}

/// `calibration_error(confidences, outcomes, bins)`: `{ece, mce, bins, bins_used}`
/// over bins of equal width.
///
/// Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of
/// modern neural networks", 2017.
pub(super) fn error(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "calibration_error";
    let lists = (call.table(1)?, call.table(2)?);
    let count = call.count(3)?;
    let (confidences, outcomes) = (lists.0, lists.1);
    // The lists must not be empty, which is said before the bins are judged.
    if count == 0 && call.len(confidences) > 0 && call.len(outcomes) > 0 {
        return Err(fail_in(NAME, &"needs at least one bin"));
    }
    let (confidences, outcomes) = predictions(call, NAME, lists)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut bins = call.repeat(Bin::default(), count)?;
    for (&confidence, outcome) in confidences.iter().zip(&outcomes) {
        // A confidence of 1 belongs to the last bin.
        let at = ((confidence * count as f64) as usize).min(count - 1);
        if let Some(bin) = bins.get_mut(at) {
            bin.count += 1;
            bin.confidence += confidence;
            bin.hits += outcome;
        }
    }
    let list = call.new_list(count)?;
    let (mut ece, mut mce, mut used) = (0.0, 0.0f64, 0);
    for (index, bin) in (1..).zip(&bins) {
        let n = f64::from(bin.count.max(1));
        let (confidence, accuracy) = (bin.confidence / n, bin.hits / n);
        if bin.count > 0 {
            let gap = (accuracy - confidence).abs();
            ece += n / confidences.len() as f64 * gap;
            mce = mce.max(gap);
            used += 1;
        }
        let entry = call.record(&[
            ("count", Value::Int(i64::from(bin.count))),
            ("confidence", Value::Float(confidence)),
            ("accuracy", Value::Float(accuracy)),
        ])?;
        call.ctx.heap.raw_set_int(list, index, entry)?;
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
pub(super) fn brier(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let lists = (call.table(1)?, call.table(2)?);
    let (confidences, outcomes) = predictions(call, "brier_score", lists)?;
    let pairs = confidences.iter().zip(&outcomes);
    let sum: f64 = pairs.map(|(p, o)| (p - o) * (p - o)).sum();
    Ok(Value::Float(sum / confidences.len() as f64))
}
