//! The function being compiled: its code, constants and registers.

use std::rc::Rc;

use super::Compiler;
use super::atom::{Atom, Slot};
use super::expr::JumpList;
use crate::lua::opcode::{Instr, MAX_AX, MAX_BX, MAX_BYTE, Op};
use crate::lua::proto::{Const, Proto, UpvalDesc};
use crate::lua::source::ChunkSource;

/// The A of a `TestSet` that has no target yet. No register has that number.
pub(super) const NO_REG: u8 = 255;

/// How many registers a function may use.
const MAX_REGS: u32 = 254;

/// What a function and each part of it is charged, in bytes.
const FUNCTION_BYTES: usize = size_of::<Proto>() + 64;
const INSTR_BYTES: usize = size_of::<Instr>() + size_of::<u32>();

/// An upvalue of the function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upval {
    pub name: Atom,
    /// The index of the variable, or `ENV_VAR`.
    pub var: u32,
    pub in_stack: bool,
    pub index: u8,
    pub read_only: bool,
}

/// A block of the function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Whether `break` leaves it.
    pub is_loop: bool,
    /// How many variables were active where it began.
    pub active: u32,
    /// How many registers they took.
    pub level: u32,
    /// How many labels there were.
    pub first_label: usize,
    /// How many gotos there were.
    pub first_goto: usize,
    /// Whether a variable of it has to be closed.
    pub must_close: bool,
    /// Where the first such variable begins.
    pub close_from: u32,
    /// Whether it is inside the scope of a to-be-closed variable.
    pub inside_tbc: bool,
}

/// Instructions on their way to another place.
pub(super) struct Cut {
    code: Vec<Instr>,
    lines: Vec<u32>,
}

/// The function being compiled.
#[derive(Debug)]
pub(super) struct Func {
    /// What is made, apart from upvalues and the number of registers.
    pub proto: Box<Proto>,
    pub upvals: Vec<Upval>,
    pub blocks: Vec<Block>,
    /// Where the spans of code lie in which a return has to close variables.
    pub close_spans: Vec<(u32, u32)>,
    /// The constants' slots that this function hides.
    pub hidden_slots: Vec<(Atom, Slot)>,
    /// The index of its first variable.
    pub first_var: usize,
    /// How many of its variables are active.
    pub active: u32,
    /// How many registers those take.
    pub active_regs: u32,
    pub free_reg: u32,
    pub max_stack: u32,
    /// The latest place that something may jump to. No instruction before it
    /// can be merged with one behind it.
    pub last_target: u32,
}

impl Func {
    /// A function without any code: the `serial`th of its chunk.
    pub fn new(chunk: &Rc<ChunkSource>, serial: u32, first_var: usize, line: u32) -> Self {
        let proto = Proto {
            code: Vec::new(),
            consts: Vec::new(),
            protos: Vec::new(),
            upvals: Vec::new(),
            num_params: 0,
            is_vararg: false,
            max_stack: 0,
            lines: Vec::new(),
            locals: Vec::new(),
            line_defined: line,
            last_line_defined: 0,
            source: Rc::clone(chunk.name()),
            chunk: Rc::clone(chunk),
            ordinal: serial,
        };
        Func {
            proto: Box::new(proto),
            upvals: Vec::new(),
            blocks: Vec::new(),
            close_spans: Vec::new(),
            hidden_slots: Vec::new(),
            first_var,
            active: 0,
            active_regs: 0,
            free_reg: 0,
            max_stack: 2,
            last_target: 0,
        }
    }

    /// The place of the next instruction.
    #[inline]
    pub fn pc(&self) -> u32 {
        self.proto.code.len() as u32
    }

    /// The instruction at `pc`.
    #[inline]
    pub fn instr(&self, pc: u32) -> Instr {
        let default = Instr::ax(Op::Extra, 0);
        self.proto.code.get(pc as usize).copied().unwrap_or(default)
    }

    /// Replaces the instruction at `pc`.
    #[inline]
    pub fn replace(&mut self, pc: u32, instr: Instr) {
        if let Some(place) = self.proto.code.get_mut(pc as usize) {
            *place = instr;
        }
    }

    /// Sets operand A of the instruction at `pc`.
    pub fn set_a(&mut self, pc: u32, a: u8) {
        let old = self.instr(pc);
        self.replace(pc, Instr(old.0 & !0xff00 | u32::from(a) << 8));
    }

