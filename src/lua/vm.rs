//! The machine: a heap, its coroutines, and the loop that drives them.
//!
//! [`Vm::run`] executes until the program ends, a native asks for the host, or
//! the fuel of this slice is used up. In every case the whole state is in the
//! heap's slabs, and `run` may be called again.

use std::any::Any;
use std::rc::Rc;

use super::account::OutOfMemory;
use super::call::CALL_PENDING;
use super::error::{Error, ErrorKind};
use super::function::{Loaded, Upval};
use super::heap::Heap;
use super::host::Host;
use super::native::Natives;
use super::proto::Proto;
use super::random::Random;
use super::thread::{FrameKind, Returns, Status, Thread};
use super::unwind::Thrown;
use super::value::{ClosureId, NativeId, StrId, ThreadId, Value};

/// How a slice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program returned; see [`Vm::results`].
    Done,
    /// The program raised an error that nothing caught; see [`Vm::failure`].
    Failed,
    /// A native waits for the host. The next `run` enters it again.
    Paused,
    /// The slice's fuel is used up. The next `run` goes on.
    OutOfFuel,
}

/// Why the interpreter left its loop.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exit {
    /// The coroutine's first function returned: its results are on the bottom of
    /// the stack, up to the top.
    Finished,
    /// No fuel is left.
    OutOfFuel,
    /// A native waits for the host.
    Pause,
    /// It is time to collect garbage, or a native asked for it.
    Collect,
    /// The values from this slot on go to the resumer.
    Yield(usize),
    /// The realm's coroutines up to this one stand still.
    Detach,
    /// Another coroutine is to run with this many values from the top.
    Resume(ThreadId, usize),
    /// Another coroutine is to be closed.
    CloseThread(ThreadId),
}

/// The error that ended a program.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The error value.
    pub value: Value,
    /// The stack at the moment of the error, as `debug.traceback` shows it.
    pub traceback: Vec<u8>,
}

/// Numbers of natives that the machine treats in a special way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Special {
    pub next: NativeId,
    pub xpcall: NativeId,
}

impl Special {
    pub(super) fn of(natives: &Natives) -> Self {
        let find = |name| natives.find(name).unwrap_or_default();
        Special {
            next: find("next"),
            xpcall: find("xpcall"),
        }
    }
}

/// The operation that a collection was made for: if the same fails again right
/// after it, memory is really short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub thread: ThreadId,
    pub frames: usize,
    pub pc: u32,
    /// The fuel left when the operation ran again.
    pub fuel: i64,
}

/// An operation counts as failing right after a collection if at most this much
/// fuel was used since. More than any instruction takes by itself, which natives
/// that fail give back, and less than it takes to fill memory worth collecting.
const ATTEMPT_FUEL: i64 = 4_096;

/// A Lua machine.
pub struct Vm {
    /// All objects.
    pub heap: Heap,
    /// The state of `math.random`.
    pub random: Random,
    pub(super) natives: Rc<Natives>,
    /// What the interpreter holds before it runs anything: no code.
    pub(super) idle: Rc<Loaded>,
    pub(super) special: Special,
    pub(super) main: ThreadId,
    pub(super) current: ThreadId,
    pub(super) fuel: i64,
    pub(super) scratch: Option<Box<dyn Any>>,
    pub(super) buffer: Vec<u8>,
    /// The operation that a collection was made for.
    pub(super) attempt: Option<Attempt>,
    pub(super) failure: Option<Failure>,
}

/// Units of collection work for one unit of fuel.
const WORK_PER_FUEL: u64 = 4;

impl Vm {
    /// A machine without a coroutine, which cannot run yet.
    pub(super) fn bare(heap: Heap, natives: Rc<Natives>) -> Self {
        Vm {
            heap,
            random: Random { state: [0; 4] },
            special: Special::of(&natives),
            natives,
            idle: Rc::default(),
            main: ThreadId::default(),
            current: ThreadId::default(),
            fuel: 0,
            scratch: None,
            buffer: Vec::new(),
            attempt: None,
            failure: None,
        }
    }

    /// Gives a bare machine its main coroutine and its random numbers.
    pub(super) fn begin(&mut self, seed: (u64, u64)) -> Result<(), OutOfMemory> {
        self.random = Random::from_seed(seed.0, seed.1);
        self.main = self.heap.new_thread()?;
        self.current = self.main;
        Ok(())
    }

