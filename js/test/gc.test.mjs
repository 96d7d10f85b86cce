// Idle sessions, the host's clock and the host's timers.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import test from "node:test";
import { promisify } from "node:util";
import { SessionRegistry } from "algocline-wasm";

const PAUSE = "return alc.llm('?')";

test("sessions are reaped when they have been idle for the ttl", async () => {
  let now = 1_000_000;
  const reaped = [];
  const registry = await SessionRegistry.create({
    ttlMs: 1_000,
    now: () => now,
    onEvent: (event) => {
      if (event.kind === "reaped") reaped.push(event);
    },
  });
  assert.equal(registry.nextDeadline(), null);
  const { session_id: first } = await registry.start(PAUSE);
  now += 600;
  const { session_id: second } = await registry.start(`${PAUSE} .. alc.llm('!')`);
  assert.equal(registry.nextDeadline(), 1_001_000);
  assert.deepEqual(registry.gc(), []);
  now += 399;
  assert.deepEqual(registry.gc(), []);
  now += 1;
  assert.deepEqual(registry.gc(), [first]);
  assert.equal(reaped.length, 1);
  const [{ session_id, at, idle_ms, transcript }] = reaped;
  assert.deepEqual([session_id, at, idle_ms], [first, 1_001_000, 1_000]);
  assert.equal(transcript[0].prompt, "?");
  await assert.rejects(registry.feed(first, "x"), { code: "session_not_found" });
  now += 500;
  await registry.feed(second, "x");
  assert.equal(registry.nextDeadline(), now + 1_000);
  assert.deepEqual(registry.gc(now + 999), []);
  assert.deepEqual(registry.gc(now + 1_000), [second]);
});

test("what runs is not reaped", async () => {
  const registry = await SessionRegistry.create({ ttlMs: 0 });
  const running = registry.start("while true do end");
  assert.deepEqual(registry.gc(Number.MAX_SAFE_INTEGER), []);
  registry.cancel(Object.keys(registry.snapshot())[0]);
  await running;
});

test("startGc reaps on a timer until it is stopped", async () => {
  const registry = await SessionRegistry.create({ ttlMs: 20 });
  const stop = registry.startGc(10);
  await registry.start(PAUSE);
  const gone = async () => {
    for (let i = 0; i < 200; i++) {
      if (Object.keys(registry.snapshot()).length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return false;
  };
  assert.equal(await gone(), true);
  stop();
  stop();
  await registry.start(PAUSE);
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(Object.keys(registry.snapshot()).length, 1);
  registry.startGc(10);
  registry.dispose();
});

test("startGc keeps no process alive", async () => {
  const script = `
    import { SessionRegistry } from "algocline-wasm";
    const registry = await SessionRegistry.create();
    registry.startGc();
    await registry.start("alc.llm('?')");
    console.log("waiting for nothing");
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: new URL("../..", import.meta.url), timeout: 30_000 },
  );
  assert.equal(stdout, "waiting for nothing\n");
});

test("a broken clock refuses calls but stops no program", async () => {
  let clock = () => 1_000;
  const registry = await SessionRegistry.create({ now: () => clock() });
  const { session_id: id } = await registry.start("alc.llm('?') for i = 1, 3e7 do end return 1");
  for (const broken of [
    () => Number.NaN,
    () => -1,
    () => "1",
    () => undefined,
    () => 2 ** 60,
    () => {
      throw new Error("no time");
    },
  ]) {
    clock = broken;
    await assert.rejects(registry.feed(id, "x"), {
      code: "invalid_argument",
      message: /options\.now/,
    });
    assert.throws(() => registry.snapshot(), { code: "invalid_argument" });
  }
  clock = () => 2_000;
  const running = registry.feed(id, "x");
  clock = () => Number.NaN;
  const end = await running;
  assert.equal(end.result, 1);
  assert.equal(end.stats.auto.elapsed_ms, 1_000);
});
