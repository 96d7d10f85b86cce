//! The packages of a registry: adding them, taking them away, listing them.
//!
//! Sessions share a set of packages that never changes. A change makes another
//! set, which sessions that start later get; so a program never meets two
//! versions of a package.

use std::rc::Rc;

use crate::alc::{BadModuleName, PackageInfo, Packages, describe_package};
use crate::domain::SessionError;

use super::Registry;

impl Registry {
    /// Adds one module, or replaces the one of this name (`"m"`, `"m.sub"`).
    /// Sessions that have started keep what they started with.
    ///
    /// # Errors
    /// The name cannot be that of a module; the registry was disposed of.
    pub fn add_module(&self, name: &str, source: &str) -> Result<(), SessionError> {
        self.change_packages(&mut |packages| packages.insert(name, source))
    }

    /// Adds a package of several modules, or replaces one with all its modules, see
    /// [`Packages::insert_package`]. Sessions that have started keep what they
    /// started with.
    ///
    /// # Errors
    /// A name cannot be that of a module; there is no file `init`; the registry was
    /// disposed of. Then nothing has changed.
    pub fn add_package(&self, name: &str, files: &[(&str, &str)]) -> Result<(), SessionError> {
        let is_main = |(file, _): &(&str, &str)| matches!(*file, "init" | "init.lua");
        if !files.iter().any(is_main) {
            return Err(SessionError::invalid_argument(
                "source",
                "has no \"init.lua\", which is the package itself",
            ));
        }
        self.change_packages(&mut |packages| packages.insert_package(name, files))
    }

    /// Takes a package away, or a module with all modules below it; whether there
    /// was one. Sessions that have started keep what they started with.
    ///
    /// # Errors
    /// The registry was disposed of.
    pub fn remove_package(&self, name: &str) -> Result<bool, SessionError> {
        let mut gone = false;
        self.change_packages(&mut |packages| {
            gone = packages.remove(name);
            Ok(())
        })?;
        Ok(gone)
    }

    /// What every package says of itself, in the order of the names. No session is
    /// started: each package is loaded in a machine of its own that is thrown away,
    /// see [`describe_package`]. The list is kept until a package changes.
    ///
    /// # Errors
    /// The registry was disposed of.
    pub fn packages(&self, now_ms: u64) -> Result<Rc<Vec<PackageInfo>>, SessionError> {
        self.sessions.borrow().check_live()?;
        if let Some(list) = &*self.catalogue.borrow() {
            return Ok(Rc::clone(list));
        }
        let packages = self.shared.packages();
        let asks_host = self.shared.loads_packages;
        let mut list = Vec::new();
        for name in packages.names() {
            let template = &self.shared.template;
            list.push(describe_package(
                template, &packages, &name, asks_host, now_ms,
            ));
        }
        let list = Rc::new(list);
        *self.catalogue.borrow_mut() = Some(Rc::clone(&list));
        Ok(list)
    }

    /// Makes a changed copy of the set of packages take its place.
    fn change_packages(
        &self,
        change: &mut dyn FnMut(&Packages) -> Result<(), BadModuleName>,
    ) -> Result<(), SessionError> {
        self.sessions.borrow().check_live()?;
        let packages = Packages::clone(&self.shared.packages());
        change(&packages)
            .map_err(|error| SessionError::invalid_argument("name", &error.to_string()))?;
        *self.shared.packages.borrow_mut() = Rc::new(packages);
        *self.catalogue.borrow_mut() = None;
        Ok(())
    }
}
