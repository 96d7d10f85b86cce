// The entry point that has the wasm file inside: for bundlers that leave assets
// alone, and for programs that are to be a single file.

import packed from "algocline.wasm?packed";
import { provideDefaultWasm } from "../engine.js";
import { unpack } from "../unpack.js";

provideDefaultWasm(() => unpack(packed));

export * from "../index.js";
