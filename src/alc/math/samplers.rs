//! Random numbers of twelve distributions, by the algorithms of `rand_distr`.

use std::fmt::Display;

use rand::distr::weighted::WeightedIndex;
use rand::distr::{Distribution, Uniform};
use rand::{Rng, RngCore};
use rand_distr::{Beta, Binomial, ChiSquared, Exp, Gamma, LogNormal, Normal, Poisson, StudentT};

use crate::lua::error::Error;
use crate::lua::value::{DataId, Value};

use super::call::{Call, count_value, fail, fail_in};
use super::generator::Generator;

/// What a sampler costs on average.
const PRICE: usize = 8;

fn draw<D: Distribution<f64>, E: Display>(
    call: &mut Call<'_, '_>,
    name: &str,
    generator: DataId,
    made: Result<D, E>,
) -> Result<f64, Error> {
    let distribution = made.map_err(|why| fail_in(name, &why))?;
    call.ctx.charge(PRICE);
    Ok(call.generator(generator)?.sample(distribution))
}

/// `normal_sample(rng, mean, stddev)`.
pub(super) fn normal(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Normal::new(call.float(2)?, call.float(3)?);
    Ok(Value::Float(draw(call, "normal_sample", id, made)?))
}

/// `beta_sample(rng, alpha, beta)`.
pub(super) fn beta(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Beta::new(call.float(2)?, call.float(3)?);
    Ok(Value::Float(draw(call, "beta_sample", id, made)?))
}

/// `gamma_sample(rng, shape, scale)`.
pub(super) fn gamma(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Gamma::new(call.float(2)?, call.float(3)?);
    Ok(Value::Float(draw(call, "gamma_sample", id, made)?))
}

/// `exp_sample(rng, lambda)`.
pub(super) fn exponential(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Exp::new(call.float(2)?);
    Ok(Value::Float(draw(call, "exp_sample", id, made)?))
}

/// `uniform_sample(rng, low, high)`: `high` is excluded.
pub(super) fn uniform(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Uniform::new(call.float(2)?, call.float(3)?);
    Ok(Value::Float(draw(call, "uniform_sample", id, made)?))
}

/// `lognormal_sample(rng, mu, sigma)`.
pub(super) fn lognormal(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = LogNormal::new(call.float(2)?, call.float(3)?);
    Ok(Value::Float(draw(call, "lognormal_sample", id, made)?))
}

/// `student_t_sample(rng, df)`.
pub(super) fn student_t(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = StudentT::new(call.float(2)?);
    Ok(Value::Float(draw(call, "student_t_sample", id, made)?))
}

/// `chi_squared_sample(rng, df)`.
pub(super) fn chi_squared(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = ChiSquared::new(call.float(2)?);
    Ok(Value::Float(draw(call, "chi_squared_sample", id, made)?))
}

/// `poisson_sample(rng, lambda)`: an integer.
pub(super) fn poisson(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let made = Poisson::new(call.float(2)?);
    let value = draw(call, "poisson_sample", id, made)?.round().max(0.0);
    // The conversion keeps to the range of the integers.
    Ok(count_value(value as u64))
}

/// The most trials of [`binomial`]; counts beyond are no longer exact as floats.
const MAX_TRIALS: u64 = 1 << 53;

/// `binomial_sample(rng, n, p)`: how many of `n` trials succeed.
pub(super) fn binomial(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let id = call.generator_id(1)?;
    let (n, p) = (call.u64(2)?, call.float(3)?);
    if n > MAX_TRIALS {
        let why = format!("n must be at most {MAX_TRIALS}, got {n}");
        return Err(fail_in("binomial_sample", &why));
    }
    // The crate draws failures where successes are likelier. Doing so here keeps
    // its subtraction, which could wrap in the far tail, out of the way.
    let flipped = p > 0.5 && p < 1.0;
    let rare = if flipped { 1.0 - p } else { p };
    let made = Binomial::new(n, rare).map_err(|why| fail_in("binomial_sample", &why))?;
    call.ctx.charge(PRICE * 2);
    let drawn: u64 = made.sample(&mut NeverZero(call.generator(id)?)).min(n);
    Ok(count_value(if flipped { n - drawn } else { drawn }))
}

/// A source whose floats are never zero. The logarithm of one would take the
/// binomial sampler out of the range of the integers, where the crate panics.
struct NeverZero<'a>(Generator<'a>);

impl RngCore for NeverZero<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        // Floats are made of the upper 52 bits.
        match self.0.next_u64() {
            bits if bits >> 12 == 0 => 1 << 12,
            bits => bits,
        }
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill_bytes(dest);
    }
}

/// `dirichlet_sample(rng, alphas)`: probabilities, as many as `alphas`.
pub(super) fn dirichlet(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "dirichlet_sample";
    let id = call.generator_id(1)?;
    let alphas = call.table(2)?;
    if call.len(alphas) < 2 {
        return Err(fail_in(NAME, &"need at least 2 alpha values"));
    }
    let alphas = call.any_floats(alphas)?;
    let mut shares = call.vec(alphas.len())?;
    let result = call.new_list(alphas.len())?;
    let mut sum = 0.0;
    for &alpha in &alphas {
        let share = draw(call, NAME, id, Gamma::new(alpha, 1.0))?;
        sum += share;
        shares.push(share);
    }
    if sum == 0.0 {
        return Err(fail_in(
            NAME,
            &"gamma samples sum to zero (alpha values too small?)",
        ));
    }
    for (index, share) in (1..).zip(shares) {
        let value = Value::Float(share / sum);
        call.ctx.heap.raw_set_int(result, index, value)?;
    }
    Ok(Value::Table(result))
}

/// `categorical_sample(rng, weights)`: the index of a weight, from 1.
pub(super) fn categorical(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    const NAME: &str = "categorical_sample";
    let id = call.generator_id(1)?;
    let weights = call.table(2)?;
    if call.len(weights) == 0 {
        return Err(fail_in(NAME, &"need at least 1 weight"));
    }
    let weights = call.any_floats(weights)?;
    // The crate takes an infinite sum for a bug of its caller.
    if weights.iter().sum::<f64>() == f64::INFINITY {
        return Err(fail_in(NAME, &"Overflow when summing weights"));
    }
    // The running sums.
    call.borrow(8 * weights.len() as u64)?;
    let made = WeightedIndex::new(&weights).map_err(|why| fail_in(NAME, &why))?;
    call.ctx.charge(PRICE + weights.len() / 2);
    let index = made.sample(&mut call.generator(id)?);
    i64::try_from(index + 1)
        .map(Value::Int)
        .map_err(|_| fail("too many weights"))
}
