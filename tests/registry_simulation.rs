//! Hosts that do anything in any order, with a clock by hand. A model of what
//! must be is kept beside the registry; a failure names the seed that repeats it.

mod common;

use algocline_wasm::domain::{Answer, ErrorCode, Fed, QueryId, SessionError, SessionId};
use algocline_wasm::registry::{Cancellation, RegistryOptions};
use common::{Host, Theirs, answer};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const TTL: u64 = 5_000;

/// Asks once, then in a batch, then once in a `pcall`, with work in between.
const PROGRAM: &str = "
  local out = {alc.llm('one')}
  for i = 1, 300 do alc.stats.record('i', i) end
  for _, text in ipairs(alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})) do
    out[#out + 1] = text
  end
  local ok, text = pcall(alc.llm, 'last')
  out[#out + 1] = ok and text or 'failed: ' .. text
  return out";

/// A generator of 64 bits: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len().max(1) as u64) as usize)
    }
}

/// What a session must be like.
#[derive(Default)]
struct Model {
    running: bool,
    pause: u64,
    open: Vec<String>,
    /// Query and answer, in the order of asking; without an answer yet.
    asked: Vec<(String, Option<String>)>,
    last_activity: u64,
}

impl Model {
    fn answer(&mut self, id: &str, text: &str, now: u64) {
        self.open.retain(|open| open != id);
        let entry = self.asked.iter_mut().rev().find(|(asked, _)| asked == id);
        entry.unwrap().1 = Some(text.to_owned());
        self.last_activity = now;
    }

    /// Takes over the event that a run has led to; whether it was the last one.
    fn see(&mut self, event: &Json) -> bool {
        match event["status"].as_str().unwrap() {
            "needs_response" => {
                self.running = false;
                self.pause += 1;
                assert_eq!(event["pause"], self.pause);
                let queries = event["queries"].as_array().unwrap();
                self.open = queries
                    .iter()
                    .map(|q| q["id"].as_str().unwrap().into())
                    .collect();
                self.asked
                    .extend(self.open.iter().map(|id| (id.clone(), None)));
                false
            }
            status => {
                let transcript = event["transcript"].as_array().unwrap();
                let told: Vec<(String, Option<String>)> = transcript
                    .iter()
                    .map(|e| {
                        let response = e["response"].as_str().map(str::to_owned);
                        (e["query_id"].as_str().unwrap().to_owned(), response)
                    })
                    .collect();
                assert_eq!(told, self.asked);
                if status == "completed" {
                    let failed = "failed: down".to_owned();
                    let said = self
                        .asked
                        .iter()
                        .map(|(_, a)| a.clone().unwrap_or(failed.clone()));
                    assert_eq!(event["result"], said.collect::<Json>());
                }
                true
            }
        }
    }
}

