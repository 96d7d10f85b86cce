// Runs the official tests of Lua 5.4.8 (folder `testes` of the lua/lua repository,
// tag v5.4.8) on our VM and prints a Markdown table of what passes.
//
//   npm run check:official -- path/to/lua/testes
//
// The tests are not part of this project. They run portable and soft (`_port`,
// `_soft`), each file in a process of its own, from a copy in a temporary folder
// in which the explained exceptions below are blanked. The exit code says whether
// all of the files that must pass do.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cargoTargetFolder, environment } from "./env.mjs";
import { main, ScriptError } from "./lib/console.mjs";
import { must, root } from "./lib/process.mjs";

const DUMP = "there is no `string.dump`, and `load` takes no binary chunks";
const HOOKS = "hooks are accepted and never called";
const YIELD = "the test expects that one cannot yield there; here one can";

/**
 * Parts of the tests that are not run: from the text `from` up to the text `to`,
 * exclusive. Both must be found; `from` at one place only.
 */
const EXCEPTIONS = [
  {
    file: "calls.lua",
    from: "do   -- C-stack overflow while",
    to: "do   -- tail calls x chain",
    why: "there is no C stack to overflow; 200,000 nested calls of `pcall` with a message that grows at each take hours",
  },
  {
    file: "calls.lua",
    from: "f = load(string.dump(function () return 1",
    to: 'cannotload("unexpected',
    why: DUMP,
  },
  { file: "calls.lua", from: "local d = string.dump(h)", to: "assert(assert(load(", why: DUMP },
  { file: "calls.lua", from: "x = string.dump(a)", to: "-- test for long method", why: DUMP },
  { file: "calls.lua", from: 'print("testing binary chunks")', to: "print('OK')", why: DUMP },
  {
    file: "coroutine.lua",
    from: "assert(not pcall(table.sort,{1,2,3}",
    to: "assert(coro",
    why: YIELD,
  },
  {
    file: "coroutine.lua",
    from: "-- unyieldable C call",
    to: "do   -- testing single",
    why: YIELD,
  },
  {
    file: "coroutine.lua",
    from: "do   -- testing single trace",
    to: "-- errors in cor",
    why: HOOKS,
  },
  {
    file: "errors.lua",
    from: "-- passing light userdata instead",
    to: "do   -- named objects",
    why: "`debug.upvalueid` gives integers, since there is no light userdata",
  },
  {
    file: "errors.lua",
    from: "-- errors in functions without",
    to: "-- tests for field acc",
    why: DUMP,
  },
  {
    file: "errors.lua",
    from: "f = coroutine.wrap(function () table.sort",
    to: "-- testing size",
    why: YIELD,
  },
  {
    file: "locals.lua",
    from: "do   -- '__close' vs. return hooks",
    to: 'print "to-be-clo',
    why: HOOKS,
  },
];

/** The files that must pass, whole or with the exceptions above. */
const REQUIRED = `bitwise calls closure constructs coroutine errors events goto literals
  locals math nextvar pm sort strings tpack utf8 vararg`.split(/\s+/);

/** Why other files do not pass, or were not tried. */
const KNOWN = {
  all: ["not tried", "runs the other files by name"],
  heavy: ["not tried", "fills the memory of the machine for minutes"],
  main: ["not tried", "tests the stand-alone interpreter `lua`"],
  attrib: ["fails", "`require` over files and C libraries; there are no files"],
  cstack: ["fails", "expects the limits of the C stack; there is none here"],
  db: ["fails", `${HOOKS}; ${DUMP}`],
  files: ["fails", "there are no files"],
  gc: ["fails", "`__gc` is accepted and never run, and the collector has one mode"],
};

/** Tests that a portable set-up, or one without Lua's internal test library, skips. */
const HOLLOW = {
  api: "nearly all of it needs the C API's test library",
  code: "all of it needs the C API's test library",
  gengc: "of the generational mode only what a program can see",
};

/** Milliseconds for one file. */
const PATIENCE = 600_000;

/** The text with a part blanked; its lines keep their numbers. */
function blank(text, { file, from, to }) {
  const begin = text.indexOf(from);
  const end = text.indexOf(to, begin + from.length);
  if (begin < 0 || end < 0 || text.indexOf(from, begin + 1) >= 0) {
    throw new ScriptError(
      `${file} is not that of Lua 5.4.8: "${from}" … "${to}" is not in it once`,
    );
  }
  return text.slice(0, begin) + text.slice(begin, end).replace(/[^\n]/g, " ") + text.slice(end);
}

const lineOf = (text, part) => text.slice(0, text.indexOf(part)).split("\n").length;

function run(command, folder, file) {
  const { status, signal, stdout, stderr } = spawnSync(command, ["--port", file], {
    cwd: folder,
    encoding: "latin1",
    timeout: PATIENCE,
    killSignal: "SIGKILL",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return { ok: true };
  if (signal === "SIGKILL") return { ok: false, problem: "not done in ten minutes" };
  const text = `${stdout ?? ""}\n${stderr ?? ""}`;
  return { ok: false, problem: text.match(/^lua: (.*)$/m)?.[1] ?? `exit ${status ?? signal}` };
}

await main(async () => {
  const given = process.argv[2];
  if (!given) throw new ScriptError("which folder? npm run check:official -- path/to/lua/testes");
  const source = resolve(given);
  if (!existsSync(join(source, "calls.lua"))) {
    throw new ScriptError(`${source} has no calls.lua, so it is not the folder of the tests`);
  }
  Object.assign(process.env, environment());
  await must("cargo", ["build", "--release", "--quiet", "--example", "lua"], { cwd: root });
  const command = join(cargoTargetFolder(), "release", "examples", "lua");
  const folder = mkdtempSync(join(tmpdir(), "lua-tests-"));
  try {
    cpSync(source, folder, { recursive: true });
    const notes = new Map();
    for (const exception of EXCEPTIONS) {
      const path = join(folder, exception.file);
      const text = readFileSync(path, "latin1");
      const name = exception.file.replace(".lua", "");
      const note = `line ${lineOf(text, exception.from)}: ${exception.why}`;
      notes.set(name, [...(notes.get(name) ?? []), note]);
      writeFileSync(path, blank(text, exception), "latin1");
    }
    const names = readdirSync(folder)
      .filter((file) => file.endsWith(".lua"))
      .map((file) => file.replace(".lua", ""))
      .sort((a, b) => REQUIRED.includes(b) - REQUIRED.includes(a) || (a < b ? -1 : 1));
    let missing = 0;
    console.log("| file | result | notes |\n| --- | --- | --- |");
    for (const name of names) {
      const [expected, reason] = KNOWN[name] ?? [];
      if (expected === "not tried") {
        console.log(`| ${name} | not tried | ${reason} |`);
        continue;
      }
      const { ok, problem } = run(command, folder, `${name}.lua`);
      const list = notes.get(name) ?? [];
      const result = ok ? (list.length > 0 ? "passes but for" : "passes") : "fails";
      const note = ok ? (HOLLOW[name] ?? list.join("; ")) : (reason ?? problem);
      console.log(`| ${name} | ${result} | ${note} |`);
      if (!ok && REQUIRED.includes(name)) {
        missing++;
        console.error(`${name}: ${problem}`);
      }
    }
    const passed = REQUIRED.length - missing;
    console.error(`\n${passed} of the ${REQUIRED.length} files that must pass do.`);
    return missing === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
