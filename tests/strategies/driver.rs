//! Runs one strategy in a session, without a registry around it.

use std::rc::Rc;

use algocline_wasm::alc::{Packages, template};
use algocline_wasm::domain::{Answer, LlmQuery, SortedMap, Status};
use algocline_wasm::session::{Limits, Plan, Program, ProgramCache, Session, Shared};
use serde_json::Value as Json;

use super::trees::{Theirs, ours};

/// How a run went.
pub struct Run {
    /// What was asked, pause by pause.
    pub pauses: Vec<Vec<LlmQuery>>,
    /// What the program returned, or its error.
    pub result: Result<Json, String>,
    /// What `alc.stats.record` recorded.
    pub custom: Json,
}

impl Run {
    /// How many queries were asked.
    pub fn queries(&self) -> usize {
        self.pauses.iter().map(Vec::len).sum()
    }

    /// `answer` in the result.
    pub fn answer(&self) -> Result<&str, String> {
        let result = self.result.as_ref().map_err(Clone::clone)?;
        result["answer"]
            .as_str()
            .ok_or_else(|| format!("the result has no text as its answer: {result}"))
    }
}

/// Answers the queries of a pause, given its index; an error fails the first query.
pub type Model<'a> = dyn FnMut(usize, &[LlmQuery]) -> Result<Vec<String>, String> + 'a;

/// More instructions than any strategy needs between two pauses, even when a reply is 20 kB of
/// rubbish: work that grows with the square of a reply would use them up.
const FUEL: u64 = 5_000_000;

/// More pauses than any strategy makes here.
const MAX_PAUSES: usize = 200;

/// Runs a strategy to its end and returns its `ctx.result`.
pub fn run(strategy: &str, ctx: &Json, model: &mut Model<'_>) -> Run {
    run_chunk(
        strategy,
        &format!("return require('{strategy}').run(ctx).result"),
        ctx,
        model,
    )
}

/// Runs a chunk to its end that may require the strategy.
pub fn run_chunk(strategy: &str, chunk: &str, ctx: &Json, model: &mut Model<'_>) -> Run {
    let mut session = start(strategy, chunk, ctx);
    let mut pauses = Vec::new();
    loop {
        let step = session.step(FUEL, 0);
        let event = step.event.expect("the fuel suffices");
        let json = event.theirs();
        let result = match event.status() {
            Status::Completed => Ok(json["result"].clone()),
            Status::Failed => Err(json["error"].as_str().unwrap().to_owned()),
            Status::NeedsResponse => {
                assert!(pauses.len() < MAX_PAUSES, "{strategy} asks for ever");
                let pending = session.record().state().pending().unwrap();
                let queries: Vec<LlmQuery> = pending.pending().cloned().collect();
                let pause = json["pause"].as_u64().unwrap();
                resume(&mut session, pause, &queries, model(pauses.len(), &queries));
                pauses.push(queries);
                continue;
            }
            Status::Accepted | Status::Cancelled => panic!("{strategy}: {json}"),
        };
        return Run {
            pauses,
            result,
            custom: json["stats"]["custom"].clone(),
        };
    }
}

thread_local! {
    /// Making the template is the slow part, so all runs of a thread share one.
    static SHARED: Rc<Shared> = {
        let packages = Packages::default();
        for strategy in crate::strategies() {
            let source = crate::read(&strategy, "init.lua");
            packages.insert(&strategy, &source).expect("a strategy's name is a module's name");
        }
        Rc::new(Shared {
            template: Rc::new(template().expect("the libraries run")),
            programs: ProgramCache::default(),
            packages: std::cell::RefCell::new(Rc::new(packages)),
            loads_packages: false,
            store: Some(Rc::default()),
        })
    };
}

fn start(strategy: &str, chunk: &str, ctx: &Json) -> Box<Session> {
    let plan = Plan {
        program: Program::Chunk(chunk.into()),
        ctx: ours(ctx),
        env: SortedMap::new(),
        limits: Limits {
            fuel: FUEL,
            ..Limits::default()
        },
        seed: (1, 2),
        strategy: Some(strategy.to_owned()),
        history: None,
    };
    SHARED.with(|shared| Session::new("s-0-test".into(), plan, shared, false, 0))
}

fn resume(
    session: &mut Session,
    pause: u64,
    queries: &[LlmQuery],
    said: Result<Vec<String>, String>,
) {
    let outcome = match said {
        Ok(responses) => {
            let answers: Vec<Answer> = queries
                .iter()
                .zip(responses)
                .map(|(query, response)| Answer {
                    query_id: query.id.clone(),
                    response,
                    usage: None,
                })
                .collect();
            session.feed(&answers, Some(pause), 0).map(|_| ())
        }
        Err(message) => session.fail_query(&queries[0].id, &message, Some(pause), 0),
    };
    outcome.expect("the answers fit the queries");
}
