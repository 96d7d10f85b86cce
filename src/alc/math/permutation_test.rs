//! A test of the difference of two means by relabelling the observations.

use crate::lua::error::Error;
use crate::lua::value::{TableId, Value};

use super::super::args;
use super::bootstrap::check_draws;
use super::call::{Call, Given, Part, count_value};
use super::descriptive::{mean_of, sum_of};
use super::generator::{Generator, state_of};
use super::job::Job;

/// Which differences count as extreme.
#[derive(Clone, Copy)]
enum Alternative {
    TwoSided,
    Greater,
    Less,
}

const ALTERNATIVES: [(&str, Alternative); 3] = [
    ("two_sided", Alternative::TwoSided),
    ("greater", Alternative::Greater),
    ("less", Alternative::Less),
];

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

/// `permutation_test(xs, ys, draws, seed, [{alternative}])`: `{observed, p_value,
/// extreme_draws, draws}`.
pub(super) fn permutation_test(
    call: &mut Call<'_, '_>,
    given: &mut Given,
) -> Result<Box<dyn Job>, Error> {
    let ([draws, seed], [.., options]) = (given.counts, given.tables);
    let alternative = match options {
        Some(options) => alternative(call, options)?,
        None => Alternative::TwoSided,
    };
    check_draws(call, draws, "(xs, ys, draws, seed)")?;
    let (xs, ys) = (&given.xs, &given.ys);
    let observed = mean_of(xs) - mean_of(ys);
    let pool = call.pooled(given)?;
    let n = pool.len() as f64;
    let scale = pool.iter().map(|value| value.abs()).sum::<f64>() / n;
    Ok(Box::new(Permutations {
        first: xs.len(),
        sum: sum_of(&pool),
        observed,
        slack: 4.0 * n * f64::EPSILON * (observed.abs() + scale),
        alternative,
        draws,
        done: 0,
        extreme: 0,
        rng: state_of(seed),
        pool,
    }))
}

impl Job for Permutations {
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool {
        call.charge(self.pool.len() * 2);
        let Some(mut rng) = Generator::of(&mut self.rng) else {
            return false;
        };
        let second = self.pool.len() - self.first;
        // As many random elements as the second group has are put at the end. The
        // first group is what they leave.
        rng.shuffle_tail(&mut self.pool, self.first);
        let sum = sum_of(self.pool.get(..self.first).unwrap_or_default());
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
            let why = "unknown option \"#\"; the only option is \"alternative\"";
            return Err(call.fail(why, &[Part::Text(&text)]));
        }
        key = name;
    }
    let value = args::field(call.ctx.heap, options, "alternative");
    if value.is_nil() {
        return Ok(Alternative::TwoSided);
    }
    let text = match args::to_text(call.ctx.heap, value) {
        Ok(text) => text,
        Err(why) => return Err(call.fail("alternative: #", &[Part::Text(&why.to_string())])),
    };
    for (name, alternative) in ALTERNATIVES {
        if text == name {
            return Ok(alternative);
        }
    }
    let why = "alternative must be \"two_sided\", \"greater\" or \"less\", got \"#\"";
    Err(call.fail(why, &[Part::Text(&text)]))
}
