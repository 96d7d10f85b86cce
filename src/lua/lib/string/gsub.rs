//! `string.gsub`.
//!
//! The result is built in a buffer that holds the subject up to where the last
//! replaced match ended, so that matches left as they are cost nothing. Between
//! two entries the buffer lives in a host object, the place in the subject in
//! local values, and a search under way in the machine's scratch space. If that
//! is lost, or memory falls short, the native goes on from the last match.

use std::rc::Rc;

use crate::lua::account::Account;
use crate::lua::error::{Error, ErrorKind};
use crate::lua::native::{Action, Ctx, Indexed, Next, write_number};
use crate::lua::text::number::format_int;
use crate::lua::text::pattern::{MatchState, Piece, Pieces, Step};
use crate::lua::value::{DataId, StrId, Value};

use super::buffer::ByteBuffer;
use super::corrupt;
use super::matcher::{Search, budget, capture, pattern_error, pay, push_captures};

/// The stage that goes on searching.
const SEARCH: u32 = 1;
/// The stage that is given what replaces a match.
const CALLED: u32 = 2;

// Local values: the four arguments, then:
const SUBJECT: usize = 0;
const PATTERN: usize = 1;
const REPLACEMENT: usize = 2;
/// The most matches to replace.
const LIMIT: usize = 3;
/// Where the search goes on: after the first match, its end.
const FROM: usize = 4;
/// How far the subject is in the buffer.
const COPIED: usize = 5;
/// Matches dealt with.
const COUNT: usize = 6;
/// Where the match begins for which a value was asked, and which ends at `FROM`;
/// nil once it is dealt with.
const START: usize = 7;
/// The host object with the buffer.
const BUFFER: usize = 8;
const LOCALS: usize = 9;

/// The most bytes of a number's text, with room to spare.
const NUMBER_TEXT: usize = 32;
/// Bytes copied for one step of a search.
const BYTES_PER_STEP: usize = 4;

/// What matches are replaced with.
enum Replacement {
    /// These bytes.
    Literal(Rc<[u8]>),
    /// These bytes with `%` sequences.
    Template(Rc<[u8]>),
    /// What this value has for the first capture.
    Index(Value),
    /// What this function returns for the captures.
    Call(Value),
}

/// A `gsub` while it runs.
struct Gsub {
    subject_id: StrId,
    subject: Rc<[u8]>,
    pattern: StrId,
    replacement: Replacement,
    limit: i64,
    /// Where the search goes on: after the first match, its end.
    from: usize,
    /// How far the subject is in the buffer.
    copied: usize,
    count: i64,
    out: ByteBuffer,
    object: Option<DataId>,
}

/// How a run through the matches ended.
enum Outcome {
    /// There are no more.
    Finished,
    /// There may be more, but the fuel is used up.
    OutOfFuel,
    /// A value is asked for.
    Asked(Action),
}

/// `string.gsub(s, pattern, repl [, n])`
#[cfg_attr(tuned, optimize(speed))]
pub fn gsub(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let mut gsub = if ctx.stage == 0 {
        begin(ctx)?
    } else {
        Gsub::load(ctx)?
    };
    let outcome = gsub.go_on(ctx);
    if let Err(error) = &outcome {
        gsub.settle(ctx, error);
    }
    outcome
}

fn begin(ctx: &mut Ctx<'_>) -> Result<Gsub, Error> {
    let subject_id = ctx.check_str(1)?;
    let pattern = ctx.check_str(2)?;
    let subject = ctx.heap.strings.shared(subject_id);
    let limit = ctx.opt_int(4, subject.len() as i64 + 1)?;
    let replacement = match ctx.arg(3) {
        Value::Str(_) | Value::Int(_) | Value::Float(_) => {
            let text = ctx.check_str(3)?;
            text_replacement(ctx.heap.strings.shared(text))
        }
        table @ Value::Table(_) => Replacement::Index(table),
        function if function.is_function() => Replacement::Call(function),
        _ => return Err(ctx.type_error(3, "string/function/table")),
    };
    Ok(Gsub {
        subject_id,
        subject,
        pattern,
        replacement,
        limit,
        from: 0,
        copied: 0,
        count: 0,
        out: ByteBuffer::new(),
        object: None,
    })
}

