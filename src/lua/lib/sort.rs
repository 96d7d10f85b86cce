//! `table.sort`: a merge sort that can stop before any comparison.
//!
//! The elements are copied into a buffer, sorted there, and written back at the
//! end, so the table is left alone until no error can come any more. A merge
//! sort asks the comparator less often than PUC's quicksort, and ends whatever
//! the comparator answers. Ascending and descending runs are used as they are;
//! short ones are extended by binary insertion. The order of the merges is that
//! of Powersort (J. I. Munro and S. Wild, "Nearly-Optimal Mergesorts", 2018).
//!
//! Everything lives in plain values between two comparisons: integers in the
//! native's locals, elements in a host object. So a comparator may pause, yield,
//! fail, or be frozen.

use super::compare::{Less, less};
use super::shim::hand_over;
use super::table::{ALL, MEASURED, Raw, check_list, has_hole};
use crate::lua::account::{DATA, SLOT};
use crate::lua::error::{Error, ErrorKind};
use crate::lua::heap::Heap;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::strings::Strings;
use crate::lua::text::arith::{lt_float_int, lt_int_float};
use crate::lua::value::{DataId, StrId, TableId, Value};
use std::cmp::Ordering;

/// The name of [`sort_raw`].
pub const RAW_NAME: &str = "table.sort/raw";
/// The tag of the buffer.
const BUFFER_TAG: u32 = u32::from_be_bytes(*b"SORT");
/// Lengths that PUC Lua refuses.
const TOO_BIG: i64 = i32::MAX as i64;

/// Runs found in the elements are extended to a length from half of this up to
/// this.
const MIN_RUN: usize = 32;
/// Numbers, and strings up to `PLAIN_STRING` bytes, are sorted in chunks of this
/// many at one go.
const CHUNK: usize = 8192;
/// The longest string that counts as quickly compared.
const PLAIN_STRING: usize = 256;
/// A descending run of this length is looked at twice, see `Phase::Check`.
const SUSPICIOUS_RUN: usize = 4;

// The native's locals. The table and the comparator stay where the arguments
// are, so that the first stage can start again.
const TABLE: usize = 0;
const COMPARATOR: usize = 1;
const COUNT: usize = 2;
const BUFFER: usize = 3;
/// `cursor` and `other`.
const CURSORS: usize = 4;
/// `lo` and `next`.
const RUN: usize = 5;
/// `depth` and whether the elements are plain.
const DEPTH: usize = 6;
/// The stack of runs.
const RUNS: usize = 7;

/// What the comparison under way decides; the stage is twice this number, plus
/// one if the comparator's answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Which way the run that begins at `lo` goes.
    Direction = 1,
    /// Whether an ascending run ends before `next`.
    Ascend = 2,
    /// Whether a descending run goes on with `next`.
    Descend = 3,
    /// Whether the first element of a descending run is also below the last one,
    /// which shows that the comparator is no order.
    Check = 4,
    /// In which half of `cursor..other` element `next` belongs.
    Insert = 5,
    /// Which run gives the next element of a merge: `cursor` counts in the copy
    /// of the left run, `other` stands in the right one.
    Merge = 6,
    /// No comparison: the next run is to be found.
    Start = 7,
    /// No comparison: runs are merged where it is their turn.
    Collapse = 8,
    /// No comparison: the elements go back into the table.
    Finish = 9,
}

impl Phase {
    fn of_stage(stage: u32) -> Option<Phase> {
        Some(match stage / 2 {
            1 => Phase::Direction,
            2 => Phase::Ascend,
            3 => Phase::Descend,
            4 => Phase::Check,
            5 => Phase::Insert,
            6 => Phase::Merge,
            7 => Phase::Start,
            8 => Phase::Collapse,
            9 => Phase::Finish,
            _ => return None,
        })
    }

    fn stage(self) -> u32 {
        self as u32 * 2
    }
}

