//! The Lua modules that a registry offers to all of its sessions.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::lua::SyntaxError;
use crate::lua::proto::Proto;
use crate::lua::source::ChunkSource;

/// A set of modules, shared by sessions and compiled once each.
///
/// Names are module names (`"m"`, `"m.sub"`) or relative paths (`"m/init.lua"`,
/// `"m/sub.lua"`, with or without `.lua`). As in a folder of files, `require
/// "a.b"` takes `a/b.lua` before `a/b/init.lua`.
///
/// ```
/// use algocline_wasm::alc::Packages;
/// let packages = Packages::default();
/// packages.insert("m/init.lua", "return {}").unwrap();
/// packages.insert("m.sub", "return 1").unwrap();
/// assert!(packages.contains("m") && packages.contains("m.sub"));
/// assert_eq!(packages.paths(), ["m/init.lua", "m/sub.lua"]);
/// ```
#[derive(Debug, Default)]
pub struct Packages {
    /// By relative path.
    modules: RefCell<BTreeMap<String, Module>>,
}

#[derive(Clone, Debug)]
struct Module {
    source: Rc<str>,
    /// The code and what compiling it cost, once that has been done.
    compiled: Option<(Rc<Proto>, u64)>,
}

/// A name that no module can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadModuleName(pub String);

impl fmt::Display for BadModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no module name: parts between dots or slashes must not be empty",
            self.0
        )
    }
}

impl std::error::Error for BadModuleName {}

/// A module that was found.
#[derive(Debug)]
pub(super) enum Found {
    /// Its code, and what compiling it costs in units of fuel. Every session pays,
    /// so that none depends on what others did before.
    Code(Rc<Proto>, u64),
    /// It is not Lua.
    Broken(SyntaxError),
}

impl Packages {
    /// Adds a module or replaces it. Sessions that have loaded it keep what they
    /// have.
    ///
    /// # Errors
    /// The name cannot be that of a module: a part of it is empty, or it has a
    /// backslash or a NUL.
    pub fn insert(&self, name: &str, source: &str) -> Result<(), BadModuleName> {
        let path = path_of(name).ok_or_else(|| BadModuleName(name.to_owned()))?;
        let module = Module {
            source: source.into(),
            compiled: None,
        };
        self.modules.borrow_mut().insert(path, module);
        Ok(())
    }

    /// Takes a module away; whether it was there. Both its forms go, `a.lua` and
    /// `a/init.lua`, unless the name tells one of them.
    pub fn remove(&self, name: &str) -> bool {
        let Some(path) = path_of(name) else {
            return false;
        };
        let mut modules = self.modules.borrow_mut();
        let mut gone = modules.remove(&path).is_some();
        if !is_path(name) {
            for path in candidates(name) {
                gone |= modules.remove(&path).is_some();
            }
        }
        gone
    }

    /// Whether `require(name)` finds a module here.
    pub fn contains(&self, name: &str) -> bool {
        self.path(name).is_some()
    }

    /// The relative paths of all modules, in order.
    pub fn paths(&self) -> Vec<String> {
        self.modules.borrow().keys().cloned().collect()
    }

    /// The source of the module that `require(name)` finds.
    pub fn source(&self, name: &str) -> Option<Rc<str>> {
        let path = self.path(name)?;
        let modules = self.modules.borrow();
        Some(Rc::clone(&modules.get(&path)?.source))
    }

    /// The relative path of the module that `require(name)` finds.
    pub(super) fn path(&self, name: &str) -> Option<String> {
        let modules = self.modules.borrow();
        candidates(name)
            .into_iter()
            .find(|path| modules.contains_key(path))
    }

    /// The code of the module at a path, compiled now unless it was before.
    pub(super) fn code(&self, path: &str) -> Option<Found> {
        let mut modules = self.modules.borrow_mut();
        let module = modules.get_mut(path)?;
        if let Some((proto, cost)) = &module.compiled {
            return Some(Found::Code(Rc::clone(proto), *cost));
        }
        let found = compile_module(path, Rc::clone(&module.source));
        if let Found::Code(proto, cost) = &found {
            module.compiled = Some((Rc::clone(proto), *cost));
        }
        Some(found)
    }
}

/// Compiles a module; its chunk is named by its path, as algocline names it.
pub(super) fn compile_module(path: &str, source: Rc<str>) -> Found {
    let source = ChunkSource::new(source.into(), path.as_bytes().into(), true);
    match Rc::new(source).compile(usize::MAX) {
        Ok(compiled) => Found::Code(Rc::new(compiled.proto), compiled.cost),
        Err(error) => Found::Broken(error),
    }
}

/// The paths at which `require(name)` looks, the first one first.
pub(super) fn candidates(name: &str) -> [String; 2] {
    let base = name.replace('.', "/");
    [format!("{base}.lua"), format!("{base}/init.lua")]
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".lua")
}

/// The relative path that a name given by a host stands for.
fn path_of(name: &str) -> Option<String> {
    let path = match is_path(name) {
        true if name.ends_with(".lua") => name.to_owned(),
        true => format!("{name}.lua"),
        false => format!("{}.lua", name.replace('.', "/")),
    };
    let base = path.strip_suffix(".lua")?;
    let is_sound = |part: &str| !part.is_empty() && part != "." && part != "..";
    (base.split('/').all(is_sound) && !base.contains(['\\', '\0'])).then_some(path)
}

/// Whether a program may have the host look for a module of this name: its
/// parts, between dots or slashes, are not empty, so it leads to no other folder.
pub(super) fn is_sound_name(name: &str) -> bool {
    !name.contains(['\\', '\0', ':']) && name.split(['.', '/']).all(|part| !part.is_empty())
}
