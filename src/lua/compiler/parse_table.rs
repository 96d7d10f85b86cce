//! The grammar of table constructors.

use super::Compiler;
use super::expr::{Expr, Kind};
use super::token::Token;
use crate::lua::opcode::{Instr, Op};

/// How many array items are collected in registers before they are stored.
const ITEMS_PER_FLUSH: u32 = 50;

/// A constructor being read.
struct Constructor {
    /// The register of the table.
    table: u8,
    /// How many entries with a key there are.
    hash_size: u32,
    /// How many array items are stored.
    stored: u32,
    /// How many array items are in registers.
    pending: u32,
}

impl Compiler<'_> {
    /// Reads a table constructor.
    pub(super) fn table(&mut self) -> Expr {
        let line = self.lex.line;
        let new_table = self.emit_abc(Op::NewTable, 0, 0, 0);
        self.emit(Instr::ax(Op::Extra, 0));
        let table = self.f.free_reg as u8;
        self.reserve(1);
        self.f.set_a(new_table, table);
        let mut constructor = Constructor {
            table,
            hash_size: 0,
            stored: 0,
            pending: 0,
        };
        let mut item = Expr::new(Kind::Void);
        self.expect(Token::Byte(b'{'));
        while self.token() != Token::Byte(b'}') {
            self.store_item(&mut constructor, &mut item);
            if self.at_keyed_field() {
                self.keyed_field(&mut constructor);
            } else {
                item = self.expr();
                constructor.pending += 1;
            }
            if !self.accept(Token::Byte(b',')) && !self.accept(Token::Byte(b';')) {
                break;
            }
        }
        self.expect_closing(Token::Byte(b'}'), Token::Byte(b'{'), line);
        self.store_last_item(&mut constructor, &mut item);
        self.set_table_size(new_table, &constructor);
        Expr::new(Kind::Fixed(table))
    }

    /// Whether the next field is `name = …` or `[key] = …`.
    fn at_keyed_field(&mut self) -> bool {
        match self.token() {
            Token::Name => self.lex.peek().token == Token::Byte(b'='),
            Token::Byte(b'[') => true,
            _ => false,
        }
    }

    fn keyed_field(&mut self, constructor: &mut Constructor) {
        let free = self.f.free_reg;
        let mut key = match self.token() {
            Token::Name => Expr::new(Kind::Str(self.name())),
            _ => self.bracketed_key(),
        };
        constructor.hash_size += 1;
        self.expect(Token::Byte(b'='));
        let mut field = Expr::new(Kind::Fixed(constructor.table));
        self.index(&mut field, &mut key);
        let mut value = self.expr();
        self.store(&field, &mut value);
        self.f.free_reg = free;
    }

    /// Puts an array item into a register, and stores the items there if they
    /// are enough.
    fn store_item(&mut self, constructor: &mut Constructor, item: &mut Expr) {
        if item.is_void() {
            return;
        }
        self.load_next(item);
        item.kind = Kind::Void;
        if constructor.pending == ITEMS_PER_FLUSH {
            self.flush(constructor, Some(ITEMS_PER_FLUSH));
        }
    }

    fn store_last_item(&mut self, constructor: &mut Constructor, item: &mut Expr) {
        if constructor.pending == 0 {
            return;
        }
        if item.is_multi() {
            self.set_results(item, None);
            self.flush(constructor, None);
            // Nobody knows how many the last one gives.
            constructor.stored -= 1;
            return;
        }
        if !item.is_void() {
            self.load_next(item);
        }
        self.flush(constructor, Some(constructor.pending))
    }

    /// Stores the items in registers, all up to the top if `count` is `None`.
    fn flush(&mut self, constructor: &mut Constructor, count: Option<u32>) {
        let first = constructor.stored;
        let operand = count.unwrap_or(0);
        let set_list = Instr::abc(Op::SetList, constructor.table.into(), operand, first & 0xff);
        self.emit(set_list);
        self.emit(Instr::ax(Op::Extra, first >> 8));
        constructor.stored += constructor.pending;
        constructor.pending = 0;
        self.f.free_reg = u32::from(constructor.table) + 1;
    }

    fn set_table_size(&mut self, pc: u32, constructor: &Constructor) {
        let hash = match constructor.hash_size {
            0 => 0,
            // One more than the logarithm of the next power of two.
            size => 33 - (size - 1).leading_zeros(),
        };
        let array = constructor.stored;
        let a = constructor.table.into();
        let sized = Instr::abc(Op::NewTable, a, hash, array & 0xff);
        self.f.replace(pc, sized);
        self.f.replace(pc + 1, Instr::ax(Op::Extra, array >> 8));
    }
}
