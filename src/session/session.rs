//! A session: a machine, its surroundings, and how far they are.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alc::{self, AlcHost, MemoryStore, Packages, Reply, Request};
use crate::domain::{
    Answer, Budget, Failure, Fed, FeedError, Json, JsonObject, LlmQuery, Notice, PauseRef,
    PendingQueries, QueryId, SessionEvent, SessionId, SessionRecord, SortedMap, TransitionError,
    namespace_of,
};
use crate::lua::{Outcome, Template, Value, Vm};

use super::failure::{not_compiled, out_of_fuel, out_of_memory, raised};
use super::program::Code;
use super::{HistoryLimits, Limits, Program, ProgramCache};

/// What all sessions of a registry have in common.
pub struct Shared {
    /// What machines are copies of.
    pub template: Rc<Template>,
    /// Code compiled before.
    pub programs: ProgramCache,
    /// What `require` finds in sessions that start now. A set that sessions have is
    /// never changed: one with the change takes its place.
    pub packages: RefCell<Rc<Packages>>,
    /// Whether the host is asked for modules that `packages` lacks.
    pub loads_packages: bool,
    /// Where `alc.state` and `alc.card` live; nothing where the host keeps them.
    pub store: Option<Rc<MemoryStore>>,
}

impl Shared {
    /// What `require` finds in a session that starts now, and will find until it
    /// ends.
    pub fn packages(&self) -> Rc<Packages> {
        Rc::clone(&self.packages.borrow())
    }
}

/// What a session is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it runs.
    pub program: Program,
    /// The global `ctx`. Its nesting is bounded, as that of any text read by
    /// [`read_tree`](alc::read_tree) is.
    pub ctx: Json,
    /// What `alc.env` shows.
    pub env: SortedMap<String, String>,
    /// What it may use.
    pub limits: Limits,
    /// The seed of `math.random`.
    pub seed: (u64, u64),
    /// The strategy's name, for snapshots.
    pub strategy: Option<String>,
    /// Whether its pauses are kept, and how many.
    pub history: Option<HistoryLimits>,
}

/// One program from its start to its end.
pub struct Session {
    pub(super) host: AlcHost,
    pub(super) stage: Stage,
    pub(super) limits: Limits,
    /// Fuel used since the start or the last pause.
    pub(super) fuel_used: u64,
    /// Fuel used altogether.
    pub(super) fuel_total: u64,
    /// How much is kept for going back to earlier pauses; nothing unless wanted.
    pub(super) history: Option<HistoryLimits>,
}

pub(super) enum Stage {
    /// Nothing has been done yet, not even compiled.
    New(Box<NewProgram>),
    /// The machine runs the program, or waits in it.
    Program(Box<Vm>),
    /// Nothing is left to run.
    Ended,
}

pub(super) struct NewProgram {
    shared: Rc<Shared>,
    program: Program,
    ctx: Json,
    seed: (u64, u64),
}

/// How far one step has led.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What has happened; nothing if the program just needs more fuel.
    pub event: Option<SessionEvent>,
    /// The fuel used; a little more than granted if the last operation was long.
    pub fuel: u64,
}

impl Session {
    /// A session that is about to start. Nothing runs before the first
    /// [`step`](Self::step).
    ///
    /// `observed` tells whether [`take_notices`](Self::take_notices) will be called.
    pub fn new(
        id: SessionId,
        plan: Plan,
        shared: &Rc<Shared>,
        observed: bool,
        now_ms: u64,
    ) -> Box<Self> {
        let budget = Budget::from_ctx(&plan.ctx);
        let record = SessionRecord::new(id, plan.strategy, budget, now_ms);
        let host = AlcHost::new(record, shared.packages());
        let mut session = Self::around(host, shared, observed);
        session.host.env = plan.env;
        session.host.namespace = namespace_of(&plan.ctx).to_owned();
        session.limits = plan.limits;
        session.history = plan.history;
        let new = NewProgram {
            shared: Rc::clone(shared),
            program: plan.program,
            ctx: plan.ctx,
            seed: plan.seed,
        };
        session.stage = Stage::New(Box::new(new));
        session
    }

    /// A session with nothing to run, of a registry.
    #[inline(never)]
    pub(super) fn around(mut host: AlcHost, shared: &Rc<Shared>, observed: bool) -> Box<Self> {
        host.loads_packages = shared.loads_packages;
        host.template = Some(Rc::clone(&shared.template));
        host.store.clone_from(&shared.store);
        host.observed = observed;
        Box::new(Self {
            host,
            stage: Stage::Ended,
            limits: Limits::default(),
            fuel_used: 0,
            fuel_total: 0,
            history: None,
        })
    }

    /// Name, state and accounts.
    pub fn record(&self) -> &SessionRecord {
        &self.host.record
    }

    /// How much is kept for going back to earlier pauses; nothing unless wanted.
    pub fn history(&self) -> Option<HistoryLimits> {
        self.history
    }

    /// What its `require` finds.
    pub fn packages(&self) -> Rc<Packages> {
        Rc::clone(&self.host.packages)
    }

