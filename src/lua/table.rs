//! Tables: an array part and a hash part that keeps the order of insertion.
//!
//! Invariants: the last element of the array part is never nil, so the border
//! is at hand; no integer key within the array part stands in the hash part;
//! `array.len() + 1` is never a living key of the hash part. A removed key keeps
//! its place with a nil value until the part is rebuilt, so that a traversal
//! may clear the fields it visits.

use super::account::{Account, NODE, OutOfMemory, SLOT, TABLE, WORD};
use super::strings::Strings;
use super::text::number::float_to_integer;
use super::value::{StrId, TableId, Value};

/// An entry of the hash part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Node {
    /// The key; never nil.
    pub key: Value,
    /// The value; nil if the key was removed.
    pub value: Value,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    array: Vec<Value>,
    nodes: Vec<Node>,
    /// Open addressing over the nodes: number plus one, or zero.
    index: Vec<u32>,
    /// What of `array` is paid for.
    array_cap: u32,
    /// What of `nodes` is paid for; `index` is twice as long.
    node_cap: u32,
    /// The most elements `array` ever had: keys up to here may be passed to
    /// `next` although the array part became shorter meanwhile.
    array_high: u32,
    /// The metatable.
    pub meta: Option<TableId>,
    /// For a metatable: bit n is set if event n is known to be absent.
    pub absent: u32,
}

/// Why a store was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The cap of the heap forbids it; nothing was changed.
    Memory,
    /// The key is nil.
    NilKey,
    /// The key is NaN.
    NanKey,
}

impl From<OutOfMemory> for StoreError {
    fn from(_: OutOfMemory) -> Self {
        StoreError::Memory
    }
}

/// A key passed to `next` that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKey;

const K: u64 = 0x9E37_79B9_7F4A_7C15;
/// The price of one entry with its share of the index.
const ENTRY: u64 = NODE + 2 * WORD;
/// Integer keys above this never move into the array part.
const MAX_ARRAY: u64 = 1 << 27;

#[inline]
fn mix(x: u64) -> usize {
    (x.wrapping_mul(K) >> 32) as usize
}

#[inline]
fn hash_short(id: StrId) -> usize {
    mix(u64::from(id.0))
}

#[cfg_attr(tuned, optimize(speed))]
fn hash_value(key: Value, strings: &Strings) -> usize {
    match key {
        Value::Nil => 0,
        Value::Bool(b) => mix(u64::from(b) + 1),
        Value::Int(i) => mix(i as u64),
        Value::Float(f) => mix(f.to_bits()),
        Value::Str(id) if id.is_long() => mix(u64::from(strings.hash(id))),
        Value::Str(id) => hash_short(id),
        Value::Table(id) => mix(u64::from(id.0) | 1 << 32),
        Value::Closure(id) => mix(u64::from(id.0) | 2 << 32),
        Value::Native(id) => mix(u64::from(id.0) | 3 << 32),
        Value::Bound(id) => mix(u64::from(id.0) | 4 << 32),
        Value::Thread(id) => mix(u64::from(id.0) | 5 << 32),
        Value::Data(id) => mix(u64::from(id.0) | 6 << 32),
    }
}

/// Keys that stand for the same entry: floats with an integer value are
/// integers.
fn normalize(key: Value) -> Value {
    match key {
        Value::Float(f) => match float_to_integer(f) {
            Some(i) => Value::Int(i),
            None => key,
        },
        _ => key,
    }
}

impl Table {
    /// What the whole table was charged.
    pub fn price(&self) -> u64 {
        Table::price_of(self.array_cap, self.node_cap)
    }

    /// What a table of these capacities is charged.
    pub(super) fn price_of(array_cap: u32, node_cap: u32) -> u64 {
        TABLE + SLOT * u64::from(array_cap) + ENTRY * u64::from(node_cap)
    }

    /// The array part.
    #[inline]
    pub fn array(&self) -> &[Value] {
        &self.array
    }

