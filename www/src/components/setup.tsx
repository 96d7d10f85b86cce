// What to run: one of the strategies or a program of one's own, and who answers.

import type { Playground } from "../model/playground";
import type { SetupTab } from "../model/workspace";
import { isSubmit } from "./keys";
import { ModelForm } from "./model-form";
import { ProgramForm } from "./program-form";
import { RunBar } from "./run-bar";
import { StrategyForm } from "./strategy-form";
import { Tabs } from "./tabs";

const TABS: readonly { id: SetupTab; label: string }[] = [
  { id: "strategy", label: "Strategy" },
  { id: "program", label: "Own program" },
  { id: "model", label: "Model" },
];

export function Setup({ page }: { page: Playground }) {
  const { workspace } = page;
  const tab = workspace.tab.value;
  return (
    <form
      class="setup"
      aria-label="Program"
      onSubmit={(event) => {
        event.preventDefault();
        page.run();
      }}
      onKeyDown={(event) => {
        // The code editors see to their own keys.
        if (event.defaultPrevented || !isSubmit(event)) return;
        event.preventDefault();
        page.run();
      }}
    >
      <Tabs
        label="What to run"
        tabs={TABS}
        selected={tab}
        onSelect={(id) => workspace.open(id)}
        idPrefix="setup"
      />
      <div
        class="form"
        id={`setup-panel-${tab}`}
        role="tabpanel"
        aria-labelledby={`setup-tab-${tab}`}
      >
        {tab === "strategy" && <StrategyForm page={page} />}
        {tab === "program" && <ProgramForm page={page} />}
        {tab === "model" && <ModelForm page={page} />}
      </div>
      <RunBar page={page} />
    </form>
  );
}
