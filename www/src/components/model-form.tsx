// Who answers: the script with its rules, or an endpoint.

import { useEffect, useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import { parseScript } from "../model/workspace";
import { chromeAvailability } from "../models/chrome";
import { MODEL_KINDS } from "../models/shelf";
import { CodeEditor } from "./code-editor";

export function ModelForm({ page }: { page: Playground }) {
  const { kind } = page.shelf;
  return (
    <>
      <fieldset class="models">
        <legend class="label">Answers come from</legend>
        {MODEL_KINDS.map((choice) => (
          <label key={choice.kind} class="choice choice-wide">
            <input
              type="radio"
              name="model"
              value={choice.kind}
              checked={kind.value === choice.kind}
              onChange={() => {
                kind.value = choice.kind;
              }}
            />
            <span class="choice-name">{choice.label}</span>
            <span class="choice-kind">{choice.about}</span>
          </label>
        ))}
      </fieldset>
      {kind.value === "script" && <ScriptEditor page={page} />}
      {kind.value === "openai" && <Endpoint settings={page.shelf.openai} example="llama3.2" />}
      {kind.value === "anthropic" && (
        <Endpoint settings={page.shelf.anthropic} example="claude-sonnet-4-5" />
      )}
      {kind.value === "chrome" && <ChromeNote />}
    </>
  );
}

interface EndpointProps {
  settings: { value: { url: string; model: string; key: string } };
  example: string;
}

function Endpoint({ settings, example }: EndpointProps) {
  const { url, model, key } = settings.value;
  const set = (part: Partial<EndpointProps["settings"]["value"]>) => {
    settings.value = { ...settings.value, ...part };
  };
  return (
    <>
      <label class="field">
        <span class="label">Address</span>
        <input
          class="input input-code"
          type="url"
          spellcheck={false}
          value={url}
          onInput={(event) => set({ url: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span class="label">Model</span>
        <input
          class="input input-code"
          spellcheck={false}
          autocomplete="off"
          placeholder={example}
          value={model}
          onInput={(event) => set({ model: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span class="label">Key</span>
        <input
          class="input input-code"
          type="password"
          autocomplete="off"
          value={key}
          onInput={(event) => set({ key: event.currentTarget.value })}
        />
        <span class="hint">
          Stays in the memory of this page: it is in no link, no file and no storage, and is gone
          when the page is closed.
        </span>
      </label>
    </>
  );
}

const STATES = {
  unavailable:
    "This browser has no built-in model. Recent versions of Chrome on a computer have one.",
  downloadable: "Chrome will download its model with the first query, which takes a while.",
  downloading: "Chrome is downloading its model.",
  available: "The model is ready. Queries stay on this machine.",
} as const;

function ChromeNote() {
  const [state, setState] = useState<keyof typeof STATES | null>(null);
  useEffect(() => {
    void chromeAvailability().then(setState);
  }, []);
  return (
    <p class="hint" role="status">
      {state === null ? "Asking the browser…" : STATES[state]}
    </p>
  );
}

function ScriptEditor({ page }: { page: Playground }) {
  const { workspace, strategies } = page;
  const text = workspace.scriptText(strategies);
  const parsed = parseScript(text);
  const subject = workspace.subject.value === "program" ? "own program" : workspace.strategy.value;
  return (
    <div class="field">
      <div class="editor-head">
        <span class="label">Rules for {subject}; the first that fits answers</span>
        <button type="button" class="button button-link" onClick={() => workspace.resetScript()}>
          Reset
        </button>
      </div>
      <CodeEditor
        key={subject}
        size="tall"
        label="Rules of the scripted model"
        language="json"
        value={text}
        current={() => workspace.scriptText(strategies)}
        onChange={(value) => workspace.setScriptText(value)}
        onSubmit={() => page.run()}
        check={() => []}
      />
      {"problem" in parsed ? (
        <span class="problem" role="alert">
          {parsed.problem}
        </span>
      ) : (
        <span class="hint">
          A rule may look at <code>role</code>, <code>match</code> (parts of the prompt),{" "}
          <code>system</code> and <code>tags</code>. Its <code>answers</code> come in turn;{" "}
          <code>otherwise</code> is said when no rule fits.
        </span>
      )}
    </div>
  );
}
