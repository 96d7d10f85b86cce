//! Damaged images: what they are made of, how they are damaged, and what may come
//! of them. Used by the tests and by `examples/fuzz_images.rs`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use algocline_wasm::alc::{self, AlcHost, Packages, RUN_PROGRAM, Reply, Request};
use algocline_wasm::codec::{Reader, Writer};
use algocline_wasm::domain::{Resolution, SessionRecord};
use algocline_wasm::lua::freeze::Sources;
use algocline_wasm::lua::library::Template;
use algocline_wasm::lua::proto::Proto;
use algocline_wasm::lua::{Outcome, Value, Vm, compile};

/// The cap of machines under test.
const LIMIT: u64 = 4 << 20;

/// Programs of `alc`, beside those of the caller, in which `pause` is a query.
const PROGRAMS: &[&str] = &[
    r#"local r = {} for i = 1, 3 do r[i] = alc.llm("q" .. i, {system = "s"}) end return r"#,
    r#"return alc.llm_batch({{prompt = "a"}, {prompt = "b", role = "x"}})"#,
    r#"local m = require("m") return m.f(alc.llm("x"))"#,
    r#"local rng = alc.math.rng_create(7)
       local a = alc.llm(tostring(alc.math.rng_float(rng)))
       return {alc.math.rng_float(rng), a, alc.json_decode('[1,{"a":null}]'), alc.chunk("a b c d e f", {size = 2})}"#,
    r#"local f = alc.fork({"a", "b"}, {n = 1}) return f"#,
    r#"local c = alc.cache("p", {}) local d = alc.cache("p", {}) return {c, d, alc.state.get("k"), alc.json_encode({1, {x = 2}})}"#,
    r#"return alc.map({1, 2, 3}, function(x) return alc.llm("m" .. x) end)"#,
];

/// An image with what it needs.
pub struct Seed {
    pub bytes: Vec<u8>,
    pub chunks: Vec<Rc<Proto>>,
}

/// A template, and images of its machines.
pub struct Corpus {
    pub template: Rc<Template>,
    pub packages: Rc<Packages>,
    pub seeds: Vec<Seed>,
}

/// Numbers without order.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end.max(1)
    }
}

impl Corpus {
    /// Images of these programs, and of some that use `alc`, at their pauses and
    /// between.
    pub fn of(programs: &[(&str, &str)]) -> Self {
        let packages = Packages::default();
        for (name, source) in [
            (
                "m",
                "local x = alc.llm('in m') return {f = function(y) return x .. y end}",
            ),
            (
                "a",
                "return {run = function(ctx) return alc.llm('a' .. tostring(ctx.n)) end}",
            ),
            (
                "b",
                "return {run = function(ctx) return alc.llm_batch({{prompt = 'b'}}) end}",
            ),
        ] {
            packages.insert(name, source).expect("a module's name");
        }
        let mut corpus = Corpus {
            template: Rc::new(alc::template().expect("libraries")),
            packages: Rc::new(packages),
            seeds: Vec::new(),
        };
        for (_, source) in programs {
            let source = format!("pause = function(...) alc.llm('p') return ... end {source}");
            corpus.add(&source, 100_000_000, 12);
            corpus.add(&source, 301, 12);
        }
        for source in PROGRAMS {
            corpus.add(source, 100_000_000, 12);
            corpus.add(source, 301, 12);
        }
        corpus
    }

    fn add(&mut self, source: &str, slice: i64, most: usize) {
        let mut vm = self.template.machine(64 << 20, (1, 2)).expect("room");
        let chunk = compile(source.as_bytes(), b"=strategy", &Default::default());
        let chunk = chunk.unwrap_or_else(|error| panic!("{error} in {source}"));
        let chunk = vm.load(&chunk.proto.into()).expect("room");
        let run = vm.natives().find(RUN_PROGRAM).map(Value::Native);
        vm.start(run.unwrap_or_default(), &[chunk]).expect("room");
        let mut host = self.host();
        let mut taken = 0;
        for round in 0..400 {
            let outcome = vm.run(slice, &mut host);
            if outcome == Outcome::Failed {
                panic!("{}", alc::failure_text(&mut vm, &mut host).error);
            }
            if outcome == Outcome::Done {
                break;
            }
            answer(&mut host);
            vm.settle();
            let (mut out, mut sources) = (Writer::new(), Sources::new());
            if round % 3 == 0 && vm.freeze(&self.template, &mut out, &mut sources).is_ok() {
                let compiled = |source: &Rc<algocline_wasm::lua::source::ChunkSource>| {
                    Rc::new(source.compile(usize::MAX).expect("compiled before").proto)
                };
                self.seeds.push(Seed {
                    bytes: out.into_bytes(),
                    chunks: sources.list().iter().map(compiled).collect(),
                });
                taken += 1;
                if taken == most {
                    break;
                }
            }
        }
        assert!(taken > 0, "no image of {source}");
    }

