//! `alc.math`: random numbers, statistics, tests, information theory.
//!
//! The functions, their arguments, results and error texts are those of
//! `mlua-mathlib` 0.7, which native algocline shows under the same name. Random
//! numbers are equal to its own bit by bit: they come from the same crates, from
//! ChaCha12 seeded in the same way. `docs/alc-math.md` lists every function.
//!
//! Nothing here calls Lua. Work that may be long stops when the fuel is used up
//! and goes on later; memory is charged before it is taken.

mod bootstrap;
mod calibration;
mod call;
mod chacha;
mod descriptive;
mod distributions;
mod effect;
mod generator;
mod hypothesis;
mod information;
mod intervals;
mod job;
mod permutation_test;
mod permutations;
mod ranking;
mod rng;
mod samplers;
mod series;
mod sorting;
mod special;
mod special_beta;
mod special_gamma;

use crate::lua::account::OutOfMemory;
use crate::lua::library::Builder;
use crate::lua::native::NativeFn;
use crate::lua::value::{TableId, Value};

use call::run;

/// A native for a function that works on a [`call::Call`].
macro_rules! native {
    ($body:path) => {
        |ctx| run(ctx, $body)
    };
}

/// Adds `alc.math`.
pub(super) fn open(b: &mut Builder, alc: TableId) -> Result<(), OutOfMemory> {
    let math = b.heap.new_table()?;
    rng::open(b, math)?;
    for group in [RANDOM, DESCRIPTIVE, TESTS, INFORMATION, FUNCTIONS] {
        b.functions(math, group)?;
    }
    b.heap.raw_set_name(alc, "math", Value::Table(math))
}

type Group = &'static [(&'static str, NativeFn)];

const RANDOM: Group = &[
    ("alc.math.rng_float", native!(rng::float)),
    ("alc.math.rng_int", native!(rng::int)),
    ("alc.math.shuffle", native!(rng::shuffle)),
    (
        "alc.math.sample_with_replacement",
        native!(rng::sample_with_replacement),
    ),
    ("alc.math.normal_sample", native!(samplers::normal)),
    ("alc.math.beta_sample", native!(samplers::beta)),
    ("alc.math.gamma_sample", native!(samplers::gamma)),
    ("alc.math.exp_sample", native!(samplers::exponential)),
    ("alc.math.uniform_sample", native!(samplers::uniform)),
    ("alc.math.lognormal_sample", native!(samplers::lognormal)),
    ("alc.math.student_t_sample", native!(samplers::student_t)),
    (
        "alc.math.chi_squared_sample",
        native!(samplers::chi_squared),
    ),
    ("alc.math.poisson_sample", native!(samplers::poisson)),
    ("alc.math.binomial_sample", native!(samplers::binomial)),
    ("alc.math.dirichlet_sample", native!(samplers::dirichlet)),
    (
        "alc.math.categorical_sample",
        native!(samplers::categorical),
    ),
];

const DESCRIPTIVE: Group = &[
    ("alc.math.mean", native!(descriptive::mean)),
    ("alc.math.variance", native!(descriptive::variance)),
    ("alc.math.stddev", native!(descriptive::stddev)),
    ("alc.math.median", native!(descriptive::median)),
    ("alc.math.percentile", native!(descriptive::percentile)),
    ("alc.math.iqr", native!(descriptive::iqr)),
    ("alc.math.covariance", native!(descriptive::covariance)),
    ("alc.math.correlation", native!(descriptive::correlation)),
    ("alc.math.histogram", native!(descriptive::histogram)),
    ("alc.math.softmax", native!(descriptive::softmax)),
    (
        "alc.math.log_normalize",
        native!(descriptive::log_normalize),
    ),
    ("alc.math.logsumexp", native!(descriptive::logsumexp)),
    ("alc.math.moving_average", native!(series::moving_average)),
    ("alc.math.ewma", native!(series::ewma)),
    ("alc.math.autocorrelation", native!(series::autocorrelation)),
    ("alc.math.permutations", native!(permutations::permutations)),
    ("alc.math.wilson_ci", native!(intervals::wilson_ci)),
    ("alc.math.rank", native!(ranking::rank)),
    ("alc.math.spearman_correlation", native!(ranking::spearman)),
    ("alc.math.kendall_tau", native!(ranking::kendall)),
    ("alc.math.ndcg", native!(ranking::ndcg)),
    ("alc.math.mrr", native!(ranking::mrr)),
];

