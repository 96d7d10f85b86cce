//! A test of the difference of two means by relabelling the observations.

use rand::seq::SliceRandom;

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{TableId, Value};

use super::super::args;
use super::call::{Call, count_value, fail_in};
use super::descriptive::mean_of;
use super::generator::{Generator, state_of};
use super::job::{self, Job};

const NAME: &str = "permutation_test";

/// The most draws, so that a seed in their place is noticed.
const MAX_DRAWS: u64 = 10_000_000;

/// `permutation_test(xs, ys, draws, seed, [{alternative}])`: `{observed, p_value,
/// extreme_draws, draws}`.
pub(super) fn permutation_test(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    job::run(ctx, start)
}

/// Which differences count as extreme.
#[derive(Clone, Copy)]
enum Alternative {
    TwoSided,
    Greater,
    Less,
}

struct Permutations {
    /// All observations.
    pool: Vec<f64>,
    /// How many of them the first group has.
    first: usize,
    sum: f64,
    observed: f64,
    /// Differences that rounding alone may make.
    slack: f64,
    alternative: Alternative,
    draws: u64,
    done: u64,
    extreme: u64,
    /// The state of a generator.
    rng: Vec<u8>,
}

fn start(call: &mut Call<'_, '_>) -> Result<Permutations, Error> {
    let lists = (call.table(1)?, call.table(2)?);
    let (draws, seed) = (call.count(3)?, call.u64(4)?);
    let options = call.opt_table(5)?;
    let (xs, ys) = (call.floats(lists.0)?, call.floats(lists.1)?);
    let alternative = match options {
        Some(options) => alternative(call, options)?,
        None => Alternative::TwoSided,
    };
    if draws == 0 {
        return Err(fail_in(NAME, &"needs at least one draw"));
    }
    if draws > MAX_DRAWS {
        let why = format!(
            "draws is capped at {MAX_DRAWS}, got {draws}; check the argument order — it is (xs, ys, draws, seed)"
        );
        return Err(fail_in(NAME, &why));
    }
    let observed = mean_of(&xs) - mean_of(&ys);
    let mut pool = call.vec(xs.len() + ys.len())?;
    pool.extend_from_slice(&xs);
    pool.extend_from_slice(&ys);
    let n = pool.len() as f64;
    let scale = pool.iter().map(|value| value.abs()).sum::<f64>() / n;
    Ok(Permutations {
        first: xs.len(),
        sum: pool.iter().sum(),
        observed,
        slack: 4.0 * n * f64::EPSILON * (observed.abs() + scale),
        alternative,
        draws,
        done: 0,
        extreme: 0,
        rng: state_of(seed),
        pool,
    })
}

impl Job for Permutations {
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool {
        call.ctx.charge(self.pool.len() * 2);
        let Some(mut rng) = Generator::of(&mut self.rng) else {
            return false;
        };
        let second = self.pool.len() - self.first;
        // The shuffle puts as many random elements at the end as are asked for:
        // the second group. The first is what they leave.
        let (_, first) = self.pool.partial_shuffle(&mut rng, second);
        let sum: f64 = first.iter().sum();
        let difference = sum / self.first as f64 - (self.sum - sum) / second as f64;
        let extreme = match self.alternative {
            Alternative::TwoSided => difference.abs() >= self.observed.abs() - self.slack,
            Alternative::Greater => difference >= self.observed - self.slack,
            Alternative::Less => difference <= self.observed + self.slack,
        };
        self.extreme += u64::from(extreme);
        self.done += 1;
        self.done < self.draws
    }

    fn finish(&mut self, call: &mut Call<'_, '_>) -> Result<Value, Error> {
        // What was observed is a permutation too. Source: B. Phipson and G. K.
        // Smyth, "Permutation p-values should never be zero", 2010.
        let p = (1 + self.extreme) as f64 / (1 + self.draws) as f64;
        call.record(&[
            ("observed", Value::Float(self.observed)),
            ("p_value", Value::Float(p)),
            ("extreme_draws", count_value(self.extreme)),
            ("draws", count_value(self.draws)),
        ])
    }
}

/// The only option there is.
fn alternative(call: &mut Call<'_, '_>, options: TableId) -> Result<Alternative, Error> {
    let mut key = Value::Nil;
    loop {
        let heap = &*call.ctx.heap;
        let next = heap.table(options).next(key, &heap.strings);
        let Ok(Some((name, _))) = next else { break };
        let text = args::to_text(heap, name).unwrap_or_else(|_| args::type_name(name).into());
        if text != "alternative" {
            let why = format!("unknown option \"{text}\"; the only option is \"alternative\"");
            return Err(fail_in(NAME, &why));
        }
        key = name;
    }
    let value = args::field(call.ctx.heap, options, "alternative");
    if value.is_nil() {
        return Ok(Alternative::TwoSided);
    }
    let text = args::to_text(call.ctx.heap, value)
        .map_err(|why| fail_in(NAME, &format_args!("alternative: {why}")))?;
    match text.as_str() {
        "two_sided" => Ok(Alternative::TwoSided),
        "greater" => Ok(Alternative::Greater),
        "less" => Ok(Alternative::Less),
        other => {
            let why = format!(
                "alternative must be \"two_sided\", \"greater\" or \"less\", got \"{other}\""
            );
            Err(fail_in(NAME, &why))
        }
    }
}
