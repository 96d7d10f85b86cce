//! Reading a model's free text as one of a few choices: `alc.match_enum`.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next, to_number};
use crate::lua::value::{TableId, Value};

use super::args::{Args, borrow_text, field, to_text_list};
use super::likeness::jaro_winkler;
use super::lowercase::to_lowercase;

/// How like a word must be unless the program says otherwise.
const DEFAULT_THRESHOLD: f64 = 0.7;
/// Words and candidates beyond this many bytes are not compared for likeness,
/// which takes the product of their lengths.
const MAX_WORD: usize = 256;

/// A search has begun.
const UNDER_WAY: u32 = 1;

/// How far the native is. It is kept while there is no fuel; where it gets lost,
/// because memory was short, the native begins anew.
struct Search {
    /// The text in lower case.
    text: String,
    candidates: TableId,
    count: i64,
    /// The candidate that comes next, from 1.
    next: i64,
    threshold: f64,
    /// Where the word that is compared begins; nothing while candidates are looked
    /// for in the whole text.
    word: Option<usize>,
    /// The best candidate so far, and its score.
    best: Option<(i64, f64)>,
}

/// `alc.match_enum(text, candidates, [{threshold}])`: the candidate whose last
/// occurrence in the text begins latest, in any case; else the one most like a
/// word of the text (Jaro-Winkler, at least `threshold`); else nil.
pub(super) fn match_enum(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let kept = ctx.scratch.take().filter(|_| ctx.stage == UNDER_WAY);
    let mut search = match kept.and_then(|kept| kept.downcast().ok()) {
        Some(kept) => kept,
        None => Box::new(begin(ctx)?),
    };
    while search.try_candidates(ctx)? {
        if *ctx.fuel <= 0 {
            *ctx.scratch = Some(search);
            return ctx.want(Next::Refuel { stage: UNDER_WAY });
        }
    }
    ctx.give(match search.best {
        Some((best, _)) => ctx.heap.table(search.candidates).get_int(best),
        None => Value::Nil,
    })
}

/// Reads the arguments.
fn begin(ctx: &mut Ctx<'_>) -> Result<Search, Error> {
    let text = ctx.text(1)?;
    let (candidates, count) = match to_text_list(ctx.heap, ctx.arg(2)) {
        Ok(list) => list,
        Err(why) => return Err(ctx.bad_argument(2, why)),
    };
    let threshold = match ctx.opt_table(3)? {
        Some(opts) => field(ctx.heap, opts, "threshold"),
        None => Value::Nil,
    };
    let threshold = to_number(ctx.heap, threshold);
    Ok(Search {
        text: to_lowercase(&text),
        candidates,
        count,
        next: 1,
        threshold: threshold.map_or(DEFAULT_THRESHOLD, |number| number.to_float()),
        word: None,
        best: None,
    })
}

impl Search {
    /// Tries all candidates with the text or the word at hand, and goes on to the
    /// next one; fewer if the fuel is used up before. False if nothing is left.
    fn try_candidates(&mut self, ctx: &mut Ctx<'_>) -> Result<bool, Error> {
        let word = match self.word {
            None => self.text.as_str(),
            Some(at) => match word_at(&self.text, at) {
                "" => return Ok(false),
                word => word.trim_matches(|c: char| !c.is_alphanumeric()),
            },
        };
        while self.next <= self.count {
            let candidate = ctx.heap.table(self.candidates).get_int(self.next);
            let candidate = match borrow_text(ctx.heap, candidate) {
                Ok(text) => to_lowercase(&text),
                Err(why) => return Err(ctx.bad_argument(2, why)),
            };
            ctx.charge(candidate.len() / 4 + 10);
            let score = if self.word.is_none() {
                ctx.charge(word.len() / 8);
                last_occurrence(word.as_bytes(), candidate.as_bytes()).map(|at| at as f64)
            } else if word.len() <= MAX_WORD && candidate.len() <= MAX_WORD {
                ctx.charge(word.len() * candidate.len() / 4);
                Some(jaro_winkler(word, &candidate)).filter(|score| *score >= self.threshold)
            } else {
                None
            };
            if let Some(score) = score
                && self.best.is_none_or(|(_, best)| score > best)
            {
                self.best = Some((self.next, score));
            }
            self.next += 1;
            if *ctx.fuel <= 0 {
                return Ok(true);
            }
        }
        // What is found in the text need not be guessed from its words.
        let after = match self.word {
            None if self.best.is_some() => return Ok(false),
            None => 0,
            Some(at) => at + word_at(&self.text, at).len(),
        };
        let rest = self.text.get(after..).unwrap_or("");
        let blank = rest.len() - rest.trim_start().len();
        ctx.charge((after - self.word.unwrap_or(0) + blank) / 8 + 1);
        self.word = Some(after + blank);
        self.next = 1;
        Ok(true)
    }
}

/// What stands in a text from an offset to the next blank.
#[inline(never)]
fn word_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    rest.split(char::is_whitespace).next().unwrap_or("")
}

/// Where the last occurrence of a needle in a text begins, by the algorithm of
/// Knuth, Morris and Pratt: however often the text nearly holds the needle, each of
/// its bytes is looked at about twice.
fn last_occurrence(text: &[u8], needle: &[u8]) -> Option<usize> {
    // For the first one, two, … bytes of the needle: how many that it begins with
    // stand at their end as well.
    let mut borders = vec![0];
    let mut matched = 0;
    for &byte in needle.get(1..).unwrap_or(&[]) {
        matched = follow(needle, &borders, matched, byte);
        borders.push(matched);
    }
    let mut found = needle.is_empty().then_some(0);
    matched = 0;
    for (at, &byte) in text.iter().enumerate() {
        matched = follow(needle, &borders, matched, byte);
        if matched == needle.len() {
            found = Some(at + 1 - matched);
        }
    }
    found
}

/// With how many bytes of the needle a text ends that ended with `matched` of them
/// before this byte.
fn follow(needle: &[u8], borders: &[usize], matched: usize, byte: u8) -> usize {
    let mut matched = matched;
    while needle.get(matched) != Some(&byte) {
        let Some(shorter) = matched.checked_sub(1) else {
            return 0;
        };
        matched = borders.get(shorter).copied().unwrap_or(0);
    }
    matched + 1
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::last_occurrence;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_occurrence_is_found(text in "[ab]{0,20}", needle in "[ab]{0,4}") {
            let found = last_occurrence(text.as_bytes(), needle.as_bytes());
            prop_assert_eq!(found, text.rfind(&needle));
        }
    }
}
