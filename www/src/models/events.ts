// Server-sent events, as chat endpoints stream their answers in.

/** The `data` of each event in a stream, in order. Lines may end anywhere within a chunk. */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let buffer = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      buffer += value ? decoder.decode(value, { stream: true }) : decoder.decode();
      if (done) buffer += "\n\n";
      const events = buffer.split(/\r?\n\r?\n/);
      buffer = events.pop() ?? "";
      for (const event of events) {
        const data = event
          .split(/\r?\n/)
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5).replace(/^ /, ""))
          .join("\n");
        if (data !== "") yield data;
      }
      if (done) return;
    }
  } finally {
    // Whoever stops reading early does not want the rest.
    await reader.cancel().catch(() => undefined);
  }
}
