// Bytes as JSON, compressed where that helps.

import { AlcError } from "../errors.js";
import type { Json } from "../json.js";

/** Below this many bytes compression is not worth its time. */
const WORTH_COMPRESSING = 512;
/** What is longer when unpacked is no saved session. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Bytes as JSON: base64 of themselves, or of what gzip makes of them. */
export interface Packed {
  /** How the bytes have become `data`. */
  encoding: "base64" | "gzip+base64";
  data: string;
}

/** Packs bytes; with `compress` they are compressed where the platform can. */
export async function pack(bytes: Uint8Array, compress: boolean): Promise<Packed> {
  const canCompress = typeof CompressionStream === "function";
  if (compress && canCompress && bytes.length >= WORTH_COMPRESSING) {
    const zipped = await through(bytes, new CompressionStream("gzip"));
    return { encoding: "gzip+base64", data: toBase64(zipped) };
  }
  return { encoding: "base64", data: toBase64(bytes) };
}

/** @throws AlcError `bad_snapshot` for what `pack` does not give */
export async function unpack(packed: Json): Promise<Uint8Array> {
  const { encoding, data } = (packed ?? {}) as { encoding?: Json; data?: Json };
  try {
    if (typeof data !== "string") throw new Error("there are no data");
    const bytes = fromBase64(data);
    if (encoding === "base64") return bytes;
    if (encoding !== "gzip+base64") throw new Error("the encoding is unknown");
    return await through(bytes, new DecompressionStream("gzip"));
  } catch (error) {
    throw new AlcError("bad_snapshot", "what is stored is no saved session", { cause: error });
  }
}

/** What comes out of a transformation of bytes. */
async function through(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw new Error("it is too long");
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How many bytes become one string at a time; a call takes so many arguments. */
const CHUNK = 0x8000;

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
