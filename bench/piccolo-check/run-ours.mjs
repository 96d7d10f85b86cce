// Runs one Lua file on our VM in WebAssembly, with the exit codes of
// piccolo-check: 0 it returned, 1 it raised an error, 3 the fuel ran out.
// Anything else is a crash.

import { readFileSync } from "node:fs";

const [file, fuel] = process.argv.slice(2);
const folder = new URL("../generated/ours/", import.meta.url);
const glue = await import(new URL("algocline_wasm.js", folder).href);
glue.initSync({ module: readFileSync(new URL("algocline_wasm_bg.wasm", folder)) });
const vm = new glue.BenchVm();
vm.set_fuel(Number(fuel));
let code = 0;
try {
  vm.run(readFileSync(file, "utf8"));
} catch (error) {
  if (error instanceof Error) {
    console.error(`trap: ${error.message}`);
    code = 70;
  } else {
    console.error(error);
    code = String(error).startsWith("no end after") ? 3 : 1;
  }
}
process.exit(code);
