//! Pattern searches within a native: states to reuse, fuel, and captures.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::native::Ctx;
use crate::lua::text::pattern::{Captured, MatchState, Pattern, PatternError, Step};
use crate::lua::value::{StrId, Value};

use super::check_room;

/// Steps of the matcher that a unit of fuel pays for.
const STEPS_PER_UNIT: u64 = 4;
/// Steps that a search may take however little fuel is left, so that a short one
/// never stops in the middle.
const LEAST_STEPS: u64 = 256;

/// How many idle searches are kept.
const SPARES: usize = 4;
/// A search that holds more bytes than this for what it may go back to is not kept.
const SPARE_MAX: usize = 4096;
/// A search for a longer pattern than this is not kept either.
const SPARE_PATTERN: usize = 256;

thread_local! {
    /// The idle search used last.
    static LAST: Cell<Option<Box<Search>>> = const { Cell::new(None) };
    /// Other idle searches.
    #[expect(clippy::vec_box, reason = "a search is large and moves between owners in its box")]
    static POOL: RefCell<Vec<Box<Search>>> = const { RefCell::new(Vec::new()) };
}

/// A search for one pattern, and whether a match was found and not yet used.
pub struct Search {
    /// The state of the matcher.
    pub state: MatchState,
    /// The pattern as compiled.
    pub compiled: Pattern,
    pattern: Rc<[u8]>,
    anchors: bool,
    /// The state holds a match that a native could not finish with for want of
    /// memory.
    pub matched: bool,
}

impl Search {
    /// A search for the pattern from `init` on that finds no match that ends at
    /// `not_ending_at`. See [`Pattern::new`] on `anchors`.
    ///
    /// # Errors
    /// Where the cap forbids the room that this search may come to need.
    #[inline]
    pub fn start(
        heap: &mut Heap,
        pattern: StrId,
        anchors: bool,
        init: usize,
        not_ending_at: Option<usize>,
    ) -> Result<Box<Self>, OutOfMemory> {
        if let Some(mut search) = LAST.take() {
            if search.anchors == anchors && heap.strings.is_shared(pattern, &search.pattern) {
                search.matched = false;
                search.state.start_again(init, not_ending_at);
                return Ok(search);
            }
            search.retire();
        }
        let pattern = heap.strings.shared(pattern);
        if pattern.len() > SPARE_PATTERN {
            let room = MatchState::max_heap_bytes(pattern.len())
                .saturating_add(Pattern::max_heap_bytes(pattern.len()));
            check_room(&mut heap.account, room as u64)?;
        }
        let mut search = take(&pattern, anchors);
        search.matched = false;
        search.state.start_again(init, not_ending_at);
        Ok(search)
    }

    /// Goes on with the search.
    #[inline]
    pub fn run(&mut self, subject: &[u8], budget: &mut u64) -> Result<Step, PatternError> {
        self.state.run(subject, &self.compiled, budget)
    }

    /// Goes on with the search in a string for as long as the fuel lasts.
    #[inline(never)]
    pub fn go_on(&mut self, ctx: &mut Ctx<'_>, subject: StrId) -> Result<Step, PatternError> {
        let given = budget(ctx);
        let mut left = given;
        let step = self.run(ctx.heap.bytes(subject), &mut left);
        pay(ctx, given, left);
        step
    }

    /// Keeps this search for the next one.
    #[inline]
    pub fn recycle(self: Box<Self>) {
        if self.pattern.len() > SPARE_PATTERN || self.state.heap_bytes() > SPARE_MAX {
            return;
        }
        if let Some(other) = LAST.replace(Some(self)) {
            other.retire();
        }
    }

    /// Keeps this search among the others.
    fn retire(self: Box<Self>) {
        POOL.with(|pool| {
            if let Ok(mut pool) = pool.try_borrow_mut()
                && pool.len() < SPARES
            {
                pool.push(self);
            }
        });
    }

    /// Leaves this search for the next entry of the native.
    pub fn park(self: Box<Self>, ctx: &mut Ctx<'_>) {
        let parked: Box<dyn Any> = self;
        *ctx.scratch = Some(parked);
    }

    /// The search for this pattern that the last entry of the native left, if
    /// there is one.
    pub fn unpark(ctx: &mut Ctx<'_>, pattern: StrId) -> Option<Box<Self>> {
        let search: Box<Self> = ctx.scratch.take()?.downcast().ok()?;
        let is_same = ctx.heap.strings.is_shared(pattern, &search.pattern);
        is_same.then_some(search)
    }
}

/// An idle search, if possible one that has read this very pattern already.
#[inline]
fn take(pattern: &Rc<[u8]>, anchors: bool) -> Box<Search> {
    let spare = POOL.with(|pool| {
        let mut pool = pool.try_borrow_mut().ok()?;
        let known = pool
            .iter()
            .rposition(|s| Rc::ptr_eq(&s.pattern, pattern) && s.anchors == anchors);
        match known {
            Some(at) => Some(pool.swap_remove(at)),
            None if pool.len() >= SPARES => Some(pool.remove(0)),
            None => None,
        }
    });
    match spare {
        Some(spare) if Rc::ptr_eq(&spare.pattern, pattern) && spare.anchors == anchors => spare,
        Some(mut spare) => {
            spare.pattern = Rc::clone(pattern);
            spare.anchors = anchors;
            spare.compiled = Pattern::new(pattern, anchors);
            spare
        }
        None => Box::new(Search {
            state: MatchState::new(),
            compiled: Pattern::new(pattern, anchors),
            pattern: Rc::clone(pattern),
            anchors,
            matched: false,
        }),
    }
}

/// How many steps the fuel left pays for.
#[inline]
pub fn budget(ctx: &Ctx<'_>) -> u64 {
    let fuel = u64::try_from(*ctx.fuel).unwrap_or(0);
    fuel.saturating_mul(STEPS_PER_UNIT).max(LEAST_STEPS)
}

/// Pays for steps.
#[inline]
pub fn pay(ctx: &mut Ctx<'_>, given: u64, left: u64) {
    let units = given.saturating_sub(left) / STEPS_PER_UNIT;
    *ctx.fuel = ctx.fuel.saturating_sub_unsigned(units);
}

/// The error that a pattern raises.
#[cold]
pub fn pattern_error(error: PatternError) -> Error {
    Error::message(error.to_string())
}

/// A capture of the match found as a value.
#[inline]
pub fn capture(
    heap: &mut Heap,
    state: &MatchState,
    index: usize,
    subject: &Rc<[u8]>,
) -> Result<Value, Error> {
    match state.capture(index).map_err(pattern_error)? {
        Captured::Text { start, end } => {
            Ok(heap.new_string(subject.get(start..end).unwrap_or(&[]))?)
        }
        Captured::Position(position) => Ok(Value::Int(position as i64)),
    }
}

/// Pushes the captures of the match found, or with `whole` the match itself if
/// the pattern has none. Returns how many values that were.
pub fn push_captures(
    ctx: &mut Ctx<'_>,
    state: &MatchState,
    subject: &Rc<[u8]>,
    whole: bool,
) -> Result<usize, Error> {
    let mut count = state.capture_count();
    if count == 0 && whole {
        count = 1;
    }
    let (start, end) = state.span();
    ctx.charge(count + (end.saturating_sub(start)) / 16);
    for index in 0..count {
        let value = capture(ctx.heap, state, index, subject)?;
        ctx.push(value)?;
    }
    Ok(count)
}