/// `table.sort(list [, comp])`.
pub fn sort(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage > MEASURED {
        return resume(ctx);
    }
    let (raw, size) = match check_list(ctx, ALL)? {
        Ok(list) => list,
        Err(action) => return Ok(action),
    };
    if size < 2 {
        return ctx.nothing();
    }
    if size >= TOO_BIG {
        return Err(Error::argument(1, "array too big"));
    }
    let comparator = ctx.arg(2);
    if !comparator.is_nil() {
        ctx.check_function(2)?;
    }
    match raw {
        Some(Raw { id, hooked }) if !(hooked && has_hole(ctx.heap.table(id), 0)) => {
            start(ctx, id, size as usize)
        }
        _ => {
            let raw = ctx.natives.find(RAW_NAME).map_or(Value::Nil, Value::Native);
            let slow = [ctx.arg(1), comparator, Value::Int(size), raw];
            hand_over(ctx, "table.sort", &slow)
        }
    }
}

/// `sort(list, comp, n)`: sorts the elements 1 to `n`, without metamethods.
/// Only the shim for tables with metamethods calls it.
pub fn sort_raw(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage > 0 {
        return resume(ctx);
    }
    let id = ctx.check_table(1)?;
    let count = ctx.check_int(3)?;
    if !(2..TOO_BIG).contains(&count) {
        return ctx.nothing();
    }
    start(ctx, id, count as usize)
}

/// The first stage: nothing that shows is changed, so it may start again.
fn start(ctx: &mut Ctx<'_>, id: TableId, count: usize) -> Result<Action, Error> {
    let mut plain = false;
    if ctx.arg(2).is_nil() {
        ctx.charge(count / 4);
        plain = is_plain(ctx.heap, id, count);
        if plain && count <= CHUNK {
            charge_chunk(ctx, count);
            let Heap {
                tables, strings, ..
            } = &mut *ctx.heap;
            if let Some(elements) = tables.get_mut(id.0).array_mut().get_mut(..count) {
                sort_plain(elements, strings);
            }
            return ctx.nothing();
        }
    }
    ctx.charge(count / 8);
    let price = SLOT * count as u64;
    // The vector is charged before it is made, then again by `new_data`.
    ctx.heap.account.charge(price + DATA)?;
    let table = ctx.heap.table(id);
    let values: Vec<Value> = match table.array().get(..count) {
        Some(elements) => elements.to_vec(),
        None => (1..=count as i64).map(|at| table.get_int(at)).collect(),
    };
    ctx.heap.account.release(price + DATA);
    let buffer = ctx.heap.new_data(BUFFER_TAG, Vec::new(), values)?;
    // The stack of runs holds as many as the count has bits.
    let runs = (usize::BITS - count.leading_zeros()) as usize + 2;
    ctx.set_locals(RUNS + runs)?;
    // Room for all calls to come, so that no later stage fails half done.
    let top = ctx.thread.top;
    ctx.thread.ensure(top + 4, &mut ctx.heap.account)?;
    ctx.set_local(BUFFER, Value::Data(buffer));
    let sorter = Sorter {
        table: id,
        comparator: ctx.local(COMPARATOR),
        buffer,
        elements: std::mem::take(&mut ctx.heap.datas.get_mut(buffer.0).values),
        count,
        cursor: 0,
        other: 0,
        lo: 0,
        next: 0,
        depth: 0,
        plain,
    };
    sorter.go_on(ctx, Phase::Start, None)
}

/// Any later stage.
#[cfg_attr(tuned, optimize(speed))]
fn resume(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let answer = (ctx.stage % 2 == 1).then(|| ctx.result(0).truthy());
    ctx.drop_results();
    let lost = || Error::bare("table.sort has lost its elements");
    let phase = Phase::of_stage(ctx.stage).ok_or_else(lost)?;
    let sorter = Sorter::enter(ctx, phase).ok_or_else(lost)?;
    sorter.go_on(ctx, phase, answer)
}

