//! Running a program with and without being frozen at every stop.

use algocline_wasm::lua::natives;
use std::rc::Rc;

use algocline_wasm::codec::{Reader, Writer};
use algocline_wasm::lua::account::OutOfMemory;
use algocline_wasm::lua::error::Error;
use algocline_wasm::lua::freeze::{FreezeError, Sources};
use algocline_wasm::lua::library::{Builder, Template};
use algocline_wasm::lua::native::{Action, Ctx, Next};
use algocline_wasm::lua::proto::Proto;
use algocline_wasm::lua::{Outcome, PlainHost, Vm, compile};

/// `pause(…)`: stops the machine, then returns its arguments.
pub fn pause(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == 0 {
        return ctx.want(Next::Pause { stage: 1 });
    }
    ctx.give_from(ctx.base)
}

/// The standard libraries and `pause`.
pub fn template() -> Template {
    fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
        let globals = b.heap.globals;
        b.functions(globals, natives! {"pause" => pause})
    }
    Template::build(&[open], &[]).expect("libraries")
}

/// An image and what belongs to it.
pub struct Frozen {
    pub bytes: Vec<u8>,
    pub sources: Sources,
}

impl Frozen {
    /// A machine's image.
    pub fn of(vm: &Vm, template: &Template) -> Result<Self, FreezeError> {
        let (mut out, mut sources) = (Writer::new(), Sources::new());
        vm.freeze(template, &mut out, &mut sources)?;
        Ok(Frozen {
            bytes: out.into_bytes(),
            sources,
        })
    }

    /// The chunks, compiled anew.
    pub fn chunks(&self) -> Vec<Rc<Proto>> {
        let compiled = |source: &Rc<_>| {
            let source: &Rc<algocline_wasm::lua::source::ChunkSource> = source;
            Rc::new(source.compile(usize::MAX).expect("compiled before").proto)
        };
        self.sources.list().iter().map(compiled).collect()
    }

    /// The machine that the image describes.
    pub fn thaw(&self, template: &Template) -> Box<Vm> {
        let mut image = Reader::new(&self.bytes);
        let vm = Vm::thaw(template, &mut image, &self.chunks(), LIMIT).expect("a sound image");
        image.finish().expect("nothing behind it");
        vm
    }
}

/// The cap of all machines here.
pub const LIMIT: u64 = 64 << 20;

/// What can be told of a machine from outside when it stops.
#[derive(Debug, PartialEq)]
pub struct Stop {
    pub outcome: Outcome,
    pub fuel_left: i64,
    pub used: u64,
    pub threshold: u64,
}

/// A whole run.
#[derive(Debug, PartialEq)]
pub struct Run {
    pub out: String,
    pub stops: Vec<Stop>,
    pub result: String,
}

/// Runs a program in slices of this much fuel. If `freezes`, each stop is survived
/// only as an image, thawed twice. Images are handed to `see`.
pub fn run_seeing(
    template: &Template,
    source: &str,
    slice: i64,
    freezes: bool,
    mut see: impl FnMut(Frozen),
) -> Run {
    let mut vm = template.machine(LIMIT, (1, 2)).expect("room");
    let chunk = compile(source.as_bytes(), b"=program", &Default::default());
    let chunk = chunk.unwrap_or_else(|error| panic!("{error}\n{source}"));
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    let mut host = PlainHost::default();
    let mut stops = Vec::new();
    loop {
        let outcome = vm.run(slice, &mut host);
        vm.settle();
        stops.push(Stop {
            outcome,
            fuel_left: vm.fuel_left(),
            used: vm.heap.account.used(),
            threshold: vm.heap.account.threshold(),
        });
        assert!(stops.len() < 200_000, "no end");
        if freezes {
            match Frozen::of(&vm, template) {
                Ok(frozen) => {
                    vm = frozen.thaw(template);
                    let again = Frozen::of(&vm, template).expect("frozen before");
                    assert!(
                        again.bytes == frozen.bytes,
                        "freeze(thaw(x)) differs from x at byte {:?} of {}",
                        again
                            .bytes
                            .iter()
                            .zip(&frozen.bytes)
                            .position(|(a, b)| a != b),
                        frozen.bytes.len()
                    );
                    assert_eq!(again.sources.list(), frozen.sources.list());
                    let used = vm.heap.account.used();
                    assert_eq!(Some(used), stops.last().map(|stop| stop.used));
                    see(frozen);
                }
                Err(error) => assert_eq!(error, FreezeError::Unfinished),
            }
        }
        if matches!(outcome, Outcome::Done | Outcome::Failed) {
            let result = match vm.failure() {
                Some(failure) => format!(
                    "{:?} {}",
                    failure.value.type_name(),
                    String::from_utf8_lossy(&failure.traceback)
                ),
                None => format!("{:?}", vm.results()),
            };
            return Run {
                out: String::from_utf8_lossy(&host.out).into_owned(),
                stops,
                result,
            };
        }
    }
}

/// As `run_seeing`, without a look at the images.
pub fn run(template: &Template, source: &str, slice: i64, freezes: bool) -> Run {
    run_seeing(template, source, slice, freezes, |_| {})
}

/// Whether a program goes the same way when it is frozen at every stop.
pub fn check(template: &Template, name: &str, source: &str, slice: i64) -> Run {
    let whole = run(template, source, slice, false);
    let frozen = run(template, source, slice, true);
    if whole != frozen {
        let differ = |(a, b): &(&Stop, &Stop)| a != b;
        let pairs = whole.stops.iter().zip(&frozen.stops);
        let first = pairs.enumerate().find(|(_, pair)| differ(pair));
        panic!(
            "{name}, slices of {slice}: first different stop {first:?}\n\
             {} and {} stops\nwhole:  {}\n{}\nfrozen: {}\n{}",
            whole.stops.len(),
            frozen.stops.len(),
            whole.out,
            whole.result,
            frozen.out,
            frozen.result
        );
    }
    whole
}
