//! Runs a Lua file on the machine of this crate: `cargo run --example lua -- file.lua`.
//!
//! `-e text` runs a text; `--port` sets what the official test files expect of a
//! portable set-up. The program gets 4 GiB of heap and as much fuel as it wants.

use std::any::Any;
use std::io::Write;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use algocline_wasm::lua::compiler::{Options, compile};
use algocline_wasm::lua::{Host, Outcome, Template, Value};

struct Terminal(Instant);

impl Host for Terminal {
    fn now_ms(&mut self) -> f64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0.0, |now| now.as_secs_f64() * 1000.0)
    }

    fn clock(&mut self) -> f64 {
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
