//! Reading a model's free text as one of a few choices: `alc.match_enum` and
//! `alc.match_bool`.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, to_number};
use crate::lua::value::{TableId, Value};

use super::args::{Args, borrow_text, field, to_text_list};
use super::lowercase::to_lowercase;

/// How like a word must be unless the program says otherwise.
const DEFAULT_THRESHOLD: f64 = 0.7;
/// Words and candidates beyond this many bytes are not compared for likeness,
/// which takes the product of their lengths.
const MAX_WORD: usize = 256;

/// Where the native keeps how far it is, from its third argument on.
mod local {
    pub(super) const THRESHOLD: usize = 2;
    pub(super) const OFFSET: usize = 3;
    pub(super) const CANDIDATE: usize = 4;
    pub(super) const BEST: usize = 5;
    pub(super) const SCORE: usize = 6;
    pub(super) const COUNT: usize = 7;
    pub(super) const TOTAL: usize = 8;
}

/// Looking for candidates in the text.
const SEARCHING: u32 = 1;
/// Comparing candidates with words.
const COMPARING: u32 = 2;

/// `alc.match_enum(text, candidates, [{threshold}])`: the candidate whose last
/// occurrence in the text begins latest, in any case; else the one most like a
/// word of the text (Jaro-Winkler, at least `threshold`); else nil.
pub(super) fn match_enum(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 0 {
        ctx.text(1)?;
        let count = match to_text_list(ctx.heap, ctx.arg(2)) {
            Ok((_, count)) => count,
            Err(why) => return Err(ctx.bad_argument(2, why)),
        };
        let opts = ctx.opt_table(3)?;
        let threshold = threshold(ctx, opts);
        ctx.set_locals(local::TOTAL)?;
        ctx.set_local(local::THRESHOLD, Value::Float(threshold));
        ctx.set_local(local::COUNT, Value::Int(count));
        start(ctx, SEARCHING);
    }
    let found = work(ctx)?;
    Ok(match found {
        Found::Nothing => Action::Return(Value::Nil),
        Found::Candidate(value) => Action::Return(value),
        Found::NotYet { text, stage } => {
            *ctx.scratch = Some(Box::new(text));
            Action::Refuel { stage }
        }
    })
}

enum Found {
    Nothing,
    Candidate(Value),
    /// The fuel is used up; the text is kept in lower case.
    NotYet {
        text: String,
        stage: u32,
    },
}

/// Both ways to look, from where the locals say.
fn work(ctx: &mut Ctx<'_>) -> Result<Found, Error> {
    let kept = ctx.scratch.take().and_then(|kept| kept.downcast().ok());
    let text = match kept {
        Some(text) => *text,
        None => lower(ctx, ctx.local(0))?,
    };
    let Value::Table(candidates) = ctx.local(1) else {
        return Ok(Found::Nothing);
    };
    let count = integer(ctx.local(local::COUNT));
    if ctx.stage == SEARCHING {
        if !search(ctx, &text, candidates, count)? {
            let stage = SEARCHING;
            return Ok(Found::NotYet { text, stage });
        }
        if let Value::Int(best) = ctx.local(local::BEST) {
            return Ok(Found::Candidate(ctx.heap.table(candidates).get_int(best)));
        }
        start(ctx, COMPARING);
    }
    if !compare(ctx, &text, candidates, count)? {
        let stage = COMPARING;
        return Ok(Found::NotYet { text, stage });
    }
    Ok(match ctx.local(local::BEST) {
        Value::Int(best) => Found::Candidate(ctx.heap.table(candidates).get_int(best)),
        _ => Found::Nothing,
    })
}

fn threshold(ctx: &mut Ctx<'_>, opts: Option<TableId>) -> f64 {
    let given = match opts {
        Some(opts) => field(ctx.heap, opts, "threshold"),
        None => Value::Nil,
    };
    to_number(ctx.heap, given).map_or(DEFAULT_THRESHOLD, |number| number.to_float())
}

fn start(ctx: &mut Ctx<'_>, stage: u32) {
    ctx.stage = stage;
    ctx.set_local(local::OFFSET, Value::Int(0));
    ctx.set_local(local::CANDIDATE, Value::Int(1));
    ctx.set_local(local::BEST, Value::Nil);
    ctx.set_local(local::SCORE, Value::Float(-1.0));
}

fn integer(value: Value) -> i64 {
    match value {
        Value::Int(i) => i,
        _ => 0,
    }
}