    /// The hash part in the order of insertion, removed keys included.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Capacities and high mark, as an image records them.
    pub fn capacities(&self) -> (u32, u32, u32) {
        (self.array_cap, self.node_cap, self.array_high)
    }

    /// The value of an integer key.
    #[inline]
    pub fn get_int(&self, key: i64) -> Value {
        let at = (key as u64).wrapping_sub(1);
        if at < self.array.len() as u64 {
            return self.array[at as usize];
        }
        if self.nodes.is_empty() {
            return Value::Nil;
        }
        self.get_int_hashed(key)
    }

    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn get_int_hashed(&self, key: i64) -> Value {
        match self.find_with(mix(key as u64), |k| matches!(k, Value::Int(i) if i == key)) {
            Some(n) => self.nodes[n].value,
            None => Value::Nil,
        }
    }

    /// The value of a short string key.
    #[inline]
    pub fn get_short(&self, key: StrId) -> Value {
        match self.find_short(key) {
            Some(n) => self.nodes[n].value,
            None => Value::Nil,
        }
    }

    /// The value under an integer key in the array part, if it is there and not
    /// nil. The common read, without a copy.
    #[inline]
    pub fn int_ref(&self, key: i64) -> Option<&Value> {
        let at = (key as u64).wrapping_sub(1);
        if at < self.array.len() as u64 {
            let value = &self.array[at as usize];
            if !value.is_nil() {
                return Some(value);
            }
        }
        None
    }

    /// The element under an integer key, to be overwritten, if it is in the array
    /// part and not nil. The new value must not be nil.
    #[inline]
    pub fn int_slot(&mut self, key: i64) -> Option<&mut Value> {
        let at = (key as u64).wrapping_sub(1);
        if at < self.array.len() as u64 {
            let value = &mut self.array[at as usize];
            if !value.is_nil() {
                return Some(value);
            }
        }
        None
    }

    /// The value under a short string key, if it is there and not nil.
    #[inline]
    pub fn short_ref(&self, key: StrId) -> Option<&Value> {
        let value = &self.nodes.get(self.find_short(key)?)?.value;
        if value.is_nil() { None } else { Some(value) }
    }

    /// Where a short string key stands, removed or not.
    #[inline]
    pub fn find_short(&self, key: StrId) -> Option<usize> {
        self.find_with(
            hash_short(key),
            |k| matches!(k, Value::Str(id) if id == key),
        )
    }

    /// The value of entry `n` of the hash part, as `find_short` gave it.
    #[inline]
    pub fn node_value(&mut self, n: usize) -> Option<&mut Value> {
        self.nodes.get_mut(n).map(|node| &mut node.value)
    }

