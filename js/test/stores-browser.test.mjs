// IndexedDB and Web Storage in Chromium and Firefox: the shared suite, quotas, and
// databases that are closed from elsewhere.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { browsers, serveSite } from "./support/site.mjs";
import { cases } from "./support/store-suite.mjs";

let site;
before(async () => {
  site = await serveSite();
});
after(() => site?.close());

/** The shared suite over one kind of store, in the page. */
async function suiteInPage(kind) {
  const { runAll } = await import("/js/test/support/store-suite.mjs");
  const { indexedDbStore, webStorageStore } = await import("/dist/stores.js");
  let count = 0;
  const kinds = {
    async indexedDb() {
      const name = `suite ${++count}`;
      // Firefox syncs each of its transactions, which takes long on some disks.
      const durability = "relaxed";
      return { open: () => indexedDbStore({ name, durability }), largest: 3_000_000 };
    },
    async localStorage() {
      localStorage.clear();
      localStorage.setItem("others", "stay");
      const prefix = `suite ${++count}/`;
      return { open: () => webStorageStore(localStorage, { prefix }), largest: 1_000_000 };
    },
    async sessionStorage() {
      sessionStorage.clear();
      return { open: () => webStorageStore(sessionStorage), largest: 1_000_000 };
    },
  };
  const report = await runAll(kinds[kind]);
  return { ...report, others: localStorage.getItem("others") };
}

/** Writes until the browser says no. */
async function fillUp() {
  const { indexedDbStore, webStorageStore } = await import("/dist/stores.js");
  const found = {};
  /** Text that does not compress. */
  const noise = (length) => {
    const bytes = new Uint8Array(65_536);
    let text = "";
    while (text.length < length)
      text += btoa(String.fromCharCode(...crypto.getRandomValues(bytes)));
    return text.slice(0, length);
  };
  for (const [kind, store, length] of [
    ["localStorage", webStorageStore(localStorage), 1_000_000],
    ["indexedDb", indexedDbStore({ name: "full", durability: "relaxed" }), 4_000_000],
  ]) {
    await store.set("first", "stays");
    try {
      for (let i = 0; i < 20; i++) await store.set(`${i}`, noise(length));
      found[kind] = "never full";
    } catch (error) {
      found[kind] = [error.name, error.code, await store.get("first")];
    }
    for (const key of await store.list("")) await store.delete(key);
    await store.set("after", 1);
    found[`${kind} after`] = await store.get("after");
  }
  return found;
}

/** A database that others delete, and one that is closed, opens again. */
async function reopen() {
  const { indexedDbStore } = await import("/dist/stores.js");
  const store = indexedDbStore({ name: "reopened" });
  await store.set("k", 1);
  store.close();
  const first = await store.get("k");
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("reopened");
    request.onsuccess = resolve;
    request.onerror = reject;
    request.onblocked = () => reject(new Error("the store blocks deleting"));
  });
  const second = await store.get("k");
  await store.set("k", 3);
  return [first, typeof second, await store.get("k"), await indexedDbStore().list("")];
}

async function inSession() {
  const { SessionRegistry } = await import("/dist/browser.js");
  const { indexedDbStore } = await import("/dist/stores.js");
  const store = indexedDbStore({ name: "registry" });
  const registry = await SessionRegistry.create({ store });
  const event = await registry.start('return alc.state.incr("n")');
  registry.dispose();
  return event.result;
}

const QUOTA = 20_000_000;

for (const [name, launch] of Object.entries(browsers)) {
  test(`stores in ${name}`, async (t) => {
    // Firefox has a quota per group of sites, in kilobytes, and no command for it.
    const prefs = { "dom.quotaManager.temporaryStorage.fixedLimit": QUOTA / 1000 };
    const browser = await launch(name === "Firefox" ? { extraPrefsFirefox: prefs } : {});
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(site.url);

    for (const kind of ["localStorage", "sessionStorage", "indexedDb"]) {
      await t.test(kind, async () => {
        const { passed, failed, others } = await page.evaluate(suiteInPage, kind);
        assert.deepEqual(failed, {});
        assert.deepEqual(passed, Object.keys(cases));
        assert.equal(others, "stay");
      });
    }

    await t.test("a program's state outlives the page", async () => {
      assert.equal(await page.evaluate(inSession), 1);
      await page.reload();
      assert.equal(await page.evaluate(inSession), 2);
    });

    await t.test("a database that was closed or deleted opens again", async () => {
      assert.deepEqual(await page.evaluate(reopen), [1, "undefined", 3, []]);
    });

    await t.test("a full store is a typed error, and nothing is lost", async () => {
      const page = await browser.newPage();
      await page.goto(site.url);
      if (name === "Chromium") {
        const devtools = await page.context().newCDPSession(page);
        const origin = new URL(site.url).origin;
        await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: QUOTA });
      }
      const full = ["AlcError", "store_full", "stays"];
      assert.deepEqual(await page.evaluate(fillUp), {
        localStorage: full,
        "localStorage after": 1,
        indexedDb: full,
        "indexedDb after": 1,
      });
    });
  });
}
