//! `string.rep`.

use std::rc::Rc;

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::{SHORT_STRING_MAX, Value};

use super::check_room;

/// The most bytes a result may have, as in C Lua, where it is the largest `int`.
const MAX_RESULT: u64 = i32::MAX as u64;

/// `string.rep(s, n [, sep])`
pub fn rep(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let s = ctx.check_str(1)?;
    let n = ctx.check_int(2)?;
    let sep = ctx.opt_str(3)?;
    let Some(count) = u64::try_from(n).ok().filter(|n| *n > 0) else {
        let value = ctx.heap.new_string(b"")?;
        return ctx.give(value);
    };
    if count == 1 {
        return ctx.give(Value::Str(s));
    }
    let sep_len = sep.map_or(0, |sep| ctx.heap.bytes(sep).len());
    let period = ctx.heap.bytes(s).len() as u64 + sep_len as u64;
    if period > MAX_RESULT / count {
        return Err(Error::message("resulting string too large"));
    }
    // Both are at most `MAX_RESULT`.
    let total = (period * count) as usize - sep_len;
    ctx.charge(total / 16);
    let heap = &mut *ctx.heap;
    let sep = sep.map_or(&[][..], |sep| heap.strings.bytes(sep));
    let s = heap.strings.bytes(s);
    if total <= SHORT_STRING_MAX {
        let mut short = [0; SHORT_STRING_MAX];
        let out = short.get_mut(..total).unwrap_or_default();
        fill(out, s, sep);
        let value = ctx.heap.new_string(out)?;
        return ctx.give(value);
    }
    check_room(&mut heap.account, total as u64)?;
    let long: Rc<[u8]> = match s {
        [single] if sep.is_empty() => std::iter::repeat_n(*single, total).collect(),
        _ => {
            let mut long: Rc<[u8]> = std::iter::repeat_n(0, total).collect();
            if let Some(out) = Rc::get_mut(&mut long) {
                fill(out, s, sep);
            }
            long
        }
    };
    let id = heap.strings.intern_shared(&long, &mut heap.account)?;
    ctx.give(Value::Str(id))
}

/// Fills `out` with `s` and `sep` by turns, doubling what is there.
fn fill(out: &mut [u8], s: &[u8], sep: &[u8]) {
    let mut filled = 0;
    for part in [s, sep] {
        let part = part
            .get(..part.len().min(out.len() - filled))
            .unwrap_or(&[]);
        if let Some(place) = out.get_mut(filled..filled + part.len()) {
            place.copy_from_slice(part);
        }
        filled += part.len();
    }
    while filled > 0 && filled < out.len() {
        // What is there is a whole number of periods, so it may be repeated.
        let step = filled.min(out.len() - filled);
        out.copy_within(..step, filled);
        filled += step;
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn fills_with_turns_of_both() {
        let filled = |len: usize, s: &str, sep: &str| {
            let mut out = vec![b'?'; len];
            fill(&mut out, s.as_bytes(), sep.as_bytes());
            String::from_utf8_lossy(&out).into_owned()
        };
        assert_eq!(filled(9, "abc", ""), "abcabcabc");
        assert_eq!(filled(11, "ab", ", "), "ab, ab, ab?".replace('?', ","));
        assert_eq!(filled(10, "ab", ", "), "ab, ab, ab");
        assert_eq!(filled(5, "", "-"), "-----");
        assert_eq!(filled(0, "", ""), "");
    }
}
