//! Programs that pause everywhere go on as if nothing had happened.

use algocline_wasm::lua::Outcome;

use super::programs::PROGRAMS;
use super::support::{check, template};

#[test]
fn a_program_frozen_at_every_pause_goes_the_same_way() {
    let template = template();
    for (name, source) in PROGRAMS {
        let run = check(&template, name, source, 100_000_000);
        let last = run.stops.last().map(|stop| stop.outcome);
        assert_eq!(last, Some(Outcome::Done), "{name}: {}", run.result);
        let pauses = run
            .stops
            .iter()
            .filter(|stop| stop.outcome == Outcome::Paused);
        assert!(pauses.count() > 0, "{name} does not pause");
        assert!(run.out.contains("end"), "{name}: {}", run.out);
    }
}

#[test]
fn a_program_frozen_between_any_two_slices_goes_the_same_way() {
    let template = template();
    for (name, source) in PROGRAMS {
        for slice in [23, 997] {
            check(&template, name, source, slice);
        }
    }
}