    fn host(&self) -> AlcHost {
        let record = SessionRecord::new("s-1-2".into(), None, None, 0);
        let mut host = AlcHost::new(record, Rc::clone(&self.packages));
        host.template = Some(Rc::clone(&self.template));
        host
    }

    /// Thaws bytes and runs what comes of them for a while. Whether they made a
    /// machine.
    pub fn run(&self, seed: usize, bytes: &[u8]) -> bool {
        let chunks = self.seeds.get(seed).map_or(&[][..], |seed| &seed.chunks);
        let mut image = Reader::new(bytes);
        let Ok(mut vm) = Vm::thaw(&self.template, &mut image, chunks, LIMIT) else {
            return false;
        };
        let mut host = self.host();
        for round in 0..6 {
            let fuel = [1_000, 20_000, 77][round % 3];
            let outcome = vm.run(fuel, &mut host);
            answer(&mut host);
            let _ = (
                vm.traceback_now(),
                vm.results().len(),
                vm.failure().is_some(),
            );
            if round % 2 == 1 {
                vm.collect_now();
            }
            vm.settle();
            let _ = vm.freeze(&self.template, &mut Writer::new(), &mut Sources::new());
            if matches!(outcome, Outcome::Done | Outcome::Failed) {
                break;
            }
        }
        true
    }

    /// One damaged image.
    pub fn damaged(&self, dice: &mut Dice) -> (usize, Vec<u8>) {
        let seed = dice.below(self.seeds.len());
        let mut bytes = self.seeds[seed].bytes.clone();
        for _ in 0..=dice.below(4) {
            self.damage(&mut bytes, dice);
        }
        (seed, bytes)
    }

    fn damage(&self, bytes: &mut Vec<u8>, dice: &mut Dice) {
        // Version and fingerprint are spared, as everything ends there.
        let spared = 17;
        if bytes.len() <= spared {
            return;
        }
        let mut at = spared + dice.below(bytes.len() - spared);
        // Stacks and frames stand at the end, and are what machines trip over.
        if dice.below(2) == 0 {
            at = at.max(bytes.len() - 1 - dice.below(bytes.len() / 3));
        }
        let value = dice.next();
        match dice.below(12) {
            0 => bytes[at] ^= 1 << (value % 8),
            1 => bytes[at] = value as u8,
            // A field of one byte, another one.
            2..=6 => {
                if bytes[at] < 128 {
                    bytes[at] = (value % 128) as u8;
                }
            }
            7 => {
                if bytes[at] < 127 {
                    bytes[at] =
                        bytes[at].wrapping_add(if value.is_multiple_of(2) { 1 } else { 127 }) & 127;
                }
            }
            8 => {
                let long = [
                    u64::from(u32::MAX),
                    1 << 31,
                    u64::MAX,
                    1 << 20,
                    300,
                    1 << 28,
                ];
                let mut out = Writer::new();
                out.u64(long[value as usize % long.len()]);
                bytes.splice(at..=at, out.into_bytes());
            }
            9 => {
                bytes.remove(at);
            }
            10 => {
                let other = &self.seeds[dice.below(self.seeds.len())].bytes;
                let from = dice.below(other.len());
                let end = (from + dice.below(20)).min(other.len());
                let room = (at + (end - from)).min(bytes.len());
                bytes.splice(at..room, other[from..end].iter().copied());
            }
            _ if value.is_multiple_of(8) => bytes.truncate(at),
            _ => bytes.insert(at, (value % 128) as u8),
        }
    }

    /// As `run`, for a report: what went wrong, if anything did. Counts machines that
    /// were made.
    pub fn finding(&self, seed: usize, bytes: &[u8], made: &mut u64) -> Option<String> {
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| self.run(seed, bytes)));
        *made += u64::from(matches!(result, Ok(true)));
        match result {
            Err(panic) => Some(match panic.downcast_ref::<String>() {
                Some(text) => text.clone(),
                None => panic.downcast_ref::<&str>().unwrap_or(&"panic").to_string(),
            }),
            Ok(_) if start.elapsed() > Duration::from_secs(5) => {
                Some(format!("took {:?}", start.elapsed()))
            }
            Ok(_) => None,
        }
    }
}

/// Answers what a program waits for.
fn answer(host: &mut AlcHost) {
    match host.request.take() {
        Some(Request::Llm(queries)) => {
            let answers = queries.iter().map(|_| "1".to_owned()).collect();
            host.reply = Some(Reply::Llm(Resolution::Answers(answers)));
        }
        Some(Request::Fork(groups)) => {
            let resolved = groups.into_iter().map(|(number, queries)| {
                let answers = queries.iter().map(|_| "2".to_owned()).collect();
                (number, Resolution::Answers(answers))
            });
            host.reply = Some(Reply::Fork(resolved.collect()));
        }
        _ => {}
    }
}
