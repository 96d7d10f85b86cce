//! Interned names and constants.
//!
//! Every name, string and number of the source becomes an [`Atom`]. All that
//! the compiler wants to know of a name is then found in its entry without a
//! search: the variable it denotes, its label, its place among the constants of
//! the function being compiled. Each of these is a stack, since inner
//! functions and blocks hide what the outer ones set; the hidden state is kept
//! by whoever hides it and put back at the end of the function or block.

use std::rc::Rc;

use crate::lua::account::Account;
use crate::lua::proto::Const;
use crate::lua::strings::hash_bytes;
use crate::lua::table::Table;
use crate::lua::value::Value;

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
    /// The next string of the same hash.
    same_hash: u32,
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
    /// The latest string of each hash.
    strings: Index,
    integers: Index,
    /// Floats by their bits, so that 0.0 and -0.0 stay two.
    floats: Index,
}

/// Atoms by a number: a table of the machine serves, without its account.
#[derive(Debug, Default)]
struct Index(Table);

impl Index {
    fn get(&self, key: i64) -> Option<Atom> {
        match self.0.get_int(key) {
            Value::Int(atom) => Some(Atom(atom as u32)),
            _ => None,
        }
    }

    fn set(&mut self, key: i64, atom: Atom) {
        let mut account = Account::new(u64::MAX);
        // An account without a limit refuses nothing.
        let _ = self.0.set_int(key, Value::Int(atom.0.into()), &mut account);
    }
}

/// About what an atom costs besides its text: entry, map slot, counters.
const ENTRY_BYTES: usize = 96;

impl Atoms {
    /// The table with the names that the compiler itself uses.
    pub fn new() -> Self {
        let mut atoms = Atoms {
            entries: Vec::with_capacity(64),
            strings: Index::default(),
            integers: Index::default(),
            floats: Index::default(),
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
            same_hash: NONE,
        });
        atom
    }

    /// The atom of a string and how many bytes it took to make it.
    pub fn string(&mut self, text: &[u8]) -> (Atom, usize) {
        let hash = hash_bytes(text).into();
        let first = self.strings.get(hash);
        let mut at = first.map_or(NONE, |atom| atom.0);
        while let Some(entry) = self.entries.get(at as usize) {
            if matches!(&entry.value, Const::Str(other) if **other == *text) {
                return (Atom(at), 0);
            }
            at = entry.same_hash;
        }
        let atom = self.push(Const::Str(text.into()));
        if let (Some(entry), Some(first)) = (self.get_mut(atom), first) {
            entry.same_hash = first.0;
        }
        self.strings.set(hash, atom);
        (atom, text.len() + ENTRY_BYTES)
    }

    /// The atom of an integer and how many bytes it took to make it.
    pub fn integer(&mut self, value: i64) -> (Atom, usize) {
        if let Some(atom) = self.integers.get(value) {
            return (atom, 0);
        }
        let atom = self.push(Const::Int(value));
        self.integers.set(value, atom);
        (atom, ENTRY_BYTES)
    }

    /// The atom of a float and how many bytes it took to make it.
    pub fn float(&mut self, value: f64) -> (Atom, usize) {
        let bits = value.to_bits() as i64;
        if let Some(atom) = self.floats.get(bits) {
            return (atom, 0);
        }
        let atom = self.push(Const::Float(value));
        self.floats.set(bits, atom);
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
