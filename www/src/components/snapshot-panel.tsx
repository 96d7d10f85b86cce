// The registry's look at the session, live.

import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { useNow } from "./clock";
import { CopyButton } from "./copy-button";
import { pretty } from "./format";
import { Scroller } from "./scroller";

export function SnapshotPanel({ page, run }: { page: Playground; run: Run }) {
  useNow(run.live.value);
  const snapshot = page.snapshot(run);
  if (snapshot === null) {
    return <p class="empty">The session has ended, so the registry no longer has it.</p>;
  }
  const json = pretty(snapshot);
  return (
    <>
      <div class="panel-actions">
        <code class="session-id">{run.sessionId.value}</code>
        <CopyButton text={json} label="Copy JSON" />
      </div>
      <Scroller class="code" label="Snapshot as JSON" testId="snapshot">
        {json}
      </Scroller>
    </>
  );
}
