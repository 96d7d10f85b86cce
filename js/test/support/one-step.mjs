// A process of its own for one step of a saved session: restores it, answers its
// pause, and gives back the next event and, if it waits, the session saved again.

import { SessionRegistry } from "algocline-wasm";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { saved, answers, now } = JSON.parse(Buffer.concat(chunks).toString());
const registry = await SessionRegistry.create({ now: () => now });
const bytes = Buffer.from(saved, "base64");
const pending = registry.restore(new Uint8Array(bytes));
const same = Buffer.compare(bytes, registry.save(pending.session_id)) === 0;
const event = await registry.feed(pending.session_id, answers, { pause: pending.pause });
const waits = event.status === "needs_response";
const next = waits ? Buffer.from(registry.save(event.session_id)).toString("base64") : undefined;
console.log(JSON.stringify({ pending, same, event, saved: next }));
