// Node, Deno and Bun.

import { join } from "node:path";
import * as files from "../lib/files.mjs";
import { execute, outcomeOf } from "../lib/run.mjs";
import { findNode, nodeVersion, toolProgram, toolVersion } from "../lib/tools.mjs";

const SUBPATHS = ["", "/inline", "/slim"];

const scripts = () =>
  Object.fromEntries(
    SUBPATHS.flatMap((subpath) => {
      const name = subpath.slice(1) || "main";
      const module = subpath === "/slim" ? files.printingSlim : files.printing(subpath);
      return [
        [`${name}.mjs`, module],
        [`${name}.cjs`, files.printingCommonJs(subpath)],
      ];
    }),
  );

const names = (ending) => SUBPATHS.map((subpath) => `${subpath.slice(1) || "main"}.${ending}`);

/** Runs several scripts of a project and returns their outcomes. */
async function outcomes(project, list, command, args = []) {
  const results = [];
  for (const name of list) {
    results.push(await outcomeOf(command, [...args, join(project, name)], { cwd: project }));
  }
  return results;
}

const node = (major, way, ending) => ({
  name: `Node ${major}`,
  version: () => nodeVersion(major),
  way,
  imports: "`.`, `/slim`, `/inline`",
  async run({ project }) {
    const folder = await project(`node-${major}-${ending}`, scripts());
    return outcomes(folder, names(ending), findNode(major));
  },
});

/** A Deno program with types, checked by Deno itself. */
const DENO_TYPED = `
import { type SessionEvent, SessionRegistry } from "algocline-wasm";
const registry: SessionRegistry = await SessionRegistry.create();
const event: SessionEvent = await registry.start("return 1");
if (event.status === "completed") console.log(event.result);
`;

export const runtimes = [
  node(20, "ES modules", "mjs"),
  node(20, "CommonJS", "cjs"),
  node(22, "ES modules", "mjs"),
  node(22, "CommonJS", "cjs"),
  {
    name: "Deno",
    version: () => toolVersion("deno"),
    way: "ES modules, without any permission",
    imports: "`.`, `/inline`",
    async run({ project }) {
      const folder = await project("deno", {
        ...scripts(),
        "typed.ts": DENO_TYPED,
        "deno.json": JSON.stringify({ nodeModulesDir: "manual" }),
      });
      const deno = toolProgram("deno");
      await execute(deno, ["check", "typed.ts"], { cwd: folder });
      const list = ["main.mjs", "inline.mjs"];
      return outcomes(folder, list, deno, ["run", "--no-prompt", "--no-remote"]);
    },
  },
  {
    name: "Deno",
    version: () => toolVersion("deno"),
    way: "CommonJS",
    imports: "`.`, `/slim`, `/inline`",
    async run({ project }) {
      const folder = await project("deno-cjs", scripts());
      const flags = ["run", "--no-prompt", "--allow-read", "--no-remote"];
      return outcomes(folder, names("cjs"), toolProgram("deno"), flags);
    },
  },
  {
    name: "Bun",
    version: () => toolVersion("bun"),
    way: "ES modules",
    imports: "`.`, `/slim`, `/inline`",
    async run({ project }) {
      const folder = await project("bun", scripts());
      return outcomes(folder, names("mjs"), toolProgram("bun"), ["run"]);
    },
  },
  {
    name: "Bun",
    version: () => toolVersion("bun"),
    way: "CommonJS",
    imports: "`.`, `/slim`, `/inline`",
    async run({ project }) {
      const folder = await project("bun-cjs", scripts());
      return outcomes(folder, names("cjs"), toolProgram("bun"), ["run"]);
    },
  },
  {
    name: "Bun",
    version: () => toolVersion("bun"),
    way: "`bun build --compile`: one executable",
    imports: "`.`",
    async run({ project }) {
      const folder = await project("bun-compiled", scripts());
      const program = join(folder, "program");
      const args = ["build", "--compile", "main.mjs", "--outfile", program];
      await execute(toolProgram("bun"), args, { cwd: folder });
      return [await outcomeOf(program, [], { cwd: "/" })];
    },
  },
];
