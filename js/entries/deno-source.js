// Copied into the package as it is: the syntax is newer than the compiler's.

import source module from "./algocline.wasm";

export default module;
