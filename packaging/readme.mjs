// The table of README.md that says what is tested where.
//
//   npm run packaging:matrix    writes it, with the versions of this machine's browsers

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { main } from "../scripts/lib/console.mjs";
import { root } from "../scripts/lib/process.mjs";
import { browsers } from "./lib/browsers.mjs";
import { targets } from "./targets.mjs";

const file = join(root, "README.md");
const PLACE = /(<!-- matrix: .*? -->\n)([\s\S]*?)(<!-- \/matrix -->)/;

/** The lines of the table, from the targets themselves. */
export function matrixLines() {
  const rows = targets.map(
    ({ name, version, way, imports }) => `| ${name} | ${version()} | ${way} | ${imports} |`,
  );
  return ["| where | version | how | entry points |", "| --- | --- | --- | --- |", ...rows];
}

/** What README.md has between the marks of the table. */
export const writtenMatrix = () => readFileSync(file, "utf8").match(PLACE)?.[2] ?? "";

async function write() {
  const open = browsers();
  try {
    const chromium = await open.version("Chromium");
    const firefox = await open.version("Firefox");
    const pages = `Every page and worker of a page runs in Chromium ${chromium} and in Firefox ${firefox}.`;
    const text = `\n${matrixLines().join("\n")}\n\n${pages}\n`;
    const readme = readFileSync(file, "utf8");
    writeFileSync(
      file,
      readme.replace(PLACE, (_, from, __, to) => `${from}${text}\n${to}`),
    );
  } finally {
    await open.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(write);
