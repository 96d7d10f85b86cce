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
    "sum" b"a    " Number descriptive::SUM;
    "order" b"a    " Value resampling::order;
    "pick" b"gc   " Value resampling::pick;
    "relabel" b"gtc  " Value resampling::relabel;
    "upper_gamma" b"ff   " Number special::UPPER_GAMMA;
};

/// In the order in which `pairs` shows them, before those written in Lua:
/// `statistics.lua`, `information.lua`, `resampling.lua`.
const FUNCTIONS: Group = functions! {
    "alc.math."
    "rng_float" b"g    " Number rng::FLOAT;
    "rng_int" b"gii  " Value rng::int;
    "normal_sample" b"gff  " Number samplers::NORMAL;
    "beta_sample" b"gff  " Number samplers::BETA;
    "gamma_sample" b"gff  " Number samplers::GAMMA;
    "exp_sample" b"gf   " Number samplers::EXPONENTIAL;
    "uniform_sample" b"gff  " Number samplers::UNIFORM;
    "lognormal_sample" b"gff  " Number samplers::LOGNORMAL;
    "student_t_sample" b"gf   " Number samplers::STUDENT_T;
    "chi_squared_sample" b"gf   " Number samplers::CHI_SQUARED;
    "poisson_sample" b"gf   " Number samplers::POISSON;
    "binomial_sample" b"guf  " Value samplers::binomial;
    "mean" b"l    " Number descriptive::MEAN;
    "variance" b"l    " Number descriptive::VARIANCE;
    "stddev" b"l    " Number descriptive::STDDEV;
    "median" b"l    " Number descriptive::MEDIAN;
    "percentile" b"tf   " Value descriptive::percentile;
    "iqr" b"l    " Number descriptive::IQR;
    "softmax" b"l    " Value descriptive::softmax;
    "logsumexp" b"l    " Value descriptive::logsumexp;
    "erf" b"f    " Number special::ERF;
    "erfc" b"f    " Number special::ERFC;
    "lgamma" b"f    " Number special::LGAMMA;
    "beta" b"ff   " Number special::BETA;
    "ln_beta" b"ff   " Number special::LN_BETA;
    "regularized_incomplete_beta" b"fff  " Number special::INCOMPLETE_BETA;
    "regularized_incomplete_gamma" b"ff   " Number special::LOWER_GAMMA;
    "digamma" b"f    " Number special::DIGAMMA;
    "factorial" b"u    " Number special::FACTORIAL;
    "ln_factorial" b"u    " Number special::LN_FACTORIAL;
    "logit" b"f    " Number special::LOGIT;
    "expit" b"f    " Number special::EXPIT;
    "normal_ppf" b"f    " Number distributions::NORMAL_PPF;
    "normal_cdf" b"fff  " Number distributions::NORMAL_CDF;
    "normal_inverse_cdf" b"fff  " Number distributions::NORMAL_INVERSE_CDF;
    "beta_cdf" b"fff  " Number distributions::BETA_CDF;
    "beta_ppf" b"fff  " Number distributions::BETA_PPF;
    "beta_mean" b"ff   " Number distributions::BETA_MEAN;
    "beta_variance" b"ff   " Number distributions::BETA_VARIANCE;
    "gamma_cdf" b"fff  " Number distributions::GAMMA_CDF;
    "poisson_cdf" b"uf   " Number distributions::POISSON_CDF;
};
