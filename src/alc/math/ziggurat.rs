//! Standard normal and exponential numbers by the ziggurat method.
//!
//! Sources: G. Marsaglia and W. W. Tsang, "The ziggurat method for generating random
//! variables", 2000; J. A. Doornik, "An improved ziggurat method to generate normal
//! random samples", 2005.

use libm::{exp, log};

use super::generator::{Generator, from_one};

/// How many layers of equal area cover a density.
const LAYERS: usize = 256;

/// A density and its layers.
struct Shape {
    /// Where the tail begins.
    tail: f64,
    /// What each layer covers.
    area: f64,
    density: fn(f64) -> f64,
    inverse: fn(f64) -> f64,
    /// Which edges and which densities are the next float above (or below) the
    /// computed one: the tables of `rand_distr` 0.5, whose draws ours must be, were
    /// computed elsewhere and rounded to 18 decimals. One that is further off stands
    /// here as many times.
    edges_up: &'static [u8],
    edges_down: &'static [u8],
    densities_up: &'static [u8],
    densities_down: &'static [u8],
}

static NORMAL: Shape = Shape {
    tail: 3.654152885361009,
    area: 0.00492867323399,
    density: |x| exp(-x * x / 2.0),
    inverse: |y| (-2.0 * log(y)).sqrt(),
    edges_up: &[54, 81, 85, 102, 127, 145, 146, 149, 204, 225, 226, 234],
    edges_down: &[86, 87, 137, 175, 186, 206, 224, 224],
    densities_up: &[3, 45, 55, 72, 85, 86, 90, 95, 97, 136, 149, 223],
    densities_down: &[
        0, 0, 0, 0, 0, 0, 6, 17, 22, 23, 51, 53, 84, 94, 101, 145, 148, 154, 164, 224, 225,
    ],
};

static EXPONENTIAL: Shape = Shape {
    tail: 7.69711747013105,
    area: 0.003949659822581557,
    density: |x| exp(-x),
    inverse: |y| -log(y),
    edges_up: &[
        5, 50, 68, 80, 103, 115, 133, 143, 149, 169, 171, 177, 178, 182, 183, 195, 199, 232, 233,
        235,
    ],
    edges_down: &[
        27, 33, 45, 74, 79, 113, 121, 124, 125, 127, 146, 167, 185, 186, 190, 213, 223,
    ],
    densities_up: &[
        1, 1, 1, 1, 1, 1, 1, 3, 3, 5, 9, 34, 81, 113, 115, 116, 124, 126, 166, 184, 185,
    ],
    densities_down: &[
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 14, 27, 49, 77, 79, 87, 102, 114, 132,
        136, 142, 169, 170, 177, 181, 198,
    ],
};

/// The right edge of each layer, from the base up to the top, and the density there.
type Table = [(f64, f64); LAYERS + 1];

/// The layers of a density, computed at the first draw: stored, they would be eight
/// kilobytes that do not compress.
#[inline(never)]
fn table_of(shape: &Shape) -> Table {
    let mut table = [(0.0, 1.0); LAYERS + 1];
    let at_tail = (shape.density)(shape.tail);
    let mut edge = shape.area / at_tail;
    for (at, row) in (0u8..=u8::MAX).zip(&mut table) {
        nudge(&mut edge, at, shape.edges_up, shape.edges_down);
        let exact = (shape.density)(edge);
        let mut density = exact;
        nudge(&mut density, at, shape.densities_up, shape.densities_down);
        *row = (edge, density);
        edge = if at == 0 {
            shape.tail
        } else {
            (shape.inverse)(shape.area / edge + exact)
        };
    }
    table
}

/// Moves a computed value to its neighbour as often as the lists name its place.
fn nudge(value: &mut f64, at: u8, up: &[u8], down: &[u8]) {
    for _ in up.iter().filter(|&&place| place == at) {
        *value = value.next_up();
    }
    for _ in down.iter().filter(|&&place| place == at) {
        *value = value.next_down();
    }
}

thread_local! {
    static NORMAL_TABLE: Box<Table> = Box::new(table_of(&NORMAL));
    static EXPONENTIAL_TABLE: Box<Table> = Box::new(table_of(&EXPONENTIAL));
}

