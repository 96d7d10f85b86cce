//! Sine, cosine and tangent, with the results of the `libm` crate.
//!
//! The crate unrolls every case of the reduction by π/2, and reduces large numbers in
//! pieces of 24 bits; here both are short. Beyond 2^20 times π/2 one result of two
//! thousand differs from the crate's in the last place.
//!
//! Source of the polynomials: K. C. Ng, in "FDLIBM", 1993.

/// The sine of a number of radians.
pub(super) fn sin(x: f64) -> f64 {
    let high = high_word(x);
    if high <= QUARTER_PI {
        // Below 2^-26 the sine is the number itself, and so are zeros.
        return if high < 0x3e50_0000 { x } else { near_sin(x) };
    }
    turned(x, 0)
}

/// The cosine of a number of radians.
pub(super) fn cos(x: f64) -> f64 {
    if high_word(x) <= QUARTER_PI {
        return reduced_cos(x, 0.0);
    }
    turned(x, 1)
}

/// The tangent of a number of radians.
pub(super) fn tan(x: f64) -> f64 {
    let high = high_word(x);
    if high <= QUARTER_PI {
        return if high < 0x3e40_0000 {
            x
        } else {
            reduced_tan(x, 0.0, false)
        };
    }
    if high >= INFINITE {
        return f64::NAN;
    }
    let (turns, rest, tail) = reduced(x);
    reduced_tan(rest, tail, turns & 1 == 1)
}

/// The upper half of the bits of π/4, and of infinity.
const QUARTER_PI: u32 = 0x3fe9_21fb;
const INFINITE: u32 = 0x7ff0_0000;

/// The upper half of a number's bits without the sign.
fn high_word(x: f64) -> u32 {
    (x.to_bits() >> 32) as u32 & 0x7fff_ffff
}

/// The sine of `x`, which is above π/4, and `more` quarter turns.
#[inline(never)]
fn turned(x: f64, more: i32) -> f64 {
    if high_word(x) >= INFINITE {
        return f64::NAN;
    }
    let (turns, rest, tail) = reduced(x);
    let turns = turns.wrapping_add(more);
    let found = if turns & 1 == 0 {
        reduced_sin(rest, tail)
    } else {
        reduced_cos(rest, tail)
    };
    if turns & 2 == 0 { found } else { -found }
}

/// The polynomial of the sine without its first term, which is the coefficient.
const S1: f64 = -1.666_666_666_666_663_2e-1;

fn sine_series(z: f64) -> f64 {
    const S: [f64; 5] = [
        8.333_333_333_322_49e-3,
        -1.984_126_982_985_795e-4,
        2.755_731_370_707_006_8e-6,
        -2.505_076_025_340_686_3e-8,
        1.589_690_995_211_55e-10,
    ];
    let [s2, s3, s4, s5, s6] = S;
    s2 + z * (s3 + z * s4) + z * (z * z) * (s5 + z * s6)
}

/// The sine of a number from -π/4 to π/4.
fn near_sin(x: f64) -> f64 {
    let z = x * x;
    x + z * x * (S1 + z * sine_series(z))
}

/// The sine of the sum of `x` and a small `tail`.
fn reduced_sin(x: f64, tail: f64) -> f64 {
    let z = x * x;
    let cube = z * x;
    x - ((z * (0.5 * tail - cube * sine_series(z)) - tail) - cube * S1)
}

/// The cosine of the sum of `x` and a small `tail`.
#[inline(never)]
fn reduced_cos(x: f64, tail: f64) -> f64 {
    const C: [f64; 6] = [
        4.166_666_666_666_66e-2,
        -1.388_888_888_887_411e-3,
        2.480_158_728_947_673e-5,
        -2.755_731_435_139_066_3e-7,
        2.087_572_321_298_175e-9,
        -1.135_964_755_778_819_5e-11,
    ];
    let [c1, c2, c3, c4, c5, c6] = C;
    let z = x * x;
    let w = z * z;
    let series = z * (c1 + z * (c2 + z * c3)) + w * w * (c4 + z * (c5 + z * c6));
    let half = 0.5 * z;
    let near = 1.0 - half;
    near + (((1.0 - near) - half) + (z * series - x * tail))
}

/// The coefficients of the tangent's odd powers from the third on.
const T: [f64; 13] = [
    3.333_333_333_333_341e-1,
    1.333_333_333_332_012_4e-1,
    5.396_825_397_622_605e-2,
    2.186_948_829_485_954_2e-2,
    8.863_239_823_599_3e-3,
    3.592_079_107_591_312_4e-3,
    1.456_209_454_325_290_3e-3,
    5.880_412_408_202_641e-4,
    2.464_631_348_184_699e-4,
    7.817_944_429_395_571e-5,
    7.140_724_913_826_082e-5,
    -1.855_863_748_552_754_6e-5,
    2.590_730_518_636_337e-5,
];

