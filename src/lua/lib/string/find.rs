//! `string.find`, `match` and `gmatch`.

use std::cell::Cell;
use std::rc::Rc;

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::text::pattern::{Found, Step, find_plain, has_specials};
use crate::lua::value::{NativeId, StrId, Value};

use super::matcher::{Search, budget, capture, pattern_error, pay, push_captures};
use super::{corrupt, first_position};

/// The stage that goes on with a plain search.
const PLAIN: u32 = 1;
/// The stage that goes on with a pattern.
const PATTERN: u32 = 2;

/// The local with the place where a search (plain: goes on; pattern: began).
const FROM: usize = 4;
/// How many locals a search has.
const LOCALS: usize = 5;

/// `string.find(s, pattern [, init [, plain]])`
pub fn find(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    search(ctx, true)
}

/// `string.match(s, pattern [, init])`
pub fn match_(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    search(ctx, false)
}

#[inline]
fn search(ctx: &mut Ctx<'_>, find: bool) -> Result<Action, Error> {
    if ctx.stage != 0 {
        return resume(ctx, find);
    }
    let s = ctx.check_str(1)?;
    let p = ctx.check_str(2)?;
    let len = ctx.heap.bytes(s).len();
    let from = first_position(ctx.opt_int(3, 1)?, len) - 1;
    if from > len as u64 {
        return ctx.give(Value::Nil);
    }
    let from = from as usize;
    if find && (ctx.arg(4).truthy() || !has_specials(ctx.heap.bytes(p))) {
        return search_plain(ctx, s, p, from);
    }
    let search = Search::start(ctx.heap, p, true, from, None)?;
    search_pattern(ctx, search, s, from, find)
}

#[inline(never)]
fn resume(ctx: &mut Ctx<'_>, find: bool) -> Result<Action, Error> {
    let (Value::Str(s), Value::Str(p), Value::Int(from)) =
        (ctx.local(0), ctx.local(1), ctx.local(FROM))
    else {
        return Err(corrupt());
    };
    let from = usize::try_from(from).map_err(|_| corrupt())?;
    ctx.thread.top = ctx.base + LOCALS;
    if ctx.stage == PLAIN {
        return search_plain(ctx, s, p, from);
    }
    let search = match Search::unpark(ctx, p) {
        Some(search) => search,
        None => Search::start(ctx.heap, p, true, from, None)?,
    };
    search_pattern(ctx, search, s, from, find)
}

fn search_plain(ctx: &mut Ctx<'_>, s: StrId, p: StrId, from: usize) -> Result<Action, Error> {
    let given = budget(ctx);
    let mut left = given;
    let needle = ctx.heap.bytes(p);
    let len = needle.len();
    let found = find_plain(ctx.heap.bytes(s), needle, from, &mut left);
    pay(ctx, given, left);
    match found {
        Found::At(start) => ctx.results(&[
            Value::Int(start as i64 + 1),
            Value::Int((start + len) as i64),
        ]),
        Found::Nowhere => ctx.give(Value::Nil),
        Found::OutOfBudget(at) => {
            ctx.set_locals(LOCALS)?;
            ctx.set_local(FROM, Value::Int(at as i64));
            ctx.want(Next::Refuel { stage: PLAIN })
        }
    }
}

#[cfg_attr(tuned, optimize(speed))]
fn search_pattern(
    ctx: &mut Ctx<'_>,
    mut search: Box<Search>,
    s: StrId,
    from: usize,
    find: bool,
) -> Result<Action, Error> {
    if !search.matched {
        match search.go_on(ctx, s) {
            Ok(Step::Matched { .. }) => {}
            Ok(Step::NoMatch) => {
                search.recycle();
                return ctx.give(Value::Nil);
            }
            Ok(Step::OutOfBudget) => {
                ctx.set_locals(LOCALS)?;
                ctx.set_local(FROM, Value::Int(from as i64));
                search.park(ctx);
                return ctx.want(Next::Refuel { stage: PATTERN });
            }
            Err(error) => {
                search.recycle();
                return Err(pattern_error(error));
            }
        }
    }
    let results = give_match(ctx, &search, s, find);
    if results.is_err() && ctx.stage != 0 {
        // If that was for want of memory, this stage starts again.
        search.matched = true;
        search.park(ctx);
    } else {
        search.recycle();
    }
    results
}

