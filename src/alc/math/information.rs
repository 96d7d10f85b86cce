//! Entropy, and how far distributions are apart. Logarithms are natural.

use crate::lua::error::Error;
use crate::lua::text::float_text::Shortest;
use crate::lua::text::mathfn::log;
use crate::lua::value::Value;

use super::super::args;
use super::call::{Call, Given, Part};
use super::descriptive::sum_of;

/// How far the sum of `n` probabilities may be from 1: what rounding them to 32
/// bits makes of it, whose errors add up like the root of their number.
fn tolerance(n: usize) -> f64 {
    // Half a unit in the last place of 1 as a float of 32 bits.
    let roundoff = f64::from(f32::EPSILON) / 2.0;
    32.0 * (n as f64).sqrt() * roundoff
}

/// The sum, which must be 1 as near as the number of summands allows.
#[inline(never)]
fn check_sum(call: &Call<'_, '_>, side: &str, values: &[f64]) -> Result<f64, Error> {
    let (sum, tolerance) = (sum_of(values), tolerance(values.len()));
    if (sum - 1.0).abs() <= tolerance {
        return Ok(sum);
    }
    let bound = format!("{:e}", Shortest(tolerance));
    let parts = [Part::Text(side), Part::Float(sum), Part::Text(&bound)];
    Err(call.fail("# sums to #, expected 1 ± #", &parts))
}

/// Refuses what is no distribution.
#[inline(never)]
fn check(call: &Call<'_, '_>, side: &str, values: &[f64]) -> Result<(), Error> {
    for (index, value) in (1..).zip(values) {
        if *value < 0.0 {
            let parts = [Part::Text(side), Part::of(index), Part::Float(*value)];
            return Err(call.fail("#[#] is negative: #", &parts));
        }
    }
    check_sum(call, side, values).map(|_| ())
}

/// Refuses what are no two distributions over the same things.
#[inline(never)]
fn check_pair(call: &mut Call<'_, '_>, given: &Given) -> Result<(), Error> {
    let (p, q) = (given.xs.len(), given.ys.len());
    if p != q {
        let parts = [Part::of(p), Part::of(q)];
        return Err(call.fail("length mismatch: p has #, q has #", &parts));
    }
    check(call, "p", &given.xs)?;
    check(call, "q", &given.ys)?;
    call.charge(p * 4);
    Ok(())
}

/// Checks two distributions and sums a term over their pairs.
#[inline(never)]
fn sum_over(
    call: &mut Call<'_, '_>,
    given: &Given,
    term: fn(f64, f64) -> f64,
) -> Result<f64, Error> {
    check_pair(call, given)?;
    let pairs = given.xs.iter().zip(&given.ys);
    Ok(pairs.map(|(p, q)| term(*p, *q)).sum())
}

/// `entropy(probs)`: Shannon's, -Σ p ln p.
pub(super) fn entropy(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    check(call, "probs", &given.xs)?;
    call.charge(given.xs.len() * 4);
    let possible = given.xs.iter().filter(|p| **p > 0.0);
    Ok(possible.map(|&p| -p * log(p)).sum())
}

/// p ln (p / q); infinite where q is 0 and p is not.
fn divergence(p: f64, q: f64) -> f64 {
    if p == 0.0 {
        0.0
    } else if q == 0.0 {
        f64::INFINITY
    } else {
        p * log(p / q)
    }
}

/// `kl_divergence(p, q)`: Kullback and Leibler's.
pub(super) fn kl(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    sum_over(call, given, divergence)
}

/// `js_divergence(p, q)`: Jensen and Shannon's, from 0 to ln 2.
pub(super) fn js(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let to_middle = |p, q| divergence(p, 0.5 * (p + q));
    let of_p = sum_over(call, given, to_middle)?;
    std::mem::swap(&mut given.xs, &mut given.ys);
    let pairs = given.xs.iter().zip(&given.ys);
    let of_q: f64 = pairs.map(|(p, q)| to_middle(*p, *q)).sum();
    Ok(0.5 * of_p + 0.5 * of_q)
}

/// `cross_entropy(p, q)`: -Σ p ln q; infinite where q is 0 and p is not.
pub(super) fn cross_entropy(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    sum_over(call, given, |p, q| {
        if p == 0.0 {
            0.0
        } else if q == 0.0 {
            f64::INFINITY
        } else {
            -(p * log(q))
        }
    })
}

/// `tvd(p, q)`: total variation distance, from 0 to 1.
pub(super) fn tvd(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    Ok(0.5 * sum_over(call, given, |p, q| (p - q).abs())?)
}

