//! Damaged images are refused, or make machines that do no harm.
//!
//! `cargo run --example fuzz_images -- --seconds 600` looks further.

use super::image_fuzz::{Corpus, Dice};
use super::programs::PROGRAMS;

/// Programs with natives in the middle of their work, for damage in all places. What
/// the fuzzer found is among them: a `print` that waits for no argument, a sort of
/// elements that have no order, coroutines that wait for each other.
const SMALL: &[(&str, &str)] = &[
    (
        "print",
        "print(setmetatable({}, {__tostring = function() return pause('x') end}), 2)",
    ),
    (
        "sort",
        "local t = {3, 'a', 1, 2} table.sort(t, function(a, b) return #tostring(pause(a)) < 1 end)",
    ),
    (
        "coroutines",
        "local a = coroutine.create(function() pause(1) coroutine.yield(2) end)
         coroutine.resume(a) local b = coroutine.wrap(function() pause(3) coroutine.close(a) end) b()",
    ),
    (
        "errors",
        "xpcall(function(...) local c <close> = setmetatable({}, {__close = function() pause(1) end}) error('e') end,
           function(m) pause(2) return m end, 1, 2)",
    ),
    (
        "text",
        "(('a b'):gsub('%w', function(w) return pause(w) end)):rep(2)
         string.format('%s %d', setmetatable({}, {__tostring = function() return pause('x') end}), 2)",
    ),
];

fn assert_harmless(corpus: &Corpus, seed: usize, bytes: &[u8], what: &str) {
    let mut made = 0;
    if let Some(problem) = corpus.finding(seed, bytes, &mut made) {
        panic!("seed {seed}, {what}: {problem}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let corpus = Corpus::of(SMALL);
    for (number, seed) in corpus.seeds.iter().enumerate().take(6) {
        for end in 0..seed.bytes.len() {
            assert!(!corpus.run(number, &seed.bytes[..end]), "{number} at {end}");
        }
        assert!(corpus.run(number, &seed.bytes), "{number} as it was");
    }
}

#[test]
fn an_image_with_one_wrong_byte_does_no_harm() {
    let corpus = Corpus::of(SMALL);
    for (number, seed) in corpus.seeds.iter().enumerate().step_by(23) {
        for at in 0..seed.bytes.len() {
            let old = seed.bytes[at];
            for new in [0, 2, 0x7f, old ^ 1] {
                let mut bytes = seed.bytes.clone();
                bytes[at] = new;
                assert_harmless(&corpus, number, &bytes, &format!("{at}: {new}"));
            }
        }
    }
}

#[test]
fn damaged_images_do_no_harm() {
    let corpus = Corpus::of(PROGRAMS);
    let mut dice = Dice(0x5EED);
    for round in 0..4_000 {
        let (seed, bytes) = corpus.damaged(&mut dice);
        assert_harmless(&corpus, seed, &bytes, &format!("round {round}"));
    }
}

#[test]
fn lengths_of_gigabytes_are_refused_at_once() {
    let corpus = Corpus::of(SMALL);
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (number, seed) in corpus.seeds.iter().enumerate().take(3) {
        for at in 17..seed.bytes.len() {
            let mut bytes = seed.bytes.clone();
            bytes.splice(at..=at, huge);
            assert_harmless(&corpus, number, &bytes, &format!("at {at}"));
        }
    }
}
