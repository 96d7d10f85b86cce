//! The grammar of expressions.

use super::Compiler;
use super::atom::Atom;
use super::error::Res;
use super::expr::{Expr, Kind};
use super::operator::{Binary, UNARY_PRIORITY, Unary};
use super::token::Token;
use crate::lua::opcode::Op;

/// How deeply blocks and expressions may be nested. PUC's parser recurses in C
/// and allows 200 calls, of which its library takes three.
const MAX_DEPTH: u32 = 197;

impl Compiler<'_> {
    /// Goes one level deeper.
    pub(super) fn enter_level(&mut self) -> Res<()> {
        self.enter_levels(1)
    }

    /// Goes `count` levels deeper.
    pub(super) fn enter_levels(&mut self, count: u32) -> Res<()> {
        self.level += count;
        if self.level > MAX_DEPTH {
            return Err(self.lex.too_deep());
        }
        Ok(())
    }

    /// Reads an expression.
    pub(super) fn expr(&mut self) -> Res<Expr> {
        self.sub_expr(0)
    }

    /// Reads an expression whose operators bind tighter than `limit`.
    fn sub_expr(&mut self, limit: u8) -> Res<Expr> {
        self.enter_level()?;
        let unary = match self.lex.token() {
            Token::Not => Some(Unary::Not),
            Token::Byte(b'-') => Some(Unary::Neg),
            Token::Byte(b'~') => Some(Unary::BNot),
            Token::Byte(b'#') => Some(Unary::Len),
            _ => None,
        };
        let mut e = match unary {
            Some(op) => {
                let line = self.lex.line;
                self.lex.next()?;
                let mut operand = self.sub_expr(UNARY_PRIORITY)?;
                self.unary(op, &mut operand, line);
                operand
            }
            None => self.simple_expr()?,
        };
        while let Some(op) = Binary::of(self.lex.token()) {
            let (left, right) = op.priority();
            if left <= limit {
                break;
            }
            let line = self.lex.line;
            self.lex.next()?;
            self.before_right(op, &mut e);
            let mut operand = self.sub_expr(right)?;
            self.binary(op, &mut e, &mut operand, line);
        }
        self.level -= 1;
        Ok(e)
    }

    fn simple_expr(&mut self) -> Res<Expr> {
        let kind = match self.lex.token() {
            Token::Int(value) => Kind::Int(value),
            Token::Float(value) => Kind::Float(value),
            Token::Str(atom) => Kind::Str(atom),
            Token::Nil => Kind::Nil,
            Token::True => Kind::True,
            Token::False => Kind::False,
            Token::Dots => {
                if !self.f.is_vararg {
                    let message = "cannot use '...' outside a vararg function";
                    return Err(self.lex.error_near(message));
                }
                Kind::Vararg(self.emit_abc(Op::Vararg, 0, 0, 1))
            }
            Token::Byte(b'{') => return self.table(),
            Token::Function => {
                self.lex.next()?;
                return self.function_body(false, self.lex.line);
            }
            _ => return self.suffixed_expr(),
        };
        self.lex.next()?;
        Ok(Expr::new(kind))
    }

    fn primary_expr(&mut self) -> Res<Expr> {
        match self.lex.token() {
            Token::Name(name) => {
                self.lex.next()?;
                Ok(self.variable(name))
            }
            Token::Byte(b'(') => {
                let line = self.lex.line;
                self.lex.next()?;
                let mut e = self.expr()?;
                self.expect_closing(Token::Byte(b')'), Token::Byte(b'('), line)?;
                self.discharge_variable(&mut e);
                Ok(e)
            }
            _ => Err(self.lex.error_near("unexpected symbol")),
        }
    }

    /// Reads a name or an expression in parentheses with all fields, indices
    /// and calls behind it.
    pub(super) fn suffixed_expr(&mut self) -> Res<Expr> {
        let mut e = self.primary_expr()?;
        loop {
            match self.lex.token() {
                Token::Byte(b'.') => self.field(&mut e)?,
                Token::Byte(b'[') => {
                    self.load_any_or_upval(&mut e);
                    let mut key = self.bracketed_key()?;
                    self.index(&mut e, &mut key);
                }
                Token::Byte(b':') => {
                    self.lex.next()?;
                    let name = self.name()?;
                    self.method(&mut e, name);
                    self.call_arguments(&mut e)?;
                }
                Token::Byte(b'(' | b'{') | Token::Str(_) => {
                    self.load_next(&mut e);
                    self.call_arguments(&mut e)?;
                }
                _ => return Ok(e),
            }
        }
    }

    /// Reads `.name` or `:name` and makes `e` that field.
    pub(super) fn field(&mut self, e: &mut Expr) -> Res<()> {
        self.load_any_or_upval(e);
        self.lex.next()?;
        let mut key = Expr::new(Kind::Str(self.name()?));
        self.index(e, &mut key);
        Ok(())
    }

    /// Reads `[key]`.
    pub(super) fn bracketed_key(&mut self) -> Res<Expr> {
        self.lex.next()?;
        let mut key = self.expr()?;
        self.load_value(&mut key);
        self.expect(Token::Byte(b']'))?;
        Ok(key)
    }

    /// Reads the arguments of a call. The function is in the last register, or
    /// last but one with the object behind it.
    fn call_arguments(&mut self, function: &mut Expr) -> Res<()> {
        let line = self.lex.line;
        let mut last = match self.lex.token() {
            Token::Byte(b'(') => {
                self.lex.next()?;
                let last = if self.lex.token() == Token::Byte(b')') {
                    Expr::new(Kind::Void)
                } else {
                    let (last, _) = self.expr_list()?;
                    self.set_results(&last, None);
                    last
                };
                self.expect_closing(Token::Byte(b')'), Token::Byte(b'('), line)?;
                last
            }
            Token::Byte(b'{') => self.table()?,
            Token::Str(atom) => {
                // The token has to be taken before code for it is made.
                self.lex.next()?;
                Expr::new(Kind::Str(atom))
            }
            _ => return Err(self.lex.error_near("function arguments expected")),
        };
        let Kind::Fixed(base) = function.kind else {
            return Ok(());
        };
        let count = if last.is_multi() {
            0
        } else {
            if last.kind != Kind::Void {
                self.load_next(&mut last);
            }
            self.f.free_reg - u32::from(base)
        };
        let call = self.emit_abc(Op::Call, base, count as u8, 2);
        self.f.fix_line(line);
        *function = Expr::new(Kind::Call(call));
        // The call takes function and arguments away and leaves one result.
        self.f.free_reg = u32::from(base) + 1;
        Ok(())
    }

    /// Reads expressions between commas. All but the last are in registers;
    /// answers the last and how many there are.
    pub(super) fn expr_list(&mut self) -> Res<(Expr, u32)> {
        let mut count = 1;
        let mut e = self.expr()?;
        while self.accept(Token::Byte(b','))? {
            self.load_next(&mut e);
            e = self.expr()?;
            count += 1;
        }
        Ok((e, count))
    }

    /// Reads a name.
    pub(super) fn name(&mut self) -> Res<Atom> {
        match self.lex.token() {
            Token::Name(name) => {
                self.lex.next()?;
                Ok(name)
            }
            _ => Err(self.lex.error_near("<name> expected")),
        }
    }

    /// Takes the current token if it is `token`.
    pub(super) fn accept(&mut self, token: Token) -> Res<bool> {
        if self.lex.token() != token {
            return Ok(false);
        }
        self.lex.next()?;
        Ok(true)
    }

    /// Reports the current token unless it is `token`.
    pub(super) fn check(&self, token: Token) -> Res<()> {
        if self.lex.token() == token {
            return Ok(());
        }
        let message = [&*token.describe(), b" expected"].concat();
        Err(self.lex.error_near(message))
    }

    /// Takes the current token, which has to be `token`.
    pub(super) fn expect(&mut self, token: Token) -> Res<()> {
        self.check(token)?;
        self.lex.next()
    }

    /// Takes the token that closes what `opening` opened on `line`.
    pub(super) fn expect_closing(&mut self, closing: Token, opening: Token, line: u32) -> Res<()> {
        if self.lex.token() != closing && line != self.lex.line {
            let rest = format!(" at line {line})");
            let message = [
                &*closing.describe(),
                b" expected (to close ",
                &*opening.describe(),
                rest.as_bytes(),
            ];
            return Err(self.lex.error_near(message.concat()));
        }
        self.expect(closing)
    }
}
