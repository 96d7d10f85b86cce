//! Coroutines out of an image, and whether they make sense together.
//!
//! The interpreter takes for granted what compiler and machine see to: that the
//! next instruction exists, that frames stand upon each other, that coroutines do not
//! wait in a circle. All of that is checked here, once.

use super::error::ThawError;
use super::read::Thawing;
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

/// A captured variable on the stack of a coroutine that was not read yet.
pub(super) const HOMELESS: Upval = Upval::Open(ThreadId(u32::MAX), 0);

fn is_homeless(upval: Upval) -> bool {
    matches!(upval, Upval::Open(ThreadId(u32::MAX), _))
}

impl Thawing<'_, '_, '_> {
    /// Reads all coroutines.
    pub(super) fn read_threads(&mut self) {
        self.each_own(Kind::Thread, |thawing, _, place| {
            let mut thread = Thread::default();
            thawing.read_thread(&mut thread, ThreadId(place));
            *thawing.vm.heap.threads.get_mut(place) = thread;
        });
        let upvals = &self.vm.heap.upvals;
        if (0..upvals.slots.count()).any(|slot| is_homeless(*upvals.get(slot))) {
            self.invalid("a captured variable is on no stack");
        }
    }

    #[inline(never)]
    fn read_thread(&mut self, thread: &mut Thread, id: ThreadId) {
        match STATUS.get(usize::from(self.image.u8())) {
            Some(status) => thread.status = *status,
            None => self.image.refuse(CodecError::BadTag("a coroutine's state")),
        }
        let (stack_cap, frames_cap) = (self.image.u32(), self.image.u32());
        let top = self.image.u32();
        thread.top = top as usize;
        thread.handlers = self.image.u32();
        if stack_cap > MAX_STACK as u32 + WINDOW as u32 + MORE
            || frames_cap > MAX_FRAMES as u32 + MORE
            || thread.handlers > MORE
            || top > stack_cap
        {
            return self.invalid("a stack is too large");
        }
        let account = &mut self.vm.heap.account;
        if thread.reserve(stack_cap, frames_cap, account).is_err() {
            return self.fail(ThawError::Memory);
        }
        thread.realm = self.optional_table();
        if self.image.bool() {
            thread.resumer = Some(ThreadId(self.slot(Kind::Thread)));
        }
        if self.image.bool() {
            thread.failure = Some(self.value());
        }
        let mut left = self.image.len_of(1);
        if left > thread.stack.len() {
            return self.invalid("a stack is too small");
        }
        for slot in &mut thread.stack {
            if !self.image.more(&mut left) {
                break;
            }
            *slot = self.value();
        }
        let mut left = self.image.len_of(6);
        if left > frames_cap as usize {
            return self.invalid("there are too many frames");
        }
        let mut below = 0;
        while self.image.more(&mut left) {
            if let Some(frame) = self.read_frame(below, stack_cap) {
                below = frame.base;
                thread.frames.push(frame);
            }
        }
        if let Some(frame) = thread.frames.last()
            && matches!(frame.kind, FrameKind::Native(_))
            && frame.base > top
        {
            return self.invalid("a stack ends below its frame");
        }
        self.read_variables(thread, id);
    }

    /// Reads a frame; none if it is not sound.
    #[inline(never)]
    fn read_frame(&mut self, below: u32, stack_cap: u32) -> Option<Frame> {
        let bits = self.image.u8();
        if bits & !(NATIVE | PROTECTED | TAIL | FINISH | ORIGINAL) != 0 {
            self.image.refuse(CodecError::BadTag("a frame"));
        }
        let has = |bit| bits & bit != 0;
        let kind = if has(NATIVE) {
            let number = self.image.u32();
            FrameKind::Native(self.native(number))
        } else {
            FrameKind::Lua(self.frame_closure(has(ORIGINAL)))
        };
        let func = below.saturating_add(self.image.u32());
        let above = self.image.u32();
        let base = func.saturating_add(above);
        let pc = self.image.u32();
        let mut returns = Returns::Finish;
        if !has(FINISH) {
            let wanted = self.image.u32();
            if wanted > MAX_RESULTS {
                self.invalid("a call wants too many results");
            }
            returns = Returns::To((wanted as i32).wrapping_sub(1));
        }
        let varargs = self.image.u32();
        let aux = self.image.u32();
        if above == 0 || base > stack_cap || aux > stack_cap {
            self.invalid("a frame lies outside of its stack");
        }
        if !self.is_sound() {
            return None;
        }
        let sound = match kind {
            FrameKind::Lua(closure) => {
                !has(PROTECTED)
                    && varargs < above
                    && (pc as usize) < self.vm.heap.loaded(closure).code().len()
            }
            FrameKind::Native(_) => {
                !has(ORIGINAL)
                    && pc & !CALL_PENDING < MAX_STAGE
                    && varargs <= MAX_RESULTS
                    && base <= aux
            }
        };
        if !sound {
            self.invalid("a frame contradicts its function");
        }
        Some(Frame {
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
    fn frame_closure(&mut self, original: bool) -> ClosureId {
        let closure = self.slot(Kind::Closure);
        if original {
            let proto = self.slot(Kind::Proto);
            if self.is_sound() && self.vm.heap.closures.get(closure).proto.0 != proto {
                self.invalid("a frame contradicts its function");
            }
        }
        ClosureId(closure)
    }

    /// Reads which variables of a stack are captured or to be closed.
    fn read_variables(&mut self, thread: &mut Thread, id: ThreadId) {
        let size = thread.stack.len() as u32;
        let mut next = 0;
        let mut left = self.image.len_of(2);
        while self.image.more(&mut left) {
            let slot = self.image.u32();
            let upval = self.slot(Kind::Upval);
            if slot < next || slot >= size {
                self.invalid("captured variables are out of order");
            }
            if !self.is_sound() {
                return;
            }
            next = slot + 1;
            let variable = self.vm.heap.upvals.get_mut(upval);
            if !is_homeless(*variable) {
                return self.dangling();
            }
            *variable = Upval::Open(id, slot);
            thread.open.push((slot, UpvalId(upval)));
        }
        let mut next = 0;
        let mut left = self.image.len_of(1);
        while self.image.more(&mut left) {
            let slot = self.image.u32();
            if slot < next || slot >= size {
                return self.invalid("variables to be closed are out of order");
            }
            next = slot + 1;
            thread.tbc.push(slot);
        }
    }
}

/// Whether the coroutines wait for each other as they can: those that the running
/// one was resumed by, up to the main one, are waiting, and nobody waits in a circle.
pub(super) fn wait_soundly(heap: &Heap, main: ThreadId, current: ThreadId) -> bool {
    const IN_CHAIN: u32 = u32::MAX;
    let slots = heap.threads.slots.count();
    // In which round a coroutine was passed, counted from 1.
    let mut passed = vec![0; slots as usize];
    for start in 0..slots {
        let mut at = start;
        // Chains that were followed before end without a circle.
        while let Some(mark) = passed.get_mut(at as usize) {
            if *mark == start + 1 {
                return false;
            }
            if *mark != 0 {
                break;
            }
            *mark = start + 1;
            match heap.threads.get(at).resumer {
                Some(resumer) => at = resumer.0,
                None => break,
            }
        }
    }
    let mut next = Some(current);
    let mut last = current;
    while let Some(at) = next {
        if let Some(mark) = passed.get_mut(at.0 as usize) {
            *mark = IN_CHAIN;
        }
        let thread = heap.threads.get(at.0);
        let is_sound = match thread.status {
            Status::Normal => at != current,
            _ if at != current => false,
            Status::Running => true,
            Status::Suspended => thread.frames.is_empty(),
            Status::Dead => at == main,
        };
        if !is_sound {
            return false;
        }
        last = at;
        next = thread.resumer;
    }
    let is_idle = |slot: u32| {
        let thread = heap.threads.get(slot);
        match thread.status {
            Status::Running => false,
            Status::Suspended | Status::Dead => thread.resumer.is_none(),
            Status::Normal => true,
        }
    };
    last == main
        && (0..)
            .zip(&passed)
            .all(|(slot, mark)| *mark == IN_CHAIN || is_idle(slot))
}
