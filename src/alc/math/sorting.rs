//! Order among floats, in one place: every use of the library's sort is a copy of it.

use crate::lua::order::sorted_positions;

/// The places of the values in ascending order; equal ones stay in order.
#[inline(never)]
pub(super) fn ascending(values: &[f64]) -> Vec<usize> {
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    sorted_positions(values.len(), &mut |a, b| at(a).total_cmp(&at(b)).is_lt())
}

/// The value at `index` in ascending order, and the next one if there is any, in time
/// in proportion to their number: byte by byte from the highest, it counts which
/// bytes the values have that begin like the one wanted.
#[inline(never)]
pub(super) fn select(values: &[f64], index: usize) -> Option<(f64, Option<f64>)> {
    if index >= values.len() {
        return None;
    }
    let mut before = index;
    let mut prefix = 0u64;
    for shift in (0..64).step_by(8).rev() {
        let mut counts = [0usize; 256];
        for value in values {
            let bits = key(*value) >> shift;
            // A shift of all bits away is asked for at the highest byte.
            if (bits ^ prefix) >> 8 == 0
                && let Some(count) = counts.get_mut((bits & 0xff) as usize)
            {
                *count += 1;
            }
        }
        for count in counts {
            if before < count {
                break;
            }
            before -= count;
            prefix += 1;
        }
        if shift > 0 {
            prefix <<= 8;
        }
    }
    let (mut found, mut equal, mut next) = (0.0, 0, None);
    for value in values {
        let bits = key(*value);
        if bits == prefix {
            (found, equal) = (*value, equal + 1);
        } else if bits > prefix && next.is_none_or(|next| bits < key(next)) {
            next = Some(*value);
        }
    }
    // One as large may follow.
    Some((
        found,
        if before + 1 < equal {
            Some(found)
        } else {
            next
        },
    ))
}

/// The bits of a float such that they are in its order.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    bits ^ ((bits as i64 >> 63) as u64 | 1 << 63)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_selected_is_what_sorting_finds(
            mut values in prop::collection::vec(
                prop_oneof![-9.0f64..9.0, prop::num::f64::ANY, (-3i8..3).prop_map(f64::from)],
                1..50,
            ),
        ) {
            let expected = |values: &[f64], at: usize| values.get(at).map(|v| v.to_bits());
            let shuffled = values.clone();
            values.sort_by(f64::total_cmp);
            for at in 0..=values.len() {
                let found = select(&shuffled, at);
                prop_assert_eq!(found.map(|f| f.0.to_bits()), expected(&values, at));
                let next = found.and_then(|f| f.1).map(f64::to_bits);
                prop_assert_eq!(next, expected(&values, at + 1));
            }
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let sorted: Vec<f64> = ascending(&shuffled).iter().map(|&at| shuffled[at]).collect();
            prop_assert_eq!(bits(&sorted), bits(&values));
        }
    }
}
