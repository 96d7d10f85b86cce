// A server that speaks the protocols of OpenAI and Anthropic, for pages elsewhere.

import { createServer } from "node:http";

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** An answer as each protocol streams it: in words, the usage last. */
const streams = {
  async openai(send, words) {
    for (const word of words) {
      send({ choices: [{ index: 0, delta: { content: word } }] });
      await wait(15);
    }
    send({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7 } });
    send("[DONE]");
  },
  async anthropic(send, words) {
    send({ type: "message_start", message: { usage: { input_tokens: 21 } } });
    for (const text of words) {
      send({ type: "content_block_delta", delta: { type: "text_delta", text } });
      await wait(15);
    }
    send({ type: "message_delta", usage: { output_tokens: 9 } });
    send({ type: "message_stop" });
  },
};

async function textOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

/**
 * @param {(body: object) => string | { status: number, error: string }} answer
 * @returns the address, what was asked so far, how many requests were open at once at most, and `close`
 */
export async function serveModel(answer) {
  const requests = [];
  let open = 0;
  const seen = { most: 0 };
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return response.end();
    open += 1;
    seen.most = Math.max(seen.most, open);
    const body = JSON.parse(await textOf(request));
    requests.push({ url: request.url, headers: request.headers, body });
    const reply = answer(body, requests.length);
    if (typeof reply !== "string") {
      open -= 1;
      response.statusCode = reply.status;
      return response.end(JSON.stringify({ error: { message: reply.error } }));
    }
    response.setHeader("content-type", "text/event-stream");
    const send = (data) =>
      response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
    const stream = request.url.endsWith("/messages") ? streams.anthropic : streams.openai;
    await stream(send, reply.match(/\S+\s*/g) ?? []);
    open -= 1;
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
