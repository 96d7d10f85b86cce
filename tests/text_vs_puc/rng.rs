//! A small generator of pseudo-random cases (SplitMix64).

pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Bytes picked from an alphabet.
    pub fn text(&mut self, alphabet: &[u8], longest: usize) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.pick(alphabet)).collect()
    }

    /// An integer of any size, often near a power of two or small.
    pub fn integer(&mut self) -> i64 {
        let value = match self.below(4) {
            0 => self.next() as i64,
            1 => self.below(20) as i64 - 10,
            2 => (1i64 << self.below(63)).wrapping_add(self.below(3) as i64 - 1),
            _ => self.pick(&[
                i64::MIN,
                i64::MAX,
                i64::MIN + 1,
                0,
                -1,
                1 << 53,
                (1 << 53) + 1,
            ]),
        };
        if self.one_in(3) {
            value.wrapping_neg()
        } else {
            value
        }
    }

    /// A float of any kind but NaN.
    pub fn float(&mut self) -> f64 {
        let value = match self.below(7) {
            0 => f64::from_bits(self.next()),
            1 => self.below(100_000) as f64 / 100.0,
            2 => self.integer() as f64,
            3 => self.below(1000) as f64 / 8.0,
            4 => 10f64.powi(self.below(40) as i32 - 20),
            5 => self.next() as f64 / 1e19,
            _ => self.pick(&[
                0.0,
                f64::INFINITY,
                5e-324,
                2.2250738585072014e-308,
                f64::MAX,
                9223372036854775808.0,
                0.5,
                99999999999999.9,
                123456789012345.6,
            ]),
        };
        let value = if value.is_nan() { 1.25 } else { value };
        if self.one_in(3) { -value } else { value }
    }
}
