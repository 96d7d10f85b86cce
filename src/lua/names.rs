//! Names for values, as error messages and tracebacks use them.
//!
//! A value has no name, but the code that fetched it tells which variable,
//! field or constant it came from: the instruction that last set the register
//! is looked for by running over the code before. A register set in code that
//! may have been jumped over has no name. This is the method of PUC Lua, and
//! the names are the same.
//!
//! Everywhere `pc` is the index of the instruction that fails or calls, which
//! is one less than the pc a frame saves. Finding a register's origin takes
//! time proportional to `pc`.

use super::opcode::{Instr, Op};
use super::proto::{Const, LocalDesc, Proto};

/// What sort of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A local variable.
    Local,
    /// A captured variable.
    Upvalue,
    /// A string constant, whose name is its text.
    Constant,
    /// A field of a table.
    Field,
    /// A field of `_ENV`.
    Global,
    /// A method.
    Method,
    /// A handler of an event, without the underscores.
    Metamethod,
    /// The iterator of a generic `for`.
    ForIterator,
}

impl NameKind {
    /// The word that messages use.
    pub fn word(self) -> &'static str {
        match self {
            NameKind::Local => "local",
            NameKind::Upvalue => "upvalue",
            NameKind::Constant => "constant",
            NameKind::Field => "field",
            NameKind::Global => "global",
            NameKind::Method => "method",
            NameKind::Metamethod => "metamethod",
            NameKind::ForIterator => "for iterator",
        }
    }
}

/// A kind and a name.
pub type Name<'p> = (NameKind, &'p [u8]);

/// Where an operand of an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A register.
    Reg(u8),
    /// A constant.
    Const(u32),
    /// An upvalue.
    Upval(u8),
    /// An integer in the instruction itself.
    Int(i64),
}

/// What messages put behind a value: ` (local 'x')`, or nothing without a name.
pub fn suffix(name: Option<Name<'_>>) -> Vec<u8> {
    match name {
        None => Vec::new(),
        Some((kind, name)) => [b" (", kind.word().as_bytes(), b" '", name, b"')"].concat(),
    }
}

/// The name of the `n`th (from 1) local variable that is active at `pc`, in
/// the order of their declaration.
pub fn local_name(proto: &Proto, n: usize, pc: usize) -> Option<&[u8]> {
    let mut active = locals_at(proto, pc);
    active.nth(n.checked_sub(1)?).map(|local| &*local.name)
}

fn locals_at(proto: &Proto, pc: usize) -> impl Iterator<Item = &LocalDesc> {
    proto
        .locals
        .iter()
        .take_while(move |local| local.start_pc as usize <= pc)
        .filter(move |local| pc < local.end_pc as usize)
}

/// The name of the value in a register at `pc`.
///
/// ```
/// use algocline_lua::compiler::{Options, compile};
/// use algocline_lua::names::{NameKind, variable_name};
/// use algocline_lua::opcode::Op;
///
/// let chunk = compile(b"local t = {}; return t.x.y", b"=c", &Options::default())?;
/// let code = &chunk.proto.code;
/// let pc = code.iter().rposition(|i| i.op() == Op::GetField).unwrap();
/// let name = variable_name(&chunk.proto, pc, code[pc].b());
/// assert_eq!(name, Some((NameKind::Field, &b"x"[..])));
/// # Ok::<(), algocline_lua::compiler::SyntaxError>(())
/// ```
pub fn variable_name(proto: &Proto, pc: usize, reg: u8) -> Option<Name<'_>> {
    let setter = match origin(proto, pc, reg)? {
        Origin::Named(kind, name) => return Some((kind, name)),
        Origin::Set(setter) => setter,
    };
    let i = *proto.code.get(setter)?;
    Some(match i.op() {
        Op::GetTabUp => {
            let kind = field_kind(upvalue_name(proto, i.b()));
            (kind, constant_text(proto, i.c().into()))
        }
        Op::GetField => {
            let kind = register_field_kind(proto, setter, i.b());
            (kind, constant_text(proto, i.c().into()))
        }
        Op::GetTable => {
            let kind = register_field_kind(proto, setter, i.b());
            (kind, key_text(proto, setter, i.c()))
        }
        Op::GetInt => (NameKind::Field, b"integer index"),
        Op::Method => (NameKind::Method, constant_text(proto, i.c().into())),
        Op::MethodR => (NameKind::Method, key_text(proto, setter, i.c())),
        _ => return None,
    })
}

