// A small server that speaks the chat-completions protocol, for tests of its clients.

import { createServer } from "node:http";

/** A reply of the protocol. */
export const chat = (content, usage) => ({
  body: JSON.stringify({ choices: [{ message: { role: "assistant", content } }], usage }),
});

/**
 * Serves replies and keeps what was asked.
 *
 * @param t the test, which stops the server at its end
 * @param {(request: { method, url, headers, body }, index: number) =>
 *   { status?: number, headers?: object, body?: string } | "never" | "cut"} replyTo
 */
export async function serveChat(t, replyTo) {
  const requests = [];
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const part of incoming) text += part;
    const { method, url, headers } = incoming;
    const request = { method, url, headers, body: JSON.parse(text) };
    const reply = replyTo(request, requests.push(request) - 1);
    if (reply === "never") return;
    if (reply === "cut") {
      response.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(reply.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/v1`, requests };
}
