// Cloudflare Workers: workerd by itself, and what wrangler makes of a project.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as files from "../lib/files.mjs";
import { exactlyOneWasm } from "../lib/outputs.mjs";
import { execute } from "../lib/run.mjs";
import { findNode, toolBin, toolVersion } from "../lib/tools.mjs";
import { askWorkerd } from "../lib/workerd.mjs";

/** The package's files that a Worker may load, by their place in a project. */
const modulesOf = (packed) =>
  packed
    .filter((path) => /^dist\/[^/]+\.(js|wasm)$/.test(path) && !/^dist\/(deno|bun)/.test(path))
    .map((path) => `node_modules/algocline-wasm/${path}`);

const within = (name) => `./node_modules/algocline-wasm/dist/${name}.js`;

const WRANGLER = `name = "packaging"
main = "worker.js"
compatibility_date = "2026-04-01"
send_metrics = false
`;

export const workers = [
  {
    name: "workerd",
    version: () => toolVersion("workerd"),
    way: "raw configuration",
    imports: "`dist/workerd.js`",
    async run({ project, packed }) {
      const folder = await project("workerd", {
        "worker.js": files.fetchHandler(within("workerd"), within),
      });
      return [await askWorkerd(folder, ["worker.js", "program.mjs", ...modulesOf(packed)])];
    },
  },
  {
    name: "workerd",
    version: () => toolVersion("workerd"),
    way: "raw configuration, the module from the program",
    imports: "`dist/slim.js`",
    async run({ project, packed }) {
      const bring = `import wasm from "./node_modules/algocline-wasm/dist/algocline.wasm";
algocline.provideWasm(wasm);`;
      const folder = await project("workerd-slim", {
        "worker.js": files.fetchHandler(within("slim"), within, bring),
      });
      return [await askWorkerd(folder, ["worker.js", "program.mjs", ...modulesOf(packed)])];
    },
  },
  {
    name: "wrangler",
    version: () => toolVersion("wrangler"),
    way: "`wrangler deploy`'s bundle, on workerd",
    imports: "`.`",
    async run({ project }) {
      const folder = await project("wrangler", {
        "worker.js": files.fetchHandler("algocline-wasm"),
        "wrangler.toml": WRANGLER,
      });
      const wrangler = toolBin("wrangler", "bin/wrangler.js");
      const args = [wrangler, "deploy", "--dry-run", "--outdir", "out"];
      await execute(findNode(22), args, {
        cwd: folder,
        env: { WRANGLER_SEND_METRICS: "false", CI: "1", XDG_CONFIG_HOME: join(folder, "config") },
      });
      const out = join(folder, "out");
      exactlyOneWasm(out);
      const made = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
      return [await askWorkerd(out, ["worker.js", ...made.filter((name) => name !== "worker.js")])];
    },
  },
];
