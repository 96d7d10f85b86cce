// Runs a program of a project and reads the outcome that it prints.

import { spawn } from "node:child_process";

/** No program here takes longer, even on a busy machine. */
const PATIENCE = 120_000;

/** Runs a command to its end; its output, or an error with it. */
export function execute(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
      env: { ...process.env, NO_COLOR: "1", ...options.env },
    });
    let text = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${text}`));
    });
  });
}

/** Runs a command and reads the line that begins with OUTCOME. */
export async function outcomeOf(command, args, options) {
  const text = await execute(command, args, options);
  const line = text.split("\n").find((line) => line.startsWith("OUTCOME "));
  if (!line) throw new Error(`no outcome from ${command} ${args.join(" ")}:\n${text}`);
  return JSON.parse(line.slice("OUTCOME ".length));
}
