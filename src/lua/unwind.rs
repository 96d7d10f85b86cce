//! Errors at work: message handlers, unwinding to the protected call, closing
//! the variables on the way; and the switches between coroutines.

use super::error::{Error, ErrorKind};
use super::event::Event;
use super::function::Upval;
use super::host::Host;
use super::native::{Action, Ctx};
use super::thread::{Frame, FrameKind, GrowError, Returns, Status, Thread};
use super::value::{NativeId, ThreadId, Value};
use super::vm::{Failure, Outcome, Vm};

/// An error that no frame of its coroutine catches.
#[derive(Clone, Debug)]
pub(super) struct Thrown {
    pub value: Value,
    pub traceback: Vec<u8>,
}

/// The native that closes variables on the way of an error.
pub(super) const UNWIND: NativeId = NativeId(0);
/// The native below a message handler.
pub(super) const HANDLER: NativeId = NativeId(1);

/// Whether a frame belongs to the machinery of errors and is shown nowhere.
pub(super) fn is_hidden(frame: &Frame) -> bool {
    matches!(frame.kind, FrameKind::Native(UNWIND | HANDLER))
}

/// Message handlers within message handlers before the error counts as one of
/// error handling.
const MAX_HANDLERS: u32 = 20;
/// Coroutines that may wait for one another, as C Lua's limit on C calls.
const MAX_RESUMES: usize = 190;

impl Vm {
    /// The value that `pcall` will see.
    fn error_value(&mut self, th: &Thread, error: &Error) -> Value {
        let text = match error.kind() {
            ErrorKind::Value(value) | ErrorKind::Handled(value) => return *value,
            ErrorKind::Message(text) => self.position_current(th, text),
            ErrorKind::Bare(text) => text.clone(),
            ErrorKind::Argument(index, text) => {
                let mut message = format!("bad argument #{index} (").into_bytes();
                message.extend_from_slice(text);
                message.push(b')');
                message
            }
            ErrorKind::Memory => b"not enough memory".to_vec(),
            ErrorKind::StackOverflow => self.position_current(th, b"stack overflow"),
        };
        match self.heap.new_string(&text) {
            Ok(value) => value,
            // The template made this string, so it is there.
            Err(_) => match self.heap.strings.lookup(b"not enough memory") {
                Some(id) => Value::Str(id),
                None => Value::Nil,
            },
        }
    }

    /// Turns an error into what happens next in its coroutine: a call of the
    /// message handler, of a `__close`, or the return of a protected call.
    ///
    /// # Errors
    /// Nothing in this coroutine catches it.
    pub(super) fn throw(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        error: Error,
    ) -> Result<(), Thrown> {
        self.attempt = None;
        self.scratch = None;
        let mut value = self.error_value(th, &error);
        let mut handled = matches!(error.kind(), ErrorKind::Handled(_));
        self.fuel -= 4;
        loop {
            let Some(at) = th.frames.iter().rposition(|frame| frame.protected) else {
                if !th.tbc.is_empty() && self.close_uncaught(th, value) {
                    return Ok(());
                }
                let traceback = self.traceback(th, self.current, 0);
                return Err(Thrown { value, traceback });
            };
            let target = th.frames[at];
            if !handled && target.kind == FrameKind::Native(self.special.xpcall) {
                match self.call_message_handler(th, host, &target, value) {
                    Ok(()) => return Ok(()),
                    Err(()) => {
                        let text: &[u8] = b"error in error handling";
                        value = self.error_value(th, &Error::bare(text));
                        handled = true;
                    }
                }
            }
            match self.unwind_to(th, host, at, value) {
                Ok(()) => return Ok(()),
                // Without memory nothing more can be closed; any other error, as of
                // a `__close` that is no function, takes the place of the first.
                Err(error) => {
                    value = self.error_value(th, &error);
                    if matches!(error.kind(), ErrorKind::Memory | ErrorKind::StackOverflow) {
                        th.tbc.retain(|&slot| slot < target.aux);
                    }
                }
            }
        }
    }

    /// Closes what an error that nothing catches leaves behind, if this coroutine
    /// ends for good: the main one, or one that is being closed. Others keep
    /// their state for `coroutine.close`. The error is raised again afterwards.
    fn close_uncaught(&mut self, th: &mut Thread, value: Value) -> bool {
        let unwind = FrameKind::Native(UNWIND);
        let closing = th.frames.first().is_some_and(|frame| frame.kind == unwind);
        if !closing && self.current != self.main {
            return false;
        }
        if self.current == self.main && self.failure.is_none() {
            let traceback = self.traceback(th, self.current, 0);
            self.failure = Some(Failure { value, traceback });
        }
        th.frames.clear();
        th.handlers = 1;
        self.push_unwinder(th, value, false)
    }

