// Bringing the wasm file oneself, with `algocline-wasm/slim`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import { root } from "../../scripts/lib/process.mjs";

/** Runs lines in a fresh process, where nothing is loaded, and returns what they print. */
function fresh(code, subpath = "/slim") {
  const program = `
    import { readFile } from "node:fs/promises";
    import { load, provideWasm, SessionRegistry, version } from "algocline-wasm${subpath}";
    const bytes = await readFile("dist/algocline.wasm");
    const attempt = async (call) => {
      try { await call(); return "fine"; }
      catch (error) { return error.name + " " + error.code + ": " + error.message; }
    };
    const runs = async () =>
      (await (await SessionRegistry.create()).start("return 6 * 7")).result;
    ${code}`;
  const args = ["--input-type=module", "-e", program];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split("\n");
}

test("the file in all its forms", () => {
  for (const form of [
    "bytes",
    "bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)",
    "new WebAssembly.Module(bytes)",
    "WebAssembly.compile(bytes)",
    "() => bytes",
    "async () => WebAssembly.compile(bytes)",
  ]) {
    assert.deepEqual(fresh(`provideWasm(${form}); console.log(await runs());`), ["42"], form);
  }
});

test("it does nothing by itself, and says so", () => {
  const [first, second] = fresh(`
    console.log(await attempt(load));
    provideWasm(bytes);
    console.log(await runs());
  `);
  assert.match(first, /^AlcError load_failed: call provideWasm first/);
  assert.equal(second, "42");
});

test("what is not the file is refused, and the right one may follow", () => {
  const lines = fresh(`
    for (const wrong of ["algocline.wasm", null, undefined, 7]) {
      console.log(await attempt(() => provideWasm(wrong)));
    }
    for (const wrong of [{}, new Uint8Array(8), () => null, async () => { throw new Error("gone"); }]) {
      provideWasm(wrong);
      console.log(await attempt(load));
    }
    provideWasm(() => bytes);
    console.log(await runs());
    console.log(await attempt(() => provideWasm(bytes)));
  `);
  for (const line of lines.slice(0, 4)) {
    assert.match(
      line,
      /^AlcError invalid_argument: invalid argument `from`: must be a WebAssembly/,
    );
  }
  for (const line of lines.slice(4, 8)) {
    assert.match(line, /^AlcError load_failed: cannot load the WebAssembly module: /);
  }
  assert.match(lines[7], /gone$/);
  assert.equal(lines[8], "42");
  assert.equal(lines[9], "AlcError load_failed: the WebAssembly module is loaded already");
});

test("a program's own choice goes before an entry's", () => {
  for (const subpath of ["", "/inline"]) {
    const [line] = fresh(
      `let asked = 0;
       provideWasm(() => { asked += 1; return bytes; });
       await Promise.all([runs(), runs()]);
       console.log(asked);`,
      subpath,
    );
    assert.equal(line, "1");
  }
});

test("a library that uses /slim works in a program that uses another entry", () => {
  const code = (load) => `
    ${load}
    (async () => {
      const registry = await slim.SessionRegistry.create();
      console.log((await registry.start("return 1")).result, slim.AlcError === main.AlcError);
    })();`;
  for (const [type, load] of [
    [
      "module",
      'import * as main from "algocline-wasm"; import * as slim from "algocline-wasm/slim";',
    ],
    [
      "commonjs",
      'const slim = require("algocline-wasm/slim"); const main = require("algocline-wasm");',
    ],
  ]) {
    const args = [`--input-type=${type}`, "-e", code(load)];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    assert.equal(stdout.trim(), "1 true");
  }
});

test("the file inside /inline is the file", () => {
  const [line] = fresh(`console.log(await runs(), version());`, "/inline");
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url)));
  assert.equal(line, `42 ${version}`);
});
