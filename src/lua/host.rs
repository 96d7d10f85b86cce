//! The one door to the world outside: time, randomness, output.

use std::any::Any;

/// What a machine asks of its surroundings. Everything that could differ between
/// two runs of the same program comes through here.
pub trait Host {
    /// Milliseconds since the epoch, for `os.time` and `os.date`.
    fn now_ms(&mut self) -> f64;

    /// Seconds of processor time, for `os.clock`. Of the fuel of this run,
    /// `fuel_left` is left: a host whose clock counts work needs nothing else.
    fn clock(&mut self, fuel_left: i64) -> f64;

    /// Takes a line that `print` wrote, without its newline.
    fn print(&mut self, line: &[u8]);

    /// Takes bytes written to standard output (`false`) or error (`true`).
    fn write(&mut self, bytes: &[u8], to_stderr: bool);

    /// An environment variable, for `os.getenv`.
    fn getenv(&mut self, _name: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// The host itself, for libraries that know which one it is.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// A host without a clock that keeps what is printed, for tests and tools.
#[derive(Default)]
pub struct PlainHost {
    /// All output.
    pub out: Vec<u8>,
    /// Milliseconds since the epoch.
    pub now_ms: f64,
}

impl Host for PlainHost {
    fn now_ms(&mut self) -> f64 {
        self.now_ms
    }

    fn clock(&mut self, _fuel_left: i64) -> f64 {
        self.now_ms / 1000.0
    }

    fn print(&mut self, line: &[u8]) {
        self.out.extend_from_slice(line);
        self.out.push(b'\n');
    }

    fn write(&mut self, bytes: &[u8], _to_stderr: bool) {
        self.out.extend_from_slice(bytes);
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
