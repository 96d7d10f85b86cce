//! Interned names and constants.
//!
//! Every name, string and number of the source becomes an [`Atom`]. All that
//! the compiler wants to know of a name is then found in its entry without a
//! search: the variable it denotes, its label, its place among the constants of
//! the function being compiled. Each of these is a stack, since inner
//! functions and blocks hide what the outer ones set; the hidden state is kept
//! by whoever hides it and put back at the end of the function or block.

use std::rc::Rc;

use crate::lua::proto::Const;

use super::key_tree::KeyTree;

/// The number of an interned name or constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Atom(u32);

/// Says that an index of an entry refers to nothing.
pub(super) const NONE: u32 = u32::MAX;

/// Where a constant stands in the constants of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The serial number of the function, [`NONE`] if in no one's.
    pub func: u32,
    /// The index of the constant.
    pub index: u32,
}

/// What is known of one atom.
#[derive(Debug)]
pub(super) struct Entry {
    /// The constant itself; its text, if it is a name.
    pub value: Const,
    /// Its place in the constants of the innermost function that uses it.
    pub slot: Slot,
    /// The index of the innermost visible variable of that name.
    pub binding: u32,
    /// The index of the innermost visible label of that name.
    pub label: u32,
    /// The index of the latest `goto` that still looks for that name.
    pub pending: u32,
}

macro_rules! fixed {
    ($($name:ident $index:literal)*) => {
        impl Atom { $(pub const $name: Atom = Atom($index);)* }
    };
}
fixed! { NIL 0 FALSE 1 TRUE 2 ENV 3 BREAK 4 SELF 5 FOR_STATE 6 }

/// All atoms of one compilation.
#[derive(Debug)]
pub(super) struct Atoms {
    entries: Vec<Entry>,
    strings: KeyTree,
    numbers: KeyTree,
}

/// What a number is found by: its kind, and its bits, so that 0.0 and -0.0 stay two.
fn number_key(value: &Const) -> [u8; 9] {
    let (kind, bits) = match value {
        Const::Int(value) => (1, *value as u64),
        Const::Float(value) => (2, value.to_bits()),
        _ => (0, 0),
    };
    let mut key = [kind; 9];
    if let Some(rest) = key.last_chunk_mut::<8>() {
        *rest = bits.to_be_bytes();
    }
    key
}

/// About what an atom costs besides its text: entry, map slot, counters.
const ENTRY_BYTES: usize = 96;

impl Atoms {
    /// The table with the names that the compiler itself uses.
    pub fn new() -> Self {
        let mut atoms = Atoms {
            entries: Vec::with_capacity(64),
            strings: KeyTree::default(),
            numbers: KeyTree::default(),
        };
        atoms.push(Const::Nil);
        atoms.push(Const::Bool(false));
        atoms.push(Const::Bool(true));
        for name in ["_ENV", "break", "self", "(for state)"] {
            atoms.string(name.as_bytes());
        }
        atoms
    }

    fn push(&mut self, value: Const) -> Atom {
        let atom = Atom(self.entries.len() as u32);
        self.entries.push(Entry {
            value,
            slot: Slot {
                func: NONE,
                index: 0,
            },
            binding: NONE,
            label: NONE,
            pending: NONE,
        });
        atom
    }

    /// The atom of a string and how many bytes it took to make it.
    pub fn string(&mut self, text: &[u8]) -> (Atom, usize) {
        let candidate = self.strings.candidate(text);
        let other = candidate.map(|at| self.text(Atom(at)));
        if let (Some(at), Some(other)) = (candidate, &other)
            && **other == *text
        {
            return (Atom(at), 0);
        }
        let atom = self.push(Const::Str(text.into()));
        self.strings.insert(text, atom.0, other.as_deref());
        (atom, text.len() + ENTRY_BYTES)
    }

    /// The atom of an integer and how many bytes it took to make it.
    pub fn integer(&mut self, value: i64) -> (Atom, usize) {
        self.number(Const::Int(value))
    }

    /// The atom of a float and how many bytes it took to make it.
    pub fn float(&mut self, value: f64) -> (Atom, usize) {
        self.number(Const::Float(value))
    }

    fn number(&mut self, value: Const) -> (Atom, usize) {
        let key = number_key(&value);
        let candidate = self.numbers.candidate(&key);
        let entry = candidate.and_then(|at| self.get(Atom(at)));
        let other = entry.map(|entry| number_key(&entry.value));
        if let Some(at) = candidate
            && other == Some(key)
        {
            return (Atom(at), 0);
        }
        let atom = self.push(value);
        let other = other.as_ref().map(|key| key.as_slice());
        self.numbers.insert(&key, atom.0, other);
        (atom, ENTRY_BYTES)
    }

    /// The entry of an atom. All atoms stem from this table.
    #[inline]
    pub fn get(&self, atom: Atom) -> Option<&Entry> {
        self.entries.get(atom.0 as usize)
    }

    /// The entry of an atom, to change.
    #[inline]
    pub fn get_mut(&mut self, atom: Atom) -> Option<&mut Entry> {
        self.entries.get_mut(atom.0 as usize)
    }

    /// The text of a name; empty for a number.
    pub fn text(&self, atom: Atom) -> Rc<[u8]> {
        match self.get(atom).map(|entry| &entry.value) {
            Some(Const::Str(text)) => Rc::clone(text),
            _ => Rc::from([]),
        }
    }

    /// The length of a string in bytes.
    pub fn text_len(&self, atom: Atom) -> usize {
        match self.get(atom).map(|entry| &entry.value) {
            Some(Const::Str(text)) => text.len(),
            _ => 0,
        }
    }

    /// The index of the variable that a name denotes, or [`NONE`].
    #[inline]
    pub fn binding(&self, atom: Atom) -> u32 {
        self.get(atom).map_or(NONE, |entry| entry.binding)
    }

    /// Makes a name denote another variable; answers what it denoted.
    pub fn bind(&mut self, atom: Atom, variable: u32) -> u32 {
        match self.get_mut(atom) {
            Some(entry) => std::mem::replace(&mut entry.binding, variable),
            None => NONE,
        }
    }
}
