//! Code as text, for tests and for people.

use std::fmt::Write;

use crate::lua::opcode::{Instr, Op};
use crate::lua::proto::{Const, Proto};

/// Lists the code of a function, an instruction a line, and behind it those of
/// the functions inside: `pc [line] operation operands ; comment`. Jumps show
/// their target.
pub fn listing(proto: &Proto) -> String {
    let mut out = String::new();
    let mut todo = vec![proto];
    while let Some(proto) = todo.pop() {
        let _ = writeln!(
            out,
            "function <{}> {}{} params, {} registers",
            proto.line_defined,
            proto.num_params,
            if proto.is_vararg { "+" } else { "" },
            proto.max_stack
        );
        for pc in 0..proto.code.len() {
            let line = proto.lines.get(pc).copied().unwrap_or(0);
            let _ = writeln!(out, "{pc:>3} [{line}] {}", instruction(proto, pc));
        }
        todo.extend(proto.protos.iter().rev().map(|inner| &**inner));
    }
    out
}

/// One instruction as text.
pub fn instruction(proto: &Proto, pc: usize) -> String {
    let Some(&i) = proto.code.get(pc) else {
        return String::new();
    };
    let op = i.op();
    let (a, b, c) = (i.a(), i.b(), i.c());
    let operands = match op {
        Op::LoadI | Op::LoadF => format!("{a} {}", i.sbx()),
        Op::LoadK | Op::Closure => format!("{a} {}", i.bx()),
        Op::ForPrep => format!("{a} -> {}", pc as i64 + 2 + i64::from(i.bx())),
        Op::ForLoop | Op::TForLoop => format!("{a} -> {}", pc as i64 + 1 - i64::from(i.bx())),
        Op::TForPrep => format!("{a} -> {}", pc as i64 + 1 + i64::from(i.bx())),
        Op::Jmp => format!("-> {}", pc as i64 + 1 + i64::from(i.get_sj())),
        Op::Extra => format!("{}", i.get_ax()),
        Op::AddI | Op::SubI | Op::ShlI | Op::ShrI => format!("{a} {b} {}", i.sc()),
        Op::EqI | Op::LtI | Op::LeI | Op::GtI | Op::GeI => format!("{a} {} {c}", i.sb()),
        Op::Move
        | Op::GetUpval
        | Op::SetUpval
        | Op::LoadNil
        | Op::Unm
        | Op::BNot
        | Op::Not
        | Op::Len
        | Op::Concat => format!("{a} {b}"),
        Op::Close | Op::Tbc | Op::LoadTrue | Op::LoadFalse | Op::LoadFalseSkip | Op::VarargPrep => {
            format!("{a}")
        }
        Op::Vararg | Op::TForCall => format!("{a} {c}"),
        _ => format!("{a} {b} {c}"),
    };
    let mut out = format!("{op:?} {operands}");
    for index in constants(i) {
        let _ = write!(out, " ; {}", constant(proto, index));
    }
    out
}

/// The indices of the constants that an instruction uses.
fn constants(i: Instr) -> Vec<u32> {
    let (b, c) = (u32::from(i.b()), u32::from(i.c()));
    match i.op() {
        Op::LoadK => vec![i.bx()],
        Op::GetTabUp
        | Op::GetField
        | Op::Method
        | Op::AddK
        | Op::SubK
        | Op::MulK
        | Op::ModK
        | Op::PowK
        | Op::DivK
        | Op::IDivK
        | Op::BAndK
        | Op::BOrK
        | Op::BXorK
        | Op::SetTableK
        | Op::SetIntK => vec![c],
        Op::AddKR
        | Op::SubKR
        | Op::MulKR
        | Op::ModKR
        | Op::PowKR
        | Op::DivKR
        | Op::IDivKR
        | Op::BAndKR
        | Op::BOrKR
        | Op::BXorKR
        | Op::SetTabUp
        | Op::SetField
        | Op::EqK => vec![b],
        Op::SetTabUpK | Op::SetFieldK => vec![b, c],
        _ => Vec::new(),
    }
}

fn constant(proto: &Proto, index: u32) -> String {
    match proto.consts.get(index as usize) {
        Some(Const::Str(text)) => format!("{:?}", String::from_utf8_lossy(text)),
        Some(Const::Int(value)) => value.to_string(),
        Some(Const::Float(value)) => format!("{value:?}"),
        Some(Const::Nil) => "nil".to_owned(),
        Some(Const::Bool(value)) => value.to_string(),
        None => "?".to_owned(),
    }
}
