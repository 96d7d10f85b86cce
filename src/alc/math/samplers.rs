//! Random numbers of twelve distributions, draw for draw those of `rand_distr` 0.5.

use libm::{exp, log, pow};

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::binomial::draw_binomial;
use super::call::{Call, Check, Formula, Given, Work, count_value};
use super::generator::{Generator, from_one};
use super::poisson::draw_poisson;
use super::ziggurat::{standard_exponential, standard_normal};

/// What a sampler costs on average, with its generator.
const PRICE: u16 = 8;

/// A formula that draws.
const fn drawn(checks: &'static [Check], draw: fn(&mut Generator<'_>, [f64; 3]) -> f64) -> Formula {
    Formula {
        checks,
        price: PRICE,
        work: Work::Draw(draw),
    }
}

const HAS_SPREAD: Check = (
    |[_, spread, _]| spread.is_finite(),
    "variation parameter is non-finite in (log)normal distribution",
);
const HAS_FREEDOM: Check = (
    |[freedom, ..]| 0.5 * freedom > 0.0,
    "degrees-of-freedom k is not positive in chi-squared distribution",
);

/// `normal_sample(rng, mean, stddev)`.
pub(super) const NORMAL: Formula = drawn(&[HAS_SPREAD], draw_normal);

/// `lognormal_sample(rng, mu, sigma)`.
pub(super) const LOGNORMAL: Formula =
    drawn(&[HAS_SPREAD], |rng, shape| exp(draw_normal(rng, shape)));

fn draw_normal(rng: &mut Generator<'_>, [mean, stddev, _]: [f64; 3]) -> f64 {
    mean + stddev * standard_normal(rng)
}

/// `beta_sample(rng, alpha, beta)`.
pub(super) const BETA: Formula = drawn(
    &[
        (
            |[alpha, ..]| alpha > 0.0,
            "alpha is not positive in beta distribution",
        ),
        (
            |[_, beta, _]| beta > 0.0,
            "beta is not positive in beta distribution",
        ),
    ],
    |rng, [alpha, beta, _]| draw_beta(rng, alpha, beta),
);

/// `gamma_sample(rng, shape, scale)`.
pub(super) const GAMMA: Formula = drawn(
    &[
        (
            |[shape, ..]| shape > 0.0,
            "shape is not positive in gamma distribution",
        ),
        (
            |[_, scale, _]| scale > 0.0,
            "scale is not positive in gamma distribution",
        ),
    ],
    |rng, [shape, scale, _]| draw_gamma(rng, shape, scale),
);

/// `exp_sample(rng, lambda)`.
pub(super) const EXPONENTIAL: Formula = drawn(
    &[(
        |[lambda, ..]| lambda >= 0.0,
        "lambda is negative or NaN in exponential distribution",
    )],
    |rng, [lambda, ..]| standard_exponential(rng) * (1.0 / lambda),
);

/// `uniform_sample(rng, low, high)`: `high` is excluded.
pub(super) const UNIFORM: Formula = drawn(
    &[
        (
            |[low, high, _]| low < high,
            "low > high (or equal if exclusive) in uniform distribution",
        ),
        (
            |[low, high, _]| (high - low).is_finite(),
            "Non-finite range in uniform distribution",
        ),
    ],
    |rng, [low, high, _]| between(rng.next_u64(), low, high),
);

/// `chi_squared_sample(rng, df)`.
pub(super) const CHI_SQUARED: Formula = drawn(&[HAS_FREEDOM], |rng, [freedom, ..]| {
    draw_chi_squared(rng, freedom)
});

/// `student_t_sample(rng, df)`.
pub(super) const STUDENT_T: Formula = drawn(&[HAS_FREEDOM], |rng, [freedom, ..]| {
    let normal = standard_normal(rng);
    normal * (freedom / draw_chi_squared(rng, freedom)).sqrt()
});

/// `poisson_sample(rng, lambda)`: an integer.
pub(super) const POISSON: Formula = Formula {
    checks: &[
        (
            |[lambda, ..]| lambda.is_finite(),
            "lambda is infinite or nan in Poisson distribution",
        ),
        (
            |[lambda, ..]| lambda > 0.0,
            "lambda is not positive in Poisson distribution",
        ),
        // Beyond this the results would not all be integers of 64 bits.
        (
            |[lambda, ..]| lambda <= 1.844e19,
            "lambda is too large in Poisson distribution, see Poisson::MAX_LAMBDA",
        ),
    ],
    price: PRICE,
    work: Work::Count(|rng, [lambda, ..]| draw_poisson(rng, lambda)),
};

/// A float from `low` (included) to `high` (excluded) of random bits.
pub(super) fn between(bits: u64, low: f64, high: f64) -> f64 {
    let mut width = high - low;
    // Rounding must not reach beyond the end.
    while width * (1.0 - f64::EPSILON) + low > high {
        width = width.next_down();
    }
    (from_one(bits) - 1.0) * width + low
}

fn draw_chi_squared(rng: &mut Generator<'_>, freedom: f64) -> f64 {
    if freedom == 1.0 {
        let normal = standard_normal(rng);
        return normal * normal;
    }
    draw_gamma(rng, 0.5 * freedom, 2.0)
}

/// Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
/// variables", 2000.
#[inline(never)]
fn draw_gamma(rng: &mut Generator<'_>, shape: f64, scale: f64) -> f64 {
    if shape == 1.0 {
        return standard_exponential(rng) * (1.0 / (1.0 / scale));
    }
    if shape < 1.0 {
        let u = rng.open_float();
        return draw_large_gamma(rng, shape + 1.0, scale) * pow(u, 1.0 / shape);
    }
    draw_large_gamma(rng, shape, scale)
}

