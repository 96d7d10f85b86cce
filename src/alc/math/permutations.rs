//! All orders of the first integers.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, fail_in};

/// The longest list whose orders are listed: 8! = 40320.
const MAX: u64 = 8;

/// `permutations(n)`: all orders of 1 to `n`, each by one exchange from the last.
///
/// Source: B. R. Heap, "Permutations by interchanges", 1963.
pub(super) fn permutations(call: &mut Call<'_, '_>) -> Result<Value, Error> {
    let n = call.count(1)?;
    if n == 0 {
        return Err(fail_in("permutations", &"n must be >= 1"));
    }
    if n > MAX {
        let why = "n > 8 not supported (8! = 40320)";
        return Err(fail_in("permutations", &why));
    }
    let mut order: Vec<i64> = (1..=n as i64).collect();
    let total: u64 = (1..=n).product();
    let all = call.new_list(total as usize)?;
    let mut exchanges = vec![0usize; order.len()];
    let (mut row, mut at) = (1, 0);
    loop {
        let list = call.list(order.iter().map(|&value| Value::Int(value)))?;
        call.ctx.heap.raw_set_int(all, row, list)?;
        row += 1;
        // The next exchange is at the first place that has some left.
        loop {
            let Some(done) = exchanges.get_mut(at) else {
                return Ok(Value::Table(all));
            };
            if *done < at {
                order.swap(if at % 2 == 0 { 0 } else { *done }, at);
                *done += 1;
                at = 0;
                break;
            }
            *done = 0;
            at += 1;
        }
    }
}
