// The chat-completions protocol, which OpenAI, Ollama, llama.cpp, vLLM, LM Studio
// and many others speak.

import type { Query } from "algocline-wasm";
import { checkedUrl, count, parsed, post } from "./endpoint";
import { eventData } from "./events";
import { type AskOptions, type Model, ModelError, type Reply } from "./model";

export interface OpenAiSettings {
  /** The base, such as `http://localhost:11434/v1`, or the full address. */
  url: string;
  model: string;
  key: string;
}

interface Chunk {
  choices: { delta?: { content?: string | null }; message?: { content?: string | null } }[];
  usage: { prompt_tokens?: number; completion_tokens?: number } | null;
  error: { message?: string } | string;
}

function address(base: string): URL {
  const url = checkedUrl(base);
  const path = url.pathname.replace(/\/+$/, "");
  if (!path.endsWith("/chat/completions")) url.pathname = `${path}/chat/completions`;
  return url;
}

const messages = ({ prompt, system }: Query) => [
  ...(system === null ? [] : [{ role: "system", content: system }]),
  { role: "user", content: prompt },
];

/** Some models think aloud before they answer. */
const withoutThoughts = (text: string): string =>
  text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, "");

export class OpenAiModel implements Model {
  readonly name: string;
  readonly #settings: OpenAiSettings;
  /** Newer models want the limit under its new name. */
  #limit: "max_tokens" | "max_completion_tokens" = "max_tokens";

  constructor(settings: OpenAiSettings) {
    this.#settings = settings;
    this.name = settings.model.trim() || "the endpoint";
  }

  async ask(query: Query, options: AskOptions): Promise<Reply> {
    try {
      return await this.#ask(query, options);
    } catch (error) {
      const renamed = error instanceof ModelError && /max_completion_tokens/.test(error.message);
      if (!renamed || this.#limit === "max_completion_tokens") throw error;
      this.#limit = "max_completion_tokens";
      return this.#ask(query, options);
    }
  }

  async #ask(query: Query, { signal, onText }: AskOptions): Promise<Reply> {
    const { url, model, key } = this.#settings;
    if (model.trim() === "") throw new ModelError("The model has no name yet.");
    const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    const body = {
      model: model.trim(),
      messages: messages(query),
      [this.#limit]: query.max_tokens,
      stream: true,
      stream_options: { include_usage: true },
    };
    let text = "";
    let usage: Chunk["usage"] = null;
    for await (const data of eventData(await post(address(url), headers, body, signal))) {
      if (data === "[DONE]") break;
      const chunk = parsed<Chunk>(data);
      if (chunk.error) {
        const reason = typeof chunk.error === "string" ? chunk.error : chunk.error.message;
        throw new ModelError(`The endpoint failed: ${reason ?? "no reason given"}`);
      }
      text += chunk.choices?.[0]?.delta?.content ?? chunk.choices?.[0]?.message?.content ?? "";
      usage = chunk.usage ?? usage;
      onText(text);
    }
    return { response: withoutThoughts(text), ...usageOf(usage) };
  }
}

function usageOf(usage: Chunk["usage"]): Pick<Reply, "usage"> {
  const prompt_tokens = count(usage?.prompt_tokens);
  const completion_tokens = count(usage?.completion_tokens);
  return {
    ...((prompt_tokens ?? completion_tokens) !== undefined && {
      usage: {
        ...(prompt_tokens !== undefined && { prompt_tokens }),
        ...(completion_tokens !== undefined && { completion_tokens }),
      },
    }),
  };
}
