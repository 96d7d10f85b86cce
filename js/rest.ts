// Turns of the event loop, at the least cost that the platform offers, and timers.

type Resolve = () => void;

/**
 * A promise that resolves in a later task, so that timers, input and network
 * have had their turn. Not a timer of 0 ms: browsers make 4 ms of it.
 */
export const rest: () => Promise<void> = make();

function make(): () => Promise<void> {
  // Node, Deno and Bun.
  if (typeof setImmediate === "function") {
    return () => new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (typeof MessageChannel === "function") return throughChannel();
  return () => new Promise<void>((resolve) => setTimeout(resolve, 0));
}

function throughChannel(): () => Promise<void> {
  const waiting: Resolve[] = [];
  let channel: MessageChannel | undefined;
  return () =>
    new Promise<void>((resolve) => {
      if (!channel) {
        channel = new MessageChannel();
        channel.port1.onmessage = () => waiting.shift()?.();
      }
      waiting.push(resolve);
      channel.port2.postMessage(null);
    });
}

/** Tells Node, Bun and Deno not to stay alive for a timer. */
export function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) {
    if (typeof timer.unref === "function") timer.unref();
  } else {
    const { Deno } = globalThis as { Deno?: { unrefTimer?: (timer: unknown) => void } };
    Deno?.unrefTimer?.(timer);
  }
}