    /// Sets operand B of the instruction at `pc`.
    pub fn set_b(&mut self, pc: u32, b: u8) {
        let old = self.instr(pc);
        self.replace(pc, Instr(old.0 & !0xff_0000 | u32::from(b) << 16));
    }

    /// Sets operand C of the instruction at `pc`.
    pub fn set_c(&mut self, pc: u32, c: u8) {
        let old = self.instr(pc);
        self.replace(pc, Instr(old.0 & 0xff_ffff | u32::from(c) << 24));
    }

    /// The last instruction, if nothing can jump between it and the next one.
    pub fn mergeable(&self) -> Option<Instr> {
        if self.pc() > self.last_target {
            self.proto.code.last().copied()
        } else {
            None
        }
    }

    /// Takes back the last instruction.
    pub fn remove_last(&mut self) {
        self.proto.code.pop();
        self.proto.lines.pop();
    }

    /// Takes back all instructions from `start` on. Jumps among them stay right
    /// if they are appended elsewhere.
    pub fn cut(&mut self, start: u32) -> Cut {
        let start = start as usize;
        Cut {
            code: self.proto.code.drain(start..).collect(),
            lines: self.proto.lines.drain(start..).collect(),
        }
    }

    /// Appends instructions that were taken back.
    pub fn append(&mut self, mut cut: Cut) {
        self.proto.code.append(&mut cut.code);
        self.proto.lines.append(&mut cut.lines);
    }

    /// Gives the last instruction another line than that of the last token.
    pub fn fix_line(&mut self, line: u32) {
        if let Some(last) = self.proto.lines.last_mut() {
            *last = line;
        }
    }

    /// Gives back the register of a temporary; a variable keeps its own.
    pub fn free_register(&mut self, reg: u8) {
        if u32::from(reg) >= self.active_regs {
            self.free_reg = self.free_reg.saturating_sub(1);
        }
    }
}

