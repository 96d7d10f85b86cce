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
            run(ctx, &Function {
                name: $name,
                takes: $takes,
                body: Body::$kind($code),
            })
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
    "rng_float" "g" Float rng::float;
    "rng_int" "gii" Value rng::int;
    "shuffle" "gt" Value rng::shuffle;
    "sample_with_replacement" "gtc" Value rng::sample_with_replacement;
    "normal_sample" "gff" Float samplers::normal;
    "beta_sample" "gff" Float samplers::beta;
    "gamma_sample" "gff" Float samplers::gamma;
    "exp_sample" "gf" Float samplers::exponential;
    "uniform_sample" "gff" Float samplers::uniform;
    "lognormal_sample" "gff" Float samplers::lognormal;
    "student_t_sample" "gf" Float samplers::student_t;
    "chi_squared_sample" "gf" Float samplers::chi_squared;
    "poisson_sample" "gf" Value samplers::poisson;
    "binomial_sample" "guf" Value samplers::binomial;
    "dirichlet_sample" "gt" Value samplers::dirichlet;
    "categorical_sample" "gt" Value samplers::categorical;
    "mean" "l" Float descriptive::mean;
    "variance" "l" Float descriptive::variance;
    "stddev" "l" Float descriptive::stddev;
    "median" "l" Float descriptive::median;
    "percentile" "tf" Float descriptive::percentile;
    "iqr" "l" Float descriptive::iqr;
    "covariance" "ll" Float descriptive::covariance;
    "correlation" "ll" Float descriptive::correlation;
    "histogram" "tc" Value descriptive::histogram;
    "softmax" "l" Value descriptive::softmax;
    "log_normalize" "l" Value descriptive::log_normalize;
    "logsumexp" "l" Float descriptive::logsumexp;
    "moving_average" "lc" Value series::moving_average;
    "ewma" "tf" Value series::ewma;
    "autocorrelation" "lc" Float series::autocorrelation;
    "permutations" "c" Value permutations::permutations;
    "wilson_ci" "fff" Value intervals::wilson_ci;
    "rank" "l" Value ranking::rank;
    "spearman_correlation" "ll" Float ranking::spearman;
    "kendall_tau" "ll" Float ranking::kendall;
    "ndcg" "lc" Float ranking::ndcg;
    "mrr" "l" Float ranking::mrr;
    "welch_t_test" "ll" Value hypothesis::welch;
    "mann_whitney_u" "llo" Value hypothesis::mann_whitney;
    "chi_squared_test" "ll" Value hypothesis::chi_squared;
    "ks_test" "ll" Value hypothesis::kolmogorov_smirnov;
    "holm" "l" Value hypothesis::holm;
    "benjamini_hochberg" "l" Value hypothesis::benjamini_hochberg;
    "cohens_d" "ll" Float effect::cohens_d;
    "cliffs_delta" "ll" Float effect::cliffs_delta;
    "permutation_test" "llcuo" Job permutation_test::permutation_test;
    "bootstrap_mean" "tcup" Job bootstrap::mean;
    "paired_bootstrap_diff" "ttcup" Job bootstrap::paired_diff;
    "cluster_bootstrap_mean" "tcup" Job bootstrap::cluster_mean;
    "cluster_bootstrap_diff" "ttcup" Job bootstrap::cluster_diff;
    "cluster_bootstrap_ratio" "ttcup" Job bootstrap::cluster_ratio;
    "entropy" "l" Float information::entropy;
    "kl_divergence" "ll" Float information::kl;
    "js_divergence" "ll" Float information::js;
    "cross_entropy" "ll" Float information::cross_entropy;
    "tvd" "ll" Float information::tvd;
    "hellinger" "ll" Float information::hellinger;
    "wasserstein_1d" "llo" Float information::wasserstein;
    "mutual_information" "t" Float information::mutual;
    "calibration_error" "ttc" Value calibration::error;
    "brier_score" "tt" Float calibration::brier;
    "erf" "f" Float special::erf;
    "erfc" "f" Float special::erfc;
    "lgamma" "f" Float special::lgamma;
    "beta" "ff" Float special::beta;
    "ln_beta" "ff" Float special::ln_beta;
    "regularized_incomplete_beta" "fff" Float special::incomplete_beta;
    "regularized_incomplete_gamma" "ff" Float special::incomplete_gamma;
    "digamma" "f" Float special::digamma;
    "factorial" "u" Float special::factorial;
    "ln_factorial" "u" Float special::ln_factorial;
    "logit" "f" Float special::logit;
    "expit" "f" Float special::expit;
    "normal_ppf" "f" Float distributions::normal_ppf;
    "normal_cdf" "fff" Float distributions::normal_cdf;
    "normal_inverse_cdf" "fff" Float distributions::normal_inverse_cdf;
    "beta_cdf" "fff" Float distributions::beta_cdf;
    "beta_ppf" "fff" Float distributions::beta_ppf;
    "beta_mean" "ff" Float distributions::beta_mean;
    "beta_variance" "ff" Float distributions::beta_variance;
    "gamma_cdf" "fff" Float distributions::gamma_cdf;
    "poisson_cdf" "uf" Float distributions::poisson_cdf;
};
