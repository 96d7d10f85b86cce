//! Numbers of the Poisson distribution.

use std::f64::consts::PI;

use libm::{exp, log, pow};

use super::generator::Generator;
use super::ziggurat::{standard_exponential, standard_normal};

/// From this mean on a draw is made of a normal number.
const LARGE: f64 = 12.0;

/// A number of the distribution with this mean, as a float.
#[inline(never)]
pub(super) fn draw_poisson(rng: &mut Generator<'_>, mean: f64) -> f64 {
    if mean < LARGE {
        return count_products(mean, &mut || rng.float());
    }
    draw_large(rng, mean)
}

/// How many random factors from `next` take a product down to exp(-mean).
///
/// Source: D. E. Knuth, "The Art of Computer Programming", volume 2, 3.4.1.
pub(super) fn count_products(mean: f64, next: &mut dyn FnMut() -> f64) -> f64 {
    let least = exp(-mean);
    let mut product = next();
    let mut count = 0.0;
    while product > least {
        product *= next();
        count += 1.0;
    }
    count
}

/// Of the paper's table 1.
const A: [f64; 10] = [
    -0.5000000002,
    0.3333333343,
    -0.2499998565,
    0.1999997049,
    -0.1666848753,
    0.1428833286,
    -0.1241963125,
    0.1101687109,
    -0.1142650302,
    0.1055093006,
];

/// Source: J. H. Ahrens and U. Dieter, "Computer generation of Poisson deviates from
/// modified normal distributions", 1982. The letters are those of the paper.
fn draw_large(rng: &mut Generator<'_>, mu: f64) -> f64 {
    let s = mu.sqrt();
    let densities = |k| densities_at(k, mu, s);
    // Step N.
    let g = mu + s * standard_normal(rng);
    if g >= 0.0 {
        let k = g.floor();
        // Step I.
        if k >= (mu - 1.1484).floor() {
            return k;
        }
        // Step S.
        let u = rng.float();
        let short = mu - k;
        if 6.0 * (mu * mu) * u >= short * short * short {
            return k;
        }
        let [px, py, fx, fy] = densities(k);
        if fy * (1.0 - u) <= py * exp(px - fx) {
            return k;
        }
    }
    loop {
        // Step E.
        let e = standard_exponential(rng);
        let u = rng.float() * 2.0 - 1.0;
        let t = 1.8 + e * u.signum();
        if t > -0.6744 {
            let k = (mu + s * t).floor();
            let [px, py, fx, fy] = densities(k);
            // Step H.
            if 0.1069 / mu * u.abs() <= py * exp(px + e) - fy * exp(fx + e) {
                return k;
            }
        }
    }
}

/// Procedure F: the probability of `k` and the density of the normal number, each
/// as an exponent and a factor.
fn densities_at(k: f64, mu: f64, s: f64) -> [f64; 4] {
    let (px, py) = if k < 10.0 {
        let factorial: f64 = (1..=k as u32).map(f64::from).product();
        (-mu, pow(mu, k) / factorial)
    } else {
        let delta = 1.0 / (12.0 * k);
        let delta = delta - 4.8 * (delta * delta * delta);
        let v = (mu - k) / k;
        let px = if v.abs() <= 0.25 {
            let series = A.iter().rev().fold(0.0, |sum, a| sum * v + a);
            k * (v * v) * series - delta
        } else {
            k * log(1.0 + v) - (mu - k) - delta
        };
        (px, 1.0 / (2.0 * PI).sqrt() / k.sqrt())
    };
    let b1 = 1.0 / 24.0 / mu;
    let b2 = 0.3 * b1 * b1;
    let c3 = 1.0 / 7.0 * b1 * b2;
    let c2 = b2 - 15.0 * c3;
    let c1 = b1 - 6.0 * b2 + 45.0 * c3;
    let c0 = 1.0 - b1 + 3.0 * b2 - 15.0 * c3;
    let omega = 1.0 / (2.0 * PI).sqrt() / s;
    let x = (k - mu + 0.5) / s;
    let fy = omega * (((c3 * x * x + c2) * x * x + c1) * x * x + c0);
    [px, py, -0.5 * x * x, fy]
}
