//! Which slots there are, what is in them, and in which order free ones will be
//! used: what decides the handles of all objects to come.

use super::kind::State;
use crate::codec::{CodecError, Reader, Writer};
use crate::lua::kind::Kind;

/// No place.
pub(super) const NONE: u32 = u32::MAX;

/// A slot of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub state: State,
    /// Where its object is here; for a string, its whole handle. Where the slot is free,
    /// whether it was in the list of free ones.
    pub place: u32,
}

/// Writes the states of all slots as runs.
pub(super) fn write_states(out: &mut Writer, states: &[State]) {
    out.len_of(states.len());
    let mut rest = states;
    while let Some(state) = rest.first() {
        let run = rest.iter().take_while(|other| *other == state).count();
        out.u64((run as u64) << 2 | state.number());
        rest = rest.get(run..).unwrap_or(&[]);
    }
}

/// Reads what [`write_states`] wrote; none if there are more than `most` slots.
pub(super) fn read_states(image: &mut Reader<'_>, most: u64) -> Option<Vec<Slot>> {
    let count = image.u64();
    if count > most {
        return None;
    }
    let mut slots = Vec::new();
    while image.is_sound() && (slots.len() as u64) < count {
        let run = image.u64();
        let end = (run >> 2).wrapping_add(slots.len() as u64);
        if run >> 2 == 0 || end > count {
            image.refuse(CodecError::Invalid("slots overlap"));
            break;
        }
        let slot = Slot {
            state: State::from_number(run),
            place: NONE,
        };
        slots.resize(end as usize, slot);
    }
    Some(slots)
}

/// Writes a free list: how far it is the template's, then runs of rising slots.
pub(super) fn write_free(out: &mut Writer, free: &[u32], original: &[u32]) {
    let same = free.iter().zip(original).take_while(|(a, b)| a == b);
    let same = same.count();
    out.len_of(same);
    let rest = free.get(same..).unwrap_or(&[]);
    // The first slot of each run, and the one behind its last.
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &slot in rest {
        match runs.last_mut() {
            Some((_, end)) if *end == slot => *end += 1,
            _ => runs.push((slot, slot + 1)),
        }
    }
    out.len_of(runs.len());
    let mut last = 0;
    for (first, end) in runs {
        out.i64(i64::from(first) - last);
        out.u32(end - first);
        last = i64::from(end) - 1;
    }
}

/// Reads what [`write_free`] wrote: every free slot, each once. None if it is not so.
pub(super) fn read_free(
    image: &mut Reader<'_>,
    original: &[u32],
    slots: &mut [Slot],
) -> Option<Vec<u32>> {
    let mut free = Vec::new();
    let mut take = |number: i64| {
        let slot = slots.get_mut(usize::try_from(number).ok()?)?;
        if slot.state != State::Free || slot.place != NONE {
            return None;
        }
        slot.place = number as u32;
        free.push(slot.place);
        Some(())
    };
    let same = usize::try_from(image.u64()).ok()?;
    for &slot in original.get(..same)? {
        take(i64::from(slot))?;
    }
    let mut last = 0_i64;
    let mut runs = image.len_of(2);
    while image.more(&mut runs) {
        last = last.wrapping_add(image.i64());
        for at in 0..image.u64() {
            last = last.wrapping_add(i64::from(at > 0));
            take(last)?;
        }
    }
    let is_left = |slot: &Slot| slot.state == State::Free && slot.place == NONE;
    (!slots.iter().any(is_left)).then_some(free)
}

/// Reads over what [`write_free`] wrote, where the slots mean nothing.
pub(super) fn skip_free(image: &mut Reader<'_>) {
    image.u64();
    let mut runs = image.len_of(2);
    while image.more(&mut runs) {
        image.i64();
        image.u64();
    }
}

/// The most slots of a kind that an image may have: no program could make more
/// objects at a time, and a slot that was used once stays.
pub(super) fn most_slots(kind: Kind, originals: u32, limit: u64) -> u64 {
    (u64::from(originals) + limit / kind.base_price()).min(1 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free_again(free: &[u32], original: &[u32], states: &[State]) -> Option<Vec<u32>> {
        let mut out = Writer::new();
        write_free(&mut out, free, original);
        let bytes = out.into_bytes();
        let mut slots: Vec<Slot> = states.iter().map(|state| in_state(*state)).collect();
        read_free(&mut Reader::new(&bytes), original, &mut slots)
    }

    fn in_state(state: State) -> Slot {
        Slot { state, place: NONE }
    }

    #[test]
    fn states_come_back() {
        let states = [State::Original, State::Own, State::Own, State::Free];
        let mut out = Writer::new();
        write_states(&mut out, &states);
        let bytes = out.into_bytes();
        let read = |most| read_states(&mut Reader::new(&bytes), most);
        assert_eq!(read(4).unwrap(), states.map(in_state));
        assert_eq!(read(3), None);
    }

    #[test]
    fn states_of_more_slots_than_there_are_overlap() {
        for bytes in [[2, 3 << 2], [2, 0]] {
            let mut image = Reader::new(&bytes);
            read_states(&mut image, 9).unwrap();
            let overlap = CodecError::Invalid("slots overlap");
            assert_eq!(image.check(), Err(overlap));
        }
    }

    #[test]
    fn a_free_list_comes_back_in_its_order() {
        let mut states = vec![State::Free; 9];
        states[4] = State::Own;
        let free = [1, 2, 7, 8, 6, 5, 3, 0];
        let same = free_again(&free, &[1, 2, 5], &states);
        assert_eq!(same.as_deref(), Some(&free[..]));
        assert_eq!(free_again(&free[1..], &[1, 2], &states), None, "one lacks");
        let twice = [1, 2, 7, 8, 6, 5, 3, 3];
        assert_eq!(free_again(&twice, &[], &states), None);
        states[3] = State::Own;
        assert_eq!(free_again(&free, &[], &states), None, "one is in use");
    }
}
