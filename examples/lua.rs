//! Runs a Lua file on the machine of this crate: `cargo run --example lua -- file.lua`.
//!
//! `-e text` runs a text; `--port` sets what the official test files expect of a
//! portable set-up. The program gets 4 GiB of heap and as much fuel as it wants.

use std::any::Any;
use std::io::Write;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use algocline_wasm::lua::compiler::{Options, compile};
use algocline_wasm::lua::{Host, Outcome, Template, Value, Vm};

struct Terminal(Instant);

impl Host for Terminal {
    fn now_ms(&mut self) -> f64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0.0, |now| now.as_secs_f64() * 1000.0)
    }

    fn clock(&mut self, _fuel_left: i64) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    fn print(&mut self, line: &[u8]) {
        self.write(line, false);
        self.write(b"\n", false);
    }

    fn write(&mut self, bytes: &[u8], to_stderr: bool) {
        let written = if to_stderr {
            std::io::stderr().write_all(bytes)
        } else {
            std::io::stdout().write_all(bytes)
        };
        if written.is_err() {
            std::process::exit(1);
        }
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// A `require` over the files beside the program, for test files that share code.
const REQUIRE: &str = r#"
local sources = ...
package = package or { loaded = {}, preload = {}, path = "?.lua", cpath = "" }
for name, lib in pairs(_G) do
  if type(lib) == "table" then package.loaded[name] = lib end
end
function require(name)
  local loaded = package.loaded[name]
  if loaded ~= nil then return loaded end
  local preload = package.preload[name]
  if preload then
    package.loaded[name] = preload(name, ":preload:") or true
    return package.loaded[name]
  end
  if not sources[name] then error("module '" .. name .. "' not found", 2) end
  local result = assert(load(sources[name], "@" .. name .. ".lua"))(name)
  if result == nil then result = true end
  package.loaded[name] = result
  return result
end
"#;

fn add_require(vm: &mut Vm, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let sources = vm.heap.new_table()?;
    let folder = file.parent().filter(|path| !path.as_os_str().is_empty());
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "lua")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            let source = vm.heap.new_string(&std::fs::read(&path)?)?;
            vm.heap.raw_set_name(sources, name, source)?;
        }
    }
    let chunk = compile(REQUIRE.as_bytes(), b"=require", &Options::default())?;
    let function = vm.load(&chunk.proto.into())?;
    vm.start(function, &[Value::Table(sources)])?;
    match vm.run(1 << 40, &mut Terminal(Instant::now())) {
        Outcome::Done => Ok(()),
        _ => Err("no require".into()),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).peekable();
    let portable = args.next_if(|arg| arg == "--port").is_some();
    let file = args.next().ok_or("which file?")?;
    let (source, name) = if file == "-e" {
        (args.next().unwrap_or_default().into_bytes(), "=text".into())
    } else {
        (std::fs::read(&file)?, format!("@{file}"))
    };
    let template = Template::build(&[], &[])?;
    let mut vm = template.machine(4 << 30, (1, 2))?;
    if portable {
        let globals = vm.heap.globals;
        for name in ["_port", "_soft", "_nomsg"] {
            vm.heap.raw_set_name(globals, name, Value::Bool(true))?;
        }
        add_require(&mut vm, Path::new(&file))?;
    }
    let options = Options {
        skip_shebang: true,
        ..Default::default()
    };
    let chunk = match compile(&source, name.as_bytes(), &options) {
        Ok(chunk) => chunk,
        Err(error) => {
            eprintln!("lua: {error}");
            std::process::exit(1);
        }
    };
    let function = vm.load(&chunk.proto.into())?;
    vm.start(function, &[]).map_err(|_| "not enough memory")?;
    let mut host = Terminal(Instant::now());
    loop {
        match vm.run(1 << 40, &mut host) {
            Outcome::Done => return Ok(()),
            Outcome::OutOfFuel => {}
            Outcome::Paused => return Err("the program waits for a host".into()),
            Outcome::Failed => {
                if let Some(failure) = vm.failure() {
                    let text = match failure.value {
                        Value::Str(id) => String::from_utf8_lossy(vm.heap.bytes(id)).into_owned(),
                        other => format!("(error object is a {} value)", other.type_name()),
                    };
                    let traceback = String::from_utf8_lossy(&failure.traceback).into_owned();
                    eprintln!("lua: {text}\n{traceback}");
                }
                std::process::exit(1);
            }
        }
    }
}