    /// Makes the unwinder a coroutine's only function. `peaceful` if there is no
    /// error to raise afterwards.
    fn push_unwinder(&mut self, th: &mut Thread, value: Value, peaceful: bool) -> bool {
        let Some(&last) = th.tbc.last() else {
            return false;
        };
        let func = last as usize + 1;
        let frame = Frame {
            func: func as u32,
            base: func as u32 + 1,
            kind: FrameKind::Native(UNWIND),
            pc: 0,
            returns: Returns::To(0),
            varargs: 0,
            aux: func as u32 + 1,
            protected: false,
            tail: false,
        };
        let account = &mut self.heap.account;
        if th.ensure(func + 8, account).is_err() || th.push_frame(frame, account).is_err() {
            return false;
        }
        th.set_slot(func, Value::Native(UNWIND));
        th.set_slot(func + 1, value);
        th.set_slot(func + 2, Value::Int(0));
        th.set_slot(func + 3, Value::Bool(peaceful));
        th.top = func + 4;
        true
    }

    /// Calls the handler of an `xpcall` above everything, the stack intact.
    fn call_message_handler(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        target: &Frame,
        value: Value,
    ) -> Result<(), ()> {
        if th.handlers >= MAX_HANDLERS {
            return Err(());
        }
        th.handlers += 1;
        let handler = th.slot(target.base as usize + 1);
        let func = self.frame_end(th);
        let frame = Frame {
            func: func as u32,
            base: func as u32 + 1,
            kind: FrameKind::Native(HANDLER),
            pc: 1,
            returns: Returns::To(1),
            varargs: 0,
            aux: func as u32 + 1,
            protected: false,
            tail: false,
        };
        let depth = th.frames.len();
        let pushed = (|| -> Result<(), GrowError> {
            th.ensure(func + 4, &mut self.heap.account)?;
            th.push_frame(frame, &mut self.heap.account)
        })();
        if pushed.is_err() {
            th.frames.truncate(depth);
            th.handlers = th.handlers.saturating_sub(1);
            return Err(());
        }
        th.set_slot(func, Value::Native(HANDLER));
        th.set_slot(func + 1, handler);
        th.set_slot(func + 2, value);
        th.top = func + 3;
        match self.call_value(th, host, func + 1, 1, Returns::To(1)) {
            // A pause inside a native handler leaves its frame behind, and the
            // interpreter goes on from there in any case.
            Ok(_) => Ok(()),
            Err(_) => {
                th.frames.truncate(depth);
                th.handlers = th.handlers.saturating_sub(1);
                Err(())
            }
        }
    }

    /// Unwinds to the protected call `at`: closes what is to be closed above it,
    /// one variable at a time, then lets it return the error.
    fn unwind_to(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        at: usize,
        value: Value,
    ) -> Result<(), Error> {
        let level = th.frames[at].aux as usize;
        let end = self.frame_end(th).min(th.stack.len());
        let handler = FrameKind::Native(HANDLER);
        let dropped = th.frames.iter().skip(at + 1);
        let handlers = dropped.filter(|frame| frame.kind == handler).count();
        th.handlers = th.handlers.saturating_sub(handlers as u32);
        th.frames.truncate(at + 1);
        if th.tbc.last().is_some_and(|&slot| slot as usize >= level) {
            return self.begin_unwind(th, host, level, value);
        }
        self.close_upvalues(th, level);
        th.ensure(level + 1, &mut self.heap.account)?;
        // The caller's registers reach over what is given up here. Left as it is,
        // it would stay alive, and after an error of memory nothing would be won.
        if let Some(stale) = th.stack.get_mut(level..end) {
            stale.fill(Value::Nil);
            self.fuel -= (stale.len() / 8) as i64;
        }
        th.set_slot(level, value);
        th.top = level + 1;
        if let Some(frame) = th.frames.last_mut() {
            frame.protected = false;
            frame.pc += 1;
        }
        Ok(())
    }

    /// Runs the native that closes variables down to `level` and then raises the
    /// error again.
    fn begin_unwind(
        &mut self,
        th: &mut Thread,
        host: &mut dyn Host,
        level: usize,
        value: Value,
    ) -> Result<(), Error> {
        let func = match th.tbc.last() {
            Some(&slot) => slot as usize + 1,
            None => level,
        };
        th.ensure(func + 8, &mut self.heap.account)?;
        th.set_slot(func, Value::Native(UNWIND));
        th.set_slot(func + 1, value);
        th.set_slot(func + 2, Value::Int(level as i64));
        let unwind = UNWIND;
        self.call_native(th, host, unwind, func, 2, Returns::To(0))?;
        Ok(())
    }

