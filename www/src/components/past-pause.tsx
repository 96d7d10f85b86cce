// A pause of the past, with what was answered then, and the way to answer it
// differently.

import type { Pause } from "../model/journal";
import type { Playground } from "../model/playground";
import type { Run } from "../model/run";
import { QueryCard } from "./query-card";

export function PastPause({ page, run, pause }: { page: Playground; run: Run; pause: Pause }) {
  return (
    <section class="inbox" aria-labelledby="past-title" data-testid="past-pause">
      <header class="inbox-head">
        <h3 id="past-title">
          Pause {pause.number}
          <span class="inbox-count">as it was answered</span>
        </h3>
        <div class="inbox-model">
          <button
            type="button"
            class="button button-primary"
            onClick={() => page.branch(run, pause.number)}
          >
            Answer differently
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              run.viewed.value = null;
            }}
          >
            Back to the present
          </button>
        </div>
      </header>
      <div class="cards" data-single={pause.entries.length === 1}>
        {pause.entries.map((entry) => (
          <QueryCard key={entry.query.query_id} page={page} run={run} entry={entry} past />
        ))}
      </div>
    </section>
  );
}
