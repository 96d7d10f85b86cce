//! What packages say of themselves.
//!
//! A package's metadata is the field `meta` of the table that its module
//! returns. It may be computed, so it is read by loading the module: in a machine
//! of its own that is thrown away afterwards, with little fuel and memory, an
//! empty store, and nobody to answer a query.

use std::rc::Rc;

use crate::domain::{Json, JsonObject, SessionRecord};
use crate::lua::compact_lua;
use crate::lua::compiler::{Options, compile};
use crate::lua::library::Template;
use crate::lua::value::Value;
use crate::lua::vm::{Outcome, Vm};

use super::host::{AlcHost, Request};
use super::packages::Packages;
use super::program::{RUN_PROGRAM, failure_text, set_ctx};

/// Loads the package and picks out what is asked for.
const DESCRIBE: &str = compact_lua!(include_str!("describe.lua"));

/// Fuel for loading one package. The largest of algocline's own need 100,000.
const FUEL: i64 = 2_000_000;
/// Memory for loading one package, in bytes.
const MEMORY: u64 = 16 << 20;

/// Whether a package can be run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageKind {
    /// It has a function `run(ctx)`.
    Runnable,
    /// It is there for other packages.
    Library,
}

impl PackageKind {
    /// Its name, as algocline's index of packages has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runnable => "runnable",
            Self::Library => "library",
        }
    }
}

/// What is known of one package.
#[derive(Clone, Debug, PartialEq)]
pub struct PackageInfo {
    /// The name for `require` and `advice`.
    pub name: String,
    /// Whether it can be run; nothing where it could not be loaded.
    pub kind: Option<PackageKind>,
    /// The table `meta` of the module, as far as it is JSON.
    pub meta: JsonObject,
    /// The names of its modules for `require`.
    pub modules: Vec<String>,
    /// Why loading it failed, as a session would report it.
    pub error: Option<String>,
}

impl PackageInfo {
    /// A text of the metadata.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.meta.get(field)?.as_str()
    }

    /// The form for JavaScript; what is not known is null.
    pub fn to_json(&self) -> Json {
        let mut info = JsonObject::new();
        info.set("name", self.name.as_str());
        for field in ["version", "description", "category"] {
            info.set(field, self.text(field));
        }
        info.set("type", self.kind.map(PackageKind::as_str));
        info.set("meta", self.meta.clone());
        let mut modules: Vec<Json> = Vec::new();
        for name in &self.modules {
            modules.push(name.as_str().into());
        }
        info.set("modules", modules);
        info.set_some("error", self.error.as_deref());
        Json::Object(info)
    }
}

/// Loads a package in a machine of its own and tells what it says of itself.
///
/// With `asks_host`, modules that are missing may be found by the host when the
/// package is run, so stand-ins take their place here. Without, a missing module
/// is an error; the metadata are then read with stand-ins all the same.
pub fn describe_package(
    template: &Rc<Template>,
    packages: &Rc<Packages>,
    name: &str,
    asks_host: bool,
    now_ms: u64,
) -> PackageInfo {
    let mut info = PackageInfo {
        name: name.to_owned(),
        kind: None,
        meta: JsonObject::new(),
        modules: packages.modules_of(name),
        error: None,
    };
    if !packages.contains(name) {
        // Modules below a name that is none itself: a folder of scenarios, say.
        info.kind = Some(PackageKind::Library);
        return info;
    }
    let load = |stands_in| load(template, packages, name, stands_in, now_ms);
    match load(asks_host) {
        Ok(found) => info.fill(found),
        Err(why) => {
            info.error = Some(why);
            if !asks_host && let Ok(found) = load(true) {
                info.fill(found);
            }
        }
    }
    info
}

impl PackageInfo {
    /// Takes over what `describe.lua` has returned.
    fn fill(&mut self, found: Json) {
        let Json::Object(mut found) = found else {
            return;
        };
        self.kind = Some(match found.get("runs") {
            Some(Json::Bool(true)) => PackageKind::Runnable,
            _ => PackageKind::Library,
        });
        if let Some(Json::Object(meta)) = found.remove("meta") {
            self.meta = meta;
        }
    }
}

/// Loads the package and returns what `describe.lua` finds, or why it fails.
fn load(
    template: &Rc<Template>,
    packages: &Rc<Packages>,
    name: &str,
    stands_in: bool,
    now_ms: u64,
) -> Result<Json, String> {
    const SHORT: &str = "lua error: not enough memory";
    let record = SessionRecord::new("s-catalogue".into(), None, None, now_ms);
    let mut host = AlcHost::new(record, Rc::clone(packages));
    host.now_ms = now_ms as f64;
    host.template = Some(Rc::clone(template));
    let mut vm = template.machine(MEMORY, (1, 2)).map_err(|_| SHORT)?;
    start(&mut vm, name, stands_in).ok_or(SHORT)?;
    match vm.run(FUEL, &mut host) {
        Outcome::Done => match vm.results().first() {
            Some(Value::Str(id)) => {
                super::json_reader::read_tree(vm.heap.bytes(*id)).map_err(|error| error.to_string())
            }
            _ => Err("lua error: the package has no description".to_owned()),
        },
        Outcome::Failed => Err(failure_text(&mut vm, &mut host).error),
        Outcome::OutOfFuel => Err(format!(
            "lua error: out of fuel: loading the package takes more than {FUEL} instructions"
        )),
        Outcome::Paused => Err(match host.request {
            Some(Request::Llm(_) | Request::Fork(_)) => {
                "lua error: the package asks a model while it is loaded".to_owned()
            }
            _ => "lua error: the package waits while it is loaded".to_owned(),
        }),
    }
}

/// Has the machine run `describe.lua`; nothing if memory is short.
fn start(vm: &mut Vm, name: &str, stands_in: bool) -> Option<()> {
    set_ctx(&mut vm.heap, &Json::Null).ok()?;
    let code = compile(DESCRIBE.as_bytes(), b"=describe", &Options::default()).ok()?;
    let chunk = vm.load(&code.proto.into()).ok()?;
    let run = Value::Native(vm.natives().find(RUN_PROGRAM)?);
    let name = vm.heap.new_string(name.as_bytes()).ok()?;
    vm.start(run, &[chunk, name, Value::Bool(stands_in)]).ok()
}
