// Everything that must hold before a release, and the files that go with it.
//
//   npm run release:check                 packs, measures, runs the packed package everywhere
//   npm run release:check -- --publish    the changelog must have the day of the release, too
//
// Leaves the tarball and its bill of materials (CycloneDX) in release/.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "../packaging/lib/project.mjs";
import { buildPackage } from "./build.mjs";
import { bold, bytes, duration, green, main, red, ScriptError } from "./lib/console.mjs";
import { root, stream } from "./lib/process.mjs";
import { changelogProblems, contentProblems, manifestProblems } from "./lib/release-rules.mjs";
import { billOfMaterials } from "./lib/sbom.mjs";
import { setup } from "./setup.mjs";

const folder = join(root, "release");
const read = (name) => readFileSync(join(root, name), "utf8");

/** The tests of the packed package. */
const tests = () =>
  readdirSync(join(root, "packaging"))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => join("packaging", name));

/** Runs a script; its output is shown. */
async function script(...args) {
  const { code } = await stream(process.execPath, args);
  return code === 0 ? [] : [`node ${args.join(" ")} ended with ${code}`];
}

async function checkAll(dated) {
  const manifest = JSON.parse(read("package.json"));
  const packed = await pack(folder);
  console.log(
    `  ${packed.tarball.slice(root.length + 1)}: ${packed.files.length} files, ` +
      `${bytes(packed.size)} bytes, unpacked ${bytes(packed.unpackedSize)}\n`,
  );
  const checks = {
    "package.json": () => manifestProblems(manifest, read("Cargo.toml")),
    changelog: () => changelogProblems(read("CHANGELOG.md"), manifest.version, { dated }),
    "packed files": () => contentProblems(manifest, packed.files),
    "bill of materials": () => {
      const bill = billOfMaterials(packed.tarball);
      const file = join(folder, `${manifest.name}-${manifest.version}.cdx.json`);
      writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
      console.log(`    ${file.slice(root.length + 1)}: ${bill.components.length} components`);
      return bill.components.length > 0 ? [] : ["it is empty"];
    },
    "size budget": () => script("scripts/size.mjs", "--check"),
    "types, memory, every runtime and bundler": () =>
      script("--test", "--test-reporter=spec", "--test-concurrency=1", ...tests()),
  };
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const started = performance.now();
    console.log(`  ${bold(name)}`);
    const problems = await check();
    const time = duration(performance.now() - started);
    for (const problem of problems) console.log(red(`    ${problem}`));
    console.log(problems.length === 0 ? green(`  ✓ ${time}`) : red(`  ✗ ${time}`));
    failed += problems.length === 0 ? 0 : 1;
  }
  return failed;
}

await main(async () => {
  await setup();
  await buildPackage();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  console.log(bold("\nRelease"));
  const failed = await checkAll(process.argv.includes("--publish"));
  if (failed > 0) throw new ScriptError(`${failed} of the release's checks failed`);
  console.log(green("\nready"));
});