    #[inline]
    fn find_with(&self, hash: usize, is_key: impl Fn(Value) -> bool) -> Option<usize> {
        let mask = self.index.len().wrapping_sub(1);
        let mut at = hash & mask;
        loop {
            let entry = *self.index.get(at)?;
            let n = entry.wrapping_sub(1) as usize;
            // Zero marks a free place and wraps beyond every node.
            let node = self.nodes.get(n)?;
            if is_key(node.key) {
                return Some(n);
            }
            at = (at + 1) & mask;
        }
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn find(&self, key: Value, strings: &Strings) -> Option<usize> {
        let hash = hash_value(key, strings);
        match key {
            Value::Str(id) if id.is_long() => self.find_with(
                hash,
                |k| matches!(k, Value::Str(other) if strings.equal(id, other)),
            ),
            _ => self.find_with(hash, |k| k.same(key)),
        }
    }

    /// The value of any key.
    #[inline]
    pub fn get(&self, key: Value, strings: &Strings) -> Value {
        match key {
            Value::Str(id) if !id.is_long() => self.get_short(id),
            Value::Int(i) => self.get_int(i),
            Value::Nil => Value::Nil,
            _ => self.get_other(key, strings),
        }
    }

    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn get_other(&self, key: Value, strings: &Strings) -> Value {
        match normalize(key) {
            Value::Int(i) => self.get_int(i),
            key => match self.find(key, strings) {
                Some(n) => self.nodes[n].value,
                None => Value::Nil,
            },
        }
    }

    /// The border: a length n with `t[n]` not nil and `t[n + 1]` nil.
    #[inline]
    pub fn len(&self) -> i64 {
        self.array.len() as i64
    }

    /// Whether the table holds no key at all.
    pub fn is_empty(&self) -> bool {
        self.array.is_empty() && self.nodes.iter().all(|node| node.value.is_nil())
    }

    /// Appends an element to a table without a hash part; false if the key is
    /// not the next one, or memory is short. The common way to fill a list.
    #[inline]
    pub fn append(&mut self, key: i64, value: Value, account: &mut Account) -> bool {
        if key as u64 == self.array.len() as u64 + 1 && self.nodes.is_empty() {
            return self.push(value, account).is_ok();
        }
        false
    }

    /// Raw store. Growth is charged before anything changes.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn set(
        &mut self,
        key: Value,
        value: Value,
        strings: &Strings,
        account: &mut Account,
    ) -> Result<(), StoreError> {
        match key {
            Value::Int(i) => self.set_int(i, value, account),
            Value::Nil => Err(StoreError::NilKey),
            Value::Float(f) => match normalize(key) {
                Value::Int(i) => self.set_int(i, value, account),
                _ if f.is_nan() => Err(StoreError::NanKey),
                _ => self.set_hashed(key, value, strings, account),
            },
            _ => self.set_hashed(key, value, strings, account),
        }
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn set_hashed(
        &mut self,
        key: Value,
        value: Value,
        strings: &Strings,
        account: &mut Account,
    ) -> Result<(), StoreError> {
        match self.find(key, strings) {
            Some(n) => {
                self.nodes[n].value = value;
                self.absent = 0;
                Ok(())
            }
            None if value.is_nil() => Ok(()),
            None => Ok(self.insert(key, value, strings, account)?),
        }
    }

    /// Raw store under an integer key.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn set_int(
        &mut self,
        key: i64,
        value: Value,
        account: &mut Account,
    ) -> Result<(), StoreError> {
        let at = (key as u64).wrapping_sub(1);
        let len = self.array.len() as u64;
        if at < len {
            self.array[at as usize] = value;
            if value.is_nil() && at + 1 == len {
                self.trim();
            }
            return Ok(());
        }
        if at == len && at < MAX_ARRAY {
            if value.is_nil() {
                return Ok(());
            }
            return Ok(self.push(value, account)?);
        }
        let found = self.find_with(mix(key as u64), |k| matches!(k, Value::Int(i) if i == key));
        match found {
            Some(n) => {
                self.nodes[n].value = value;
                Ok(())
            }
            None if value.is_nil() => Ok(()),
            // Integers need no look at strings.
            None => Ok(self.insert(Value::Int(key), value, &Strings::default(), account)?),
        }
    }

