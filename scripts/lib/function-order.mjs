// Puts the functions of a wasm module in an order in which gzip finds more repeats.
//
// gzip looks 32 KiB back. Functions that were made from the same source, or do
// similar things, share stretches of code; next to each other they cost little more
// than one of them. wasm-opt can sort functions by name, so this gives them names
// that sort as they should stand, and drops the real ones.

import {
  bodiesOf,
  find,
  leb,
  moduleOf,
  Reader,
  SECTION,
  sectionsOf,
  sized,
  text,
} from "./wasm-file.mjs";

/** How far gzip looks back, in bytes. */
const WINDOW = 32_768;
/** The length of the stretches that are compared. */
const STRETCH = 7;
/** What more functions share than this says nothing, and would take long to follow. */
const MOST_SHARED = 400;
/** Between 0 (most shared bytes first) and 1 (greatest shared part of a function first). */
const BY_PART = 0.6;

const FUNCTION_NAMES = 1;

/**
 * The same module, its functions named by their place in the new order.
 *
 * @param {Buffer} wasm a module
 * @returns {Buffer} what `wasm-opt --reorder-functions-by-name` takes
 */
export function nameByPlace(wasm) {
  const sections = sectionsOf(wasm);
  const imported = countImports(find(sections, SECTION.import));
  const bodies = bodiesOf(find(sections, SECTION.code));
  const entries = orderOf(bodies)
    .map((index, place) => [index + imported, `f${String(place).padStart(6, "0")}`])
    .sort(([a], [b]) => a - b)
    .map(([index, name]) => Buffer.concat([leb(index), text(name)]));
  const names = Buffer.concat([leb(entries.length), ...entries]);
  const section = Buffer.concat([text("name"), sized(FUNCTION_NAMES, names)]);
  const rest = sections.filter(({ id, body }) => id !== SECTION.custom || !isNames(body));
  return moduleOf(wasm, [...rest, { id: SECTION.custom, body: section }]);
}

/** The functions in the order in which each shares most with those before it. */
function orderOf(bodies) {
  const { stretches, users } = sharedStretches(bodies);
  // How many of a function's stretches stand in the window.
  const known = new Float64Array(bodies.length);
  const times = new Map();
  const count = (index, change) => {
    for (const stretch of stretches[index]) {
      const now = (times.get(stretch) ?? 0) + change;
      times.set(stretch, now);
      // It has come into the window, or left it.
      if (now === (change > 0 ? 1 : 0)) {
        for (const user of users.get(stretch)) known[user] += change;
      }
    }
  };
  const weights = bodies.map(({ length }) => (length + 8) ** BY_PART);
  const left = new Set(bodies.keys());
  const order = [];
  let oldest = 0;
  let held = 0;
  while (left.size > 0) {
    let next = -1;
    let most = -1;
    for (const index of left) {
      // The first one is the longest: nothing is known then.
      const score = order.length > 0 ? known[index] / weights[index] : bodies[index].length;
      if (score > most) [next, most] = [index, score];
    }
    left.delete(next);
    order.push(next);
    count(next, 1);
    held += bodies[next].length;
    while (held > WINDOW && oldest < order.length - 1) {
      held -= bodies[order[oldest]].length;
      count(order[oldest], -1);
      oldest += 1;
    }
  }
  return order;
}

/** The stretches that each function shares with others, and who these are. */
function sharedStretches(bodies) {
  const all = bodies.map((body) => {
    const found = new Set();
    for (let at = 0; at + STRETCH <= body.length; at += 1) {
      let hash = 0;
      for (let i = 0; i < STRETCH; i += 1) hash = (Math.imul(hash, 31) + body[at + i] * 40_503) | 0;
      found.add(hash);
    }
    return found;
  });
  const users = new Map();
  for (const [index, found] of all.entries()) {
    for (const stretch of found) {
      const known = users.get(stretch);
      if (known) known.push(index);
      else users.set(stretch, [index]);
    }
  }
  const tells = (stretch) => {
    const { length } = users.get(stretch);
    return length > 1 && length <= MOST_SHARED;
  };
  return { stretches: all.map((found) => [...found].filter(tells)), users };
}

function isNames(body) {
  return new Reader(body).sized().toString() === "name";
}

/** How many functions a module imports: they have the first numbers. */
function countImports(body) {
  const reader = new Reader(body);
  let functions = 0;
  for (let left = reader.leb(); left > 0; left -= 1) {
    reader.sized();
    reader.sized();
    const kind = reader.byte();
    if (kind === 0) {
      reader.leb();
      functions += 1;
    } else if (kind === 3) {
      reader.byte();
      reader.byte();
    } else {
      if (kind === 1) reader.byte();
      const hasMaximum = reader.byte() & 1;
      reader.leb();
      if (hasMaximum) reader.leb();
    }
  }
  return functions;
}
