//! One sort for every list whose sorting is no hot spot: each use of the
//! library's sort with another type is another copy of it.

/// The positions of `count` elements in ascending order, where `is_less(a, b)` says
/// whether the element at `a` belongs before the one at `b`. Equal ones stay in
/// order. A merge sort from the bottom up; the time is that of `count` times the
/// logarithm of `count` comparisons.
///
/// ```
/// use algocline_lua::order::sorted_positions;
/// let words = ["c", "a", "b"];
/// let order = sorted_positions(words.len(), &mut |a, b| words[a] < words[b]);
/// assert_eq!(order, [1, 2, 0]);
/// ```
pub fn sorted_positions(count: usize, is_less: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for pair in order.chunks(width.saturating_mul(2)) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some((&a, rest_a)), Some((&b, rest_b))) =
                (left.split_first(), right.split_first())
            {
                if is_less(b, a) {
                    merged.push(b);
                    right = rest_b;
                } else {
                    merged.push(a);
                    left = rest_a;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        merged.clear();
        width = width.saturating_mul(2);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_library_does_and_keeps_equal_ones_in_order() {
        for count in (0..70).chain([1_000]) {
            let value = |at: usize| at.wrapping_mul(2_654_435_761) % 1_009 % 37;
            let mut expected: Vec<usize> = (0..count).collect();
            expected.sort_by_key(|&at| value(at));
            let order = sorted_positions(count, &mut |a, b| value(a) < value(b));
            assert_eq!(order, expected);
        }
    }
}
