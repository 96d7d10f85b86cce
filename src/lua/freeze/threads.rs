//! Coroutines in an image.

use super::write::Image;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::thread::{Frame, FrameKind, Returns, Status, Thread};

/// The bits in front of a frame.
pub(super) const NATIVE: u8 = 1;
pub(super) const PROTECTED: u8 = 2;
pub(super) const TAIL: u8 = 4;
pub(super) const FINISH: u8 = 8;
/// A Lua frame of a function that the template has; its prototype follows.
pub(super) const ORIGINAL: u8 = 16;

/// The states of a coroutine by number.
pub(super) const STATUS: [Status; 4] = [
    Status::Suspended,
    Status::Running,
    Status::Normal,
    Status::Dead,
];

/// Writes a coroutine: only the part of its stack that something can read.
pub(super) fn write_thread(image: &mut Image<'_>, heap: &Heap, thread: &Thread) {
    let status = STATUS.iter().position(|status| *status == thread.status);
    image.out.u8(status.unwrap_or_default() as u8);
    let (stack_cap, frames_cap) = thread.capacities();
    image.out.u32(stack_cap);
    image.out.u32(frames_cap);
    image.out.len_of(thread.top);
    image.out.u32(thread.handlers);
    image.table(thread.realm);
    image.out.bool(thread.resumer.is_some());
    if let Some(resumer) = thread.resumer {
        image.slot(Kind::Thread, resumer.0);
    }
    image.out.bool(thread.failure.is_some());
    if let Some(failure) = thread.failure {
        image.value(failure);
    }
    let end = heap.live_end(thread).min(thread.stack.len());
    let live = thread.stack.get(..end).unwrap_or(&[]);
    let used = live.iter().rposition(|value| !value.is_nil());
    image.values(live.get(..used.map_or(0, |last| last + 1)).unwrap_or(&[]));
    image.out.len_of(thread.frames.len());
    let mut below = 0;
    for frame in &thread.frames {
        write_frame(image, heap, frame, below);
        below = frame.base;
    }
    image.out.len_of(thread.open.len());
    for &(slot, upval) in &thread.open {
        image.out.u32(slot);
        image.slot(Kind::Upval, upval.0);
    }
    image
        .out
        .list(thread.tbc.iter(), |out, slot| out.u32(*slot));
}

fn write_frame(image: &mut Image<'_>, heap: &Heap, frame: &Frame, below: u32) {
    let mut bits = 0;
    let is = |condition, bit| if condition { bit } else { 0 };
    bits |= is(frame.protected, PROTECTED) | is(frame.tail, TAIL);
    bits |= is(frame.returns == Returns::Finish, FINISH);
    match frame.kind {
        FrameKind::Native(id) => {
            image.out.u8(bits | NATIVE);
            image.native(id);
        }
        FrameKind::Lua(id) => {
            let original = image.is_original(Kind::Closure, id.0);
            image.out.u8(bits | is(original, ORIGINAL));
            image.slot(Kind::Closure, id.0);
            if original {
                image.slot(Kind::Proto, heap.closures.get(id.0).proto.0);
            }
        }
    }
    // A frame's function stands above the base of the one below.
    image.out.u32(frame.func.wrapping_sub(below));
    image.out.u32(frame.base.wrapping_sub(frame.func));
    image.out.u32(frame.pc);
    if let Returns::To(count) = frame.returns {
        image.out.u32(count.wrapping_add(1) as u32);
    }
    image.out.u32(frame.varargs);
    image.out.u32(frame.aux);
}
