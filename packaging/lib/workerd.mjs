// Runs modules on workerd, the runtime of Cloudflare Workers, and asks them once.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolProgram } from "./tools.mjs";

const PATIENCE = 60_000;
const COMPATIBILITY_DATE = "2026-04-01";

/** The configuration of one worker; `modules` are paths within the project, the first is the main one. */
function configuration(modules) {
  const list = modules.map((path) => {
    const kind = path.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = "${path}", ${kind} = embed "${path}")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [\n    ${list.join(",\n    ")}\n  ],
  compatibilityDate = "${COMPATIBILITY_DATE}",
);
`;
}

/**
 * Serves modules with workerd.
 *
 * @param {string} project the folder of the modules
 * @param {string[]} modules paths in it, the main one first
 * @returns {Promise<{ url: string, stop: () => void, started: number }>} `started`: when it
 * listened, by `performance.now()`
 */
export function serveWorkerd(project, modules) {
  const file = join(project, "workerd.capnp");
  writeFileSync(file, configuration(modules));
  return new Promise((resolve, reject) => {
    const child = spawn(toolProgram("workerd"), ["serve", file, "--control-fd=3"], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let text = "";
    let control = "";
    const fail = () => reject(new Error(`workerd did not start:\n${text}`));
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    }
    child.stdio[3].setEncoding("utf8").on("data", (chunk) => {
      control += chunk;
      const port = control.match(/"event":"listen".*?"port":(\d+)/)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve({
        url: `http://127.0.0.1:${port}/`,
        started: performance.now(),
        stop: () => child.kill("SIGKILL"),
      });
    });
    child.on("error", reject);
    child.on("close", fail);
  });
}

/** Serves modules, asks once, and returns the outcome that they answer with. */
export async function askWorkerd(project, modules) {
  const { url, stop } = await serveWorkerd(project, modules);
  try {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${text}`);
    return JSON.parse(text);
  } finally {
    stop();
  }
}