fn text_replacement(text: Rc<[u8]>) -> Replacement {
    if memchr::memchr(b'%', &text).is_some() {
        Replacement::Template(text)
    } else {
        Replacement::Literal(text)
    }
}

impl Gsub {
    /// Replaces match after match, then returns the result or waits.
    fn go_on(&mut self, ctx: &mut Ctx<'_>) -> Result<Action, Error> {
        let mut parked = None;
        if ctx.stage != 0 {
            parked = self.resume(ctx)?;
            ctx.thread.top = ctx.base + LOCALS;
        }
        let mut search = match parked {
            Some(search) => search,
            None => {
                let last = (self.count > 0).then_some(self.from);
                Search::start(ctx.heap, self.pattern, true, self.from, last)?
            }
        };
        let given = budget(ctx);
        let mut left = given;
        let outcome = self.replace_all(ctx, &mut search, &mut left);
        pay(ctx, given, left);
        let goes_on = match &outcome {
            Ok(Outcome::OutOfFuel) => {
                self.save(ctx)?;
                true
            }
            Ok(_) => false,
            Err(error) => ctx.stage != 0 && is_memory(error),
        };
        if goes_on {
            search.park(ctx);
        } else {
            search.recycle();
        }
        match outcome? {
            Outcome::Finished => self.finish(ctx),
            Outcome::Asked(action) => Ok(action),
            Outcome::OutOfFuel => ctx.want(Next::Refuel { stage: SEARCH }),
        }
    }

