// The packed package, installed into a project per target, runs a strategy to
// its end in every runtime and with every bundler.
//
//   node --test packaging/matrix.test.mjs
//   node --test --test-name-pattern=Vite packaging/matrix.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../scripts/lib/process.mjs";
import { browsers, startServer } from "./lib/browsers.mjs";
import { makeProject, pack, workspace } from "./lib/project.mjs";
import { installTools } from "./lib/tools.mjs";
import { expected } from "./program.mjs";
import { targets } from "./targets.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const wanted = { ...expected, version };

await installTools();

const context = {};
const open = browsers();
let space;

before(async () => {
  space = workspace();
  const { tarball, files } = await pack(space.folder);
  const where = { tarball, folder: space.folder };
  context.packed = files;
  context.project = (name, contents, manifest) => makeProject(where, name, contents, manifest);
  context.server = await startServer();
});

after(async () => {
  await open.close();
  context.server?.close();
  space?.remove();
});

const title = ({ name, way, imports }) => `${name}: ${way} (${imports.replaceAll("`", "")})`;

// Two at a time: more would only wait for each other on a machine with two cores.
describe("the packed package", { concurrency: 2 }, () => {
  for (const target of targets.filter(({ run }) => run)) {
    test(title(target), async () => {
      const outcomes = await target.run(context);
      assert.ok(outcomes.length > 0);
      for (const outcome of outcomes) assert.deepEqual(outcome, wanted);
    });
  }
  for (const target of targets.filter(({ page }) => page)) {
    test(title(target), async (t) => {
      const { url, close } = await target.page(context);
      try {
        for (const browser of ["Chromium", "Firefox"]) {
          await t.test(browser, async () => {
            assert.deepEqual(await open.visit(browser, url), wanted);
          });
        }
      } finally {
        await close?.();
      }
    });
  }
});
