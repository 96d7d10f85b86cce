//! Runs a program natively: feeds scripted answers and returns the events.

use std::rc::Rc;

use algocline_wasm::alc::{
    AlcHost, Packages, RUN_PROGRAM, Reply, Request, StoreOp, StoreValue, failure_text, read_tree,
    set_ctx, template,
};
use algocline_wasm::domain::{
    Answer, Budget, Failure, Fed, LlmQuery, SessionEvent, SessionRecord, SnapshotOptions,
    TokenUsage, namespace_of,
};
use algocline_wasm::lua::{Outcome, Template, Value, Vm, compile};
use serde_json::{Value as Json, json};

use super::trees::{Theirs, ours};

thread_local! {
    static TEMPLATE: Rc<Template> = Rc::new(template().unwrap());
}

/// The memory of a program unless a test says otherwise.
const MEMORY: u64 = 64 << 20;

/// A store of the host's.
pub type Keeper = Box<dyn FnMut(&StoreOp) -> Result<StoreValue, String>>;

/// A program under way.
pub struct Run {
    vm: Box<Vm>,
    pub host: AlcHost,
    /// Fuel of a slice; small values make every native stop wherever it can.
    pub slice: i64,
    /// Slices run so far.
    pub slices: usize,
    /// What the host knows of modules that no package provides.
    pub library: Vec<(&'static str, Result<&'static str, &'static str>)>,
    pub asked: Vec<String>,
    /// The host's store, where it keeps one.
    pub store: Keeper,
    chunk: Result<Value, String>,
}

/// The packages of the test data, each module by its path.
pub fn packages() -> Rc<Packages> {
    let packages = Packages::default();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/packages");
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let source = std::fs::read_to_string(&path).unwrap();
            packages.insert(name, &source).unwrap();
        }
    }
    Rc::new(packages)
}

impl Run {
    pub fn new(code: &str, ctx: Json) -> Self {
        Self::with(code, ctx, Rc::new(Packages::default()), MEMORY)
    }

    pub fn with(code: &str, ctx: Json, packages: Rc<Packages>, memory: u64) -> Self {
        let mut vm = TEMPLATE.with(|template| template.machine(memory, (1, 2)).unwrap());
        let ctx = ours(&ctx);
        let record = SessionRecord::new("SID".into(), None, Budget::from_ctx(&ctx), 0);
        set_ctx(&mut vm.heap, &ctx).unwrap();
        let chunk = compile(code.as_bytes(), b"=strategy", &Default::default())
            .map_err(|error| format!("lua error: syntax error: {error}"))
            .map(|chunk| vm.load(&chunk.proto.into()).unwrap());
        let mut host = AlcHost::new(record, packages);
        host.template = Some(TEMPLATE.with(Rc::clone));
        host.namespace = namespace_of(&ctx).to_owned();
        let mut run = Run {
            vm,
            host,
            slice: 100_000,
            slices: 0,
            library: Vec::new(),
            asked: Vec::new(),
            store: Box::new(|_| Err("there is no store".into())),
            chunk,
        };
        if let Ok(chunk) = run.chunk {
            let start = run.vm.natives().find(RUN_PROGRAM).unwrap();
            run.vm.start(Value::Native(start), &[chunk]).unwrap();
        }
        run
    }

    /// Runs to the next event.
    pub fn go(&mut self) -> SessionEvent {
        if let Err(error) = &self.chunk {
            let failure = Failure::from(error.clone());
            return self.host.record.fail(failure, self.host.now()).unwrap();
        }
        loop {
            self.slices += 1;
            assert!(self.slices < 1_000_000, "the program does not end");
            let outcome = self.vm.run(self.slice, &mut self.host);
            let now = self.host.now();
            match outcome {
                Outcome::OutOfFuel => {}
                Outcome::Done => {
                    let Some(&Value::Str(text)) = self.vm.results().first() else {
                        panic!("a program's result is text");
                    };
                    let result = read_tree(self.vm.heap.bytes(text)).unwrap();
                    return self.host.record.complete(result, now).unwrap();
                }
                Outcome::Failed => {
                    let text = failure_text(&mut self.vm, &mut self.host);
                    return self.host.record.fail(text.error, now).unwrap();
                }
                Outcome::Paused => match self.host.request.clone() {
                    Some(Request::Llm(queries)) => {
                        return self.host.record.pause(queries, now).unwrap();
                    }
                    Some(Request::Fork(groups)) => {
                        return self.host.record.pause_groups(groups, now).unwrap();
                    }
                    Some(Request::LoadPackage(name)) => self.load(name),
                    Some(Request::Store(op)) => {
                        let answer = (self.store)(&op);
                        self.host.reply = Some(Reply::Store(answer));
                    }
                    None => panic!("a pause without a request"),
                },
            }
        }
    }