/// The name of an operand of the instruction at `pc`.
pub fn operand_name(proto: &Proto, pc: usize, place: Place) -> Option<Name<'_>> {
    match place {
        Place::Reg(reg) => variable_name(proto, pc, reg),
        Place::Upval(index) => Some((NameKind::Upvalue, upvalue_name(proto, index)?)),
        Place::Const(index) => match proto.consts.get(index as usize)? {
            Const::Str(text) => Some((NameKind::Constant, text)),
            _ => None,
        },
        Place::Int(_) => None,
    }
}

/// Where the operands of an instruction are, in the order of the source: those
/// of an arithmetic operation or a comparison, the operand of a unary
/// operation (twice), the first two of a concatenation, or table and key of an
/// access. `None` for all other instructions.
pub fn operands(i: Instr) -> Option<(Place, Place)> {
    let reg = |reg| Place::Reg(reg);
    let constant = |index: u8| Place::Const(index.into());
    let (a, b, c) = (i.a(), i.b(), i.c());
    Some(match i.op() {
        Op::AddI | Op::SubI | Op::ShlI | Op::ShrI => (reg(b), Place::Int(i.sc())),
        Op::AddK | Op::SubK | Op::MulK | Op::ModK | Op::PowK | Op::DivK | Op::IDivK => {
            (reg(b), constant(c))
        }
        Op::BAndK | Op::BOrK | Op::BXorK => (reg(b), constant(c)),
        Op::AddKR | Op::SubKR | Op::MulKR | Op::ModKR | Op::PowKR | Op::DivKR | Op::IDivKR => {
            (constant(b), reg(c))
        }
        Op::BAndKR | Op::BOrKR | Op::BXorKR => (constant(b), reg(c)),
        Op::Add | Op::Sub | Op::Mul | Op::Mod | Op::Pow | Op::Div | Op::IDiv => (reg(b), reg(c)),
        Op::BAnd | Op::BOr | Op::BXor | Op::Shl | Op::Shr => (reg(b), reg(c)),
        Op::Unm | Op::BNot | Op::Len => (reg(b), reg(b)),
        Op::Concat => (reg(a), reg(a.saturating_add(1))),
        Op::Eq | Op::Lt | Op::Le => (reg(a), reg(b)),
        Op::EqK => (reg(a), constant(b)),
        Op::EqI | Op::LtI | Op::LeI => (reg(a), Place::Int(i.sb())),
        // `x > 1` is `1 < x`.
        Op::GtI | Op::GeI => (Place::Int(i.sb()), reg(a)),
        Op::GetTabUp => (Place::Upval(b), constant(c)),
        Op::GetTable | Op::MethodR => (reg(b), reg(c)),
        Op::GetInt => (reg(b), Place::Int(c.into())),
        Op::GetField | Op::Method => (reg(b), constant(c)),
        Op::SetTabUp | Op::SetTabUpK => (Place::Upval(a), constant(b)),
        Op::SetTable | Op::SetTableK => (reg(a), reg(b)),
        Op::SetInt | Op::SetIntK => (reg(a), Place::Int(b.into())),
        Op::SetField | Op::SetFieldK => (reg(a), constant(b)),
        _ => return None,
    })
}

/// The names of the operands of the instruction at `pc`, see [`operands`].
pub fn operand_names(proto: &Proto, pc: usize) -> Option<(Option<Name<'_>>, Option<Name<'_>>)> {
    let (left, right) = operands(*proto.code.get(pc)?)?;
    Some((
        operand_name(proto, pc, left),
        operand_name(proto, pc, right),
    ))
}

