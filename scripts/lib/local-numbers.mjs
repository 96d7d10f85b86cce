// Gives the local variables of all functions of a wasm module like numbers.
//
// Variables are numbered from the parameters on, so that the same stretch of code
// has other bytes in a function with one parameter more. Here the variables of each
// type begin at the same number everywhere, the pointer to the stack is the first
// of them, and the others come by how often they are used; gzip then finds much
// longer repeats. The numbers skipped are variables that nothing uses; engines pay for
// them while code is cold at most (docs/decisions.md).

import { bodiesOf, find, leb, moduleOf, Reader, SECTION, sectionsOf } from "./wasm-file.mjs";

/** i32, i64, f64, f32 and externref, in the order of their numbers, and where each begins. */
const TYPES = [
  { type: 0x7f, first: 10 },
  { type: 0x7e, first: 24 },
  { type: 0x7c, first: 34 },
  { type: 0x7d, first: 0 },
  { type: 0x6f, first: 0 },
];

const GLOBAL_GET = 0x23;
/** The codes from local.get to local.tee, with local.set between them. */
const LOCAL = { get: 0x20, tee: 0x22 };
/** A function with a frame begins: global.get, i32.const, i32.sub, local.tee. */
const PROLOGUE = 4;

/**
 * The same module with other numbers of variables.
 *
 * @param {Buffer} wasm a module
 * @returns {Buffer}
 * @throws {Error} at an instruction or a type of variable that is not known here
 */
export function numberLocals(wasm) {
  const sections = sectionsOf(wasm);
  const parameters = parameterCounts(sections);
  const bodies = bodiesOf(find(sections, SECTION.code)).map((body, index) => {
    const renumbered = renumber(body, parameters[index]);
    return Buffer.concat([leb(renumbered.length), renumbered]);
  });
  const code = Buffer.concat([leb(bodies.length), ...bodies]);
  return moduleOf(
    wasm,
    sections.map(({ id, body }) => ({ id, body: id === SECTION.code ? code : body })),
  );
}

/** How many parameters each function of the code section has. */
function parameterCounts(sections) {
  const types = new Reader(find(sections, SECTION.type));
  const counts = Array.from({ length: types.leb() }, () => {
    types.byte();
    const { length } = types.sized();
    types.sized();
    return length;
  });
  const functions = new Reader(find(sections, SECTION.function));
  return Array.from({ length: functions.leb() }, () => counts[functions.leb()]);
}

function renumber(body, parameters) {
  const reader = new Reader(body);
  const types = declaredTypes(reader);
  const pieces = instructionsOf(body, reader);
  const order = orderOf(types, pieces, parameters);

  const declared = [];
  const numbers = new Map();
  for (const number of order) {
    const type = types[number - parameters];
    const { first } = TYPES.find((known) => known.type === type);
    // What is not used is of the type before, so that types do not alternate.
    while (parameters + declared.length < first) declared.push(declared.at(-1) ?? TYPES[0].type);
    numbers.set(number, parameters + declared.length);
    declared.push(type);
  }
  const instructions = pieces.map(({ bytes, local }) =>
    numbers.has(local) ? Buffer.concat([bytes.subarray(0, 1), leb(numbers.get(local))]) : bytes,
  );
  return Buffer.concat([declarations(declared), ...instructions]);
}

/** The variables that are used, in the order of their new numbers. */
function orderOf(types, pieces, parameters) {
  const uses = new Map();
  for (const { local } of pieces) {
    if (local >= parameters) uses.set(local, (uses.get(local) ?? 0) + 1);
  }
  const stack =
    pieces[0].bytes[0] === GLOBAL_GET
      ? pieces.slice(0, PROLOGUE).find(({ local }) => local !== undefined)?.local
      : undefined;
  const rank = (number) => {
    const place = TYPES.findIndex(({ type }) => type === types[number - parameters]);
    if (place < 0) throw new Error(`a variable of type ${types[number - parameters]}`);
    return place;
  };
  return [...uses.keys()].sort(
    (a, b) =>
      Number(b === stack) - Number(a === stack) ||
      rank(a) - rank(b) ||
      uses.get(b) - uses.get(a) ||
      a - b,
  );
}

/** The type of each variable that a function declares. */
function declaredTypes(reader) {
  const types = [];
  for (let left = reader.leb(); left > 0; left -= 1) {
    const count = reader.leb();
    types.push(...Array(count).fill(reader.byte()));
  }
  return types;
}

function declarations(types) {
  const runs = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  const written = runs.map(({ type, count }) => Buffer.concat([leb(count), Buffer.from([type])]));
  return Buffer.concat([leb(runs.length), ...written]);
}

/** The instructions that follow, and the variable of those that name one. */
function instructionsOf(body, reader) {
  const pieces = [];
  while (!reader.ended()) {
    const start = reader.at;
    const code = reader.byte();
    const names = code >= LOCAL.get && code <= LOCAL.tee;
    const local = names ? reader.leb() : undefined;
    if (!names) skipImmediates(code, reader);
    pieces.push({ bytes: body.subarray(start, reader.at), local });
  }
  return pieces;
}

/** What follows an instruction's code, all of it numbers but for constants of floats. */
function skipImmediates(code, reader) {
  let numbers = 0;
  if (code === 0x0e) numbers = reader.leb() + 1;
  else if (code === 0x1c) numbers = reader.leb();
  else if (code === 0x43) reader.bytes(4);
  else if (code === 0x44) reader.bytes(8);
  else if (code === 0xfc) numbers = BULK[reader.leb()] ?? unknown(code);
  else if (ONE.has(code)) numbers = 1;
  else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) numbers = 2;
  else if (!(NONE.has(code) || (code >= 0x45 && code <= 0xc4))) unknown(code);
  for (; numbers > 0; numbers -= 1) reader.leb();
}

function unknown(code) {
  throw new Error(`an instruction with the code 0x${code.toString(16)}`);
}

/** Block, loop, if, branches, call, globals, tables, memory's size, integers, references. */
const ONE = new Set([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x23, 0x24, 0x25, 0x26],
  ...[0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2],
]);
/** Unreachable, nop, else, end, return, drop, select, ref.is_null. */
const NONE = new Set([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1]);
/** After the prefix 0xfc: eight conversions, then what works on memories and tables. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
