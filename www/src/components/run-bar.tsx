// The button that runs, with the choice who answers.

import type { Playground } from "../model/playground";
import { SUBMIT_KEYS } from "./keys";
import { Switch } from "./switch";

export function RunBar({ page }: { page: Playground }) {
  const { workspace, shelf, strategies } = page;
  const program = workspace.program(strategies);
  const answerer = shelf.kind.value === "script" ? "the scripted model" : shelf.name.value;
  return (
    <div class="run-bar">
      <Switch
        label={`Let ${answerer} answer`}
        on={workspace.auto.value}
        onChange={(on) => {
          workspace.auto.value = on;
        }}
      />
      <button
        type="submit"
        class="button button-primary"
        disabled={"problem" in program}
        title={"problem" in program ? program.problem : undefined}
      >
        Run {workspace.subject.value === "program" ? "program" : workspace.strategy.value}{" "}
        <kbd>{SUBMIT_KEYS}</kbd>
      </button>
    </div>
  );
}
