//! Damages images of machines, thaws them and runs what comes of it, for as long as
//! it is told to: none may panic, or take longer than its fuel allows.
//!
//! `cargo run --example fuzz_images -- --seconds 600 [--seed 1] [--out folder]`

#[path = "../tests/support/image_fuzz.rs"]
mod image_fuzz;
#[path = "../tests/freeze/programs.rs"]
mod programs;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use image_fuzz::{Corpus, Dice};

fn option(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|arg| arg != name);
    args.nth(1)
}

fn main() {
    let number = |name: &str, default| {
        option(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let (seconds, seed) = (number("--seconds", 10_u64), number("--seed", 1_u64));
    let corpus = Corpus::of(programs::PROGRAMS);
    println!("{} seeds", corpus.seeds.len());
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut count, mut made) = (0_u64, 0_u64);
    let mut known = BTreeSet::new();
    let last = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let place = std::sync::Arc::clone(&last);
    std::panic::set_hook(Box::new(move |info| {
        if let Ok(mut place) = place.lock() {
            *place = info.location().map(ToString::to_string).unwrap_or_default();
        }
    }));
    while Instant::now() < end {
        let (seed, bytes) = corpus.damaged(&mut dice);
        count += 1;
        match corpus.finding(seed, &bytes, &mut made) {
            None => {}
            Some(what) => {
                let place = last.lock().map(|place| place.clone()).unwrap_or_default();
                if known.insert(place.clone()) {
                    println!("finding: {what} at {place}, seed {seed}");
                    if let Some(folder) = option("--out") {
                        let file = format!("{folder}/{}-{count}.bin", known.len());
                        let _ = std::fs::create_dir_all(&folder);
                        let _ = std::fs::write(file, &bytes);
                    }
                }
            }
        }
    }
    println!(
        "{count} images, {made} of them made machines, {} kinds of findings",
        known.len()
    );
    if !known.is_empty() {
        std::process::exit(1);
    }
}