/// A draw: where it fell, or in which place of the base layer if that was the tail.
enum Draw {
    At(f64),
    Tail(f64),
}

/// Draws a layer and a place in it until the place is below the density. `spread`
/// makes a place in (-1, 1) or (0, 1) of random bits.
#[inline(never)]
fn draw(rng: &mut Generator<'_>, shape: &Shape, table: &Table, spread: fn(u64) -> f64) -> Draw {
    loop {
        let bits = rng.next_u64();
        let layer = (bits & 0xff) as usize;
        let place = spread(bits);
        let (Some((edge, bottom)), Some((inner, top))) = (table.get(layer), table.get(layer + 1))
        else {
            continue;
        };
        let x = place * edge;
        if x.abs() < *inner {
            return Draw::At(x);
        }
        if layer == 0 {
            return Draw::Tail(place);
        }
        if top + (bottom - top) * rng.float() < (shape.density)(x) {
            return Draw::At(x);
        }
    }
}

/// A number of the standard normal distribution.
#[inline(never)]
pub(super) fn standard_normal(rng: &mut Generator<'_>) -> f64 {
    let symmetric = |bits| 2.0 * from_one(bits) - 3.0;
    let place = match NORMAL_TABLE.with(|table| draw(rng, &NORMAL, table, symmetric)) {
        Draw::At(x) => return x,
        Draw::Tail(place) => place,
    };
    // By G. Marsaglia, "Generating a variable from the tail of the normal
    // distribution", 1964.
    let (mut x, mut y) = (1.0f64, 0.0f64);
    while -2.0 * y < x * x {
        x = log(rng.open_float()) / NORMAL.tail;
        y = log(rng.open_float());
    }
    if place < 0.0 {
        x - NORMAL.tail
    } else {
        NORMAL.tail - x
    }
}

/// A number of the exponential distribution with mean 1.
#[inline(never)]
pub(super) fn standard_exponential(rng: &mut Generator<'_>) -> f64 {
    let positive = |bits| from_one(bits) - (1.0 - f64::EPSILON / 2.0);
    match EXPONENTIAL_TABLE.with(|table| draw(rng, &EXPONENTIAL, table, positive)) {
        Draw::At(x) => x,
        Draw::Tail(_) => EXPONENTIAL.tail - log(rng.float()),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::generator::state_of;
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::{Exp1, StandardNormal};

    /// The crate's tables are private, but each draw is a place times an edge of one
    /// of them, and is kept or not by its neighbours in both.
    #[test]
    fn draws_are_those_of_the_crate() {
        for seed in 0..8 {
            let (mut ours, mut theirs) = (state_of(seed), StdRng::seed_from_u64(seed));
            let mut ours = Generator::of(&mut ours).unwrap();
            for _ in 0..60_000 {
                let (a, b): (f64, f64) =
                    (standard_normal(&mut ours), theirs.sample(StandardNormal));
                // The crate takes the tail's logarithms from the C library.
                let same = a == b || b.abs() > NORMAL.tail && (a / b - 1.0).abs() < 1e-15;
                assert!(same, "{a} {b}");
                let (a, b): (f64, f64) = (standard_exponential(&mut ours), theirs.sample(Exp1));
                let same = a == b || b > EXPONENTIAL.tail && (a / b - 1.0).abs() < 1e-15;
                assert!(same, "{a} {b}");
            }
        }
    }

    /// The tables have the edges and the ends of those of `rand_distr` 0.5, whose sums
    /// were taken in the order of the layers.
    #[test]
    fn tables_are_those_of_the_crate_in_every_bit() {
        let sums = |shape| {
            let table = table_of(shape);
            let bits = table
                .iter()
                .flat_map(|row| [row.0.to_bits(), row.1.to_bits()]);
            bits.fold(0u64, |sum, bits| sum.rotate_left(5).wrapping_add(bits))
        };
        assert_eq!(sums(&NORMAL), NORMAL_SUM);
        assert_eq!(sums(&EXPONENTIAL), EXPONENTIAL_SUM);
    }

    const NORMAL_SUM: u64 = 13_842_930_599_555_876_859;
    const EXPONENTIAL_SUM: u64 = 11_244_333_677_855_142_234;
}
