// The entry point for Deno: importing the module's source needs no permission, and
// makes `deno compile` carry the file along.

import { provideDefaultWasm, type WasmInput } from "../engine.js";

provideDefaultWasm(async () => {
  try {
    return (await import("./deno-source.js")).default;
  } catch (error) {
    // Older releases of Deno do not know such imports; reading asks for permission.
    if (error instanceof SyntaxError || error instanceof TypeError) return read();
    throw error;
  }
});

interface Files {
  Deno: { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> };
}

function read(): Promise<WasmInput> {
  const { Deno } = globalThis as unknown as Files;
  return Deno.readFile(new URL("./algocline.wasm", import.meta.url));
}

export * from "../index.js";
