// One Durable Object per session: its storage keeps the session, its alarm reaps it.
//
//   POST   /sessions              {code, ctx?} or {strategy, task?, opts?}; answers with the first event
//   GET    /sessions/<name>       the event it waits on, or with which it has ended
//   POST   /sessions/<name>       {response | answers | failure, pause?, query_id?}
//   DELETE /sessions/<name>       cancels it

import { DurableObject } from "cloudflare:workers";
import { AlcError, SessionRegistry } from "algocline-wasm";
import { autosave } from "algocline-wasm/durable";
import { durableObjectStore } from "algocline-wasm/stores";
import { strategies } from "algocline-wasm/strategies";

/** How long a session waits for an answer, or its outcome for a reader, in milliseconds. */
const TTL_MS = 3 * 60 * 60 * 1000;

/** Where the outcome of a session that has ended lies in the store. */
const OUTCOME = "outcome";

/** HTTP statuses of refusals; others are the caller's mistake. */
const STATUSES = {
  session_not_found: 404,
  session_busy: 409,
  stale_pause: 409,
  instance_lost: 503,
};

/** A session. The platform creates, moves, evicts and wakes it. */
export class Session extends DurableObject {
  #store = durableObjectStore(this.ctx.storage);
  #registry;
  #saver;

  constructor(ctx, env) {
    super(ctx, env);
    // No request gets in before the session is where it was.
    ctx.blockConcurrencyWhile(() => this.#wake());
  }

  async #wake() {
    this.#registry = await SessionRegistry.create({ store: this.#store, packages: strategies });
    // Nobody else can hold this storage, so there is nothing to lock.
    this.#saver = await autosave(this.#registry, this.#store, { lock: "none" });
    // Answers that were recorded before the eviction may have brought it to its end.
    for (const event of this.#saver.restored) await this.#note(event);
  }

  async fetch(request) {
    try {
      return Response.json(await this.#answer(request));
    } catch (error) {
      if (!(error instanceof AlcError)) throw error;
      const { code, message } = error;
      return Response.json({ code, message }, { status: STATUSES[code] ?? 400 });
    }
  }

  async #answer(request) {
    if (request.method === "GET") return this.#look();
    if (request.method === "DELETE") return this.#note(this.#registry.cancel(this.#id()));
    const body = await request.json();
    return this.#note(
      body.code || body.strategy ? await this.#start(body) : await this.#feed(body),
    );
  }

  #start({ code, ctx, strategy, task, opts }) {
    if (Object.keys(this.#registry.snapshot()).length > 0) {
      throw new AlcError("invalid_transition", "this session has been started");
    }
    if (strategy) return this.#registry.advice(strategy, task, opts);
    return this.#registry.start(code, ctx);
  }

  #feed({ response, answers, failure, pause, query_id: queryId }) {
    const id = this.#id();
    if (failure !== undefined) return this.#registry.fail(id, failure, { pause, queryId });
    if (answers) return this.#registry.feed(id, answers, { pause });
    return this.#registry.feed(id, response, { pause, queryId });
  }

  async #look() {
    const [id] = Object.keys(this.#registry.snapshot());
    if (id !== undefined) return this.#registry.pending(id);
    const outcome = await this.#store.get(OUTCOME);
    if (outcome === undefined) throw new AlcError("session_not_found", "there is no session here");
    return outcome;
  }

  /** The only session of this object. */
  #id() {
    const [id] = Object.keys(this.#registry.snapshot());
    if (id === undefined) throw new AlcError("session_not_found", "there is no session here");
    return id;
  }

  /** Keeps the outcome of a session that has ended, and puts the alarm off. */
  async #note(event) {
    const isLive = event.status === "needs_response" || event.status === "accepted";
    if (!isLive) await this.#store.set(OUTCOME, event);
    await this.#saver.flush();
    await this.ctx.storage.setAlarm(Date.now() + (Number(this.env.TTL_MS) || TTL_MS));
    return event;
  }

  /** Nobody has come for so long: the session and its outcome go. */
  async alarm() {
    // Every pause is older than that; coming back from storage has hidden their age.
    this.#registry.gc(Number.MAX_SAFE_INTEGER);
    await this.#saver.flush();
    await this.ctx.storage.deleteAll();
  }
}

export default {
  async fetch(request, env) {
    const [, folder, name] = new URL(request.url).pathname.split("/");
    if (folder !== "sessions") return new Response("not found\n", { status: 404 });
    if (name === undefined && request.method === "POST") {
      const id = env.SESSIONS.newUniqueId();
      const response = await env.SESSIONS.get(id).fetch(request);
      return new Response(response.body, {
        status: response.status,
        headers: { "content-type": "application/json", location: `/sessions/${id}` },
      });
    }
    try {
      return await env.SESSIONS.get(env.SESSIONS.idFromString(name ?? "")).fetch(request);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return Response.json({ code: "session_not_found", message: error.message }, { status: 404 });
    }
  },
};
