// Asks a model over the chat-completions protocol, which OpenAI, Ollama, llama.cpp,
// vLLM, LM Studio and many others speak.

/** A failed request, in words for the person at the terminal. */
export class ChatError extends Error {
  /** `passing`: it may go well the next time. */
  constructor(message, { status, passing = false, retryAfterMs } = {}) {
    super(message);
    this.name = "ChatError";
    this.status = status;
    this.passing = passing;
    this.retryAfterMs = retryAfterMs;
  }
}

const MAX_TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const SHOWN_BODY = 300;

/** The address to post to, from a base such as "http://localhost:11434/v1" or the full address. */
export function endpoint(url) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    throw new ChatError(`not a URL: ${url}`);
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new ChatError(`the URL must begin with http:// or https://, not ${parsed.protocol}`);
  }
  const path = parsed.pathname.replace(/\/+$/, "");
  if (!path.endsWith("/chat/completions")) parsed.pathname = `${path}/chat/completions`;
  return parsed.href;
}

function messages(query) {
  const user = { role: "user", content: query.prompt };
  return query.system ? [{ role: "system", content: query.system }, user] : [user];
}

/** Newer models refuse `max_tokens` and want its new name. */
const wantsOtherLimit = (error) =>
  error.status === 400 && /max_completion_tokens/.test(error.message);

const passes = (status) => status === 408 || status === 429 || status >= 500;

/** Nothing listens there, or there is no such name: trying again would only cost time. */
const NOBODY_THERE = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CERT_HAS_EXPIRED"];

/** Seconds or a date, as HTTP allows. */
function retryAfter(header) {
  if (!header) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return wait >= 0 ? wait : undefined;
}

function described(status, body) {
  let detail = body;
  try {
    const { error } = JSON.parse(body);
    detail = typeof error === "string" ? error : (error?.message ?? body);
  } catch {
    // Not JSON: the body itself is the best description.
  }
  const text = String(detail).replace(/\s+/g, " ").trim().slice(0, SHOWN_BODY);
  const hints = {
    401: "the key was refused; set LLM_API_KEY or OPENAI_API_KEY",
    403: "the key may not use this model",
    404: "no such model or address; check --url and --model",
    429: "too many requests, or the quota is used up",
  };
  const hint = hints[status] ? ` (${hints[status]})` : "";
  return `the model's server answered ${status}${hint}${text ? `: ${text}` : ""}`;
}

/** The text of a reply; some servers send it in parts, some models think aloud first. */
function textOf(reply) {
  const content = reply?.choices?.[0]?.message?.content;
  const text = Array.isArray(content) ? content.map((part) => part?.text ?? "").join("") : content;
  if (typeof text !== "string") {
    throw new ChatError("the reply holds no choices[0].message.content");
  }
  return text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, "");
}

function usageOf(reply) {
  const usage = {};
  for (const key of ["prompt_tokens", "completion_tokens"]) {
    const count = reply?.usage?.[key];
    if (Number.isSafeInteger(count) && count >= 0) usage[key] = count;
  }
  return usage;
}

const connectionFailure = (error, address) => {
  const reason = error?.cause?.code ?? error?.cause?.message ?? error?.message ?? error;
  return new ChatError(`no connection to ${new URL(address).origin}: ${reason}`, {
    passing: !NOBODY_THERE.includes(reason),
  });
};

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Makes a function that answers queries.
 *
 * Requests that failed for a passing reason (a lost connection, 408, 429, 5xx) are tried up to four
 * times, with growing waits or as long as the server asks for.
 *
 * @param {object} options
 * @param {string} options.url base address or full address of the chat completions
 * @param {string} options.model
 * @param {string} [options.key] sent as a bearer token
 * @param {number} [options.timeoutMs] for one request; default 120 s
 * @param {typeof fetch} [options.fetch]
 * @returns {(query: { prompt: string, system?: string | null, max_tokens?: number },
 *   signal?: AbortSignal) => Promise<{ response: string, usage: object }>}
 */
export function chatCompletions({
  url,
  model,
  key,
  timeoutMs = 120_000,
  fetch = globalThis.fetch,
}) {
  const address = endpoint(url);
  let limit = "max_tokens";

  async function once(query, signal, limitName) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const body = { model, messages: messages(query), [limitName]: query.max_tokens };
    let response;
    let text;
    try {
      response = await fetch(address, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(key ? { authorization: `Bearer ${key}` } : {}),
        },
        body: JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (timeout.aborted) {
        throw new ChatError(`the model did not answer within ${timeoutMs / 1000} s`);
      }
      throw connectionFailure(error, address);
    }
    if (!response.ok) {
      throw new ChatError(described(response.status, text), {
        status: response.status,
        passing: passes(response.status),
        retryAfterMs: retryAfter(response.headers.get("retry-after")),
      });
    }
    let reply;
    try {
      reply = JSON.parse(text);
    } catch {
      const start = text.replace(/\s+/g, " ").slice(0, SHOWN_BODY);
      throw new ChatError(`the model's server answered no JSON: ${start}`);
    }
    return { response: textOf(reply), usage: usageOf(reply) };
  }

  return async function ask(query, signal) {
    for (let tries = 1; ; tries += 1) {
      const used = limit;
      try {
        return await once(query, signal, used);
      } catch (error) {
        if (signal?.aborted) throw error;
        // Several queries are under way at once, so another one may have changed the name already.
        if (used === "max_tokens" && wantsOtherLimit(error)) {
          limit = "max_completion_tokens";
          continue;
        }
        if (tries >= MAX_TRIES || !error.passing) throw error;
        const wait = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1);
        if (wait > LONGEST_WAIT_MS) throw error;
        await pause(wait, signal);
      }
    }
  };
}
