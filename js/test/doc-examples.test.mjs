// The examples in the documentation of stores and autosave run: in Node where they say
// what they print, in Chromium where they need a browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { launchChromium } from "../../scripts/lib/page.mjs";
import { root } from "../../scripts/lib/process.mjs";
import { serveSite } from "./support/site.mjs";

const FOLDERS = ["js/stores", "js/durable"];

const examples = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((file) => {
    const text = readFileSync(join(root, folder, file), "utf8").replace(/^ *\* ?/gm, "");
    const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)];
    return blocks.map(([, code]) => ({ file: `${folder}/${file}`, code }));
  }),
);

const promised = (code) => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);
const isForBrowsers = ({ code }) =>
  /indexedDbStore\(|localStorage/.test(code.replace(/\/\/.*$/gm, ""));

test("there are examples of both sorts", () => {
  assert.ok(examples.filter(isForBrowsers).length >= 3);
  assert.ok(examples.filter((example) => !isForBrowsers(example)).length >= 3);
});

for (const { file, code } of examples.filter((example) => !isForBrowsers(example))) {
  test(`the example in ${file}`, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", code],
      { cwd: root, encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    assert.ok(promised(code).length > 0, code);
    assert.deepEqual(stdout.trimEnd().split("\n"), promised(code));
  });
}

test("the examples for browsers, in Chromium", async () => {
  const site = await serveSite();
  const browser = await launchChromium();
  try {
    for (const { file, code } of examples.filter(isForBrowsers)) {
      const page = await browser.newPage();
      const problems = [];
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(site.url);
      const imports = {
        "algocline-wasm": "/dist/browser.js",
        "algocline-wasm/stores": "/dist/stores.js",
      };
      await page.addScriptTag({ type: "importmap", content: JSON.stringify({ imports }) });
      const done = `${code}\nglobalThis.done = true;`;
      await page.addScriptTag({ type: "module", content: done });
      await page.waitForFunction(() => globalThis.done === true, null, { timeout: 30_000 });
      assert.deepEqual(problems, [], file);
      await page.close();
    }
  } finally {
    await browser.close();
    site.close();
  }
});
