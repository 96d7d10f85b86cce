//! Percentile intervals by resampling with replacement.
//!
//! Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979.

use rand::Rng;

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::text::float_text::Shortest;
use crate::lua::value::{TableId, Value};

use super::super::args;
use super::call::{Call, count_value, fail, fail_in, fail_with};
use super::descriptive::percentile_of;
use super::generator::{Generator, state_of};
use super::job::{self, Job};

/// The most draws, so that a seed in their place is noticed.
const MAX_DRAWS: u64 = 10_000_000;
/// The confidence of an interval unless the caller names one.
const CONFIDENCE: f64 = 0.95;

/// `bootstrap_mean(values, draws, seed, [confidence])`.
pub(super) fn mean(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, |call| start(call, &MEAN))
}

/// `paired_bootstrap_diff(xs, ys, draws, seed, [confidence])`.
pub(super) fn paired_diff(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, |call| start(call, &PAIRED_DIFF))
}

/// `cluster_bootstrap_mean(by_cluster, draws, seed, [confidence])`.
pub(super) fn cluster_mean(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, |call| start(call, &CLUSTER_MEAN))
}

/// `cluster_bootstrap_diff(a_by_cluster, b_by_cluster, draws, seed, [confidence])`.
pub(super) fn cluster_diff(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, |call| start(call, &CLUSTER_DIFF))
}

/// `cluster_bootstrap_ratio(num_by_cluster, den_by_cluster, draws, seed,
/// [confidence])`.
pub(super) fn cluster_ratio(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, |call| start(call, &CLUSTER_RATIO))
}

/// Sum and number of some observations.
#[derive(Clone, Copy, Default)]
struct Tally {
    sum: f64,
    count: u64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.sum += other.sum;
        self.count += other.count;
    }

    /// The mean; none of nothing.
    fn mean(self) -> Option<f64> {
        (self.count > 0).then_some(self.sum / self.count as f64)
    }
}

/// A unit that is drawn as a whole; the second tally is of the other side.
type Unit = (Tally, Tally);

/// What is resampled, and what is computed of it.
struct Statistic {
    name: &'static str,
    /// How many lists come before `draws`.
    lists: usize,
    /// The name of one unit, of many, and of their number in the result.
    one: &'static str,
    many: &'static str,
    field: &'static str,
    signature: &'static str,
    read: fn(&mut Call<'_, '_>) -> Result<Vec<Unit>, Error>,
    /// The statistic of the sums over a draw; the second are those over the sample.
    of: fn(Unit, Unit) -> Option<f64>,
}

struct Bootstrap {
    statistic: &'static Statistic,
    units: Vec<Unit>,
    whole: Unit,
    draws: u64,
    done: u64,
    confidence: f64,
    point: f64,
    /// The statistic of each draw on which it is defined.
    values: Vec<f64>,
    /// The state of a generator.
    rng: Vec<u8>,
}

fn start(call: &mut Call<'_, '_>, statistic: &'static Statistic) -> Result<Bootstrap, Error> {
    let lists = statistic.lists;
    // All arguments are converted before one of them is looked into.
    for index in 1..=lists {
        call.table(index)?;
    }
    let draws = call.count(lists + 1)?;
    let seed = call.u64(lists + 2)?;
    let confidence = call.float_or(lists + 3, CONFIDENCE)?;
    let units = (statistic.read)(call)?;
    check(statistic, units.len(), draws, confidence)?;
    let whole = units.iter().fold(Unit::default(), |mut sums, unit| {
        sums.0.add(unit.0);
        sums.1.add(unit.1);
        sums
    });
    let point = (statistic.of)(whole, whole).filter(|value| value.is_finite());
    let point = point.ok_or_else(|| {
        let why =
            "the statistic is undefined on the sample as walked, so there is nothing to bound";
        fail_in(statistic.name, &why)
    })?;
    Ok(Bootstrap {
        statistic,
        whole,
        draws,
        done: 0,
        confidence,
        point,
        values: call.vec(usize::try_from(draws).unwrap_or(usize::MAX))?,
        rng: state_of(seed),
        units,
    })
}

impl Job for Bootstrap {
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool {
        call.ctx.charge(self.units.len() * 2);
        let Some(mut rng) = Generator::of(&mut self.rng) else {
            return false;
        };
        // Indices of 32 bits are drawn alike on every platform.
        let count = self.units.len() as u32;
        let mut sums = Unit::default();
        for _ in 0..count {
            let at = rng.random_range(0..count);
            if let Some(unit) = self.units.get(at as usize) {
                sums.0.add(unit.0);
                sums.1.add(unit.1);
            }
        }
        let value = (self.statistic.of)(sums, self.whole).filter(|value| value.is_finite());
        self.values.extend(value);
        self.done += 1;
        self.done < self.draws
    }

    fn finish(&mut self, call: &mut Call<'_, '_>) -> Result<Value, Error> {
        if self.values.is_empty() {
            let draws = self.draws;
            let why = format!(
                "all {draws} draws were undefined even though the statistic exists on the whole sample; it rests on too few clusters to resample"
            );
            return Err(fail_in(self.statistic.name, &why));
        }
        call.ctx.charge(self.values.len());
        let tail = (1.0 - self.confidence) / 2.0;
        let lower = percentile_of(&mut self.values, tail * 100.0);
        let upper = percentile_of(&mut self.values, (1.0 - tail) * 100.0);
        let used = self.values.len() as u64;
        call.record(&[
            ("point", Value::Float(self.point)),
            ("lower", Value::Float(lower)),
            ("upper", Value::Float(upper)),
            ("draws_used", count_value(used)),
            ("undefined_draws", count_value(self.draws - used)),
            (self.statistic.field, count_value(self.units.len() as u64)),
        ])
    }
}

