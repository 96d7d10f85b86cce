//! How alike two words are.

/// The similarity by Jaro and Winkler, from 0 (nothing in common) to 1 (the same):
/// Jaro's, nearer to 1 by a tenth for each of the first four characters that both
/// begin with, if it is above 0.7.
///
/// Jaro's counts the characters that stand in both words at about the same place,
/// and how many of those are in another order. It is the mean of their share of
/// either word, and the share of them that are in order.
pub(super) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.is_empty() || b.is_empty() {
        return f64::from(u8::from(a.len() == b.len()));
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    // The characters of `b` that have no partner yet.
    let mut free: Vec<Option<char>> = b.iter().copied().map(Some).collect();
    let mut partners = Vec::new();
    for (at, &own) in a.iter().enumerate() {
        let near = free.iter_mut().enumerate().take(at + reach + 1);
        for (_, other) in near.skip(at.saturating_sub(reach)) {
            if *other == Some(own) {
                *other = None;
                partners.push(own);
                break;
            }
        }
    }
    let mut turned = 0;
    let mut in_order = partners.iter();
    for (taken, other) in free.iter().zip(&b) {
        if taken.is_none() && in_order.next() != Some(other) {
            turned += 1;
        }
    }
    if partners.is_empty() {
        return 0.0;
    }
    let common = partners.len() as f64;
    let ordered = (partners.len() - turned / 2) as f64;
    let jaro = (common / a.len() as f64 + common / b.len() as f64 + ordered / common) / 3.0;
    if jaro <= 0.7 {
        return jaro;
    }
    let same = a.iter().zip(&b).take(4).take_while(|(a, b)| a == b);
    jaro + 0.1 * same.count() as f64 * (1.0 - jaro)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::jaro_winkler;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_to_the_bit_what_the_library_computes(a in "[abcé]{0,12}", b in "[abcé]{0,12}") {
            let theirs = strsim::jaro_winkler(&a, &b);
            prop_assert_eq!(jaro_winkler(&a, &b).to_bits(), theirs.to_bits());
        }
    }
}
