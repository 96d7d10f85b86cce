//! Coroutines out of an image, and whether they make sense together.
//!
//! The interpreter takes for granted what compiler and machine see to: that the
//! next instruction exists, that frames stand upon each other, that coroutines do not
//! wait in a circle. All of that is checked here, once.

use super::error::ThawError;
use super::read::{Res, Thawing};
use super::threads::{FINISH, NATIVE, ORIGINAL, PROTECTED, STATUS, TAIL};
use crate::codec::CodecError;
use crate::lua::call::CALL_PENDING;
use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
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
    pub(super) fn read_threads(&mut self) -> Res<()> {
        self.each_own(Kind::Thread, |thawing, _, place| {
            let thread = thawing.read_thread(ThreadId(place))?;
            *thawing.heap.threads.get_mut(place) = thread;
            Ok(())
        })?;
        if self.open.contains(&true) {
            return Err(self.invalid("a captured variable is on no stack"));
        }
        Ok(())
    }

    fn read_thread(&mut self, id: ThreadId) -> Res<Thread> {
        let status = self.u8();
        let Some(&status) = STATUS.get(usize::from(status)) else {
            return Err(self.fail(CodecError::BadTag("a coroutine's state").into()));
        };
        let (stack_cap, frames_cap) = (self.u32(), self.u32());
        let top = self.u32();
        let handlers = self.u32();
        if stack_cap > MAX_STACK as u32 + WINDOW as u32 + MORE
            || frames_cap > MAX_FRAMES as u32 + MORE
            || handlers > MORE
            || top > stack_cap
        {
            return Err(self.invalid("a stack is too large"));
        }
        let mut thread = Thread::default();
        let room = thread.reserve(stack_cap, frames_cap, &mut self.heap.account);
        if room.is_err() {
            return Err(self.fail(ThawError::Memory));
        }
        thread.status = status;
        thread.top = top as usize;
        thread.handlers = handlers;
        thread.realm = self.optional_table()?;
        if self.bool() {
            thread.resumer = Some(self.thread_id()?);
        }
        if self.bool() {
            thread.failure = Some(self.value()?);
        }
        let live = self.len_of(1);
        if live > thread.stack.len() {
            return Err(self.invalid("a stack is too small"));
        }
        for at in 0..live {
            let value = self.value()?;
            thread.set_slot(at, value);
        }
        let count = self.len_of(6);
        if count > frames_cap as usize {
            return Err(self.invalid("there are too many frames"));
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
            return Err(self.invalid("a stack ends below its frame"));
        }
        self.read_variables(&mut thread, id)?;
        Ok(thread)
    }

    fn read_frame(&mut self, below: u32, stack_cap: u32) -> Res<Frame> {
        let bits = self.u8();
        if bits & !(NATIVE | PROTECTED | TAIL | FINISH | ORIGINAL) != 0 {
            return Err(self.fail(CodecError::BadTag("a frame").into()));
        }
        let has = |bit| bits & bit != 0;
        let kind = if has(NATIVE) {
            let number = self.u32();
            FrameKind::Native(self.native(number)?)
        } else {
            FrameKind::Lua(self.frame_closure(has(ORIGINAL))?)
        };
        let func = below.checked_add(self.u32());
        let above = self.u32();
        let base = func.and_then(|func| func.checked_add(above));
        let (Some(func), Some(base)) = (func, base) else {
            return Err(self.fail(CodecError::BadNumber.into()));
        };
        let pc = self.u32();
        let returns = if has(FINISH) {
            Returns::Finish
        } else {
            match self.u32() {
                0 => Returns::To(-1),
                count if count <= MAX_RESULTS => Returns::To(count as i32 - 1),
                _ => return Err(self.invalid("a call wants too many results")),
            }
        };
        let varargs = self.u32();
        let aux = self.u32();
        if above == 0 || base > stack_cap || aux > stack_cap {
            return Err(self.invalid("a frame lies outside of its stack"));
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
            return Err(self.invalid("a frame contradicts its function"));
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
    fn frame_closure(&mut self, original: bool) -> Res<ClosureId> {
        let closure = ClosureId(self.slot(Kind::Closure)?);
        if original {
            let proto = self.proto()?;
            if self.heap.closures.get(closure.0).proto != proto {
                return Err(self.invalid("a frame contradicts its function"));
            }
        }
        Ok(closure)
    }

    /// Reads which variables of a stack are captured or to be closed.
    fn read_variables(&mut self, thread: &mut Thread, id: ThreadId) -> Res<()> {
        let size = thread.stack.len() as u32;
        let mut next = 0;
        for _ in 0..self.len_of(2) {
            let slot = self.u32();
            let upval: UpvalId = self.upval()?;
            if slot < next || slot >= size {
                return Err(self.invalid("captured variables are out of order"));
            }
            next = slot + 1;
            match self.open.get_mut(upval.0 as usize) {
                Some(open) if *open => *open = false,
                _ => return Err(self.dangling()),
            }
            *self.heap.upvals.get_mut(upval.0) = Upval::Open(id, slot);
            thread.open.push((slot, upval));
        }
        let mut next = 0;
        for _ in 0..self.len_of(1) {
            let slot = self.u32();
            if slot < next || slot >= size {
                return Err(self.invalid("variables to be closed are out of order"));
            }
            next = slot + 1;
            thread.tbc.push(slot);
        }
        Ok(())
    }
}

/// Whether the coroutines wait for each other as they can: those that the running
/// one was resumed by, up to the main one, are waiting, and nobody waits in a circle.
pub(super) fn wait_soundly(heap: &Heap, main: ThreadId, current: ThreadId) -> bool {
    let slots = heap.threads.slots.count();
    // In which round a coroutine was passed.
    let mut passed = vec![None; slots as usize];
    for start in 0..slots {
        let mut at = start;
        // Chains that were followed before end without a circle.
        while let Some(mark) = passed.get_mut(at as usize) {
            match *mark {
                Some(round) if round == start => return false,
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
            return false;
        }
        match thread.resumer {
            Some(resumer) => at = resumer,
            None => break,
        }
    }
    if at != main {
        return false;
    }
    for (slot, is_in_chain) in (0..).zip(in_chain) {
        let thread = heap.threads.get(slot);
        let is_sound = match thread.status {
            Status::Running => false,
            Status::Suspended | Status::Dead => thread.resumer.is_none(),
            Status::Normal => true,
        };
        if !is_in_chain && !is_sound {
            return false;
        }
    }
    true
}
