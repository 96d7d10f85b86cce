// The models to choose from, and their settings. Keys stay in memory: nothing here
// writes them anywhere.

import { computed, signal } from "@preact/signals";
import { AnthropicModel, type AnthropicSettings } from "./anthropic";
import { ChromeModel } from "./chrome";
import type { Model } from "./model";
import { OpenAiModel, type OpenAiSettings } from "./openai";

export type ModelKind = "script" | "openai" | "anthropic" | "chrome";

/** What of the settings may be kept: all but the keys. */
export interface KeptSettings {
  kind: ModelKind;
  openai: Omit<OpenAiSettings, "key">;
  anthropic: Omit<AnthropicSettings, "key">;
}

export const MODEL_KINDS: readonly { kind: ModelKind; label: string; about: string }[] = [
  { kind: "script", label: "Scripted", about: "Rules that you can edit. No network, no key." },
  {
    kind: "openai",
    label: "OpenAI-compatible",
    about: "OpenAI, Ollama, llama.cpp, vLLM, LM Studio, …",
  },
  { kind: "anthropic", label: "Anthropic", about: "Claude, over the messages API." },
  {
    kind: "chrome",
    label: "Chrome built-in",
    about: "Runs on this machine, where Chrome has a model.",
  },
];

export class Shelf {
  readonly kind = signal<ModelKind>("script");
  readonly openai = signal<OpenAiSettings>({
    url: "http://localhost:11434/v1",
    model: "",
    key: "",
  });
  readonly anthropic = signal<AnthropicSettings>({
    url: "https://api.anthropic.com",
    model: "claude-sonnet-4-5",
    key: "",
  });

  /** How the chosen model is called in buttons. */
  readonly name = computed<string>(() => this.nameOf(this.kind.value));

  nameOf(kind: ModelKind): string {
    if (kind === "script") return "script";
    if (kind === "chrome") return "Chrome";
    const { model } = kind === "openai" ? this.openai.value : this.anthropic.value;
    return model.trim() || (kind === "openai" ? "endpoint" : "Claude");
  }

  /** The chosen model; null for the script, of which each run has its own. */
  model(): Model | null {
    switch (this.kind.value) {
      case "openai":
        return new OpenAiModel(this.openai.value);
      case "anthropic":
        return new AnthropicModel(this.anthropic.value);
      case "chrome":
        return new ChromeModel();
      default:
        return null;
    }
  }

  keep(): KeptSettings {
    const { key: _openai, ...openai } = this.openai.value;
    const { key: _anthropic, ...anthropic } = this.anthropic.value;
    return { kind: this.kind.value, openai, anthropic };
  }

  recall(kept: Partial<KeptSettings>): void {
    if (MODEL_KINDS.some(({ kind }) => kind === kept.kind)) this.kind.value = kept.kind ?? "script";
    this.openai.value = { ...this.openai.value, ...strings(kept.openai), key: "" };
    this.anthropic.value = { ...this.anthropic.value, ...strings(kept.anthropic), key: "" };
  }
}

/** The texts `url` and `model` of an object that may be anything. */
function strings(value: unknown): { url?: string; model?: string } {
  if (typeof value !== "object" || value === null) return {};
  const { url, model } = value as Record<string, unknown>;
  return { ...(typeof url === "string" && { url }), ...(typeof model === "string" && { model }) };
}
