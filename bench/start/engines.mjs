// What each library does from its import to its first result, as source code: it is
// run in fresh processes, pages and Workers. For ours the result is a first pause.

/** `workerd` is what differs there; without it the library does not run there. */
export const engines = {
  "algocline-wasm": {
    packages: ["algocline-wasm"],
    code: `
      const { SessionRegistry } = await import("algocline-wasm");
      const registry = await SessionRegistry.create();
      const { prompt } = await registry.start('return alc.llm("2 + 2?")');
      return prompt;`,
    expected: "2 + 2?",
    workerd: {},
  },
  wasmoon: {
    packages: ["wasmoon"],
    code: `
      const { LuaFactory } = await import("wasmoon");
      const engine = await new LuaFactory(WASMOON_URL).createEngine();
      return engine.doString("return 2 + 2");`,
    expected: 4,
    // Without an address its wasm file comes from a server of others.
    page: {
      imports: 'import WASMOON_URL from "wasmoon/dist/glue.wasm?url";',
    },
  },
  "quickjs-emscripten": {
    packages: ["quickjs-emscripten", "quickjs-emscripten-core", "@jitl"],
    code: `
      const { getQuickJS } = await import("quickjs-emscripten");
      const context = (await getQuickJS()).newContext();
      return context.dump(context.unwrapResult(context.evalCode("2 + 2")));`,
    expected: 4,
    workerd: {
      imports: `
        import { newQuickJSWASMModuleFromVariant, newVariant } from "quickjs-emscripten-core";
        import release from "@jitl/quickjs-wasmfile-release-sync";
        import wasmModule from "@jitl/quickjs-wasmfile-release-sync/wasm";`,
      code: `
        const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(release, { wasmModule }));
        const context = quickjs.newContext();
        return context.dump(context.unwrapResult(context.evalCode("2 + 2")));`,
    },
  },
  automerge: {
    packages: ["@automerge"],
    code: `
      const automerge = await import("@automerge/automerge");
      return automerge.change(automerge.init(), (document) => { document.sum = 4; }).sum;`,
    expected: 4,
    workerd: {
      imports: 'import * as automerge from "@automerge/automerge";',
      code: "return automerge.change(automerge.init(), (document) => { document.sum = 4; }).sum;",
    },
  },
};

/** A module that measures and passes `{ milliseconds, result }` on. */
export const measured = (code, give, before = "") => `${before}
const begin = performance.now();
const result = await (async () => {${code}
})();
${give}({ milliseconds: performance.now() - begin, result });
`;