    /// The table of natives.
    pub fn natives(&self) -> &Rc<Natives> {
        &self.natives
    }

    /// The main coroutine.
    pub fn main_thread(&self) -> ThreadId {
        self.main
    }

    /// A function of this machine that runs a main chunk with the usual globals.
    pub fn load(&mut self, proto: &Rc<Proto>) -> Result<Value, OutOfMemory> {
        let globals = Value::Table(self.heap.globals);
        Ok(Value::Closure(load_chunk(
            &mut self.heap,
            proto,
            None,
            globals,
        )?))
    }

    /// Makes a function and its arguments what the next `run` starts.
    ///
    /// # Errors
    /// Memory is short.
    pub fn start(&mut self, function: Value, args: &[Value]) -> Result<(), Error> {
        // Functions of an earlier run may live on and must keep their variables.
        let mut thread = std::mem::take(self.heap.threads.get_mut(self.main.0));
        self.close_upvalues(&mut thread, 0);
        *self.heap.threads.get_mut(self.main.0) = thread;
        let thread = self.heap.threads.get_mut(self.main.0);
        let account = &mut self.heap.account;
        thread.frames.clear();
        thread.tbc.clear();
        thread.ensure(args.len() + 8, account)?;
        thread.set_slot(0, function);
        for (i, &arg) in args.iter().enumerate() {
            thread.set_slot(i + 1, arg);
        }
        thread.top = args.len() + 1;
        thread.status = Status::Suspended;
        thread.failure = None;
        self.current = self.main;
        self.failure = None;
        Ok(())
    }

    /// What the program returned, after `Outcome::Done`.
    pub fn results(&self) -> &[Value] {
        let thread = self.heap.threads.get(self.main.0);
        thread.stack.get(..thread.top).unwrap_or(&[])
    }

    /// The error that ended the program, after `Outcome::Failed`.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// The stack of the coroutine that runs, as `debug.traceback` shows it.
    pub fn traceback_now(&self) -> Vec<u8> {
        let thread = self.heap.threads.get(self.current.0);
        self.traceback(thread, self.current, 0)
    }

    /// Fuel that the last slice left; below zero if its last step cost more.
    pub fn fuel_left(&self) -> i64 {
        self.fuel
    }

    /// Runs for about `fuel` instructions.
    #[cfg_attr(tuned, optimize(speed))]
    pub fn run(&mut self, fuel: i64, host: &mut dyn Host) -> Outcome {
        if let Some(attempt) = &mut self.attempt {
            // What was used since the attempt stays the same.
            let granted = fuel.saturating_sub(self.fuel);
            attempt.fuel = attempt.fuel.saturating_add(granted);
        }
        self.fuel = fuel;
        loop {
            if self.heap.collector.is_running() && !self.collect_slice() {
                return Outcome::OutOfFuel;
            }
            let mut thread = std::mem::take(self.heap.threads.get_mut(self.current.0));
            let exit = self.drive(&mut thread, host);
            *self.heap.threads.get_mut(self.current.0) = thread;
            match exit {
                Ok(Exit::Finished) => {
                    if let Some(outcome) = self.finish_thread() {
                        return outcome;
                    }
                }
                Ok(Exit::OutOfFuel) => return Outcome::OutOfFuel,
                Ok(Exit::Pause) => {
                    self.clear_stale();
                    return Outcome::Paused;
                }
                Ok(Exit::Collect) => self.begin_collection(),
                Ok(Exit::Yield(from)) => self.switch_to_resumer(from),
                Ok(Exit::Detach) => self.detach(),
                Ok(Exit::Resume(target, args)) => self.resume(target, args),
                Ok(Exit::CloseThread(target)) => self.close_thread(target),
                Err(thrown) => {
                    if let Some(outcome) = self.fail_thread(thrown) {
                        return outcome;
                    }
                }
            }
        }
    }

