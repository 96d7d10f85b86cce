//! The grammar of expressions.

use super::Compiler;
use super::atom::Atom;
use super::error::SyntaxErrorKind;
use super::expr::{Expr, Kind};
use super::operator::{Operator, UNARY_PRIORITY, Unary};
use super::token::Token;
use crate::lua::opcode::Op;

/// How deeply blocks and expressions may be nested. PUC's parser recurses in C
/// and allows 200 calls, of which its library takes three.
const MAX_DEPTH: u32 = 197;

impl Compiler<'_> {
    /// Goes one level deeper.
    pub(super) fn enter_level(&mut self) {
        self.level += 1;
        if self.level > MAX_DEPTH {
            self.lex
                .fail_bare("C stack overflow", SyntaxErrorKind::Syntax);
        }
    }

    /// Reads an expression.
    pub(super) fn expr(&mut self) -> Expr {
        self.sub_expr(0)
    }

    /// Reads an expression whose operators bind tighter than `limit`.
    fn sub_expr(&mut self, limit: u8) -> Expr {
        self.enter_level();
        let unary = match self.token() {
            Token::Not => Some(Unary::Not),
            Token::Byte(b'-') => Some(Unary::Neg),
            Token::Byte(b'~') => Some(Unary::BNot),
            Token::Byte(b'#') => Some(Unary::Len),
            _ => None,
        };
        let mut e = match unary {
            Some(op) => {
                let line = self.lex.line;
                self.lex.next();
                let mut operand = self.sub_expr(UNARY_PRIORITY);
                self.unary(op, &mut operand, line);
                operand
            }
            None => self.simple_expr(),
        };
        while let Some(operator) = Operator::of(self.token())
            && operator.left > limit
        {
            let line = self.lex.line;
            self.lex.next();
            self.before_right(operator.op, &mut e);
            let mut operand = self.sub_expr(operator.right);
            self.binary(operator.op, &mut e, &mut operand, line);
        }
        self.level -= 1;
        e
    }

    fn simple_expr(&mut self) -> Expr {
        let kind = match self.token() {
            Token::Int | Token::Float | Token::Str => self.lex.current.value,
            Token::Nil => Kind::Nil,
            Token::True => Kind::True,
            Token::False => Kind::False,
            Token::Dots => {
                if !self.f.proto.is_vararg {
                    self.lex
                        .fail_near(b"cannot use '...' outside a vararg function");
                }
                Kind::Vararg(self.emit_abc(Op::Vararg, 0, 0, 1))
            }
            Token::Byte(b'{') => return self.table(),
            Token::Function => {
                self.lex.next();
                return self.function_body(false, self.lex.line);
            }
            _ => return self.suffixed_expr(),
        };
        self.lex.next();
        Expr::new(kind)
    }

    fn primary_expr(&mut self) -> Expr {
        match self.token() {
            Token::Name => {
                let name = self.name();
                self.variable(name)
            }
            Token::Byte(b'(') => {
                let line = self.lex.line;
                self.lex.next();
                let mut e = self.expr();
                self.expect_closing(Token::Byte(b')'), Token::Byte(b'('), line);
                self.discharge_variable(&mut e);
                e
            }
            _ => {
                self.lex.fail_near(b"unexpected symbol");
                Expr::new(Kind::Nil)
            }
        }
    }

    /// Reads a name or an expression in parentheses with all fields, indices
    /// and calls behind it.
    pub(super) fn suffixed_expr(&mut self) -> Expr {
        let mut e = self.primary_expr();
        loop {
            match self.token() {
                Token::Byte(b'.') => self.field(&mut e),
                Token::Byte(b'[') => {
                    self.load_any_or_upval(&mut e);
                    let mut key = self.bracketed_key();
                    self.index(&mut e, &mut key);
                }
                Token::Byte(b':') => {
                    self.lex.next();
                    let name = self.name();
                    self.method(&mut e, name);
                    self.call_arguments(&mut e);
                }
                Token::Byte(b'(' | b'{') | Token::Str => {
                    self.load_next(&mut e);
                    self.call_arguments(&mut e);
                }
                _ => return e,
            }
        }
    }

    /// Reads `.name` or `:name` and makes `e` that field.
    pub(super) fn field(&mut self, e: &mut Expr) {
        self.load_any_or_upval(e);
        self.lex.next();
        let mut key = Expr::new(Kind::Str(self.name()));
        self.index(e, &mut key);
    }

    /// Reads `[key]`.
    pub(super) fn bracketed_key(&mut self) -> Expr {
        self.lex.next();
        let mut key = self.expr();
        self.load_value(&mut key);
        self.expect(Token::Byte(b']'));
        key
    }

    /// Reads the arguments of a call. The function is in the last register, or
    /// last but one with the object behind it.
    fn call_arguments(&mut self, function: &mut Expr) {
        let line = self.lex.line;
        let mut last = match self.token() {
            Token::Byte(b'(') => {
                self.lex.next();
                let last = if self.token() == Token::Byte(b')') {
                    Expr::new(Kind::Void)
                } else {
                    let (last, _) = self.expr_list();
                    self.set_results(&last, None);
                    last
                };
                self.expect_closing(Token::Byte(b')'), Token::Byte(b'('), line);
                last
            }
            Token::Byte(b'{') => self.table(),
            Token::Str => {
                // The token has to be taken before code for it is made.
                let text = self.lex.current.value;
                self.lex.next();
                Expr::new(text)
            }
            _ => {
                self.lex.fail_near(b"function arguments expected");
                Expr::new(Kind::Void)
            }
        };
        let Kind::Fixed(base) = function.kind else {
            return;
        };
        let count = if last.is_multi() {
            0
        } else {
            if !last.is_void() {
                self.load_next(&mut last);
            }
            self.f.free_reg - u32::from(base)
        };
        let call = self.emit_abc(Op::Call, base, count as u8, 2);
        self.f.fix_line(line);
        *function = Expr::new(Kind::Call(call));
        // The call takes function and arguments away and leaves one result.
        self.f.free_reg = u32::from(base) + 1;
    }

    /// Reads expressions between commas. All but the last are in registers;
    /// answers the last and how many there are.
    pub(super) fn expr_list(&mut self) -> (Expr, u32) {
        let mut count = 1;
        let mut e = self.expr();
        while self.accept(Token::Byte(b',')) {
            self.load_next(&mut e);
            e = self.expr();
            count += 1;
        }
        (e, count)
    }

    /// Reads a name.
    pub(super) fn name(&mut self) -> Atom {
        if self.token() != Token::Name {
            self.lex.fail_near(b"<name> expected");
        }
        let name = self.lex.current.atom();
        self.lex.next();
        name
    }

    /// The current token.
    pub(super) fn token(&self) -> Token {
        self.lex.current.token
    }

    /// Takes the current token if it is `token`.
    pub(super) fn accept(&mut self, token: Token) -> bool {
        let found = self.token() == token;
        if found {
            self.lex.next();
        }
        found
    }

    /// Takes the current token, which has to be `token`.
    pub(super) fn expect(&mut self, token: Token) {
        if !self.accept(token) {
            let message = [&*token.describe(), b" expected"].concat();
            self.lex.fail_near(&message);
        }
    }

    /// Takes the token that closes what `opening` opened on `line`.
    pub(super) fn expect_closing(&mut self, closing: Token, opening: Token, line: u32) {
        if self.token() != closing && line != self.lex.line {
            let rest = format!(" at line {line})");
            let message = [
                &*closing.describe(),
                b" expected (to close ",
                &*opening.describe(),
                rest.as_bytes(),
            ];
            self.lex.fail_near(&message.concat());
        }
        self.expect(closing)
    }
}
