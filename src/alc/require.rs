//! `require` and `package`.
//!
//! The searcher for packages stands before the one for `package.preload`, as in
//! native algocline. It runs the module itself, so a module may pause while it
//! is loaded, gets no arguments, and has no second result.

use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::function::Upval;
use crate::lua::heap::Heap;
use crate::lua::library::Builder;
use crate::lua::native::{Action, Ctx, NativeFn, Next};
use crate::lua::natives;
use crate::lua::value::{TableId, Value};

use super::args::Args;
use super::host::{AlcHost, Reply, Request};
use super::packages::{Found, candidates, compile_module, is_sound_name};

/// The name of `package` in the registry, where programs cannot change it.
const PACKAGE: &str = "alc.package";
/// The native that returns a loaded module's value.
const LOADER: &str = "package/loader";

/// Adds `require` and `package`, whose texts the prelude adds.
pub(super) fn open(b: &mut Builder) -> Result<(), OutOfMemory> {
    let package = b.library("package", natives! {})?;
    let loaded = b.loaded;
    b.heap
        .raw_set_name(package, "loaded", Value::Table(loaded))?;
    let preload = b.table(package, "preload", natives! {})?;
    let searchers = b.table(package, "searchers", natives! {})?;
    for (index, (name, run)) in (1..).zip(SEARCHERS) {
        let native = Value::Native(b.native(name, run));
        b.heap.raw_set_int(searchers, index, native)?;
    }
    b.native(LOADER, loader);
    let registry = b.heap.registry;
    for (name, table) in [(PACKAGE, package), ("preload", preload)] {
        b.heap.raw_set_name(registry, name, Value::Table(table))?;
    }
    let globals = b.heap.globals;
    b.functions(globals, natives! {"require" => require})
}

const SEARCHERS: [(&str, NativeFn); 2] = [
    ("package/search_packages", search_packages),
    ("package/search_preload", search_preload),
];

/// A table that a library keeps in the registry of the running program.
fn registry_table(ctx: &Ctx<'_>, name: &str) -> Option<TableId> {
    match ctx.heap.raw_get_name(ctx.registry(), name) {
        Value::Table(id) => Some(id),
        _ => None,
    }
}

/// Where `require` keeps its state: the name of the module is local 0.
mod local {
    pub(super) const NAME: usize = 0;
    pub(super) const SEARCHERS: usize = 1;
    pub(super) const INDEX: usize = 2;
    pub(super) const MESSAGE: usize = 3;
    pub(super) const EXTRA: usize = 4;
    pub(super) const COUNT: usize = 5;
}

/// A searcher has returned.
const SEARCHED: u32 = 1;
/// The loader has returned.
const LOADED: u32 = 2;

/// `require(name)`: the module's value, and what its searcher gave with it.
fn require(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    match ctx.stage {
        SEARCHED => searched(ctx),
        LOADED => module_loaded(ctx),
        _ => {
            let name = ctx.check_str(1)?;
            let Some(loaded) = registry_table(ctx, "loaded") else {
                return Err(Error::message("'package.loaded' is gone"));
            };
            let value = ctx.heap.raw_get(loaded, Value::Str(name));
            if value.truthy() {
                return ctx.give(value);
            }
            let searchers = match registry_table(ctx, PACKAGE) {
                Some(package) => ctx.heap.raw_get_name(package, "searchers"),
                None => Value::Nil,
            };
            if !matches!(searchers, Value::Table(_)) {
                return Err(Error::message("'package.searchers' must be a table"));
            }
            ctx.set_locals(1)?;
            ctx.set_locals(local::COUNT)?;
            ctx.set_local(local::SEARCHERS, searchers);
            ctx.set_local(local::INDEX, Value::Int(0));
            let nothing = ctx.heap.new_string(b"")?;
            ctx.set_local(local::MESSAGE, nothing);
            search_next(ctx)
        }
    }
}

/// Calls the next searcher.
fn search_next(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let index = match ctx.local(local::INDEX) {
        Value::Int(index) => index.saturating_add(1),
        _ => 1,
    };
    let searcher = match ctx.local(local::SEARCHERS) {
        Value::Table(searchers) => ctx.heap.table(searchers).get_int(index),
        _ => Value::Nil,
    };
    if searcher.is_nil() {
        let mut text = b"module '".to_vec();
        text.extend_from_slice(string_of(ctx, local::NAME));
        text.extend_from_slice(b"' not found:");
        text.extend_from_slice(string_of(ctx, local::MESSAGE));
        return Err(Error::message(text));
    }
    ctx.set_local(local::INDEX, Value::Int(index));
    let name = ctx.local(local::NAME);
    ctx.call(searcher, &[name], 2, SEARCHED)
}

fn string_of<'c>(ctx: &'c Ctx<'_>, index: usize) -> &'c [u8] {
    match ctx.local(index) {
        Value::Str(id) => ctx.heap.bytes(id),
        _ => b"",
    }
}

