// The storage of Durable Objects in workerd: the shared suite on both back ends,
// and that what is stored is still there in another process.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { cases } from "./support/store-suite.mjs";
import { serveWorker } from "./support/workerd.mjs";

const worker = `
  import { DurableObject } from "cloudflare:workers";
  import { durableObjectStore } from "./dist/stores.js";
  import { runAll } from "./js/test/support/store-suite.mjs";

  export class Subject extends DurableObject {
    async suite() {
      let count = 0;
      return runAll(async () => {
        const prefix = "suite " + ++count + "/";
        const open = () => durableObjectStore(this.ctx.storage, { prefix });
        return { open, largest: 6_000_000 };
      });
    }
    async remember(value) {
      await durableObjectStore(this.ctx.storage).set("k", value);
    }
    async recall() {
      return durableObjectStore(this.ctx.storage).get("k");
    }
    async entries() {
      return [...(await this.ctx.storage.list()).keys()];
    }
    async refuse() {
      const store = durableObjectStore(this.ctx.storage);
      const codes = [];
      for (const work of [
        () => store.set("x".repeat(2_048), 1),
        () => store.set("k", "x".repeat(64_100_000)),
        async () => durableObjectStore({}),
      ]) {
        try {
          await work();
          codes.push("done");
        } catch (error) {
          codes.push(error.code);
        }
      }
      await this.ctx.storage.put("algocline/v/broken", { pieces: 3 });
      await this.ctx.storage.put("algocline/v/odd", 5);
      for (const key of ["broken", "odd"]) {
        await store.get(key).catch((error) => codes.push(error.code));
      }
      return codes;
    }
  }
  export default {
    async fetch(request, env) {
      const [, method, argument] = new URL(request.url).pathname.split("/");
      const subject = env.SUBJECT.get(env.SUBJECT.idFromName("one"));
      return Response.json((await subject[method](argument)) ?? null);
    },
  };
`;

for (const [backend, useSQLite] of [
  ["key-value", false],
  ["SQLite", true],
]) {
  test(`storage of a Durable Object, ${backend}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "alc-objects-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const serve = () =>
      serveWorker(worker, {
        durableObjects: { SUBJECT: { className: "Subject", useSQLite } },
        durableObjectsPersist: folder,
      });
    let server = await serve();
    t.after(() => server.dispose());
    const call = async (path) => (await server.dispatchFetch(`http://x/${path}`)).json();

    await t.test("the shared suite", async () => {
      const { passed, failed } = await call("suite");
      assert.deepEqual(failed, {});
      assert.deepEqual(passed, Object.keys(cases));
      // Not even a piece of a long value is left behind.
      const left = (await call("entries")).filter((name) => name.includes("large"));
      assert.deepEqual(left, []);
    });

    await t.test("limits and damage are typed errors", async () => {
      assert.deepEqual(await call("refuse"), [
        "invalid_argument",
        "store_full",
        "invalid_argument",
        "store_failed",
        "store_failed",
      ]);
    });

    await t.test("what is stored outlives the process", async () => {
      await call("remember/lasting");
      await server.dispose();
      server = await serve();
      assert.equal(await call("recall"), "lasting");
    });
  });
}