struct Simulation {
    host: Host,
    random: Random,
    models: BTreeMap<SessionId, Model>,
    ended: Vec<SessionId>,
    completed: usize,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        Self {
            host: Host::new(RegistryOptions {
                ttl_ms: TTL,
                observed: true,
                ..RegistryOptions::default()
            }),
            random: Random(seed),
            models: BTreeMap::new(),
            ended: Vec::new(),
            completed: 0,
        }
    }

    fn act(&mut self) {
        match self.random.below(16) {
            0 => self.start(),
            1..=6 => self.step(),
            7..=10 => self.feed(),
            11 => self.feed_wrongly(),
            12 => self.fail(),
            13 if self.random.below(4) == 0 => self.cancel(),
            14 if self.random.below(3) == 0 => self.gc(),
            _ => self.host.wait(self.random.below(400)),
        }
        self.check();
    }

    fn some_id(&mut self) -> Option<SessionId> {
        let ids: Vec<SessionId> = self.models.keys().cloned().collect();
        self.random.pick(&ids).cloned()
    }

    fn start(&mut self) {
        if self.models.len() >= 6 {
            return;
        }
        let id = self.host.open(PROGRAM);
        let model = Model {
            running: true,
            last_activity: self.host.now(),
            ..Model::default()
        };
        self.models.insert(id, model);
    }

    fn step(&mut self) {
        let Some(id) = self.some_id() else {
            return;
        };
        let fuel = [1, 10, 500, 1_000_000][self.random.below(4) as usize];
        let step = self.host.registry.step(&id, fuel, self.host.now());
        let model = self.models.get_mut(&id).unwrap();
        if !model.running {
            assert_eq!(step.unwrap_err().code(), ErrorCode::InvalidTransition);
            return;
        }
        if let Some(event) = step.unwrap().event {
            let event = event.theirs();
            if model.see(&event) {
                self.completed += usize::from(event["status"] == "completed");
                self.end(&id);
            }
        }
    }

    fn feed(&mut self) {
        let Some(id) = self.some_id() else {
            return;
        };
        let now = self.host.now();
        let model = self.models.get_mut(&id).unwrap();
        let mut answers: Vec<Answer> = Vec::new();
        for query in &model.open {
            if self.random.below(2) == 0 {
                answers.push(answer(query, &format!("{}", self.random.below(100))));
            }
        }
        let pause = (self.random.below(2) == 0).then_some(model.pause);
        let fed = self.host.registry.feed(&id, &answers, pause, now);
        if model.running {
            assert_eq!(fed.unwrap_err().code(), ErrorCode::SessionBusy);
        } else if answers.is_empty() {
            assert_eq!(fed.unwrap_err().code(), ErrorCode::InvalidArgument);
        } else {
            for Answer {
                query_id, response, ..
            } in &answers
            {
                model.answer(query_id.as_str(), response, now);
            }
            let ready = fed.unwrap() == Fed::Ready;
            assert_eq!(ready, model.open.is_empty());
            model.running = ready;
        }
    }

    /// Every kind of wrong answer, each beside a right one.
    fn feed_wrongly(&mut self) {
        let id = match self.random.below(3) {
            0 => self.random.pick(&self.ended).cloned(),
            _ => self.some_id(),
        };
        let Some(id) = id else {
            return;
        };
        let right = match self.models.get(&id).and_then(|model| model.open.first()) {
            Some(query) => answer(query, "right"),
            None => answer("q-0", "right"),
        };
        let (answers, pause) = match self.random.below(4) {
            0 => (vec![right, answer("nope", "x")], None),
            1 => (vec![right.clone(), right], None),
            2 => (vec![right], Some(99)),
            _ => (vec![], None),
        };
        let error = self
            .host
            .registry
            .feed(&id, &answers, pause, self.host.now())
            .unwrap_err();
        let expected: &[ErrorCode] = match self.models.get(&id) {
            None => &[ErrorCode::SessionNotFound],
            Some(model) if model.running => &[ErrorCode::SessionBusy],
            Some(_) => &[
                ErrorCode::UnknownQuery,
                ErrorCode::AlreadyResponded,
                ErrorCode::StalePause,
                ErrorCode::InvalidArgument,
            ],
        };
        assert!(expected.contains(&error.code()), "{error}");
    }

    /// Gives up on the last question, the only one that the program gets over.
    fn fail(&mut self) {
        let Some(id) = self.some_id() else {
            return;
        };
        let now = self.host.now();
        let model = self.models.get_mut(&id).unwrap();
        if model.running || model.pause != 3 {
            return;
        }
        let query = QueryId::from(model.open[0].as_str());
        self.host
            .registry
            .fail(&id, &query, "down", Some(3), now)
            .unwrap();
        model.open.clear();
        model.running = true;
        model.last_activity = now;
    }

    fn cancel(&mut self) {
        let Some(id) = self.some_id() else {
            return;
        };
        let now = self.host.now();
        let Cancellation::Done(event) = self.host.registry.cancel(&id, None, now).unwrap() else {
            panic!("nothing runs at this moment");
        };
        let model = self.models.get_mut(&id).unwrap();
        assert!(model.see(&event.clone().theirs()));
        if model.running {
            let step = self.host.registry.step(&id, 1, now).unwrap();
            assert_eq!(step.event, Some(event));
        }
        self.end(&id);
    }

    fn gc(&mut self) {
        let now = self.host.now();
        let due = |model: &Model| !model.running && now - model.last_activity >= TTL;
        let expected: Vec<SessionId> = self
            .models
            .iter()
            .filter(|(_, m)| due(m))
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(self.host.registry.gc(now).unwrap(), expected);
        for id in expected {
            self.end(&id);
        }
    }

    fn end(&mut self, id: &SessionId) {
        self.models.remove(id);
        self.ended.push(id.clone());
    }

    /// The registry shows what the model says.
    fn check(&self) {
        let shown = self
            .host
            .registry
            .snapshots(Default::default(), self.host.now())
            .unwrap()
            .theirs();
        assert_eq!(shown.as_object().unwrap().len(), self.models.len());
        for (id, model) in &self.models {
            let shown = &shown[id.as_str()];
            let state = if model.running { "running" } else { "paused" };
            assert_eq!(shown["state"], state);
            assert_eq!(shown["pause"], model.pause);
            assert_eq!(shown["last_activity_at"], model.last_activity);
            assert_eq!(shown["metrics"]["llm_calls"], model.asked.len());
            if !model.running {
                assert_eq!(shown["pending_queries"], model.open.len());
                let open = self.host.registry.pending(id).unwrap().theirs();
                let ids: Json = open["queries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|q| q["id"].clone())
                    .collect();
                assert_eq!(ids, json!(model.open));
            }
        }
        let deadlines = self
            .models
            .values()
            .filter(|m| !m.running)
            .map(|m| m.last_activity + TTL);
        assert_eq!(self.host.registry.next_deadline(), deadlines.min());
    }
}

#[test]
fn whatever_hosts_do_the_registry_agrees_with_its_model() {
    let mut completed = 0;
    for seed in 0..150 {
        let outcome = std::panic::catch_unwind(|| {
            let mut simulation = Simulation::new(seed);
            for _ in 0..400 {
                simulation.act();
            }
            simulation.completed
        });
        match outcome {
            Ok(count) => completed += count,
            Err(_) => panic!("the simulation with seed {seed} failed, see above"),
        }
    }
    assert!(
        completed > 150,
        "too few sessions came to their end: {completed}"
    );
}

#[test]
fn errors_name_their_session() {
    let host = Host::default();
    let (id, _) = host.start("alc.llm('?')");
    let error: SessionError = host.feed(&id, &[("zz", "x")], None).unwrap_err();
    assert_eq!(error.session_id(), Some(&id));
}
