//! A map for a few thousand entries at most: a list in the order of its keys.
//!
//! Each use of the library's `BTreeMap` with other types is another copy of its
//! code, of some eight kilobytes. A list needs hardly any. What it costs is that
//! an entry which does not come last moves those behind it.

use std::cmp::Ordering;

use super::SessionId;

/// Where the key looked for is among so many in order, or else belongs; `compare` tells
/// how the key at a position stands to it. One function for keys of all types.
pub(super) fn search(
    len: usize,
    compare: &mut dyn FnMut(usize) -> Ordering,
) -> Result<usize, usize> {
    let (mut low, mut high) = (0, len);
    // Most come in order.
    if let Some(last) = len.checked_sub(1)
        && compare(last) == Ordering::Less
    {
        return Err(len);
    }
    while low < high {
        let middle = low.midpoint(high);
        match compare(middle) {
            Ordering::Less => low = middle.saturating_add(1),
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => high = middle,
        }
    }
    Err(low)
}

/// What a map may have as its key, and what is given to look for one.
pub trait Key {
    /// What is looked for.
    type Sought: Ord + ?Sized;

    /// What this key is found by.
    fn sought(&self) -> &Self::Sought;
}

impl Key for String {
    type Sought = str;

    fn sought(&self) -> &str {
        self
    }
}

impl Key for SessionId {
    type Sought = Self;

    fn sought(&self) -> &Self {
        self
    }
}

impl Key for u64 {
    type Sought = Self;

    fn sought(&self) -> &Self {
        self
    }
}

/// Entries in the order of their keys.
///
/// ```
/// use algocline_wasm::domain::SortedMap;
/// let mut map: SortedMap<u64, i32> = [(7, 2), (5, 1)].into_iter().collect();
/// map.insert(9, 3);
/// assert_eq!(map.remove(&7), Some(2));
/// assert_eq!(map.into_iter().collect::<Vec<_>>(), [(5, 1), (9, 3)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedMap<K, V> {
    pub(super) entries: Vec<(K, V)>,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Key, V> SortedMap<K, V> {
    /// An empty map.
    // A call is shorter than its three numbers, and objects are many.
    #[inline(never)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the entry of `key` is, or else belongs.
    fn find(&self, key: &K::Sought) -> Result<usize, usize> {
        search(self.entries.len(), &mut |at| match self.entries.get(at) {
            Some((own, _)) => own.sought().cmp(key),
            None => Ordering::Greater,
        })
    }

    /// The value of a key.
    pub fn get(&self, key: &K::Sought) -> Option<&V> {
        let at = self.find(key).ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K::Sought) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is an entry of this key.
    pub fn contains_key(&self, key: &K::Sought) -> bool {
        self.find(key).is_ok()
    }

    /// Adds an entry, in place of the one of the same key.
    pub fn insert(&mut self, key: K, value: V) {
        let found = self.find(key.sought());
        let entry = (key, value);
        match found {
            Ok(at) => {
                if let Some(old) = self.entries.get_mut(at) {
                    *old = entry;
                }
            }
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K::Sought) -> Option<V> {
        let at = self.find(key).ok()?;
        Some(self.entries.remove(at).1)
    }

    /// Keeps the entries of those keys for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.entries.retain(|(key, _)| keep(key));
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The entries from this key on, in the order of their keys.
    pub fn from_key(&self, key: &K::Sought) -> impl Iterator<Item = (&K, &V)> {
        let (Ok(at) | Err(at)) = self.find(key);
        let rest = self.entries.get(at..).unwrap_or_default();
        rest.iter().map(|(key, value)| (key, value))
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }
}

impl<K: Key, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Key, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_does_what_the_librarys_map_does() {
        let (mut ours, mut theirs) = (SortedMap::new(), BTreeMap::new());
        for step in 0_u32..2_000 {
            let key = u64::from(step.wrapping_mul(2_654_435_761) >> 24);
            if step % 3 == 0 {
                assert_eq!(ours.remove(&key), theirs.remove(&key));
            } else {
                ours.insert(key, step);
                theirs.insert(key, step);
            }
            assert_eq!(ours.get(&key), theirs.get(&key));
        }
        assert!(ours.iter().eq(&theirs) && ours.keys().eq(theirs.keys()));
        ours.retain(|key| key % 2 == 0);
        theirs.retain(|key, _| key % 2 == 0);
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.into_iter().eq(theirs));
    }
}