fn check(statistic: &Statistic, units: usize, draws: u64, confidence: f64) -> Result<(), Error> {
    let Statistic {
        one,
        many,
        signature,
        ..
    } = statistic;
    let why = if units < 2 {
        format!(
            "needs at least 2 {many} to resample, got {units}; a single {one} gives the same draw every time and would report a zero-width interval"
        )
    } else if draws == 0 {
        "needs at least one draw".into()
    } else if draws > MAX_DRAWS {
        format!(
            "draws is capped at {MAX_DRAWS}, got {draws}; check the argument order — it is {signature}"
        )
    } else if !(0.0..=1.0).contains(&confidence) {
        format!("confidence must be in [0, 1], got {}", Shortest(confidence))
    } else {
        return Ok(());
    };
    Err(fail_in(statistic.name, &why))
}

/// Each value as a unit of its own.
fn single(value: f64) -> Unit {
    let tally = Tally {
        sum: value,
        count: 1,
    };
    (tally, Tally::default())
}

static MEAN: Statistic = Statistic {
    name: "bootstrap_mean",
    lists: 1,
    one: "observation",
    many: "observations",
    field: "observations",
    signature: "(values, draws, seed)",
    read: |call| {
        let list = call.table(1)?;
        let values = call.floats(list)?;
        let mut units = call.vec(values.len())?;
        units.extend(values.iter().map(|&value| single(value)));
        Ok(units)
    },
    of: |sums, _| sums.0.mean(),
};

static PAIRED_DIFF: Statistic = Statistic {
    name: "paired_bootstrap_diff",
    lists: 2,
    one: "pair",
    many: "pairs",
    field: "observations",
    signature: "(xs, ys, draws, seed)",
    read: |call| {
        let (xs, ys) = call.two_lists(1)?;
        if xs.len() != ys.len() {
            let (xs, ys) = (xs.len(), ys.len());
            let why = format!("xs and ys must be paired element by element: {xs} vs {ys}");
            return Err(fail_in(PAIRED_DIFF.name, &why));
        }
        let mut units = call.vec(xs.len())?;
        units.extend(xs.iter().zip(&ys).map(|(x, y)| single(x - y)));
        Ok(units)
    },
    of: |sums, _| sums.0.mean(),
};

const CLUSTER_MEAN: Statistic = Statistic {
    name: "cluster_bootstrap_mean",
    lists: 1,
    one: "cluster",
    many: "clusters",
    field: "clusters",
    signature: "(by_cluster, draws, seed)",
    read: |call| {
        let list = call.table(1)?;
        let tallies = clusters(call, list, "by_cluster")?;
        let mut units = call.vec(tallies.len())?;
        units.extend(tallies.iter().map(|&tally| (tally, Tally::default())));
        Ok(units)
    },
    of: |sums, _| sums.0.mean(),
};

const CLUSTER_DIFF: Statistic = Statistic {
    name: "cluster_bootstrap_diff",
    lists: 2,
    read: |call| both(call, CLUSTER_DIFF.name, ["a_by_cluster", "b_by_cluster"]),
    of: |sums, _| Some(sums.0.mean()? - sums.1.mean()?),
    ..CLUSTER_MEAN
};

/// The ratio of the sums. It says nothing where the denominator vanishes or has
/// another sign than over the whole sample.
const CLUSTER_RATIO: Statistic = Statistic {
    name: "cluster_bootstrap_ratio",
    lists: 2,
    read: |call| {
        both(
            call,
            CLUSTER_RATIO.name,
            ["num_by_cluster", "den_by_cluster"],
        )
    },
    of: |sums, whole| {
        let below = sums.1.sum;
        let usable = below != 0.0 && (below > 0.0) == (whole.1.sum > 0.0);
        usable.then_some(sums.0.sum / below)
    },
    ..CLUSTER_MEAN
};

/// The tallies of a list of lists, which may be empty.
fn clusters(call: &mut Call<'_, '_>, list: TableId, side: &str) -> Result<Vec<Tally>, Error> {
    let count = call.len(list);
    if count == 0 {
        return Err(fail_with(format_args!("{side} holds no clusters")));
    }
    let mut tallies = call.vec(count)?;
    for i in 1..=count {
        let Value::Table(cluster) = call.element(list, i) else {
            let why = format!("{side}[{i}] is not a table of observations");
            return Err(fail(&why));
        };
        let mut tally = Tally::default();
        let len = call.len(cluster);
        call.ctx.charge(len / 2 + 1);
        for j in 1..=len {
            let value = call.element(cluster, j);
            let Ok(value) = args::to_f64(call.ctx.heap, value) else {
                return Err(fail_with(format_args!("{side}[{i}][{j}] is not a number")));
            };
            if !value.is_finite() {
                let value = Shortest(value);
                let why = format!("{side}[{i}][{j}] is {value} (NaN/Infinity not allowed)");
                return Err(fail(&why));
            }
            tally.add(Tally {
                sum: value,
                count: 1,
            });
        }
        tallies.push(tally);
    }
    Ok(tallies)
}

/// The tallies of two lists of the same clusters.
fn both(call: &mut Call<'_, '_>, name: &str, sides: [&str; 2]) -> Result<Vec<Unit>, Error> {
    let (first, second) = (call.table(1)?, call.table(2)?);
    let [left, right] = sides;
    let first = clusters(call, first, left)?;
    let second = clusters(call, second, right)?;
    if first.len() != second.len() {
        let (a, b) = (first.len(), second.len());
        let why = format!("{left} and {right} must be indexed by the same clusters: {a} vs {b}");
        return Err(fail_in(name, &why));
    }
    let mut units = call.vec(first.len())?;
    units.extend(first.into_iter().zip(second));
    Ok(units)
}
