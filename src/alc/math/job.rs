//! Work in many equal steps that stops when the fuel is used up.

use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::value::Value;

use super::call::Call;

/// Such work.
pub(super) trait Job {
    /// Does a step and pays for it; false if all are done.
    fn step(&mut self, call: &mut Call<'_, '_>) -> bool;

    /// What came out.
    fn finish(&mut self, call: &mut Call<'_, '_>) -> Result<Value, Error>;
}

/// A job that waits for fuel, and what it borrowed.
struct Parked {
    job: Box<dyn Job>,
    loan: u64,
}

/// The stage at which a job goes on.
const GO_ON: u32 = 1;

/// The job that a function left when it ran out of fuel, and what it borrowed. The
/// work is done anew if it was lost to a shortage of memory.
pub(super) fn parked(ctx: &mut Ctx<'_>) -> Option<(Box<dyn Job>, u64)> {
    let parked: Box<Parked> = ctx.scratch.take()?.downcast().ok()?;
    Some((parked.job, parked.loan))
}

/// Runs a job for as long as there is fuel.
pub(super) fn go_on(call: &mut Call<'_, '_>, mut job: Box<dyn Job>) -> Result<Action, Error> {
    while job.step(call) {
        if *call.ctx.fuel <= 0 {
            // What is borrowed stays so until the job goes on.
            let loan = std::mem::take(&mut call.loan);
            *call.ctx.scratch = Some(Box::new(Parked { job, loan }));
            return call.ctx.want(Next::Refuel { stage: GO_ON });
        }
    }
    let value = job.finish(call)?;
    call.ctx.give(value)
}