    /// Closes the captured variables from a slot upwards.
    #[inline]
    pub(super) fn close_upvalues(&mut self, th: &mut Thread, level: usize) {
        while let Some(&(slot, upval)) = th.open.last()
            && slot as usize >= level
        {
            let value = th.slot(slot as usize);
            *self.heap.upvals.get_mut(upval.0) = Upval::Closed(value);
            th.open.pop();
        }
    }

    /// The current coroutine's first function returned. An outcome if it was the
    /// main one.
    pub(super) fn finish_thread(&mut self) -> Option<Outcome> {
        let id = self.current;
        let thread = self.heap.threads.get_mut(id.0);
        thread.status = Status::Dead;
        let Some(resumer) = thread.resumer.take() else {
            return Some(Outcome::Done);
        };
        let values: Vec<Value> = thread.stack.get(..thread.top).unwrap_or(&[]).to_vec();
        thread.release(&mut self.heap.account);
        self.hand_over(resumer, &values, 0);
        None
    }

    /// The current coroutine died of an error. An outcome if it was the main one.
    pub(super) fn fail_thread(&mut self, thrown: Thrown) -> Option<Outcome> {
        let unwind = FrameKind::Native(UNWIND);
        let thread = self.heap.threads.get_mut(self.current.0);
        let closing = thread
            .frames
            .first()
            .is_some_and(|frame| frame.kind == unwind);
        thread.status = Status::Dead;
        let resumer = thread.resumer.take();
        if closing {
            thread.release(&mut self.heap.account);
        } else {
            thread.failure = Some(thrown.value);
        }
        match resumer {
            Some(resumer) => {
                self.hand_over(resumer, &[thrown.value], 1);
                None
            }
            None => {
                let traceback = match self.failure.take() {
                    Some(first) => first.traceback,
                    None => thrown.traceback,
                };
                self.failure = Some(Failure {
                    value: thrown.value,
                    traceback,
                });
                Some(Outcome::Failed)
            }
        }
    }

    /// Continues `target`, whose innermost frame is a native that waits, with
    /// these results; `advance` is added to its stage.
    #[cfg_attr(tuned, optimize(speed))]
    fn hand_over(&mut self, target: ThreadId, values: &[Value], advance: u32) {
        self.current = target;
        self.fuel -= 4 + values.len() as i64 / 8;
        let account = &mut self.heap.account;
        let thread = self.heap.threads.get_mut(target.0);
        thread.status = Status::Running;
        let Some(frame) = thread.frames.last_mut() else {
            return;
        };
        frame.pc += advance;
        let at = frame.aux as usize;
        if thread.ensure(at + values.len() + 1, account).is_err() {
            // Too little room for the values: the native gets none of them but
            // learns of the failure at its error stage.
            if advance == 0
                && let Some(frame) = thread.frames.last_mut()
            {
                frame.pc += 1;
            }
            thread.top = at;
            return;
        }
        for (i, &value) in values.iter().enumerate() {
            thread.set_slot(at + i, value);
        }
        thread.top = at + values.len();
    }

