// Links that hold a program, its context and its recorded answers. All of it
// stands behind the `#`, which browsers send to no server.

import { fromBase64Url, toBase64Url } from "./base64";
import type { Pause } from "./journal";
import { readSessionFile, type SessionFile } from "./session-file";

const PREFIX = "#run=";
/** What a link may unpack to: a small one could hold gigabytes. */
const MAX_BYTES = 16 << 20;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = (
    new Blob([bytes]).stream().pipeThrough(stream) as ReadableStream<Uint8Array>
  ).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BYTES) {
      await reader.cancel();
      throw new Error("the link holds too much");
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Recorded answers without what the page's own clock and list added. */
const shared = (file: SessionFile): SessionFile => ({
  ...file,
  number: 0,
  parent: null,
  state: "paused",
  end: null,
  endedAt: null,
  pauses: file.pauses.filter(({ entries }: Pause) => entries.some(({ answer }) => answer)),
});

/** A link to this page that shows a run again. */
export async function linkTo(file: SessionFile): Promise<string> {
  const json = JSON.stringify(shared(file));
  const packed = await through(
    new TextEncoder().encode(json),
    new CompressionStream("deflate-raw"),
  );
  return `${location.origin}${location.pathname}${PREFIX}${toBase64Url(packed)}`;
}

/** Whether an address holds a run. */
export const hasRun = (hash: string): boolean => hash.startsWith(PREFIX);

/**
 * The run in an address.
 *
 * @throws Error the link is cut off or not of this page
 */
export async function runIn(hash: string): Promise<SessionFile> {
  const packed = fromBase64Url(hash.slice(PREFIX.length));
  const bytes = await through(packed, new DecompressionStream("deflate-raw"));
  return readSessionFile(JSON.parse(new TextDecoder().decode(bytes)));
}
