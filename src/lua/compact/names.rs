//! Short names for the local variables of a Lua source.
//!
//! A name that is declared anywhere gets the same short one wherever it stands for a
//! variable: those declared outside of all blocks in the whole source, the others
//! up to the end of the outermost block. No two names get the same, so nothing is
//! shadowed that was not before, and scopes need not be known.
//!
//! Names of fields stay, of course, and those of global variables that are local
//! ones elsewhere (`GLOBALS`). Parameters of functions that are fields stay as far as
//! possible too: a program that gives such a function a wrong value may read the
//! name in a message.

use super::tokens::{Kind, Token, Tokens};

/// Names that are never made shorter, because they may be those of globals.
const GLOBALS: &[&[u8]] = &[
    b"_ENV",
    b"_G",
    b"alc",
    b"assert",
    b"coroutine",
    b"ctx",
    b"debug",
    b"error",
    b"getmetatable",
    b"io",
    b"ipairs",
    b"load",
    b"math",
    b"next",
    b"os",
    b"package",
    b"pairs",
    b"pcall",
    b"print",
    b"rawequal",
    b"rawget",
    b"rawlen",
    b"rawset",
    b"require",
    b"select",
    b"self",
    b"setmetatable",
    b"std",
    b"string",
    b"table",
    b"tonumber",
    b"tostring",
    b"type",
    b"utf8",
    b"xpcall",
];

/// How many names of a source can be made shorter; others stay.
const MAX_NAMES: usize = 256;

const BUCKETS: usize = 256;

/// How many short names there are: a letter, or a letter and a digit.
const SHORT_NAMES: usize = 52 * 11;

/// The first short name for what is declared outside of all blocks. Those before are
/// left to the inner ones, which then are the same from function to function.
const FIRST_OUTER: usize = 15;

/// What a token is for the names of variables.
#[derive(Clone, Copy)]
pub enum Role {
    /// No variable: a keyword, the name of a field, a sign.
    None,
    /// A variable, or a label, which may have the name of one.
    Variable,
    /// The place where a variable is declared.
    Declared {
        is_outer: bool,
        /// A parameter that should keep its name.
        stays: bool,
    },
}

/// Whether the next name is declared.
#[derive(Clone, Copy)]
enum Declaring {
    No,
    Next,
    /// Behind a declared name, where a comma leads to the next one.
    Behind,
    /// In `<const>` or `<close>`.
    Attribute,
}

/// A walk over the tokens of a source, without blanks.
pub struct Walk<'a> {
    /// What is open: brackets, and `b` for functions and other blocks.
    open: [u8; 64],
    depth: usize,
    declaring: Declaring,
    /// Between `function` and the bracket.
    in_header: bool,
    /// Parameters are those of a field.
    params_stay: bool,
    before: &'a [u8],
}

