// Runs a program of one's own.

import type { Json } from "algocline-wasm";
import { strategies as sources } from "algocline-wasm/strategies";
import { type Example, examples } from "../model/examples";
import type { Playground } from "../model/playground";
import { CodeEditor } from "./code-editor";
import { isSubmit } from "./keys";
import { RunButton } from "./run-button";

interface Props {
  page: Playground;
  auto: boolean;
  onAuto: (on: boolean) => void;
  draft: Example;
  onDraft: (draft: Example) => void;
}

type Parsed = { value: Json } | { problem: string };

function parseContext(text: string): Parsed {
  if (!text.trim()) return { value: {} };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The line of the last error, if this very source was what failed. */
function failedLine(page: Playground, source: string): number | undefined {
  const run = page.selected.value;
  if (run?.program.kind !== "code" || run.program.code !== source) return undefined;
  const end = run.end.value;
  if (end?.status !== "error") return undefined;
  if (end.line !== undefined) return end.line;
  const place = end.error.match(/([\w.]+):(\d+):/);
  // A line of a package is not one of this source.
  if (!place?.[1] || Object.hasOwn(sources, place[1])) return undefined;
  return Number(place[2]);
}

export function ProgramForm({ page, auto, onAuto, draft, onDraft }: Props) {
  const ctx = parseContext(draft.ctx);
  const problem = "problem" in ctx ? ctx.problem : null;
  const run = () => {
    if ("problem" in ctx) return;
    const { name, source: code, script } = draft;
    page.start({ kind: "code", name, code, ctx: ctx.value }, script, auto);
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
      onKeyDown={(event) => {
        if (!isSubmit(event)) return;
        event.preventDefault();
        run();
      }}
    >
      <fieldset class="examples">
        <legend class="label">Begin with</legend>
        {examples.map((example) => (
          <button
            key={example.name}
            type="button"
            class="button button-small"
            onClick={() => onDraft(example)}
          >
            {example.name}
          </button>
        ))}
      </fieldset>
      <CodeEditor
        label="Lua source"
        value={draft.source}
        onChange={(source) => onDraft({ ...draft, source })}
        errorLine={failedLine(page, draft.source)}
      />
      <label class="field">
        <span class="label">
          <code>ctx</code> as JSON
        </span>
        <textarea
          class="input input-code"
          rows={3}
          spellcheck={false}
          autocomplete="off"
          value={draft.ctx}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : "ctx-problem"}
          onInput={(event) => onDraft({ ...draft, ctx: event.currentTarget.value })}
        />
        {problem !== null && (
          <span id="ctx-problem" class="problem">
            {problem}
          </span>
        )}
      </label>
      <RunButton auto={auto} onAuto={onAuto} disabled={problem !== null} />
    </form>
  );
}
