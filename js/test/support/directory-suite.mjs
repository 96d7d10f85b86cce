// The shared suite over a directory, as a program: prints what has passed and what
// has failed as JSON. For runtimes other than Node.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryStore } from "algocline-wasm/stores/node";
import { runAll } from "./store-suite.mjs";

const folders = [];
const outcome = await runAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "alc-store-"));
  folders.push(folder);
  return { open: () => directoryStore(folder) };
});
for (const folder of folders) await rm(folder, { recursive: true });
console.log(JSON.stringify(outcome));
