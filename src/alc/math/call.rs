//! One call of a function of `alc.math`: its arguments, results, memory.

use crate::lua::account::{OutOfMemory, SLOT};
use crate::lua::error::Error;
use crate::lua::heap::Heap;
use crate::lua::native::{Action, Ctx};
use crate::lua::text::float_text::Shortest;
use crate::lua::value::{DataId, TableId, Value};

use super::super::args::{self, Args, Mismatch};
use super::generator::{Generator, TAG};

/// A function: its arguments, what it does.
pub(super) struct Function {
    /// A letter for each argument, and spaces:
    ///
    /// - `l` a list of numbers, read before the function runs: [`Given::xs`], then
    ///   [`Given::ys`]; `a` one that may be empty, whose numbers may be any;
    /// - `t` a table, `o` a table or nil: [`Given::tables`];
    /// - `f` a float, `p` a float that is 0.95 if it is nil: [`Given::floats`];
    /// - `i` an integer, `u` one without sign, `c` a number of things:
    ///   [`Given::counts`];
    /// - `g` a generator.
    ///
    /// All arguments are converted before a list is looked into.
    pub takes: Takes,
    pub body: Body,
}

/// The kinds of a function's arguments.
type Takes = [u8; 5];

/// What the full names begin with.
pub(super) const PREFIX: &str = "alc.math.";

/// What a function does.
pub(super) enum Body {
    /// It makes a number of numbers.
    Number(Formula),
    /// It makes another value.
    Value(fn(&mut Call<'_, '_>, &mut Given) -> Result<Value, Error>),
    /// Its body is written in Lua and gets the arguments.
    Lua,
}

/// How a number is made.
pub(super) struct Formula {
    /// What must hold of [`Given::floats`], and what is said if it does not; `#` stands
    /// for the first of them.
    pub checks: &'static [Check],
    /// What it costs.
    pub price: u16,
    pub work: Work,
}