/// The tangent of the sum of `x` and a small `tail`, or -1 over it.
#[inline(never)]
fn reduced_tan(x: f64, tail: f64, inverse: bool) -> f64 {
    const PIO4: f64 = std::f64::consts::FRAC_PI_4;
    const PIO4_TAIL: f64 = 3.061_616_997_868_383e-17;
    // Near π/4 it is computed from the distance to there.
    let far = high_word(x) >= 0x3fe5_9428;
    let (mut rest, mut tail) = (x, tail);
    if far {
        if x < 0.0 {
            (rest, tail) = (-rest, -tail);
        }
        rest = (PIO4 - rest) + (PIO4_TAIL - tail);
        tail = 0.0;
    }
    let z = rest * rest;
    let w = z * z;
    // Odd and even coefficients are summed apart.
    let every_other = |from: usize| {
        let chosen = T.iter().skip(from).step_by(2).rev();
        chosen.copied().reduce(|sum, c| c + w * sum).unwrap_or(0.0)
    };
    let cube = z * rest;
    let odd = every_other(1);
    let even = z * every_other(2);
    let above = tail + z * (cube * (odd + even) + tail) + cube * T[0];
    let found = rest + above;
    if far {
        let sign = if inverse { -1.0 } else { 1.0 };
        let value = sign - 2.0 * (rest + (above - found * found / (found + sign)));
        return if x < 0.0 { -value } else { value };
    }
    if !inverse {
        return found;
    }
    // -1 over the sum would be off by two places.
    let head = upper_half(found);
    let left = above - (head - rest);
    let inverse = -1.0 / found;
    let short = upper_half(inverse);
    short + inverse * (1.0 + short * head + short * left)
}

/// A number without the lower half of its bits.
fn upper_half(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}

/// How many quarter turns `x` is (the last two bits count), and the rest as a number
/// from -π/4 to π/4 and what that lacks. `x` is finite and above π/4.
#[inline(never)]
fn reduced(x: f64) -> (i32, f64, f64) {
    /// π/2 in three parts of 33 bits, and what is left after each.
    const HALF_PI: [(f64, f64); 3] = [
        (1.570_796_326_734_125_6, 6.077_100_506_506_192e-11),
        (6.077_100_506_303_966e-11, 2.022_266_248_795_950_6e-21),
        (2.022_266_248_711_166_5e-21, 8.478_427_660_368_9e-32),
    ];
    /// Up to here one part is enough, except next to multiples of π/2.
    const LAST: u32 = 0x401c_463b;
    /// The odd multiples of π/4, between which the multiple of π/2 is known.
    const ODD: [u32; 3] = [0x4002_d97c, 0x400f_6a7a, 0x4015_fdbc];
    const MULTIPLES: [u32; 4] = [0x3ff9_21fb, 0x4009_21fb, 0x4012_d97c, 0x4019_21fb];
    /// From here on x is large: 2^20 times π/2.
    const LARGE: u32 = 0x4139_21fb;
    let high = high_word(x);
    if high >= LARGE {
        let (turns, rest, tail) = reduced_large(x.to_bits() & (u64::MAX >> 1));
        return if x < 0.0 {
            (-turns, -rest, -tail)
        } else {
            (turns, rest, tail)
        };
    }
    let plain = high <= LAST && !MULTIPLES.contains(&high);
    let turns = if plain {
        let below = ODD.iter().filter(|end| high > **end).count();
        (below as f64 + 1.0).copysign(x)
    } else {
        const TO_INTEGER: f64 = 1.5 / f64::EPSILON;
        x * std::f64::consts::FRAC_2_PI + TO_INTEGER - TO_INTEGER
    };
    let (mut rest, mut lost, mut found) = (x, 0.0, x);
    for ((part, left), bits) in HALF_PI.into_iter().zip([-1, 16, 49]) {
        // The next part is for the bits that were cancelled.
        let exponent = |high: u32| (high >> 20) as i32;
        if exponent(high) - exponent(high_word(found)) <= bits {
            break;
        }
        let before = rest;
        let product = turns * part;
        rest = before - product;
        lost = turns * left;
        if bits >= 0 {
            lost -= (before - rest) - product;
        }
        found = rest - lost;
        if plain {
            break;
        }
    }
    (turns as i32, found, (rest - found) - lost)
}

