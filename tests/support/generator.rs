//! A generator of valid Lua programs that always end.
//!
//! Programs print through `p` and avoid what differs between machines on
//! purpose: addresses, the order of `pairs`, and borders of lists with holes.

use std::fmt::Write;

/// SplitMix64: tiny, seeded, good enough to choose with.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// What a variable is known to hold; most expressions keep to it, so that a
/// program comes some way before an error.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Table,
    Any,
}

/// Makes one program.
pub struct Generator {
    dice: Dice,
    out: String,
    indent: usize,
    /// Visible variables, innermost last; the flag says whether one may assign.
    scope: Vec<(String, bool, Kind)>,
    names: usize,
    labels: usize,
    /// Loops around the current statement; limits the work of a program.
    loops: usize,
    functions: usize,
    in_vararg: bool,
    in_loop: bool,
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "255",
    "256",
    "0.5",
    "1.5",
    "-2.5",
    "3.0",
    "1e3",
    "0x10",
    "2^53",
    "1e100",
    "1e308",
    "math.maxinteger",
    "math.mininteger",
    "math.huge",
    "-math.huge",
    "100000000000000",
    "0x7fffffffffffffff",
    "-0.0",
    "0x1p4",
    "1e15",
    "123456.789",
];
const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'abc'",
    "'10'",
    "'0x10'",
    "' 7 '",
    "'1e2'",
    "'x y z'",
    "'hello world'",
    "'%d'",
    "'\\n'",
    "'3.5'",
    "'äö'",
    "'\\0z'",
];

impl Generator {
    /// The generator of one program.
    pub fn new(seed: u64) -> Self {
        Generator {
            dice: Dice(seed),
            out: String::new(),
            indent: 0,
            scope: Vec::new(),
            names: 0,
            labels: 0,
            loops: 0,
            functions: 0,
            in_vararg: true,
            in_loop: false,
        }
    }

