//! Coroutines in an image.

use super::write::Image;
use crate::lua::heap::Heap;
use crate::lua::kind::Kind;
use crate::lua::thread::{Frame, FrameKind, Returns, Status};

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

pub(super) fn status_number(status: Status) -> u64 {
    let number = STATUS.iter().position(|other| *other == status);
    number.unwrap_or_default() as u64
}

/// Writes a frame.
pub(super) fn write_frame(image: &mut Image<'_>, heap: &Heap, frame: &Frame, below: u32) {
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
