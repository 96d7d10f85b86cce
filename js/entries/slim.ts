// The entry point for programs that bring the wasm file: no I/O, only `provideWasm`.

export * from "../index.js";
