//! Numbers found by byte strings: a crit-bit tree (D. J. Bernstein; Morrison's
//! PATRICIA, 1968).
//!
//! A node tells two groups of keys apart by the first bit in which they differ,
//! so a search takes at most one step for each bit of the key. There is no hash
//! that a source could be written against.

use std::cmp::Reverse;

/// A bit of a key: that of a byte, or the one above it, which says that the key has
/// so many bytes. In the order of a key's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bit {
    byte: u32,
    mask: Reverse<u16>,
}

/// Says that a key goes on; stands above the bits of its byte.
const PRESENT: u16 = 0x100;

/// A key's byte as nine bits; zero behind the end.
#[inline]
fn nine_bits(key: &[u8], at: u32) -> u16 {
    key.get(at as usize)
        .map_or(0, |byte| PRESENT | u16::from(*byte))
}

impl Bit {
    #[inline]
    fn of(self, key: &[u8]) -> usize {
        usize::from(nine_bits(key, self.byte) & self.mask.0 != 0)
    }

    /// The first bit in which two keys differ; none if they are equal.
    fn apart(a: &[u8], b: &[u8]) -> Option<Bit> {
        let same = a.iter().zip(b).take_while(|(a, b)| a == b).count() as u32;
        let differ = nine_bits(a, same) ^ nine_bits(b, same);
        let mask = Reverse(1 << differ.checked_ilog2()?);
        Some(Bit { byte: same, mask })
    }
}

/// What stands below a node, by the node's bit.
#[derive(Clone, Copy, Debug)]
enum Branch {
    Node(u32),
    Found(u32),
}

#[derive(Debug)]
struct Node {
    bit: Bit,
    branches: [Branch; 2],
}

/// A tree that holds the numbers of keys; the keys themselves are elsewhere.
#[derive(Debug, Default)]
pub(super) struct KeyTree {
    root: Option<Branch>,
    nodes: Vec<Node>,
}

impl KeyTree {
    /// The only number whose key may be this one.
    pub fn candidate(&self, key: &[u8]) -> Option<u32> {
        let mut branch = self.root?;
        loop {
            match branch {
                Branch::Found(number) => return Some(number),
                Branch::Node(at) => {
                    let node = self.nodes.get(at as usize)?;
                    branch = *node.branches.get(node.bit.of(key))?;
                }
            }
        }
    }

    /// Adds a key; `candidate` is the key of the number that [`Self::candidate`]
    /// gave, if any. The same key again changes nothing.
    pub fn insert(&mut self, key: &[u8], number: u32, candidate: Option<&[u8]>) {
        let Some(candidate) = candidate else {
            self.root = Some(Branch::Found(number));
            return;
        };
        let Some(bit) = Bit::apart(key, candidate) else {
            return;
        };
        // The place is above the first node that tells apart by a later bit.
        let mut place = self.root;
        let mut above = None;
        while let Some(Branch::Node(at)) = place
            && let Some(node) = self.nodes.get(at as usize)
            && node.bit < bit
        {
            let side = node.bit.of(key);
            above = Some((at, side));
            place = node.branches.get(side).copied();
        }
        let Some(below) = place else { return };
        let new = Branch::Node(self.nodes.len() as u32);
        let mut branches = [below; 2];
        if let Some(own) = branches.get_mut(bit.of(key)) {
            *own = Branch::Found(number);
        }
        self.nodes.push(Node { bit, branches });
        match above {
            None => self.root = Some(new),
            Some((at, side)) => {
                if let Some(node) = self.nodes.get_mut(at as usize)
                    && let Some(branch) = node.branches.get_mut(side)
                {
                    *branch = new;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// A tree with its keys, compared with a map.
    #[derive(Default)]
    struct Keys {
        tree: KeyTree,
        keys: Vec<Vec<u8>>,
    }

    impl Keys {
        fn number(&mut self, key: &[u8]) -> usize {
            let candidate = self.tree.candidate(key).map(|at| at as usize);
            if let Some(at) = candidate
                && self.keys[at] == key
            {
                return at;
            }
            let number = self.keys.len();
            let other = candidate.map(|at| self.keys[at].as_slice());
            self.tree.insert(key, number as u32, other);
            self.keys.push(key.to_vec());
            number
        }
    }

    #[test]
    fn every_key_is_found_again() {
        let mut keys = Keys::default();
        let mut map = HashMap::new();
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // Short keys of few different bytes: prefixes, repeats, zeros, ends.
            let len = (state >> 60) as usize;
            let key: Vec<u8> = (0..len)
                .map(|i| [0, 1, 0x80, 0xFF][(state >> (20 + 2 * i)) as usize & 3])
                .collect();
            let next = map.len();
            let expected = *map.entry(key.clone()).or_insert(next);
            assert_eq!(keys.number(&key), expected, "{key:?}");
        }
        assert!(map.len() > 1_000, "{}", map.len());
        for (key, number) in &map {
            assert_eq!(keys.number(key), *number);
        }
    }

    #[test]
    fn a_search_takes_at_most_a_step_for_each_bit() {
        let mut keys = Keys::default();
        let longest = [b'x'; 64];
        for len in 0..=longest.len() {
            keys.number(&longest[..len]);
        }
        assert_eq!(keys.tree.nodes.len(), longest.len());
        let mut steps = 0;
        let mut branch = keys.tree.root;
        while let Some(Branch::Node(at)) = branch {
            let node = &keys.tree.nodes[at as usize];
            branch = Some(node.branches[node.bit.of(&longest)]);
            steps += 1;
        }
        assert_eq!(steps, longest.len());
    }
}
