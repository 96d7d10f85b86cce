//! Which slots there are, what is in them, and in which order free ones will be
//! used: what decides the handles of all objects to come.

use super::error::ThawError;
use super::kind::State;
use crate::codec::{CodecError, Reader, Writer};
use crate::lua::kind::Kind;

/// Writes the states of all slots as runs.
pub(super) fn write_states(out: &mut Writer, states: &[State]) {
    out.len_of(states.len());
    for run in states.chunk_by(|a, b| a == b) {
        if let Some(state) = run.first() {
            out.u64((run.len() as u64) << 2 | state.number());
        }
    }
}

/// Reads what [`write_states`] wrote, of at most `most` slots.
pub(super) fn read_states(image: &mut Reader<'_>, most: u64) -> Result<Vec<State>, ThawError> {
    let count = image.u64()?;
    if count > most {
        return Err(ThawError::Memory);
    }
    let count = count as usize;
    let mut states = Vec::new();
    while states.len() < count {
        let run = image.u64()?;
        let end = usize::try_from(run >> 2)
            .ok()
            .and_then(|length| states.len().checked_add(length))
            .filter(|&end| end > states.len() && end <= count)
            .ok_or(CodecError::Invalid("slots overlap"))?;
        states.resize(end, State::from_number(run));
    }
    Ok(states)
}

/// Writes a free list: how far it is the template's, then runs of rising slots.
pub(super) fn write_free(out: &mut Writer, free: &[u32], original: &[u32]) {
    let same = free.iter().zip(original).take_while(|(a, b)| a == b);
    let same = same.count();
    out.len_of(same);
    let rest = free.get(same..).unwrap_or(&[]);
    let runs = || rest.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    out.len_of(runs().count());
    let mut last = 0;
    for run in runs() {
        if let (Some(&first), Some(&end)) = (run.first(), run.last()) {
            out.i64(i64::from(first) - last);
            out.len_of(run.len());
            last = i64::from(end);
        }
    }
}

/// Reads what [`write_free`] wrote: every free slot, each once.
pub(super) fn read_free(
    image: &mut Reader<'_>,
    original: &[u32],
    states: &[State],
) -> Result<Vec<u32>, CodecError> {
    const WRONG: CodecError = CodecError::Invalid("free slots are in use");
    let mut expected = 0_usize;
    let mut is_open: Vec<bool> = states
        .iter()
        .map(|state| {
            expected += usize::from(*state == State::Free);
            *state == State::Free
        })
        .collect();
    let mut free = Vec::new();
    let mut take = |slot: u32| {
        match is_open.get_mut(slot as usize) {
            Some(open) if *open => *open = false,
            _ => return Err(WRONG),
        }
        free.push(slot);
        Ok(())
    };
    let same = usize::try_from(image.u64()?).map_err(|_| WRONG)?;
    for &slot in original.get(..same).ok_or(WRONG)? {
        take(slot)?;
    }
    let mut last = 0_i64;
    for _ in 0..image.len_of(2)? {
        let first = last.checked_add(image.i64()?).ok_or(WRONG)?;
        for n in 0..image.u64()? {
            let slot = i64::try_from(n).ok().and_then(|n| first.checked_add(n));
            last = slot.ok_or(WRONG)?;
            take(u32::try_from(last).map_err(|_| WRONG)?)?;
        }
    }
    if free.len() == expected {
        Ok(free)
    } else {
        Err(WRONG)
    }
}

/// Reads over what [`write_free`] wrote, where the slots mean nothing.
pub(super) fn skip_free(image: &mut Reader<'_>) -> Result<Vec<u32>, CodecError> {
    image.u64()?;
    for _ in 0..image.len_of(2)? {
        image.i64()?;
        image.u64()?;
    }
    Ok(Vec::new())
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
        read_free(&mut Reader::new(&bytes), original, states).ok()
    }

    #[test]
    fn states_come_back() {
        let states = [State::Original, State::Own, State::Own, State::Free];
        let mut out = Writer::new();
        write_states(&mut out, &states);
        let bytes = out.into_bytes();
        let read = |most| read_states(&mut Reader::new(&bytes), most);
        assert_eq!(read(4).unwrap(), states);
        assert_eq!(read(3), Err(ThawError::Memory));
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