    /// Runs one coroutine, turning errors into unwinding, until it leaves.
    #[cfg_attr(tuned, optimize(speed))]
    fn drive(&mut self, thread: &mut Thread, host: &mut dyn Host) -> Result<Exit, Thrown> {
        if thread.frames.is_empty() && thread.status == Status::Suspended {
            thread.status = Status::Running;
            let top = thread.top;
            match self.call_value(thread, host, 0, top.saturating_sub(1), Returns::To(-1)) {
                Ok(step) => {
                    if let super::call::Step::Exit(exit) = step {
                        return Ok(exit);
                    }
                }
                Err(error) => {
                    if matches!(error.kind(), ErrorKind::Memory) && self.wants_retry(thread) {
                        if thread.frames.is_empty() {
                            // Nothing has begun: the coroutine starts anew.
                            thread.top = top;
                            thread.status = Status::Suspended;
                        }
                        return Ok(Exit::Collect);
                    }
                    self.throw(thread, host, error)?;
                }
            }
        }
        loop {
            match self.interpret(thread, host) {
                Ok(exit) => return Ok(exit),
                Err(error) => {
                    if matches!(error.kind(), ErrorKind::Memory) && self.wants_retry(thread) {
                        return Ok(Exit::Collect);
                    }
                    self.throw(thread, host, error)?;
                }
            }
        }
    }

    /// Whether a collection may help the operation that ran out of memory. If
    /// so, the operation will be run again.
    fn wants_retry(&mut self, thread: &mut Thread) -> bool {
        let frames = thread.frames.len();
        let mut frame = thread.frames.last_mut();
        let attempt = Attempt {
            thread: self.current,
            frames,
            pc: frame.as_ref().map_or(0, |frame| frame.pc),
            fuel: self.fuel,
        };
        if let Some(last) = self.attempt.take()
            && (last.thread, last.frames, last.pc) == (attempt.thread, attempt.frames, attempt.pc)
            && last.fuel.saturating_sub(attempt.fuel) <= ATTEMPT_FUEL
        {
            if let Some(frame) = &mut frame
                && matches!(frame.kind, FrameKind::Native(_))
            {
                frame.pc &= !CALL_PENDING;
            }
            return false;
        }
        self.attempt = Some(attempt);
        // A native's frame already names the stage to enter again.
        if let Some(frame) = frame
            && matches!(frame.kind, FrameKind::Lua(_))
        {
            frame.pc = frame.pc.saturating_sub(1);
        }
        true
    }

    fn begin_collection(&mut self) {
        let roots = [Value::Thread(self.main), Value::Thread(self.current)];
        self.heap.begin_collection(&roots);
        if let Some(failure) = &self.failure {
            let value = failure.value;
            self.heap.mark_root(value);
        }
    }

    /// Goes on with the collection as far as the fuel reaches; true at its end.
    fn collect_slice(&mut self) -> bool {
        let budget = u64::try_from(self.fuel).unwrap_or(0).max(1);
        let budget = budget.saturating_mul(WORK_PER_FUEL);
        let (work, done) = self.heap.collect_step(budget);
        self.fuel -= (work / WORK_PER_FUEL) as i64;
        if let Some(attempt) = &mut self.attempt {
            attempt.fuel = self.fuel;
        }
        done && self.fuel > 0
    }

    /// Ends a collection that is under way, without regard to fuel, so that the
    /// machine can be frozen. At a pause there is nothing to do.
    pub fn settle(&mut self) {
        while !self.heap.collect_step(u64::MAX).1 {}
        self.clear_stale();
    }

    /// Clears what is left on the stacks above what their frames can read. An image
    /// does not have it, so it must not keep anything alive here either.
    fn clear_stale(&mut self) {
        for slot in 0..self.heap.threads.slots.count() {
            let mut thread = std::mem::take(self.heap.threads.get_mut(slot));
            let end = self.heap.live_end(&thread);
            if let Some(stale) = thread.stack.get_mut(end..) {
                stale.fill(Value::Nil);
            }
            *self.heap.threads.get_mut(slot) = thread;
        }
    }

    /// Collects all garbage now. Only between slices.
    pub fn collect_now(&mut self) {
        self.settle();
        self.begin_collection();
        self.settle();
    }
}

/// A closure over a main chunk with this environment. `text` is what a program had
/// it compiled from.
pub(super) fn load_chunk(
    heap: &mut Heap,
    proto: &Rc<Proto>,
    text: Option<StrId>,
    env: Value,
) -> Result<ClosureId, OutOfMemory> {
    let id = heap.load_text(proto, text)?;
    let mut upvals = Vec::with_capacity(proto.upvals.len());
    for at in 0..proto.upvals.len() {
        let value = if at == 0 { env } else { Value::Nil };
        upvals.push(heap.new_upval(Upval::Closed(value))?);
    }
    heap.new_closure(id, upvals.into())
}