    /// Notes that a session was made of a pause of this one.
    pub fn add_child(&mut self, child: PauseRef) {
        self.host.record.add_child(child);
    }

    /// What it may use.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Adds what it uses of its limits to a snapshot: `fuel` with what was
    /// `used` since the last pause, the `limit` of that, and the `total` since the
    /// start; `memory` with the bytes `used` and their `limit`.
    pub fn show_usage(&self, snapshot: &mut JsonObject) {
        let heap = match &self.stage {
            Stage::Program(vm) => vm.heap.account.used(),
            Stage::New(_) | Stage::Ended => 0,
        };
        let outside = self.limits.memory_bytes.saturating_sub(self.memory_left());
        let mut fuel = JsonObject::new();
        fuel.set("used", self.fuel_used);
        fuel.set("limit", self.limits.fuel);
        fuel.set("total", self.fuel_total);
        snapshot.set("fuel", fuel);
        let mut memory = JsonObject::new();
        memory.set("used", heap.saturating_add(outside));
        memory.set("limit", self.limits.memory_bytes);
        snapshot.set("memory", memory);
    }

    /// The log lines and progress reports since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.host.take_notices()
    }

    // ── Running ─────────────────────────────────────────────────────────────

    /// Goes on with the program for about `fuel` instructions, if it is running.
    pub fn step(&mut self, fuel: u64, now_ms: u64) -> Step {
        let before = self.fuel_total;
        self.host.now_ms = now_ms as f64;
        let event = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::New(new) => match self.set_up(&new) {
                Ok(vm) => self.run_program(vm, fuel),
                Err(failure) => self.fail(failure),
            },
            // While it waits for answers, there is nothing to do.
            stage if self.record().state().pending().is_some() => {
                self.stage = stage;
                None
            }
            stage if self.request().is_some() => {
                self.stage = stage;
                None
            }
            Stage::Program(vm) => self.run_program(vm, fuel),
            Stage::Ended => None,
        };
        Step {
            event,
            fuel: self.fuel_total.saturating_sub(before),
        }
    }

    /// Compiles the program and makes its machine.
    fn set_up(&mut self, new: &NewProgram) -> Result<Box<Vm>, Failure> {
        let memory = self.memory_left();
        match new.shared.programs.code(&new.program, memory) {
            Ok(code) => {
                self.use_fuel(code.cost);
                new.machine(&code, memory).ok_or_else(out_of_memory)
            }
            Err(error) => {
                self.use_fuel(error.cost);
                Err(not_compiled(&error))
            }
        }
    }

    fn run_program(&mut self, mut vm: Box<Vm>, fuel: u64) -> Option<SessionEvent> {
        match self.run(&mut vm, fuel) {
            Outcome::OutOfFuel if self.is_out_of_fuel() => {
                self.fail(out_of_fuel(self.limits.fuel, &vm))
            }
            Outcome::OutOfFuel => {
                self.stage = Stage::Program(vm);
                None
            }
            Outcome::Paused => self.attend(vm),
            Outcome::Done => self.complete(&vm),
            Outcome::Failed => {
                let failure = raised(&mut vm, &mut self.host);
                self.fail(failure)
            }
        }
    }

    /// Runs the machine within all limits.
    fn run(&mut self, vm: &mut Vm, fuel: u64) -> Outcome {
        let left = self.limits.fuel.saturating_sub(self.fuel_used);
        let granted = i64::try_from(fuel.min(left)).unwrap_or(i64::MAX);
        if granted == 0 {
            return Outcome::OutOfFuel;
        }
        vm.heap.account.set_limit(self.memory_left());
        let before = i64::try_from(self.fuel_total).unwrap_or(i64::MAX);
        self.host.fuel_end = before.saturating_add(granted);
        let outcome = vm.run(granted, &mut self.host);
        let used = granted.saturating_sub(vm.fuel_left());
        self.use_fuel(u64::try_from(used).unwrap_or(0));
        outcome
    }

    fn use_fuel(&mut self, fuel: u64) {
        self.fuel_used = self.fuel_used.saturating_add(fuel);
        self.fuel_total = self.fuel_total.saturating_add(fuel);
    }

    fn is_out_of_fuel(&self) -> bool {
        self.fuel_used >= self.limits.fuel
    }

    /// What the heap may hold: the texts of the transcript lie outside of it.
    pub(super) fn memory_left(&self) -> u64 {
        let retained = self.record().metrics().retained_bytes();
        let retained = u64::try_from(retained).unwrap_or(u64::MAX);
        self.limits.memory_bytes.saturating_sub(retained)
    }

    /// Sees what the program has stopped for.
    fn attend(&mut self, vm: Box<Vm>) -> Option<SessionEvent> {
        match self.host.request.take() {
            Some(Request::Llm(queries)) => {
                self.stage = Stage::Program(vm);
                self.pause(queries)
            }
            Some(Request::Fork(groups)) => {
                self.stage = Stage::Program(vm);
                let asks = groups.iter().any(|(_, queries)| !queries.is_empty());
                if !asks && !self.record().carries_queries() {
                    // Nobody could answer that, and only a made-up image asks it. The
                    // program goes on without an answer, which is an error there.
                    return None;
                }
                self.fuel_used = 0;
                let now = self.host.now();
                self.host.record.pause_groups(groups, now).ok()
            }
            request @ Some(Request::LoadPackage(_) | Request::Store(_)) => {
                self.host.request = request;
                self.stage = Stage::Program(vm);
                None
            }
            None => self.fail("lua error: the program has stopped without a request".into()),
        }
    }

    fn pause(&mut self, queries: Vec<LlmQuery>) -> Option<SessionEvent> {
        self.fuel_used = 0;
        let now = self.host.now();
        self.host.record.pause(queries, now).ok()
    }

    // ── The end ─────────────────────────────────────────────────────────────

    /// The program has returned: its result is the JSON text on the stack.
    fn complete(&mut self, vm: &Vm) -> Option<SessionEvent> {
        let text = match vm.results().first() {
            Some(Value::Str(id)) => vm.heap.bytes(*id),
            _ => b"null",
        };
        let now = self.host.now();
        match alc::read_tree(text) {
            Ok(result) => self.host.record.complete(result, now).ok(),
            Err(error) => self.fail(format!("lua error: the result is no JSON: {error}").into()),
        }
    }

    fn fail(&mut self, failure: Failure) -> Option<SessionEvent> {
        let now = self.host.now();
        self.host.record.fail(failure, now).ok()
    }

    /// Ends the session, whatever it is doing.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn cancel(
        &mut self,
        reason: Option<String>,
        now_ms: u64,
    ) -> Result<SessionEvent, TransitionError> {
        let event = self.host.record.cancel(reason, now_ms)?;
        self.stage = Stage::Ended;
        Ok(event)
    }

    /// The last notice of a session that was idle for too long.
    pub fn reap(self, now_ms: u64) -> Notice {
        self.host.record.reap(now_ms)
    }

    // ── Requests that nobody sees ───────────────────────────────────────────

    /// What the running program waits for without a pause: a module's source or
    /// the store. Until [`reply`](Self::reply) brings it, no step gets anywhere.
    pub fn request(&self) -> Option<&Request> {
        if self.host.reply.is_some() || self.record().state().is_terminal() {
            return None;
        }
        self.host.request.as_ref()
    }

    /// Brings what the program waits for; dropped where it waits for nothing.
    pub fn reply(&mut self, reply: Reply) {
        if self.request().is_some() {
            self.host.reply = Some(reply);
        }
    }

    // ── Answers ─────────────────────────────────────────────────────────────

    /// Takes one answer or several: all of them, or with one refused none. With
    /// [`Fed::Ready`] the program is running again, and [`step`](Self::step) is due.
    ///
    /// # Errors
    /// Those of [`SessionRecord::feed`]; then nothing has changed.
    pub fn feed(
        &mut self,
        answers: &[Answer],
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<Fed, FeedError> {
        let fed = self.host.record.feed(answers, pause, now_ms)?;
        if fed == Fed::Ready {
            self.resume(now_ms)?;
        }
        Ok(fed)
    }

    /// Notes that the host gives up on a query: the call that asked it raises, and
    /// [`step`](Self::step) is due.
    ///
    /// # Errors
    /// Those of [`SessionRecord::fail_query`]; then nothing has changed.
    pub fn fail_query(
        &mut self,
        id: &QueryId,
        message: &str,
        pause: Option<u64>,
        now_ms: u64,
    ) -> Result<(), FeedError> {
        self.host.record.fail_query(id, message, pause, now_ms)?;
        Ok(self.resume(now_ms)?)
    }

    fn resume(&mut self, now_ms: u64) -> Result<(), TransitionError> {
        let pending = self.host.record.state().pending();
        let is_forked = pending.is_some_and(PendingQueries::is_forked);
        self.host.reply = Some(if is_forked {
            Reply::Fork(self.host.record.resume_groups(now_ms)?)
        } else {
            Reply::Llm(self.host.record.resume(now_ms)?)
        });
        Ok(())
    }
}

impl NewProgram {
    /// The machine of the program, about to start; nothing if memory is short.
    fn machine(&self, code: &Code, memory: u64) -> Option<Box<Vm>> {
        let mut vm = self.shared.template.machine(memory, self.seed).ok()?;
        alc::set_ctx(&mut vm.heap, &self.ctx).ok()?;
        let chunk = vm.load(&code.proto).ok()?;
        // Every template has it.
        let run = Value::Native(vm.natives().find(alc::RUN_PROGRAM)?);
        match &self.program {
            Program::Chunk(_) => vm.start(run, &[chunk]),
            Program::Strategy(name) => {
                let name = vm.heap.new_string(name.as_bytes()).ok()?;
                vm.start(run, &[chunk, name])
            }
        }
        .ok()?;
        Some(vm)
    }
}
