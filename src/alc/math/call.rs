//! One call of a function of `alc.math`: its arguments, results, memory.

use crate::lua::account::{OutOfMemory, SLOT};
use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::text::float_text::Shortest;
use crate::lua::value::{DataId, TableId, Value};

use super::super::args::{self, Args, Mismatch};
use super::generator::{Generator, TAG};
use super::job::{self, Job};

/// A function: its full name, its arguments, what it does.
pub(super) struct Function {
    pub name: &'static str,
    /// A letter for each argument, and spaces:
    ///
    /// - `l` a list of numbers, read before the function runs: [`Given::xs`], then
    ///   [`Given::ys`];
    /// - `t` a table, `o` a table or nil: [`Given::tables`];
    /// - `f` a float, `p` a float that is 0.95 if it is nil: [`Given::floats`];
    /// - `i` an integer, `u` one without sign, `c` a number of things:
    ///   [`Given::counts`];
    /// - `g` a generator.
    ///
    /// All arguments are converted before a list is looked into.
    pub takes: [u8; 5],
    pub body: Body,
}

/// What the full names begin with.
pub(super) const PREFIX: &str = "alc.math.";

/// What a function does.
pub(super) enum Body {
    /// It computes a float.
    Float(fn(&mut Call<'_, '_>, &mut Given) -> Result<f64, Error>),
    /// It makes another value.
    Value(fn(&mut Call<'_, '_>, &mut Given) -> Result<Value, Error>),
    /// It begins work in steps. It may be called anew, so it changes nothing.
    Job(Start),
}

/// What begins a job.
pub(super) type Start = fn(&mut Call<'_, '_>, &mut Given) -> Result<Box<dyn Job>, Error>;

/// The arguments of a call, each kind in order.
#[derive(Default)]
pub(super) struct Given {
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    pub floats: [f64; 3],
    /// Integers; those with a sign as their bits.
    pub counts: [u64; 2],
    pub tables: [Option<TableId>; 3],
    generator: Option<DataId>,
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
    let (parked, loan) = job::parked(ctx).unzip();
    let mut call = Call {
        ctx,
        function,
        loan: loan.unwrap_or(0),
    };
    let outcome = match parked {
        Some(job) => job::go_on(&mut call, job),
        None => call.begin(),
    };
    let loan = call.loan;
    ctx.heap.account.release(loan);
    outcome
}

/// What stands in a message in the place of a `#`.
pub(super) enum Part<'a> {
    Text(&'a str),
    Float(f64),
    Int(i64),
    Count(u64),
}

impl Part<'_> {
    /// A number of things.
    pub fn of(count: usize) -> Self {
        Part::Count(count as u64)
    }
}

