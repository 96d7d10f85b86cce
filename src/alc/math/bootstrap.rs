//! Percentile intervals by resampling with replacement.
//!
//! Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979.

use crate::lua::error::Error;
use crate::lua::value::{TableId, Value};

use super::super::args;
use super::call::{Call, Given, Part, count_value};
use super::descriptive::percentile_of;
use super::generator::{Generator, state_of};
use super::job::Job;

/// The most draws, so that a seed in their place is noticed.
const MAX_DRAWS: u64 = 10_000_000;

/// `bootstrap_mean(values, draws, seed, [confidence])`.
pub(super) fn mean(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Box<dyn Job>, Error> {
    start(call, given, &MEAN)
}

/// `paired_bootstrap_diff(xs, ys, draws, seed, [confidence])`.
pub(super) fn paired_diff(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Box<dyn Job>, Error> {
    start(call, given, &PAIRED_DIFF)
}

/// `cluster_bootstrap_mean(by_cluster, draws, seed, [confidence])`.
pub(super) fn cluster_mean(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Box<dyn Job>, Error> {
    start(call, given, &CLUSTER_MEAN)
}

/// `cluster_bootstrap_diff(a_by_cluster, b_by_cluster, draws, seed, [confidence])`.
pub(super) fn cluster_diff(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Box<dyn Job>, Error> {
    start(call, given, &CLUSTER_DIFF)
}

/// `cluster_bootstrap_ratio(num_by_cluster, den_by_cluster, draws, seed,
/// [confidence])`.
pub(super) fn cluster_ratio(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Box<dyn Job>, Error> {
    start(call, given, &CLUSTER_RATIO)
}

/// Sums and numbers of observations: those of a unit that is drawn as a whole, or of
/// many units. There are two of each where two lists are compared.
#[derive(Clone, Copy, Default)]
struct Tally {
    sums: [f64; 2],
    counts: [f64; 2],
}

/// How many floats a stored tally takes.
const FIELDS: usize = 4;

impl Tally {
    fn add(&mut self, unit: &[f64; FIELDS]) {
        let fields = self.sums.iter_mut().chain(&mut self.counts);
        for (sum, value) in fields.zip(unit) {
            *sum += value;
        }
    }

    /// The mean of the first observations or of the second; none of nothing.
    fn mean(&self, side: usize) -> Option<f64> {
        let (sum, count) = self.sums.get(side).zip(self.counts.get(side))?;
        (*count > 0.0).then_some(sum / count)
    }
}

/// What is resampled, and what is computed of it.
struct Statistic {
    /// The names of the lists of clusters; without names, what is read are numbers.
    sides: &'static [&'static str],
    /// The name of one unit and of many.
    one: &'static str,
    many: &'static str,
    /// The name of their number in the result.
    field: &'static str,
    signature: &'static str,
    /// The statistic of a draw; the second tally is that of the sample.
    of: fn(&Tally, &Tally) -> Option<f64>,
}

static MEAN: Statistic = Statistic {
    sides: &[],
    one: "observation",
    many: "observations",
    field: "observations",
    signature: "(values, draws, seed)",
    of: |sums, _| sums.mean(0),
};

static PAIRED_DIFF: Statistic = Statistic {
    sides: &[],
    one: "pair",
    many: "pairs",
    field: "observations",
    signature: "(xs, ys, draws, seed)",
    of: |sums, _| sums.mean(0),
};

const CLUSTER_MEAN: Statistic = Statistic {
    sides: &["by_cluster"],
    one: "cluster",
    many: "clusters",
    field: "clusters",
    signature: "(by_cluster, draws, seed)",
    of: |sums, _| sums.mean(0),
};

const CLUSTER_DIFF: Statistic = Statistic {
    sides: &["a_by_cluster", "b_by_cluster"],
    of: |sums, _| Some(sums.mean(0)? - sums.mean(1)?),
    ..CLUSTER_MEAN
};

/// The ratio of the sums. It says nothing where the denominator vanishes or has
/// another sign than over the whole sample.
const CLUSTER_RATIO: Statistic = Statistic {
    sides: &["num_by_cluster", "den_by_cluster"],
    of: |sums, whole| {
        let ([above, below], [_, of_whole]) = (sums.sums, whole.sums);
        let usable = below != 0.0 && (below > 0.0) == (of_whole > 0.0);
        usable.then_some(above / below)
    },
    ..CLUSTER_MEAN
};

struct Bootstrap {
    statistic: &'static Statistic,
    /// The tallies of the units, [`FIELDS`] floats each.
    units: Vec<f64>,
    whole: Tally,
    draws: u64,
    done: u64,
    confidence: f64,
    point: f64,
    /// The statistic of each draw on which it is defined.
    values: Vec<f64>,
    /// The state of a generator.
    rng: Vec<u8>,
}

#[inline(never)]
fn start(
    call: &mut Call<'_, '_>,
    given: &mut Given,
    statistic: &'static Statistic,
) -> Result<Box<dyn Job>, Error> {
    let ([draws, seed], [confidence, ..]) = (given.counts, given.floats);
    let units = if statistic.sides.is_empty() {
        numbers(call, given)?
    } else {
        clusters(call, given, statistic.sides)?
    };
    let count = units.len() / FIELDS;
    if count < 2 {
        let Statistic { one, many, .. } = statistic;
        let parts = [Part::Text(many), Part::of(count), Part::Text(one)];
        let why = "needs at least 2 # to resample, got #; a single # gives the same draw every time and would report a zero-width interval";
        return Err(call.fail(why, &parts));
    }
    check_draws(call, draws, statistic.signature)?;
    call.require_up_to(confidence, 1.0, "confidence must be in [0, 1], got #")?;
    let mut whole = Tally::default();
    for unit in units.as_chunks().0 {
        whole.add(unit);
    }
    let point = (statistic.of)(&whole, &whole).filter(|value| value.is_finite());
    let why = "the statistic is undefined on the sample as walked, so there is nothing to bound";
    let point = call.named(point.ok_or(why))?;
    Ok(Box::new(Bootstrap {
        statistic,
        whole,
        draws,
        done: 0,
        confidence,
        point,
        values: call.vec(usize::try_from(draws).unwrap_or(usize::MAX))?,
        rng: state_of(seed),
        units,
    }))
}

impl Job for Bootstrap {
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool {
        let units = self.units.as_chunks().0;
        call.charge(units.len() * 2);
        let Some(mut rng) = Generator::of(&mut self.rng) else {
            return false;
        };
        // Indices of 32 bits are drawn alike on every platform.
        let count = units.len() as u32;
        let mut sums = Tally::default();
        for _ in 0..count {
            if let Some(unit) = units.get(rng.below(count) as usize) {
                sums.add(unit);
            }
        }
        let value = (self.statistic.of)(&sums, &self.whole).filter(|value| value.is_finite());
        self.values.extend(value);
        self.done += 1;
        self.done < self.draws
    }

    fn finish(&mut self, call: &mut Call<'_, '_>) -> Result<Value, Error> {
        if self.values.is_empty() {
            let why = "all # draws were undefined even though the statistic exists on the whole sample; it rests on too few clusters to resample";
            return Err(call.fail(why, &[Part::Count(self.draws)]));
        }
        call.charge(self.values.len());
        let tail = (1.0 - self.confidence) / 2.0;
        let lower = percentile_of(&self.values, tail * 100.0);
        let upper = percentile_of(&self.values, (1.0 - tail) * 100.0);
        let used = self.values.len() as u64;
        call.record(&[
            ("point", Value::Float(self.point)),
            ("lower", Value::Float(lower)),
            ("upper", Value::Float(upper)),
            ("draws_used", count_value(used)),
            ("undefined_draws", count_value(self.draws - used)),
            (
                self.statistic.field,
                count_value((self.units.len() / FIELDS) as u64),
            ),
        ])
    }
}

/// Refuses too few draws or too many.
#[inline(never)]
pub(super) fn check_draws(call: &Call<'_, '_>, draws: u64, signature: &str) -> Result<(), Error> {
    call.require(draws > 0, "needs at least one draw")?;
    if draws <= MAX_DRAWS {
        return Ok(());
    }
    let parts = [
        Part::Count(MAX_DRAWS),
        Part::Count(draws),
        Part::Text(signature),
    ];
    let why = "draws is capped at #, got #; check the argument order — it is #";
    Err(call.fail(why, &parts))
}

/// Room for the tallies of units.
fn room(call: &mut Call<'_, '_>, units: usize) -> Result<Vec<f64>, Error> {
    Ok(call.vec(units.saturating_mul(FIELDS))?)
}

/// Each number, or the difference of each pair of numbers, as a unit.
fn numbers(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Vec<f64>, Error> {
    let [first, second, _] = given.tables;
    let xs = call.floats(first)?;
    let mut units = room(call, xs.len())?;
    let ys = match second {
        Some(_) => call.floats(second)?,
        None => Vec::new(),
    };
    if second.is_some() && xs.len() != ys.len() {
        let parts = [Part::of(xs.len()), Part::of(ys.len())];
        let why = "xs and ys must be paired element by element: # vs #";
        return Err(call.fail(why, &parts));
    }
    for (at, x) in xs.iter().enumerate() {
        units.extend_from_slice(&[x - ys.get(at).unwrap_or(&0.0), 0.0, 1.0, 0.0]);
    }
    Ok(units)
}

/// Each cluster as a unit, of one list of them or of two; a cluster may be empty.
fn clusters(call: &mut Call<'_, '_>, given: &Given, names: &[&str]) -> Result<Vec<f64>, Error> {
    let count = call.len(given.tables[0]);
    let mut units = room(call, count)?;
    units.resize(count.saturating_mul(FIELDS), 0.0);
    for (side, (name, list)) in names.iter().zip(given.tables).enumerate() {
        let found = call.len(list);
        if found == 0 {
            return Err(call.fail_plain("# holds no clusters", &[Part::Text(name)]));
        }
        for i in 1..=found {
            let (sum, observations) = tally(call, name, list, i)?;
            if let Some(unit) = units.get_mut((i - 1) * FIELDS..i * FIELDS)
                && let Some([sum_of, _, count_of, ..]) = unit.get_mut(side..)
            {
                (*sum_of, *count_of) = (sum, observations);
            }
        }
        if found != count {
            let [first, second] = [names.first(), names.last()].map(|name| *name.unwrap_or(&""));
            let [a, b] = [count, found].map(Part::of);
            let parts = [Part::Text(first), Part::Text(second), a, b];
            let why = "# and # must be indexed by the same clusters: # vs #";
            return Err(call.fail(why, &parts));
        }
    }
    Ok(units)
}

/// The sum of cluster `i` of a list, and how many observations it has.
fn tally(
    call: &mut Call<'_, '_>,
    name: &str,
    list: Option<TableId>,
    i: usize,
) -> Result<(f64, f64), Error> {
    let Value::Table(cluster) = call.element(list, i) else {
        let parts = [Part::Text(name), Part::of(i)];
        return Err(call.fail_plain("#[#] is not a table of observations", &parts));
    };
    let len = call.len(Some(cluster));
    call.charge(len / 2 + 1);
    let mut sum = 0.0;
    for j in 1..=len {
        let found = args::to_f64(call.ctx.heap, call.element(Some(cluster), j));
        let value = found.as_ref().map_or(f64::NAN, |value| *value);
        if !value.is_finite() {
            let why = match found {
                Ok(_) => "#[#][#] is # (NaN/Infinity not allowed)",
                Err(_) => "#[#][#] is not a number",
            };
            let (i, j) = (Part::of(i), Part::of(j));
            return Err(call.fail_plain(why, &[Part::Text(name), i, j, Part::Float(value)]));
        }
        sum += value;
    }
    Ok((sum, len as f64))
}
