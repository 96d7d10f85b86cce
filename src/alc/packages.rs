//! The Lua modules that a registry offers to all of its sessions.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::domain::{Json, SortedMap};
use crate::lua::SyntaxError;
use crate::lua::proto::Proto;
use crate::lua::source::ChunkSource;

use super::json_text;

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
/// assert_eq!(packages.names(), ["m"]);
/// ```
///
/// A clone is another set of the same modules; what is compiled for one of them
/// is compiled for both.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// By relative path.
    modules: RefCell<SortedMap<String, Module>>,
}

#[derive(Clone, Debug)]
struct Module {
    source: Rc<str>,
    /// The code and what compiling it cost, once that has been done.
    compiled: Rc<OnceCell<(Rc<Proto>, u64)>>,
}

/// A name that no module can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadModuleName(pub String);

impl fmt::Display for BadModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no module name: parts between dots or slashes must not be empty",
            json_text(&Json::from(self.0.as_str()))
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
    /// Adds a module or replaces it. Programs that have loaded it keep what they
    /// have.
    ///
    /// # Errors
    /// The name cannot be that of a module: a part of it is empty, or it has a
    /// backslash or a NUL.
    pub fn insert(&self, name: &str, source: &str) -> Result<(), BadModuleName> {
        let path = path_of(name).ok_or_else(|| BadModuleName(name.to_owned()))?;
        self.put(path, source);
        Ok(())
    }

    /// Adds a package of several modules, or replaces one with all its modules.
    /// `files` are named relative to the package: `init` (or `init.lua`) is what
    /// `require(name)` runs, `sub` what `require(name .. ".sub")` runs.
    ///
    /// # Errors
    /// A name cannot be that of a module. Then nothing has changed.
    ///
    /// ```
    /// use algocline_wasm::alc::Packages;
    /// let packages = Packages::default();
    /// let files = [("init.lua", "return require('m.sub')"), ("sub", "return 1")];
    /// packages.insert_package("m", &files).unwrap();
    /// assert_eq!(packages.paths(), ["m/init.lua", "m/sub.lua"]);
    /// ```
    pub fn insert_package(&self, name: &str, files: &[(&str, &str)]) -> Result<(), BadModuleName> {
        let bad = |name: &str| BadModuleName(name.to_owned());
        let base = folder_of(name).ok_or_else(|| bad(name))?;
        let mut modules = Vec::new();
        for (file, source) in files {
            let path = path_of(file).ok_or_else(|| bad(file))?;
            modules.push((format!("{base}/{path}"), *source));
        }
        self.remove(name);
        for (path, source) in modules {
            self.put(path, source);
        }
        Ok(())
    }

    fn put(&self, path: String, source: &str) {
        let module = Module {
            source: source.into(),
            compiled: Rc::default(),
        };
        self.modules.borrow_mut().insert(path, module);
    }

    /// Takes a module and all modules below it away, `a.lua`, `a/init.lua` and
    /// `a/b.lua` for the name `a`; of a path, just the module there. Whether
    /// anything was there.
    pub fn remove(&self, name: &str) -> bool {
        let Some(path) = path_of(name) else {
            return false;
        };
        let mut modules = self.modules.borrow_mut();
        let mut gone = modules.remove(&path).is_some();
        if let Some(folder) = folder_of(name) {
            let count = modules.len();
            let inside = format!("{folder}/");
            modules.retain(|path| !path.starts_with(&inside));
            gone |= modules.len() < count;
        }
        gone
    }

    /// The names of all packages, in order: what stands before the first dot in
    /// the names of modules.
    pub fn names(&self) -> Vec<String> {
        self.distinct(&|path| {
            let name = first_part(path);
            Some(name.strip_suffix(".lua").unwrap_or(name).to_owned())
        })
    }

    /// The names of a package's modules for `require`, in order.
    pub fn modules_of(&self, package: &str) -> Vec<String> {
        self.distinct(&|path| {
            let base = path.strip_suffix(".lua").unwrap_or(path);
            let base = base.strip_suffix("/init").unwrap_or(base);
            (first_part(base) == package).then(|| base.replace('/', "."))
        })
    }

    /// The names that are picked out of the paths of all modules, in order.
    fn distinct(&self, pick: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        let mut names = Vec::new();
        for path in self.modules.borrow().keys() {
            if let Some(name) = pick(path)
                && let Err(at) = names.binary_search(&name)
            {
                names.insert(at, name);
            }
        }
        names
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

    /// The code of the module at a path, if `is_source` holds for its source and it is
    /// Lua.
    pub fn compiled(&self, path: &str, is_source: &dyn Fn(&[u8]) -> bool) -> Option<Rc<Proto>> {
        let is_same = {
            let modules = self.modules.borrow();
            is_source(modules.get(path)?.source.as_bytes())
        };
        match is_same.then(|| self.code(path))?? {
            Found::Code(proto, _) => Some(proto),
            Found::Broken(_) => None,
        }
    }

    /// The code of the module at a path, compiled now unless it was before.
    pub(super) fn code(&self, path: &str) -> Option<Found> {
        let module = self.modules.borrow().get(path)?.clone();
        if let Some((proto, cost)) = module.compiled.get() {
            return Some(Found::Code(Rc::clone(proto), *cost));
        }
        let found = compile_module(path, Rc::clone(&module.source));
        if let Found::Code(proto, cost) = &found {
            // Nobody else can have set it meanwhile.
            let _ = module.compiled.set((Rc::clone(proto), *cost));
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

/// What stands in a path before the first slash.
fn first_part(path: &str) -> &str {
    path.split_once('/').map_or(path, |(first, _)| first)
}

/// The paths at which `require(name)` looks, the first one first.
pub(super) fn candidates(name: &str) -> [String; 2] {
    let base = name.replace('.', "/");
    [format!("{base}.lua"), format!("{base}/init.lua")]
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".lua")
}

/// The folder of a package's modules, for a module's name; nothing for a path.
fn folder_of(name: &str) -> Option<String> {
    if is_path(name) {
        return None;
    }
    Some(path_of(name)?.strip_suffix(".lua")?.to_owned())
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
