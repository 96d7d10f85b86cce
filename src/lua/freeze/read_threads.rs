//! Coroutines out of an image, and whether they make sense together.
//!
//! The interpreter takes for granted what compiler and machine see to: that the
//! next instruction exists, that frames stand upon each other, that coroutines do not
//! wait in a circle. All of that is checked here, once.

use super::error::ThawError;
use super::kind::Kind;
use super::read::{DANGLING, Thawing, invalid};
use super::threads::{FINISH, NATIVE, ORIGINAL, PROTECTED, STATUS, TAIL};
use crate::codec::CodecError;
use crate::lua::call::CALL_PENDING;
use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::thread::{
    Frame, FrameKind, MAX_FRAMES, MAX_STACK, Returns, Status, Thread, WINDOW,
};
use crate::lua::value::{ClosureId, ThreadId, UpvalId};

/// Room beyond the limits that error handlers have, and more than there can be of
/// them.
const MORE: u32 = 1_000;
/// No native has as many stages.
const MAX_STAGE: u32 = 1 << 16;
/// No call wants as many results, unless it wants all of them.
const MAX_RESULTS: u32 = 256;

impl Thawing<'_, '_, '_> {
    /// Reads all coroutines.
    pub(super) fn read_threads(&mut self) -> Result<(), ThawError> {
        for slot in self.own(Kind::Thread) {
            let id = ThreadId(self.place(Kind::Thread, slot)?);
            let thread = self.read_thread(id)?;
            self.heap.threads.place(id.0, thread);
        }
        if self.open.contains(&true) {
            return Err(invalid("a captured variable is on no stack"));
        }
        Ok(())
    }

    fn read_thread(&mut self, id: ThreadId) -> Result<Thread, ThawError> {
        let status = self.image.u8()?;
        let status = STATUS.get(usize::from(status));
        let status = *status.ok_or(CodecError::BadTag("a coroutine's state"))?;
        let (stack_cap, frames_cap) = (self.image.u32()?, self.image.u32()?);
        let top = self.image.u32()?;
        let handlers = self.image.u32()?;
        if stack_cap > MAX_STACK as u32 + WINDOW as u32 + MORE
            || frames_cap > MAX_FRAMES as u32 + MORE
            || handlers > MORE
            || top > stack_cap
        {
            return Err(invalid("a stack is too large"));
        }
        let mut thread = Thread::with_capacities(stack_cap, frames_cap, &mut self.heap.account)?;
        thread.status = status;
        thread.top = top as usize;
        thread.handlers = handlers;
        thread.realm = self.optional_table()?;
        if self.image.bool()? {
            thread.resumer = Some(self.thread_id()?);
        }
        if self.image.bool()? {
            thread.failure = Some(self.value()?);
        }
        let live = self.image.len_of(1)?;
        if live > thread.stack.len() {
            return Err(invalid("a stack is too small"));
        }
        for at in 0..live {
            let value = self.value()?;
            thread.set_slot(at, value);
        }
        let count = self.image.len_of(6)?;
        if count > frames_cap as usize {
            return Err(invalid("there are too many frames"));
        }
        let mut below = 0;
        for _ in 0..count {
            let frame = self.read_frame(below, stack_cap)?;
            below = frame.base;
            thread.frames.push(frame);
        }
        if let Some(frame) = thread.frames.last()
            && matches!(frame.kind, FrameKind::Native(_))
            && frame.base > top
        {
            return Err(invalid("a stack ends below its frame"));
        }
        self.read_variables(&mut thread, id)?;
        Ok(thread)
    }

    fn read_frame(&mut self, below: u32, stack_cap: u32) -> Result<Frame, ThawError> {
        let bits = self.image.u8()?;
        if bits & !(NATIVE | PROTECTED | TAIL | FINISH | ORIGINAL) != 0 {
            return Err(CodecError::BadTag("a frame").into());
        }
        let has = |bit| bits & bit != 0;
        let kind = if has(NATIVE) {
            let number = self.image.u32()?;
            FrameKind::Native(self.native(number)?)
        } else {
            FrameKind::Lua(self.frame_closure(has(ORIGINAL))?)
        };
        let func = below.checked_add(self.image.u32()?);
        let above = self.image.u32()?;
        let base = func.and_then(|func| func.checked_add(above));
        let (Some(func), Some(base)) = (func, base) else {
            return Err(CodecError::BadNumber.into());
        };
        let pc = self.image.u32()?;
        let returns = if has(FINISH) {
            Returns::Finish
        } else {
            match self.image.u32()? {
                0 => Returns::To(-1),
                count if count <= MAX_RESULTS => Returns::To(count as i32 - 1),
                _ => return Err(invalid("a call wants too many results")),
            }
        };
        let varargs = self.image.u32()?;
        let aux = self.image.u32()?;
        if above == 0 || base > stack_cap || aux > stack_cap {
            return Err(invalid("a frame lies outside of its stack"));
        }
        let sound = match kind {
            FrameKind::Lua(closure) => {
                !has(PROTECTED)
                    && varargs < above
                    && (pc as usize) < self.heap.loaded(closure).code().len()
            }
            FrameKind::Native(_) => {
                !has(ORIGINAL)
                    && pc & !CALL_PENDING < MAX_STAGE
                    && varargs <= MAX_RESULTS
                    && base <= aux
            }
        };
        if !sound {
            return Err(invalid("a frame contradicts its function"));
        }
        Ok(Frame {
            func,
            base,
            kind,
            pc,
            returns,
            varargs,
            aux,
            protected: has(PROTECTED),
            tail: has(TAIL),
        })
    }

    /// The function of a Lua frame. Where it belongs to the template, it must still
    /// be the same code.
    fn frame_closure(&mut self, original: bool) -> Result<ClosureId, ThawError> {
        let closure = ClosureId(self.slot(Kind::Closure)?);
        if original {
            let proto = self.proto()?;
            if self.heap.closures.get(closure.0).proto != proto {
                return Err(invalid("a frame contradicts its function"));
            }
        }
        Ok(closure)
    }

    /// Reads which variables of a stack are captured or to be closed.
    fn read_variables(&mut self, thread: &mut Thread, id: ThreadId) -> Result<(), ThawError> {
        let size = thread.stack.len() as u32;
        let mut next = 0;
        for _ in 0..self.image.len_of(2)? {
            let slot = self.image.u32()?;
            let upval: UpvalId = self.upval()?;
            if slot < next || slot >= size {
                return Err(invalid("captured variables are out of order"));
            }
            next = slot + 1;
            match self.open.get_mut(upval.0 as usize) {
                Some(open) if *open => *open = false,
                _ => return Err(DANGLING),
            }
            *self.heap.upvals.get_mut(upval.0) = Upval::Open(id, slot);
            thread.open.push((slot, upval));
        }
        let mut next = 0;
        for _ in 0..self.image.len_of(1)? {
            let slot = self.image.u32()?;
            if slot < next || slot >= size {
                return Err(invalid("variables to be closed are out of order"));
            }
            next = slot + 1;
            thread.tbc.push(slot);
        }
        Ok(())
    }
}

