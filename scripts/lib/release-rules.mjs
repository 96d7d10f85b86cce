// What must hold of a release, as functions that return what is wrong.

const VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

const compare = (a, b) => {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return 0;
};

/** The sections of a changelog: `{ name, date, text }`, in order. */
export function changelogSections(changelog) {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading, ...lines] = section.split("\n");
      const [, name, date] = heading.match(/^\[([^\]]+)\](?: - (\S+))?\s*$/) ?? [];
      return { heading, name, date, text: lines.join("\n").trim() };
    });
}

/**
 * What is wrong with the changelog for a release of `version`. Until the day of the release its
 * entry may be the section Unreleased, which then has to name the version.
 */
export function changelogProblems(changelog, version, { dated = false } = {}) {
  const sections = changelogSections(changelog);
  const problems = [];
  const released = [];
  sections.forEach(({ heading, name, date, text }, i) => {
    if (!name) problems.push(`"## ${heading}" is no heading of the form [1.2.3] - 2026-01-31`);
    else if (name === "Unreleased") {
      if (i > 0) problems.push("Unreleased does not come first");
    } else {
      if (!VERSION.test(name)) problems.push(`${name} is no version`);
      if (!/^\d{4}-\d\d-\d\d$/.test(date ?? "")) problems.push(`${name} has no date`);
      if (!text) problems.push(`${name} has no entry`);
      released.push({ name, date });
    }
  });
  for (let i = 1; i < released.length; i++) {
    const [newer, older] = [released[i - 1], released[i]];
    if (compare(newer.name, older.name) <= 0) {
      problems.push(`${newer.name} stands above ${older.name}`);
    } else if (newer.date < older.date) problems.push(`${newer.name} is older than ${older.name}`);
  }
  if (released.some(({ name }) => name === version)) {
    if (released[0].name !== version) problems.push(`${version} is not the newest entry`);
    return problems;
  }
  const coming = sections.find(({ name }) => name === "Unreleased")?.text ?? "";
  if (dated) problems.push(`${version} has no dated entry`);
  else if (!coming.includes(version)) problems.push(`no entry names ${version}`);
  return problems;
}

/** Every file that `exports` names. */
function targets(exports) {
  if (typeof exports === "string") return [exports];
  return Object.values(exports).flatMap(targets);
}

/** What is wrong with the list of packed files. */
export function contentProblems(manifest, files) {
  const have = new Set(files);
  const wanted = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"].concat(
    targets(manifest.exports).map((path) => path.replace(/^\.\//, "")),
    manifest.sideEffects.map((path) => path.replace(/^\.\//, "")),
  );
  const missing = wanted.filter((path) => !have.has(path)).map((path) => `${path} is missing`);
  const wasm = files.filter((path) => path.endsWith(".wasm"));
  if (wasm.length !== 1) missing.push(`there are ${wasm.length} wasm files`);
  const stray = files.filter((path) => /(^|\/)\.|\.test\.|node_modules|\.map$/.test(path));
  return [...missing, ...stray.map((path) => `${path} does not belong there`)];
}

/** What is wrong with package.json, and with the version that Cargo.toml has. */
export function manifestProblems(manifest, cargo) {
  const problems = [];
  const crate = cargo.match(/^version = "([^"]+)"/m)?.[1];
  if (crate !== manifest.version) problems.push(`Cargo.toml has version ${crate}`);
  for (const key of ["description", "license", "repository", "engines", "files", "exports"]) {
    if (!manifest[key]) problems.push(`package.json has no ${key}`);
  }
  if (manifest.publishConfig?.provenance !== true) {
    problems.push("package.json does not ask for provenance");
  }
  if (manifest.dependencies) problems.push("package.json has dependencies");
  return problems;
}