/// The state of a sort while it runs.
struct Sorter {
    table: TableId,
    comparator: Value,
    buffer: DataId,
    /// The elements, then room for the left run of a merge. Taken out of the
    /// buffer while the sort runs.
    elements: Vec<Value>,
    /// How many elements are sorted.
    count: usize,
    cursor: usize,
    other: usize,
    /// Where the newest run begins.
    lo: usize,
    /// Where it ends, or the element that may join it.
    next: usize,
    /// How many older runs wait on the stack.
    depth: usize,
    /// Whether all elements are numbers or all are short strings, and there is
    /// no comparator.
    plain: bool,
}

/// Two indices in one integer.
fn pair(a: usize, b: usize) -> Value {
    Value::Int((a as i64) << 32 | b as i64)
}

fn unpair(value: Value) -> Option<(usize, usize)> {
    match value {
        Value::Int(i) => Some(((i >> 32) as u32 as usize, i as u32 as usize)),
        _ => None,
    }
}

impl Sorter {
    /// Takes the state out of the locals. `None` if it is not consistent, which
    /// only a bad image can bring about.
    #[inline(always)]
    fn enter(ctx: &mut Ctx<'_>, phase: Phase) -> Option<Sorter> {
        let (Value::Table(table), Value::Data(buffer)) = (ctx.local(TABLE), ctx.local(BUFFER))
        else {
            return None;
        };
        let Value::Int(count) = ctx.local(COUNT) else {
            return None;
        };
        let count = usize::try_from(count).ok()?;
        let (cursor, other) = unpair(ctx.local(CURSORS))?;
        let (lo, next) = unpair(ctx.local(RUN))?;
        let (depth, plain) = unpair(ctx.local(DEPTH))?;
        let room = ctx.thread.top.saturating_sub(ctx.base + RUNS);
        let in_range = lo <= next && next <= count && cursor <= count && other <= count;
        let has_runs = depth <= room && (phase != Phase::Merge || depth >= 2);
        let comparator = ctx.local(COMPARATOR);
        let data = ctx.heap.datas.get_mut(buffer.0);
        if data.tag != BUFFER_TAG || data.values.len() < count || !in_range || !has_runs {
            return None;
        }
        Some(Sorter {
            table,
            comparator,
            buffer,
            elements: std::mem::take(&mut data.values),
            count,
            cursor,
            other,
            lo,
            next,
            depth,
            plain: plain != 0,
        })
    }

