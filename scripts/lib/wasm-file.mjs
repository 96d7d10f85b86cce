// Reads and writes the parts of a wasm module that the build rearranges.
// https://webassembly.github.io/spec/core/binary/

export const SECTION = { custom: 0, type: 1, import: 2, function: 3, code: 10 };

const MAGIC_AND_VERSION = 8;

/**
 * The sections of a module, in their order.
 *
 * @param {Buffer} wasm a module
 * @returns {{ id: number, body: Buffer }[]}
 */
export function sectionsOf(wasm) {
  const sections = [];
  const reader = new Reader(wasm.subarray(MAGIC_AND_VERSION));
  while (!reader.ended()) sections.push({ id: reader.byte(), body: reader.sized() });
  return sections;
}

/** A module of these sections. */
export function moduleOf(wasm, sections) {
  const head = wasm.subarray(0, MAGIC_AND_VERSION);
  return Buffer.concat([head, ...sections.map(({ id, body }) => sized(id, body))]);
}

/** What a section holds; an empty list if it is missing. */
export function find(sections, wanted) {
  return sections.find(({ id }) => id === wanted)?.body ?? Buffer.from([0]);
}

/** The code of the functions that a module defines. */
export function bodiesOf(code) {
  const reader = new Reader(code);
  return Array.from({ length: reader.leb() }, () => reader.sized());
}

/** Reads a part of a module from front to back. */
export class Reader {
  #bytes;
  /** Where the next byte stands. */
  at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  ended() {
    return this.at >= this.#bytes.length;
  }

  byte() {
    this.at += 1;
    return this.#bytes[this.at - 1];
  }

  /** A number without sign. A signed one is as long: this skips it as well. */
  leb() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(length) {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  sized() {
    return this.bytes(this.leb());
  }
}

export function leb(value) {
  const bytes = [];
  let rest = value;
  do {
    const more = rest > 0x7f ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

export function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([leb(bytes.length), bytes]);
}

export function sized(id, body) {
  return Buffer.concat([Buffer.from([id]), leb(body.length), body]);
}
