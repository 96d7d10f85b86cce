// Lua 5.3 written in JavaScript, with 32-bit integers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fengari from "fengari";
import { root } from "../../scripts/lib/process.mjs";

const { lua, lauxlib, lualib, to_luastring } = fengari;
const manifest = join(root, "node_modules", "fengari", "package.json");

function textAt(state, index) {
  lauxlib.luaL_tolstring(state, index);
  return lua.lua_tojsstring(state, -1);
}

export default {
  name: "fengari",
  version: JSON.parse(readFileSync(manifest, "utf8")).version,

  async load() {},
  newVm() {
    const state = lauxlib.luaL_newstate();
    lualib.luaL_openlibs(state);
    return state;
  },
  run(state, source) {
    const bytes = to_luastring(source);
    const failed =
      lauxlib.luaL_loadbuffer(state, bytes, bytes.length, to_luastring("=bench")) ||
      lua.lua_pcall(state, 0, 1, 0);
    const text = textAt(state, -1);
    lua.lua_settop(state, 0);
    if (failed) throw new Error(text);
    return text;
  },
  // JavaScript's own heap holds it; there is no account.
  heapBytes: () => null,
  close: (state) => lua.lua_close(state),
};
