//! Damages saved sessions, puts the right checksum on them, restores them and answers
//! what comes of it, for as long as it is told to: none may panic, hang, or disturb
//! its registry. It begins with the golden files.
//!
//! `cargo run --example fuzz_sessions -- --seconds 600 [--seed 1] [--out folder]`

use std::error::Error;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use algocline_wasm::codec::crc32;
use algocline_wasm::domain::{Answer, Fed, Json, SessionId};
use algocline_wasm::registry::{Registry, RegistryOptions, RestoreAs};
use algocline_wasm::session::{LimitsGiven, SourceForm};

/// Bytes before the payload; the last four are the checksum.
const HEADER: usize = 10;
/// Limits of a host that does not trust the image.
const CAUTIOUS: LimitsGiven = LimitsGiven {
    fuel: Some(200_000),
    memory_bytes: Some(8 << 20),
    slice_ms: Some(5.0),
};
/// Longer than anything within those limits takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() >> 32) as usize % end.max(1)
    }
}

/// Changes a few places of an image.
fn damage(image: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = HEADER + dice.below(image.len().saturating_sub(HEADER));
        let rest = image.len().saturating_sub(at);
        let count = dice.below(rest.min(12) + 1);
        match dice.below(8) {
            0..=2 if rest > 0 => image[at] ^= 1 << dice.below(8),
            3 if rest > 0 => image[at] = dice.roll() as u8,
            4 => drop(image.splice(at..at + count, [])),
            5 => drop(image.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f])),
            6 => {
                let copied = image[at..at + count].to_vec();
                let to = HEADER + dice.below(image.len() - HEADER);
                drop(image.splice(to..to, copied));
            }
            _ => {
                let other = &others[dice.below(others.len())];
                let from = HEADER + dice.below(other.len() - HEADER);
                let to = (from + dice.below(200)).min(other.len());
                drop(image.splice(at..at + count, other[from..to].iter().copied()));
            }
        }
    }
    let checksum = crc32(&image[HEADER..]);
    image[6..HEADER].copy_from_slice(&checksum.to_le_bytes());
}

/// Restores an image and answers it a few times; whether it was taken for one.
fn survive(registry: &Registry, image: &[u8]) -> bool {
    let Ok(event) = registry.restore(image, RestoreAs::Copy(1), CAUTIOUS, 0) else {
        return false;
    };
    let id = event.session_id().clone();
    for _ in 0..6 {
        if !answer(registry, &id) {
            return true;
        }
    }
    let _ = registry.cancel(&id, None, 0);
    true
}

fn first_query(event: &Json) -> Option<&str> {
    let queries = event.get("queries")?.as_array()?;
    queries.first()?.get("id")?.as_str()
}

/// Answers one query and runs the session; whether it waits again.
fn answer(registry: &Registry, id: &SessionId) -> bool {
    let Ok(event) = registry.pending(id) else {
        return false;
    };
    let _ = registry.save(id, SourceForm::Embedded, 0);
    let event = event.into_json();
    let answer = Answer {
        query_id: first_query(&event).unwrap_or("").into(),
        response: "7".into(),
        usage: None,
    };
    match registry.feed(id, &[answer], None, 0) {
        Ok(Fed::Waiting(_)) => return true,
        Ok(Fed::Ready) => {}
        Err(error) => panic!("an open query takes no answer: {error}"),
    }
    loop {
        let step = registry.step(id, 50_000, 0);
        match step.map(|step| step.event) {
            Ok(Some(event)) => return !event.is_terminal(),
            Ok(None) => {}
            Err(error) => panic!("a running session does not run: {error}"),
        }
    }
}

fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|arg| arg != name).nth(1)
}

fn number(name: &str, default: u64) -> u64 {
    let given = option(name).and_then(|text| text.parse().ok());
    given.unwrap_or(default)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden/v1");
    let mut images = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "alc") {
            images.push(fs::read(path)?);
        }
    }
    images.sort();
    let mut dice = Dice(number("--seed", 1));
    let end = Instant::now() + Duration::from_secs(number("--seconds", 10));
    let mut registry = Registry::new(RegistryOptions::default())?;
    let (mut count, mut restored, mut findings) = (0_u64, 0_u64, 0_u64);
    while Instant::now() < end {
        let mut image = images[dice.below(images.len())].clone();
        damage(&mut image, &images, &mut dice);
        count += 1;
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| survive(&registry, &image)));
        let is_sound = outcome.is_ok() && registry.is_empty() && began.elapsed() < PATIENCE;
        restored += u64::from(matches!(outcome, Ok(true)));
        if !is_sound {
            findings += 1;
            println!("finding {findings}: image {count}, {:?}", began.elapsed());
            if let Some(folder) = option("--out") {
                fs::create_dir_all(&folder)?;
                fs::write(format!("{folder}/{findings}.alc"), &image)?;
            }
            registry = Registry::new(RegistryOptions::default())?;
        }
    }
    println!("{count} images, {restored} of them restored, {findings} findings");
    if findings > 0 {
        std::process::exit(1);
    }
    Ok(())
}
