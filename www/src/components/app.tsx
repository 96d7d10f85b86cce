// The whole page: what to run on one side, what runs on the other.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { Announcer } from "./announcer";
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
      (page) => setLoading({ state: "ready", page }),
      (error: unknown) => setLoading({ state: "failed", reason: String(error) }),
    );
  }, [playground]);
  return (
    <>
      <Header version={loading.state === "ready" ? loading.page.version : null} />
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

function Header({ version }: { version: string | null }) {
  return (
    <header class="header">
      <a class="skip" href="#run">
        Skip to the run
      </a>
      <Logo />
      <div class="header-name">
        <h1>algocline</h1>
        <p>LLM strategies in Lua, paused at every question</p>
      </div>
      {version !== null && (
        <span class="header-version" title="Version of the WebAssembly module">
          v{version}
        </span>
      )}
    </header>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <path d="M4 10c4-3.6 8-3.6 12 0s8 3.6 12 0" />
      <path d="M4 17c4-3.6 8-3.6 12 0s8 3.6 12 0" opacity=".65" />
      <path d="M4 24c4-3.6 8-3.6 12 0s8 3.6 12 0" opacity=".35" />
    </svg>
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
        WebAssembly, in this page; nothing leaves your machine.
      </p>
      <ol class="welcome-steps">
        <li>
          <strong>Pick</strong> a strategy, or write a program.
        </li>
        <li>
          <strong>Run</strong> it. It stops as soon as it asks something.
        </li>
        <li>
          <strong>Answer</strong> by hand, or let the scripted model do it, until there is a result.
        </li>
      </ol>
    </div>
  );
}
