// The page's head: its name, and what concerns the whole page.

import { useRef, useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import { readSessionFile } from "../model/session-file";
import { ThemeSelect } from "./theme-select";

export function Header({ page }: { page: Playground | null }) {
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
      <div class="header-tools">
        {page && <ShareProgram page={page} />}
        {page && <ImportFile page={page} />}
        <ThemeSelect />
        {page && (
          <span class="header-version" title="Version of the WebAssembly module">
            v{page.version}
          </span>
        )}
      </div>
    </header>
  );
}

const SAID_MS = 2000;

function ShareProgram({ page }: { page: Playground }) {
  const [said, setSaid] = useState<string | null>(null);
  const share = async () => {
    const link = await page.link(null);
    if (!link) return;
    try {
      await navigator.clipboard.writeText(link);
      setSaid("Link copied");
    } catch {
      setSaid("Not allowed here");
    }
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <button
      type="button"
      class="button button-small"
      title="Copies a link to the program, or the strategy with its task. Keys are never in it."
      onClick={() => void share()}
    >
      <span aria-live="polite">{said ?? "Share"}</span>
    </button>
  );
}

function ImportFile({ page }: { page: Playground }) {
  const input = useRef<HTMLInputElement>(null);
  const open = async (file: File | undefined) => {
    if (!file) return;
    try {
      page.notice.value = null;
      page.import(readSessionFile(JSON.parse(await file.text())));
    } catch (error) {
      page.notice.value = {
        kind: "problem",
        text: `“${file.name}” cannot be opened. ${error instanceof Error ? error.message : error}`,
      };
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Session file to import"
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class="button button-small" onClick={() => input.current?.click()}>
        Import
      </button>
    </>
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
