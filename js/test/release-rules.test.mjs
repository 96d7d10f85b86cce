// The rules of scripts/release-check.mjs, on good and bad examples; and this
// repository keeps them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../../scripts/lib/process.mjs";
import {
  changelogProblems,
  contentProblems,
  manifestProblems,
} from "../../scripts/lib/release-rules.mjs";

const read = (name) => readFileSync(join(root, name), "utf8");
const manifest = JSON.parse(read("package.json"));

const GOOD = `# Changelog

## [Unreleased]

## [1.10.0] - 2026-03-01

- More.

## [1.9.2] - 2026-02-01

- Less.
`;

test("a changelog in order", () => {
  assert.deepEqual(changelogProblems(GOOD, "1.10.0", { dated: true }), []);
  const coming = GOOD.replace("[Unreleased]\n", "[Unreleased]\n\nWhat will be 2.0.0.\n");
  assert.deepEqual(changelogProblems(coming, "2.0.0"), []);
});

test("what is wrong with a changelog", () => {
  for (const [changelog, version, problem] of [
    [GOOD, "1.11.0", "no entry names 1.11.0"],
    [GOOD, "1.9.2", "1.9.2 is not the newest entry"],
    [GOOD.replace(" - 2026-03-01", ""), "1.10.0", "1.10.0 has no date"],
    [GOOD.replace("2026-03-01", "2026-01-01"), "1.10.0", "1.10.0 is older than 1.9.2"],
    [GOOD.replace("1.9.2", "1.10.1"), "1.10.0", "1.10.0 stands above 1.10.1"],
    [GOOD.replace("- More.", ""), "1.10.0", "1.10.0 has no entry"],
    [GOOD.replace("## [1.9.2] -", "## 1.9.2,"), "1.10.0", /is no heading/],
    [`${GOOD}\n## [Unreleased]\n`, "1.10.0", "Unreleased does not come first"],
  ]) {
    const problems = changelogProblems(changelog, version);
    const fits = problems.some((text) => (problem.test ? problem.test(text) : text === problem));
    assert.ok(fits, `${problem}: ${problems.join("; ")}`);
  }
  const coming = GOOD.replace("[Unreleased]\n", "[Unreleased]\n\nWhat will be 2.0.0.\n");
  const dated = changelogProblems(coming, "2.0.0", { dated: true });
  assert.deepEqual(dated, ["2.0.0 has no dated entry"]);
});

test("what is wrong with a package", () => {
  const small = { exports: { ".": { default: "./dist/a.js" } }, sideEffects: ["./dist/b.js"] };
  const files = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "dist/x.wasm"];
  assert.deepEqual(contentProblems(small, [...files, "dist/a.js", "dist/b.js"]), []);
  assert.deepEqual(contentProblems(small, [...files, "dist/b.js", "dist/y.wasm", "dist/.env"]), [
    "dist/a.js is missing",
    "there are 2 wasm files",
    "dist/.env does not belong there",
  ]);
  const problems = manifestProblems({ version: "1.0.0", dependencies: {} }, 'version = "1.0.1"');
  assert.ok(problems.includes("Cargo.toml has version 1.0.1"));
  assert.ok(problems.includes("package.json does not ask for provenance"));
  assert.ok(problems.includes("package.json has dependencies"));
});

test("this repository keeps the rules", () => {
  assert.deepEqual(manifestProblems(manifest, read("Cargo.toml")), []);
  assert.deepEqual(changelogProblems(read("CHANGELOG.md"), manifest.version), []);
});