impl<'a> Walk<'a> {
    pub const fn new() -> Walk<'a> {
        Walk {
            open: [0; 64],
            depth: 0,
            declaring: Declaring::No,
            in_header: false,
            params_stay: false,
            before: b"",
        }
    }

    /// Whether an outermost block has just ended. One that ends with `until` goes on.
    pub const fn is_outside(&self) -> bool {
        self.depth == 0 && matches!(self.before, b"end")
    }

    /// Takes the next token, behind which there is `rest`.
    pub const fn step(&mut self, token: Token<'a>, rest: &Tokens<'a>) -> Role {
        let before = self.before;
        self.before = token.text;
        let declaring = self.declaring;
        self.declaring = Declaring::No;
        if let Kind::Name = token.kind {
            if self.keyword(token.text, before, declaring) {
                return Role::None;
            }
            return self.name(before, declaring, rest);
        }
        match token.text {
            b"(" | b"{" | b"[" => {
                self.enter(token.text[0]);
                if self.in_header {
                    self.in_header = false;
                    self.declaring = Declaring::Next;
                }
            }
            b")" | b"}" | b"]" => self.depth -= 1,
            b"." | b":" if self.in_header => self.params_stay = true,
            b"," if matches!(declaring, Declaring::Behind) => self.declaring = Declaring::Next,
            b"<" if matches!(declaring, Declaring::Behind) => {
                self.declaring = Declaring::Attribute;
            }
            b">" if matches!(declaring, Declaring::Attribute) => {
                self.declaring = Declaring::Behind;
            }
            _ => {}
        }
        Role::None
    }

    /// Whether the token is a keyword, with what follows from it.
    const fn keyword(&mut self, text: &[u8], before: &[u8], declaring: Declaring) -> bool {
        match text {
            b"local" | b"for" => {
                self.declaring = Declaring::Next;
                self.params_stay = false;
            }
            b"function" => {
                // Behind `local`, the function's name is declared.
                self.declaring = declaring;
                self.in_header = true;
                self.params_stay = matches!(before, b"=") && !self.is_in_block();
                self.enter(b'b');
            }
            b"if" | b"do" | b"repeat" => self.enter(b'b'),
            b"end" | b"until" => self.depth -= 1,
            b"and" | b"break" | b"else" | b"elseif" | b"false" | b"goto" | b"in" | b"nil"
            | b"not" | b"or" | b"return" | b"then" | b"true" | b"while" => {}
            _ => return false,
        }
        true
    }

    const fn name(&mut self, before: &[u8], declaring: Declaring, rest: &Tokens<'a>) -> Role {
        match declaring {
            Declaring::Next => {
                self.declaring = Declaring::Behind;
                return Role::Declared {
                    is_outer: self.depth == 0 || self.in_header && self.depth == 1,
                    stays: self.params_stay,
                };
            }
            Declaring::Attribute => {
                self.declaring = Declaring::Attribute;
                return Role::None;
            }
            Declaring::No | Declaring::Behind => {}
        }
        let is_key = self.depth > 0
            && self.open[self.depth - 1] == b'{'
            && matches!(before, b"{" | b"," | b";")
            && rest.begin_with_equals_sign();
        if is_key || matches!(before, b"." | b":") {
            return Role::None;
        }
        Role::Variable
    }

    /// Whether more is open than brackets.
    const fn is_in_block(&self) -> bool {
        let mut at = 0;
        while at < self.depth {
            if self.open[at].is_ascii_alphabetic() {
                return true;
            }
            at += 1;
        }
        false
    }

    const fn enter(&mut self, opened: u8) {
        self.open[self.depth] = opened;
        self.depth += 1;
    }
}

/// A letter, and a digit if letters were too few.
#[derive(Clone, Copy)]
pub struct Short {
    pub letter: u8,
    pub digit: Option<u8>,
}

/// What a declared name becomes.
#[derive(Clone, Copy)]
enum Becomes {
    /// Not known yet, or not any more.
    Open,
    Itself,
    Short(usize),
}

#[derive(Clone, Copy)]
struct Name<'a> {
    text: &'a [u8],
    is_outer: bool,
    /// Somewhere it is a parameter that should keep its name.
    stays: bool,
    becomes: Becomes,
    /// The next name of the same bucket.
    next: Option<usize>,
}

/// The names that a source declares.
pub struct Names<'a> {
    list: [Name<'a>; MAX_NAMES],
    len: usize,
    /// The last name of each bucket: the Rust compiler is slow at running this.
    buckets: [Option<usize>; BUCKETS],
    /// Short names that the source has itself, or that outer variables have.
    taken: [bool; SHORT_NAMES],
    /// Those and the ones of the present outermost block.
    taken_here: [bool; SHORT_NAMES],
}

