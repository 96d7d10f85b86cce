//! The key-value store behind `alc.state` and `alc.card`.
//!
//! A store keeps JSON texts by key. Where it lies in this process, the native
//! asks it at once; where the host keeps it, a [`StoreOp`] is a request like any
//! other: the program stands still until the driver brings the [`StoreValue`].
//!
//! What lies under which key (the parts of a key hold no slash, except the last):
//!
//! | key | value |
//! |---|---|
//! | `state/<namespace>/<key>` | an entry of `alc.state` |
//! | `dispatch/<prefix>/<id>` | the entry of `alc.state` called `<prefix>:<id>` |
//! | `backup/<prefix>/<id>` | what that entry was before its last change |
//! | `card/<card_id>` | a card |
//! | `card_samples/<card_id>` | the list of a card's samples |
//! | `card_alias/<name>` | `{name, card_id, pkg?, set_at, note?}` |

use std::cell::RefCell;

use crate::domain::{LogSource, SortedMap};
use crate::lua::account::OutOfMemory;
use crate::lua::error::Error;
use crate::lua::native::{Action, Ctx, Next};
use crate::lua::value::{TableId, Value};

use super::args::Args;
use super::host::{AlcHost, Reply, Request};
use super::json::{encode_value, to_json};
use super::json_decode::{DecodeError, decode, new_array};
use super::json_text::json_text;

/// What is asked of a store. Values are JSON texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreOp {
    /// The value of a key.
    Get(String),
    /// Sets the value of a key.
    Set(String, String),
    /// Takes a key away.
    Delete(String),
    /// All keys that begin with this.
    List(String),
    /// All keys that begin with this, with their values.
    Entries(String),
}

impl StoreOp {
    /// The operation's name and the key or prefix that it is about.
    pub fn name_and_key(&self) -> (&'static str, &str) {
        match self {
            StoreOp::Get(key) => ("get", key),
            StoreOp::Set(key, _) => ("set", key),
            StoreOp::Delete(key) => ("delete", key),
            StoreOp::List(prefix) => ("list", prefix),
            StoreOp::Entries(prefix) => ("entries", prefix),
        }
    }
}

/// What a store answers, one kind for each [`StoreOp`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreValue {
    /// The value, nothing if there is none.
    Found(Option<String>),
    /// It is set.
    Set,
    /// Whether the key was there.
    Deleted(bool),
    /// The keys.
    Keys(Vec<String>),
    /// The keys with their values.
    Entries(Vec<(String, String)>),
}

