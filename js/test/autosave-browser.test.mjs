// Autosave in Chromium and Firefox: a reload at every pause of a strategy, and two
// tabs that hold one store.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { strategyScript } from "../../scripts/lib/strategies.mjs";
import { ScriptedModel } from "../../strategies/scripted-model.mjs";
import { browsers, serveSite } from "./support/site.mjs";

let site;
before(async () => {
  site = await serveSite();
});
after(() => site?.close());

/** Single questions, batches, loops; autosave.test.mjs takes all strategies through it. */
const STRATEGIES = ["cove", "decompose", "reflect"];

/** Opens the page anew: a registry, and its autosave over a store of the browser. */
async function open(kind, withPackages) {
  const { SessionRegistry } = await import("/dist/browser.js");
  const { autosave } = await import("/dist/durable.js");
  const { indexedDbStore, webStorageStore } = await import("/dist/stores.js");
  const { strategies } = await import("/dist/strategies.js");
  const store = kind === "localStorage" ? webStorageStore(localStorage) : indexedDbStore();
  const lock = kind === "lease" ? { lock: "lease", leaseMs: 3_000 } : {};
  const packages = withPackages ? strategies : {};
  const registry = await SessionRegistry.create({ packages });
  const saver = await autosave(registry, store, lock);
  globalThis.opened = { registry, saver, store };
  const { restored, held, failed } = saver;
  return { restored, held, failed: failed.map(({ error }) => error.message) };
}

const start = ([name, task]) => globalThis.opened.registry.advice(name, task, {}, { seed: "s" });

const feed = ([id, answers, pause]) => globalThis.opened.registry.feed(id, answers, { pause });

const keys = async () => {
  await globalThis.opened.saver.flush();
  return globalThis.opened.store.list("");
};

/** Runs a strategy in a page that is reloaded before each answer. */
async function throughReloads(page, name, kind) {
  const model = new ScriptedModel(strategyScript(name));
  await page.evaluate(open, kind, true);
  let event = await page.evaluate(start, [name, "Name a river."]);
  let reloads = 0;
  while (event.status === "needs_response") {
    const { session_id: id, pause, queries } = event;
    await page.evaluate(keys);
    await page.reload();
    reloads++;
    const { restored, held, failed } = await page.evaluate(open, kind, false);
    assert.deepEqual([held, failed], [[], []]);
    assert.deepEqual(restored, [event], `${name}, pause ${pause}`);
    const answers = queries.map((query) => {
      return { query_id: query.query_id, response: model.reply(query).response };
    });
    event = await page.evaluate(feed, [id, answers, pause]);
  }
  assert.equal(event.status, "completed", event.error);
  assert.ok(reloads > 0);
  assert.deepEqual(await page.evaluate(keys), []);
  return event;
}

/** The same without a reload. */
async function calmly(page, name) {
  const model = new ScriptedModel(strategyScript(name));
  await page.evaluate(open, "localStorage", true);
  let event = await page.evaluate(start, [name, "Name a river."]);
  while (event.status === "needs_response") {
    const answers = event.queries.map((query) => {
      return { query_id: query.query_id, response: model.reply(query).response };
    });
    event = await page.evaluate(feed, [event.session_id, answers, event.pause]);
  }
  return event;
}

// Playwright hands over one argument, Puppeteer any number.
const oneArgument = (page) => {
  const evaluate = page.evaluate.bind(page);
  page.evaluate = (work, ...args) => {
    const call = `(${work})(...${JSON.stringify(args)})`;
    return evaluate(call);
  };
  return page;
};

for (const [name, launch] of Object.entries(browsers)) {
  test(`autosave in ${name}`, async (t) => {
    const browser = await launch();
    t.after(() => browser.close());
    // Tabs of one context, so that they share storage and locks.
    const context = browser.newContext ? await browser.newContext() : browser;
    const newTab = async () => {
      const page = oneArgument(await context.newPage());
      await page.goto(site.url);
      return page;
    };
    const page = await newTab();

    await t.test("a reload at every pause", async () => {
      for (const strategy of STRATEGIES) {
        const calm = await calmly(page, strategy);
        const { result, transcript } = await throughReloads(page, strategy, "indexedDb");
        assert.deepEqual([result, transcript], [calm.result, calm.transcript], strategy);
      }
    });

    await t.test("the same with localStorage", async () => {
      await throughReloads(page, "reflect", "localStorage");
    });

    for (const kind of ["indexedDb", "lease"]) {
      await t.test(`two tabs, one store: ${kind}`, async () => {
        await page.reload();
        await page.evaluate(open, kind, true);
        const event = await page.evaluate(start, ["cot", "Name a river."]);
        const id = event.session_id;
        await page.evaluate(keys);

        const other = await newTab();
        const second = await other.evaluate(open, kind, true);
        assert.deepEqual([second.restored, second.held], [[], [id]]);
        // Each starts what it likes.
        const own = await other.evaluate(start, ["sc", "Name a river."]);
        await other.evaluate(keys);
        const adopt = async () => {
          const { restored, held } = await globalThis.opened.saver.adopt();
          return { restored: restored.map((found) => found.session_id), held };
        };
        assert.deepEqual(await page.evaluate(adopt), { restored: [], held: [own.session_id] });

        // The first tab is closed, as users do: the second one may take over.
        await page.evaluate(feed, [id, [{ query_id: "q-0", response: "Think." }], 1]);
        await page.goto("about:blank");
        let found = { restored: [] };
        for (let i = 0; i < 150 && found.restored.length === 0; i++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          found = await other.evaluate(adopt);
        }
        assert.deepEqual(found, { restored: [id], held: [] });
        const pause = await other.evaluate((session) => {
          return globalThis.opened.registry.pending(session).pause;
        }, id);
        assert.equal(pause, 2);
        await other.evaluate(() => {
          const { registry } = globalThis.opened;
          for (const session of Object.keys(registry.snapshot())) registry.cancel(session);
        });
        assert.deepEqual(await other.evaluate(keys), []);
        await other.close();
        await page.goto(site.url);
      });
    }
  });
}
