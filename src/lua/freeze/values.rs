//! Values as an image has them: a number whose low four bits tell the kind.

use crate::codec::{CodecError, Reader, Writer};
use crate::lua::value::{BoundId, ClosureId, DataId, NativeId, StrId, TableId, ThreadId, Value};

const NIL: u64 = 0;
const FALSE: u64 = 1;
const TRUE: u64 = 2;
/// An integer of at most 60 bits in zigzag.
const INT: u64 = 3;
/// A longer one follows.
const LONG_INT: u64 = 4;
/// A float follows.
const FLOAT: u64 = 5;
const SHORT_STRING: u64 = 6;
const LONG_STRING: u64 = 7;
const TABLE: u64 = 8;
const CLOSURE: u64 = 9;
const NATIVE: u64 = 10;
const BOUND: u64 = 11;
const THREAD: u64 = 12;
const DATA: u64 = 13;

/// Writes a value; handles as they are in the machine.
pub(super) fn write_value(out: &mut Writer, value: Value) {
    let object = |kind: u64, slot: u32| u64::from(slot) << 4 | kind;
    out.u64(match value {
        Value::Nil => NIL,
        Value::Bool(false) => FALSE,
        Value::Bool(true) => TRUE,
        Value::Int(int) => {
            let zigzag = ((int << 1) ^ (int >> 63)) as u64;
            if zigzag >> 60 != 0 {
                out.u64(LONG_INT);
                return out.i64(int);
            }
            zigzag << 4 | INT
        }
        Value::Float(float) => {
            out.u64(FLOAT);
            return out.f64(float);
        }
        Value::Str(id) if id.is_long() => object(LONG_STRING, id.index() as u32),
        Value::Str(id) => object(SHORT_STRING, id.index() as u32),
        Value::Table(id) => object(TABLE, id.0),
        Value::Closure(id) => object(CLOSURE, id.0),
        Value::Native(id) => object(NATIVE, id.0),
        Value::Bound(id) => object(BOUND, id.0),
        Value::Thread(id) => object(THREAD, id.0),
        Value::Data(id) => object(DATA, id.0),
    });
}

/// Reads a value whose handles are still those of the image.
pub(super) fn read_value(image: &mut Reader<'_>) -> Value {
    let word = image.u64();
    let payload = word >> 4;
    let slot = payload as u32;
    match word & 15 {
        INT => return Value::Int((payload >> 1) as i64 ^ -((payload & 1) as i64)),
        NIL if payload == 0 => return Value::Nil,
        FALSE if payload == 0 => return Value::Bool(false),
        TRUE if payload == 0 => return Value::Bool(true),
        LONG_INT if payload == 0 => return Value::Int(image.i64()),
        FLOAT if payload == 0 => return Value::Float(image.f64()),
        _ if payload > u64::from(u32::MAX) => {}
        SHORT_STRING => return Value::Str(StrId::short(slot & (u32::MAX >> 1))),
        LONG_STRING => return Value::Str(StrId::long(slot)),
        TABLE => return Value::Table(TableId(slot)),
        CLOSURE => return Value::Closure(ClosureId(slot)),
        NATIVE => return Value::Native(NativeId(slot)),
        BOUND => return Value::Bound(BoundId(slot)),
        THREAD => return Value::Thread(ThreadId(slot)),
        DATA => return Value::Data(DataId(slot)),
        _ => {}
    }
    image.refuse(CodecError::BadTag("a value"));
    Value::Nil
}

#[cfg(test)]
mod tests {
    use super::super::kind::identical;
    use super::*;

    #[test]
    fn values_come_back() {
        for value in [
            Value::Nil,
            Value::Bool(false),
            Value::Bool(true),
            Value::Int(0),
            Value::Int(-1),
            Value::Int((1 << 59) - 1),
            Value::Int(1 << 59),
            Value::Int(i64::MIN),
            Value::Float(-0.0),
            Value::Float(f64::NAN),
            Value::Str(StrId::short(7)),
            Value::Str(StrId::long(7)),
            Value::Table(TableId(1 << 30)),
            Value::Closure(ClosureId(0)),
            Value::Native(NativeId(3)),
            Value::Bound(BoundId(4)),
            Value::Thread(ThreadId(5)),
            Value::Data(DataId(6)),
        ] {
            let mut out = Writer::new();
            write_value(&mut out, value);
            let bytes = out.into_bytes();
            let mut image = Reader::new(&bytes);
            let read = read_value(&mut image);
            assert!(identical(read, value), "{value:?}");
            assert_eq!(image.finish(), Ok(()));
        }
    }

    #[test]
    fn unknown_kinds_are_refused() {
        for word in [14_u64, 15, 1 << 4 | NIL, 1 << 40 | TABLE] {
            let mut out = Writer::new();
            out.u64(word);
            let bytes = out.into_bytes();
            let mut image = Reader::new(&bytes);
            read_value(&mut image);
            let error = CodecError::BadTag("a value");
            assert_eq!(image.check(), Err(error));
        }
    }
}