    /// Runs, then puts the state back.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn go_on(
        mut self,
        ctx: &mut Ctx<'_>,
        phase: Phase,
        answer: Option<bool>,
    ) -> Result<Action, Error> {
        let outcome = self.run(ctx, phase, answer);
        self.leave(ctx, &outcome);
        outcome
    }

    /// Puts the state back, or gives the memory back if the sort is over.
    #[inline(always)]
    fn leave(&mut self, ctx: &mut Ctx<'_>, outcome: &Result<Action, Error>) {
        let over = match outcome {
            Ok(_) => matches!(ctx.next, Next::Results(_)),
            Err(error) => !matches!(error.kind(), ErrorKind::Memory),
        };
        let data = ctx.heap.datas.get_mut(self.buffer.0);
        if over {
            ctx.heap.account.release(data.charged);
            data.charged = 0;
            self.elements = Vec::new();
            return;
        }
        data.values = std::mem::take(&mut self.elements);
        ctx.set_local(COUNT, Value::Int(self.count as i64));
        ctx.set_local(CURSORS, pair(self.cursor, self.other));
        ctx.set_local(RUN, pair(self.lo, self.next));
        ctx.set_local(DEPTH, pair(self.depth, usize::from(self.plain)));
    }

    #[inline]
    fn at(&self, index: usize) -> Value {
        // By reference, so that the value is copied in one piece.
        *self.elements.get(index).unwrap_or(&Value::Nil)
    }

    #[inline]
    fn put(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.elements.get_mut(index) {
            *slot = value;
        }
    }

    /// Goes on from `phase` until a comparator is to be called, the fuel is used
    /// up, or all is done.
    fn run(
        &mut self,
        ctx: &mut Ctx<'_>,
        mut phase: Phase,
        mut answer: Option<bool>,
    ) -> Result<Action, Error> {
        loop {
            let step = match phase {
                Phase::Start => Ok(self.find_run(ctx)),
                Phase::Collapse => self.collapse(ctx),
                Phase::Finish => match self.finish(ctx) {
                    Ok(()) => return ctx.nothing(),
                    Err(error) => Err(error),
                },
                _ => {
                    let less = match answer.take() {
                        Some(answer) => answer,
                        None => {
                            let (a, b) = self.operands(phase);
                            let function = self.comparator;
                            let known = match function.is_nil() {
                                true => compare(ctx, a, b)?,
                                false => Less::Ask(function),
                            };
                            match known {
                                Less::Known(less) => less,
                                Less::Ask(function) => {
                                    return ctx.call(function, &[a, b], 1, phase.stage() + 1);
                                }
                            }
                        }
                    };
                    self.advance(ctx, phase, less)
                }
            };
            phase = match step {
                Ok(phase) => phase,
                // The answer of a comparator is used up by now, so this stage must
                // not start again; one without an answer can.
                Err(error)
                    if matches!(error.kind(), ErrorKind::Memory)
                        && ctx.stage != 0
                        && ctx.stage != phase.stage() =>
                {
                    return ctx.want(Next::Collect {
                        stage: phase.stage(),
                    });
                }
                Err(error) => return Err(error),
            };
            if *ctx.fuel <= 0 {
                return ctx.want(Next::Refuel {
                    stage: phase.stage(),
                });
            }
        }
    }

    /// The two values whose order decides `phase`.
    #[inline]
    fn operands(&self, phase: Phase) -> (Value, Value) {
        match phase {
            Phase::Check => (self.at(self.lo), self.at(self.next.wrapping_sub(1))),
            Phase::Insert => (self.at(self.next), self.at(self.middle())),
            Phase::Merge => {
                let left = self.count + self.cursor;
                (self.at(self.other), self.at(left))
            }
            _ => (self.at(self.next), self.at(self.next.wrapping_sub(1))),
        }
    }

    fn middle(&self) -> usize {
        (self.cursor + self.other) / 2
    }

    /// Takes the answer of the comparison that decides `phase`.
    #[inline]
    fn advance(&mut self, ctx: &Ctx<'_>, phase: Phase, less: bool) -> Result<Phase, Error> {
        Ok(match phase {
            Phase::Direction | Phase::Ascend | Phase::Descend => {
                self.scan(phase == Phase::Descend, phase == Phase::Direction, less)
            }
            Phase::Check if less => {
                return Err(Error::message("invalid order function for sorting"));
            }
            Phase::Check => {
                self.reverse_run();
                self.extend_run()
            }
            Phase::Insert => {
                let middle = self.middle();
                if less {
                    self.other = middle;
                } else {
                    self.cursor = middle + 1;
                }
                if self.cursor < self.other {
                    return Ok(Phase::Insert);
                }
                // Only in a made-up image is there nothing to be moved.
                if let Some(part @ [_, ..]) = self.elements.get_mut(self.cursor..=self.next) {
                    part.rotate_right(1);
                }
                self.next += 1;
                self.extend_run()
            }
            _ => self.merge_one(ctx, less),
        })
    }

    /// Begins the run at `lo`.
    fn find_run(&mut self, ctx: &mut Ctx<'_>) -> Phase {
        self.next = self.lo + 1;
        if self.plain {
            self.next = (self.lo + CHUNK).min(self.count);
            charge_chunk(ctx, self.next - self.lo);
            if let Some(chunk) = self.elements.get_mut(self.lo..self.next) {
                sort_plain(chunk, &ctx.heap.strings);
            }
            return Phase::Collapse;
        }
        if self.next >= self.count {
            return Phase::Collapse;
        }
        Phase::Direction
    }

    /// Takes in element `next`, which is below the one before it or not, or ends
    /// the run before it.
    fn scan(&mut self, descending: bool, is_first: bool, less: bool) -> Phase {
        let descending = if is_first { less } else { descending };
        let goes_on = less == descending;
        if goes_on {
            self.next += 1;
            if self.next < self.count {
                return if descending {
                    Phase::Descend
                } else {
                    Phase::Ascend
                };
            }
        }
        if descending {
            if self.next - self.lo >= SUSPICIOUS_RUN {
                return Phase::Check;
            }
            self.reverse_run();
        }
        self.extend_run()
    }

    fn reverse_run(&mut self) {
        if let Some(run) = self.elements.get_mut(self.lo..self.next) {
            run.reverse();
        }
    }

    /// Makes a short run longer, or is content with it.
    fn extend_run(&mut self) -> Phase {
        let end = (self.lo + min_run(self.count)).min(self.count);
        if self.next >= end {
            return Phase::Collapse;
        }
        self.cursor = self.lo;
        self.other = self.next;
        Phase::Insert
    }

    /// Where run `n` on the stack begins, and the power of the boundary behind it.
    fn stacked(ctx: &Ctx<'_>, n: usize) -> (usize, usize) {
        unpair(ctx.local(RUNS.saturating_add(n))).unwrap_or((0, 0))
    }

    /// The two youngest runs on the stack: where they begin. They end at `lo`.
    #[cfg_attr(tuned, optimize(speed))]
    fn merged(&self, ctx: &Ctx<'_>) -> (usize, usize) {
        let (start, _) = Self::stacked(ctx, self.depth.wrapping_sub(2));
        let (middle, _) = Self::stacked(ctx, self.depth.wrapping_sub(1));
        (
            start.min(self.lo),
            middle.clamp(start.min(self.lo), self.lo),
        )
    }

    /// Merges the two youngest runs on the stack if it is their turn, else puts
    /// the run `lo..next` on top of them. `lo` is the count once all runs are
    /// there.
    fn collapse(&mut self, ctx: &mut Ctx<'_>) -> Result<Phase, Error> {
        let all_found = self.lo >= self.count;
        let mut power = 0;
        if self.depth > 0 && !all_found {
            let (youngest, _) = Self::stacked(ctx, self.depth - 1);
            power = boundary_power(youngest, self.lo, self.next, self.count);
        }
        if self.depth >= 2 {
            let (_, older) = Self::stacked(ctx, self.depth - 2);
            if all_found || older > power {
                return self.begin_merge(ctx);
            }
        }
        if all_found {
            return Ok(Phase::Finish);
        }
        if self.depth > 0 {
            let (youngest, _) = Self::stacked(ctx, self.depth - 1);
            ctx.set_local(RUNS + self.depth - 1, pair(youngest, power));
        }
        let top = RUNS.saturating_add(self.depth);
        if ctx.base.saturating_add(top) >= ctx.thread.top {
            return Err(Error::bare("table.sort has lost its runs"));
        }
        ctx.set_local(top, pair(self.lo, 0));
        self.depth += 1;
        self.lo = self.next;
        Ok(if self.lo < self.count {
            Phase::Start
        } else {
            Phase::Collapse
        })
    }

    /// Copies the left run aside, making room for it.
    fn begin_merge(&mut self, ctx: &mut Ctx<'_>) -> Result<Phase, Error> {
        let (start, middle) = self.merged(ctx);
        if self.comparator.is_nil() {
            let (left, right) = (self.at(middle.wrapping_sub(1)), self.at(middle));
            ctx.charge(shared_len(ctx.heap, left, right) / 16);
            if let Less::Known(false) = less(ctx.heap, right, left)? {
                // They are in order already.
                self.depth -= 1;
                return Ok(Phase::Collapse);
            }
        }
        let need = middle - start;
        let room = self.elements.len() - self.count;
        if room < need {
            let target = need.max((room * 2).min(self.count));
            let price = SLOT * (target - room) as u64;
            ctx.heap.account.charge(price)?;
            let data = ctx.heap.datas.get_mut(self.buffer.0);
            data.charged = data.charged.saturating_add(price);
            self.elements.reserve_exact(target - room);
            self.elements.resize(self.count + target, Value::Nil);
            ctx.charge(self.count / 16);
        }
        ctx.charge(need / 16);
        self.elements.copy_within(start..middle, self.count);
        self.cursor = 0;
        self.other = middle;
        Ok(Phase::Merge)
    }

    /// Moves one element of a merge to its place.
    #[inline]
    fn merge_one(&mut self, ctx: &Ctx<'_>, from_right: bool) -> Phase {
        let (start, middle) = self.merged(ctx);
        let left_len = middle - start;
        let out = start
            .wrapping_add(self.cursor)
            .wrapping_add(self.other)
            .wrapping_sub(middle);
        if from_right {
            let value = self.at(self.other);
            self.put(out, value);
            self.other += 1;
        } else {
            let value = self.at(self.count + self.cursor);
            self.put(out, value);
            self.cursor += 1;
        }
        if self.cursor < left_len && self.other < self.lo {
            return Phase::Merge;
        }
        // What is left of the left run goes last; the rest of the right run is in
        // its place.
        for (out, from) in (out + 1..).zip(self.cursor..left_len) {
            let value = self.at(self.count + from);
            self.put(out, value);
        }
        self.depth = self.depth.saturating_sub(1);
        Phase::Collapse
    }

    /// Writes the elements back.
    fn finish(&mut self, ctx: &mut Ctx<'_>) -> Result<(), Error> {
        ctx.charge(self.count / 8);
        let sorted = self.elements.get(..self.count).unwrap_or(&[]);
        let array = ctx.heap.table_mut(self.table).array_mut();
        let keeps_end =
            array.len() > sorted.len() || sorted.last().is_some_and(|last| !last.is_nil());
        if keeps_end && let Some(slots) = array.get_mut(..sorted.len()) {
            slots.copy_from_slice(sorted);
            return Ok(());
        }
        // There are holes, or the comparator has changed the table.
        for (at, &value) in (1..).zip(sorted) {
            ctx.heap.raw_set_int(self.table, at, value)?;
        }
        Ok(())
    }
}