const TESTS: Group = &[
    ("alc.math.welch_t_test", native!(hypothesis::welch)),
    ("alc.math.mann_whitney_u", native!(hypothesis::mann_whitney)),
    (
        "alc.math.chi_squared_test",
        native!(hypothesis::chi_squared),
    ),
    ("alc.math.ks_test", native!(hypothesis::kolmogorov_smirnov)),
    ("alc.math.holm", native!(hypothesis::holm)),
    (
        "alc.math.benjamini_hochberg",
        native!(hypothesis::benjamini_hochberg),
    ),
    ("alc.math.cohens_d", native!(effect::cohens_d)),
    ("alc.math.cliffs_delta", native!(effect::cliffs_delta)),
    (
        "alc.math.permutation_test",
        permutation_test::permutation_test,
    ),
    ("alc.math.bootstrap_mean", bootstrap::mean),
    ("alc.math.paired_bootstrap_diff", bootstrap::paired_diff),
    ("alc.math.cluster_bootstrap_mean", bootstrap::cluster_mean),
    ("alc.math.cluster_bootstrap_diff", bootstrap::cluster_diff),
    ("alc.math.cluster_bootstrap_ratio", bootstrap::cluster_ratio),
];

const INFORMATION: Group = &[
    ("alc.math.entropy", native!(information::entropy)),
    ("alc.math.kl_divergence", native!(information::kl)),
    ("alc.math.js_divergence", native!(information::js)),
    (
        "alc.math.cross_entropy",
        native!(information::cross_entropy),
    ),
    ("alc.math.tvd", native!(information::tvd)),
    ("alc.math.hellinger", native!(information::hellinger)),
    ("alc.math.wasserstein_1d", native!(information::wasserstein)),
    ("alc.math.mutual_information", native!(information::mutual)),
    ("alc.math.calibration_error", native!(calibration::error)),
    ("alc.math.brier_score", native!(calibration::brier)),
];

const FUNCTIONS: Group = &[
    ("alc.math.erf", native!(special::erf)),
    ("alc.math.erfc", native!(special::erfc)),
    ("alc.math.lgamma", native!(special::lgamma)),
    ("alc.math.beta", native!(special::beta)),
    ("alc.math.ln_beta", native!(special::ln_beta)),
    (
        "alc.math.regularized_incomplete_beta",
        native!(special::incomplete_beta),
    ),
    (
        "alc.math.regularized_incomplete_gamma",
        native!(special::incomplete_gamma),
    ),
    ("alc.math.digamma", native!(special::digamma)),
    ("alc.math.factorial", native!(special::factorial)),
    ("alc.math.ln_factorial", native!(special::ln_factorial)),
    ("alc.math.logit", native!(special::logit)),
    ("alc.math.expit", native!(special::expit)),
    ("alc.math.normal_ppf", native!(distributions::normal_ppf)),
    ("alc.math.normal_cdf", native!(distributions::normal_cdf)),
    (
        "alc.math.normal_inverse_cdf",
        native!(distributions::normal_inverse_cdf),
    ),
    ("alc.math.beta_cdf", native!(distributions::beta_cdf)),
    ("alc.math.beta_ppf", native!(distributions::beta_ppf)),
    ("alc.math.beta_mean", native!(distributions::beta_mean)),
    (
        "alc.math.beta_variance",
        native!(distributions::beta_variance),
    ),
    ("alc.math.gamma_cdf", native!(distributions::gamma_cdf)),
    ("alc.math.poisson_cdf", native!(distributions::poisson_cdf)),
];