/// A store in memory, shared by the sessions of a registry.
///
/// ```
/// use algocline_wasm::alc::{MemoryStore, StoreOp, StoreValue};
/// let store = MemoryStore::default();
/// store.answer(&StoreOp::Set("a/1".into(), "[]".into())).unwrap();
/// let keys = store.answer(&StoreOp::List("a/".into()));
/// assert_eq!(keys, Ok(StoreValue::Keys(vec!["a/1".into()])));
/// ```
#[derive(Debug)]
pub struct MemoryStore {
    kept: RefCell<Kept>,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Kept {
    values: SortedMap<String, String>,
    bytes: usize,
}

/// Bytes of keys and values that a store takes unless it is told otherwise.
const DEFAULT_MAX_BYTES: usize = 64 << 20;
/// What an entry counts besides its texts.
const ENTRY_BYTES: usize = 64;

impl Default for MemoryStore {
    /// A store for 64 MiB.
    fn default() -> Self {
        Self::with_limit(DEFAULT_MAX_BYTES)
    }
}

impl MemoryStore {
    /// A store that takes so many bytes of keys and values.
    pub fn with_limit(max_bytes: usize) -> Self {
        Self {
            kept: RefCell::default(),
            max_bytes,
        }
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// The store is full.
    #[inline(never)]
    pub fn answer(&self, op: &StoreOp) -> Result<StoreValue, String> {
        match op {
            StoreOp::Get(key) => Ok(StoreValue::Found(
                self.kept.borrow().get(key).map(str::to_owned),
            )),
            StoreOp::Set(key, value) => self.set(key, value),
            StoreOp::Delete(key) => Ok(StoreValue::Deleted(self.delete(key))),
            StoreOp::List(prefix) => {
                let mut keys = Vec::new();
                self.kept
                    .borrow()
                    .below(prefix, &mut |key, _| keys.push(key.to_owned()));
                Ok(StoreValue::Keys(keys))
            }
            StoreOp::Entries(prefix) => {
                let mut entries = Vec::new();
                let mut add =
                    |key: &str, value: &str| entries.push((key.to_owned(), value.to_owned()));
                self.kept.borrow().below(prefix, &mut add);
                Ok(StoreValue::Entries(entries))
            }
        }
    }

    fn set(&self, key: &str, value: &str) -> Result<StoreValue, String> {
        let mut kept = self.kept.borrow_mut();
        let before = kept.get(key).map_or(0, |old| size(key, old));
        let bytes = kept
            .bytes
            .saturating_sub(before)
            .saturating_add(size(key, value));
        if bytes > self.max_bytes {
            return Err(format!("the store is full ({} bytes)", self.max_bytes));
        }
        kept.bytes = bytes;
        kept.values.insert(key.to_owned(), value.to_owned());
        Ok(StoreValue::Set)
    }

    fn delete(&self, key: &str) -> bool {
        let mut kept = self.kept.borrow_mut();
        let Some(old) = kept.values.remove(key) else {
            return false;
        };
        kept.bytes = kept.bytes.saturating_sub(size(key, &old));
        true
    }
}

impl Kept {
    fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Shows the entries whose keys begin with a prefix.
    fn below(&self, prefix: &str, show: &mut dyn FnMut(&str, &str)) {
        for (key, value) in self.values.from_key(prefix) {
            if !key.starts_with(prefix) {
                break;
            }
            show(key, value);
        }
    }
}

fn size(key: &str, value: &str) -> usize {
    key.len()
        .saturating_add(value.len())
        .saturating_add(ENTRY_BYTES)
}

/// The store has answered.
const ANSWERED: u32 = 1;

/// `native.store(operation, key, [value])`: whether the key was there, and its
/// value (`get`); nothing (`set`); whether the key was there (`delete`); the list
/// of keys (`list`), and that of their values (`entries`).
pub(super) fn store(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let key = ctx.text(2)?;
    if ctx.stage == ANSWERED {
        let answer = match &AlcHost::of(ctx.host)?.reply {
            Some(Reply::Store(answer)) => answer.clone(),
            _ => Err("no answer".to_owned()),
        };
        let action = deliver(ctx, &key, answer)?;
        let host = AlcHost::of(ctx.host)?;
        (host.request, host.reply) = (None, None);
        return Ok(action);
    }
    let op = op(ctx, key)?;
    ctx.charge(100);
    let host = AlcHost::of(ctx.host)?;
    match &host.store {
        Some(memory) => {
            let answer = memory.answer(&op);
            let (_, key) = op.name_and_key();
            deliver(ctx, key, answer)
        }
        None => {
            host.reply = None;
            host.request = Some(Request::Store(op));
            ctx.want(Next::Pause { stage: ANSWERED })
        }
    }
}

/// What the arguments ask for.
#[inline(never)]
fn op(ctx: &mut Ctx<'_>, key: String) -> Result<StoreOp, Error> {
    Ok(match ctx.text(1)?.as_str() {
        "get" => StoreOp::Get(key),
        "delete" => StoreOp::Delete(key),
        "list" => StoreOp::List(key),
        "entries" => StoreOp::Entries(key),
        _ => {
            let value = encode_value(ctx, ctx.arg(3))?;
            StoreOp::Set(key, String::from_utf8_lossy(&value).into_owned())
        }
    })
}

/// Makes Lua values of a store's answer.
#[inline(never)]
fn deliver(
    ctx: &mut Ctx<'_>,
    key: &str,
    answer: Result<StoreValue, String>,
) -> Result<Action, Error> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return Err(failed(ctx, key, &why)),
    };
    match answer {
        StoreValue::Found(None) => ctx.give(Value::Bool(false)),
        StoreValue::Found(Some(text)) => {
            let value = value_of(ctx, key, &text)?;
            ctx.results(&[Value::Bool(true), value])
        }
        StoreValue::Set => ctx.nothing(),
        StoreValue::Deleted(was_there) => ctx.give(Value::Bool(was_there)),
        StoreValue::Keys(found) => {
            let keys = new_array(ctx.heap, &[])?;
            for key in &found {
                add_key(ctx, keys, key)?;
            }
            ctx.give(Value::Table(keys))
        }
        StoreValue::Entries(found) => {
            let keys = new_array(ctx.heap, &[])?;
            let values = new_array(ctx.heap, &[])?;
            for (index, (key, text)) in (1..).zip(&found) {
                add_key(ctx, keys, key)?;
                let value = value_of(ctx, key, text)?;
                ctx.heap.raw_set_int(values, index, value)?;
            }
            ctx.results(&[Value::Table(keys), Value::Table(values)])
        }
    }
}