    /// The program's text.
    pub fn program(mut self) -> String {
        if self.dice.chance(50) {
            self.line("local a, b, c = ...");
            for (name, kind) in [("a", Kind::Number), ("b", Kind::Number), ("c", Kind::Text)] {
                self.scope.push((name.into(), true, kind));
            }
        }
        let count = 4 + self.dice.below(12);
        for _ in 0..count {
            self.statement(3);
        }
        let values = self.expressions(2, 3);
        self.line(&format!("return {values}"));
        self.out
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn block(&mut self, depth: usize, statements: usize) {
        let scope = self.scope.len();
        self.indent += 1;
        for _ in 0..=self.dice.below(statements) {
            self.statement(depth);
        }
        self.indent -= 1;
        self.scope.truncate(scope);
    }

    fn statement(&mut self, depth: usize) {
        match self.dice.below(if depth == 0 { 10 } else { 26 }) {
            0..=2 => self.local(),
            3..=5 => self.assignment(),
            6..=7 => {
                let values = self.expressions(2, 3);
                self.line(&format!("p({values})"));
            }
            8 => {
                let call = self.call(1);
                self.line(&format!("p(pcall(function() return {call} end))"));
            }
            9 => self.table_operation(),
            10..=12 => self.branch(depth),
            13..=15 => self.counted_loop(depth),
            16 => self.while_loop(depth),
            17..=18 => self.function(depth),
            19..=20 => self.protected(depth),
            21 => self.metatable(),
            22 => self.skip(depth),
            23 => self.coroutine(depth),
            24 => self.closer(depth),
            _ => self.iterate(depth),
        }
    }

    fn local(&mut self) {
        let x = self.fresh();
        let kind = self.kind();
        let value = self.of_kind(kind, 3);
        match self.dice.below(8) {
            0 => {
                let y = self.fresh();
                let values = self.expressions(2, 3);
                self.line(&format!("local {x}, {y} = {value}, {values}"));
                self.scope.push((x, true, kind));
                self.scope.push((y, true, Kind::Any));
            }
            1 => {
                self.line(&format!("local {x} <const> = {value}"));
                self.scope.push((x, false, kind));
            }
            _ => {
                self.line(&format!("local {x} = {value}"));
                self.scope.push((x, true, kind));
            }
        }
    }

    fn kind(&mut self) -> Kind {
        match self.dice.below(10) {
            0..=4 => Kind::Number,
            5..=6 => Kind::Text,
            7..=8 => Kind::Table,
            _ => Kind::Any,
        }
    }

    /// A place to assign to, and what it should get.
    fn target(&mut self) -> (String, Kind) {
        let assignable: Vec<(String, Kind)> = self
            .scope
            .iter()
            .filter(|(_, assignable, _)| *assignable)
            .map(|(name, _, kind)| (name.clone(), *kind))
            .collect();
        if assignable.is_empty() || self.dice.chance(15) {
            return (self.dice.pick(&["g1", "g2", "g3"]).into(), Kind::Any);
        }
        let (name, kind) = assignable[self.dice.below(assignable.len())].clone();
        if kind == Kind::Table && self.dice.chance(60) {
            let field = self.dice.pick(&[".x", "[1]", ".y"]);
            return (format!("{name}{field}"), Kind::Number);
        }
        (name, kind)
    }

    fn assignment(&mut self) {
        let (x, kind) = self.target();
        let value = self.of_kind(kind, 3);
        if self.dice.chance(25) {
            let (y, other) = self.target();
            let second = self.of_kind(other, 2);
            self.line(&format!("{x}, {y} = {value}, {second}"));
        } else {
            self.line(&format!("{x} = {value}"));
        }
    }

    fn table_operation(&mut self) {
        let x = self.fresh();
        let table = self.table(2);
        self.line(&format!("local {x} = {table}"));
        self.scope.push((x.clone(), true, Kind::Table));
        let value = self.expression(2);
        let text = match self.dice.below(8) {
            0 => format!("table.insert({x}, {value})"),
            1 => format!("table.insert({x}, 1, {value})"),
            2 => format!("p(table.remove({x}))"),
            3 => format!("p(#{x}, {x}[1], {x}.x)"),
            4 => format!("p(pcall(table.concat, {x}, ','))"),
            5 => format!("p(table.unpack({x}))"),
            // Which values an impossible sort compares first is its own affair.
            6 => {
                let words = [(); 3].map(|()| self.dice.pick(&["'b'", "'a'", "'c d'", "'10'"]));
                let order = self.dice.pick(&["", ", function(a, b) return a > b end"]);
                format!(
                    "{x} = {{{}}} table.sort({x}{order}) p(table.concat({x}, ' '))",
                    words.join(", ")
                )
            }
            _ => format!("{x}[#{x} + 1] = {value}"),
        };
        self.line(&text);
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.condition(2);
        self.line(&format!("if {condition} then"));
        self.block(depth - 1, 3);
        if self.dice.chance(30) {
            let condition = self.condition(2);
            self.line(&format!("elseif {condition} then"));
            self.block(depth - 1, 2);
        }
        if self.dice.chance(50) {
            self.line("else");
            self.block(depth - 1, 2);
        }
        self.line("end");
    }

    fn loop_body(&mut self, depth: usize, variable: Option<&str>) {
        let scope = self.scope.len();
        if let Some(name) = variable {
            self.scope.push((name.into(), true, Kind::Number));
        }
        self.loops += 1;
        let outer = std::mem::replace(&mut self.in_loop, true);
        self.block(depth - 1, 3);
        self.in_loop = outer;
        self.loops -= 1;
        self.scope.truncate(scope);
    }

    fn counted_loop(&mut self, depth: usize) {
        if self.loops > 1 {
            return;
        }
        let i = self.fresh();
        let range = self.dice.pick(&[
            "1, 3",
            "3, 1, -1",
            "1, 2, 0.5",
            "0, 6, 2",
            "1, 0",
            "-2, 2",
            "1.0, 3",
            "1, 3.7",
            "math.maxinteger - 1, math.maxinteger",
            "math.mininteger, math.mininteger + 2",
            "1, -math.huge",
            "'1', 2",
            "1, 10, 0",
            "5, 'x'",
        ]);
        self.line(&format!("for {i} = {range} do"));
        self.loop_body(depth, Some(&i));
        if self.dice.chance(20) {
            self.line(&format!("  if {i} == 2 then break end"));
        }
        self.line("end");
    }

    fn while_loop(&mut self, depth: usize) {
        if self.loops > 1 {
            return;
        }
        let n = self.fresh();
        self.line(&format!("local {n} = 0"));
        if self.dice.chance(50) {
            self.line(&format!("while {n} < 3 do"));
            self.line(&format!("  {n} = {n} + 1"));
            self.loop_body(depth, None);
            self.line("end");
        } else {
            self.line("repeat");
            self.line(&format!("  {n} = {n} + 1"));
            self.loop_body(depth, None);
            self.line(&format!("until {n} >= 2"));
        }
    }

    fn iterate(&mut self, depth: usize) {
        if self.loops > 1 {
            return;
        }
        let (i, x) = (self.fresh(), self.fresh());
        let list = self.expressions(2, 4);
        let what = match self.dice.below(3) {
            0 => format!("ipairs({{{list}}})"),
            1 => "string.gmatch('one two three', '%a+')".into(),
            _ => format!("ipairs({})", self.variable()),
        };
        self.line(&format!("for {i}, {x} in {what} do"));
        let scope = self.scope.len();
        self.scope.push((x.clone(), true, Kind::Any));
        self.loop_body(depth, Some(&i));
        self.scope.truncate(scope);
        self.line("end");
    }

    fn function(&mut self, depth: usize) {
        if self.functions > 2 {
            return;
        }
        let f = self.fresh();
        let (x, y) = (self.fresh(), self.fresh());
        let vararg = self.dice.chance(40);
        let parameters = match (vararg, self.dice.below(3)) {
            (true, 0) => "...".into(),
            (true, _) => format!("{x}, ..."),
            (false, 0) => String::new(),
            (false, _) => format!("{x}, {y}"),
        };
        // Inside, the function does not know its own name: no recursion.
        self.line(&format!("local {f} = function({parameters})"));
        let scope = self.scope.len();
        for name in [&x, &y] {
            if parameters.contains(name.as_str()) {
                self.scope.push((name.clone(), true, Kind::Any));
            }
        }
        let outer = std::mem::replace(&mut self.in_vararg, vararg);
        let outer_loop = std::mem::replace(&mut self.in_loop, false);
        let loops = std::mem::replace(&mut self.loops, 1);
        self.functions += 1;
        self.block(depth - 1, 3);
        let values = match self.dice.below(4) {
            0 if vararg => "...".into(),
            1 if vararg => "select('#', ...), (...)".into(),
            _ => self.expressions(2, 3),
        };
        self.line(&format!("  return {values}"));
        self.functions -= 1;
        self.loops = loops;
        self.in_loop = outer_loop;
        self.in_vararg = outer;
        self.scope.truncate(scope);
        self.line("end");
        let arguments = self.expressions(2, 3);
        match self.dice.below(3) {
            0 => self.line(&format!("p({f}({arguments}))")),
            1 => self.line(&format!("p(pcall({f}, {arguments}))")),
            _ => self.line(&format!("p(({f}({arguments})))")),
        }
        self.scope.push((f, true, Kind::Any));
    }

    fn protected(&mut self, depth: usize) {
        let handler = self.dice.chance(30);
        self.line(if handler {
            "p(xpcall(function()"
        } else {
            "p(pcall(function()"
        });
        let outer = std::mem::replace(&mut self.in_vararg, false);
        let outer_loop = std::mem::replace(&mut self.in_loop, false);
        self.block(depth - 1, 3);
        match self.dice.below(4) {
            0 => {
                let value = self.expression(2);
                self.line(&format!("  error({value})"));
            }
            1 => {
                let value = self.expression(1);
                self.line(&format!("  error({value}, {})", self.names % 3));
            }
            _ => {
                let value = self.expression(3);
                self.line(&format!("  return {value}"));
            }
        }
        self.in_loop = outer_loop;
        self.in_vararg = outer;
        self.line(if handler {
            "end, function(m) return type(m), m end))"
        } else {
            "end))"
        });
    }

    fn metatable(&mut self) {
        let x = self.fresh();
        let event = self.dice.pick(&[
            "__add",
            "__sub",
            "__mul",
            "__div",
            "__mod",
            "__pow",
            "__unm",
            "__idiv",
            "__band",
            "__bor",
            "__bxor",
            "__shl",
            "__shr",
            "__bnot",
            "__concat",
            "__len",
            "__eq",
            "__lt",
            "__le",
            "__index",
            "__newindex",
            "__call",
            "__tostring",
            "__name",
        ]);
        let body = match event {
            "__name" => "'Thing'".into(),
            "__tostring" => "function() return 'thing' end".into(),
            "__index" if self.dice.chance(50) => "{x = 'from index', [1] = 1}".into(),
            _ => format!("function(a, b, ...) p('{event}', a, b, ...) return 42 end"),
        };
        self.line(&format!(
            "local {x} = setmetatable({{}}, {{{event} = {body}}})"
        ));
        self.scope.push((x.clone(), true, Kind::Any));
        let other = self.expression(1);
        let use_it = match self.dice.below(12) {
            0 => format!("{x} + {other}"),
            1 => format!("{other} - {x}"),
            2 => format!("{x} .. {other}"),
            3 => format!("#{x}"),
            4 => format!("{x} == {{}}"),
            5 => format!("{x} < {other}"),
            6 => format!("{other} <= {x}"),
            7 => format!("{x}.x"),
            8 => format!("{x}({other})"),
            9 => format!("-{x}"),
            10 => format!("{x} // {other}"),
            _ => format!("{x} | {other}"),
        };
        if self.dice.chance(60) {
            self.line(&format!("p(pcall(function() return {use_it} end))"));
        } else {
            self.line(&format!("p({use_it})"));
        }
    }

    fn skip(&mut self, depth: usize) {
        self.labels += 1;
        let label = format!("l{}", self.labels);
        let condition = self.condition(2);
        self.line("do");
        self.line(&format!("  if {condition} then goto {label} end"));
        self.line("  do");
        self.indent += 1;
        self.block(depth - 1, 2);
        self.indent -= 1;
        self.line("  end");
        self.line(&format!("  ::{label}::"));
        self.line("end");
    }

    fn coroutine(&mut self, depth: usize) {
        if self.functions > 1 {
            return;
        }
        let co = self.fresh();
        let x = self.fresh();
        self.line(&format!("local {co} = coroutine.create(function({x}, ...)"));
        let scope = self.scope.len();
        self.scope.push((x, true, Kind::Any));
        let outer = std::mem::replace(&mut self.in_vararg, true);
        let outer_loop = std::mem::replace(&mut self.in_loop, false);
        self.functions += 1;
        let values = self.expressions(2, 2);
        self.line(&format!("  p('resumed with', coroutine.yield({values}))"));
        self.block(depth - 1, 2);
        let values = self.expressions(2, 2);
        self.line(&format!("  return {values}"));
        self.functions -= 1;
        self.in_loop = outer_loop;
        self.in_vararg = outer;
        self.scope.truncate(scope);
        self.line("end)");
        for _ in 0..3 {
            let arguments = self.expressions(1, 2);
            self.line(&format!("p(coroutine.resume({co}, {arguments}))"));
        }
        self.line(&format!("p(coroutine.status({co}))"));
    }

    fn closer(&mut self, depth: usize) {
        let x = self.fresh();
        self.line("do");
        self.line(&format!(
            "  local {x} <close> = setmetatable({{}}, {{__close = function(o, e) p('close', e) end}})"
        ));
        self.block(depth - 1, 2);
        self.line("end");
    }

    fn variable(&mut self) -> String {
        if self.scope.is_empty() || self.dice.chance(8) {
            return self.dice.pick(&["g1", "g2", "nothing"]).into();
        }
        // Recent ones are likelier.
        let back = self
            .dice
            .below(self.scope.len())
            .min(self.dice.below(self.scope.len()));
        self.scope[self.scope.len() - 1 - back].0.clone()
    }

    fn expressions(&mut self, depth: usize, most: usize) -> String {
        let count = 1 + self.dice.below(most);
        let mut parts: Vec<String> = (0..count).map(|_| self.expression(depth)).collect();
        if self.dice.chance(4) {
            parts.push(self.call(1));
        }
        if self.in_vararg && self.dice.chance(10) {
            parts.push("...".into());
        }
        parts.join(", ")
    }

    fn table(&mut self, depth: usize) -> String {
        let mut text = String::from("{");
        for _ in 0..self.dice.below(4) {
            let value = self.expression(depth - 1);
            // A nil in a list would make a hole.
            let _ = write!(text, "({value}) or 0, ");
        }
        if self.dice.chance(40) {
            let value = self.expression(depth - 1);
            let _ = write!(text, "x = {value}, ");
        }
        if self.dice.chance(15) {
            let value = self.expression(depth - 1);
            let _ = write!(text, "['k y'] = {value}, ");
        }
        text.push('}');
        text
    }

    /// A variable of this kind, if one is in sight.
    fn variable_of(&mut self, kind: Kind) -> Option<String> {
        let fitting: Vec<String> = self
            .scope
            .iter()
            .filter(|(_, _, other)| *other == kind)
            .map(|(name, _, _)| name.clone())
            .collect();
        if fitting.is_empty() {
            return None;
        }
        Some(fitting[self.dice.below(fitting.len())].clone())
    }

    fn expression(&mut self, depth: usize) -> String {
        let kind = self.kind();
        self.of_kind(kind, depth)
    }

    /// An expression that most likely gives a value of this kind.
    fn of_kind(&mut self, kind: Kind, depth: usize) -> String {
        if self.dice.chance(1) {
            return self.wild(depth);
        }
        match kind {
            Kind::Number => self.number(depth),
            Kind::Text => self.text(depth),
            Kind::Table => match self.variable_of(Kind::Table) {
                Some(name) if self.dice.chance(40) => name,
                _ => self.table(depth.max(1)),
            },
            Kind::Any => match self.dice.below(12) {
                0..=3 => self.condition(depth),
                4..=5 => self.dice.pick(&["nil", "true", "false"]).into(),
                6..=10 => self.number(depth),
                _ => self.wild(depth),
            },
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.chance(20) {
            return match self.variable_of(Kind::Number) {
                Some(name) if self.dice.chance(65) => name,
                _ => self.dice.pick(NUMBERS).into(),
            };
        }
        let inner = depth - 1;
        let (x, y) = (self.number(inner), self.number(inner));
        match self.dice.below(16) {
            0..=5 => format!("({x} {} {y})", self.dice.pick(&["+", "-", "*", "/"])),
            6 => format!("({x} % ({y} == 0 and 1 or {y}))"),
            7 => format!("({x} // ({y} == 0 and 3 or {y}))"),
            8 => {
                let op = self.dice.pick(&["&", "|", "~", "<<", ">>"]);
                format!("((math.tointeger({x}) or 5) {op} (math.tointeger({y}) or 3))")
            }
            9 => format!("(- {x})"),
            10 => format!("#{}", self.text(inner)),
            11 => format!("math.max({x}, {y})"),
            12 => format!("math.floor(({x}) % 1000)"),
            13 => format!("select('#', {x}, {y})"),
            14 => format!("(({x}) % 7) ^ 2"),
            _ => format!("({} and {x} or {y})", self.condition(inner)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.chance(25) {
            return match self.variable_of(Kind::Text) {
                Some(name) if self.dice.chance(60) => name,
                _ => self.dice.pick(STRINGS).into(),
            };
        }
        let inner = depth - 1;
        let x = self.text(inner);
        match self.dice.below(9) {
            0..=2 => {
                let y = if self.dice.chance(40) {
                    self.number(inner)
                } else {
                    self.text(inner)
                };
                format!("({x} .. {y})")
            }
            3 => format!("({x}):upper()"),
            4 => format!("({x}):sub({}, {})", self.dice.below(4), self.dice.below(6)),
            5 => format!("({x}):rep({})", self.dice.below(3)),
            6 => format!("(({x}):gsub('%w', '<%0>'))"),
            7 => format!("string.format('%s|%5.2f', {x}, {})", self.number(inner)),
            _ => format!("tostring({})", self.number(inner)),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        match self.dice.below(6) {
            0 => format!("({} == {})", self.expression(inner), self.expression(inner)),
            // A `not` before an operation that fails: C Lua 5.4.4 loses its line.
            1 => format!("(not {})", self.variable()),
            2 => {
                let op = self.dice.pick(&["<", "<=", ">", ">="]);
                format!("({} {op} {})", self.text(inner), self.text(inner))
            }
            _ => {
                let op = self.dice.pick(&["<", "<=", ">", ">=", "==", "~="]);
                format!("({} {op} {})", self.number(inner), self.number(inner))
            }
        }
    }

    /// Any expression, sensible or not.
    fn wild(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.dice.below(10) {
                0..=2 => self.dice.pick(NUMBERS).into(),
                3 => self.dice.pick(STRINGS).into(),
                4 => self.dice.pick(&["nil", "true", "false"]).into(),
                _ => self.variable(),
            };
        }
        let inner = depth - 1;
        match self.dice.below(24) {
            0..=3 => self.expression(0),
            4..=8 => {
                let (x, y) = (self.expression(inner), self.expression(inner));
                let op = self
                    .dice
                    .pick(&["+", "-", "*", "/", "//", "%", "^", "+", "-", "*"]);
                // Calls of `pow` with odd arguments may differ in the last digit.
                if op == "^" {
                    return format!("({x}) % 7 ^ 2");
                }
                format!("({x} {op} {y})")
            }
            9 => {
                let (x, y) = (self.expression(inner), self.expression(inner));
                let op = self.dice.pick(&["&", "|", "~", "<<", ">>"]);
                format!("({x} {op} {y})")
            }
            10..=11 => {
                let (x, y) = (self.expression(inner), self.expression(inner));
                let op = self.dice.pick(&["==", "~=", "<", "<=", ">", ">="]);
                format!("({x} {op} {y})")
            }
            12..=13 => {
                let (x, y) = (self.expression(inner), self.expression(inner));
                let op = self.dice.pick(&["and", "or"]);
                format!("({x} {op} {y})")
            }
            14 => {
                let (x, y) = (self.expression(inner), self.expression(inner));
                format!("({x} .. {y})")
            }
            15 => {
                let op = self.dice.pick(&["not ", "- ", "#", "~"]);
                let x = if op == "not " {
                    self.variable()
                } else {
                    self.expression(inner)
                };
                format!("({op}{x})")
            }
            16 => self.table(depth),
            17 => {
                let x = self.variable();
                let field = self.dice.pick(&[".x", "[1]", "[2]", ".y", "['k y']"]);
                format!("{x}{field}")
            }
            18 => {
                let x = self.expression(inner);
                format!("(function() return {x} end)()")
            }
            _ => self.call(depth),
        }
    }

    fn call(&mut self, depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        let x = self.expression(inner);
        let y = self.expression(inner);
        match self.dice.below(26) {
            0 => format!("type({x})"),
            1 => format!("tostring({x} == {y})"),
            2 => format!("math.type({x})"),
            3 => format!("select('#', {x}, {y})"),
            4 => format!("string.format('%s|%5.1f|%d', {x} and 1, 2.25, 3)"),
            5 => format!("string.format('%d', {x})"),
            6 => format!("string.rep({x}, 3, ',')"),
            7 => format!("string.sub({x}, {y})"),
            8 => format!("('abc'):find({x})"),
            9 => format!("('a,b,c'):gsub('%a', {x})"),
            10 => format!("math.max({x}, {y})"),
            11 => format!("math.floor({x})"),
            12 => format!("math.tointeger({x})"),
            13 => format!("tonumber({x})"),
            14 => format!("rawequal({x}, {y})"),
            15 => format!("rawlen({x})"),
            16 => format!("string.byte({x})"),
            17 => format!("({x}):upper()"),
            18 => format!("#tostring({x} == nil)"),
            19 => format!("math.fmod({x}, {y})"),
            20 => format!("select({x}, 1, 2, 3)"),
            21 => format!("table.unpack({{1, 2, 3}}, {x})"),
            22 => format!("{}({x})", self.variable()),
            23 => format!("{}:x({x})", self.variable()),
            24 => format!("string.len({x})"),
            _ => format!("utf8.char(math.abs(math.tointeger({x}) or 65) % 1000)"),
        }
    }
}
