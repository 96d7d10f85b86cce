//! `alc.llm` and `alc.llm_batch`: where a program pauses.

use crate::domain::{DEFAULT_MAX_TOKENS, LlmQuery, QueryId, Resolution};
use crate::lua::error::{Error, ErrorKind};
use crate::lua::heap::Heap;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::value::{TableId, Value};

use super::args::{Args, Mismatch, field, to_table, to_text, to_u32};
use super::host::{AlcHost, Reply, Request};
use super::json::room;
use super::json_decode::new_array;

/// The stage at which the answers are there.
const ANSWERED: u32 = 1;
/// The stage at which the system prompt has the cards in front.
const CARDS_READ: u32 = 2;

/// The name in the registry of the Lua function behind `card_context`.
pub(super) const CARD_CONTEXT: &str = "alc.card_context";

/// `alc.llm(prompt, [opts])`: the answer to one query.
pub(super) fn llm(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == ANSWERED {
        let answers = answers(ctx, 1)?;
        let Some(answer) = answers.first() else {
            return Err(ctx.raise(NO_ANSWER));
        };
        return finish(ctx, *answer);
    }
    let prompt = ctx.text(1)?;
    let opts = ctx.opt_table(2)?;
    let mut query = LlmQuery::new(QueryId::single(), prompt);
    if let Some(opts) = opts {
        read_options(ctx.heap, opts, &mut query, false);
        if ctx.stage == CARDS_READ {
            let system = ctx.result(0);
            query.system = to_text(ctx.heap, system).ok();
            ctx.drop_results();
        } else {
            let cards = field(ctx.heap, opts, "card_context");
            let read = ctx.heap.raw_get_name(ctx.registry(), CARD_CONTEXT);
            if !cards.is_nil() && read.is_function() {
                check_budget(ctx, 1)?;
                let system = field(ctx.heap, opts, "system");
                return ctx.call(read, &[cards, system], 1, CARDS_READ);
            }
        }
    }
    ask(ctx, vec![query])
}

/// `alc.llm_batch(items)`: the answers to several queries, in their order.
pub(super) fn llm_batch(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == ANSWERED {
        let items = ctx.table(1)?;
        let count = ctx.heap.table(items).len();
        let answers = answers(ctx, usize::try_from(count).unwrap_or(0))?;
        let list = new_array(ctx.heap, &answers)?;
        return finish(ctx, Value::Table(list));
    }
    let items = ctx.table(1)?;
    let count = ctx.heap.table(items).len();
    if count == 0 {
        return Err(ctx.raise("alc.llm_batch: empty items array"));
    }
    let room = room(ctx);
    let mut size = 0_usize;
    let mut queries = Vec::new();
    for index in 1..=count {
        let item = ctx.heap.table(items).get_int(index);
        let query = match batch_query(ctx.heap, item, queries.len()) {
            Ok(query) => query,
            Err(why) => return Err(ctx.raise(String::from(why))),
        };
        ctx.charge(16);
        size = size.saturating_add(query_bytes(&query));
        if size > room {
            return Err(Error::new(ErrorKind::Memory));
        }
        queries.push(query);
    }
    ask(ctx, queries)
}

/// The query of one item of `alc.llm_batch`.
fn batch_query(heap: &mut Heap, item: Value, index: usize) -> Result<LlmQuery, Mismatch> {
    let item = to_table(item)?;
    let prompt = field(heap, item, "prompt");
    let prompt = to_text(heap, prompt)?;
    let mut query = LlmQuery::new(QueryId::batch(index), prompt);
    read_options(heap, item, &mut query, true);
    Ok(query)
}

/// The options of a query. One of the wrong type counts as absent, and what can be
/// taken for the right type is, unless only strings are texts.
fn read_options(heap: &mut Heap, opts: TableId, query: &mut LlmQuery, only_strings: bool) {
    for (name, option) in [
        ("system", &mut query.system),
        ("cache_breakpoint", &mut query.cache_breakpoint),
        ("role", &mut query.role),
    ] {
        let value = field(heap, opts, name);
        if !only_strings || matches!(value, Value::Str(_)) {
            *option = to_text(heap, value).ok();
        }
    }
    let max_tokens = field(heap, opts, "max_tokens");
    query.max_tokens = to_u32(heap, max_tokens).unwrap_or(DEFAULT_MAX_TOKENS);
    query.grounded = field(heap, opts, "grounded").truthy();
    query.underspecified = field(heap, opts, "underspecified").truthy();
}

/// About how much memory a query takes outside of the heap.
fn query_bytes(query: &LlmQuery) -> usize {
    let mut size = size_of::<LlmQuery>().saturating_add(query.prompt.len());
    for text in [&query.system, &query.cache_breakpoint, &query.role] {
        size = size.saturating_add(text.as_ref().map_or(0, String::len));
    }
    size
}

/// Leaves the queries with the host and pauses.
fn ask(ctx: &mut Ctx<'_>, queries: Vec<LlmQuery>) -> Result<Action, Error> {
    let size: usize = queries.iter().map(query_bytes).sum();
    if size > room(ctx) {
        return Err(Error::new(ErrorKind::Memory));
    }
    ctx.charge(size / 16);
    check_budget(ctx, queries.len())?;
    let is_child = ctx.thread.realm.is_some();
    let host = AlcHost::of(ctx.host)?;
    host.reply = None;
    if is_child {
        host.asked = vec![(host.record.next_group(), queries)];
        return ctx.want(Next::Detach { stage: ANSWERED });
    }
    host.request = Some(Request::Llm(queries));
    ctx.want(Next::Pause { stage: ANSWERED })
}

/// Whether the budget allows so many more queries.
fn check_budget(ctx: &mut Ctx<'_>, count: usize) -> Result<(), Error> {
    let host = AlcHost::of(ctx.host)?;
    // Those that other children have asked count, although nobody knows of them.
    let unknown = host.collected.iter().map(|(_, queries)| queries.len());
    let count = unknown.fold(count, usize::saturating_add);
    match host.record.metrics().check_budget(count, host.now()) {
        Ok(()) => Ok(()),
        Err(exceeded) => Err(ctx.raise(exceeded.to_string())),
    }
}

/// What is raised where a driver goes on without an answer.
pub(super) const NO_ANSWER: &str = "LLM bridge recv failed: no answer";

/// The answers as strings of the heap. They stay with the host until
/// [`finish`], since memory may run out here.
fn answers(ctx: &mut Ctx<'_>, count: usize) -> Result<Vec<Value>, Error> {
    let host = AlcHost::of(ctx.host)?;
    let resolution = match &host.reply {
        Some(Reply::Llm(resolution)) => Some(resolution),
        Some(Reply::Fork(groups)) => groups.first().map(|(_, resolution)| resolution),
        _ => None,
    };
    let answers = match resolution {
        Some(Resolution::Answers(answers)) if answers.len() == count => answers,
        Some(Resolution::Failed { message, .. }) => {
            let message = message.clone();
            host.reply = None;
            host.request = None;
            return Err(ctx.raise(message));
        }
        _ => return Err(ctx.raise(NO_ANSWER)),
    };
    let mut values = Vec::with_capacity(answers.len());
    let mut size = 0_usize;
    for answer in answers {
        size = size.saturating_add(answer.len() / 16);
        values.push(ctx.heap.new_string(answer.as_bytes())?);
    }
    ctx.charge(size);
    Ok(values)
}

fn finish(ctx: &mut Ctx<'_>, value: Value) -> Result<Action, Error> {
    let host = AlcHost::of(ctx.host)?;
    host.reply = None;
    host.request = None;
    ctx.give(value)
}
