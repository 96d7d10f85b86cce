// What imports of the wasm file give: the platform decides, not a loader of ours.

declare module "*.wasm" {
  const module: import("./engine.js").WasmModule;
  export default module;
}

/** The file as a text, see unpack.ts. */
declare module "algocline.wasm?packed" {
  const text: string;
  export default text;
}