fn draw_large_gamma(rng: &mut Generator<'_>, shape: f64, scale: f64) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = standard_normal(rng);
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let u = rng.open_float();
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square || log(u) < 0.5 * square + d * (1.0 - v + log(v)) {
            return d * v * scale;
        }
    }
}

/// Source: R. C. H. Cheng, "Generating beta variates with nonintegral shape
/// parameters", 1978: algorithm BB where both shapes are above 1, else BC. The
/// letters are those of the paper.
#[inline(never)]
fn draw_beta(rng: &mut Generator<'_>, first: f64, second: f64) -> f64 {
    const LN_4: f64 = 2.0 * std::f64::consts::LN_2;
    const LN_5: f64 = 1.609_437_912_434_100_3;
    let (smaller, larger) = (first.min(second), first.max(second));
    let alpha = smaller + larger;
    let both_large = smaller > 1.0;
    let (a, b) = if both_large {
        (smaller, larger)
    } else {
        (larger, smaller)
    };
    let beta = if both_large {
        ((alpha - 2.0) / (2.0 * a * b - alpha)).sqrt()
    } else {
        1.0 / b
    };
    let w = loop {
        let (u1, u2) = (rng.open_float(), rng.open_float());
        let v = beta * log(u1 / (1.0 - u1));
        let w = a * exp(v);
        let mut z = u1 * u1 * u2;
        if both_large {
            let r = (a + 1.0 / beta) * v - LN_4;
            let s = a + r - w;
            let t = log(z);
            let quick = s + 1.0 + LN_5 >= 5.0 * z || s >= t;
            let above = r + alpha * log(alpha / (b + w)) < t;
            if quick || !above {
                break w;
            }
            continue;
        }
        let delta = 1.0 + a - b;
        if u1 < 0.5 {
            let kappa =
                delta * (1.0 / 18.0 / 4.0 + 3.0 / 18.0 / 4.0 * b) / (a * beta - 14.0 / 18.0);
            let y = u1 * u2;
            z = u1 * y;
            if 0.25 * u2 + z - y >= kappa {
                continue;
            }
        } else {
            if z <= 0.25 {
                break w;
            }
            if z >= 0.25 + (0.5 + 0.25 / delta) * b {
                continue;
            }
        }
        let above = alpha * (log(alpha / (b + w)) + v) - LN_4 < log(z);
        if !above {
            break w;
        }
    };
    // Whether the fraction is that of the first shape or of the second.
    if (first < second) == both_large {
        if w == f64::INFINITY {
            return 1.0;
        }
        w / (b + w)
    } else {
        b / (b + w)
    }
}

/// `binomial_sample(rng, n, p)`: how many of `n` trials succeed.
pub(super) fn binomial(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    /// Counts beyond are no longer exact as floats.
    const MAX: u64 = 1 << 53;
    let ([n, _], [p, ..]) = (given.counts, given.floats);
    if n > MAX {
        let parts = [count_value(MAX), count_value(n)];
        return Err(call.fail("n must be at most #, got #", &parts));
    }
    call.require(p >= 0.0, "p < 0 or is NaN in binomial distribution")?;
    call.require(p <= 1.0, "p > 1 in binomial distribution")?;
    call.charge(PRICE.into());
    let flipped = p > 0.5;
    // Failures are drawn where successes are likelier.
    let rare = if flipped { 1.0 - p } else { p };
    let drawn = draw_binomial(&mut call.generator(given)?, n, rare).min(n);
    Ok(count_value(if flipped { n - drawn } else { drawn }))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::generator::state_of;
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::{Beta, ChiSquared, Distribution, Gamma, Poisson, Uniform};

    const SHAPES: [f64; 14] = [
        1e-300, 1e-10, 0.2, 0.5, 0.99, 1.0, 1.000_001, 1.5, 2.0, 11.9, 12.0, 40.0, 1e4, 1e12,
    ];

    /// Draws by both ways side by side. The crate takes exp, ln and pow from the C
    /// library, so the last bits of a number may differ, but not which numbers are
    /// kept: then all that follow would be others.
    fn compare<D: Distribution<f64>>(theirs: D, ours: impl Fn(&mut Generator<'_>) -> f64) {
        for seed in 0..3 {
            let (mut state, mut source) = (state_of(seed), StdRng::seed_from_u64(seed));
            let mut rng = Generator::of(&mut state).unwrap();
            for _ in 0..700 {
                let (a, b) = (ours(&mut rng), source.sample(&theirs));
                assert!(a == b || (a / b - 1.0).abs() < 1e-13, "{a} {b}");
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_crates() {
        for a in SHAPES {
            compare(ChiSquared::new(a).unwrap(), |rng| draw_chi_squared(rng, a));
            compare(Poisson::new(a).unwrap(), |rng| draw_poisson(rng, a));
            for b in SHAPES {
                compare(Gamma::new(a, b).unwrap(), |rng| draw_gamma(rng, a, b));
                compare(Beta::new(a, b).unwrap(), |rng| draw_beta(rng, a, b));
                for (low, high) in [(-a, b), (a, a + b)] {
                    if low < high {
                        let theirs = Uniform::new(low, high).unwrap();
                        compare(theirs, |rng| between(rng.next_u64(), low, high));
                    }
                }
            }
        }
    }
}
