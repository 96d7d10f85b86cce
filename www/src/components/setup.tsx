// What to run: one of the strategies, or a program of one's own.

import { useState } from "preact/hooks";
import { type Example, examples } from "../model/examples";
import type { Playground } from "../model/playground";
import { asProgram, type Strategy } from "../model/strategies";
import { ProgramForm } from "./program-form";
import { StrategyForm } from "./strategy-form";
import { Tabs } from "./tabs";

const TABS = [
  { id: "strategy", label: "Strategy" },
  { id: "program", label: "Own program" },
] as const;

type Tab = (typeof TABS)[number]["id"];

export function Setup({ page }: { page: Playground }) {
  const [tab, setTab] = useState<Tab>("strategy");
  const [draft, setDraft] = useState<Example | undefined>(examples[0]);
  const [auto, setAuto] = useState(false);
  const edit = ({ meta, source, script }: Strategy, task: string) => {
    const ctx = JSON.stringify({ task }, null, 2);
    setDraft({ name: meta.name, source: asProgram(source), ctx, script });
    setTab("program");
  };
  return (
    <section class="setup" aria-label="Program">
      <Tabs label="What to run" tabs={TABS} selected={tab} onSelect={setTab} idPrefix="setup" />
      <div id={`setup-panel-${tab}`} role="tabpanel" aria-labelledby={`setup-tab-${tab}`}>
        {tab === "strategy" ? (
          <StrategyForm page={page} auto={auto} onAuto={setAuto} onEdit={edit} />
        ) : (
          draft && (
            <ProgramForm
              page={page}
              auto={auto}
              onAuto={setAuto}
              draft={draft}
              onDraft={setDraft}
            />
          )
        )}
      </div>
    </section>
  );
}
