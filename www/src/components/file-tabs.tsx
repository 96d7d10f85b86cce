// The files of a program: the main one, and own packages for `require`.

import { strategies as sources } from "algocline-wasm/strategies";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import { MAIN_FILE } from "../model/workspace";

const TEMPLATE = (name: string) => `-- require("${name}") gives what this file returns.
local M = {}

function M.ask(question)
  return alc.llm(question)
end

return M
`;

export function FileTabs({ page }: { page: Playground }) {
  const { workspace } = page;
  const [adding, setAdding] = useState(false);
  const names = Object.keys(workspace.files.value);
  const file = workspace.file.value;
  return (
    <div class="files">
      <fieldset class="files-list">
        <legend class="visually-hidden">Files</legend>
        {[MAIN_FILE, ...names].map((name) => (
          <span key={name} class="file" data-selected={name === file}>
            <button
              type="button"
              class="file-name"
              aria-pressed={name === file}
              onClick={() => {
                workspace.file.value = name;
              }}
            >
              {name}
            </button>
            {name !== MAIN_FILE && (
              <button
                type="button"
                class="file-remove"
                aria-label={`Remove package ${name}`}
                onClick={() => workspace.removeFile(name)}
              >
                ×
              </button>
            )}
          </span>
        ))}
        {!adding && (
          <button type="button" class="button button-link" onClick={() => setAdding(true)}>
            + Package
          </button>
        )}
      </fieldset>
      {adding && <NewFile page={page} onDone={() => setAdding(false)} />}
    </div>
  );
}

const shipped = new Set(Object.keys(sources));

function NewFile({ page, onDone }: { page: Playground; onDone: () => void }) {
  const { workspace } = page;
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const add = () => {
    const wrong = workspace.fileProblem(name, shipped);
    setProblem(wrong);
    if (wrong) return;
    workspace.setFile(name, TEMPLATE(name));
    workspace.file.value = name;
    onDone();
  };
  return (
    <div class="file-new">
      <input
        ref={input}
        class="input input-code"
        aria-label="Name of the new package"
        placeholder="my_package"
        spellcheck={false}
        autocomplete="off"
        value={name}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : "file-problem"}
        onInput={(event) => setName(event.currentTarget.value.trim())}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Enter") add();
          else onDone();
        }}
      />
      <button type="button" class="button button-small" onClick={add}>
        Add
      </button>
      <button type="button" class="button button-small button-quiet" onClick={onDone}>
        Cancel
      </button>
      {problem !== null && (
        <span id="file-problem" class="problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