impl Compiler<'_> {
    /// Begins a function inside the current one.
    pub(super) fn open_function(&mut self, line: u32) {
        self.lex.charge(FUNCTION_BYTES);
        self.functions += 1;
        let inner = Func::new(&self.source, self.functions, self.vars.len(), line);
        let outer = std::mem::replace(&mut self.f, inner);
        self.outer.push(outer);
        self.enter_block(false);
    }

    /// Ends the current function and goes back to the one around it.
    pub(super) fn close_function(&mut self) -> Box<Proto> {
        self.code_return(self.f.active_regs as u8, 0);
        self.leave_block();
        self.finish();
        let f = match self.outer.pop() {
            Some(outer) => std::mem::replace(&mut self.f, outer),
            None => {
                let nothing = Func::new(&self.source, 0, 0, 0);
                std::mem::replace(&mut self.f, nothing)
            }
        };
        let mut proto = f.proto;
        for &(atom, slot) in f.hidden_slots.iter().rev() {
            if let Some(entry) = self.lex.atoms.get_mut(atom) {
                entry.slot = slot;
            }
        }
        proto.upvals.reserve_exact(f.upvals.len());
        for upval in &f.upvals {
            proto.upvals.push(UpvalDesc {
                name: self.lex.atoms.text(upval.name),
                in_stack: upval.in_stack,
                index: upval.index,
                read_only: upval.read_only,
            });
        }
        proto.max_stack = f.max_stack as u8;
        proto.code.shrink_to_fit();
        proto.lines.shrink_to_fit();
        proto.consts.shrink_to_fit();
        proto.locals.shrink_to_fit();
        proto
    }

    /// Appends an instruction on the line of the last token taken, and says
    /// where it is.
    pub(super) fn emit(&mut self, instr: Instr) -> u32 {
        self.lex.charge(INSTR_BYTES);
        if !self.lex.has_failed() {
            self.instructions += 1;
        }
        let pc = self.f.pc();
        self.f.proto.code.push(instr);
        self.f.proto.lines.push(self.lex.last_line);
        pc
    }

    /// Appends `op A B C`.
    pub(super) fn emit_abc(&mut self, op: Op, a: u8, b: u8, c: u8) -> u32 {
        self.emit(Instr::abc(op, a.into(), b.into(), c.into()))
    }

    /// Appends a return of `count` values from `first` on, all up to the top if
    /// `count` is `None`.
    pub(super) fn code_return_multi(&mut self, first: u8, count: Option<u32>) {
        match count {
            Some(count) => self.code_return(first, count),
            None => {
                self.emit_abc(Op::Return, first, 0, 0);
            }
        }
    }

    /// Appends a return of `count` values from `first` on.
    pub(super) fn code_return(&mut self, first: u8, count: u32) {
        let op = match count {
            0 => Op::Return0,
            1 => Op::Return1,
            _ => Op::Return,
        };
        self.emit(Instr::abc(op, first.into(), count + 1, 0));
    }

    /// Appends code that sets `count` registers from `first` on to nil, or
    /// lets the last instruction do that if it sets the registers beside.
    pub(super) fn code_nil(&mut self, first: u32, count: u32) {
        let last = first + count - 1;
        if let Some(before) = self.f.mergeable()
            && before.op() == Op::LoadNil
        {
            let start = u32::from(before.a());
            let end = start + u32::from(before.b());
            if (start <= first && first <= end + 1) || (first <= start && start <= last + 1) {
                let start = start.min(first);
                let end = end.max(last);
                let pc = self.f.pc() - 1;
                self.f
                    .replace(pc, Instr::abc(Op::LoadNil, start, end - start, 0));
                return;
            }
        }
        self.emit(Instr::abc(Op::LoadNil, first, count - 1, 0));
    }

    /// Appends the load of a constant.
    pub(super) fn code_constant(&mut self, reg: u8, index: u32) -> u32 {
        if index <= MAX_BX {
            return self.emit(Instr::abx(Op::LoadK, reg.into(), index));
        }
        let pc = self.emit(Instr::abx(Op::LoadKX, reg.into(), 0));
        self.emit(Instr::ax(Op::Extra, index));
        pc
    }

    /// The index of a constant, new or not, in the current function.
    pub(super) fn constant(&mut self, atom: Atom) -> u32 {
        let Some(entry) = self.lex.atoms.get_mut(atom) else {
            return 0;
        };
        if entry.slot.func == self.f.proto.ordinal {
            return entry.slot.index;
        }
        let index = self.f.proto.consts.len() as u32;
        if index > MAX_AX {
            self.too_many("constants", MAX_AX);
            return 0;
        }
        let slot = Slot {
            func: self.f.proto.ordinal,
            index,
        };
        let hidden = std::mem::replace(&mut entry.slot, slot);
        self.f.proto.consts.push(entry.value.clone());
        self.f.hidden_slots.push((atom, hidden));
        self.lex
            .charge(size_of::<Const>() + size_of::<(Atom, Slot)>());
        index
    }

    /// The index of a constant if it fits into a byte operand.
    pub(super) fn byte_constant(&mut self, atom: Atom) -> Option<u8> {
        let index = self.constant(atom);
        if index <= MAX_BYTE {
            Some(index as u8)
        } else {
            None
        }
    }

    /// The atom of an integer.
    pub(super) fn integer_atom(&mut self, value: i64) -> Atom {
        let (atom, bytes) = self.lex.atoms.integer(value);
        self.lex.charge(bytes);
        atom
    }

    /// The atom of a float.
    pub(super) fn float_atom(&mut self, value: f64) -> Atom {
        let (atom, bytes) = self.lex.atoms.float(value);
        self.lex.charge(bytes);
        atom
    }

    /// Makes sure that the function may use `count` more registers.
    pub(super) fn check_registers(&mut self, count: u32) {
        let top = self.f.free_reg + count;
        if top > self.f.max_stack {
            if top > MAX_REGS {
                return self
                    .lex
                    .fail_near(b"function or expression needs too many registers");
            }
            self.f.max_stack = top;
        }
    }

    /// Takes `count` registers.
    pub(super) fn reserve(&mut self, count: u32) {
        self.check_registers(count);
        self.f.free_reg += count;
    }

    /// Makes a jump list of the jump at `pc` in front of `rest`.
    pub(super) fn push_jump(&mut self, pc: JumpList, rest: JumpList) -> JumpList {
        let mut list = pc;
        self.concat_jumps(&mut list, rest);
        list
    }
}
