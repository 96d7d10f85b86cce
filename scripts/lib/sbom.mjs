// What the package is made of, as CycloneDX: the npm packages it depends on, and the
// crates that are compiled into its WebAssembly file.

import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environment, WASM_TARGET } from "../env.mjs";
import { ScriptError } from "./console.mjs";
import { capture, root } from "./process.mjs";

/** Output of a command that prints JSON. */
function json(command, args, options) {
  const { ok, stdout, stderr } = capture(command, args, options);
  if (!ok) throw new ScriptError(`failed: ${command} ${args.join(" ")}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Checksums by `name version`, from Cargo.lock. */
function checksums() {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const pattern = /name = "(.+)"\nversion = "(.+)"\nsource = .*\nchecksum = "(.+)"/g;
  return new Map(
    [...lock.matchAll(pattern)].map(([, name, version, sum]) => [`${name} ${version}`, sum]),
  );
}

const crateRef = ({ name, version }) => `pkg:cargo/${name}@${version}`;

/** The crates behind the library, without those of tests, and who needs whom. */
function crates() {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", WASM_TARGET];
  const { packages, resolve } = json("cargo", args, { env: environment({ wasm: true }) });
  const byId = new Map(packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const isNormal = ({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null);
  const needs = (id) =>
    nodes
      .get(id)
      .deps.filter(isNormal)
      .map(({ pkg }) => pkg);
  const reached = new Set([resolve.root]);
  for (const id of reached) for (const other of needs(id)) reached.add(other);
  const sums = checksums();
  const components = [];
  const dependencies = [];
  for (const id of reached) {
    const crate = byId.get(id);
    const on = needs(id).map((other) => crateRef(byId.get(other)));
    if (id === resolve.root) {
      dependencies.push({ ref: "root", dependsOn: on });
      continue;
    }
    const sum = sums.get(`${crate.name} ${crate.version}`);
    const runsInCompiler = crate.targets.some(({ kind }) => kind.includes("proc-macro"));
    components.push({
      type: "library",
      "bom-ref": crateRef(crate),
      name: crate.name,
      version: crate.version,
      purl: crateRef(crate),
      // Macros run in the compiler; nothing of them is in the file itself.
      scope: runsInCompiler ? "excluded" : "required",
      ...(crate.license
        ? { licenses: [{ expression: crate.license.replaceAll("/", " OR ") }] }
        : {}),
      ...(sum ? { hashes: [{ alg: "SHA-256", content: sum }] } : {}),
    });
    dependencies.push({ ref: crateRef(crate), dependsOn: on });
  }
  return { components, dependencies };
}

/** The npm packages that come with an installation. */
function npmPackages() {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"];
  const { components, dependencies, metadata } = json("npm", args);
  const own = metadata.component["bom-ref"];
  return {
    components,
    dependencies: dependencies.filter(({ ref }) => ref !== own),
    direct: dependencies.find(({ ref }) => ref === own)?.dependsOn ?? [],
  };
}

/** The bill of materials of a packed tarball, as an object in the form of CycloneDX 1.5. */
export function billOfMaterials(tarball) {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const fromNpm = npmPackages();
  const fromCargo = crates();
  const [own, ...others] = fromCargo.dependencies;
  const content = createHash("sha512").update(readFileSync(tarball)).digest("hex");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: new Date().toISOString(),
      component: {
        type: "library",
        "bom-ref": "root",
        name,
        version,
        description,
        purl: `pkg:npm/${name}@${version}`,
        licenses: [{ expression: license }],
        hashes: [{ alg: "SHA-512", content }],
      },
    },
    components: [...fromNpm.components, ...fromCargo.components],
    dependencies: [
      { ref: "root", dependsOn: [...fromNpm.direct, ...own.dependsOn] },
      ...fromNpm.dependencies,
      ...others,
    ],
  };
}
