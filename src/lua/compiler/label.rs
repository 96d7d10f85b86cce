//! `goto`, `break` and labels.

use super::Compiler;
use super::atom::{Atom, NONE};
use super::expr::JumpList;
use super::function::Block;
use crate::lua::opcode::Op;

/// A label in sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    name: Atom,
    pc: u32,
    line: u32,
    /// How many variables of the function are active there.
    active: u32,
    /// How many registers those take.
    level: u32,
    /// How many functions are around it.
    depth: u32,
    /// The label that its name denoted before.
    hidden: u32,
}

/// A `goto` whose label was not seen yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goto {
    name: Atom,
    jumps: JumpList,
    line: u32,
    /// How many variables of the function are active there, of those that are
    /// still in scope.
    active: u32,
    /// How many registers those take.
    level: u32,
    /// Whether the jump leaves the scope of a variable to close.
    must_close: bool,
    /// Whether its label was found.
    solved: bool,
    /// The `goto` before it that looks for the same name.
    previous: u32,
}

/// About what a label or a `goto` is charged, in bytes.
const LABEL_BYTES: usize = size_of::<Label>();
const GOTO_BYTES: usize = size_of::<Goto>();

impl Compiler<'_> {
    /// Appends a close of all variables from register `level` on.
    pub(super) fn emit_close(&mut self, level: u32) {
        self.emit_abc(Op::Close, level as u8, 0, 0);
    }

    /// Notes jumps to a label that will come.
    pub(super) fn add_goto(&mut self, name: Atom, line: u32, jumps: JumpList) {
        self.lex.charge(GOTO_BYTES);
        let index = self.gotos.len() as u32;
        let previous = match self.lex.atoms.get_mut(name) {
            Some(entry) => std::mem::replace(&mut entry.pending, index),
            None => NONE,
        };
        self.gotos.push(Goto {
            name,
            jumps,
            line,
            active: self.f.active,
            level: self.f.active_regs,
            must_close: false,
            solved: false,
            previous,
        });
    }

    /// The label of the current function that a name denotes.
    fn find_label(&self, name: Atom) -> Option<Label> {
        let index = self.lex.atoms.get(name)?.label;
        let label = self.labels.get(index as usize)?;
        (label.depth == self.depth()).then_some(*label)
    }

    /// Lets jumps go to a label, seen already or still to come.
    pub(super) fn go_to(&mut self, name: Atom, line: u32, jumps: JumpList) {
        match self.find_label(name) {
            Some(label) => self.patch_list(jumps, label.pc),
            None => self.add_goto(name, line, jumps),
        }
    }

    /// Whether a jump to the label has to close variables first. That is
    /// assumed if there are any, since a closure may capture them later on.
    pub(super) fn level_to_close(&self, name: Atom) -> Option<u32> {
        self.find_label(name)
            .map(|label| label.level)
            .filter(|&level| self.f.active_regs > level)
    }

    /// Reports a label that is in sight already.
    pub(super) fn check_new_label(&mut self, name: Atom) {
        let Some(label) = self.find_label(name) else {
            return;
        };
        let text = self.lex.atoms.text(name);
        let rest = format!("' already defined on line {}", label.line);
        let message = [b"label '", &*text, rest.as_bytes()].concat();
        self.lex.fail_plain(&message);
    }

    /// Creates a label here. At the end of its block the block's variables
    /// count as out of scope already.
    pub(super) fn create_label(&mut self, name: Atom, line: u32, is_last: bool) {
        self.lex.charge(LABEL_BYTES);
        let mut label = self.label(name, line);
        if is_last && let Some(block) = self.f.blocks.last() {
            label.active = block.active;
            label.level = block.level;
        }
        let index = self.labels.len() as u32;
        if let Some(entry) = self.lex.atoms.get_mut(name) {
            label.hidden = std::mem::replace(&mut entry.label, index);
        }
        self.labels.push(label);
        self.solve_gotos(&label);
    }

    /// Creates the label behind a loop. Answers whether variables are closed
    /// there.
    pub(super) fn create_break_label(&mut self) -> bool {
        let label = self.label(Atom::BREAK, 0);
        self.solve_gotos(&label)
    }

    fn label(&mut self, name: Atom, line: u32) -> Label {
        Label {
            name,
            pc: self.label_here(),
            line,
            active: self.f.active,
            level: self.f.active_regs,
            depth: self.depth(),
            hidden: NONE,
        }
    }

    /// Lets all jumps of the current block that wait for the label go there.
    /// Answers whether variables are closed there.
    fn solve_gotos(&mut self, label: &Label) -> bool {
        let first = self.f.blocks.last().map_or(0, |block| block.first_goto);
        let entry = self.lex.atoms.get(label.name);
        let mut index = entry.map_or(NONE, |entry| entry.pending);
        let mut must_close = false;
        while let Some(&waiting) = self.gotos.get(index as usize) {
            if (index as usize) < first {
                break;
            }
            if waiting.active < label.active {
                self.jumps_into_scope(&waiting);
                break;
            }
            must_close |= waiting.must_close;
            if let Some(waiting) = self.gotos.get_mut(index as usize) {
                waiting.solved = true;
            }
            self.patch_list(waiting.jumps, label.pc);
            index = waiting.previous;
        }
        if let Some(entry) = self.lex.atoms.get_mut(label.name) {
            entry.pending = index;
        }
        if must_close {
            self.emit_close(self.f.active_regs);
        }
        must_close
    }

    /// Takes the labels of a block out of sight.
    pub(super) fn forget_labels(&mut self, first: usize) {
        while self.labels.len() > first {
            if let Some(label) = self.labels.pop()
                && let Some(entry) = self.lex.atoms.get_mut(label.name)
            {
                entry.label = label.hidden;
            }
        }
    }

    /// Hands the waiting jumps of a block on to the block around it.
    pub(super) fn leave_gotos(&mut self, block: &Block, is_outermost: bool) {
        while self.gotos.len() > block.first_goto && self.gotos.last().is_some_and(|g| g.solved) {
            self.gotos.pop();
        }
        let waiting = self.gotos.get_mut(block.first_goto..).unwrap_or_default();
        for waiting in waiting.iter_mut().filter(|waiting| !waiting.solved) {
            if waiting.level > block.level {
                waiting.must_close |= block.must_close;
            }
            waiting.active = block.active;
            waiting.level = block.level;
        }
        let first = waiting.iter().find(|waiting| !waiting.solved).copied();
        match first {
            Some(waiting) if is_outermost => self.no_label(&waiting),
            _ => {}
        }
    }

    #[cold]
    fn no_label(&mut self, waiting: &Goto) {
        let line = waiting.line;
        if waiting.name == Atom::BREAK {
            let message = format!("break outside loop at line {line}");
            return self.lex.fail_plain(message.as_bytes());
        }
        let name = self.lex.atoms.text(waiting.name);
        let rest = format!("' for <goto> at line {line}");
        let message = [b"no visible label '", &*name, rest.as_bytes()].concat();
        self.lex.fail_plain(&message)
    }

    #[cold]
    fn jumps_into_scope(&mut self, waiting: &Goto) {
        let index = self.f.first_var + waiting.active as usize;
        let var = self.vars.get(index).map_or(Atom::SELF, |var| var.name);
        let atoms = &self.lex.atoms;
        let middle = format!("> at line {} jumps into the scope of local '", waiting.line);
        let (name, var) = (atoms.text(waiting.name), atoms.text(var));
        let message = [b"<goto ", &*name, middle.as_bytes(), &var, b"'"].concat();
        self.lex.fail_plain(&message)
    }
}