/// The length that a short run is brought to: from half of `MIN_RUN` on, such
/// that all runs together are about a power of two in number.
fn min_run(count: usize) -> usize {
    let mut len = count;
    let mut rest = 0;
    while len > MIN_RUN {
        rest |= len & 1;
        len >>= 1;
    }
    len + rest
}

/// The depth in a perfectly balanced tree over all elements at which the runs
/// `start..middle` and `middle..end` should be merged: the first binary digit in
/// which the positions of their midpoints differ.
fn boundary_power(start: usize, middle: usize, end: usize, count: usize) -> usize {
    let place = |twice: usize| ((twice as u64) << 31) / (count as u64).max(1);
    (place(start + middle) ^ place(middle + end)).leading_zeros() as usize
}

/// What can be said about `a < b` without a comparator.
#[inline]
fn compare(ctx: &mut Ctx<'_>, a: Value, b: Value) -> Result<Less, Error> {
    ctx.charge(1 + shared_len(ctx.heap, a, b) / 16);
    less(ctx.heap, a, b)
}

/// How many bytes a comparison of two strings may look at.
#[inline]
fn shared_len(heap: &Heap, a: Value, b: Value) -> usize {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => heap.bytes(a).len().min(heap.bytes(b).len()),
        _ => 0,
    }
}

