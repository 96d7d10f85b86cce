//! Coroutines: a value stack, call frames, and what must be closed.

use super::account::{Account, FRAME, OutOfMemory, SLOT, THREAD};
use super::value::{ClosureId, NativeId, TableId, ThreadId, UpvalId, Value};

/// Registers that a Lua frame may address; the stack always reaches this far
/// above the base of the running frame, so that a register needs no check.
pub const WINDOW: usize = 256;
/// The most slots of one stack, as in C Lua.
pub const MAX_STACK: usize = 1_000_000;
/// More slots for error handlers after an overflow.
const HANDLER_ROOM: usize = 1_000;
/// The most frames of one coroutine, as C Lua's `LUAI_MAXCCALLS` allows of
/// frames that use hardly any stack.
pub const MAX_FRAMES: usize = 200_000;

/// What kind of function a frame runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A Lua closure.
    Lua(ClosureId),
    /// A library function that waits for one it called.
    Native(NativeId),
}

/// What happens with the results when a frame returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// They go to the function's slot, adjusted to this many (-1: all, and the
    /// stack's top is set behind them).
    To(i32),
    /// The first one finishes the caller's instruction, which called a
    /// metamethod.
    Finish,
}

/// A call in progress.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The stack slot of the function; results go here.
    pub func: u32,
    /// The first register, or the first argument of a native.
    pub base: u32,
    /// What runs.
    pub kind: FrameKind,
    /// The next instruction, or the stage at which a native goes on.
    pub pc: u32,
    /// What the caller wants.
    pub returns: Returns,
    /// Extra arguments of a vararg function; they end below `base`.
    pub varargs: u32,
    /// Lua: operands left of a concatenation whose metamethod runs, or the saved
    /// top of a return that closes variables. Native: where results begin.
    pub aux: u32,
    /// Native: errors stop here. Set for `pcall` and its kin.
    pub protected: bool,
    /// This frame replaced its caller in a tail call.
    pub tail: bool,
}

/// What a coroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started, or between a yield and a resume.
    Suspended,
    /// The one that runs.
    Running,
    /// Waits for a coroutine that it resumed.
    Normal,
    /// Ended, by a return or an error.
    Dead,
}

/// A coroutine.
#[derive(Debug)]
pub struct Thread {
    /// The value stack.
    pub stack: Vec<Value>,
    /// Calls in progress, innermost last.
    pub frames: Vec<Frame>,
    /// The first slot behind the values that count: the end of a native's
    /// arguments, or of results of unknown number.
    pub top: usize,
    /// Captured variables on this stack, by falling slot... innermost last.
    pub open: Vec<(u32, UpvalId)>,
    /// Slots of variables to be closed, innermost last.
    pub tbc: Vec<u32>,
    /// What it is doing.
    pub status: Status,
    /// Who resumed it.
    pub resumer: Option<ThreadId>,
    /// The surroundings of a program that runs beside others in this machine: its
    /// own `registry`, with its globals under `globals`. None for the first one.
    /// Coroutines inherit it.
    pub realm: Option<TableId>,
    /// The error it died of, for `coroutine.close`; nil if none.
    pub failure: Option<Value>,
    /// Calls of natives and metamethods within one another that the limit on
    /// nesting counts.
    pub handlers: u32,
    /// What of `stack` is paid for.
    stack_cap: u32,
    /// What of `frames` is paid for.
    frames_cap: u32,
}

impl Default for Thread {
    fn default() -> Self {
        Thread {
            stack: Vec::new(),
            frames: Vec::new(),
            top: 0,
            open: Vec::new(),
            tbc: Vec::new(),
            status: Status::Suspended,
            resumer: None,
            realm: None,
            failure: None,
            handlers: 0,
            stack_cap: 0,
            frames_cap: 0,
        }
    }
}

/// A stack that may not grow any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrowError {
    /// The limit of the stack is reached.
    Overflow,
    /// The cap of the heap forbids it.
    Memory,
}

impl From<OutOfMemory> for GrowError {
    fn from(_: OutOfMemory) -> Self {
        GrowError::Memory
    }
}

impl Thread {
    /// What the whole coroutine was charged.
    pub fn price(&self) -> u64 {
        THREAD + SLOT * u64::from(self.stack_cap) + FRAME * u64::from(self.frames_cap)
    }

    /// Makes sure that slots below `end` exist.
    #[inline]
    pub fn ensure(&mut self, end: usize, account: &mut Account) -> Result<(), GrowError> {
        if end <= self.stack.len() {
            return Ok(());
        }
        self.grow(end, account)
    }

