// algocline-wasm's own VM, through the exports of the Cargo feature `bench`.
// The wasm is otherwise built as it is shipped.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/process.mjs";
import { buildWasm } from "../../scripts/lib/wasm-build.mjs";

const NAME = "algocline_wasm";
let glue;

export default {
  name: "ours",
  version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,

  async load() {
    const out = join(root, "bench", "generated", "ours");
    const wasm = await buildWasm({ name: NAME, out, features: ["bench"], quiet: true });
    // A query makes a trapped module load afresh.
    glue = await import(`../generated/ours/${NAME}.js?${performance.now()}`);
    glue.initSync({ module: readFileSync(wasm) });
  },
  newVm: () => new glue.BenchVm(),
  run: (vm, source) => vm.run(source),
  heapBytes: (vm) => vm.heap_bytes(),
  close: (vm) => vm.free(),
};
