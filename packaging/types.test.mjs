// The packed package as tools and compilers see it: publint, attw, and type tests
// by several configurations of TypeScript.

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../scripts/lib/process.mjs";
import { makeProject, pack, workspace } from "./lib/project.mjs";
import { execute } from "./lib/run.mjs";
import { importTool, installTools, toolPackage, toolProgram } from "./lib/tools.mjs";

await installTools();

let space;
let tarball;
let packed;
let project;

before(async () => {
  space = workspace();
  ({ tarball, files: packed } = await pack(space.folder));
  project = await makeProject({ tarball, folder: space.folder }, "types", {}, { type: "module" });
});

after(() => space?.remove());

const installed = (...parts) => join(project, "node_modules", "algocline-wasm", ...parts);

test("publint has no finding", async () => {
  const { publint } = await importTool("publint");
  const { messages } = await publint({ pkgDir: installed(), strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test("attw has no finding", async () => {
  // node10 stands for the resolution of Node 10, which knows no `exports`.
  const args = [toolProgram("attw"), tarball, "--profile", "node16", "--format", "json"];
  const { analysis } = JSON.parse(await execute(process.execPath, args));
  const problems = analysis.problems.filter(({ resolutionKind }) => resolutionKind !== "node10");
  assert.deepEqual(problems, []);
  const entries = Object.keys(analysis.entrypoints).sort();
  const { exports } = JSON.parse(readFileSync(installed("package.json"), "utf8"));
  assert.deepEqual(entries, Object.keys(exports).sort());
});

// ── Compilers and configurations ────────────────────────────────────────────

const STRICT = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: "ES2022",
};

const configurations = {
  "a page": { module: "ESNext", moduleResolution: "bundler", lib: ["ES2022", "DOM"], types: [] },
  "Node, ES modules": { module: "NodeNext", lib: ["ES2022"], types: ["node"] },
  "Node, CommonJS": { module: "NodeNext", lib: ["ES2022"], types: ["node"], commonJs: true },
  "Cloudflare Workers": {
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2022"],
    types: ["@cloudflare/workers-types"],
    customConditions: ["workerd", "worker", "browser"],
  },
  using: {
    module: "NodeNext",
    lib: ["ES2022", "ESNext.Disposable", "DOM"],
    types: [],
    file: "disposable.ts",
  },
};

const typeRoots = [join(root, "node_modules", "@types"), toolPackage("")];
const compilers = {
  "TypeScript 5": join(toolPackage("typescript"), "bin", "tsc"),
  "TypeScript 7": join(root, "node_modules", "typescript", "bin", "tsc"),
};

describe("types", { concurrency: 2 }, () => {
  for (const [compiler, tsc] of Object.entries(compilers)) {
    for (const [name, { commonJs, file = "usage.ts", ...settings }] of Object.entries(
      configurations,
    )) {
      test(`types: ${name}, ${compiler}`, async () => {
        const copy = commonJs ? file.replace(/\.ts$/, ".cts") : file;
        cpSync(join(root, "packaging", "types", file), join(project, copy));
        const config = join(project, `${Math.random().toString(36).slice(2)}.json`);
        const compilerOptions = { ...STRICT, typeRoots, ...settings };
        writeFileSync(config, JSON.stringify({ compilerOptions, files: [copy] }));
        await execute(process.execPath, [tsc, "-p", config], { cwd: project });
      });
    }
  }
});

// ── What the declarations say ───────────────────────────────────────────────

/** Every name that a declaration file exports, with its symbol, in the eyes of the compiler. */
async function publicNames() {
  const { default: ts } = await importTool("typescript");
  const entries = readdirSync(installed("dist", "types", "entries"))
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => installed("dist", "types", "entries", name));
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  const checker = program.getTypeChecker();
  const names = new Map();
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
    for (const symbol of checker.getExportsOfModule(module)) {
      const alias = symbol.flags & ts.SymbolFlags.Alias;
      names.set(symbol.name, alias ? checker.getAliasedSymbol(symbol) : symbol);
    }
  }
  return { ts, checker, names };
}

test("no declaration has an any", async () => {
  const { default: ts } = await importTool("typescript");
  const found = [];
  for (const path of packed.filter((path) => /\.d\.[mc]?ts$/.test(path))) {
    const text = readFileSync(installed(path), "utf8");
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const look = (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${path}: ${node.parent.getText()}`);
      ts.forEachChild(node, look);
    };
    look(source);
  }
  assert.deepEqual(found, []);
});

test("every public name and member is documented", async () => {
  const { ts, checker, names } = await publicNames();
  assert.ok(names.size > 20, `${names.size} names`);
  const bare = [];
  const isDocumented = (symbol) => symbol.getDocumentationComment(checker).length > 0;
  for (const [name, symbol] of names) {
    if (!isDocumented(symbol)) bare.push(name);
    // Those mirror an interface of the platform, whose members are documented there.
    if (name.endsWith("Like")) continue;
    for (const member of symbol.members?.values() ?? []) {
      const hidden = member.declarations?.every(
        (declaration) =>
          ts.isPrivateIdentifierClassElementDeclaration(declaration) ||
          ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private ||
          ts.isTypeParameterDeclaration(declaration) ||
          ts.isIndexSignatureDeclaration(declaration),
      );
      const isMember = ts.isInterfaceDeclaration(symbol.declarations[0]) || symbol.valueDeclaration;
      if (isMember && !hidden && !isDocumented(member)) bare.push(`${name}.${member.name}`);
    }
  }
  assert.deepEqual(bare, []);
});
