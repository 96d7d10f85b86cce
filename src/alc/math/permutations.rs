//! All orders of the first integers.

use crate::lua::error::Error;
use crate::lua::value::Value;

use super::call::{Call, Given};

/// The longest list whose orders are listed: 8! = 40320.
const MAX: u64 = 8;

/// `permutations(n)`: all orders of 1 to `n`, each by one exchange from the last.
///
/// Source: B. R. Heap, "Permutations by interchanges", 1963.
pub(super) fn permutations(call: &mut Call<'_, '_>, given: &mut Given) -> Result<Value, Error> {
    let [n, _] = given.counts;
    call.require(n >= 1, "n must be >= 1")?;
    call.require(n <= MAX, "n > 8 not supported (8! = 40320)")?;
    let n = n as usize;
    let mut order = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let all = call.new_list((1..=n).product())?;
    let mut exchanges = [0; MAX as usize];
    let (mut row, mut at) = (1, 0);
    loop {
        let list = order.get(..n).unwrap_or_default();
        let list = call.list(list, |value| Value::Int(value as i64))?;
        call.set(all, row, list)?;
        row += 1;
        // The next exchange is at the first place that has some left.
        loop {
            let Some(done) = exchanges.get_mut(at).filter(|_| at < n) else {
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
