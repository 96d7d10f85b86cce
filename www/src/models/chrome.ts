// The model that Chrome has built in, where it has one. It runs on this machine.

import type { Query } from "algocline-wasm";
import { type AskOptions, type Model, ModelError, type Reply } from "./model";

type Availability = "unavailable" | "downloadable" | "downloading" | "available";

/** The part of the Prompt API that is used here. */
interface Session {
  promptStreaming(text: string, options: { signal: AbortSignal }): ReadableStream<string>;
  destroy(): void;
}

interface PromptApi {
  availability(): Promise<Availability>;
  create(options: {
    signal: AbortSignal;
    initialPrompts?: { role: "system"; content: string }[];
  }): Promise<Session>;
}

const api = (): PromptApi | undefined =>
  (globalThis as { LanguageModel?: PromptApi }).LanguageModel;

/** Whether this browser has a model: right now, after a download, or not at all. */
export async function chromeAvailability(): Promise<Availability> {
  try {
    return (await api()?.availability()) ?? "unavailable";
  } catch {
    return "unavailable";
  }
}

export class ChromeModel implements Model {
  readonly name = "Chrome";

  async ask({ prompt, system }: Query, { signal, onText }: AskOptions): Promise<Reply> {
    const model = api();
    if (!model || (await chromeAvailability()) === "unavailable") {
      throw new ModelError("This browser has no built-in model.");
    }
    let session: Session | undefined;
    try {
      session = await model.create({
        signal,
        ...(system !== null && { initialPrompts: [{ role: "system", content: system }] }),
      });
      let text = "";
      const reader = session.promptStreaming(prompt, { signal }).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        onText(text);
      }
      return { response: text };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ModelError(
        `The built-in model failed: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      );
    } finally {
      session?.destroy();
    }
  }
}
