//! Work in many equal steps that stops when the fuel is used up.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx};
use crate::lua::value::Value;

use super::call::Call;

/// Such work.
pub(super) trait Job: Sized + 'static {
    /// Does a step and pays for it; false if all are done.
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool;

    /// What came out.
    fn finish(&mut self, call: &mut Call<'_, '_>) -> Result<Value, Error>;
}

/// A job that waits for fuel, and what it borrowed.
struct Parked<J> {
    job: J,
    loan: u64,
}

/// The stage at which a job goes on.
const GO_ON: u32 = 1;

/// Runs a job for as long as there is fuel.
///
/// `start` reads the arguments. It is called anew if the work done so far was lost
/// to a shortage of memory, so it must not change anything.
#[inline(never)]
pub(super) fn run<J: Job>(
    ctx: &mut Ctx<'_>,
    start: fn(&mut Call<'_, '_>) -> Result<J, Error>,
) -> Result<Action, Error> {
    let parked = ctx.scratch.take().and_then(|kept| kept.downcast().ok());
    let parked: Option<Box<Parked<J>>> = parked;
    let mut call = Call { ctx, loan: 0 };
    let outcome = match parked {
        Some(parked) => {
            call.loan = parked.loan;
            go_on(&mut call, parked.job)
        }
        None => start(&mut call).and_then(|job| go_on(&mut call, job)),
    };
    let loan = call.loan;
    match outcome {
        Ok(Progress::Parked(job)) => {
            *ctx.scratch = Some(Box::new(Parked { job, loan }));
            Ok(Action::Refuel { stage: GO_ON })
        }
        Ok(Progress::Done(value)) => {
            ctx.heap.account.release(loan);
            Ok(Action::Return(value))
        }
        Err(error) => {
            ctx.heap.account.release(loan);
            Err(error)
        }
    }
}

enum Progress<J> {
    Done(Value),
    Parked(J),
}

fn go_on<J: Job>(call: &mut Call<'_, '_>, mut job: J) -> Result<Progress<J>, Error> {
    while job.step(call) {
        if *call.ctx.fuel <= 0 {
            return Ok(Progress::Parked(job));
        }
    }
    job.finish(call).map(Progress::Done)
}
