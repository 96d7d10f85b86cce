//! Building a template: natives, library tables, and Lua code run beforehand.
//!
//! A new machine is a copy of a template's heap, so libraries cost it a few
//! copied vectors; strings and prototypes are shared.

use std::cell::OnceCell;
use std::rc::Rc;

use super::account::OutOfMemory;
use super::compiler::{Options, compile};
use super::freeze::{Names, fingerprint};
use super::heap::Heap;
use super::host::PlainHost;
use super::native::{NativeDef, NativeFn, Natives};
use super::proto::Proto;
use super::source::{ChunkSource, SourceHash};
use super::unwind::{handler_native, unwind_native};
use super::value::{NativeId, TableId, Value};
use super::vm::{Outcome, Vm};

/// Natives of one table; see [`natives!`](crate::natives).
#[derive(Clone, Copy)]
pub struct Group {
    /// Their full names, each with a blank behind it. One text takes less room in the
    /// program than a pointer and a length for each.
    pub names: &'static str,
    /// Their code, in the order of the names.
    pub functions: &'static [NativeFn],
}

/// A [`Group`](crate::library::Group) of natives by their full names.
///
/// ```
/// use algocline_lua::error::Error;
/// use algocline_lua::native::{Action, Ctx};
/// use algocline_lua::natives;
///
/// fn nothing(ctx: &mut Ctx<'_>) -> Result<Action, Error> {
///     ctx.nothing()
/// }
///
/// let group = natives! { "demo.nothing" => nothing, "demo.same" => nothing };
/// assert_eq!(group.names, "demo.nothing demo.same ");
/// ```
#[macro_export]
macro_rules! natives {
    ($($name:expr => $run:expr),* $(,)?) => {
        $crate::library::Group {
            names: concat!($($name, " "),*),
            functions: &[$($run),*],
        }
    };
}

/// What a library's `open` function works with.
pub struct Builder {
    /// The heap that will be copied.
    pub heap: Heap,
    pub(super) natives: Natives,
    /// `package.loaded`.
    pub loaded: TableId,
}

impl Builder {
    pub(super) fn new() -> Result<Self, OutOfMemory> {
        let mut heap = Heap::new(u64::MAX)?;
        let loaded = heap.new_table()?;
        let registry = heap.registry;
        heap.raw_set_name(registry, "loaded", Value::Table(loaded))?;
        let mut builder = Builder {
            heap,
            natives: Natives::default(),
            loaded,
        };
        // These two have fixed numbers: stacks are shown without them.
        builder.native("pcall/unwind", unwind_native);
        builder.native("xpcall/handler", handler_native);
        Ok(builder)
    }

    /// Adds a native under a unique name (`string.format`, or `string.gmatch/next`
    /// for one that no table shows).
    pub fn native(&mut self, name: &'static str, run: NativeFn) -> NativeId {
        let id = NativeId(self.natives.defs.len() as u32);
        self.natives.defs.push(NativeDef { name, run });
        id
    }

    /// Adds natives to a table. Their full names are `library.name`, and the
    /// field is what stands after the last dot.
    pub fn functions(&mut self, table: TableId, group: Group) -> Result<(), OutOfMemory> {
        let mut names = group.names;
        for &run in group.functions {
            let (name, rest) = names.split_once(' ').unwrap_or((names, ""));
            names = rest;
            let id = self.native(name, run);
            let dot = name.bytes().rposition(|byte| byte == b'.');
            let field = dot.and_then(|dot| name.get(dot + 1..)).unwrap_or(name);
            self.heap.raw_set_name(table, field, Value::Native(id))?;
        }
        Ok(())
    }

    /// A new table of natives, as a field of another table.
    pub fn table(
        &mut self,
        outer: TableId,
        name: &str,
        group: Group,
    ) -> Result<TableId, OutOfMemory> {
        let table = self.heap.new_table()?;
        self.functions(table, group)?;
        self.heap.raw_set_name(outer, name, Value::Table(table))?;
        Ok(table)
    }

    /// A new library: a table in the globals and in `package.loaded`.
    pub fn library(&mut self, name: &'static str, group: Group) -> Result<TableId, OutOfMemory> {
        let globals = self.heap.globals;
        let table = self.table(globals, name, group)?;
        let loaded = self.loaded;
        self.heap.raw_set_name(loaded, name, Value::Table(table))?;
        Ok(table)
    }
}

/// A library's set-up.
pub type Open = fn(&mut Builder) -> Result<(), OutOfMemory>;

/// A piece of Lua code that runs while a template is built.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    /// The chunk's name. Functions of a chunk `=[C]` show themselves as natives.
    pub name: &'static str,
    /// The source text.
    pub source: &'static str,
    /// Under which name the registry keeps what the chunk returns; empty to drop it.
    pub keep_as: &'static str,
}

/// Why a template could not be built: a bug of the libraries.
#[derive(Clone, Debug)]
pub struct BuildError(
    /// What went wrong.
    pub String,
);

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the Lua libraries cannot be set up: {}", self.0)
    }
}

impl std::error::Error for BuildError {}

