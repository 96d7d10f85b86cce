//! Calls and returns, of Lua functions and natives alike.

use super::error::{Error, ErrorKind};
use super::event::Event;
use super::host::Host;
use super::native::{Ctx, Next};
use super::thread::{Frame, FrameKind, Returns, Thread, WINDOW};
use super::value::{ClosureId, NativeId, Value};
use super::vm::{Exit, Vm};

/// What to do after a call was made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The call is over and its results are in place; the frame that was running
    /// still is, at the same instruction.
    Done,
    /// Look at the innermost frame anew.
    Reload,
    /// Leave the interpreter.
    Exit(Exit),
}

/// `__call` handlers that may stand behind one another.
const MAX_CALL_CHAIN: usize = 200;

/// The bit in the stage of a native's frame that says that the call the native
/// asked for was not made yet; `varargs` then holds how many results it wants,
/// plus one.
pub(super) const CALL_PENDING: u32 = 1 << 31;

/// Where a native runs.
#[derive(Clone, Copy)]
struct Site {
    id: NativeId,
    func: usize,
    base: usize,
    returns: Returns,
    /// Whether its frame is the innermost one.
    pushed: bool,
    /// Whether it replaced its caller.
    tail: bool,
}

impl Vm {
    /// Calls the value in slot `func` with `args` arguments above it.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn call_value(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        func: usize,
        args: usize,
        returns: Returns,
    ) -> Result<Step, Error> {
        if matches!(
            th.slot(func),
            Value::Closure(_) | Value::Native(_) | Value::Bound(_)
        ) {
            return self.call_function(th, host, func, args, returns);
        }
        let count = self.resolve_callable(th, func, args)?;
        let step = self.call_function(th, host, func, count, returns);
        if let Err(error) = &step
            && matches!(error.kind(), ErrorKind::Memory)
        {
            // The call will be tried again as it stood in the code.
            undo_shifts(th, func, args, count);
        }
        step
    }

    /// Puts the function that `__call` leads to into slot `func`, and each value
    /// on the way in front of the arguments. Returns how many there are then.
    pub(super) fn resolve_callable(
        &mut self,
        th: &mut Thread,
        func: usize,
        args: usize,
    ) -> Result<usize, Error> {
        let mut count = args;
        for _ in 0..MAX_CALL_CHAIN {
            let value = th.slot(func);
            if value.is_function() {
                return Ok(count);
            }
            let handler = self.heap.metamethod(value, Event::Call);
            let end = func + 1 + count;
            if handler.is_nil() {
                return Err(self.call_error(th, func, value));
            }
            if let Err(error) = th.ensure(end + 1, &mut self.heap.account) {
                undo_shifts(th, func, args, count);
                return Err(error.into());
            }
            // The value becomes the first argument of its handler.
            th.stack.copy_within(func..end, func + 1);
            th.set_slot(func, handler);
            count += 1;
            th.top = th.top.max(end + 1);
            self.fuel -= 1 + count as i64 / 8;
        }
        Err(Error::message("'__call' chain too long"))
    }

    /// Calls a function.
    #[cfg_attr(tuned, optimize(speed))]
    fn call_function(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        func: usize,
        args: usize,
        returns: Returns,
    ) -> Result<Step, Error> {
        match th.slot(func) {
            Value::Closure(id) => {
                self.push_lua(th, id, func, args, returns)?;
                Ok(Step::Reload)
            }
            Value::Native(id) => self.call_native(th, host, id, func, args, returns),
            Value::Bound(id) => {
                let id = self.heap.bounds.get(id.0).native;
                self.call_native(th, host, id, func, args, returns)
            }
            other => Err(self.call_error(th, func, other)),
        }
    }

    /// Pushes the frame of a Lua function.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn push_lua(
        &mut self,
        th: &mut Thread,
        closure: ClosureId,
        func: usize,
        args: usize,
        returns: Returns,
    ) -> Result<(), Error> {
        let loaded = self
            .heap
            .protos
            .get(self.heap.closures.get(closure.0).proto.0);
        let params = usize::from(loaded.num_params);
        let vararg = loaded.is_vararg;
        let mut base = func + 1;
        let mut varargs = 0;
        if vararg {
            base += args;
            varargs = args.saturating_sub(params);
        }
        th.ensure(base + WINDOW, &mut self.heap.account)?;
        if vararg {
            for i in 0..params {
                let arg = if i < args {
                    th.slot(func + 1 + i)
                } else {
                    Value::Nil
                };
                th.set_slot(base + i, arg);
            }
            self.fuel -= varargs as i64 / 8;
        } else {
            for i in args..params {
                th.set_slot(base + i, Value::Nil);
            }
        }
        th.push_frame(
            Frame {
                func: func as u32,
                base: base as u32,
                kind: FrameKind::Lua(closure),
                pc: 0,
                returns,
                varargs: varargs as u32,
                aux: 0,
                protected: false,
                tail: false,
            },
            &mut self.heap.account,
        )?;
        Ok(())
    }

    /// Moves `count` results from slot `from` to where the caller wants them.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn deliver(
        &mut self,
        th: &mut Thread,
        func: usize,
        returns: Returns,
        from: usize,
        count: usize,
    ) -> Result<Step, Error> {
        match returns {
            Returns::To(wanted) => {
                let wanted = usize::try_from(wanted).unwrap_or(count);
                let moved = count.min(wanted);
                if moved <= 3 {
                    // Few values are moved one by one, as a copy of a range is a
                    // call.
                    for i in 0..moved {
                        let value = th.slot(from + i);
                        th.set_slot(func + i, value);
                    }
                } else if from != func {
                    th.copy_slots(from, func, moved);
                }
                if wanted > moved {
                    th.ensure(func + wanted, &mut self.heap.account)?;
                    for at in func + moved..func + wanted {
                        th.set_slot(at, Value::Nil);
                    }
                }
                th.top = func + wanted;
                self.fuel -= moved as i64 / 16;
                Ok(Step::Done)
            }
            Returns::Finish => {
                let value = if count > 0 { th.slot(from) } else { Value::Nil };
                // The handler's part of the stack is free again.
                th.top = func;
                self.finish_instruction(th, value)?;
                Ok(Step::Reload)
            }
        }
    }

    /// Calls a native for the first time, without a frame as long as it needs none.
    #[inline]
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn call_native(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        id: NativeId,
        func: usize,
        args: usize,
        returns: Returns,
    ) -> Result<Step, Error> {
        let base = func + 1;
        th.top = base + args;
        let site = Site {
            id,
            func,
            base,
            returns,
            pushed: false,
            tail: false,
        };
        let fuel = self.fuel;
        match self.enter(th, host, site, 0, base) {
            Ok(Next::Return(value)) => {
                th.set_slot(func, value);
                match returns {
                    Returns::To(1) | Returns::To(-1) => {
                        th.top = base;
                        Ok(Step::Done)
                    }
                    _ => self.deliver(th, func, returns, func, 1),
                }
            }
            Ok(next) => {
                let frames = th.frames.len();
                let replaced = matches!(next, Next::TailCall { .. });
                let step = self.obey(th, host, site, next);
                if step.is_err() && th.frames.len() == frames && !replaced {
                    // Where no frame could be made, the call starts anew, with the
                    // same arguments.
                    th.top = base + args;
                }
                step
            }
            Err(error) => {
                th.top = base + args;
                Err(self.native_error(th, site, error, fuel))
            }
        }
    }

    /// Enters a native whose frame is the innermost one again.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn reenter(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        frame: Frame,
        id: NativeId,
    ) -> Result<Step, Error> {
        let site = Site {
            id,
            func: frame.func as usize,
            base: frame.base as usize,
            returns: frame.returns,
            pushed: true,
            tail: frame.tail,
        };
        if frame.pc & CALL_PENDING != 0 {
            return self.call_again(th, host);
        }
        if let Some(frame) = th.frames.last_mut() {
            frame.protected = false;
        }
        let (fuel, top) = (self.fuel, th.top);
        self.fuel -= 1;
        match self.enter(th, host, site, frame.pc, frame.aux as usize) {
            Ok(next) => self.obey(th, host, site, next),
            Err(error) => {
                th.top = top;
                Err(self.native_error(th, site, error, fuel))
            }
        }
    }

    #[inline]
    fn enter(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        site: Site,
        stage: u32,
        results_at: usize,
    ) -> Result<Next, Error> {
        let Some(def) = self.natives.get(site.id) else {
            return Err(Error::bare("unknown library function"));
        };
        let run = def.run;
        let mut ctx = Ctx {
            heap: &mut self.heap,
            thread: th,
            thread_id: self.current,
            host,
            fuel: &mut self.fuel,
            random: &mut self.random,
            natives: &self.natives,
            scratch: &mut self.scratch,
            main: self.main,
            func: site.func,
            base: site.base,
            stage,
            results_at,
            next: Next::Return(Value::Nil),
        };
        run(&mut ctx)?;
        Ok(ctx.next)
    }

    /// Completes the message of a native's error while its site is known.
    #[cold]
    #[inline(never)]
    fn native_error(&mut self, th: &mut Thread, site: Site, error: Error, fuel: i64) -> Error {
        match error.kind() {
            ErrorKind::Memory => {
                // The attempt is recognised by the fuel that it started with.
                self.fuel = fuel;
                error
            }
            ErrorKind::Argument(index, text) => {
                let message = self.argument_message(th, site.id, site.pushed, *index, text);
                self.position_native(th, site.pushed, message)
            }
            ErrorKind::Message(text) => {
                let text = text.clone();
                self.position_native(th, site.pushed, text)
            }
            _ => error,
        }
    }

    /// Does what a native asked for.
    #[inline(never)]
    #[cfg_attr(tuned, optimize(speed))]
    fn obey(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        site: Site,
        next: Next,
    ) -> Result<Step, Error> {
        match next {
            Next::Return(value) => {
                self.leave(th, site);
                th.set_slot(site.func, value);
                self.deliver(th, site.func, site.returns, site.func, 1)
            }
            Next::Results(from) => {
                self.leave(th, site);
                let count = th.top.saturating_sub(from);
                self.deliver(th, site.func, site.returns, from, count)
            }
            Next::TailCall { args } => {
                // Once the native's part of the stack is overwritten, nothing may
                // fail for want of memory, as the native could not run again.
                let end = th.top + WINDOW;
                th.ensure(end, &mut self.heap.account)?;
                th.reserve_frame(&mut self.heap.account)?;
                self.leave(th, site);
                let from = th.top.saturating_sub(args + 1);
                th.stack.copy_within(from..th.top, site.func);
                th.top = site.func + args + 1;
                let step = self.call_value(th, host, site.func, args, site.returns)?;
                Ok(match step {
                    Step::Done if site.pushed => Step::Reload,
                    step => step,
                })
            }
            Next::Call {
                args,
                results,
                stage,
            } => {
                let callee = th.top.saturating_sub(args + 1);
                self.stay(th, site, stage, callee, false)?;
                self.call_from_native(th, host, callee, results)
            }
            Next::Protect { args, stage } => {
                let callee = th.top.saturating_sub(args + 1);
                self.stay(th, site, stage, callee, true)?;
                self.call_from_native(th, host, callee, -1)
            }
            Next::Yield { from, stage } => {
                self.stay(th, site, stage, from, false)?;
                Ok(Step::Exit(Exit::Yield(from)))
            }
            Next::Resume {
                thread,
                args,
                stage,
            } => {
                let from = th.top.saturating_sub(args);
                self.stay(th, site, stage, from, false)?;
                Ok(Step::Exit(Exit::Resume(thread, args)))
            }
            Next::Detach { stage } => {
                self.stay(th, site, stage, th.top, false)?;
                Ok(Step::Exit(Exit::Detach))
            }
            Next::CloseThread { thread, stage } => {
                self.stay(th, site, stage, th.top, false)?;
                Ok(Step::Exit(Exit::CloseThread(thread)))
            }
            Next::Pause { stage } => {
                self.stay(th, site, stage, th.top, false)?;
                Ok(Step::Exit(Exit::Pause))
            }
            Next::Refuel { stage } => {
                let results_at = match th.frames.last() {
                    Some(frame) if site.pushed => frame.aux as usize,
                    _ => th.top,
                };
                self.stay(th, site, stage, results_at, false)?;
                Ok(if self.fuel > 0 {
                    Step::Reload
                } else {
                    Step::Exit(Exit::OutOfFuel)
                })
            }
            Next::Collect { stage } => {
                self.stay(th, site, stage, th.top, false)?;
                Ok(Step::Exit(Exit::Collect))
            }
        }
    }

    /// Makes the call that a native asked for: of the function in slot `callee`
    /// with what is above it. Where memory is short, the call stays pending, so
    /// that it and not the native is tried again after a collection.
    #[cfg_attr(tuned, optimize(speed))]
    fn call_from_native(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        callee: usize,
        results: i32,
    ) -> Result<Step, Error> {
        let args = th.top.saturating_sub(callee + 1);
        let frames = th.frames.len();
        match self.call_value(th, host, callee, args, Returns::To(results)) {
            Ok(step) => step.reload(),
            Err(error) => {
                // A callee that has a frame of its own goes on by itself.
                if matches!(error.kind(), ErrorKind::Memory)
                    && th.frames.len() == frames
                    && let Some(frame) = th.frames.last_mut()
                {
                    frame.pc |= CALL_PENDING;
                    frame.varargs = (results + 1) as u32;
                }
                Err(error)
            }
        }
    }

    /// Makes the pending call of the innermost frame.
    #[cold]
    fn call_again(&mut self, th: &mut Thread, host: &mut dyn Host) -> Result<Step, Error> {
        let Some(frame) = th.frames.last_mut() else {
            return Ok(Step::Reload);
        };
        frame.pc &= !CALL_PENDING;
        let results = std::mem::take(&mut frame.varargs) as i32;
        let callee = frame.aux as usize;
        self.call_from_native(th, host, callee, results.saturating_sub(1))
    }

    /// Drops a native's frame if it has one.
    fn leave(&mut self, th: &mut Thread, site: Site) {
        if site.pushed {
            th.frames.pop();
        }
    }

    /// Notes in a native's frame where it goes on, making the frame if need be.
    #[cfg_attr(tuned, optimize(speed))]
    fn stay(
        &mut self,
        th: &mut Thread,
        site: Site,
        stage: u32,
        results_at: usize,
        protected: bool,
    ) -> Result<(), Error> {
        if !site.pushed {
            th.push_frame(
                Frame {
                    func: site.func as u32,
                    base: site.base as u32,
                    kind: FrameKind::Native(site.id),
                    pc: stage,
                    returns: site.returns,
                    varargs: 0,
                    aux: results_at as u32,
                    protected,
                    tail: site.tail,
                },
                &mut self.heap.account,
            )?;
        } else if let Some(frame) = th.frames.last_mut() {
            frame.pc = stage;
            frame.aux = results_at as u32;
            frame.protected = protected;
        }
        Ok(())
    }

    /// The slot above everything that the innermost frame uses.
    pub(super) fn frame_end(&self, th: &Thread) -> usize {
        self.heap.live_end(th)
    }

    /// Calls a handler for the current Lua instruction; its first result will
    /// finish the instruction.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn call_handler(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        handler: Value,
        args: &[Value],
    ) -> Result<Step, Error> {
        let func = self.frame_end(th);
        th.ensure(func + args.len() + 1, &mut self.heap.account)?;
        th.set_slot(func, handler);
        for (i, &arg) in args.iter().enumerate() {
            th.set_slot(func + 1 + i, arg);
        }
        self.fuel -= 2;
        self.call_value(th, host, func, args.len(), Returns::Finish)
    }
}

/// Takes back what `resolve_callable` put in front of the arguments.
fn undo_shifts(th: &mut Thread, func: usize, args: usize, count: usize) {
    for left in (args..count).rev() {
        th.stack.copy_within(func + 1..func + 2 + left, func);
    }
    th.top = func + 1 + args;
}

impl Step {
    /// Whether the innermost frame has to be looked at anew.
    #[inline]
    pub(super) fn is_reload(self) -> bool {
        matches!(self, Step::Reload)
    }

    /// After a native asked for a call: even if that is over already, the native
    /// has to be entered again.
    fn reload(self) -> Result<Step, Error> {
        Ok(match self {
            Step::Done => Step::Reload,
            step => step,
        })
    }
}
