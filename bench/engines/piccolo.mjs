// piccolo compiled to WebAssembly: the crate in bench/piccolo-wasm.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/process.mjs";
import { buildWasm } from "../../scripts/lib/wasm-build.mjs";

const NAME = "piccolo_wasm";
const crate = join(root, "bench", "piccolo-wasm");
let glue;

export default {
  name: "piccolo",
  version: readFileSync(join(crate, "Cargo.toml"), "utf8").match(/^piccolo = "=([\d.]+)"/m)[1],

  async load() {
    const out = join(root, "bench", "generated", "piccolo");
    const wasm = await buildWasm({ crate, name: NAME, out, quiet: true });
    glue = await import(`../generated/piccolo/${NAME}.js?${performance.now()}`);
    glue.initSync({ module: readFileSync(wasm) });
  },
  newVm: () => new glue.PiccoloVm(),
  run: (vm, source) => vm.run(source),
  heapBytes: (vm) => vm.heap_bytes(),
  close: (vm) => vm.free(),
};
