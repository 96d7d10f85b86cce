//! `alc.math`: random numbers, statistics, tests, information theory.
//!
//! The functions, their arguments, results and error texts are those of
//! `mlua-mathlib` 0.7, which native algocline shows under the same name. Random
//! numbers are equal to its own bit by bit: they come from the same algorithms, from
//! ChaCha12 seeded in the same way. `docs/alc-math.md` lists every function.
//!
//! What is called often, or has long loops, is native, and never calls Lua; the rest is
//! written in Lua. Memory is charged before it is taken.

mod binomial;
mod call;
mod chacha;
mod descriptive;
mod distributions;
mod error_function;
mod generator;
mod poisson;
mod resampling;
mod rng;
mod samplers;
mod sorting;
mod special;
mod special_beta;
mod special_gamma;
mod ziggurat;

use crate::lua::account::OutOfMemory;
use crate::lua::library::{Builder, Group};
use crate::lua::natives;
use crate::lua::value::{TableId, Value};

use call::{Body, Function, run};

/// Natives for functions: what their full names begin with, then for each the name, the
/// arguments as [`Function::takes`] has them, the kind of [`Body`], and the code.
macro_rules! functions {
    ($folder:literal $($name:literal $takes:literal $kind:ident $code:path;)*) => {
        natives! {$(concat!($folder, $name) => |ctx| {
            const FUNCTION: Function = Function {
                takes: *$takes,
                body: Body::$kind($code),
            };
            run(ctx, &FUNCTION)
        }),*}
    };
}

/// Adds `alc.math`, and to the natives of the prelude those that its part of
/// `alc.math` stands on.
pub(super) fn open(b: &mut Builder, alc: TableId, inner: TableId) -> Result<(), OutOfMemory> {
    let math = b.heap.new_table()?;
    rng::open(b, math)?;
    b.functions(math, FUNCTIONS)?;
    b.heap.raw_set_name(alc, "math", Value::Table(math))?;
    let natives = b.table(inner, "math", SUPPORT)?;
    b.functions(natives, INNER)
}

/// What only the functions written in Lua call: `alc._native.math`.
const SUPPORT: Group = natives! {
    "alc/math.args" => call::args,
    "alc/math.need" => call::need,
    "alc/math.resample" => resampling::resample,
};

/// The same, with arguments of known kinds.
const INNER: Group = functions! {
    "alc/math."
    "sum" b"a    " Float descriptive::sum;
    "order" b"a    " Value resampling::order;
    "pick" b"gc   " Value resampling::pick;
    "relabel" b"gtc  " Float resampling::relabel;
    "upper_gamma" b"ff   " Float special::upper_gamma;
};

/// In the order in which `pairs` shows them, before those written in Lua:
/// `statistics.lua`, `information.lua`, `resampling.lua`.
const FUNCTIONS: Group = functions! {
    "alc.math."
    "rng_float" b"g    " Float rng::float;
    "rng_int" b"gii  " Value rng::int;
    "normal_sample" b"gff  " Float samplers::normal;
    "beta_sample" b"gff  " Float samplers::beta;
    "gamma_sample" b"gff  " Float samplers::gamma;
    "exp_sample" b"gf   " Float samplers::exponential;
    "uniform_sample" b"gff  " Float samplers::uniform;
    "lognormal_sample" b"gff  " Float samplers::lognormal;
    "student_t_sample" b"gf   " Float samplers::student_t;
    "chi_squared_sample" b"gf   " Float samplers::chi_squared;
    "poisson_sample" b"gf   " Value samplers::poisson;
    "binomial_sample" b"guf  " Value samplers::binomial;
    "categorical_sample" b"gt   " Value samplers::categorical;
    "mean" b"l    " Float descriptive::mean;
    "variance" b"l    " Float descriptive::variance;
    "stddev" b"l    " Float descriptive::stddev;
    "median" b"l    " Float descriptive::median;
    "percentile" b"tf   " Float descriptive::percentile;
    "iqr" b"l    " Float descriptive::iqr;
    "softmax" b"l    " Value descriptive::softmax;
    "logsumexp" b"l    " Float descriptive::logsumexp;
    "erf" b"f    " Float special::erf;
    "erfc" b"f    " Float special::erfc;
    "lgamma" b"f    " Float special::lgamma;
    "beta" b"ff   " Float special::beta;
    "ln_beta" b"ff   " Float special::ln_beta;
    "regularized_incomplete_beta" b"fff  " Float special::incomplete_beta;
    "regularized_incomplete_gamma" b"ff   " Float special::incomplete_gamma;
    "digamma" b"f    " Float special::digamma;
    "factorial" b"u    " Float special::factorial;
    "ln_factorial" b"u    " Float special::ln_factorial;
    "logit" b"f    " Float special::logit;
    "expit" b"f    " Float special::expit;
    "normal_ppf" b"f    " Float distributions::normal_ppf;
    "normal_cdf" b"fff  " Float distributions::normal_cdf;
    "normal_inverse_cdf" b"fff  " Float distributions::normal_inverse_cdf;
    "beta_cdf" b"fff  " Float distributions::beta_cdf;
    "beta_ppf" b"fff  " Float distributions::beta_ppf;
    "beta_mean" b"ff   " Float distributions::beta_mean;
    "beta_variance" b"ff   " Float distributions::beta_variance;
    "gamma_cdf" b"fff  " Float distributions::gamma_cdf;
    "poisson_cdf" b"uf   " Float distributions::poisson_cdf;
};
