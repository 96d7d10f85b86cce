// PUC Lua 5.4 compiled to WebAssembly by Emscripten.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LuaFactory } from "wasmoon";
import { root } from "../../scripts/lib/process.mjs";

const manifest = join(root, "node_modules", "wasmoon", "package.json");
// As bare as it comes: nothing of JavaScript is put into the VM.
const options = { openStandardLibs: true, injectObjects: false, enableProxy: false };
let factory;

export default {
  name: "wasmoon",
  version: JSON.parse(readFileSync(manifest, "utf8")).version,

  async load() {
    factory = new LuaFactory();
    await factory.getLuaModule();
  },
  newVm: () => factory.createEngine(options),
  // `tostring` inside Lua, since the way to JavaScript makes all numbers alike.
  run: (vm, source) => vm.doStringSync(`return tostring(((function(...) ${source}\nend)()))`),
  heapBytes: (vm) => vm.doStringSync('return collectgarbage("count") * 1024'),
  close: (vm) => vm.global.close(),
};