#[cold]
fn failed(ctx: &mut Ctx<'_>, key: &str, why: &str) -> Error {
    // Whatever the host has said is used up.
    if let Ok(host) = AlcHost::of(ctx.host) {
        (host.request, host.reply) = (None, None);
    }
    let op = ctx.text(1).unwrap_or_default();
    ctx.raise(["store: ", &op, " '", key, "' failed: ", why].concat())
}

/// Appends a key to a list.
#[inline(never)]
fn add_key(ctx: &mut Ctx<'_>, list: TableId, key: &str) -> Result<(), Error> {
    ctx.charge(key.len() / 16 + 4);
    let key = ctx.heap.new_string(key.as_bytes())?;
    let index = ctx.heap.table(list).len() + 1;
    ctx.heap.raw_set_int(list, index, key)?;
    Ok(())
}

#[inline(never)]
fn value_of(ctx: &mut Ctx<'_>, key: &str, text: &str) -> Result<Value, Error> {
    ctx.charge(text.len() / 2);
    match decode(ctx.heap, text.as_bytes()) {
        Ok(value) => Ok(value),
        Err(DecodeError::Memory) => Err(OutOfMemory.into()),
        Err(DecodeError::Syntax(error)) => {
            let why = ["the value is no JSON: ", &error.to_string()].concat();
            Err(failed(ctx, key, &why))
        }
    }
}

/// `native.namespace()`: the session's namespace.
pub(super) fn namespace(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    if let Some(realm) = ctx.thread.realm {
        let own = ctx.heap.raw_get_name(realm, super::fork::NAMESPACE);
        return ctx.give(own);
    }
    let namespace = AlcHost::of(ctx.host)?.namespace.clone();
    ctx.return_bytes(namespace.as_bytes())
}

/// `native.text(index, value)`: the value as a string, or the error of a wrong
/// argument of this number.
pub(super) fn text(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = checked_text(ctx)?;
    match ctx.arg(2) {
        value @ Value::Str(_) => ctx.give(value),
        _ => ctx.return_bytes(text.as_bytes()),
    }
}

/// The second argument as a text; the first one is its number in messages.
pub(super) fn checked_text(ctx: &mut Ctx<'_>) -> Result<String, Error> {
    match super::args::to_text(ctx.heap, ctx.arg(2)) {
        Ok(text) => Ok(text),
        Err(why) => {
            let index = ctx.u64(1)?;
            Err(ctx.bad_argument(usize::try_from(index).unwrap_or(1), why))
        }
    }
}

/// `native.raise(message)`: an error of a function of `alc`, without a position.
pub(super) fn raise(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let message = ctx.text(1)?;
    Err(ctx.raise(message))
}

/// `native.hash(value)`: [`digest`] of the value's JSON text with sorted keys.
pub(super) fn hash(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = json_text(&to_json(ctx, ctx.arg(1))?);
    digest(ctx, text.as_bytes())
}

/// `native.hash_text(text)`: [`digest`] of a string.
pub(super) fn hash_text(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let text = ctx.check_str(1)?;
    let text = ctx.heap.strings.shared(text);
    digest(ctx, &text)
}

/// DJB2 (Bernstein's `hash * 33 + byte`, from 5381) modulo 2^64, as 16 hexadecimal
/// digits.
fn digest(ctx: &mut Ctx<'_>, text: &[u8]) -> Result<Action, Error> {
    ctx.charge(text.len() / 2);
    let mut hash: u64 = 5381;
    for byte in text {
        hash = hash.wrapping_mul(33).wrapping_add(u64::from(*byte));
    }
    ctx.return_bytes(format!("{hash:016x}").as_bytes())
}

/// `native.card_log(message)`: tells the log what has become of a card.
pub(super) fn card_log(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
    let message = ctx.text(1)?;
    ctx.charge(50);
    AlcHost::of(ctx.host)?.log("info", LogSource::Card, &message);
    ctx.nothing()
}
