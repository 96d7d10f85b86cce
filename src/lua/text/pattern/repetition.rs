//! The next length of a repetition to try, once a length has failed.

use super::BYTES_PER_STEP;
use super::plain::reach;
use super::program::{Follow, Op, Pattern};

/// What going back, or a scan for the next length of a repetition, came to.
pub(super) enum Next {
    /// Go on matching at this place of the subject.
    At(usize),
    /// There is no other alternative.
    Nothing,
    OutOfBudget,
}

/// Takes the price of a scan that was part of a step already paid.
#[inline(always)]
pub(super) fn pay_scan(fuel: &mut u64, bytes: usize) {
    *fuel = fuel.saturating_sub((bytes / BYTES_PER_STEP) as u64);
}

/// What may follow the repetition `op`, or nothing if anything may.
#[inline]
fn follow_of(pattern: &Pattern, op: usize) -> Option<&Follow> {
    match pattern.ops().get(op) {
        Some(Op::Repeat { follow, .. }) => pattern.follow(*follow),
        _ => None,
    }
}

/// Shortens a greedy repetition from `high`, which is moved along.
#[inline]
#[cfg_attr(tuned, optimize(speed))]
pub(super) fn shrink(
    subject: &[u8],
    pattern: &Pattern,
    op: usize,
    low: usize,
    high: &mut usize,
    fuel: &mut u64,
) -> Next {
    if *high <= low {
        return Next::Nothing;
    }
    let Some(follow) = follow_of(pattern, op) else {
        *high -= 1;
        return Next::At(*high);
    };
    let floor = low.max(high.saturating_sub(reach(fuel.saturating_add(1))));
    let window = subject.get(floor..*high).unwrap_or(&[]);
    let found = follow.rfind(window);
    pay_scan(fuel, window.len() - found.unwrap_or(0));
    match found {
        Some(offset) => {
            *high = floor + offset;
            Next::At(*high)
        }
        None if floor == low => Next::Nothing,
        None => {
            *high = floor;
            *fuel = 0;
            Next::OutOfBudget
        }
    }
}

/// Bytes looked at in one go where two conditions must hold.
const BLOCK: usize = 256;

/// Lengthens a lazy repetition from `at`, which is moved along, by at least one byte.
#[inline]
#[cfg_attr(tuned, optimize(speed))]
pub(super) fn grow(
    subject: &[u8],
    pattern: &Pattern,
    op: usize,
    at: &mut usize,
    fuel: &mut u64,
) -> Next {
    let Some(Op::Repeat { single, .. }) = pattern.ops().get(op) else {
        return Next::Nothing;
    };
    let sets = pattern.sets();
    let from = *at;
    match subject.get(from) {
        Some(byte) if single.matches(*byte, sets) => {}
        _ => return Next::Nothing,
    }
    let from = from + 1;
    let Some(follow) = follow_of(pattern, op) else {
        *at = from;
        return Next::At(from);
    };
    let most = reach(fuel.saturating_add(1));
    let stop = subject.len().min(from.saturating_add(most));
    let window = subject.get(from..stop).unwrap_or(&[]);
    // The repetition may end before a byte that can follow, having passed all
    // before it. Both are looked for block by block, since either can be far.
    let mut place = from;
    for block in window.chunks(BLOCK) {
        let run = single.run_length(block, sets);
        let upto = block.len().min(run + 1);
        if let Some(offset) = follow.find(block.get(..upto).unwrap_or(block)) {
            *at = place + offset;
            pay_scan(fuel, *at - from);
            return Next::At(*at);
        }
        place += run;
        if run < block.len() {
            pay_scan(fuel, place - from);
            return Next::Nothing;
        }
    }
    pay_scan(fuel, window.len());
    if stop == subject.len() {
        if !follow.at_end {
            return Next::Nothing;
        }
        *at = stop;
        return Next::At(stop);
    }
    // All of the window matched, so its last byte may serve as the new place.
    *at = stop.saturating_sub(1);
    *fuel = 0;
    Next::OutOfBudget
}
