// `using`, where the program's own libraries know it.

import { SessionRegistry } from "algocline-wasm";

export async function scoped(): Promise<string[]> {
  using registry = await SessionRegistry.create();
  return registry.gc();
}
