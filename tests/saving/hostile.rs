//! Damaged and made-up images: each is refused with a typed error, or gives a session
//! that runs as safely as any other.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use algocline_wasm::codec::crc32;
use algocline_wasm::domain::SessionId;
use algocline_wasm::registry::RestoreAs;
use algocline_wasm::session::{LimitsGiven, SourceForm};
use proptest::prelude::*;

use crate::common::{Host, Theirs};
use crate::programs::{Program, all};
use crate::run::{options, start};

/// Bytes before the payload, and where in them the checksum is.
const HEADER: usize = 10;

/// Limits of a host that does not trust the image.
const CAUTIOUS: LimitsGiven = LimitsGiven {
    fuel: Some(200_000),
    memory_bytes: Some(8 << 20),
    slice_ms: Some(5.0),
};

/// A program, a registry that has its packages, and images of some of its pauses.
struct Subject {
    program: Program,
    host: Host,
    images: Vec<Vec<u8>>,
}

thread_local! {
    static SUBJECTS: Vec<Subject> = all().into_iter().map(subject).collect();
}

fn subject(program: Program) -> Subject {
    let host = Host::new(options(&program));
    let (id, _) = start(&host, &program);
    let mut images = Vec::new();
    while images.len() < 4
        && let Ok(pending) = host.registry.pending(&id)
    {
        let image = host.registry.save(&id, SourceForm::Embedded, host.now());
        images.push(image.unwrap());
        let pending = pending.theirs();
        let query = &pending["queries"][0];
        let query_id = query["id"].as_str().unwrap().to_owned();
        match program.answer(pending["pause"].as_u64().unwrap(), query) {
            Ok(answer) => host.feed(&id, &[(&query_id, &answer)], None).unwrap(),
            Err(message) => host.fail(&id, &query_id, &message),
        };
    }
    host.cancel(&id, "").ok();
    Subject {
        program,
        host,
        images,
    }
}

/// Puts the right checksum on a damaged image.
fn fix(image: &mut [u8]) {
    if image.len() >= HEADER {
        let crc = crc32(&image[HEADER..]);
        image[6..HEADER].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Restores an image that may be nonsense and runs what comes of it; whether it was
/// taken for an image. The registry must be as sound as before.
fn survive(Subject { program, host, .. }: &Subject, image: &[u8]) -> bool {
    let began = Instant::now();
    let (other, _) = host.start("return alc.llm('someone else')");
    let restored = host
        .registry
        .restore(image, RestoreAs::Copy(1), CAUTIOUS, host.now());
    let is_restored = restored.is_ok();
    match restored {
        Err(error) => {
            let code = error.code().as_str();
            let expected = ["bad_snapshot", "unsupported_snapshot", "missing_source"];
            assert!(expected.contains(&code), "{}: {error}", program.name);
            assert_eq!(host.registry.len(), 1);
        }
        Ok(event) => {
            let id = event.session_id().clone();
            assert_ne!(id, other);
            assert_eq!(host.registry.len(), 2);
            go_on(host, &id);
            host.cancel(&id, "").ok();
        }
    }
    assert_eq!(host.reply(&other, "unharmed")["result"], "unharmed");
    assert!(host.registry.is_empty());
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{}",
        program.name
    );
    is_restored
}

fn go_on(host: &Host, id: &SessionId) {
    host.snapshot(id);
    for _ in 0..10 {
        let Ok(pending) = host.registry.pending(id) else {
            return;
        };
        host.registry
            .save(id, SourceForm::Embedded, host.now())
            .unwrap();
        let pending = pending.theirs();
        let query = pending["queries"][0]["id"].as_str().unwrap();
        host.feed(id, &[(query, "7")], None).unwrap();
    }
}

fn for_all(check: impl Fn(&Subject)) {
    SUBJECTS.with(|subjects| subjects.iter().for_each(check));
}

#[test]
fn every_cut_is_refused() {
    for_all(|subject| {
        let image = subject.images.last().unwrap();
        let step = (image.len() / 40).max(1);
        for end in (0..image.len()).step_by(step) {
            let mut cut = image[..end].to_vec();
            assert!(
                !survive(subject, &cut),
                "{} cut at {end}",
                subject.program.name
            );
            fix(&mut cut);
            assert!(
                !survive(subject, &cut),
                "{} cut at {end}",
                subject.program.name
            );
        }
    });
}

/// What `examples/fuzz_sessions.rs` has found.
#[test]
fn images_that_did_harm_once_do_none_any_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile_sessions");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let image = fs::read(entry.unwrap().path()).unwrap();
        SUBJECTS.with(|subjects| survive(&subjects[0], &image));
        count += 1;
    }
    assert!(count >= 2);
}

#[test]
fn lengths_of_four_gigabytes_reserve_nothing() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for_all(|subject| {
        let image = subject.images.first().unwrap();
        let step = (image.len() / 60).max(1);
        for at in (HEADER..image.len()).step_by(step) {
            let mut longer = image.clone();
            longer.splice(at..at + 1, huge);
            fix(&mut longer);
            survive(subject, &longer);
        }
    });
}

#[test]
fn limits_of_an_image_must_be_in_their_ranges() {
    let host = Host::default();
    let (id, _) = host.start("return alc.llm('?')");
    let image = host
        .registry
        .save(&id, SourceForm::Embedded, host.now())
        .unwrap();
    // The slice of 8 milliseconds as a float.
    let slice = 8.0_f64.to_le_bytes();
    let at = image.windows(8).position(|bytes| bytes == slice).unwrap();
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let mut forged = image.clone();
        forged[at..at + 8].copy_from_slice(&wrong.to_le_bytes());
        fix(&mut forged);
        let limits = LimitsGiven::default();
        let refused = host
            .registry
            .restore(&forged, RestoreAs::Copy(1), limits, host.now());
        assert_eq!(refused.unwrap_err().code().as_str(), "bad_snapshot");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_under_a_right_checksum_do_no_harm(
        subject in any::<prop::sample::Index>(),
        image in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4),
    ) {
        SUBJECTS.with(|subjects| {
            let subject = subject.get(subjects);
            let mut damaged = image.get(&subject.images).clone();
            let payload = damaged.len() - HEADER;
            for (at, bit) in &flips {
                damaged[HEADER + at.index(payload)] ^= 1 << bit;
            }
            fix(&mut damaged);
            survive(subject, &damaged);
        });
    }

    #[test]
    fn random_bytes_under_a_right_header_do_no_harm(
        payload in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut image = b"\x89alc\x01\x00\x00\x00\x00\x00".to_vec();
        image.extend_from_slice(&payload);
        fix(&mut image);
        SUBJECTS.with(|subjects| assert!(!survive(&subjects[0], &image)));
    }
}
