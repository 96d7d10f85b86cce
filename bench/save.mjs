// What saving and restoring a paused program costs: here, in quickjs-wasi (an image
// of the whole memory of a JavaScript engine in WebAssembly) and in Monty (a Python
// interpreter, as native code). All run self-consistency over five samples, in this
// one process, in interleaved rounds; at the end each restored program is answered.
//
//   npm run bench:save
//   npm run bench:save -- --rounds 500
//   npm run bench:save -- --json figures.json

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import { bytes, grey, main, ScriptError, table } from "../scripts/lib/console.mjs";
import { median, option } from "../scripts/lib/figures.mjs";
import { root } from "../scripts/lib/process.mjs";

const TASK = "A shop sells pens at 3 for 2 euros. How many euros do 18 pens cost?";
const SAMPLES = 5;
const MONTY = "@pydantic/monty@0.0.18";
const REPLY = "18 pens are 6 times 3 pens, so they cost 6 times 2 euros.\nAnswer: 12";
const require = createRequire(import.meta.url);

const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;

// ── The contestants ─────────────────────────────────────────────────────────
// Each: `save()` gives bytes; `restore(bytes)` gives something alive; `finish(alive)`
// answers it and gives the answer found; `close(alive)` drops it.

async function ours(title, makeRegistry) {
  const { SessionRegistry, version } = await import("algocline-wasm");
  const { strategies } = await import("algocline-wasm/strategies");
  const packages = { sc: strategies.sc };
  const home = await SessionRegistry.create({ packages });
  const event = await home.advice("sc", TASK, { samples: SAMPLES });
  const known = await SessionRegistry.create({ packages });
  let place = known;
  return {
    title,
    version: version(),
    save: () => home.save(event.session_id),
    prepare: async () => {
      place = (await makeRegistry?.(SessionRegistry)) ?? known;
    },
    restore: (saved) => ({ place, event: place.restore(saved) }),
    finish: async ({ place, event }) => {
      const answers = event.queries.map(({ query_id }) => ({ query_id, response: REPLY }));
      const end = await place.feed(event.session_id, answers);
      return end.result.result.answer;
    },
    close: ({ place, event }) => {
      if (place === known) place.cancel(event.session_id);
      else place.dispose();
    },
  };
}

async function quickjs() {
  const { QuickJS } = await import("quickjs-wasi");
  const file = readFileSync(require.resolve("quickjs-wasi/quickjs.wasm"));
  const wasm = await WebAssembly.compile(file);
  const program = readFileSync(join(root, "bench/save/self-consistency.js"), "utf8");
  const vm = await QuickJS.create({ wasm });
  const ctx = JSON.stringify({ task: TASK, samples: SAMPLES });
  vm.evalCode(`
    globalThis.resolvers = [];
    globalThis.llm = (prompt) => new Promise((resolve) => resolvers.push(resolve));
    ${program}
    globalThis.end = null;
    solve(${ctx}).then((result) => { globalThis.end = result; });
  `).dispose();
  vm.executePendingJobs();
  return {
    title: "quickjs-wasi",
    version: versionOf("quickjs-wasi"),
    save: () => QuickJS.serializeSnapshot(vm.snapshot()),
    restore: (saved) => QuickJS.restore(QuickJS.deserializeSnapshot(saved), { wasm }),
    finish: (restored) => {
      restored
        .evalCode(`for (const resolve of resolvers) resolve(${JSON.stringify(REPLY)})`)
        .dispose();
      restored.executePendingJobs();
      const answer = restored.evalCode("end.answer");
      const text = answer.toString();
      answer.dispose();
      return text;
    },
    close: (restored) => restored.dispose(),
  };
}