/// Returns the match found.
#[inline]
#[cfg_attr(tuned, optimize(speed))]
fn give_match(ctx: &mut Ctx<'_>, search: &Search, s: StrId, find: bool) -> Result<Action, Error> {
    let state = &search.state;
    let (start, end) = state.span();
    if find && state.capture_count() == 0 {
        return ctx.results(&[Value::Int(start as i64 + 1), Value::Int(end as i64)]);
    }
    let subject = ctx.heap.strings.shared(s);
    if !find && state.capture_count() <= 1 {
        ctx.charge((end - start) / 16);
        return give_one(ctx, search, s, &subject);
    }
    let from = ctx.thread.top;
    if find {
        ctx.push(Value::Int(start as i64 + 1))?;
        ctx.push(Value::Int(end as i64))?;
    }
    push_captures(ctx, state, &subject, !find)?;
    ctx.give_from(from)
}

/// Returns the only capture, or the whole match.
#[inline]
fn give_one(
    ctx: &mut Ctx<'_>,
    search: &Search,
    s: StrId,
    subject: &Rc<[u8]>,
) -> Result<Action, Error> {
    let state = &search.state;
    if state.capture_count() == 0 && state.span() == (0, subject.len()) {
        return ctx.give(Value::Str(s));
    }
    let value = capture(ctx.heap, state, 0, subject)?;
    ctx.give(value)
}

/// The name of the iterator that `gmatch` returns.
pub const GMATCH_NEXT: &str = "string.gmatch/next";

thread_local! {
    /// Where the iterator stood the last time it was looked up.
    static NEXT: Cell<NativeId> = const { Cell::new(NativeId(0)) };
}

/// Values of the iterator: subject, pattern, where to go on, where the last
/// match ended or -1.
const GM_SUBJECT: usize = 0;
const GM_PATTERN: usize = 1;
const GM_FROM: usize = 2;
const GM_LAST: usize = 3;

/// `string.gmatch(s, pattern [, init])`
pub fn gmatch(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let p = ctx.check_str(2)?;
    let len = ctx.heap.bytes(s).len();
    let from = first_position(ctx.opt_int(3, 1)?, len) - 1;
    let from = from.min(len as u64 + 1) as i64;
    let mut next = NEXT.get();
    if ctx.natives.get(next).is_none_or(|n| n.name != GMATCH_NEXT) {
        next = ctx.natives.find(GMATCH_NEXT).ok_or_else(corrupt)?;
        NEXT.set(next);
    }
    let values = [
        Value::Str(s),
        Value::Str(p),
        Value::Int(from),
        Value::Int(-1),
    ];
    let iterator = ctx.heap.new_bound(next, &values)?;
    ctx.give(Value::Bound(iterator))
}

/// The iterator of `gmatch`: the captures of the next match, or nothing.
#[cfg_attr(tuned, optimize(speed))]
pub fn gmatch_next(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (Value::Str(s), Value::Str(p), Value::Int(from), Value::Int(last)) = (
        ctx.upvalue(GM_SUBJECT),
        ctx.upvalue(GM_PATTERN),
        ctx.upvalue(GM_FROM),
        ctx.upvalue(GM_LAST),
    ) else {
        return Err(corrupt());
    };
    let from = usize::try_from(from).map_err(|_| corrupt())?;
    let parked = if ctx.stage == PATTERN {
        ctx.thread.top = ctx.base;
        Search::unpark(ctx, p)
    } else {
        None
    };
    let mut search = match parked {
        Some(search) => search,
        None => Search::start(ctx.heap, p, false, from, usize::try_from(last).ok())?,
    };
    if !search.matched {
        match search.go_on(ctx, s) {
            Ok(Step::Matched { .. }) => {}
            Ok(Step::NoMatch) => {
                search.recycle();
                let beyond = ctx.heap.bytes(s).len() as i64 + 1;
                ctx.set_upvalue(GM_FROM, Value::Int(beyond));
                return ctx.nothing();
            }
            Ok(Step::OutOfBudget) => {
                ctx.thread.top = ctx.base;
                search.park(ctx);
                return ctx.want(Next::Refuel { stage: PATTERN });
            }
            Err(error) => {
                search.recycle();
                return Err(pattern_error(error));
            }
        }
    }
    let (_, end) = search.state.span();
    let results = give_match(ctx, &search, s, false);
    if results.is_ok() {
        let end = Value::Int(end as i64);
        ctx.set_upvalue(GM_FROM, end);
        ctx.set_upvalue(GM_LAST, end);
        search.recycle();
    } else if ctx.stage == PATTERN {
        search.matched = true;
        search.park(ctx);
    } else {
        search.recycle();
    }
    results
}