/// Whether the coroutines wait for each other as they can: those that the running
/// one was resumed by, up to the main one, are waiting, and nobody waits in a circle.
pub(super) fn check_waiting(
    heap: &Heap,
    main: ThreadId,
    current: ThreadId,
) -> Result<(), ThawError> {
    const WRONG: ThawError =
        ThawError::Bad(CodecError::Invalid("coroutines contradict each other"));
    let slots = heap.threads.slots();
    // In which round a coroutine was passed.
    let mut passed = vec![None; slots as usize];
    for start in 0..slots {
        let mut at = start;
        // Chains that were followed before end without a circle.
        while let Some(mark) = passed.get_mut(at as usize) {
            match *mark {
                Some(round) if round == start => return Err(WRONG),
                Some(_) => break,
                None => *mark = Some(start),
            }
            match heap.threads.get(at).resumer {
                Some(resumer) => at = resumer.0,
                None => break,
            }
        }
    }
    let mut in_chain = vec![false; slots as usize];
    let mut at = current;
    loop {
        if let Some(mark) = in_chain.get_mut(at.0 as usize) {
            *mark = true;
        }
        let thread = heap.threads.get(at.0);
        let status = thread.status;
        let is_sound = if at == current {
            match status {
                Status::Running => true,
                Status::Suspended => thread.frames.is_empty(),
                Status::Dead => at == main,
                Status::Normal => false,
            }
        } else {
            status == Status::Normal
        };
        if !is_sound {
            return Err(WRONG);
        }
        match thread.resumer {
            Some(resumer) => at = resumer,
            None => break,
        }
    }
    if at != main {
        return Err(WRONG);
    }
    for (slot, is_in_chain) in (0..).zip(in_chain) {
        let thread = heap.threads.get(slot);
        let is_sound = match thread.status {
            Status::Running => false,
            Status::Suspended | Status::Dead => thread.resumer.is_none(),
            Status::Normal => true,
        };
        if !is_in_chain && !is_sound {
            return Err(WRONG);
        }
    }
    Ok(())
}
