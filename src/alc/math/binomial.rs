//! Numbers of the binomial distribution.
//!
//! Source: V. Kachitvichyanukul and B. W. Schmeiser, "Binomial random variate
//! generation", 1988. The letters are those of the paper.

use libm::{log, pow};

use super::generator::{Generator, fraction};
use super::poisson::count_products;
use super::samplers::between;

/// From this mean on the algorithm BTPE is used, below it BINV.
const LARGE: f64 = 10.0;

/// How many of `n` trials succeed, each with the probability `p`, at most a half
/// (or 1 itself).
#[inline(never)]
pub(super) fn draw_binomial(rng: &mut Generator<'_>, n: u64, p: f64) -> u64 {
    let (trials, q) = (n as f64, 1.0 - p);
    let mean = trials * p;
    if p == 0.0 {
        0
    } else if mean >= LARGE {
        by_rejection(rng, trials, p)
    } else if q == 1.0 {
        // It is a Poisson distribution as near as makes no difference.
        count_products(mean, &mut || fraction(never_zero(rng))) as u64
    } else {
        by_inversion(rng, trials, p / q, pow(q, trials))
    }
}

/// Random bits that make no float zero, whose logarithm is infinite.
fn never_zero(rng: &mut Generator<'_>) -> u64 {
    match rng.next_u64() {
        bits if bits >> 12 == 0 => 1 << 12,
        bits => bits,
    }
}

/// Algorithm BINV; `least` is the probability of no success.
fn by_inversion(rng: &mut Generator<'_>, n: f64, s: f64, least: f64) -> u64 {
    /// Thirty standard deviations off: rounding has used the probability up.
    const MAX: u32 = 110;
    let a = (n + 1.0) * s;
    loop {
        let (mut r, mut u) = (least, fraction(never_zero(rng)));
        for x in 0..=MAX {
            if u <= r {
                return u64::from(x);
            }
            u -= r;
            r *= a / f64::from(x + 1) - s;
        }
    }
}

/// Algorithm BTPE.
fn by_rejection(rng: &mut Generator<'_>, n: f64, p: f64) -> u64 {
    let q = 1.0 - p;
    let np = n * p;
    let npq = np * q;
    let f_m = np + p;
    let m = f_m.trunc();
    let p1 = (2.195 * npq.sqrt() - 4.6 * q).floor() + 0.5;
    let x_m = m + 0.5;
    let (x_l, x_r) = (x_m - p1, x_m + p1);
    let c = 0.134 + 20.5 / (15.3 + m);
    let p2 = p1 * (1.0 + 2.0 * c);
    let lambda = |a: f64| a * (1.0 + 0.5 * a);
    let lambda_l = lambda((f_m - x_l) / (f_m - x_l * p));
    let lambda_r = lambda((x_r - f_m) / (x_r * q));
    let p3 = p2 + c / lambda_l;
    let p4 = p3 + c / lambda_r;
    loop {
        // Steps 1 to 4: a place below one of four simple curves.
        let u = between(never_zero(rng), 0.0, p4);
        let mut v = between(never_zero(rng), 0.0, 1.0);
        let y = if u <= p1 {
            return (x_m - p1 * v + u) as u64;
        } else if u <= p2 {
            let x = x_l + (u - p1) / c;
            v = v * c + 1.0 - (x - x_m).abs() / p1;
            if v > 1.0 {
                continue;
            }
            x.trunc()
        } else if u <= p3 {
            let y = (x_l + log(v) / lambda_l).trunc();
            v *= (u - p2) * lambda_l;
            y
        } else {
            let y = (x_r - log(v) / lambda_r).trunc();
            v *= (u - p3) * lambda_r;
            y
        };
        if y < 0.0 || y > n {
            continue;
        }
        // Step 5: whether it is below the distribution as well.
        let k = (y - m).abs();
        let accepted = if k > 20.0 && k < 0.5 * npq - 1.0 {
            let alpha = log(v);
            let rho = (k / npq) * ((k * (k / 3.0 + 0.625) + 1.0 / 6.0) / npq + 0.5);
            let t = -0.5 * k * k / npq;
            alpha < t - rho || (alpha <= t + rho && alpha <= ln_ratio(y, n, p, m))
        } else {
            v <= ratio(y, n, p, m)
        };
        if accepted {
            return y as u64;
        }
    }
}

/// Step 5.1: how likely `y` is compared to `m`, factor by factor.
fn ratio(y: f64, n: f64, p: f64, m: f64) -> f64 {
    let s = p / (1.0 - p);
    let a = s * (n + 1.0);
    let mut f = 1.0;
    let mut i = m.min(y);
    while i < m.max(y) {
        i += 1.0;
        let factor = a / i - s;
        if m < y {
            f *= factor;
        } else {
            f /= factor;
        }
    }
    f
}

/// Step 5.3: the logarithm of the same, by Stirling's formula. The signs of the last
/// terms are those that the authors of the GNU Scientific Library had confirmed.
fn ln_ratio(y: f64, n: f64, p: f64, m: f64) -> f64 {
    let stirling = |a: f64| {
        let a2 = a * a;
        (13860.0 - (462.0 - (132.0 - (99.0 - 140.0 / a2) / a2) / a2) / a2) / a / 166320.0
    };
    let (x1, f1) = (y + 1.0, m + 1.0);
    let (z, w) = (n - m + 1.0, n - y + 1.0);
    (m + 0.5) * log(f1 / x1)
        + (n - m + 0.5) * log(z / w)
        + (y - m) * log(w * p / (x1 * (1.0 - p)))
        + stirling(f1)
        + stirling(z)
        - stirling(x1)
        - stirling(w)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::generator::state_of;
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::Binomial;

    #[test]
    fn numbers_are_those_of_the_crate() {
        for n in [0, 1, 5, 20, 21, 25, 100, 999, 1_000_000, 1 << 40, 1 << 53] {
            for p in [0.0, 1e-300, 1e-17, 1e-9, 0.001, 0.03, 0.2, 0.4999, 0.5] {
                let mut theirs = StdRng::seed_from_u64(n ^ 77);
                let mut state = state_of(n ^ 77);
                let mut ours = Generator::of(&mut state).unwrap();
                let crate_s = Binomial::new(n, p).unwrap();
                for _ in 0..500 {
                    let drawn = draw_binomial(&mut ours, n, p);
                    assert_eq!(drawn, theirs.sample(crate_s), "{n} {p}");
                }
            }
        }
    }
}
