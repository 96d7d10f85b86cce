//! The strings of a heap: short ones interned, long ones compared by content.

use std::cell::Cell;
use std::rc::Rc;

use super::account::{Account, OutOfMemory, STRING};
use super::slab::Slab;
use super::value::{SHORT_STRING_MAX, StrId};

/// A string object.
#[derive(Clone, Debug, Default)]
pub struct Str {
    /// The bytes; none in a free slot.
    bytes: Option<Rc<[u8]>>,
    /// The hash of the bytes; zero if nobody asked for that of a long string yet.
    hash: Cell<u32>,
}

/// All strings of a heap.
#[derive(Debug, Default)]
pub struct Strings {
    pub(super) slab: Slab<Str>,
    /// Open addressing over the short strings: slot number plus one, or zero.
    index: Vec<u32>,
    interned: usize,
}

/// The hash of a byte string, never zero: eight bytes a step, multiply and rotate.
#[cfg_attr(tuned, optimize(speed))]
pub fn hash_bytes(bytes: &[u8]) -> u32 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = (bytes.len() as u64).wrapping_mul(K);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(K);
    }
    if !rest.is_empty() {
        hash = (hash.rotate_left(23) ^ last_word(bytes)).wrapping_mul(K);
    }
    ((hash ^ (hash >> 32)) as u32).max(1)
}