/// Whether the elements 1 to `count` stand in the array part and are all numbers
/// or all quickly compared strings.
fn is_plain(heap: &Heap, id: TableId, count: usize) -> bool {
    let Some(elements) = heap.table(id).array().get(..count) else {
        return false;
    };
    let short = |id: StrId| !id.is_long() || heap.bytes(id).len() <= PLAIN_STRING;
    match elements.first() {
        Some(Value::Int(_) | Value::Float(_)) => elements
            .iter()
            .all(|value| matches!(value, Value::Int(_) | Value::Float(_))),
        Some(Value::Str(_)) => elements
            .iter()
            .all(|value| matches!(value, Value::Str(id) if short(*id))),
        _ => false,
    }
}

/// Pays for `sort_plain`.
fn charge_chunk(ctx: &mut Ctx<'_>, len: usize) {
    let rounds = (usize::BITS - len.leading_zeros()) as usize;
    ctx.charge(len * rounds / 4 + 1);
}

/// Sorts plain elements, which are too few to take long.
fn sort_plain(elements: &mut [Value], strings: &Strings) {
    elements.sort_unstable_by(|&a, &b| total_order(a, b, strings));
}

/// The order of plain elements. It is total, as Rust's sort asks for: NaN comes
/// last, whereas in Lua it compares false with all.
#[inline]
fn total_order(a: Value, b: Value, strings: &Strings) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Str(a), Value::Str(b)) => strings.bytes(a).cmp(strings.bytes(b)),
        (Value::Float(a), Value::Float(b)) => a
            .partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
        (Value::Int(a), Value::Float(b)) => int_to_float_order(a, b),
        (Value::Float(a), Value::Int(b)) => int_to_float_order(b, a).reverse(),
        // Only a damaged image has elements of several kinds here. The order must
        // be one all the same.
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: Value) -> u8 {
    match value {
        Value::Int(_) | Value::Float(_) => 0,
        Value::Str(_) => 1,
        _ => 2,
    }
}