/// The bits of 2/π, after 64 zeros.
const TWO_OVER_PI: [u64; 20] = [
    0x0000_0000_0000_0000,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
];

/// [`reduced`] for a large positive number, given by its bits.
///
/// Source: M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions",
/// 1983.
fn reduced_large(bits: u64) -> (i32, f64, f64) {
    /// π/2 times 2^127.
    const HALF_PI: u128 = 0xc90f_daa2_2168_c234_c4c6_628b_80dc_1cd1;
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    // The bits of 2/π before this one make multiples of 8.
    let first = (bits >> 52) as usize - 1014;
    let word = |at: usize| {
        let half = |at: usize| u128::from(*TWO_OVER_PI.get(at).unwrap_or(&0));
        let pair = half(at / 64) << 64 | half(at / 64 + 1);
        (pair << (at % 64)) >> 64
    };
    let low = mantissa * word(first + 128);
    let middle = mantissa * word(first + 64) + (low >> 64);
    let product = (mantissa * word(first))
        .wrapping_shl(64)
        .wrapping_add(middle);
    // Three bits are whole quarter turns, the rest is a fraction of one.
    let mut turns = (product >> 125) as i32;
    let mut fraction = product << 3 | (low >> 61) & 7;
    let above = fraction >> 127 == 1;
    if above {
        // The next multiple is nearer.
        turns += 1;
        fraction = fraction.wrapping_neg();
    }
    let zeros = fraction.leading_zeros();
    let fraction = fraction.wrapping_shl(zeros);
    let half = |number: u128| (number >> 64, number & u128::from(u64::MAX));
    let ((a, b), (c, d)) = (half(fraction), half(HALF_PI));
    let radians = a * c + ((a * d) >> 64) + ((b * c) >> 64);
    // The highest 53 bits, rounded, and what they lack.
    let drop = 75 - radians.leading_zeros();
    let head = (radians >> drop) + (radians >> (drop - 1) & 1);
    let tail = (radians.wrapping_sub(head << drop) as i128 >> 22) as i64;
    let scaled = |number: i64, power: u32| {
        let exponent = 1023 + u64::from(power) - 127 - u64::from(zeros);
        let scale = f64::from_bits(exponent << 52);
        let value = number as f64 * scale;
        if above { -value } else { value }
    };
    (turns, scaled(head as i64, drop), scaled(tail, 22))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether two results are equal: in every bit, but for one in the last place where
    /// the number was large, and the crate's way of reducing it leaves another rest.
    fn equal(x: f64, ours: f64, theirs: f64) -> bool {
        let slack = u64::from(x.abs() > 1.6e6);
        let apart = ours.to_bits().abs_diff(theirs.to_bits());
        apart <= slack || ours.is_nan() && theirs.is_nan()
    }

    fn all_equal(x: f64) -> bool {
        [x, -x].into_iter().all(|x| {
            equal(x, sin(x), libm::sin(x))
                && equal(x, cos(x), libm::cos(x))
                && equal(x, tan(x), libm::tan(x))
        })
    }

    #[test]
    fn the_edges_are_those_of_the_crate() {
        for x in [0.0, 5e-324, 1e-300, f64::MAX, f64::INFINITY, f64::NAN] {
            assert!(all_equal(x), "{x}");
        }
        // Next to multiples of π/4, and to the upper halves of their bits.
        for multiple in 1..100 {
            let x = f64::from(multiple) * std::f64::consts::FRAC_PI_4;
            let mut near = x;
            for _ in 0..50 {
                assert!(all_equal(near), "{near}");
                assert!(all_equal(2.0 * x - near), "{near}");
                near = near.next_up();
            }
            for low in [0, 1, 0xffff_ffff] {
                let bits = x.to_bits() >> 32 << 32 | low;
                assert!(all_equal(f64::from_bits(bits)), "{x}");
            }
        }
        for power in -60..1024 {
            let x = 2f64.powi(power);
            assert!(all_equal(x), "{x}");
        }
    }

    /// The number whose distance to a multiple of π/2 is the least of all.
    #[test]
    fn the_hardest_number_is_reduced() {
        let x = 6_381_956_970_095_103.0 * 2f64.powi(797);
        assert!(all_equal(x));
    }

    proptest! {
        #[test]
        fn results_are_those_of_the_crate(a in -30.0f64..30.0, b in -2e6f64..2e6, bits in any::<u64>()) {
            for x in [a, b, f64::from_bits(bits)] {
                prop_assert!(all_equal(x), "{}", x);
            }
        }
    }
}
