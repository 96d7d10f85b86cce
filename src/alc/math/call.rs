//! One call of a function of `alc.math`: its arguments, results, memory.

use std::fmt::{self, Display};

use crate::lua::account::{OutOfMemory, SLOT};
use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::text::float_text::Shortest;
use crate::lua::value::{DataId, TableId, Value};

use super::super::args::{self, Args, Mismatch};
use super::generator::{Generator, TAG};

/// A call under way.
pub(super) struct Call<'c, 'm> {
    pub ctx: &'c mut Ctx<'m>,
    /// Bytes charged for vectors that live as long as the call.
    pub loan: u64,
}

/// Runs a function and gives back what it borrowed, whatever comes of it.
///
/// This and the functions below are kept out of line: 84 functions call them.
#[inline(never)]
pub(super) fn run(
    ctx: &mut Ctx<'_>,
    body: fn(&mut Call<'_, '_>) -> Result<Value, Error>,
) -> Result<Action, Error> {
    let mut call = Call { ctx, loan: 0 };
    let result = body(&mut call);
    let loan = call.loan;
    ctx.heap.account.release(loan);
    result.map(Action::Return)
}

/// An error of a function, without a position.
#[cold]
#[inline(never)]
pub(super) fn fail(message: &str) -> Error {
    Error::bare(message)
}

/// An error of a function, without a position, from `format_args!`.
#[cold]
#[inline(never)]
pub(super) fn fail_with(message: fmt::Arguments<'_>) -> Error {
    Error::bare(message.to_string())
}

/// An error that begins with the function's name.
#[cold]
#[inline(never)]
pub(super) fn fail_in(name: &str, why: &dyn Display) -> Error {
    fail_with(format_args!("{name}: {why}"))
}

impl Call<'_, '_> {
    fn check<T>(&mut self, index: usize, found: Result<T, Mismatch>) -> Result<T, Error> {
        found.map_err(|why| self.ctx.bad_argument(index, why))
    }

    /// Argument `index`, from 1, as a float.
    #[inline(never)]
    pub fn float(&mut self, index: usize) -> Result<f64, Error> {
        let found = args::to_f64(self.ctx.heap, self.ctx.arg(index));
        self.check(index, found)
    }

    /// Argument `index` as a float, or `default` if it is nil.
    pub fn float_or(&mut self, index: usize, default: f64) -> Result<f64, Error> {
        match self.ctx.arg(index) {
            Value::Nil => Ok(default),
            _ => self.float(index),
        }
    }

    /// Argument `index` as an integer.
    #[inline(never)]
    pub fn int(&mut self, index: usize) -> Result<i64, Error> {
        let found = args::to_i64(self.ctx.heap, self.ctx.arg(index));
        self.check(index, found)
    }

    /// Argument `index` as an integer without sign.
    pub fn u64(&mut self, index: usize) -> Result<u64, Error> {
        self.ctx.u64(index)
    }

    /// Argument `index` as a number of things.
    #[inline(never)]
    pub fn count(&mut self, index: usize) -> Result<u64, Error> {
        let found = args::to_count(self.ctx.heap, self.ctx.arg(index));
        self.check(index, found)
    }

    /// Argument `index` as a table.
    pub fn table(&mut self, index: usize) -> Result<TableId, Error> {
        self.ctx.table(index)
    }

    /// Argument `index` as a table, nothing if it is nil.
    pub fn opt_table(&mut self, index: usize) -> Result<Option<TableId>, Error> {
        self.ctx.opt_table(index)
    }

    /// Argument `index` as a generator.
    #[inline(never)]
    pub fn generator_id(&mut self, index: usize) -> Result<DataId, Error> {
        match self.ctx.arg(index) {
            Value::Data(id) if self.ctx.heap.datas.get(id.0).tag == TAG => Ok(id),
            value => {
                let hint = "expected userdata of type 'LuaRng'";
                self.check(index, Err(Mismatch::new(value, "userdata", hint)))
            }
        }
    }

