// The chat-completions client against a small server that speaks the protocol.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { ChatError, chatCompletions, endpoint } from "../../scripts/lib/chat-completions.mjs";
import { chat, serveChat } from "./support/chat-server.mjs";

/** Serves the replies in turn, and the last one for ever. */
const serve = (t, ...replies) =>
  serveChat(t, (_, index) => replies[Math.min(index, replies.length - 1)]);

const rejects = (promise, pattern) =>
  assert.rejects(promise, (error) => error instanceof ChatError && pattern.test(error.message));

test("the address", () => {
  assert.equal(endpoint("http://a/v1"), "http://a/v1/chat/completions");
  assert.equal(endpoint("https://a/v1/"), "https://a/v1/chat/completions");
  assert.equal(endpoint("http://a/v1/chat/completions"), "http://a/v1/chat/completions");
  assert.equal(endpoint("http://a/v1?x=1"), "http://a/v1/chat/completions?x=1");
  assert.throws(() => endpoint("localhost"), /not a URL/);
  assert.throws(() => endpoint("ftp://a/"), /http:\/\//);
});

test("a query is asked as the protocol wants it", async (t) => {
  const { url, requests } = await serve(t, chat("42", { prompt_tokens: 9, completion_tokens: 1 }));
  const ask = chatCompletions({ url, model: "small", key: "secret" });
  assert.deepEqual(await ask({ prompt: "6*7?", system: "Be brief.", max_tokens: 5 }), {
    response: "42",
    usage: { prompt_tokens: 9, completion_tokens: 1 },
  });
  await ask({ prompt: "again", system: null });
  const [first, second] = requests;
  assert.equal(first.method, "POST");
  assert.equal(first.url, "/v1/chat/completions");
  assert.equal(first.headers.authorization, "Bearer secret");
  assert.deepEqual(first.body, {
    model: "small",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "6*7?" },
    ],
    max_tokens: 5,
  });
  assert.deepEqual(second.body.messages, [{ role: "user", content: "again" }]);
});

test("without a key none is sent; odd usage is left out; parts are joined; thoughts are dropped", async (t) => {
  const parts = [{ type: "text", text: "<think>\nhm</think>\n4" }, { text: "2" }, {}];
  const { url, requests } = await serve(
    t,
    chat(parts, { prompt_tokens: "9", completion_tokens: -1 }),
  );
  const ask = chatCompletions({ url, model: "m" });
  assert.deepEqual(await ask({ prompt: "x" }), { response: "42", usage: {} });
  assert.equal(requests[0].headers.authorization, undefined);
});

test("what passes is tried again", async (t) => {
  const busy = { status: 429, headers: { "retry-after": "0" }, body: "busy" };
  const { url, requests } = await serve(t, busy, "cut", { ...busy, status: 503 }, chat("42"));
  const ask = chatCompletions({ url, model: "m" });
  assert.equal((await ask({ prompt: "x" })).response, "42");
  assert.equal(requests.length, 4);
});

test("after four tries the error comes out", async (t) => {
  const { url, requests } = await serve(t, {
    status: 500,
    headers: { "retry-after": "0" },
    body: '{"error":"out of\\n memory"}',
  });
  await rejects(
    chatCompletions({ url, model: "m" })({ prompt: "x" }),
    /answered 500: out of memory/,
  );
  assert.equal(requests.length, 4);
});

test("a long wait that the server asks for is not sat out", async (t) => {
  const { url, requests } = await serve(t, { status: 429, headers: { "retry-after": "3600" } });
  await rejects(chatCompletions({ url, model: "m" })({ prompt: "x" }), /429 \(too many requests/);
  assert.equal(requests.length, 1);
});

test("what does not pass is told at once", async (t) => {
  const cases = [
    [
      { status: 401, body: '{"error":{"message":"bad key"}}' },
      /401 \(the key was refused.*bad key/,
    ],
    [{ status: 404, body: "<html>" }, /404 \(no such model.*<html>/],
    [{ body: "<html>" }, /no JSON: <html>/],
    [{ body: "null" }, /no choices/],
    [{ body: '{"choices":[]}' }, /no choices/],
  ];
  for (const [reply, pattern] of cases) {
    const { url, requests } = await serve(t, reply);
    await rejects(chatCompletions({ url, model: "m" })({ prompt: "x" }), pattern);
    assert.equal(requests.length, 1);
  }
});

test("a model that wants the other name for the limit gets it from then on", async (t) => {
  const message = "Unsupported parameter: use 'max_completion_tokens' instead.";
  const { url, requests } = await serve(
    t,
    { status: 400, body: JSON.stringify({ error: { message } }) },
    chat("42"),
  );
  const ask = chatCompletions({ url, model: "m" });
  assert.equal((await ask({ prompt: "x", max_tokens: 7 })).response, "42");
  await ask({ prompt: "y", max_tokens: 8 });
  assert.deepEqual(
    requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens]),
    [
      [7, undefined],
      [undefined, 7],
      [undefined, 8],
    ],
  );
});

test("no server, no answer in time, aborted", async (t) => {
  const { url } = await serve(t, "never");
  const gone = createServer();
  await new Promise((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address();
  await new Promise((resolve) => gone.close(resolve));
  const reason = new Error("stopped");
  await Promise.all([
    rejects(
      chatCompletions({ url: `http://127.0.0.1:${port}`, model: "m" })({ prompt: "x" }),
      /no connection to http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED/,
    ),
    rejects(chatCompletions({ url, model: "m", timeoutMs: 20 })({ prompt: "x" }), /within 0\.02 s/),
    assert.rejects(
      chatCompletions({ url, model: "m" })({ prompt: "x" }, AbortSignal.abort(reason)),
      reason,
    ),
  ]);
  const later = new AbortController();
  const waiting = chatCompletions({ url, model: "m" })({ prompt: "x" }, later.signal);
  setTimeout(() => later.abort(reason), 20);
  await assert.rejects(waiting, reason);
});