impl<'a> Names<'a> {
    /// All names that a source declares, with short ones for those outside of blocks.
    pub const fn of(source: &'a str) -> Names<'a> {
        let none = Name {
            text: b"",
            is_outer: false,
            stays: false,
            becomes: Becomes::Open,
            next: None,
        };
        let mut names = Names {
            list: [none; MAX_NAMES],
            len: 0,
            buckets: [None; BUCKETS],
            taken: [false; SHORT_NAMES],
            taken_here: [false; SHORT_NAMES],
        };
        let mut used = [false; SHORT_NAMES];
        let mut tokens = Tokens::new(source);
        let mut walk = Walk::new();
        while let Some(token) = tokens.next() {
            if let Kind::Blank = token.kind {
                continue;
            }
            match walk.step(token, &tokens) {
                Role::None => {}
                Role::Variable => {
                    if let Some(short) = index_of(token.text) {
                        used[short] = true;
                    }
                }
                Role::Declared { is_outer, stays } => {
                    names.declare(token.text, is_outer, stays);
                }
            }
        }
        names.take_undeclared(&used);
        names.choose_outer();
        names.taken_here = names.taken;
        names
    }

    const fn declare(&mut self, text: &'a [u8], is_outer: bool, stays: bool) {
        if let Some(at) = self.find(text) {
            self.list[at].is_outer |= is_outer;
            self.list[at].stays |= stays;
        } else if self.len < MAX_NAMES && !is_global(text) {
            let bucket = bucket(text);
            self.list[self.len] = Name {
                text,
                is_outer,
                stays,
                becomes: Becomes::Open,
                next: self.buckets[bucket],
            };
            self.buckets[bucket] = Some(self.len);
            self.len += 1;
        }
    }

    /// A variable that is not declared keeps its name, which no other one may get.
    const fn take_undeclared(&mut self, used: &[bool; SHORT_NAMES]) {
        self.taken = *used;
        let mut at = 0;
        while at < self.len {
            if let Some(short) = index_of(self.list[at].text) {
                self.taken[short] = false;
            }
            at += 1;
        }
    }

    /// Short names for what is declared outside of blocks. What is a parameter that
    /// should keep its name, too, keeps it everywhere.
    const fn choose_outer(&mut self) {
        let mut at = 0;
        while at < self.len {
            let name = self.list[at];
            if name.is_outer {
                self.list[at].becomes = if name.stays && index_of(name.text).is_none() {
                    Becomes::Itself
                } else {
                    let short = free(&self.taken, FIRST_OUTER);
                    self.taken[short] = true;
                    Becomes::Short(short)
                };
            }
            at += 1;
        }
    }

    const fn find(&self, text: &[u8]) -> Option<usize> {
        let mut found = self.buckets[bucket(text)];
        while let Some(at) = found {
            if same(self.list[at].text, text) {
                break;
            }
            found = self.list[at].next;
        }
        found
    }

    /// What stands for a token; nothing if it stays.
    pub const fn short(&mut self, text: &[u8], role: Role) -> Option<Short> {
        let stays = match role {
            Role::None => return None,
            Role::Variable => false,
            Role::Declared { stays, .. } => stays,
        };
        let Some(at) = self.find(text) else {
            return None;
        };
        if let Becomes::Open = self.list[at].becomes {
            self.list[at].becomes = self.choose(text, stays);
        }
        match self.list[at].becomes {
            Becomes::Short(index) => Some(short_name(index)),
            Becomes::Open | Becomes::Itself => None,
        }
    }

    const fn choose(&mut self, text: &[u8], stays: bool) -> Becomes {
        if stays {
            match index_of(text) {
                None => return Becomes::Itself,
                Some(own) if !self.taken_here[own] => {
                    self.taken_here[own] = true;
                    return Becomes::Itself;
                }
                Some(_) => {}
            }
        }
        let short = free(&self.taken_here, 0);
        self.taken_here[short] = true;
        Becomes::Short(short)
    }

    /// At the end of an outermost block: its names are in use no more.
    pub const fn forget_inner(&mut self) {
        self.taken_here = self.taken;
        let mut at = 0;
        while at < self.len {
            if !self.list[at].is_outer {
                self.list[at].becomes = Becomes::Open;
            }
            at += 1;
        }
    }
}

const fn bucket(text: &[u8]) -> usize {
    let (first, last) = (text[0] as usize, text[text.len() - 1] as usize);
    (first * 31 + last * 7 + text.len()) % BUCKETS
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_global(text: &[u8]) -> bool {
    let mut at = 0;
    while at < GLOBALS.len() {
        if same(GLOBALS[at], text) {
            return true;
        }
        at += 1;
    }
    false
}

/// The first short name from `from` on that is not taken.
const fn free(taken: &[bool; SHORT_NAMES], from: usize) -> usize {
    let mut index = from;
    while taken[index] {
        index += 1;
    }
    index
}

/// Small letters, capitals, then either with a digit.
const fn short_name(index: usize) -> Short {
    let place = (index % 52) as u8;
    let letter = match place {
        0..26 => b'a' + place,
        _ => b'A' + (place - 26),
    };
    let digit = match index / 52 {
        0 => None,
        round => Some(b'0' + (round - 1) as u8),
    };
    Short { letter, digit }
}

/// Which short name a text is.
const fn index_of(text: &[u8]) -> Option<usize> {
    let (letter, round) = match *text {
        [letter] => (letter, 0),
        [letter, digit @ b'0'..=b'9'] => (letter, digit - b'0' + 1),
        _ => return None,
    };
    let place = match letter {
        b'a'..=b'z' => letter - b'a',
        b'A'..=b'Z' => letter - b'A' + 26,
        _ => return None,
    };
    Some(place as usize + 52 * round as usize)
}
