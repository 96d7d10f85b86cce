//! How much fuel makes a slice of a wanted duration.
//!
//! A slice is a number of parts of the same fuel, so that a program stops at the
//! same instructions in every run, however fast the machine is: what it uses
//! depends a little on where it stops. Where the clock moves, a slice ends with
//! the part after which the time is over, and the pacer learns how much fuel a
//! millisecond takes. Edge runtimes freeze their clocks while code runs; there a
//! slice ends when the fuel of the last estimate is used.

/// The fuel of a part; the clock is looked at between them.
const PART: u64 = 4_000;
/// Fuel per millisecond before anything was measured: a slow machine's.
const FIRST_RATE: f64 = 25_000.0;
/// The estimate stays between these.
const RATES: std::ops::RangeInclusive<f64> = 4_000.0..=10_000_000.0;
/// Milliseconds measured that make an estimate. Some browsers' clocks move in
/// steps of 100 ms; over a while their readings are right all the same.
const MEASURE_MS: f64 = 12.0;
/// The most estimated slices that one slice takes where the clock moves and then
/// stands still.
const MOST_SLICES: f64 = 64.0;

/// Knows how fast this machine is.
#[derive(Clone, Copy, Debug)]
pub struct Pacer {
    /// Fuel per millisecond.
    rate: f64,
    fuel: f64,
    ms: f64,
}

impl Default for Pacer {
    fn default() -> Self {
        Self {
            rate: FIRST_RATE,
            fuel: 0.0,
            ms: 0.0,
        }
    }
}

/// One slice under way.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    slice_ms: f64,
    started: f64,
    elapsed: f64,
    /// The estimated fuel of the slice.
    whole: f64,
    used: f64,
}

impl Pacer {
    /// Begins a slice of about `slice_ms` milliseconds; `clock` is the time in
    /// milliseconds since any moment.
    pub fn begin(&self, slice_ms: f64, clock: f64) -> Pacing {
        Pacing {
            slice_ms,
            started: clock,
            elapsed: 0.0,
            whole: larger(self.rate * slice_ms, 1.0),
            used: 0.0,
        }
    }

    /// Learns from a slice that has ended.
    pub fn learn(&mut self, slice: &Pacing) {
        self.fuel += slice.used;
        self.ms += slice.elapsed;
        // Where the clock has not moved, its next step counts for this slice, too.
        if slice.elapsed > 0.0 && self.ms >= MEASURE_MS {
            self.rate = (self.fuel / self.ms).clamp(*RATES.start(), *RATES.end());
            // Older slices count less and less.
            self.fuel /= 2.0;
            self.ms /= 2.0;
        }
    }

    /// Fuel per millisecond, as far as is known.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

/// The first number if it is larger, else the second: `f64::max` in less code.
fn larger(number: f64, least: f64) -> f64 {
    if number > least { number } else { least }
}

impl Pacing {
    /// The fuel of the next part.
    pub fn part(&self) -> u64 {
        PART
    }

    /// Notes that a part has used `fuel` and that it is `clock` now, and tells
    /// whether the slice is over.
    pub fn is_over(&mut self, fuel: u64, clock: f64) -> bool {
        self.used += fuel.max(1) as f64;
        // A clock that is set back, or gives no number, counts as a frozen one.
        self.elapsed = larger(clock - self.started, self.elapsed);
        if self.elapsed > 0.0 {
            self.elapsed >= self.slice_ms || self.used >= self.whole * MOST_SLICES
        } else {
            self.used >= self.whole
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that does `rate` fuel a millisecond, with a clock that shows
    /// multiples of `grain` milliseconds.
    struct Machine {
        rate: f64,
        grain: f64,
        time: f64,
    }

    impl Machine {
        fn clock(&self) -> f64 {
            (self.time / self.grain).floor() * self.grain
        }

        /// Runs a slice; how long it really took.
        fn slice(&mut self, pacer: &mut Pacer, slice_ms: f64) -> f64 {
            let from = self.time;
            let mut slice = pacer.begin(slice_ms, self.clock());
            loop {
                let fuel = slice.part();
                self.time += fuel as f64 / self.rate;
                if slice.is_over(fuel, self.clock()) {
                    break;
                }
            }
            pacer.learn(&slice);
            self.time - from
        }
    }

    #[test]
    fn slices_last_as_long_as_wanted_on_machines_of_any_speed() {
        for rate in [1_000.0, 20_000.0, 150_000.0, 1_000_000.0] {
            for grain in [0.005, 0.1, 1.0] {
                let mut machine = Machine {
                    rate,
                    grain,
                    time: 0.3,
                };
                let mut pacer = Pacer::default();
                let times: Vec<f64> = (0..200).map(|_| machine.slice(&mut pacer, 8.0)).collect();
                for time in times.iter().skip(100) {
                    assert!((6.0..12.5).contains(time), "{rate} {grain}: {time}");
                }
            }
        }
    }

    #[test]
    fn a_very_coarse_clock_is_right_over_a_while() {
        let mut machine = Machine {
            rate: 150_000.0,
            grain: 100.0,
            time: 0.0,
        };
        let mut pacer = Pacer::default();
        for _ in 0..400 {
            machine.slice(&mut pacer, 8.0);
        }
        let mean = (0..400)
            .map(|_| machine.slice(&mut pacer, 8.0))
            .sum::<f64>()
            / 400.0;
        assert!((5.0..11.0).contains(&mean), "{mean}");
    }

    #[test]
    fn with_a_frozen_clock_a_slice_has_a_fixed_amount_of_fuel() {
        let mut pacer = Pacer::default();
        for _ in 0..10 {
            let mut slice = pacer.begin(8.0, 5.0);
            let mut parts = 1;
            while !slice.is_over(slice.part(), 5.0) {
                parts += 1;
            }
            pacer.learn(&slice);
            assert_eq!(parts, (FIRST_RATE * 8.0) as u64 / PART);
        }
        assert_eq!(pacer.rate(), FIRST_RATE);
    }

    #[test]
    fn a_clock_that_is_nonsense_ends_slices_all_the_same() {
        for clock in [f64::NAN, f64::NEG_INFINITY, -1e9] {
            let mut slice = Pacer::default().begin(8.0, 1e6);
            let parts = (1..100).find(|_| slice.is_over(slice.part(), clock));
            assert_eq!(parts, Some(50), "{clock}");
        }
        let mut slice = Pacer::default().begin(8.0, f64::NAN);
        assert!((1..100).any(|_| slice.is_over(slice.part(), 1.0)));
    }

    #[test]
    fn one_interruption_does_not_make_slices_short() {
        let mut pacer = Pacer::default();
        let mut machine = Machine {
            rate: 150_000.0,
            grain: 0.1,
            time: 0.0,
        };
        for _ in 0..20 {
            machine.slice(&mut pacer, 8.0);
        }
        // The system runs something else in the middle of a part.
        let mut slice = pacer.begin(8.0, 0.0);
        assert!(slice.is_over(1_000, 500.0));
        pacer.learn(&slice);
        for _ in 0..20 {
            let time = machine.slice(&mut pacer, 8.0);
            assert!((7.0..11.0).contains(&time), "{time}");
        }
        assert!(pacer.rate() > 100_000.0, "{}", pacer.rate());
    }

    #[test]
    fn costly_instructions_shorten_the_parts() {
        let mut pacer = Pacer::default();
        let mut machine = Machine {
            rate: 500.0,
            grain: 0.1,
            time: 0.0,
        };
        machine.slice(&mut pacer, 8.0);
        let second = machine.slice(&mut pacer, 8.0);
        assert!(second < 12.0, "{second}");
    }
}