/// The name of the function that the instruction at `pc` calls, be it a handler
/// of an event.
pub fn called_name(proto: &Proto, pc: usize) -> Option<Name<'_>> {
    let i = *proto.code.get(pc)?;
    let event: &[u8] = match i.op() {
        Op::Call | Op::TailCall => return variable_name(proto, pc, i.a()),
        Op::TForCall => return Some((NameKind::ForIterator, b"for iterator")),
        Op::GetTabUp | Op::GetTable | Op::GetInt | Op::GetField => b"index",
        Op::Method | Op::MethodR => b"index",
        Op::SetTabUp | Op::SetTable | Op::SetInt | Op::SetField => b"newindex",
        Op::SetTabUpK | Op::SetTableK | Op::SetIntK | Op::SetFieldK => b"newindex",
        Op::AddI | Op::AddK | Op::AddKR | Op::Add => b"add",
        Op::SubI | Op::SubK | Op::SubKR | Op::Sub => b"sub",
        Op::MulK | Op::MulKR | Op::Mul => b"mul",
        Op::ModK | Op::ModKR | Op::Mod => b"mod",
        Op::PowK | Op::PowKR | Op::Pow => b"pow",
        Op::DivK | Op::DivKR | Op::Div => b"div",
        Op::IDivK | Op::IDivKR | Op::IDiv => b"idiv",
        Op::BAndK | Op::BAndKR | Op::BAnd => b"band",
        Op::BOrK | Op::BOrKR | Op::BOr => b"bor",
        Op::BXorK | Op::BXorKR | Op::BXor => b"bxor",
        Op::ShlI | Op::Shl => b"shl",
        Op::ShrI | Op::Shr => b"shr",
        Op::Unm => b"unm",
        Op::BNot => b"bnot",
        Op::Len => b"len",
        Op::Concat => b"concat",
        Op::Eq => b"eq",
        Op::Lt | Op::LtI | Op::GtI => b"lt",
        Op::Le | Op::LeI | Op::GeI => b"le",
        Op::Close | Op::Return => b"close",
        _ => return None,
    };
    Some((NameKind::Metamethod, event))
}

/// Where a register's value came from.
enum Origin<'p> {
    /// A variable or constant.
    Named(NameKind, &'p [u8]),
    /// What the instruction at this place did.
    Set(usize),
}

fn origin(proto: &Proto, mut pc: usize, mut reg: u8) -> Option<Origin<'_>> {
    loop {
        if let Some(local) = locals_at(proto, pc).find(|local| local.register == reg) {
            return Some(Origin::Named(NameKind::Local, &local.name));
        }
        pc = last_setter(proto, pc, reg)?;
        let i = *proto.code.get(pc)?;
        match i.op() {
            // The register moved from is a lower one, so this comes to an end.
            Op::Move if i.b() < i.a() => reg = i.b(),
            Op::GetUpval => {
                let name = upvalue_name(proto, i.b())?;
                return Some(Origin::Named(NameKind::Upvalue, name));
            }
            Op::LoadK | Op::LoadKX => {
                let index = match i.op() {
                    Op::LoadK => i.bx(),
                    _ => proto.code.get(pc + 1)?.get_ax(),
                };
                return match proto.consts.get(index as usize)? {
                    Const::Str(text) => Some(Origin::Named(NameKind::Constant, text)),
                    _ => None,
                };
            }
            _ => return Some(Origin::Set(pc)),
        }
    }
}

/// The last instruction before `pc` that set a register, unless what set it
/// may have been jumped over.
fn last_setter(proto: &Proto, pc: usize, reg: u8) -> Option<usize> {
    let mut setter = None;
    // Code before this place may have been jumped over.
    let mut join = 0;
    for (at, i) in proto.code.iter().enumerate().take(pc) {
        if i.op() == Op::Jmp {
            let target = (at + 1).saturating_add_signed(i.get_sj() as isize);
            if target <= pc {
                join = join.max(target);
            }
        } else if sets(*i, reg) {
            setter = (at >= join).then_some(at);
        }
    }
    setter
}

/// Whether an instruction sets a register.
fn sets(i: Instr, reg: u8) -> bool {
    let a = i.a();
    match i.op() {
        Op::LoadNil => a <= reg && reg <= a.saturating_add(i.b()),
        Op::Call | Op::TailCall => reg >= a,
        Op::TForCall => reg >= a.saturating_add(2),
        Op::Vararg => reg >= a && (i.c() == 0 || reg < a.saturating_add(i.c() - 1)),
        Op::Method | Op::MethodR => reg == a || reg == a.saturating_add(1),
        Op::SetUpval
        | Op::SetTabUp
        | Op::SetTabUpK
        | Op::SetTable
        | Op::SetTableK
        | Op::SetInt
        | Op::SetIntK
        | Op::SetField
        | Op::SetFieldK
        | Op::Close
        | Op::Tbc
        | Op::Jmp
        | Op::Eq
        | Op::Lt
        | Op::Le
        | Op::EqK
        | Op::EqI
        | Op::LtI
        | Op::LeI
        | Op::GtI
        | Op::GeI
        | Op::Test
        | Op::Return
        | Op::Return0
        | Op::Return1
        | Op::TForPrep
        | Op::TForLoop
        | Op::SetList
        | Op::VarargPrep
        | Op::Extra => false,
        _ => reg == a,
    }
}

