//! Properties of the domain model that hold for any input, tried on random ones.
//!
//! Native only: the generator needs a source of randomness.

#![cfg(not(target_arch = "wasm32"))]

use algocline_wasm::codec::{Codec, Reader, Writer};
use algocline_wasm::domain::{
    Answer, FeedError, JsonObject, LlmQuery, PendingQueries, QueryId, Resolution, SessionRecord,
    deadline, is_expired, namespace_of,
};
use proptest::prelude::*;

fn queries(n: usize) -> impl Iterator<Item = LlmQuery> {
    (0..n).map(|i| LlmQuery::new(QueryId::batch(i), format!("p{i}")))
}

fn pending(n: usize) -> PendingQueries {
    PendingQueries::new(queries(n))
}

proptest! {
    #[test]
    fn a_namespace_is_never_lost(ns in "\\PC+") {
        let mut ctx = JsonObject::new();
        ctx.set("_ns", ns.as_str());
        let ctx = ctx.into();
        prop_assert_eq!(namespace_of(&ctx), ns.as_str());
    }

    #[test]
    fn the_deadline_is_the_first_expired_instant(
        last in 0..u64::MAX / 4, ttl in 1..u64::MAX / 4,
    ) {
        let at = deadline(last, ttl);
        prop_assert!(is_expired(last, at, ttl));
        prop_assert!(!is_expired(last, at - 1, ttl));
    }

    #[test]
    fn any_size_and_order_of_answers_gives_them_in_the_order_of_asking(
        order in (1_usize..40).prop_flat_map(|n| {
            Just((0..n).collect::<Vec<_>>()).prop_shuffle()
        }),
    ) {
        let n = order.len();
        let mut pending = pending(n);
        for (fed, i) in order.into_iter().enumerate() {
            prop_assert_eq!(pending.remaining(), n - fed);
            let complete = pending.feed(&QueryId::batch(i), &i.to_string()).unwrap();
            prop_assert_eq!(complete, fed + 1 == n);
        }
        prop_assert_eq!(pending.remaining(), 0);
        let expected: Vec<_> = (0..n).map(|i| i.to_string()).collect();
        let resolved = pending.into_settled().resolved;
        prop_assert_eq!(resolved, [(0, Resolution::Answers(expected))]);
    }

    #[test]
    fn an_id_outside_of_the_set_is_unknown(n in 0_usize..20, id in "[a-z]{0,8}|q-[2-9][0-9]") {
        let mut fed = pending(n);
        let id = QueryId::from(id);
        prop_assert_eq!(fed.feed(&id, "x"), Err(FeedError::UnknownQuery(id.clone())));
        prop_assert_eq!(fed, pending(n));
    }

    #[test]
    fn a_second_answer_is_refused_and_the_first_stays(
        n in 1_usize..20, pick in any::<prop::sample::Index>(),
    ) {
        let mut pending = pending(n);
        let at = pick.index(n);
        let id = QueryId::batch(at);
        pending.feed(&id, "first").unwrap();
        let before = pending.clone();
        prop_assert_eq!(
            pending.feed(&id, "second"),
            Err(FeedError::AlreadyResponded(id))
        );
        prop_assert_eq!(pending, before);
    }
}

/// Something a host or a program may try at any time.
#[derive(Clone, Debug)]
enum Step {
    Pause(usize),
    Feed(Vec<usize>, Option<u64>),
    FailQuery(usize, Option<u64>),
    Resume,
    Complete,
    Fail,
    Cancel,
}

fn step() -> impl Strategy<Value = Step> {
    let pause = || prop_oneof![3 => Just(None), 2 => (0_u64..4).prop_map(Some)];
    let feed = (prop::collection::vec(0_usize..4, 0..4), pause());
    prop_oneof![
        8 => (1_usize..4).prop_map(Step::Pause),
        16 => feed.prop_map(|(ids, pause)| Step::Feed(ids, pause)),
        3 => (0_usize..4, pause()).prop_map(|(id, pause)| Step::FailQuery(id, pause)),
        8 => Just(Step::Resume),
        1 => Just(Step::Complete),
        1 => Just(Step::Fail),
        1 => Just(Step::Cancel),
    ]
}

/// Tries the step and tells whether it was taken.
fn attempt(record: &mut SessionRecord, step: Step, now_ms: u64) -> bool {
    match step {
        Step::Pause(n) => record.pause(queries(n), now_ms).is_ok(),
        Step::Feed(ids, pause) => {
            let answers: Vec<_> = ids
                .into_iter()
                .map(|id| Answer {
                    query_id: QueryId::batch(id),
                    response: "text".into(),
                    usage: None,
                })
                .collect();
            record.feed(&answers, pause, now_ms).is_ok()
        }
        Step::FailQuery(id, pause) => record
            .fail_query(&QueryId::batch(id), "m", pause, now_ms)
            .is_ok(),
        Step::Resume => record.resume(now_ms).is_ok(),
        Step::Complete => record.complete(1_u64.into(), now_ms).is_ok(),
        Step::Fail => record.fail("e", now_ms).is_ok(),
        Step::Cancel => record.cancel(None, now_ms).is_ok(),
    }
}

fn open_in_pause(record: &SessionRecord) -> Vec<QueryId> {
    let pending = record.state().pending().into_iter();
    pending
        .flat_map(PendingQueries::pending)
        .map(|query| query.id.clone())
        .collect()
}

fn open_in_transcript(record: &SessionRecord) -> Vec<QueryId> {
    let open = record.metrics().transcript().open_entries();
    open.map(|entry| entry.query_id.clone()).collect()
}

/// A failed query ends its pause for the state machine only at the resumption,
/// so the pause counts as waiting until then.
fn pauses_not_ended(record: &SessionRecord) -> u64 {
    u64::from(record.state().pending().is_some())
}

fn image(record: &SessionRecord, now_ms: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    let mut written = record.clone();
    written.image(&mut Codec::writing(&mut writer), now_ms);
    writer.into_bytes()
}

proptest! {
    /// A refused step changes nothing, an ended session stays ended, the
    /// accounts agree with the state, and the record survives its image.
    #[test]
    fn any_order_of_steps_keeps_a_record_sound(steps in prop::collection::vec(step(), 0..60)) {
        const START: u64 = 1_700_000_000_000;
        let mut record = SessionRecord::new("s-1-2".into(), None, None, START);
        for (step, now_ms) in steps.into_iter().zip(START..) {
            let before = record.clone();
            let taken = attempt(&mut record, step, now_ms);
            prop_assert!(taken || record == before);
            prop_assert!(!(taken && before.state().is_terminal()));
            prop_assert_eq!(open_in_transcript(&record), open_in_pause(&record));
            if !record.state().is_terminal() {
                let rounds = record.metrics().rounds();
                prop_assert_eq!(record.pause_number(), rounds + pauses_not_ended(&record));
            }
            if record.check_waiting().is_ok() {
                let bytes = image(&record, now_ms);
                let mut reader = Reader::new(&bytes);
                let mut read = SessionRecord::new("".into(), None, None, 0);
                read.image(&mut Codec::reading(&mut reader), now_ms);
                prop_assert!(reader.finish().is_ok());
                prop_assert_eq!(image(&read, now_ms), bytes);
            }
        }
    }
}
