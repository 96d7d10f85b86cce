//! Runs cases in PUC Lua and compares what comes out.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use algocline_wasm::lua::text::number::Number;

/// What our side says a case comes to.
pub enum Expected {
    /// Exactly this line.
    Line(String),
    /// A float this near, counted in representable floats.
    Near(f64, u64),
}

/// Cases to run in one process.
#[derive(Default)]
pub struct Cases {
    script: String,
    /// What each case calls, to be shown when it fails, and its result.
    cases: Vec<(String, Expected)>,
}

/// Lua's side: `T` calls a function and prints one line, as [`Shown`] does here.
const PRELUDE: &str = r#"
local function hex(s)
  return (s:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end
local function show(v)
  local kind = math.type(v)
  if kind == "integer" then return "i" .. string.format("%d", v) end
  if kind == "float" then return "f" .. string.format("%016x", string.unpack("<i8", string.pack("<d", v))) end
  if type(v) == "string" then return "s" .. hex(v) end
  return tostring(v)
end
function F(bits) return (string.unpack("<d", string.pack("<i8", bits))) end
function T(f, ...)
  local r = table.pack(pcall(f, ...))
  if not r[1] then
    local n, text = tostring(r[2]):match("^bad argument #(%d+) to '[^']*' %((.*)%)$")
    text = text or r[2]:gsub("^stdin:%d+: ", "")
    print("error " .. (n or "0") .. " " .. hex(text))
    return
  end
  for i = 1, r.n do r[i] = show(r[i]) end
  print(table.concat(r, " ", 2, r.n))
end
"#;

impl Cases {
    /// Adds Lua code that is run once, before the cases that follow.
    pub fn define(&mut self, code: &str) {
        self.script.push_str(code);
        self.script.push('\n');
    }

    /// Adds a case: `call` is a function and its arguments, separated by commas.
    pub fn add(&mut self, call: String, expected: String) {
        self.push(call, Expected::Line(expected));
    }

    /// Adds a case whose result is one float that may differ in its last bits.
    pub fn add_near(&mut self, call: String, expected: f64, distance: u64) {
        self.push(call, Expected::Near(expected, distance));
    }

    fn push(&mut self, call: String, expected: Expected) {
        // A block a case keeps the number of constants of a function within limits.
        let _ = writeln!(self.script, "T({call})");
        self.cases.push((call, expected));
    }

    /// Runs all cases and fails with the first few that differ.
    pub fn check(self) {
        let output = run_lua(&format!("{PRELUDE}{}", self.script));
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), self.cases.len(), "as many lines as cases");
        let mut wrong = String::new();
        let mut count = 0;
        for (line, (call, expected)) in lines.iter().zip(&self.cases) {
            let (right, ours) = match expected {
                Expected::Line(ours) => (line == ours, ours.clone()),
                Expected::Near(ours, distance) => {
                    let theirs = line.strip_prefix('f').unwrap_or("");
                    let theirs = u64::from_str_radix(theirs, 16).map(f64::from_bits);
                    let right = theirs.is_ok_and(|theirs| near(theirs, *ours, *distance));
                    (right, shown(&[Shown::Float(*ours)]))
                }
            };
            if !right {
                count += 1;
                if count <= 10 {
                    let _ = writeln!(wrong, "T({call})\n  PUC:  {line}\n  ours: {ours}");
                }
            }
        }
        assert_eq!(
            count,
            0,
            "{count} of {} cases differ:\n{wrong}",
            lines.len()
        );
    }
}

fn near(a: f64, b: f64, distance: u64) -> bool {
    if a.is_nan() || b.is_nan() {
        return a.is_nan() && b.is_nan();
    }
    // The bits of floats of one sign are in the order of the floats.
    let ordered = |f: f64| {
        let bits = f.to_bits() as i64;
        if bits < 0 {
            i64::MIN.wrapping_sub(bits)
        } else {
            bits
        }
    };
    ordered(a).abs_diff(ordered(b)) <= distance
}

fn run_lua(script: &str) -> String {
    let mut child = Command::new("lua5.4")
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests compare with PUC Lua: install it so that `lua5.4` is on the path");
    let mut input = child.stdin.take().expect("a pipe");
    let bytes = script.as_bytes().to_vec();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, &bytes));
    let output = child.wait_with_output().expect("lua5.4 runs");
    writer
        .join()
        .expect("no panic")
        .expect("lua5.4 reads its script");
    assert!(
        output.status.success(),
        "lua5.4 failed; see its message above"
    );
    String::from_utf8(output.stdout).expect("only ASCII is printed")
}

/// A value as `T` shows it.
pub enum Shown<'a> {
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Other(&'a str),
}

impl From<Number> for Shown<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(i) => Shown::Int(i),
            Number::Float(f) => Shown::Float(f),
        }
    }
}

/// The line of a successful call.
pub fn shown(values: &[Shown<'_>]) -> String {
    let shown: Vec<String> = values
        .iter()
        .map(|value| match value {
            Shown::Int(i) => format!("i{i}"),
            Shown::Float(f) => format!("f{:016x}", f.to_bits()),
            Shown::Text(text) => format!("s{}", hex(text)),
            Shown::Other(name) => (*name).to_string(),
        })
        .collect();
    shown.join(" ")
}

/// The line of an error; `argument` is zero if the message is about none.
pub fn error(argument: usize, message: &[u8]) -> String {
    format!("error {argument} {}", hex(message))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A string as a Lua literal.
pub fn literal(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in bytes {
        match byte {
            b' ' | b'!' | b'#'..=b'[' | b']'..=b'~' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    text
}

/// A number as a Lua expression.
pub fn number(value: Number) -> String {
    match value {
        // The lowest integer has no decimal numeral.
        Number::Int(i) => format!("0x{i:x}"),
        Number::Float(f) => format!("F(0x{:x})", f.to_bits()),
    }
}