/// A condition and the error that it prevents.
pub(super) type Check = (fn([f64; 3]) -> bool, &'static str);

/// The code of a formula.
pub(super) enum Work {
    /// It computes; the error begins with the function's name.
    Compute(fn(&Given) -> Result<f64, &'static str>),
    /// It draws a number from [`Given::floats`].
    Draw(fn(&mut Generator<'_>, [f64; 3]) -> f64),
    /// It draws a whole number, not below 0.
    Count(fn(&mut Generator<'_>, [f64; 3]) -> f64),
}

impl Formula {
    /// A formula without conditions.
    pub const fn plain(compute: fn(&Given) -> Result<f64, &'static str>) -> Self {
        Formula {
            checks: &[],
            price: 0,
            work: Work::Compute(compute),
        }
    }
}

/// The arguments of a call, each kind in order.
#[derive(Default)]
pub(super) struct Given {
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    pub floats: [f64; 3],
    /// Integers; those with a sign as their bits.
    pub counts: [u64; 2],
    pub tables: [Option<TableId>; 3],
    pub generator: Option<DataId>,
    /// All of them, lists as they were given.
    values: [Value; 5],
}

/// A call under way.
pub(super) struct Call<'c, 'm> {
    pub ctx: &'c mut Ctx<'m>,
    /// The function.
    pub function: &'static Function,
    /// Bytes charged for vectors that live as long as the call.
    pub loan: u64,
}

/// Runs a function and gives back what it borrowed, whatever comes of it.
#[inline(never)]
pub(super) fn run(ctx: &mut Ctx<'_>, function: &'static Function) -> Result<Action, Error> {
    let mut call = Call {
        ctx,
        function,
        loan: 0,
    };
    let outcome = call.answer();
    let loan = call.loan;
    ctx.heap.account.release(loan);
    outcome
}

/// `args(takes, ...)`: the rest as [`Function::takes`] says. Lists become new ones, of
/// floats.
pub(super) fn args(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    const LUA: Function = Function {
        takes: *b"     ",
        body: Body::Lua,
    };
    run(ctx, &LUA)
}

/// `need(holds, message, ...)`: unless it holds, an error with this text, in which the
/// rest stands in the places of `#`.
pub(super) fn need(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.arg(1).truthy() {
        return ctx.nothing();
    }
    let parts = [3, 4, 5, 6].map(|index| ctx.arg(index));
    let message = args::to_text(ctx.heap, ctx.arg(2)).unwrap_or_default();
    Err(Error::bare(filled(ctx.heap, &message, &parts)))
}

/// A message with its parts in the places of `#`, and of `~` in scientific notation.
/// What is no text is named by its type.
#[cold]
#[inline(never)]
fn filled(heap: &Heap, message: &str, parts: &[Value]) -> String {
    let mut text = String::new();
    let mut parts = parts.iter();
    for letter in message.chars() {
        if letter != '#' && letter != '~' {
            text.push(letter);
            continue;
        }
        let part = parts.next().copied().unwrap_or_default();
        text += &match part {
            Value::Float(part) if letter == '~' => format!("{:e}", Shortest(part)),
            Value::Float(part) => Shortest(part).to_string(),
            _ => args::to_text(heap, part).unwrap_or_else(|_| args::type_name(part).into()),
        };
    }
    text
}

impl Call<'_, '_> {
    fn answer(&mut self) -> Result<Action, Error> {
        let mut given = Given::default();
        if let Body::Lua = self.function.body {
            let mut takes = Takes::default();
            if let Value::Str(id) = self.ctx.arg(1) {
                let kinds = takes.iter_mut().zip(self.ctx.heap.bytes(id));
                kinds.for_each(|(kind, given)| *kind = *given);
            }
            let count = self.read(takes, 1, &mut given)?;
            let lists = [&given.xs, &given.ys].into_iter().zip(takes);
            for ((list, kind), slot) in lists.zip(&mut given.values) {
                if let b'l' | b'a' = kind {
                    *slot = self.float_list(list)?;
                }
            }
            return self
                .ctx
                .results(given.values.get(..count).unwrap_or_default());
        }
        self.read(self.function.takes, 0, &mut given)?;
        let value = match &self.function.body {
            Body::Value(body) => body(self, &mut given)?,
            Body::Number(formula) => self.number(formula, &given)?,
            Body::Lua => Value::Nil,
        };
        self.ctx.give(value)
    }

    /// The result of a formula.
    fn number(&mut self, formula: &Formula, given: &Given) -> Result<Value, Error> {
        let numbers = given.floats;
        for (holds, why) in formula.checks {
            if !holds(numbers) {
                return Err(self.fail(why, &[Value::Float(numbers[0])]));
            }
        }
        self.charge(usize::from(formula.price));
        Ok(match formula.work {
            Work::Compute(compute) => match compute(given) {
                Ok(number) => Value::Float(number),
                Err(why) => return Err(self.fail(why, &[])),
            },
            Work::Draw(draw) => Value::Float(draw(&mut self.generator(given)?, numbers)),
            // The conversion keeps to the range of the integers.
            Work::Count(draw) => count_value(draw(&mut self.generator(given)?, numbers) as u64),
        })
    }

    /// Reads the arguments that `takes` names, which stand behind `skipped` others; how
    /// many there are.
    fn read(&mut self, takes: Takes, skipped: usize, given: &mut Given) -> Result<usize, Error> {
        let (mut tables, mut floats, mut counts) = (0, 0, 0);
        let mut read = 0;
        for (kind, slot) in takes.into_iter().zip(&mut given.values) {
            if kind == b' ' || kind == 0 {
                break;
            }
            read += 1;
            let value = self.ctx.arg(read + skipped);
            let heap = &*self.ctx.heap;
            let found = match (kind, value) {
                (b'o', Value::Nil) => Ok(value),
                (b'p', Value::Nil) => Ok(Value::Float(0.95)),
                (b'g', Value::Data(id)) if heap.datas.get(id.0).tag == TAG => Ok(value),
                (b'g', _) => {
                    let hint = "expected userdata of type 'LuaRng'";
                    Err(Mismatch::new(value, "userdata", hint))
                }
                (b'l' | b'a' | b't' | b'o', _) => args::to_table(value).map(Value::Table),
                (b'f' | b'p', _) => args::to_f64(heap, value).map(Value::Float),
                (b'i', _) => args::to_i64(heap, value).map(Value::Int),
                (b'u', _) => args::to_u64(heap, value).map(count_value),
                _ => args::to_count(heap, value).map(count_value),
            };
            *slot = match found {
                Ok(value) => value,
                Err(why) => return Err(self.ctx.bad_argument(read, why)),
            };
            match *slot {
                Value::Data(id) => given.generator = Some(id),
                Value::Table(id) => put(&mut given.tables, &mut tables, Some(id)),
                Value::Int(count) => put(&mut given.counts, &mut counts, count as u64),
                Value::Float(number) if kind == b'f' || kind == b'p' => {
                    put(&mut given.floats, &mut floats, number);
                }
                // A count that is no integer of Lua.
                Value::Float(count) => put(&mut given.counts, &mut counts, count as u64),
                _ => tables += 1,
            }
        }
        // Lists come before all other tables.
        let lists = [&mut given.xs, &mut given.ys].into_iter().zip(given.tables);
        for ((list, table), kind) in lists.zip(takes) {
            *list = match kind {
                b'l' => self.floats(table)?,
                b'a' => self.any_floats(table)?,
                _ => break,
            };
        }
        Ok(read)
    }

    /// An error that begins with the function's name and a colon.
    #[cold]
    #[inline(never)]
    pub fn fail(&self, why: &str, parts: &[Value]) -> Error {
        let name = match (&self.function.body, self.ctx.function_name()) {
            (Body::Lua, _) => "",
            (_, name) => name.get(PREFIX.len()..).unwrap_or(""),
        };
        Error::bare([name, ": ", &filled(self.ctx.heap, why, parts)].concat())
    }

    /// Fails unless a condition holds.
    #[inline(never)]
    pub fn require(&self, holds: bool, why: &str) -> Result<(), Error> {
        if holds {
            return Ok(());
        }
        Err(self.fail(why, &[]))
    }

    /// The generator in the arguments.
    #[inline(never)]
    pub fn generator(&mut self, given: &Given) -> Result<Generator<'_>, Error> {
        self.charge(2);
        let bytes = match given.generator {
            Some(id) => &mut self.ctx.heap.datas.get_mut(id.0).bytes[..],
            None => &mut [],
        };
        Generator::of(bytes).ok_or_else(|| Error::bare("the generator's state is damaged"))
    }

    /// Pays for work.
    #[inline(never)]
    pub fn charge(&mut self, fuel: usize) {
        self.ctx.charge(fuel);
    }

    /// Charges memory until the end of the call.
    #[inline(never)]
    pub fn borrow(&mut self, bytes: u64) -> Result<(), OutOfMemory> {
        self.ctx.heap.account.charge(bytes)?;
        self.loan = self.loan.saturating_add(bytes);
        Ok(())
    }

    /// How many elements a table has.
    #[inline(never)]
    pub fn len(&self, table: Option<TableId>) -> usize {
        let len = table.map_or(0, |table| self.ctx.heap.table(table).len());
        usize::try_from(len).unwrap_or(0)
    }

    /// Element `index` of a table, from 1.
    #[inline(never)]
    pub fn element(&self, table: Option<TableId>, index: usize) -> Value {
        table.map_or(Value::Nil, |table| {
            self.ctx.heap.table(table).get_int(index as i64)
        })
    }

    /// A list of numbers as it is: it may be empty, and its numbers may be NaN or
    /// infinite.
    #[inline(never)]
    pub fn any_floats(&mut self, table: Option<TableId>) -> Result<Vec<f64>, Error> {
        let count = self.len(table);
        self.charge(count / 2 + 1);
        self.borrow((count as u64).saturating_mul(8))?;
        let mut values = Vec::with_capacity(count);
        for index in 1..=count {
            match args::to_f64(self.ctx.heap, self.element(table, index)) {
                Ok(value) => values.push(value),
                Err(why) => {
                    let place = Value::Int(index as i64);
                    let text = filled(self.ctx.heap, "element at index #: ", &[place]);
                    return Err(Error::bare(text + &String::from(why)));
                }
            }
        }
        Ok(values)
    }

    /// A list of at least one number, all finite.
    #[inline(never)]
    pub fn floats(&mut self, table: Option<TableId>) -> Result<Vec<f64>, Error> {
        if self.len(table) == 0 {
            return Err(Error::bare("expected non-empty array"));
        }
        let values = self.any_floats(table)?;
        for (index, value) in (1..).zip(&values) {
            if !value.is_finite() {
                let why = "element at index # is # (NaN/Infinity not allowed)";
                let parts = [Value::Int(index), Value::Float(*value)];
                return Err(Error::bare(filled(self.ctx.heap, why, &parts)));
            }
        }
        Ok(values)
    }

    /// A new list with room for `count` values.
    #[inline(never)]
    fn new_list(&mut self, count: usize) -> Result<TableId, OutOfMemory> {
        let room = u32::try_from(count).map_err(|_| OutOfMemory)?;
        // A list that cannot fit is refused before anything is made.
        let price = SLOT.saturating_mul(count as u64);
        self.ctx.heap.account.charge(price)?;
        self.ctx.heap.account.release(price);
        let table = self.ctx.heap.new_table()?;
        let heap = &mut *self.ctx.heap;
        heap.tables
            .get_mut(table.0)
            .reserve(room, 0, &mut heap.account)?;
        Ok(table)
    }

    /// A new list of numbers, each made a value.
    #[inline(never)]
    pub fn list(
        &mut self,
        values: &mut dyn ExactSizeIterator<Item = Value>,
    ) -> Result<Value, Error> {
        self.charge(values.len() / 2 + 1);
        let list = self.new_list(values.len())?;
        for (index, value) in (1..).zip(values) {
            self.ctx.heap.raw_set_int(list, index, value)?;
        }
        Ok(Value::Table(list))
    }

    /// A new list of floats.
    #[inline(never)]
    pub fn float_list(&mut self, values: &[f64]) -> Result<Value, Error> {
        self.list(&mut values.iter().map(|value| Value::Float(*value)))
    }
}

/// Puts a value into the next place.
fn put<T>(places: &mut [T], next: &mut usize, value: T) {
    if let Some(place) = places.get_mut(*next) {
        *place = value;
    }
    *next += 1;
}

/// A number of things as a Lua value.
pub(super) fn count_value(count: u64) -> Value {
    match i64::try_from(count) {
        Ok(count) => Value::Int(count),
        Err(_) => Value::Float(count as f64),
    }
}
