//! From Lua source to prototypes, in one pass and without a syntax tree.
//!
//! The method is that of PUC Lua (R. Ierusalimschy, L. H. de Figueiredo and
//! W. Celes, *The Implementation of Lua 5.0*, 2005): a parser by recursive
//! descent hands half-finished expressions to the code generator, registers are
//! a stack that mirrors the scopes, and jumps wait for their targets in lists
//! that are linked through their own operands. The code is PUC Lua's or better:
//! a `while` loop has its condition behind the body, constants may stand on
//! either side of an operator, a return closes variables only where some are in
//! scope. Names and constants are interned once a chunk, so that finding a
//! variable, a label or a constant takes one look; compile time is linear.
//!
//! The parser recurses as deeply as PUC's, at most some 200 levels, which takes
//! less than 160 kB of stack.
//!
//! The first error is noted in the lexer (`Lexer::fail`), which then is at the end of
//! the source: every rule of the grammar ends there by itself, so none of them looks
//! after errors. What is made in between is thrown away.
//!
//! * bytes to tokens: `lexer`, `literal`, `token`, `atom`
//! * grammar: `parse_func`, `parse_stat`, `parse_loop`, `parse_expr`, `parse_table`
//! * scopes: `scope`, `label`
//! * code: `expr`, `load`, `operator`, `fold`, `jump`, `function`, `finish`

mod atom;
mod error;
mod expr;
mod finish;
mod fold;
mod function;
mod jump;
mod key_tree;
mod label;
mod lexer;
pub mod listing;
mod literal;
mod load;
mod operator;
mod parse_expr;
mod parse_func;
mod parse_loop;
mod parse_stat;
mod parse_table;
mod scope;
#[cfg(test)]
mod tests;
mod token;

use std::rc::Rc;

use super::proto::Proto;
use super::source::ChunkSource;
use function::Func;
use label::{Goto, Label};
use lexer::Lexer;
use scope::Var;

pub use error::{SyntaxError, SyntaxErrorKind};

/// What the compiler may do.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many bytes code, constants, names and the compiler's own tables may
    /// take together. The source is not counted.
    pub max_bytes: usize,
    /// Whether a first line that begins with `#`, and a UTF-8 byte order mark
    /// before it, are skipped, as for files.
    pub skip_shebang: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            max_bytes: usize::MAX,
            skip_shebang: false,
        }
    }
}

/// A compiled chunk.
#[derive(Debug)]
pub struct Compiled {
    /// The main function, which takes any number of arguments and has one
    /// upvalue, `_ENV`.
    pub proto: Proto,
    /// The work that was done, about the time of that many instructions: tokens
    /// read, instructions made and blocks of 32 bytes passed.
    pub cost: u64,
    /// The bytes that were taken, see [`Options::max_bytes`].
    pub bytes: usize,
}

/// How many bytes of source cost as much as a token.
const BYTES_PER_COST: u64 = 32;

/// Compiles a chunk of source text. `chunk_name` is what `load` takes:
/// `=name`, `@file name`, or the text itself.
///
/// # Errors
/// A [`SyntaxError`] if the text is no Lua program, is nested too deeply, or
/// takes more memory than allowed.
///
/// ```
/// use algocline_lua::compiler::{Options, compile};
///
/// let chunk = compile(b"return 1 + 1", b"=sum", &Options::default())?;
/// assert!(chunk.proto.is_vararg);
///
/// let error = compile(b"return return", b"=sum", &Options::default());
/// assert_eq!(
///     error.unwrap_err().to_string(),
///     "sum:1: unexpected symbol near 'return'"
/// );
/// # Ok::<(), algocline_lua::compiler::SyntaxError>(())
/// ```
pub fn compile(
    source: &[u8],
    chunk_name: &[u8],
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    let source = ChunkSource::new(source.into(), chunk_name.into(), options.skip_shebang);
    compile_source(Rc::new(source), options)
}

/// Compiles a chunk that is kept; the functions share its text.
pub(super) fn compile_source(
    source: Rc<ChunkSource>,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    let text = Rc::clone(source.text());
    let start = if options.skip_shebang {
        skip_first_line(&text)
    } else {
        0
    };
    let mut compiler = Compiler {
        lex: Lexer::new(&text, start, source.name(), options.max_bytes),
        f: Func::new(&source, 0, 0, 0),
        outer: Vec::new(),
        vars: Vec::new(),
        labels: Vec::new(),
        gotos: Vec::new(),
        source: Rc::clone(&source),
        functions: 0,
        instructions: 0,
        level: 0,
    };
    let proto = compiler.chunk();
    let passed = compiler.lex.pos as u64 / BYTES_PER_COST;
    let cost = compiler.lex.tokens + compiler.instructions + passed;
    match compiler.lex.take_failure() {
        None => Ok(Compiled {
            proto: *proto,
            cost,
            bytes: compiler.lex.bytes(),
        }),
        Some(error) => Err(SyntaxError { cost, ..*error }),
    }
}

/// Where a file's program begins. The line break stays, so that lines count.
fn skip_first_line(source: &[u8]) -> usize {
    let mark = if source.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let rest = source.get(mark..).unwrap_or_default();
    if rest.first() != Some(&b'#') {
        return mark;
    }
    let end = rest.iter().position(|&byte| byte == b'\n');
    mark + end.unwrap_or(rest.len())
}

/// One compilation.
struct Compiler<'s> {
    lex: Lexer<'s>,
    /// The current function.
    f: Func,
    /// The functions around it, the main one first.
    outer: Vec<Func>,
    /// The variables in scope, those of the outer functions first.
    vars: Vec<Var>,
    labels: Vec<Label>,
    gotos: Vec<Goto>,
    /// What is being compiled.
    source: Rc<ChunkSource>,
    /// How many functions there are besides the main one.
    functions: u32,
    /// How many instructions were made.
    instructions: u64,
    /// How deeply the grammar's rules are nested.
    level: u32,
}