    /// Takes up what was waited for: the value that replaces a match, or fuel for a
    /// search.
    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx<'_>) -> Result<Option<Box<Search>>, Error> {
        let (CALLED, Some(start)) = (ctx.stage, place(ctx.local(START))) else {
            return Ok(Search::unpark(ctx, self.pattern));
        };
        let value = ctx.result(0);
        let end = self.from;
        self.append_value(ctx, value, start, end)?;
        self.advance(end);
        ctx.set_local(START, Value::Nil);
        Ok(None)
    }

    /// Returns the result and the count of matches.
    fn finish(&mut self, ctx: &mut Ctx<'_>) -> Result<Action, Error> {
        // Should memory fall short, there is nothing to search for the next time.
        self.from = self.subject.len() + 1;
        let action = self.result(ctx)?;
        self.out.release(&mut ctx.heap.account);
        Ok(action)
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn replace_all(
        &mut self,
        ctx: &mut Ctx<'_>,
        search: &mut Search,
        left: &mut u64,
    ) -> Result<Outcome, Error> {
        while self.count < self.limit && !(self.count > 0 && search.compiled.is_anchored()) {
            if !search.matched {
                match search.run(&self.subject, left).map_err(pattern_error)? {
                    Step::Matched { .. } => search.matched = true,
                    Step::NoMatch => break,
                    Step::OutOfBudget => return Ok(Outcome::OutOfFuel),
                }
            }
            let (start, end) = search.state.span();
            let before = self.out.len();
            match &self.replacement {
                Replacement::Literal(text) => {
                    let kept = self.subject.get(self.copied..start).unwrap_or(&[]);
                    let account = &mut ctx.heap.account;
                    self.out.reserve(kept.len() + text.len(), account)?;
                    let out = self.out.bytes_mut();
                    out.extend_from_slice(kept);
                    out.extend_from_slice(text);
                    self.copied = end;
                }
                Replacement::Template(text) => {
                    let text = Rc::clone(text);
                    let account = &mut ctx.heap.account;
                    self.append_template(account, &text, &search.state, start, end)?;
                }
                &Replacement::Index(table) => {
                    let key = capture(ctx.heap, &search.state, 0, &self.subject)?;
                    match ctx.index(table, key)? {
                        Indexed::Value(value) => self.append_value(ctx, value, start, end)?,
                        Indexed::Handler(function, receiver) => {
                            ctx.set_locals(LOCALS)?;
                            ctx.push(function)?;
                            ctx.push(receiver)?;
                            ctx.push(key)?;
                            return self.ask(ctx, 2, start, end);
                        }
                    }
                }
                &Replacement::Call(function) => {
                    ctx.set_locals(LOCALS)?;
                    ctx.push(function)?;
                    let args = push_captures(ctx, &search.state, &self.subject, true)?;
                    return self.ask(ctx, args, start, end);
                }
            }
            let copied = self.out.len() - before;
            *left = left.saturating_sub((copied / BYTES_PER_STEP) as u64);
            self.advance(end);
            search.matched = false;
            search.state.start_again(end, Some(end));
        }
        Ok(Outcome::Finished)
    }

    /// Notes a match that was dealt with.
    fn advance(&mut self, end: usize) {
        self.count += 1;
        self.from = end;
    }

    /// Asks for the value that replaces a match; function and arguments are on
    /// top of the locals.
    fn ask(
        &mut self,
        ctx: &mut Ctx<'_>,
        args: usize,
        start: usize,
        end: usize,
    ) -> Result<Outcome, Error> {
        let from = std::mem::replace(&mut self.from, end);
        if let Err(error) = self.save(ctx) {
            self.from = from;
            return Err(error);
        }
        ctx.set_local(START, Value::Int(start as i64));
        let asked = ctx.want(Next::Call {
            args,
            results: 1,
            stage: CALLED,
        });
        asked.map(Outcome::Asked)
    }

    /// Appends what stands before a match and what the replacement string makes
    /// of the match; all or nothing.
    fn append_template(
        &mut self,
        account: &mut Account,
        text: &[u8],
        state: &MatchState,
        start: usize,
        end: usize,
    ) -> Result<(), Error> {
        let before = self.out.len();
        let done = self.append_pieces(account, text, state, start);
        match done {
            Ok(()) => self.copied = end,
            Err(_) => self.out.truncate(before),
        }
        done
    }

    #[cfg_attr(tuned, optimize(speed))]
    fn append_pieces(
        &mut self,
        account: &mut Account,
        text: &[u8],
        state: &MatchState,
        start: usize,
    ) -> Result<(), Error> {
        let Gsub {
            subject,
            out,
            copied,
            ..
        } = self;
        out.extend(subject.get(*copied..start).unwrap_or(&[]), account)?;
        for piece in Pieces::new(text, state) {
            match piece.map_err(pattern_error)? {
                Piece::Literal(bytes) => out.extend(bytes, account)?,
                Piece::Subject { start, end } => {
                    out.extend(subject.get(start..end).unwrap_or(&[]), account)?;
                }
                Piece::Position(position) => {
                    out.reserve(NUMBER_TEXT, account)?;
                    format_int(position as i64, out.bytes_mut());
                }
            }
        }
        Ok(())
    }

    /// Appends what stands before a match and the value that replaces it; all or
    /// nothing. Nil and false leave the match as it is.
    #[cfg_attr(tuned, optimize(speed))]
    fn append_value(
        &mut self,
        ctx: &mut Ctx<'_>,
        value: Value,
        start: usize,
        end: usize,
    ) -> Result<(), Error> {
        if !value.truthy() {
            return Ok(());
        }
        let heap = &mut *ctx.heap;
        let kept = self.subject.get(self.copied..start).unwrap_or(&[]);
        let before = self.out.len();
        if let Value::Str(id) = value {
            let text = heap.strings.bytes(id);
            let len = kept.len() + text.len();
            self.out.reserve(len, &mut heap.account)?;
            self.out.bytes_mut().extend_from_slice(kept);
            self.out.bytes_mut().extend_from_slice(text);
        } else {
            let len = kept.len() + NUMBER_TEXT;
            self.out.reserve(len, &mut heap.account)?;
            self.out.bytes_mut().extend_from_slice(kept);
            if !write_number(value, self.out.bytes_mut()) {
                self.out.truncate(before);
                return Err(Error::message(format!(
                    "invalid replacement value (a {})",
                    value.type_name()
                )));
            }
        }
        self.copied = end;
        ctx.charge((self.out.len() - before) / 16);
        Ok(())
    }

    /// The result, complete.
    fn result(&mut self, ctx: &mut Ctx<'_>) -> Result<Action, Error> {
        let count = Value::Int(self.count);
        if self.copied == 0 && self.out.is_empty() {
            return ctx.results(&[Value::Str(self.subject_id), count]);
        }
        let before = self.out.len();
        let rest = self.subject.get(self.copied..).unwrap_or(&[]);
        self.out.extend(rest, &mut ctx.heap.account)?;
        ctx.charge(self.out.len() / 16);
        let results = match self.out.intern(ctx.heap) {
            Ok(id) => ctx.results(&[Value::Str(id), count]),
            Err(error) => Err(error.into()),
        };
        if results.is_err() {
            self.out.truncate(before);
        }
        results
    }

    /// Leaves everything where the next entry finds it.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Result<(), Error> {
        if let Some(object) = self.object {
            self.store(ctx, object);
            return Ok(());
        }
        let object = ByteBuffer::new_object(ctx.heap)?;
        if ctx.thread.top < ctx.base + LOCALS {
            ctx.set_locals(LOCALS)?;
        }
        self.object = Some(object);
        ctx.set_local(LIMIT, Value::Int(self.limit));
        ctx.set_local(START, Value::Nil);
        ctx.set_local(BUFFER, Value::Data(object));
        self.store(ctx, object);
        Ok(())
    }

    /// As `save` after the first time, where nothing can fail any more.
    fn store(&mut self, ctx: &mut Ctx<'_>, object: DataId) {
        ctx.set_local(FROM, Value::Int(self.from as i64));
        ctx.set_local(COPIED, Value::Int(self.copied as i64));
        ctx.set_local(COUNT, Value::Int(self.count));
        self.out.store(ctx.heap, object);
    }

    /// Settles the buffer after an error: if the stage may start again, it finds all
    /// that was done so far.
    #[cold]
    #[inline(never)]
    fn settle(&mut self, ctx: &mut Ctx<'_>, error: &Error) {
        match self.object {
            Some(object) if ctx.stage != 0 && is_memory(error) => self.store(ctx, object),
            _ => self.out.release(&mut ctx.heap.account),
        }
    }

    /// What `save` left.
    fn load(ctx: &mut Ctx<'_>) -> Result<Self, Error> {
        let (Value::Str(subject_id), Value::Str(pattern), Value::Data(object)) =
            (ctx.local(SUBJECT), ctx.local(PATTERN), ctx.local(BUFFER))
        else {
            return Err(corrupt());
        };
        let (Value::Int(limit), Value::Int(count)) = (ctx.local(LIMIT), ctx.local(COUNT)) else {
            return Err(corrupt());
        };
        let (Some(from), Some(copied)) = (place(ctx.local(FROM)), place(ctx.local(COPIED))) else {
            return Err(corrupt());
        };
        let replacement = match ctx.local(REPLACEMENT) {
            Value::Str(text) => text_replacement(ctx.heap.strings.shared(text)),
            function if function.is_function() => Replacement::Call(function),
            other => Replacement::Index(other),
        };
        Ok(Gsub {
            subject_id,
            subject: ctx.heap.strings.shared(subject_id),
            pattern,
            replacement,
            limit,
            from,
            copied,
            // Matches are not more than bytes; an image may say otherwise.
            count: count.clamp(0, i64::MAX / 2),
            out: ByteBuffer::load(ctx.heap, object),
            object: Some(object),
        })
    }
}

/// A place in a string as a local value holds it.
fn place(value: Value) -> Option<usize> {
    match value {
        Value::Int(i) => usize::try_from(i).ok().filter(|at| *at < usize::MAX / 2),
        _ => None,
    }
}

fn is_memory(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Memory)
}