/// The last eight bytes, or all of fewer, as a number that tells equally long
/// strings apart.
#[inline]
fn last_word(bytes: &[u8]) -> u64 {
    if let Some(last) = bytes.last_chunk::<8>() {
        return u64::from_le_bytes(*last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    }
    bytes
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl Strings {
    /// Becomes as the strings of another heap.
    pub(super) fn copy(&mut self, other: &Strings) {
        self.slab.copy(&other.slab);
        self.index.clone_from(&other.index);
        self.interned = other.interned;
    }

    /// The bytes of a string.
    #[inline]
    pub fn bytes(&self, id: StrId) -> &[u8] {
        match &self.slab.get(id.index() as u32).bytes {
            Some(bytes) => bytes,
            None => &[],
        }
    }

    /// The bytes of a string, shared, for use while the heap changes.
    #[inline]
    pub fn shared(&self, id: StrId) -> Rc<[u8]> {
        match &self.slab.get(id.index() as u32).bytes {
            Some(bytes) => Rc::clone(bytes),
            None => Rc::from(&[][..]),
        }
    }

    /// Whether these are the very bytes of a string.
    #[inline]
    pub fn is_shared(&self, id: StrId, bytes: &Rc<[u8]>) -> bool {
        match &self.slab.get(id.index() as u32).bytes {
            Some(own) => Rc::ptr_eq(own, bytes),
            None => false,
        }
    }

    /// The hash of a string's content. That of a long string is computed when it
    /// is first asked for.
    #[inline]
    pub fn hash(&self, id: StrId) -> u32 {
        let string = self.slab.get(id.index() as u32);
        match string.hash.get() {
            0 => {
                let hash = hash_bytes(self.bytes(id));
                string.hash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    /// Whether two strings have the same content.
    #[inline]
    pub fn equal(&self, a: StrId, b: StrId) -> bool {
        a == b || (a.is_long() && b.is_long() && self.bytes(a) == self.bytes(b))
    }

    /// The string of these bytes, made if there is none yet.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn intern(&mut self, bytes: &[u8], account: &mut Account) -> Result<StrId, OutOfMemory> {
        let mut hash = 0;
        if bytes.len() <= SHORT_STRING_MAX {
            hash = hash_bytes(bytes);
            if let Some(id) = self.find(bytes, hash) {
                return Ok(id);
            }
        }
        account.charge(STRING + bytes.len() as u64)?;
        Ok(self.add(Rc::from(bytes), hash))
    }

    /// As `intern`, without copying the bytes where they have to be kept.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn intern_shared(
        &mut self,
        bytes: &Rc<[u8]>,
        account: &mut Account,
    ) -> Result<StrId, OutOfMemory> {
        let mut hash = 0;
        if bytes.len() <= SHORT_STRING_MAX {
            hash = hash_bytes(bytes);
            if let Some(id) = self.find(bytes, hash) {
                return Ok(id);
            }
        }
        account.charge(STRING + bytes.len() as u64)?;
        Ok(self.add(Rc::clone(bytes), hash))
    }

    /// The short string of these bytes, if it exists.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn lookup(&self, bytes: &[u8]) -> Option<StrId> {
        if bytes.len() > SHORT_STRING_MAX {
            return None;
        }
        self.find(bytes, hash_bytes(bytes))
    }

    #[inline]
    fn find(&self, bytes: &[u8], hash: u32) -> Option<StrId> {
        let mask = self.index.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let entry = *self.index.get(at)?;
            if entry == 0 {
                return None;
            }
            let candidate = self.slab.get(entry - 1);
            if candidate.hash.get() == hash && candidate.bytes.as_deref() == Some(bytes) {
                return Some(StrId::short(entry - 1));
            }
            at = (at + 1) & mask;
        }
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn add(&mut self, bytes: Rc<[u8]>, hash: u32) -> StrId {
        let short = bytes.len() <= SHORT_STRING_MAX;
        let slot = self.slab.insert(Str {
            bytes: Some(bytes),
            hash: Cell::new(hash),
        });
        if !short {
            return StrId::long(slot);
        }
        self.index_short(slot, hash);
        StrId::short(slot)
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn index_short(&mut self, slot: u32, hash: u32) {
        if (self.interned + 1) * 4 > self.index.len() * 3 {
            self.grow_index();
        }
        self.enter(slot, hash);
        self.interned += 1;
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn enter(&mut self, slot: u32, hash: u32) {
        let mask = self.index.len() - 1;
        let mut at = hash as usize & mask;
        while self.index[at] != 0 {
            at = (at + 1) & mask;
        }
        self.index[at] = slot + 1;
    }

    fn grow_index(&mut self) {
        let size = (self.index.len() * 2).max(64);
        let old = std::mem::replace(&mut self.index, vec![0; size]);
        for entry in old {
            if entry != 0 {
                let hash = self.slab.get(entry - 1).hash.get();
                self.enter(entry - 1, hash);
            }
        }
    }

    /// Frees a string that the collector found unreachable.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn free(&mut self, slot: u32) {
        let hash = self.slab.get(slot).hash.get();
        let dead = std::mem::take(self.slab.get_mut(slot));
        let len = dead.bytes.as_ref().map_or(0, |b| b.len());
        if len <= SHORT_STRING_MAX {
            self.unindex(slot, hash);
        }
    }

    /// Puts a string of an image into its slot. None if there is a short one of the
    /// same bytes already.
    pub(super) fn place(&mut self, slot: u32, bytes: Rc<[u8]>) -> Option<StrId> {
        let short = bytes.len() <= SHORT_STRING_MAX;
        let mut hash = 0;
        if short {
            hash = hash_bytes(&bytes);
            if self.find(&bytes, hash).is_some() {
                return None;
            }
        }
        let string = Str {
            bytes: Some(bytes),
            hash: Cell::new(hash),
        };
        *self.slab.get_mut(slot) = string;
        if !short {
            return Some(StrId::long(slot));
        }
        self.index_short(slot, hash);
        Some(StrId::short(slot))
    }

    /// Whether a slot holds the very bytes that it holds in another heap.
    pub(super) fn shares(&self, other: &Strings, slot: u32) -> bool {
        match (&self.slab.get(slot).bytes, &other.slab.get(slot).bytes) {
            (Some(own), Some(other)) => Rc::ptr_eq(own, other),
            _ => false,
        }
    }

    /// Whether a slot holds a string, and not just room for one.
    pub(super) fn is_filled(&self, slot: u32) -> bool {
        self.slab.slots.is_live(slot) && self.slab.get(slot).bytes.is_some()
    }

    /// Takes a slot out of the index and closes the gap behind it.
    #[cfg_attr(tuned, optimize(speed))]
    fn unindex(&mut self, slot: u32, hash: u32) {
        let mask = self.index.len().wrapping_sub(1);
        let mut hole = hash as usize & mask;
        loop {
            match self.index.get(hole) {
                Some(&entry) if entry == slot + 1 => break,
                Some(&entry) if entry != 0 => hole = (hole + 1) & mask,
                _ => return,
            }
        }
        self.interned -= 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let entry = self.index[at];
            if entry == 0 {
                break;
            }
            let home = self.slab.get(entry - 1).hash.get() as usize & mask;
            // The entry may move into the hole if its home is not between the
            // two, in the cyclic order of the index.
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.index[hole] = entry;
                hole = at;
            }
        }
        self.index[hole] = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_in_a_hash() {
        for len in 1..30usize {
            let bytes: Vec<u8> = (0..len as u8).collect();
            for at in 0..len {
                let mut other = bytes.clone();
                other[at] ^= 0x80;
                assert_ne!(hash_bytes(&bytes), hash_bytes(&other), "{len} {at}");
            }
            assert_ne!(hash_bytes(&bytes), hash_bytes(&bytes[..len - 1]));
        }
        assert_ne!(hash_bytes(b"ab"), hash_bytes(b"ba"));
        assert_ne!(hash_bytes(b""), 0);
    }

    #[test]
    fn long_strings_are_equal_by_content_and_hash_alike() {
        let mut account = Account::new(1 << 20);
        let mut strings = Strings::default();
        let text = [b'x'; SHORT_STRING_MAX + 1];
        let a = strings.intern(&text, &mut account).unwrap();
        let b = strings.intern(&text, &mut account).unwrap();
        assert!(a != b && strings.equal(a, b));
        assert_eq!(strings.hash(a), strings.hash(b));
        assert_eq!(strings.hash(a), hash_bytes(&text));
    }
}
