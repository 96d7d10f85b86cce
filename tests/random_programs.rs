//! Random valid programs give the same output and the same error texts as
//! Debian's `lua5.4`. Both machines run the same driver; its programs come from
//! a seeded generator, so a failure repeats.
//!
//! `RANDOM_PROGRAMS=20000 RANDOM_SEED=7 cargo nextest run random_programs` looks
//! further than the 2,000 programs of an ordinary run.

#[path = "support/generator.rs"]
mod generator;

use std::io::Write;
use std::process::{Command, Stdio};

use algocline_wasm::lua::{Outcome, PlainHost, Template, compile};
use generator::Generator;

const DRIVER: &str = r##"
local function show(v)
  local t = type(v)
  -- C Lua leaves the sign of a sum of NaNs to the compiler, and turns -0.0 - 0
  -- into 0.0.
  if v ~= v then return "nan" end
  if v == 0 then return math.type(v) .. ":zero" end
  if t == "number" then return math.type(v) .. ":" .. v end
  if t == "string" then return string.format("%q", v) end
  if t == "nil" or t == "boolean" then return tostring(v) end
  return t
end
local out = {}
local function p(...)
  local n = select("#", ...)
  local parts = {}
  for i = 1, n do parts[i] = show((select(i, ...))) end
  out[#out + 1] = table.concat(parts, " ")
end
for number, source in ipairs(programs) do
  out = {}
  local env = setmetatable({ p = p }, { __index = _G })
  local chunk, problem = load(source, "=p", "t", env)
  if not chunk then
    p("syntax", problem)
  else
    local result = table.pack(pcall(chunk, 1, 2.5, "three"))
    p("end", table.unpack(result, 1, result.n))
  end
  print("#" .. number)
  print(table.concat(out, "\n"))
end
"##;

fn batch(programs: &[String]) -> String {
    let mut text = String::from("local programs = {\n");
    for program in programs {
        text.push_str("[====[\n");
        text.push_str(program);
        text.push_str("]====],\n");
    }
    text.push_str("}\n");
    text.push_str(DRIVER);
    text
}

fn run_ours(text: &str) -> String {
    let template = Template::build(&[], &[]).expect("libraries");
    let mut vm = template.machine(256 << 20, (1, 2)).expect("machine");
    let chunk = compile(text.as_bytes(), b"=driver", &Default::default()).expect("driver");
    let main = vm.load(&chunk.proto.into()).expect("room");
    vm.start(main, &[]).expect("room");
    let mut host = PlainHost::default();
    let outcome = vm.run(4_000_000_000, &mut host);
    let out = String::from_utf8_lossy(&host.out).into_owned();
    assert_eq!(outcome, Outcome::Done, "after …{}", tail(&out));
    out
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

fn run_puc(text: &str) -> String {
    let mut child = Command::new("lua5.4")
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("lua5.4 is installed by `npm run setup`");
    let mut input = child.stdin.take().expect("a pipe");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("output");
    writer.join().expect("writer").expect("written");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => default,
    }
}

#[test]
fn random_programs_agree_with_puc() {
    let count = number("RANDOM_PROGRAMS", 2000);
    let seed = number("RANDOM_SEED", 1);
    let mut differences = Vec::new();
    let mut failed_programs = 0;
    for start in (0..count).step_by(100) {
        let programs: Vec<String> = (start..count.min(start + 100))
            .map(|n| Generator::new(seed.wrapping_mul(1_000_003).wrapping_add(n)).program())
            .collect();
        let text = batch(&programs);
        let (ours, puc) = (run_ours(&text), run_puc(&text));
        let split = |out: &str| -> Vec<String> { out.split("\n#").map(str::to_owned).collect() };
        let (ours, puc) = (split(&ours), split(&puc));
        assert_eq!(puc.len(), programs.len(), "lua5.4 ran all programs");
        for (n, program) in programs.iter().enumerate() {
            let (ours, puc) = (ours.get(n), puc.get(n));
            failed_programs += u64::from(puc.is_some_and(|out| out.contains("\"end\" false")));
            if ours != puc {
                differences.push(format!(
                    "program {} of seed {seed}:\n{program}\nours: {}\npuc:  {}\n",
                    start + n as u64,
                    ours.map(|out| tail(out)).unwrap_or_default(),
                    puc.map(|out| tail(out)).unwrap_or_default(),
                ));
            }
        }
    }
    // The shortest ones are the easiest to read.
    differences.sort_by_key(String::len);
    assert!(
        differences.is_empty(),
        "{} of {count} programs differ; the first ones:\n{}",
        differences.len(),
        differences[..differences.len().min(3)].join("\n")
    );
    // A good share of the programs ends in an error, whose text is compared too.
    assert!(
        failed_programs > count / 20 && failed_programs < count * 9 / 10,
        "{failed_programs} of {count} programs end in an error"
    );
}
