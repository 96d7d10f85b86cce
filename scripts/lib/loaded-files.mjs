// Which files of dist/ an entry point loads.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process.mjs";

const dist = join(root, "dist");

/** The JavaScript files of dist/ behind an entry, itself first. */
export function loadedFiles(entry) {
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(join(dist, file), "utf8");
    for (const [, name] of text.matchAll(/(?:from|import|require)\s*\(?\s*"\.\/([^"]+\.c?js)"/g)) {
      if (existsSync(join(dist, name))) files.add(name);
    }
  }
  return [...files];
}