/// Looks at what a searcher returned: a loader, or why it found none.
fn searched(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let (found, extra) = (ctx.result(0), ctx.result(1));
    if found.is_function() {
        ctx.drop_results();
        ctx.set_local(local::EXTRA, extra);
        let name = ctx.local(local::NAME);
        return ctx.call(found, &[name, extra], 1, LOADED);
    }
    if let Value::Str(why) = found {
        let mut message = string_of(ctx, local::MESSAGE).to_vec();
        message.extend_from_slice(b"\n\t");
        message.extend_from_slice(ctx.heap.bytes(why));
        let message = ctx.heap.new_string(&message)?;
        ctx.drop_results();
        ctx.set_local(local::MESSAGE, message);
    } else {
        ctx.drop_results();
    }
    search_next(ctx)
}

/// Keeps what the loader returned: nil counts as true unless the module has
/// entered itself.
fn module_loaded(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.local(local::NAME);
    let extra = ctx.local(local::EXTRA);
    let mut value = ctx.result(0);
    let Some(loaded) = registry_table(ctx, "loaded") else {
        return Err(Error::message("'package.loaded' is gone"));
    };
    if value.is_nil() {
        value = match ctx.heap.raw_get(loaded, name) {
            Value::Nil => Value::Bool(true),
            entered => entered,
        };
    }
    ctx.heap.raw_set(loaded, name, value)?;
    ctx.drop_results();
    ctx.results(&[value, extra])
}

/// The module's chunk has returned.
const RAN: u32 = 1;
/// The host has looked for the module.
const FETCHED: u32 = 2;

/// The first searcher: registered packages, then the host's own.
fn search_packages(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if ctx.stage == RAN {
        let value = ctx.result(0);
        let Some(loader) = ctx.natives.find(LOADER) else {
            return Err(Error::message("the loader is gone"));
        };
        let loader = ctx.heap.new_bound(loader, &[value])?;
        ctx.drop_results();
        return ctx.give(Value::Bound(loader));
    }
    let name = ctx.text(1)?;
    if ctx.stage == FETCHED {
        return fetched(ctx, &name);
    }
    let host = AlcHost::of(ctx.host)?;
    let packages = std::rc::Rc::clone(&host.packages);
    if let Some(path) = packages.path(&name)
        && let Some(found) = packages.code(&path)
    {
        return run(ctx, found);
    }
    if host.loads_packages {
        if !is_sound_name(&name) {
            return Err(ctx.raise(["path traversal blocked: ", &name].concat()));
        }
        host.reply = None;
        host.request = Some(Request::LoadPackage(name));
        return ctx.want(Next::Pause { stage: FETCHED });
    }
    not_found(ctx, &name)
}

fn not_found(ctx: &mut Ctx<'_>, name: &str) -> Result<Action, Error> {
    ctx.return_bytes(["no resolver for '", name, "'"].concat().as_bytes())
}

/// Goes on with what the host found.
fn fetched(ctx: &mut Ctx<'_>, name: &str) -> Result<Action, Error> {
    let host = AlcHost::of(ctx.host)?;
    let found = match &host.reply {
        Some(Reply::Package(found)) => found.clone(),
        _ => Err("no answer".to_owned()),
    };
    let source = match found {
        Ok(Some(source)) => source,
        nothing => {
            (host.request, host.reply) = (None, None);
            let Err(why) = nothing else {
                return not_found(ctx, name);
            };
            let text = ["module '", name, "' could not be loaded: ", &why].concat();
            return Err(ctx.raise(text));
        }
    };
    let [path, _] = candidates(name);
    let action = run(ctx, compile_module(&path, source.into()))?;
    let host = AlcHost::of(ctx.host)?;
    (host.request, host.reply) = (None, None);
    Ok(action)
}

/// Calls the module's chunk.
fn run(ctx: &mut Ctx<'_>, found: Found) -> Result<Action, Error> {
    match found {
        Found::Code(proto, cost) => {
            ctx.charge(usize::try_from(cost).unwrap_or(usize::MAX));
            let globals = ctx.globals();
            let function = load_chunk(ctx.heap, &proto, globals)?;
            ctx.call(function, &[], 1, RAN)
        }
        Found::Broken(error) => {
            ctx.charge(usize::try_from(error.cost).unwrap_or(usize::MAX));
            Err(ctx.raise(error.to_string()))
        }
    }
}

/// A function that runs a main chunk with the usual globals.
fn load_chunk(
    heap: &mut Heap,
    proto: &std::rc::Rc<crate::lua::proto::Proto>,
    globals: TableId,
) -> Result<Value, OutOfMemory> {
    let id = heap.load_proto(proto)?;
    let upval = heap.new_upval(Upval::Closed(Value::Table(globals)))?;
    Ok(Value::Closure(heap.new_closure(id, [upval].into())?))
}

/// What the first searcher gives as loader: the module has run already.
fn loader(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    ctx.give(ctx.upvalue(0))
}

/// The second searcher: `package.preload`.
fn search_preload(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let name = ctx.check_str(1)?;
    let found = match registry_table(ctx, "preload") {
        Some(preload) => ctx.heap.raw_get(preload, Value::Str(name)),
        None => Value::Nil,
    };
    if found.is_nil() {
        let mut text = b"no field package.preload['".to_vec();
        text.extend_from_slice(ctx.heap.bytes(name));
        text.extend_from_slice(b"']");
        return ctx.return_bytes(&text);
    }
    let extra = ctx.heap.new_string(b":preload:")?;
    ctx.results(&[found, extra])
}