    /// The generator behind a handle that [`generator_id`](Self::generator_id)
    /// returned.
    #[inline(never)]
    pub fn generator(&mut self, id: DataId) -> Result<Generator<'_>, Error> {
        self.ctx.charge(2);
        let data = self.ctx.heap.datas.get_mut(id.0);
        Generator::of(&mut data.bytes).ok_or_else(|| fail("the generator's state is damaged"))
    }

    /// Charges memory until the end of the call.
    pub fn borrow(&mut self, bytes: u64) -> Result<(), OutOfMemory> {
        self.ctx.heap.account.charge(bytes)?;
        self.loan = self.loan.saturating_add(bytes);
        Ok(())
    }

    /// An empty vector with room for `count` elements, paid for.
    pub fn vec<T>(&mut self, count: usize) -> Result<Vec<T>, OutOfMemory> {
        self.borrow((count as u64).saturating_mul(size_of::<T>().max(1) as u64))?;
        Ok(Vec::with_capacity(count))
    }

    /// A copy of a slice.
    pub fn copy<T: Clone>(&mut self, values: &[T]) -> Result<Vec<T>, OutOfMemory> {
        let mut copy = self.vec(values.len())?;
        copy.extend_from_slice(values);
        Ok(copy)
    }

    /// `count` copies of a value.
    pub fn repeat<T: Clone>(&mut self, value: T, count: usize) -> Result<Vec<T>, OutOfMemory> {
        let mut made = self.vec(count)?;
        made.resize(count, value);
        Ok(made)
    }

    /// How many elements a table has.
    pub fn len(&self, table: TableId) -> usize {
        usize::try_from(self.ctx.heap.table(table).len()).unwrap_or(0)
    }

    /// Element `index` of a table, from 1.
    pub fn element(&self, table: TableId, index: usize) -> Value {
        self.ctx.heap.table(table).get_int(index as i64)
    }

    /// A list of numbers as it is: it may be empty, and its numbers may be NaN or
    /// infinite.
    #[inline(never)]
    pub fn any_floats(&mut self, table: TableId) -> Result<Vec<f64>, Error> {
        let count = self.len(table);
        self.ctx.charge(count / 2 + 1);
        let mut values = self.vec(count)?;
        for index in 1..=count {
            let value = self.element(table, index);
            let value = args::to_f64(self.ctx.heap, value)
                .map_err(|why| fail_with(format_args!("element at index {index}: {why}")))?;
            values.push(value);
        }
        Ok(values)
    }

    /// A list of at least one number, all finite.
    #[inline(never)]
    pub fn floats(&mut self, table: TableId) -> Result<Vec<f64>, Error> {
        if self.len(table) == 0 {
            return Err(fail("expected non-empty array"));
        }
        let values = self.any_floats(table)?;
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => {
                let value = Shortest(values.get(at).copied().unwrap_or_default());
                let index = at + 1;
                Err(fail_with(format_args!(
                    "element at index {index} is {value} (NaN/Infinity not allowed)"
                )))
            }
            None => Ok(values),
        }
    }

    /// Two lists of numbers in the arguments `index` and `index + 1`.
    #[inline(never)]
    pub fn two_lists(&mut self, index: usize) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (first, second) = (self.table(index)?, self.table(index + 1)?);
        Ok((self.floats(first)?, self.floats(second)?))
    }

    /// Pays for sorting `count` numbers.
    #[inline(never)]
    pub fn charge_sort(&mut self, count: usize) {
        let rounds = (usize::BITS - count.leading_zeros()) as usize;
        self.ctx.charge(count.saturating_mul(rounds) / 4 + 1);
    }

    /// A new list of these values.
    pub fn list(
        &mut self,
        values: impl ExactSizeIterator<Item = Value>,
    ) -> Result<Value, OutOfMemory> {
        let count = values.len();
        self.ctx.charge(count / 2 + 1);
        let table = self.new_list(count)?;
        for (index, value) in (1..).zip(values) {
            self.ctx.heap.raw_set_int(table, index, value)?;
        }
        Ok(Value::Table(table))
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

    /// A new list of floats.
    #[inline(never)]
    pub fn float_list(&mut self, values: &[f64]) -> Result<Value, Error> {
        Ok(self.list(values.iter().map(|&value| Value::Float(value)))?)
    }

    /// A new table with these fields.
    #[inline(never)]
    pub fn record(&mut self, fields: &[(&str, Value)]) -> Result<Value, Error> {
        self.ctx.charge(fields.len() * 2);
        let table = self.ctx.heap.new_table()?;
        for &(name, value) in fields {
            self.ctx.heap.raw_set_name(table, name, value)?;
        }
        Ok(Value::Table(table))
    }
}

/// A number of things as a Lua value.
pub(super) fn count_value(count: u64) -> Value {
    match i64::try_from(count) {
        Ok(count) => Value::Int(count),
        Err(_) => Value::Float(count as f64),
    }
}