    /// Appends to the array part and lets following keys move in from the hash
    /// part.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn push(&mut self, value: Value, account: &mut Account) -> Result<(), OutOfMemory> {
        if self.array.len() >= self.array_cap as usize {
            self.grow_array(self.array.len() as u32 + 1, account)?;
        }
        self.array.push(value);
        if !self.nodes.is_empty() {
            self.adopt_followers(account);
        }
        self.array_high = self.array_high.max(self.array.len() as u32);
        Ok(())
    }

    /// Moves the keys after the array part out of the hash part. What there is
    /// no memory for must move all the same, as the border depends on it; the
    /// entries left behind have paid more than the elements cost.
    #[cfg_attr(tuned, optimize(speed))]
    fn adopt_followers(&mut self, account: &mut Account) {
        loop {
            let next = self.array.len() as i64 + 1;
            let is_key = |k| matches!(k, Value::Int(i) if i == next);
            let Some(n) = self.find_with(mix(next as u64), is_key) else {
                return;
            };
            let value = self.nodes[n].value;
            if value.is_nil() {
                return;
            }
            if self.array.len() >= self.array_cap as usize
                && self
                    .grow_array(self.array.len() as u32 + 1, account)
                    .is_err()
            {
                return;
            }
            self.nodes[n].value = Value::Nil;
            self.array.push(value);
        }
    }

    /// Drops nils at the end of the array part.
    fn trim(&mut self) {
        while let Some(Value::Nil) = self.array.last() {
            self.array.pop();
        }
    }

    fn grow_array(&mut self, need: u32, account: &mut Account) -> Result<(), OutOfMemory> {
        let cap = need.max(4).checked_next_power_of_two().unwrap_or(u32::MAX);
        self.set_array_cap(cap, account)
    }

    fn set_array_cap(&mut self, cap: u32, account: &mut Account) -> Result<(), OutOfMemory> {
        if cap > self.array_cap {
            account.charge(SLOT * u64::from(cap - self.array_cap))?;
            self.array.reserve_exact(cap as usize - self.array.len());
            self.array_cap = cap;
        }
        Ok(())
    }

    /// Makes room, as a constructor asks for it: exactly `array` elements and at
    /// least `hash` entries.
    pub fn reserve(
        &mut self,
        array: u32,
        hash: u32,
        account: &mut Account,
    ) -> Result<(), OutOfMemory> {
        self.set_array_cap(array, account)?;
        if hash > self.node_cap {
            self.rebuild(hash, account)?;
        }
        Ok(())
    }

    /// Writes consecutive elements from `first` on, as a constructor does.
    pub fn set_list(
        &mut self,
        first: i64,
        values: &[Value],
        account: &mut Account,
    ) -> Result<(), StoreError> {
        if first == self.array.len() as i64 + 1 && self.nodes.is_empty() {
            let need = (self.array.len() + values.len()) as u32;
            if need > self.array_cap {
                self.set_array_cap(need, account)?;
            }
            self.array.extend_from_slice(values);
            self.trim();
            self.array_high = self.array_high.max(self.array.len() as u32);
            return Ok(());
        }
        for (i, &value) in (first..).zip(values) {
            self.set_int(i, value, account)?;
        }
        Ok(())
    }

    /// Adds an entry for a key that has none.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn insert(
        &mut self,
        key: Value,
        value: Value,
        strings: &Strings,
        account: &mut Account,
    ) -> Result<(), OutOfMemory> {
        self.absent = 0;
        if self.nodes.len() >= self.node_cap as usize {
            if let Value::Int(i) = key
                && self.move_integers(i, account)?
            {
                return match self.set_int(i, value, account) {
                    Ok(()) => Ok(()),
                    Err(_) => Err(OutOfMemory),
                };
            }
            let live = self.nodes.iter().filter(|n| !n.value.is_nil()).count() as u32;
            self.rebuild_with(live + 1 + live / 4, strings, account)?;
        }
        let hash = hash_value(key, strings);
        self.nodes.push(Node { key, value });
        self.enter(hash, self.nodes.len() as u32);
        Ok(())
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn enter(&mut self, hash: usize, entry: u32) {
        let mask = self.index.len().wrapping_sub(1);
        let mut at = hash & mask;
        while let Some(&taken) = self.index.get(at)
            && taken != 0
        {
            at = (at + 1) & mask;
        }
        if let Some(place) = self.index.get_mut(at) {
            *place = entry;
        }
    }

    /// Rebuilds an empty hash part for `need` entries.
    fn rebuild(&mut self, need: u32, account: &mut Account) -> Result<(), OutOfMemory> {
        self.rebuild_with(need, &Strings::default(), account)
    }

    /// Rebuilds the hash part for `need` entries without the removed keys.
    #[cfg_attr(tuned, optimize(speed))]
    fn rebuild_with(
        &mut self,
        need: u32,
        strings: &Strings,
        account: &mut Account,
    ) -> Result<(), OutOfMemory> {
        let cap = need.max(1).checked_next_power_of_two().ok_or(OutOfMemory)?;
        if cap > self.node_cap {
            account.charge(ENTRY * u64::from(cap - self.node_cap))?;
        } else {
            account.release(ENTRY * u64::from(self.node_cap - cap));
        }
        self.node_cap = cap;
        let mut nodes = Vec::with_capacity(cap as usize);
        nodes.extend(self.nodes.iter().filter(|n| !n.value.is_nil()));
        self.nodes = nodes;
        self.reindex(strings);
        Ok(())
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn reindex(&mut self, strings: &Strings) {
        self.index = vec![0; self.node_cap as usize * 2];
        for n in 0..self.nodes.len() {
            let hash = hash_value(self.nodes[n].key, strings);
            self.enter(hash, n as u32 + 1);
        }
    }

    /// Moves integer keys into the array part if, with the new key `extra`, more
    /// than half of a power of two would be in use. True if `extra` then belongs
    /// to the array part.
    fn move_integers(&mut self, extra: i64, account: &mut Account) -> Result<bool, OutOfMemory> {
        let mut bins = [0u64; 28];
        let mut count = |key: i64| {
            if key > 0 && key as u64 <= MAX_ARRAY {
                bins[(key as u64).next_power_of_two().trailing_zeros() as usize] += 1;
            }
        };
        count(extra);
        for node in &self.nodes {
            if let (Value::Int(i), false) = (node.key, node.value.is_nil()) {
                count(i);
            }
        }
        let mut best = 0u64;
        let mut sum = 0;
        for (exp, bin) in bins.iter().enumerate() {
            sum += bin;
            let in_array = self.array.len().min(1 << exp) as u64;
            if *bin > 0 && sum + in_array > (1u64 << exp) / 2 {
                best = 1 << exp;
            }
        }
        if extra <= 0 || extra as u64 > best || best <= self.array.len() as u64 {
            return Ok(false);
        }
        self.set_array_cap(best as u32, account)?;
        let mut highest = extra;
        for node in &self.nodes {
            if let (Value::Int(i), false) = (node.key, node.value.is_nil())
                && i as u64 <= best
                && i > 0
            {
                highest = highest.max(i);
            }
        }
        // A placeholder keeps the last element from being nil until the caller
        // stores `extra`; it is overwritten or moved right below.
        self.array.resize(highest as usize, Value::Nil);
        for node in &mut self.nodes {
            if let (Value::Int(i), false) = (node.key, node.value.is_nil())
                && i as u64 <= best
                && i > 0
            {
                self.array[i as usize - 1] = std::mem::take(&mut node.value);
            }
        }
        self.array_high = self.array_high.max(self.array.len() as u32);
        self.adopt_followers(account);
        Ok(true)
    }

    /// The entry after `key` in the order of traversal: the array part, then
    /// the hash part in the order of insertion. Nil starts, `None` ends.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn next(
        &self,
        key: Value,
        strings: &Strings,
    ) -> Result<Option<(Value, Value)>, UnknownKey> {
        let from = match normalize(key) {
            Value::Nil => 0,
            Value::Int(i) if i > 0 && i as u64 <= self.array.len() as u64 => i as usize,
            key => match self.find(key, strings) {
                Some(n) => return Ok(self.next_node(n + 1)),
                None => match key {
                    Value::Int(i) if i > 0 && i as u64 <= u64::from(self.array_high) => {
                        return Ok(self.next_node(0));
                    }
                    _ => return Err(UnknownKey),
                },
            },
        };
        for (i, value) in self.array.iter().enumerate().skip(from) {
            if !value.is_nil() {
                return Ok(Some((Value::Int(i as i64 + 1), *value)));
            }
        }
        Ok(self.next_node(0))
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn next_node(&self, from: usize) -> Option<(Value, Value)> {
        let rest = self.nodes.get(from..)?;
        let node = rest.iter().find(|node| !node.value.is_nil())?;
        Some((node.key, node.value))
    }

    /// The array part, to be changed in place by a library function, which
    /// leaves the last element not nil.
    pub fn array_mut(&mut self) -> &mut [Value] {
        &mut self.array
    }

    /// Inserts before array index `at` (from 0). `at` is at most the length.
    pub fn insert_at(
        &mut self,
        at: usize,
        value: Value,
        account: &mut Account,
    ) -> Result<(), OutOfMemory> {
        // A nil at the end would break the invariant, and elsewhere a hole moves.
        if self.array.len() >= self.array_cap as usize {
            self.grow_array(self.array.len() as u32 + 1, account)?;
        }
        self.array.insert(at.min(self.array.len()), value);
        self.trim();
        if !self.nodes.is_empty() {
            self.adopt_followers(account);
        }
        self.array_high = self.array_high.max(self.array.len() as u32);
        Ok(())
    }

    /// Removes array index `at` (from 0) and closes the gap.
    pub fn remove_at(&mut self, at: usize) -> Value {
        if at >= self.array.len() {
            return Value::Nil;
        }
        let value = self.array.remove(at);
        self.trim();
        value
    }

    /// A table as an image describes it. None if an invariant does not hold. The
    /// caller has charged its price, and all values are alive.
    pub(super) fn from_parts(
        array: Vec<Value>,
        nodes: Vec<Node>,
        capacities: (u32, u32, u32),
        meta: Option<TableId>,
        strings: &Strings,
    ) -> Option<Table> {
        let (array_cap, node_cap, array_high) = capacities;
        let sound = array.len() <= array_cap as usize
            && nodes.len() <= node_cap as usize
            && (node_cap == 0 || node_cap.is_power_of_two())
            && array.len() <= array_high as usize
            && !matches!(array.last(), Some(Value::Nil));
        if !sound {
            return None;
        }
        let mut table = Table {
            index: vec![0; node_cap as usize * 2],
            nodes: Vec::with_capacity(nodes.len()),
            array,
            array_cap,
            node_cap,
            array_high,
            meta,
            absent: 0,
        };
        for node in nodes {
            let in_array = |i: i64| i > 0 && i as u64 <= table.array.len() as u64;
            let is_removed = node.value.is_nil();
            match node.key {
                Value::Nil => return None,
                Value::Int(i) if in_array(i) && !is_removed => return None,
                // The place of a key that was taken away with its object.
                Value::Float(f) if f.is_nan() && is_removed => {}
                Value::Float(f) if f.is_nan() || float_to_integer(f).is_some() => return None,
                key if table.find(key, strings).is_some() => return None,
                _ => {}
            }
            let hash = hash_value(node.key, strings);
            table.nodes.push(node);
            table.enter(hash, table.nodes.len() as u32);
        }
        Some(table)
    }

    /// Clears what the collector found dead in a weak table.
    pub(super) fn clear_dead(
        &mut self,
        dead_key: impl Fn(Value) -> bool,
        dead_value: impl Fn(Value) -> bool,
    ) {
        for value in &mut self.array {
            if dead_value(*value) {
                *value = Value::Nil;
            }
        }
        self.trim();
        for node in &mut self.nodes {
            if !node.value.is_nil() && (dead_key(node.key) || dead_value(node.value)) {
                node.value = Value::Nil;
            }
            // No traversal can stand at a key that nobody holds. The place is
            // kept under a key that equals nothing.
            if node.value.is_nil() && dead_key(node.key) {
                node.key = Value::Float(f64::NAN);
            }
        }
    }
}
