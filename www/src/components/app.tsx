// The whole page: what to run on one side, what runs on the other.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { Announcer } from "./announcer";
import { Header } from "./header";
import { NoticeBar } from "./notice-bar";
import { RunList } from "./run-list";
import { RunView } from "./run-view";
import { Setup } from "./setup";

type Loading =
  | { state: "loading" }
  | { state: "failed"; reason: string }
  | { state: "ready"; page: Playground };

export function App({ playground }: { playground: Promise<Playground> }) {
  const [loading, setLoading] = useState<Loading>({ state: "loading" });
  useEffect(() => {
    playground.then(
      (page) => {
        setLoading({ state: "ready", page });
        performance.mark("ready");
        void page.recall();
      },
      (error: unknown) => setLoading({ state: "failed", reason: String(error) }),
    );
  }, [playground]);
  return (
    <>
      <Header page={loading.state === "ready" ? loading.page : null} />
      {loading.state === "loading" && (
        <p class="page-note" role="status">
          Loading WebAssembly…
        </p>
      )}
      {loading.state === "failed" && (
        <p class="page-note page-note-error" role="alert">
          The page cannot start: {loading.reason}
        </p>
      )}
      {loading.state === "ready" && <Workbench page={loading.page} />}
    </>
  );
}

/** On a small screen the run is below what started it: brings it into view. */
function useRunInView(run: Run | null): { current: HTMLElement | null } {
  const stage = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!run || !stage.current) return;
    const { top } = stage.current.getBoundingClientRect();
    if (top > innerHeight / 2) stage.current.scrollIntoView();
  }, [run]);
  return stage;
}

function Workbench({ page }: { page: Playground }) {
  const run = page.selected.value;
  const stage = useRunInView(run);
  return (
    <main class="workbench">
      <NoticeBar page={page} />
      <Setup page={page} />
      <section ref={stage} class="stage" id="run" aria-label="Run" tabIndex={-1}>
        {page.runs.value.length > 0 && <RunList page={page} />}
        {run ? <RunView key={run.number} page={page} run={run} /> : <Welcome />}
      </section>
      <Announcer page={page} />
    </main>
  );
}

function Welcome() {
  return (
    <div class="welcome">
      <h2>Nothing runs yet</h2>
      <p>
        A strategy is a Lua program that asks a language model several times. Here it runs in
        WebAssembly, in this page; nothing leaves your machine unless you choose a model that does.
      </p>
      <ol class="welcome-steps">
        <li>
          <strong>Pick</strong> a strategy, or write a program.
        </li>
        <li>
          <strong>Run</strong> it. It stops as soon as it asks something.
        </li>
        <li>
          <strong>Answer</strong> by hand, or let a model do it, until there is a result. Then go
          back to any pause and answer differently.
        </li>
      </ol>
    </div>
  );
}