impl From<OutOfMemory> for BuildError {
    fn from(_: OutOfMemory) -> Self {
        BuildError("not enough memory".into())
    }
}

/// The heap and the natives that new machines start from.
pub struct Template {
    pub(super) heap: Heap,
    pub(super) natives: Rc<Natives>,
    /// The main functions of its chunks.
    chunks: Vec<Rc<Proto>>,
    names: OnceCell<Names>,
    fingerprint: OnceCell<SourceHash>,
}

impl Template {
    /// A template with the standard libraries, then those opened by `opens`, then
    /// what `chunks` do.
    ///
    /// # Errors
    /// A chunk does not compile or raises an error.
    ///
    /// ```
    /// use algocline_lua::{Outcome, PlainHost, Template, compile};
    ///
    /// let template = Template::build(&[], &[])?;
    /// let mut vm = template.machine(1 << 20, (1, 2))?;
    /// let chunk = compile(b"print('hello')", b"=demo", &Default::default())?;
    /// let main = vm.load(&chunk.proto.into())?;
    /// vm.start(main, &[])?;
    /// let mut host = PlainHost::default();
    /// assert_eq!(vm.run(1000, &mut host), Outcome::Done);
    /// assert_eq!(host.out, b"hello\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(opens: &[Open], chunks: &[Chunk]) -> Result<Self, BuildError> {
        let mut builder = Builder::new()?;
        for open in super::lib::STANDARD.iter().chain(opens) {
            open(&mut builder)?;
        }
        let Builder { heap, natives, .. } = builder;
        let mut vm = Vm::bare(heap, Rc::new(natives));
        vm.begin((0, 0))?;
        let mut mains = Vec::new();
        for chunk in super::lib::CHUNKS.iter().chain(chunks) {
            mains.push(run_chunk(&mut vm, chunk)?);
        }
        let Vm {
            mut heap, natives, ..
        } = vm;
        // The coroutine that ran the chunks is garbage now.
        heap.begin_collection(&[]);
        while !heap.collect_step(u64::MAX).1 {}
        Ok(Template {
            heap,
            natives,
            chunks: mains,
            names: OnceCell::new(),
            fingerprint: OnceCell::new(),
        })
    }

    /// A new machine with a cap in bytes; `seed` fixes `math.random`.
    ///
    /// # Errors
    /// The cap is below what the libraries take.
    pub fn machine(&self, limit: u64, seed: (u64, u64)) -> Result<Box<Vm>, OutOfMemory> {
        let mut vm = self.bare_machine();
        vm.heap.account.set_limit(limit);
        vm.heap.account.charge(0)?;
        vm.begin(seed)?;
        Ok(vm)
    }

    /// A new machine without a cap, without a coroutine.
    #[inline(never)]
    pub(super) fn bare_machine(&self) -> Box<Vm> {
        Box::new(Vm::bare(
            Heap::of_template(&self.heap),
            Rc::clone(&self.natives),
        ))
    }

    /// The main function of its chunk of this name.
    pub(super) fn chunk(&self, name: &[u8]) -> Option<&Rc<Proto>> {
        self.chunks.iter().find(|main| **main.chunk.name() == *name)
    }

    /// Whether this very chunk is one of its own.
    pub(super) fn has_chunk(&self, chunk: &Rc<ChunkSource>) -> bool {
        self.chunks
            .iter()
            .any(|main| Rc::ptr_eq(&main.chunk, chunk))
    }

    /// The names of its objects.
    pub(super) fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(&self.heap))
    }

    /// What it shares only with templates of the same objects in the same slots.
    pub fn fingerprint(&self) -> SourceHash {
        *self.fingerprint.get_or_init(|| {
            let natives = self.natives.defs.iter().map(|def| def.name);
            fingerprint(&self.heap, natives)
        })
    }

    /// The heap that machines are copies of.
    pub fn heap(&self) -> &Heap {
        &self.heap
    }
}

/// Runs a chunk and returns its main function.
fn run_chunk(vm: &mut Vm, chunk: &Chunk) -> Result<Rc<Proto>, BuildError> {
    let options = Options::default();
    let compiled = compile(chunk.source.as_bytes(), chunk.name.as_bytes(), &options)
        .map_err(|error| BuildError(String::from_utf8_lossy(&error.message).into()))?;
    let main = Rc::new(compiled.proto);
    let function = vm.load(&main)?;
    let failed = |_| BuildError("not enough memory".into());
    vm.start(function, &[]).map_err(failed)?;
    let mut host = PlainHost::default();
    match vm.run(i64::MAX, &mut host) {
        Outcome::Done => {}
        _ => {
            let text = vm.failure().map(|failure| match failure.value {
                Value::Str(id) => String::from_utf8_lossy(vm.heap.bytes(id)).into_owned(),
                other => other.type_name().into(),
            });
            return Err(BuildError(text.unwrap_or_else(|| chunk.name.into())));
        }
    }
    if !chunk.keep_as.is_empty() {
        let value = vm.results().first().copied().unwrap_or_default();
        let registry = vm.heap.registry;
        vm.heap.raw_set_name(registry, chunk.keep_as, value)?;
    }
    Ok(main)
}
