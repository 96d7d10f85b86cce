// Bytes that stand in JavaScript as text.

import { messageOf } from "./errors.js";

/** The bytes behind a text of the build: compressed (deflate, without a header), then base64. */
export async function unpack(text: string): Promise<ArrayBuffer> {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("this platform has no DecompressionStream; use algocline-wasm/slim");
  }
  const compressed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([compressed]).stream();
  try {
    return await new Response(
      stream.pipeThrough(new DecompressionStream("deflate-raw")),
    ).arrayBuffer();
  } catch (error) {
    throw new Error(`the inlined file is damaged: ${messageOf(error)}`, { cause: error });
  }
}
