//! `alc.math`: random numbers, statistics, tests, information theory.
//!
//! The functions, their arguments, results and error texts are those of
//! `mlua-mathlib` 0.7, which native algocline shows under the same name. Random
//! numbers are equal to its own bit by bit: they come from the same algorithms, from
//! ChaCha12 seeded in the same way. `docs/alc-math.md` lists every function.
//!
//! Nothing here calls Lua. Work that may be long stops when the fuel is used up
//! and goes on later; memory is charged before it is taken.

mod binomial;
mod bootstrap;
mod calibration;
mod call;
mod chacha;
mod descriptive;
mod distributions;
mod effect;
mod error_function;
mod generator;
mod hypothesis;
mod information;
mod intervals;
mod job;
mod permutation_test;
mod permutations;
mod poisson;
mod ranking;
mod rng;
mod samplers;
mod series;
mod sorting;
mod special;
mod special_beta;
mod special_gamma;
mod ziggurat;

use crate::lua::account::OutOfMemory;
use crate::lua::library::Builder;
use crate::lua::native::NativeFn;
use crate::lua::value::{TableId, Value};

use call::{Body, Function, run};

/// Natives for functions: the name, the arguments as [`Function::takes`] has them, the
/// kind of [`Body`], and the code.
macro_rules! functions {
    ($($name:literal $takes:literal $kind:ident $code:path;)*) => {
        &[$((concat!("alc.math.", $name), |ctx| {
            const FUNCTION: Function = Function {
                name: concat!("alc.math.", $name),
                takes: *$takes,
                body: Body::$kind($code),
            };
            run(ctx, &FUNCTION)
        })),*]
    };
}

/// Adds `alc.math`.
pub(super) fn open(b: &mut Builder, alc: TableId) -> Result<(), OutOfMemory> {
    let math = b.heap.new_table()?;
    rng::open(b, math)?;
    b.functions(math, FUNCTIONS)?;
    b.heap.raw_set_name(alc, "math", Value::Table(math))
}

/// In the order in which `pairs` shows them.
const FUNCTIONS: &[(&str, NativeFn)] = functions! {
    "rng_float" b"g    " Float rng::float;
    "rng_int" b"gii  " Value rng::int;
    "shuffle" b"gt   " Value rng::shuffle;
    "sample_with_replacement" b"gtc  " Value rng::sample_with_replacement;
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
    "dirichlet_sample" b"gt   " Value samplers::dirichlet;
    "categorical_sample" b"gt   " Value samplers::categorical;
    "mean" b"l    " Float descriptive::mean;
    "variance" b"l    " Float descriptive::variance;
    "stddev" b"l    " Float descriptive::stddev;
    "median" b"l    " Float descriptive::median;
    "percentile" b"tf   " Float descriptive::percentile;
    "iqr" b"l    " Float descriptive::iqr;
    "covariance" b"ll   " Float descriptive::covariance;
    "correlation" b"ll   " Float descriptive::correlation;
    "histogram" b"tc   " Value descriptive::histogram;
    "softmax" b"l    " Value descriptive::softmax;
    "log_normalize" b"l    " Value descriptive::log_normalize;
    "logsumexp" b"l    " Float descriptive::logsumexp;
    "moving_average" b"lc   " Value series::moving_average;
    "ewma" b"tf   " Value series::ewma;
    "autocorrelation" b"lc   " Float series::autocorrelation;
    "permutations" b"c    " Value permutations::permutations;
    "wilson_ci" b"fff  " Value intervals::wilson_ci;
    "rank" b"l    " Value ranking::rank;
    "spearman_correlation" b"ll   " Float ranking::spearman;
    "kendall_tau" b"ll   " Float ranking::kendall;
    "ndcg" b"lc   " Float ranking::ndcg;
    "mrr" b"l    " Float ranking::mrr;
    "welch_t_test" b"ll   " Value hypothesis::welch;
    "mann_whitney_u" b"llo  " Value hypothesis::mann_whitney;
    "chi_squared_test" b"ll   " Value hypothesis::chi_squared;
    "ks_test" b"ll   " Value hypothesis::kolmogorov_smirnov;
    "holm" b"l    " Value hypothesis::holm;
    "benjamini_hochberg" b"l    " Value hypothesis::benjamini_hochberg;
    "cohens_d" b"ll   " Float effect::cohens_d;
    "cliffs_delta" b"ll   " Float effect::cliffs_delta;
    "permutation_test" b"llcuo" Job permutation_test::permutation_test;
    "bootstrap_mean" b"tcup " Job bootstrap::mean;
    "paired_bootstrap_diff" b"ttcup" Job bootstrap::paired_diff;
    "cluster_bootstrap_mean" b"tcup " Job bootstrap::cluster_mean;
    "cluster_bootstrap_diff" b"ttcup" Job bootstrap::cluster_diff;
    "cluster_bootstrap_ratio" b"ttcup" Job bootstrap::cluster_ratio;
    "entropy" b"l    " Float information::entropy;
    "kl_divergence" b"ll   " Float information::kl;
    "js_divergence" b"ll   " Float information::js;
    "cross_entropy" b"ll   " Float information::cross_entropy;
    "tvd" b"ll   " Float information::tvd;
    "hellinger" b"ll   " Float information::hellinger;
    "wasserstein_1d" b"llo  " Float information::wasserstein;
    "mutual_information" b"t    " Float information::mutual;
    "calibration_error" b"ttc  " Value calibration::error;
    "brier_score" b"tt   " Float calibration::brier;
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
