//! Entropy, and how far distributions are apart. Logarithms are natural.

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::text::mathfn::log;
use crate::lua::value::{TableId, Value};

use super::super::args;
use super::call::{Call, fail_in};

/// How far the sum of `n` probabilities may be from 1: what rounding them to 32
/// bits makes of it, whose errors add up like the root of their number.
fn tolerance(n: usize) -> f64 {
    // Half a unit in the last place of 1 as a float of 32 bits.
    let roundoff = f64::from(f32::EPSILON) / 2.0;
    32.0 * (n as f64).sqrt() * roundoff
}

/// The sum, which must be 1 as near as `n` summands allow.
fn check_sum(name: &str, side: &str, sum: f64, n: usize) -> Result<(), Error> {
    let tolerance = tolerance(n);
    if (sum - 1.0).abs() <= tolerance {
        return Ok(());
    }
    let (sum, tolerance) = (Shortest(sum), Shortest(tolerance));
    let why = format!("{side} sums to {sum}, expected 1 ± {tolerance:e}");
    Err(fail_in(name, &why))
}

/// Refuses what is no distribution.
fn check(name: &str, side: &str, values: &[f64]) -> Result<(), Error> {
    for (index, value) in (1..).zip(values) {
        if *value < 0.0 {
            let why = format!("{side}[{index}] is negative: {}", Shortest(*value));
            return Err(fail_in(name, &why));
        }
    }
    check_sum(name, side, values.iter().sum(), values.len())
}

/// Two distributions over the same things in the first two arguments.
fn pair(call: &mut Call<'_, '_>, name: &str) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let (p, q) = call.two_lists(1)?;
    if p.len() != q.len() {
        let (p, q) = (p.len(), q.len());
        let why = format!("length mismatch: p has {p}, q has {q}");
        return Err(fail_in(name, &why));
    }
    check(name, "p", &p)?;
    check(name, "q", &q)?;
    call.ctx.charge(p.len() * 4);
    Ok((p, q))
}

/// `entropy(probs)`: Shannon's, -Σ p ln p.
pub(super) fn entropy(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let list = call.table(1)?;
    let p = call.floats(list)?;
    check("entropy", "probs", &p)?;
    call.ctx.charge(p.len() * 4);
    let possible = p.iter().filter(|p| **p > 0.0);
    Ok(Value::Float(possible.map(|&p| -p * log(p)).sum()))
}

/// Σ p ln (p / q); infinite where q is 0 and p is not.
fn divergence(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut sum = 0.0;
    for (p, q) in pairs.filter(|pair| pair.0 != 0.0) {
        if q == 0.0 {
            return f64::INFINITY;
        }
        sum += p * log(p / q);
    }
    sum
}

/// `kl_divergence(p, q)`: Kullback and Leibler's.
pub(super) fn kl(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (p, q) = pair(call, "kl_divergence")?;
    Ok(Value::Float(divergence(p.into_iter().zip(q))))
}

/// `js_divergence(p, q)`: Jensen and Shannon's, from 0 to ln 2.
pub(super) fn js(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (p, q) = pair(call, "js_divergence")?;
    let from = |a: &[f64], b: &[f64]| {
        let pairs = a.iter().zip(b);
        divergence(pairs.map(|(a, b)| (*a, 0.5 * (a + b))))
    };
    Ok(Value::Float(0.5 * from(&p, &q) + 0.5 * from(&q, &p)))
}

/// `cross_entropy(p, q)`: -Σ p ln q; infinite where q is 0 and p is not.
pub(super) fn cross_entropy(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (p, q) = pair(call, "cross_entropy")?;
    let mut sum = 0.0;
    for (p, q) in p.into_iter().zip(q).filter(|pair| pair.0 != 0.0) {
        if q == 0.0 {
            return Ok(Value::Float(f64::INFINITY));
        }
        sum -= p * log(q);
    }
    Ok(Value::Float(sum))
}

/// `tvd(p, q)`: total variation distance, from 0 to 1.
pub(super) fn tvd(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (p, q) = pair(call, "tvd")?;
    let apart: f64 = p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum();
    Ok(Value::Float(0.5 * apart))
}

/// `hellinger(p, q)`: a metric, from 0 to 1.
pub(super) fn hellinger(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let (p, q) = pair(call, "hellinger")?;
    let difference = |(p, q): (&f64, &f64)| p.sqrt() - q.sqrt();
    let differences = p.iter().zip(&q).map(difference);
    let sum: f64 = differences.map(|d| d * d).sum();
    Ok(Value::Float((sum / 2.0).sqrt()))
}

