// What can be done with a run as a whole: answering by itself, stopping, sharing,
// exporting.

import { useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { markdownOf, traceOf } from "../model/trace";
import { download } from "./download";
import { pretty } from "./format";
import { Menu } from "./menu";
import { Switch } from "./switch";

const SAID_MS = 2000;

export function RunActions({ page, run }: { page: Playground; run: Run }) {
  const [said, setSaid] = useState<string | null>(null);
  const script = page.shelf.kind.value === "script";
  const name = `${run.name.replace(/[^\w-]+/g, "-")}-${run.number}`;
  const say = (text: string) => {
    setSaid(text);
    setTimeout(() => setSaid(null), SAID_MS);
  };
  const share = async () => {
    const link = await page.link(run);
    try {
      await navigator.clipboard.writeText(link ?? "");
      say("Link copied");
    } catch {
      if (link) location.assign(link);
      say("The link is in the address bar");
    }
  };
  return (
    <div class="run-actions">
      {run.live.value && (
        <Switch
          label={script ? "Scripted answers" : `${page.shelf.name.value} answers`}
          on={run.auto.value}
          onChange={(on) => run.setAuto(on)}
        />
      )}
      <span class="said" role="status">
        {said}
      </span>
      <Menu label="Share and export">
        <button type="button" onClick={() => page.edit(run)}>
          {run.program.kind === "code" ? "Open its program" : "Open its task"}
        </button>
        <button type="button" onClick={() => void share()}>
          Copy a link with the answers
        </button>
        <button type="button" onClick={() => download(`${name}.session.json`, page.export(run))}>
          Session file
        </button>
        <button type="button" onClick={() => download(`${name}.trace.json`, pretty(traceOf(run)))}>
          Trace as JSON
        </button>
        <button type="button" onClick={() => download(`${name}.md`, markdownOf(run))}>
          Trace as Markdown
        </button>
      </Menu>
      {run.live.value && (
        <button type="button" class="button button-stop" onClick={() => run.stop()}>
          Stop
        </button>
      )}
    </div>
  );
}
