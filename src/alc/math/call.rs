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
    /// It computes a float.
    Float(fn(&mut Call<'_, '_>, &mut Given) -> Result<f64, Error>),
    /// It makes another value.
    Value(fn(&mut Call<'_, '_>, &mut Given) -> Result<Value, Error>),
    /// Its body is written in Lua and gets the arguments.
    Lua,
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
        match self.function.body {
            Body::Lua => {
                let mut takes = Takes::default();
                if let Value::Str(id) = self.ctx.arg(1) {
                    let kinds = takes.iter_mut().zip(self.ctx.heap.bytes(id));
                    kinds.for_each(|(kind, given)| *kind = *given);
                }
                self.read(takes, 1, &mut given)?;
                let count = self.make_lists(takes, &mut given)?;
                self.ctx
                    .results(given.values.get(..count).unwrap_or_default())
            }
            Body::Float(body) => {
                self.read(self.function.takes, 0, &mut given)?;
                let value = Value::Float(body(self, &mut given)?);
                self.ctx.give(value)
            }
            Body::Value(body) => {
                self.read(self.function.takes, 0, &mut given)?;
                let value = body(self, &mut given)?;
                self.ctx.give(value)
            }
        }
    }

    /// Reads the arguments that `takes` names, which stand behind `skipped` others.
    fn read(&mut self, takes: Takes, skipped: usize, given: &mut Given) -> Result<(), Error> {
        let (mut tables, mut floats, mut counts) = (0, 0, 0);
        for (index, (kind, slot)) in (1..).zip(takes.into_iter().zip(&mut given.values)) {
            let value = self.ctx.arg(index + skipped);
            let heap = &*self.ctx.heap;
            let found = match (kind, value) {
                (b' ' | 0, _) => break,
                (b'g', Value::Data(id)) if heap.datas.get(id.0).tag == TAG => {
                    given.generator = Some(id);
                    Ok(value)
                }
                (b'g', _) => {
                    let hint = "expected userdata of type 'LuaRng'";
                    Err(Mismatch::new(value, "userdata", hint))
                }
                (b'o', Value::Nil) => {
                    tables += 1;
                    Ok(value)
                }
                (b'l' | b'a' | b't' | b'o', _) => args::to_table(value).map(|id| {
                    put(&mut given.tables, &mut tables, Some(id));
                    value
                }),
                (b'p', Value::Nil) => {
                    put(&mut given.floats, &mut floats, 0.95);
                    Ok(Value::Float(0.95))
                }
                (b'f' | b'p', _) => args::to_f64(heap, value).map(|number| {
                    put(&mut given.floats, &mut floats, number);
                    Value::Float(number)
                }),
                (b'i', _) => args::to_i64(heap, value).map(|number| {
                    put(&mut given.counts, &mut counts, number as u64);
                    Value::Int(number)
                }),
                _ => {
                    let found = if kind == b'u' {
                        args::to_u64(heap, value)
                    } else {
                        args::to_count(heap, value)
                    };
                    found.map(|count| {
                        put(&mut given.counts, &mut counts, count);
                        count_value(count)
                    })
                }
            };
            match found {
                Ok(value) => *slot = value,
                Err(why) => return Err(self.ctx.bad_argument(index, why)),
            }
        }
        // A function has one kind of list, before other tables.
        match takes {
            [b'l', b'l', ..] => {
                given.xs = self.floats(given.tables[0])?;
                given.ys = self.floats(given.tables[1])?;
            }
            [b'l', ..] => given.xs = self.floats(given.tables[0])?,
            [b'a', ..] => given.xs = self.any_floats(given.tables[0])?,
            _ => {}
        }
        Ok(())
    }

    /// Puts new lists in the places of those that were read; how many arguments there
    /// are.
    fn make_lists(&mut self, takes: Takes, given: &mut Given) -> Result<usize, Error> {
        let mut count = 0;
        let lists = [&given.xs, &given.ys];
        for (at, kind) in takes.into_iter().enumerate() {
            if let (b'l' | b'a', Some(list), Some(slot)) =
                (kind, lists.get(at), given.values.get_mut(at))
            {
                *slot = self.float_list(list)?;
            }
            count += usize::from(kind != 0);
        }
        Ok(count)
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

    /// Fails unless `number` is from 0 to `max`.
    #[inline(never)]
    pub fn require_up_to(&self, number: f64, max: f64, why: &str) -> Result<(), Error> {
        if (0.0..=max).contains(&number) {
            return Ok(());
        }
        Err(self.fail(why, &[Value::Float(number)]))
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