fn float(value: Value) -> f64 {
    match value {
        Value::Float(f) => f,
        _ => 0.0,
    }
}

/// A text in lower case.
fn lower(ctx: &mut Ctx<'_>, value: Value) -> Result<String, Error> {
    match borrow_text(ctx.heap, value) {
        Ok(text) => Ok(to_lowercase(&text)),
        Err(why) => Err(ctx.bad_argument(1, why)),
    }
}

/// Looks for every candidate in the text; false if the fuel is used up before.
fn search(ctx: &mut Ctx<'_>, text: &str, candidates: TableId, count: i64) -> Result<bool, Error> {
    for index in integer(ctx.local(local::CANDIDATE))..=count {
        let candidate = lower(ctx, ctx.heap.table(candidates).get_int(index))?;
        ctx.charge(text.len() / 8 + candidate.len() / 4 + 10);
        if let Some(at) = text.rfind(&candidate)
            && at as f64 > float(ctx.local(local::SCORE))
        {
            ctx.set_local(local::BEST, Value::Int(index));
            ctx.set_local(local::SCORE, Value::Float(at as f64));
        }
        if *ctx.fuel <= 0 {
            ctx.set_local(local::CANDIDATE, Value::Int(index + 1));
            return Ok(false);
        }
    }
    Ok(true)
}

/// Compares every word with every candidate; false if the fuel is used up
/// before.
fn compare(ctx: &mut Ctx<'_>, text: &str, candidates: TableId, count: i64) -> Result<bool, Error> {
    let threshold = float(ctx.local(local::THRESHOLD));
    let mut offset = usize::try_from(integer(ctx.local(local::OFFSET))).unwrap_or(0);
    let mut first = integer(ctx.local(local::CANDIDATE));
    while let Some((start, word)) = next_word(text, offset) {
        for index in first..=count {
            let candidate = lower(ctx, ctx.heap.table(candidates).get_int(index))?;
            ctx.charge(candidate.len() / 4 + 10);
            if word.len() <= MAX_WORD && candidate.len() <= MAX_WORD {
                ctx.charge(word.len() * candidate.len() / 4);
                let score = strsim::jaro_winkler(word, &candidate);
                if score >= threshold && score > float(ctx.local(local::SCORE)) {
                    ctx.set_local(local::BEST, Value::Int(index));
                    ctx.set_local(local::SCORE, Value::Float(score));
                }
            }
            if *ctx.fuel <= 0 {
                ctx.set_local(local::OFFSET, Value::Int(start as i64));
                ctx.set_local(local::CANDIDATE, Value::Int(index + 1));
                return Ok(false);
            }
        }
        first = 1;
        let spaced = text.get(start..).unwrap_or("");
        let len = spaced.find(char::is_whitespace).unwrap_or(spaced.len());
        offset = start + len;
        ctx.charge(len / 8 + 1);
    }
    Ok(true)
}

/// Where the next run of non-blanks begins, and the word in it: without what
/// is neither letter nor digit at its ends.
fn next_word(text: &str, offset: usize) -> Option<(usize, &str)> {
    let rest = text.get(offset..)?;
    let skipped = rest.find(|c: char| !c.is_whitespace())?;
    let spaced = rest.get(skipped..)?;
    let end = spaced.find(char::is_whitespace).unwrap_or(spaced.len());
    let word = spaced.get(..end)?;
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    Some((offset + skipped, word))
}

const TRUE_WORDS: [&str; 9] = [
    "approved", "yes", "ok", "accept", "pass", "confirm", "agree", "true", "lgtm",
];
const FALSE_WORDS: [&str; 8] = [
    "rejected", "no", "deny", "block", "fail", "refuse", "disagree", "false",
];

/// `alc.match_bool(text)`: what the last word that says yes or no says; nil
/// without one.
pub(super) fn match_bool(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = ctx.text(1)?;
    ctx.charge(text.len() / 2);
    let words = text.rsplit(|c: char| !c.is_ascii_alphanumeric());
    let among = |list: &[&str], word: &str| list.iter().any(|w| w.eq_ignore_ascii_case(word));
    for word in words {
        if among(&TRUE_WORDS, word) {
            return Ok(Action::Return(Value::Bool(true)));
        }
        if among(&FALSE_WORDS, word) {
            return Ok(Action::Return(Value::Bool(false)));
        }
    }
    Ok(Action::Return(Value::Nil))
}