/** Monty, if it is installed: it lacks packages for some systems, so `npm ci` cannot have it. */
async function monty() {
  const installed = await import("@pydantic/monty").catch(() => undefined);
  if (!installed) {
    process.stderr.write(grey(`Monty takes part after: npm install --no-save ${MONTY}\n`));
    return [];
  }
  const { Monty, MontySnapshot, MontyNameLookup } = installed;
  const program = readFileSync(join(root, "bench/save/self_consistency.py"), "utf8");
  const parsed = new Monty(program, { inputs: ["task", "samples"] });
  // A function of the host may first be asked for by its name.
  const onward = (progress) => {
    let at = progress;
    while (at instanceof MontyNameLookup) at = at.resume({ value: () => undefined });
    return at;
  };
  const paused = onward(parsed.start({ inputs: { task: TASK, samples: SAMPLES } }));
  if (!(paused instanceof MontySnapshot)) throw new ScriptError("Monty did not pause");
  const contestant = {
    title: "Monty",
    version: versionOf("@pydantic/monty"),
    save: () => paused.dump(),
    restore: (saved) => MontySnapshot.load(saved),
    finish: (restored) => {
      let at = restored;
      while (at instanceof MontySnapshot) at = onward(at.resume({ returnValue: REPLY }));
      return at.output.get ? at.output.get("answer") : at.output.answer;
    },
    close: () => {},
  };
  return [contestant];
}

// ── Measuring ───────────────────────────────────────────────────────────────

const now = () => performance.now();

async function round(contestant, times) {
  await contestant.prepare?.();
  const began = now();
  const saved = contestant.save();
  const between = now();
  const given = contestant.restore(saved);
  const restored = given instanceof Promise ? await given : given;
  const ended = now();
  times.save.push(between - began);
  times.restore.push(ended - between);
  return { saved, restored };
}

async function measure(contestants, rounds) {
  const all = contestants.map(() => ({ save: [], restore: [], saved: undefined }));
  for (let i = 0; i < rounds; i++) {
    // A different one begins each round, so that none always runs after the same one.
    for (let j = 0; j < contestants.length; j++) {
      const at = (i + j) % contestants.length;
      const { saved, restored } = await round(contestants[at], all[at]);
      if (i === rounds - 1) {
        all[at].saved = saved;
        const answer = await contestants[at].finish(restored);
        if (answer !== "12") {
          throw new ScriptError(`${contestants[at].title} answers ${JSON.stringify(answer)}`);
        }
        continue;
      }
      contestants[at].close(restored);
    }
  }
  return contestants.map(({ title, version }, at) => {
    const { save, restore, saved } = all[at];
    // The first rounds warm the engines up.
    const skipped = Math.min(20, rounds >> 2);
    return {
      title,
      version,
      saveMs: median(save.slice(skipped)),
      restoreMs: median(restore.slice(skipped)),
      bytes: saved.length,
      gzipped: gzipSync(saved).length,
    };
  });
}

await main(async () => {
  const rounds = Number(option("rounds", "200"));
  if (!Number.isInteger(rounds) || rounds < 4) {
    throw new ScriptError("--rounds takes a number from 4");
  }
  const contestants = [
    await ours("here, sources known"),
    await ours("here, new registry", (SessionRegistry) => SessionRegistry.create()),
    await quickjs(),
    ...(await monty()),
  ];
  const figures = await measure(contestants, rounds);
  const micro = (ms) => (ms * 1000).toFixed(0);
  const rows = figures.map(({ title, version, saveMs, restoreMs, bytes: size, gzipped }) => [
    title,
    version,
    micro(saveMs),
    micro(restoreMs),
    bytes(size),
    bytes(gzipped),
  ]);
  console.log(
    `\nNode ${process.version}, medians of ${rounds} interleaved rounds: self-consistency with ${SAMPLES} samples, paused\n`,
  );
  const head = ["", "version", "save µs", "restore µs", "saved", "gzipped"];
  console.log(table([head, ...rows], [2, 3, 4, 5]));
  console.log(
    "\nA registry knows the sources of its packages, and those that it has compiled before; a new one compiles\nthe program first. Monty is native code.",
  );
  const json = option("json");
  if (json) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
});
