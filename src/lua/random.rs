//! The generator behind `math.random`: xoshiro256**, as C Lua 5.4 has it.
//!
//! Source: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number
//! generators", 2018.

/// The generator's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    /// Four words, not all zero.
    pub state: [u64; 4],
}

impl Random {
    /// The generator as `math.randomseed(a, b)` sets it.
    pub fn from_seed(a: u64, b: u64) -> Self {
        let mut random = Random {
            state: [a, 0xff, b, 0],
        };
        for _ in 0..16 {
            random.next_bits();
        }
        random
    }

    /// The next 64 random bits.
    pub fn next_bits(&mut self) -> u64 {
        let [s0, s1, s2, s3] = self.state;
        let result = s1.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let s2x = s2 ^ s0;
        let s3x = s3 ^ s1;
        self.state = [s0 ^ s3x, s1 ^ s2x, s2x ^ (s1 << 17), s3x.rotate_left(45)];
        result
    }

    /// A float from 0 (included) to 1 (excluded).
    pub fn float(&mut self) -> f64 {
        // The upper 53 bits times 2^-53.
        (self.next_bits() >> 11) as f64 * (0.5 / (1u64 << 52) as f64)
    }

    /// A number from 0 to `n`, both included, each as likely.
    pub fn up_to(&mut self, n: u64) -> u64 {
        let random = self.next_bits();
        if n & n.wrapping_add(1) == 0 {
            return random & n;
        }
        // The smallest 2^b - 1 not below n; draws above n are thrown away.
        let mask = u64::MAX >> n.leading_zeros();
        let mut draw = random & mask;
        while draw > n {
            draw = self.next_bits() & mask;
        }
        draw
    }
}
