// A program of one's own: its files and its context.

import { useMemo } from "preact/hooks";
import type { Problem } from "../editor/editor";
import { examples } from "../model/examples";
import { marksIn } from "../model/failure";
import type { Playground } from "../model/playground";
import { type Draft, MAIN_FILE, type Parsed } from "../model/workspace";
import { CodeEditor } from "./code-editor";
import { FileTabs } from "./file-tabs";

export function ProgramForm({ page }: { page: Playground }) {
  const { workspace } = page;
  return (
    <>
      <fieldset class="examples">
        <legend class="label">Begin with</legend>
        {examples.map(({ script, ...example }) => (
          <button
            key={example.name}
            type="button"
            class="button button-small"
            onClick={() => workspace.edit(example, script)}
          >
            {example.name}
          </button>
        ))}
      </fieldset>
      <SourceEditor page={page} />
      <ContextEditor page={page} />
    </>
  );
}

function SourceEditor({ page }: { page: Playground }) {
  const { workspace } = page;
  const draft = workspace.draft.value;
  const open = workspace.file.value;
  const file = Object.hasOwn(workspace.files.value, open) ? open : MAIN_FILE;
  const value = file === MAIN_FILE ? draft.source : (workspace.files.value[file] ?? "");
  const marks = useMarks(page, file, draft);
  return (
    <div class="field">
      <FileTabs page={page} />
      <CodeEditor
        key={file}
        size="tall"
        label={file === MAIN_FILE ? "Lua source" : `Lua source of ${file}`}
        language="lua"
        value={value}
        current={() =>
          file === MAIN_FILE ? workspace.draft.peek().source : (workspace.files.peek()[file] ?? "")
        }
        marks={marks}
        onChange={(source) => {
          if (file === MAIN_FILE) workspace.change({ source });
          else workspace.setFile(file, source);
        }}
        onSubmit={() => page.run()}
        check={(source) => page.check(source)}
        surroundings={{
          modules: () => page.modules,
          contextKeys: () => keysOf(workspace.context.value),
        }}
      />
    </div>
  );
}

/** The lines where the selected run failed, as long as it was this very program. */
function useMarks(page: Playground, file: string, draft: Draft) {
  const run = page.selected.value;
  const end = run?.end.value;
  const same = run?.program.kind === "code" && run.program.code === draft.source;
  return useMemo(
    () => (same && end?.status === "error" ? marksIn(file, end) : []),
    [same, end, file],
  );
}

const keysOf = (context: Parsed<unknown>): string[] =>
  "value" in context && typeof context.value === "object" && context.value !== null
    ? Object.keys(context.value)
    : [];

/** Where a JSON text is wrong, from the engine's message where it tells. */
function jsonProblem(text: string, message: string): Problem {
  const at = message.match(/position (\d+)/)?.[1];
  const place = message.match(/line (\d+) column (\d+)/);
  if (place) return { line: Number(place[1]), column: Number(place[2]), message };
  const before = text.slice(0, at === undefined ? text.length : Number(at));
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, message };
}

function ContextEditor({ page }: { page: Playground }) {
  const { workspace } = page;
  const context = workspace.context.value;
  return (
    <div class="field">
      <span class="label">
        <code>ctx</code>, what the program is given, as JSON
      </span>
      <CodeEditor
        size="short"
        label="ctx as JSON"
        language="json"
        value={workspace.draft.value.ctx}
        current={() => workspace.draft.peek().ctx}
        onChange={(ctx) => workspace.change({ ctx })}
        onSubmit={() => page.run()}
        check={(text) => {
          const parsed = workspace.context.value;
          return "problem" in parsed ? [jsonProblem(text, parsed.problem)] : [];
        }}
      />
      {"problem" in context && (
        <span class="problem" role="alert">
          {context.problem}
        </span>
      )}
    </div>
  );
}