/// A message with its parts.
#[cold]
#[inline(never)]
fn filled(message: &str, parts: &[Part<'_>]) -> String {
    let mut pieces = message.split('#');
    let mut text = String::from(pieces.next().unwrap_or_default());
    for (piece, part) in pieces.zip(parts) {
        match part {
            Part::Text(part) => text += part,
            Part::Float(part) => text += &Shortest(*part).to_string(),
            Part::Int(part) => text += &part.to_string(),
            Part::Count(part) => text += &part.to_string(),
        }
        text += piece;
    }
    text
}

impl Call<'_, '_> {
    fn begin(&mut self) -> Result<Action, Error> {
        let mut given = Given::default();
        self.read(self.function.takes, &mut given)?;
        match self.function.body {
            Body::Float(body) => {
                let value = Value::Float(body(self, &mut given)?);
                self.ctx.give(value)
            }
            Body::Value(body) => {
                let value = body(self, &mut given)?;
                self.ctx.give(value)
            }
            Body::Job(start) => {
                let job = start(self, &mut given)?;
                job::go_on(self, job)
            }
        }
    }

    /// Reads the arguments that [`Function::takes`] names.
    fn read(&mut self, takes: [u8; 5], given: &mut Given) -> Result<(), Error> {
        let (mut tables, mut floats, mut counts) = (0, 0, 0);
        for (index, kind) in (1..).zip(takes) {
            let value = self.ctx.arg(index);
            let heap = &*self.ctx.heap;
            let found = match (kind, value) {
                (b' ', _) => break,
                (b'g', Value::Data(id)) if heap.datas.get(id.0).tag == TAG => {
                    given.generator = Some(id);
                    continue;
                }
                (b'g', _) => {
                    let hint = "expected userdata of type 'LuaRng'";
                    Err(Mismatch::new(value, "userdata", hint))
                }
                (b'o', Value::Nil) => {
                    tables += 1;
                    continue;
                }
                (b'l' | b't' | b'o', _) => args::to_table(value).map(|id| {
                    put(&mut given.tables, &mut tables, Some(id));
                }),
                (b'p', Value::Nil) => {
                    put(&mut given.floats, &mut floats, 0.95);
                    continue;
                }
                (b'f' | b'p', _) => args::to_f64(heap, value).map(|number| {
                    put(&mut given.floats, &mut floats, number);
                }),
                _ => {
                    let found = match kind {
                        b'i' => args::to_i64(heap, value).map(|number| number as u64),
                        b'u' => args::to_u64(heap, value),
                        _ => args::to_count(heap, value),
                    };
                    found.map(|count| put(&mut given.counts, &mut counts, count))
                }
            };
            if let Err(why) = found {
                return Err(self.ctx.bad_argument(index, why));
            }
        }
        let lists = takes.iter().filter(|kind| **kind == b'l').count();
        if lists > 0 {
            given.xs = self.floats(given.tables[0])?;
        }
        if lists > 1 {
            given.ys = self.floats(given.tables[1])?;
        }
        Ok(())
    }

    /// An error that begins with the function's name and a colon.
    #[cold]
    #[inline(never)]
    pub fn fail(&self, why: &str, parts: &[Part<'_>]) -> Error {
        let (_, name) = self
            .function
            .name
            .split_at_checked(PREFIX.len())
            .unwrap_or_default();
        Error::bare([name, ": ", &filled(why, parts)].concat())
    }

    /// An error of the function without its name.
    #[cold]
    #[inline(never)]
    pub fn fail_plain(&self, why: &str, parts: &[Part<'_>]) -> Error {
        Error::bare(filled(why, parts))
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
        Err(self.fail(why, &[Part::Float(number)]))
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

    /// An empty vector with room for `count` floats, paid for.
    #[inline(never)]
    pub fn vec(&mut self, count: usize) -> Result<Vec<f64>, OutOfMemory> {
        self.borrow((count as u64).saturating_mul(8))?;
        Ok(Vec::with_capacity(count))
    }

    /// `count` zeros.
    #[inline(never)]
    pub fn zeros(&mut self, count: usize) -> Result<Vec<f64>, OutOfMemory> {
        let mut made = self.vec(count)?;
        made.resize(count, 0.0);
        Ok(made)
    }

    /// Both lists, one after the other.
    pub fn pooled(&mut self, given: &Given) -> Result<Vec<f64>, OutOfMemory> {
        let mut pool = self.vec(given.xs.len() + given.ys.len())?;
        pool.extend_from_slice(&given.xs);
        pool.extend_from_slice(&given.ys);
        Ok(pool)
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
        let mut values = self.vec(count)?;
        for index in 1..=count {
            match args::to_f64(self.ctx.heap, self.element(table, index)) {
                Ok(value) => values.push(value),
                Err(why) => {
                    let why = why.to_string();
                    let parts = [Part::of(index), Part::Text(&why)];
                    return Err(self.fail_plain("element at index #: #", &parts));
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
                return Err(self.fail_plain(why, &[Part::of(index), Part::Float(*value)]));
            }
        }
        Ok(values)
    }

    /// Pays for sorting `count` numbers.
    #[inline(never)]
    pub fn charge_sort(&mut self, count: usize) {
        let rounds = (usize::BITS - count.leading_zeros()) as usize;
        self.charge(count.saturating_mul(rounds) / 4 + 1);
    }

    /// A new list with room for `count` values.
    #[inline(never)]
    pub fn new_list(&mut self, count: usize) -> Result<TableId, OutOfMemory> {
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

    /// Sets element `index` of a list, from 1.
    #[inline(never)]
    pub fn set(&mut self, list: TableId, index: usize, value: Value) -> Result<(), OutOfMemory> {
        self.ctx.heap.raw_set_int(list, index as i64, value)
    }

    /// A new list of floats.
    #[inline(never)]
    pub fn float_list(&mut self, values: &[f64]) -> Result<Value, Error> {
        self.list(values, Value::Float)
    }

    /// A new list of numbers, each made a value.
    #[inline(never)]
    pub fn list(&mut self, values: &[f64], value_of: fn(f64) -> Value) -> Result<Value, Error> {
        self.charge(values.len() / 2 + 1);
        let list = self.new_list(values.len())?;
        for (index, value) in (1..).zip(values) {
            self.set(list, index, value_of(*value))?;
        }
        Ok(Value::Table(list))
    }

    /// A new table with these fields.
    #[inline(never)]
    pub fn record(&mut self, fields: &[(&str, Value)]) -> Result<Value, Error> {
        self.charge(fields.len() * 2);
        let table = self.ctx.heap.new_table()?;
        for &(name, value) in fields {
            self.ctx.heap.raw_set_name(table, name, value)?;
        }
        Ok(Value::Table(table))
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