    fn load(&mut self, name: String) {
        let found = self.library.iter().find(|(known, _)| *known == name);
        let source = match found {
            Some((_, Ok(source))) => Ok(Some((*source).to_owned())),
            Some((_, Err(why))) => Err((*why).to_owned()),
            None => Ok(None),
        };
        self.asked.push(name);
        self.host.reply = Some(Reply::Package(source));
    }

    /// Answers one query; the only open one if no id is given.
    pub fn feed(
        &mut self,
        id: Option<&str>,
        response: &str,
        usage: Option<TokenUsage>,
    ) -> Result<SessionEvent, String> {
        let record = &mut self.host.record;
        let id = match id {
            Some(id) => id.into(),
            None => record.sole_pending_id().map_err(|e| e.to_string())?.clone(),
        };
        let answer = Answer {
            query_id: id,
            response: response.into(),
            usage,
        };
        match record.feed(&[answer], None, 0).map_err(|e| e.to_string())? {
            Fed::Waiting(event) => Ok(event),
            Fed::Ready => Ok(self.resume()),
        }
    }

    /// Makes the waiting call raise.
    pub fn fail(&mut self, id: &str, message: &str) -> SessionEvent {
        let record = &mut self.host.record;
        record.fail_query(&id.into(), message, None, 0).unwrap();
        self.resume()
    }

    fn resume(&mut self) -> SessionEvent {
        let record = &mut self.host.record;
        let is_forked = record.state().pending().unwrap().is_forked();
        self.host.reply = Some(if is_forked {
            Reply::Fork(record.resume_groups(0).unwrap())
        } else {
            Reply::Llm(record.resume(0).unwrap())
        });
        self.go()
    }

    /// The open queries.
    pub fn open(&self) -> Vec<LlmQuery> {
        let pending = self.host.record.state().pending();
        pending.map_or(vec![], |pending| pending.pending().cloned().collect())
    }

    /// Runs to the end; `answer` makes the answer to each query.
    pub fn finish(&mut self, mut answer: impl FnMut(&LlmQuery) -> String) -> Json {
        let mut event = self.go();
        while !event.is_terminal() {
            let query = self.open().remove(0);
            let response = answer(&query);
            event = self.feed(Some(query.id.as_str()), &response, None).unwrap();
        }
        event.theirs()
    }

    pub fn snapshot(&self, options: SnapshotOptions) -> Json {
        self.host.record.snapshot(options, 0).theirs()
    }

    /// The log lines as `level source: message`.
    pub fn logs(&self) -> Vec<String> {
        let snapshot = self.snapshot(SnapshotOptions::default());
        let lines = snapshot["metrics"]["recent_logs"].as_array().unwrap();
        let text = |line: &Json, key: &str| line[key].as_str().unwrap().to_owned();
        let line = |line| {
            format!(
                "{} {}: {}",
                text(line, "level"),
                text(line, "source"),
                text(line, "message")
            )
        };
        lines.iter().map(line).collect()
    }
}

/// The result of a program that asks nothing, or its error.
pub fn eval(code: &str) -> Json {
    eval_with(code, json!({}))
}

/// As [`eval`], with a context.
pub fn eval_with(code: &str, ctx: Json) -> Json {
    outcome(Run::new(code, ctx).finish(|query| format!("answer to {}", query.prompt)))
}

/// The result or the error of a terminal event.
pub fn outcome(event: Json) -> Json {
    match event.get("result") {
        Some(result) => result.clone(),
        None => event["error"].clone(),
    }
}