/// What a field is called whose table has this name.
fn field_kind(table: Option<&[u8]>) -> NameKind {
    match table {
        Some(b"_ENV") => NameKind::Global,
        _ => NameKind::Field,
    }
}

fn register_field_kind(proto: &Proto, pc: usize, table: u8) -> NameKind {
    match origin(proto, pc, table) {
        Some(Origin::Named(NameKind::Local | NameKind::Upvalue, name)) => field_kind(Some(name)),
        _ => NameKind::Field,
    }
}

fn upvalue_name(proto: &Proto, index: u8) -> Option<&[u8]> {
    proto
        .upvals
        .get(usize::from(index))
        .map(|upval| &*upval.name)
}

/// The text of a key: only constant strings have one.
fn constant_text(proto: &Proto, index: u32) -> &[u8] {
    match proto.consts.get(index as usize) {
        Some(Const::Str(text)) => text,
        _ => b"?",
    }
}

fn key_text(proto: &Proto, pc: usize, reg: u8) -> &[u8] {
    match origin(proto, pc, reg) {
        Some(Origin::Named(NameKind::Constant, text)) => text,
        _ => b"?",
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::lua::compiler::{Options, compile};

    /// The main function of a source that compiles.
    fn main_of(source: &str) -> Proto {
        match compile(source.as_bytes(), b"=c", &Options::default()) {
            Ok(chunk) => chunk.proto,
            Err(error) => panic!("{error}"),
        }
    }

    fn text(name: Option<Name<'_>>) -> String {
        String::from_utf8_lossy(&suffix(name))
            .trim_start()
            .to_owned()
    }

    /// The place of the last instruction `op`.
    fn last(proto: &Proto, op: Op) -> usize {
        match proto.code.iter().rposition(|i| i.op() == op) {
            Some(pc) => pc,
            None => panic!("no {op:?} in {:?}", proto.code),
        }
    }

    /// Names of the operands of the last `op`.
    fn operands_of(source: &str, op: Op) -> (String, String) {
        let proto = main_of(source);
        let Some((left, right)) = operand_names(&proto, last(&proto, op)) else {
            panic!("{op:?} has no operands");
        };
        (text(left), text(right))
    }

    #[test]
    fn operands_have_the_names_that_puc_lua_gives() {
        for (source, op, left, right) in [
            (
                "local t; return t.x",
                Op::GetField,
                "(local 't')",
                "(constant 'x')",
            ),
            (
                "return t.x.y",
                Op::GetField,
                "(field 'x')",
                "(constant 'y')",
            ),
            ("return t.x", Op::GetField, "(global 't')", "(constant 'x')"),
            ("return t[1][2]", Op::GetInt, "(field 'integer index')", ""),
            ("local k; return t[k][2]", Op::GetInt, "(field '?')", ""),
            ("return ('s')[2]", Op::GetInt, "(constant 's')", ""),
            ("return x + 1", Op::AddI, "(global 'x')", ""),
            ("return 2 - x", Op::SubKR, "", "(global 'x')"),
            (
                "local a; return a.b * a",
                Op::Mul,
                "(field 'b')",
                "(local 'a')",
            ),
            ("return #t.n", Op::Len, "(field 'n')", "(field 'n')"),
            ("return -x", Op::Unm, "(global 'x')", "(global 'x')"),
            (
                "local s; return 'a' .. s",
                Op::Concat,
                "(constant 'a')",
                "(local 's')",
            ),
            ("return x:m().y", Op::GetField, "", "(constant 'y')"),
            ("t.x.y = 1", Op::SetFieldK, "(field 'x')", "(constant 'y')"),
            (
                "local t, k; t[k] = 1",
                Op::SetTableK,
                "(local 't')",
                "(local 'k')",
            ),
            ("return x < 5", Op::LtI, "(global 'x')", ""),
            ("return x > 5", Op::GtI, "", "(global 'x')"),
            ("x = 1", Op::SetTabUpK, "(upvalue '_ENV')", "(constant 'x')"),
            // Code that may be jumped over gives no name.
            ("return (x or y).z", Op::GetField, "", "(constant 'z')"),
            (
                "local _ENV = {}; return x.y",
                Op::GetField,
                "(global 'x')",
                "(constant 'y')",
            ),
            (
                "local e = _ENV; return e.x.y",
                Op::GetField,
                "(field 'x')",
                "(constant 'y')",
            ),
        ] {
            let names = operands_of(source, op);
            assert_eq!(names, (left.to_owned(), right.to_owned()), "{source}");
        }
    }

    #[test]
    fn called_functions_have_names() {
        for (source, op, expected) in [
            ("f()", Op::Call, "(global 'f')"),
            ("local f; f()", Op::Call, "(local 'f')"),
            ("t.f()", Op::Call, "(field 'f')"),
            ("t:f()", Op::Call, "(method 'f')"),
            ("t[1]()", Op::Call, "(field 'integer index')"),
            ("return f()", Op::TailCall, "(global 'f')"),
            ("('x')()", Op::Call, "(constant 'x')"),
            ("f()()", Op::Call, ""),
            (
                "for x in y do end",
                Op::TForCall,
                "(for iterator 'for iterator')",
            ),
            ("return x + 1", Op::AddI, "(metamethod 'add')"),
            ("return x // y", Op::IDiv, "(metamethod 'idiv')"),
            ("return x.y", Op::GetField, "(metamethod 'index')"),
            ("x.y = 1", Op::SetFieldK, "(metamethod 'newindex')"),
            ("return x >= 1", Op::GeI, "(metamethod 'le')"),
            ("local x <close> = y", Op::Return, "(metamethod 'close')"),
        ] {
            let proto = main_of(source);
            let name = called_name(&proto, last(&proto, op));
            assert_eq!(text(name), expected, "{source}");
        }
    }

    #[test]
    fn upvalues_have_names() {
        let main = main_of("local t, f; return function() f() return t.x + t[1] end");
        let Some(proto) = main.protos.first() else {
            panic!("no inner function");
        };
        let proto: &Rc<Proto> = proto;
        let names = operand_names(proto, last(proto, Op::GetTabUp));
        let table = names.map(|(table, _)| text(table));
        assert_eq!(table.as_deref(), Some("(upvalue 't')"));
        let index = operand_names(proto, last(proto, Op::GetInt));
        let table = index.map(|(table, _)| text(table));
        assert_eq!(table.as_deref(), Some("(upvalue 't')"));
        let call = called_name(proto, last(proto, Op::Call));
        assert_eq!(text(call), "(upvalue 'f')");
    }

    #[test]
    fn locals_are_counted_by_declaration() {
        let proto = main_of("local a, b = 1, 2; do local c = 3 f() end local d = 4 g(d)");
        let pc = last(&proto, Op::Call);
        let name = |n, pc| local_name(&proto, n, pc).map(String::from_utf8_lossy);
        assert_eq!(name(1, pc).as_deref(), Some("a"));
        assert_eq!(name(3, pc).as_deref(), Some("d"));
        assert_eq!(name(0, pc), None);
        assert_eq!(name(4, pc), None);
        let inner = proto.code.iter().position(|i| i.op() == Op::Call);
        assert_eq!(name(3, inner.unwrap_or(0)).as_deref(), Some("c"));
        assert_eq!(name(1, 0), None);
    }

    #[test]
    fn wrong_places_have_no_names() {
        let proto = main_of("local a = b.c; return a.d");
        for pc in [usize::MAX, 1 << 20, proto.code.len()] {
            assert_eq!(called_name(&proto, pc), None);
            assert_eq!(operand_names(&proto, pc), None);
        }
        for pc in 0..proto.code.len() {
            for reg in 0..=255 {
                let _ = variable_name(&proto, pc, reg);
            }
        }
        assert_eq!(operand_name(&proto, 0, Place::Const(1 << 20)), None);
        assert_eq!(operand_name(&proto, 0, Place::Upval(200)), None);
    }
}
