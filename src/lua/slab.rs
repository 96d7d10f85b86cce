//! Typed slabs: where the objects of one kind live, behind `u32` handles.
//!
//! A freed slot holds the default object, so that reading through any handle
//! within range is defined. Slots are reused last freed, first taken, which
//! makes handles, and all that shows them, the same in every run.

/// What the collector knows of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// Nothing lives here.
    Free,
    /// Not reached by the collection under way, or none is under way.
    White,
    /// Reached by the collection under way.
    Black,
}

/// Which slots of a slab are in use.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    marks: Vec<Mark>,
    free: Vec<u32>,
}

impl Slots {
    /// How many slots there are, free ones included.
    pub fn count(&self) -> u32 {
        self.marks.len() as u32
    }

    /// Whether a handle names a living object.
    pub fn is_live(&self, slot: u32) -> bool {
        self.mark(slot) != Mark::Free
    }

    /// The mark of a slot; `Free` beyond the end.
    #[inline(always)]
    pub fn mark(&self, slot: u32) -> Mark {
        self.marks.get(slot as usize).copied().unwrap_or(Mark::Free)
    }

    /// Marks a living slot black; false if it was black (or free) already.
    #[inline]
    pub fn blacken(&mut self, slot: u32) -> bool {
        match self.marks.get_mut(slot as usize) {
            Some(mark) if *mark == Mark::White => {
                *mark = Mark::Black;
                true
            }
            _ => false,
        }
    }

    /// Turns black slots white again from `from` up to the first white one before
    /// `to`, which it returns.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn whiten(&mut self, from: u32, to: u32) -> Option<u32> {
        let marks = self.marks.get_mut(from as usize..to as usize)?;
        for (slot, mark) in (from..).zip(marks) {
            match mark {
                Mark::Free => {}
                Mark::Black => *mark = Mark::White,
                Mark::White => return Some(slot),
            }
        }
        None
    }

    /// Makes a slot available, in which the default object stands again.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn free(&mut self, slot: u32) {
        self.marks[slot as usize] = Mark::Free;
        self.free.push(slot);
    }

    /// The free slots in the order in which they were freed.
    pub fn free_list(&self) -> &[u32] {
        &self.free
    }

    // What follows puts an image's slots in place. In between, free slots may be
    // missing from the free list; `set_free_list` ends that.

    /// Takes a slot from the free list, to be occupied.
    pub(super) fn take_free(&mut self) -> Option<u32> {
        self.free.pop()
    }

    /// Says that an object lives in an existing slot.
    pub(super) fn occupy(&mut self, slot: u32) {
        if let Some(mark) = self.marks.get_mut(slot as usize) {
            *mark = Mark::White;
        }
    }

    /// Says which slots are available. They must be those that are free.
    pub(super) fn set_free_list(&mut self, free: Vec<u32>) {
        self.free = free;
    }
}

/// Objects of one kind.
#[derive(Debug, Default)]
pub struct Slab<T> {
    items: Vec<T>,
    /// Which slots are in use; as many as there are items.
    pub slots: Slots,
}

impl<T: Default> Slab<T> {
    /// Puts an object in and returns its handle. The caller has charged it.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn insert(&mut self, item: T) -> u32 {
        match self.slots.free.pop() {
            Some(slot) => {
                self.items[slot as usize] = item;
                self.slots.marks[slot as usize] = Mark::White;
                slot
            }
            None => {
                // Each object is charged at least 16 bytes against a cap that
                // fits in 32 bits, so the count of slots cannot reach 2^31.
                let slot = self.items.len() as u32;
                self.items.push(item);
                self.slots.marks.push(Mark::White);
                slot
            }
        }
    }

    /// The object in a slot.
    #[inline(always)]
    pub fn get(&self, slot: u32) -> &T {
        &self.items[slot as usize]
    }

    /// The object in a slot, to change.
    #[inline(always)]
    pub fn get_mut(&mut self, slot: u32) -> &mut T {
        &mut self.items[slot as usize]
    }

    /// Makes sure that there are so many slots; new ones are free, but not in the
    /// free list.
    pub(super) fn extend_to(&mut self, slots: u32) {
        self.items
            .reserve_exact((slots as usize).saturating_sub(self.items.len()));
        while self.items.len() < slots as usize {
            self.items.push(T::default());
            self.slots.marks.push(Mark::Free);
        }
    }
}

impl<T: Clone> Slab<T> {
    /// Becomes as another slab.
    #[inline(never)]
    pub(super) fn copy(&mut self, other: &Slab<T>) {
        self.items = other.items.clone();
        self.slots = other.slots.clone();
    }
}