    #[cold]
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn grow(&mut self, end: usize, account: &mut Account) -> Result<(), GrowError> {
        let limit = if self.handlers > 0 {
            MAX_STACK + HANDLER_ROOM
        } else {
            MAX_STACK
        };
        if end > limit + WINDOW {
            return Err(GrowError::Overflow);
        }
        if end > self.stack_cap as usize {
            // The first stack is just one window; later ones double.
            let cap = if self.stack_cap == 0 {
                end.max(WINDOW + 8)
            } else {
                end.max(self.stack_cap as usize * 2).min(limit + WINDOW)
            };
            account.charge(SLOT * (cap as u64 - u64::from(self.stack_cap)))?;
            self.stack.reserve_exact(cap - self.stack.len());
            self.stack_cap = cap as u32;
        }
        self.stack.resize(self.stack_cap as usize, Value::Nil);
        Ok(())
    }

    /// Whether a Lua frame with this base fits without growing anything.
    #[inline]
    pub fn has_room(&self, base: usize) -> bool {
        base + WINDOW <= self.stack.len() && self.frames.len() < self.frames_cap as usize
    }

    /// Pushes the frame of a Lua function without extra arguments, for which
    /// there is room.
    #[inline(always)]
    pub fn enter_lua(&mut self, closure: ClosureId, func: usize, returns: Returns) {
        self.frames.push(Frame {
            func: func as u32,
            base: func as u32 + 1,
            kind: FrameKind::Lua(closure),
            pc: 0,
            returns,
            varargs: 0,
            aux: 0,
            protected: false,
            tail: false,
        });
    }

    /// Pushes a frame.
    #[inline]
    pub fn push_frame(&mut self, frame: Frame, account: &mut Account) -> Result<(), GrowError> {
        if self.frames.len() >= self.frames_cap as usize {
            self.grow_frames(account)?;
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Makes sure that one more frame can be pushed.
    pub fn reserve_frame(&mut self, account: &mut Account) -> Result<(), GrowError> {
        if self.frames.len() >= self.frames_cap as usize {
            self.grow_frames(account)?;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn grow_frames(&mut self, account: &mut Account) -> Result<(), GrowError> {
        let room = if self.handlers > 0 { 200 } else { 0 };
        if self.frames.len() >= MAX_FRAMES + room {
            return Err(GrowError::Overflow);
        }
        let cap = (self.frames.len() * 2).clamp(8, MAX_FRAMES + room);
        account.charge(FRAME * (cap as u64 - u64::from(self.frames_cap)))?;
        self.frames.reserve_exact(cap - self.frames.len());
        self.frames_cap = cap as u32;
        Ok(())
    }

    /// The value in a stack slot; nil beyond the end.
    #[inline(always)]
    pub fn slot(&self, at: usize) -> Value {
        // By reference, so that the value is copied in one piece.
        *self.stack.get(at).unwrap_or(&Value::Nil)
    }

    /// Copies one stack slot to another one.
    #[inline(always)]
    pub fn copy_slot(&mut self, from: usize, to: usize) {
        let value = self.slot(from);
        self.set_slot(to, value);
    }

    /// Copies so many stack slots to a place below them.
    #[inline(always)]
    pub fn copy_slots(&mut self, from: usize, to: usize, count: usize) {
        // Mostly one or two, for which the library's function is a long way round.
        for at in 0..count {
            self.copy_slot(from + at, to + at);
        }
    }

    /// Writes a stack slot that `ensure` has made.
    #[inline(always)]
    pub fn set_slot(&mut self, at: usize, value: Value) {
        if let Some(slot) = self.stack.get_mut(at) {
            *slot = value;
        }
    }

    /// Forgets everything above a dead coroutine's result, and gives the memory
    /// back.
    pub fn release(&mut self, account: &mut Account) {
        account.release(SLOT * u64::from(self.stack_cap) + FRAME * u64::from(self.frames_cap));
        self.stack = Vec::new();
        self.frames = Vec::new();
        self.open = Vec::new();
        self.tbc = Vec::new();
        self.top = 0;
        self.stack_cap = 0;
        self.frames_cap = 0;
    }

    /// Makes room, in a new coroutine, as an image records it; all slots are nil.
    pub(super) fn reserve(
        &mut self,
        stack_cap: u32,
        frames_cap: u32,
        account: &mut Account,
    ) -> Result<(), OutOfMemory> {
        self.stack_cap = stack_cap;
        self.frames_cap = frames_cap;
        account.charge(self.price())?;
        self.stack = vec![Value::Nil; stack_cap as usize];
        Ok(())
    }

    /// Paid-for capacities of stack and frames, as an image records them.
    pub fn capacities(&self) -> (u32, u32) {
        (self.stack_cap, self.frames_cap)
    }
}