/// `hellinger(p, q)`: a metric, from 0 to 1.
pub(super) fn hellinger(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let sum = sum_over(call, given, |p, q| {
        let difference = p.sqrt() - q.sqrt();
        difference * difference
    })?;
    Ok((sum / 2.0).sqrt())
}

/// `wasserstein_1d(p, q, [support])`: how far mass has to move. The places of the
/// probabilities are 0, 1, 2, … unless `support` tells them in ascending order.
pub(super) fn wasserstein(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    check_pair(call, given)?;
    let [.., support] = given.tables;
    let places = match support {
        Some(_) => call.floats(support)?,
        None => Vec::new(),
    };
    let bins = given.xs.len();
    if support.is_some() && places.len() != bins {
        let parts = [Part::of(bins), Part::of(places.len())];
        let why = "support needs one position per bin: # bins, # positions";
        return Err(call.fail(why, &parts));
    }
    for (index, (before, value)) in (2..).zip(places.iter().zip(places.iter().skip(1))) {
        if value <= before {
            let parts = [Part::of(index), Part::Float(*value), Part::Float(*before)];
            let why = "support must be strictly increasing: support[#] = # does not exceed #";
            return Err(call.fail(why, &parts));
        }
    }
    let (mut below_p, mut below_q, mut sum) = (0.0, 0.0, 0.0);
    // Behind the last place no mass has to move.
    for (at, (p, q)) in (0..bins - 1).zip(given.xs.iter().zip(&given.ys)) {
        below_p += p;
        below_q += q;
        let width = match (places.get(at), places.get(at + 1)) {
            (Some(from), Some(to)) => to - from,
            _ => 1.0,
        };
        sum += f64::abs(below_p - below_q) * width;
    }
    Ok(sum)
}

/// The cells of the matrix in the first argument, row by row, and how many columns
/// it has.
#[inline(never)]
fn matrix(call: &mut Call<'_, '_>, given: &Given) -> Result<(Vec<f64>, usize), Error> {
    let [list, ..] = given.tables;
    let rows = call.len(list);
    call.require(rows > 0, "joint is empty")?;
    let mut cells: Vec<f64> = Vec::new();
    let mut columns = 0;
    for row in 1..=rows {
        let Value::Table(inner) = call.element(list, row) else {
            return Err(call.fail("joint[#] is not a table", &[Part::of(row)]));
        };
        let inner = Some(inner);
        let found = call.len(inner);
        if row == 1 {
            call.require(found > 0, "joint is empty")?;
            columns = found;
            cells = call.vec(columns.saturating_mul(rows))?;
        }
        if found != columns {
            let parts = [Part::of(row), Part::of(found), Part::of(columns)];
            let why = "joint[#] has # columns, expected # to match joint[1]";
            return Err(call.fail(why, &parts));
        }
        call.charge(columns);
        for column in 1..=columns {
            let Ok(value) = args::to_f64(call.ctx.heap, call.element(inner, column)) else {
                let parts = [Part::of(row), Part::of(column)];
                return Err(call.fail("joint[#][#] is not a number", &parts));
            };
            let what = match value {
                value if !value.is_finite() => "joint[#] is not finite: #",
                value if value < 0.0 => "joint[#] is negative: #",
                _ => {
                    cells.push(value);
                    continue;
                }
            };
            let index = Part::of((row - 1) * columns + column);
            return Err(call.fail(what, &[index, Part::Float(value)]));
        }
    }
    Ok((cells, columns))
}

/// `mutual_information(joint)`: of two variables, from the matrix of their joint
/// probabilities.
pub(super) fn mutual(call: &mut Call<'_, '_>, given: &mut Given) -> Result<f64, Error> {
    let (cells, columns) = matrix(call, given)?;
    let sum = check_sum(call, "joint", &cells)?;
    call.charge(cells.len() * 4);
    // The sum may be a little off 1, which would give independent variables
    // information about each other: everything is divided by it.
    let mut of_column = call.zeros(columns)?;
    for row in cells.chunks(columns) {
        for (total, cell) in of_column.iter_mut().zip(row) {
            *total += cell;
        }
    }
    let mut information = 0.0;
    for row in cells.chunks(columns) {
        let of_row = sum_of(row) / sum;
        for (cell, total) in row.iter().zip(&of_column) {
            if *cell > 0.0 {
                let p = cell / sum;
                information += p * log(p / (of_row * (total / sum)));
            }
        }
    }
    Ok(information.max(0.0))
}
