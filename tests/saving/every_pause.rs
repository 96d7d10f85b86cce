//! At every pause, and after every answer of a batch: what is saved and restored
//! goes on as if nothing had happened, with the same fuel and memory.

use crate::programs::{Program, all, strategies};
use crate::run::{Between, trace};

fn check(program: &Program, between: Between) {
    let expected = trace(program, Between::Nothing);
    let last = expected.last().unwrap();
    assert_eq!(last["status"], program.ends, "{}: {last}", program.name);
    let found = trace(program, between);
    for (step, (expected, found)) in expected.iter().zip(&found).enumerate() {
        assert_eq!(
            expected, found,
            "{}, step {step}, {between:?}",
            program.name
        );
    }
    assert_eq!(expected.len(), found.len(), "{}", program.name);
}

#[test]
fn programs_go_on_in_a_fresh_registry() {
    for program in all() {
        check(&program, Between::Restore);
    }
}

#[test]
fn programs_go_on_with_sources_by_hash() {
    for program in all() {
        check(&program, Between::RestoreByHash);
    }
}

#[test]
fn programs_go_on_as_forks() {
    for program in all() {
        check(&program, Between::Fork);
    }
}

#[test]
fn strategies_go_on_in_a_fresh_registry() {
    for case in strategies() {
        check(&case, Between::Restore);
    }
}