/// `wasserstein_1d(p, q, [support])`: how far mass has to move. The places of the
/// probabilities are 0, 1, 2, … unless `support` tells them in ascending order.
pub(super) fn wasserstein(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "wasserstein_1d";
    let support = call.opt_table(3)?;
    let (p, q) = pair(call, NAME)?;
    let support = match support {
        Some(list) => Some(call.floats(list)?),
        None => None,
    };
    if let Some(places) = &support {
        if places.len() != p.len() {
            let (bins, positions) = (p.len(), places.len());
            let why =
                format!("support needs one position per bin: {bins} bins, {positions} positions");
            return Err(fail_in(NAME, &why));
        }
        for (index, (before, value)) in (2..).zip(places.iter().zip(places.iter().skip(1))) {
            if value <= before {
                let why = format!(
                    "support must be strictly increasing: support[{index}] = {} does not exceed {}",
                    Shortest(*value),
                    Shortest(*before)
                );
                return Err(fail_in(NAME, &why));
            }
        }
    }
    let width = |at: usize| match &support {
        Some(places) => match (places.get(at), places.get(at + 1)) {
            (Some(from), Some(to)) => to - from,
            _ => 0.0,
        },
        None => 1.0,
    };
    let (mut below_p, mut below_q, mut sum) = (0.0, 0.0, 0.0);
    // Behind the last place no mass has to move.
    for (at, (p, q)) in p.iter().zip(&q).enumerate().take(p.len() - 1) {
        below_p += p;
        below_q += q;
        sum += f64::abs(below_p - below_q) * width(at);
    }
    Ok(Value::Float(sum))
}

/// A list of lists of numbers, read row by row into one.
fn matrix(call: &mut Call<'_, '_>, name: &str, list: TableId) -> Result<(Vec<f64>, usize), Error> {
    let rows = call.len(list);
    if rows == 0 {
        return Err(fail_in(name, &"joint is empty"));
    }
    let mut cells: Vec<f64> = Vec::new();
    let mut columns = 0;
    for row in 1..=rows {
        let Value::Table(inner) = call.element(list, row) else {
            return Err(fail_in(name, &format_args!("joint[{row}] is not a table")));
        };
        let found = call.len(inner);
        if row == 1 {
            if found == 0 {
                return Err(fail_in(name, &"joint is empty"));
            }
            columns = found;
            cells = call.vec(columns.saturating_mul(rows))?;
        }
        if found != columns {
            let why =
                format!("joint[{row}] has {found} columns, expected {columns} to match joint[1]");
            return Err(fail_in(name, &why));
        }
        call.ctx.charge(columns);
        for column in 1..=columns {
            let value = call.element(inner, column);
            let Ok(value) = args::to_f64(call.ctx.heap, value) else {
                let why = format!("joint[{row}][{column}] is not a number");
                return Err(fail_in(name, &why));
            };
            let what = match value {
                value if !value.is_finite() => "not finite",
                value if value < 0.0 => "negative",
                _ => {
                    cells.push(value);
                    continue;
                }
            };
            let index = (row - 1) * columns + column;
            return Err(fail_in(
                name,
                &format_args!("joint[{index}] is {what}: {}", Shortest(value)),
            ));
        }
    }
    Ok((cells, columns))
}

/// `mutual_information(joint)`: of two variables, from the matrix of their joint
/// probabilities.
pub(super) fn mutual(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "mutual_information";
    let list = call.table(1)?;
    let (cells, columns) = matrix(call, NAME, list)?;
    let sum: f64 = cells.iter().sum();
    check_sum(NAME, "joint", sum, cells.len())?;
    call.ctx.charge(cells.len() * 4);
    // The sum may be a little off 1, which would give independent variables
    // information about each other: everything is divided by it.
    let mut of_column = call.repeat(0.0, columns)?;
    for row in cells.chunks(columns) {
        for (total, cell) in of_column.iter_mut().zip(row) {
            *total += cell;
        }
    }
    let mut information = 0.0;
    for row in cells.chunks(columns) {
        let of_row = row.iter().sum::<f64>() / sum;
        for (cell, total) in row.iter().zip(&of_column) {
            if *cell > 0.0 {
                let p = cell / sum;
                information += p * log(p / (of_row * (total / sum)));
            }
        }
    }
    Ok(Value::Float(information.max(0.0)))
}
