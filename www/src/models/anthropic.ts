// Anthropic's messages protocol.

import type { Query } from "algocline-wasm";
import { checkedUrl, count, parsed, post } from "./endpoint";
import { eventData } from "./events";
import { type AskOptions, type Model, ModelError, type Reply } from "./model";

export interface AnthropicSettings {
  /** The base, `https://api.anthropic.com` unless a proxy is used. */
  url: string;
  model: string;
  key: string;
}

interface StreamEvent {
  type: string;
  message: { usage?: { input_tokens?: number } };
  delta: { type?: string; text?: string };
  usage: { output_tokens?: number };
  error: { message?: string };
}

function address(base: string): URL {
  const url = checkedUrl(base);
  const path = url.pathname.replace(/\/+$/, "").replace(/\/v1(\/messages)?$/, "");
  url.pathname = `${path}/v1/messages`;
  return url;
}

export class AnthropicModel implements Model {
  readonly name: string;
  readonly #settings: AnthropicSettings;

  constructor(settings: AnthropicSettings) {
    this.#settings = settings;
    this.name = settings.model.trim() || "Claude";
  }

  async ask({ prompt, system, max_tokens }: Query, { signal, onText }: AskOptions): Promise<Reply> {
    const { url, model, key } = this.#settings;
    if (model.trim() === "") throw new ModelError("The model has no name yet.");
    if (key === "")
      throw new ModelError("The key is missing. Give it under Model; it stays in memory.");
    const headers = {
      "x-api-key": key,
      "anthropic-version": "2023-06-01",
      // Without it the endpoint refuses requests that come from a page.
      "anthropic-dangerous-direct-browser-access": "true",
    };
    const body = {
      model: model.trim(),
      max_tokens,
      ...(system !== null && { system }),
      messages: [{ role: "user", content: prompt }],
      stream: true,
    };
    let text = "";
    let input: number | undefined;
    let output: number | undefined;
    for await (const data of eventData(await post(address(url), headers, body, signal))) {
      const event = parsed<StreamEvent>(data);
      if (event.type === "error") {
        throw new ModelError(`The endpoint failed: ${event.error?.message ?? "no reason given"}`);
      }
      if (event.type === "message_start") input = count(event.message?.usage?.input_tokens);
      if (event.type === "message_delta") output = count(event.usage?.output_tokens) ?? output;
      if (event.type === "content_block_delta" && event.delta?.text) {
        text += event.delta.text;
        onText(text);
      }
    }
    const usage = {
      ...(input !== undefined && { prompt_tokens: input }),
      ...(output !== undefined && { completion_tokens: output }),
    };
    return Object.keys(usage).length > 0 ? { response: text, usage } : { response: text };
  }
}