    /// The current coroutine yields the values from slot `from` on.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn switch_to_resumer(&mut self, from: usize) {
        let thread = self.heap.threads.get_mut(self.current.0);
        thread.status = Status::Suspended;
        let values: Vec<Value> = thread.stack.get(from..thread.top).unwrap_or(&[]).to_vec();
        thread.top = from;
        if let Some(resumer) = thread.resumer.take() {
            self.hand_over(resumer, &values, 0);
        }
    }

    /// The current coroutine and those of its realm that wait for it stand still;
    /// who resumed the first of them goes on.
    pub(super) fn detach(&mut self) {
        let leaf = self.current;
        let realm = self.heap.threads.get(leaf.0).realm;
        let mut root = leaf;
        let resumer = loop {
            let Some(resumer) = self.heap.threads.get(root.0).resumer else {
                // Nobody waits for this realm; the native goes on by itself.
                return;
            };
            if self.heap.threads.get(resumer.0).realm != realm {
                break resumer;
            }
            root = resumer;
        };
        self.heap.threads.get_mut(root.0).resumer = None;
        self.heap.threads.get_mut(leaf.0).status = Status::Normal;
        self.hand_over(resumer, &[Value::Thread(leaf)], 0);
    }

    /// The current coroutine resumes `target` with the `args` values on its top.
    #[cfg_attr(tuned, optimize(speed))]
    pub(super) fn resume(&mut self, target: ThreadId, args: usize) {
        let resumer = self.current;
        let mut depth = 0;
        let mut at = resumer;
        while let Some(next) = self.heap.threads.get(at.0).resumer {
            at = next;
            depth += 1;
        }
        // Of a detached coroutine, those that wait for it go on with it.
        let mut root = target;
        let mut group = 0;
        while let Some(waiting) = self.heap.threads.get(root.0).resumer {
            root = waiting;
            group += 1;
        }
        self.fuel -= group;
        let thread = self.heap.threads.get_mut(resumer.0);
        let from = thread.top.saturating_sub(args);
        let values: Vec<Value> = thread.stack.get(from..thread.top).unwrap_or(&[]).to_vec();
        thread.top = from;
        if depth >= MAX_RESUMES {
            self.refuse(resumer, b"C stack overflow");
            return;
        }
        if root == at {
            // The libraries ask before, but an image may have skipped that.
            self.refuse(resumer, b"cannot resume non-suspended coroutine");
            return;
        }
        self.heap.threads.get_mut(resumer.0).status = Status::Normal;
        self.heap.threads.get_mut(root.0).resumer = Some(resumer);
        let thread = self.heap.threads.get_mut(target.0);
        if !thread.frames.is_empty() {
            self.hand_over(target, &values, 0);
            return;
        }
        // Not started yet: the function waits in slot 0, and `drive` calls it.
        let account = &mut self.heap.account;
        let room = thread.ensure(values.len() + 8, account);
        if room.is_err() {
            self.heap.threads.get_mut(root.0).resumer = None;
            self.refuse(resumer, b"not enough memory");
            return;
        }
        for (i, &value) in values.iter().enumerate() {
            thread.set_slot(i + 1, value);
        }
        thread.top = values.len() + 1;
        thread.status = Status::Suspended;
        self.current = target;
        self.fuel -= 8 + values.len() as i64 / 8;
    }

    /// Lets the resume that `thread` waits in fail with this message.
    fn refuse(&mut self, thread: ThreadId, message: &[u8]) {
        let value = match self.heap.new_string(message) {
            Ok(value) => value,
            Err(_) => Value::Nil,
        };
        self.hand_over(thread, &[value], 1);
    }

    /// Closes a suspended or dead coroutine for the current one: its pending
    /// variables are closed on its own stack.
    pub(super) fn close_thread(&mut self, target: ThreadId) {
        let closer = self.current;
        let mut waiting = Some(closer);
        while let Some(at) = waiting {
            if at == target {
                // As above: only an image brings this about.
                self.refuse(closer, b"cannot close a running coroutine");
                return;
            }
            waiting = self.heap.threads.get(at.0).resumer;
        }
        let mut thread = std::mem::take(self.heap.threads.get_mut(target.0));
        let failure = thread.failure.take();
        thread.frames.clear();
        thread.handlers = 0;
        let peaceful = failure.is_none();
        let value = failure.unwrap_or_default();
        if self.push_unwinder(&mut thread, value, peaceful) {
            thread.status = Status::Running;
            thread.resumer = Some(closer);
            *self.heap.threads.get_mut(target.0) = thread;
            self.heap.threads.get_mut(closer.0).status = Status::Normal;
            self.current = target;
            return;
        }
        self.close_upvalues(&mut thread, 0);
        thread.release(&mut self.heap.account);
        thread.status = Status::Dead;
        *self.heap.threads.get_mut(target.0) = thread;
        match failure {
            Some(value) => self.hand_over(closer, &[value], 1),
            None => self.hand_over(closer, &[], 0),
        }
    }
}

/// The native that calls `__close` handlers while an error travels. Locals: the
/// error, the lowest slot to close, and whether there is no error at all (a
/// coroutine is closed in peace).
pub(super) fn unwind_native(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.set_locals(3)?;
    let level = match ctx.local(1) {
        Value::Int(level) => level as u32,
        _ => 0,
    };
    while let Some(&slot) = ctx.thread.tbc.last()
        && slot >= level
    {
        ctx.thread.tbc.pop();
        while let Some(&(open, upval)) = ctx.thread.open.last()
            && open >= slot
        {
            let value = ctx.thread.slot(open as usize);
            *ctx.heap.upvals.get_mut(upval.0) = Upval::Closed(value);
            ctx.thread.open.pop();
        }
        let value = ctx.thread.slot(slot as usize);
        let handler = ctx.heap.metamethod(value, Event::Close);
        let error = ctx.local(0);
        if !value.truthy() {
            continue;
        }
        return ctx.call(handler, &[value, error], 0, 1);
    }
    if ctx.local(2).truthy() {
        return ctx.give_from(ctx.thread.top);
    }
    Err(Error::new(ErrorKind::Handled(ctx.local(0))))
}

/// The native below a message handler: passes its result on as the error.
pub(super) fn handler_native(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    Err(Error::new(ErrorKind::Handled(ctx.result(0))))
}
