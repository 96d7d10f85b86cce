// One step of a session in a process of its own (see resume.mjs): starts a
// program, or restores a saved session and answers it; then saves it and ends.

import { readFileSync } from "node:fs";
import { MapStore } from "./map-store.mjs";

/** Milliseconds since the epoch for every process: a clock that stands still. */
const NOW = 1_700_000_000_000;

const sameBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

/** Runs a function; what it gave, and the milliseconds it took. */
function timed(run) {
  const from = performance.now();
  const value = run();
  return [value, performance.now() - from];
}

async function step(SessionRegistry, { packages, entries, program, image, answers }) {
  const store = new MapStore(entries);
  const registry = await SessionRegistry.create({
    packages: JSON.parse(readFileSync(packages, "utf8")),
    store,
    now: () => NOW,
  });
  const report = {};
  let event;
  if (program) {
    event = await registry.start(program.code, program.ctx, program.options);
  } else {
    const [restored, restoreMs] = timed(() => registry.restore(image));
    report.restored = restored;
    report.restoreMs = restoreMs;
    report.isSame = sameBytes(registry.save(restored.session_id), image);
    event = await registry.feed(restored.session_id, answers, { pause: restored.pause });
  }
  report.event = event;
  if (event.status === "needs_response" || event.status === "accepted") {
    const [saved, saveMs] = timed(() => registry.save(event.session_id));
    report.image = saved;
    report.saveMs = saveMs;
    report.pending = registry.pending(event.session_id);
  }
  report.entries = store.entries();
  return report;
}

const { SessionRegistry } = await import("algocline-wasm");
// The module is loaded before there is anything to do.
(await SessionRegistry.create()).dispose();
process.once("message", async (task) => {
  let report;
  try {
    report = await step(SessionRegistry, task);
  } catch (error) {
    report = { problem: `${error?.code ?? ""} ${error?.message ?? error}`.trim() };
  }
  process.send(report, () => process.disconnect());
});
process.send({ ready: true });