fn int_to_float_order(a: i64, b: f64) -> Ordering {
    if lt_int_float(a, b) || b.is_nan() {
        Ordering::Less
    } else if lt_float_int(b, a) {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_in_powers_of_two() {
        for count in 2..5000 {
            let run = min_run(count);
            assert!(run <= MIN_RUN + 1 && (run > MIN_RUN / 2 || run == count));
            if count > MIN_RUN {
                let runs = count.div_ceil(run);
                assert!(runs * 100 >= runs.next_power_of_two() * 90, "{count}");
            }
        }
    }

    #[test]
    fn boundaries_near_the_middle_come_last() {
        assert!(boundary_power(0, 500, 1000, 1000) < boundary_power(0, 250, 500, 1000));
        assert!(boundary_power(0, 250, 500, 1000) < boundary_power(500, 625, 750, 1000));
        let max = i32::MAX as usize;
        assert!(boundary_power(max - 2, max - 1, max, max) >= boundary_power(0, max / 2, max, max));
    }

    #[test]
    fn numbers_of_both_kinds_and_nan_have_one_order() {
        let strings = Strings::default();
        let values = [
            Value::Float(f64::NEG_INFINITY),
            Value::Int(i64::MIN),
            Value::Float(-0.5),
            Value::Int(0),
            Value::Int((1 << 53) + 1),
            Value::Float((1u64 << 53) as f64 + 2.0),
            Value::Int(i64::MAX),
            Value::Float(9_223_372_036_854_775_808.0),
            Value::Float(f64::NAN),
        ];
        for (i, &a) in values.iter().enumerate() {
            for (j, &b) in values.iter().enumerate() {
                assert_eq!(total_order(a, b, &strings), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }
}
