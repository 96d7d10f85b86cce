// The gallery: picks a strategy, its options and a task.

import type { Playground } from "../model/playground";
import { asProgram, type Strategy, type StrategyOption } from "../model/strategies";

export function StrategyForm({ page }: { page: Playground }) {
  const { strategies, workspace } = page;
  const name = workspace.strategy.value;
  const chosen = strategies.find(({ meta }) => meta.name === name) ?? strategies[0];
  if (!chosen) return null;
  const { meta } = chosen;
  const task = workspace.tasks.value[meta.name] ?? meta.sample_task;
  return (
    <>
      <fieldset class="picker">
        <legend class="visually-hidden">Strategy</legend>
        {strategies.map((strategy) => (
          <label key={strategy.meta.name} class="choice" title={strategy.meta.description}>
            <input
              type="radio"
              name="strategy"
              value={strategy.meta.name}
              checked={strategy === chosen}
              onChange={() => {
                workspace.strategy.value = strategy.meta.name;
              }}
            />
            <span class="choice-name">{strategy.meta.name}</span>
            <span class="choice-kind">{strategy.meta.category}</span>
          </label>
        ))}
      </fieldset>
      <About page={page} strategy={chosen} task={task} />
      <label class="field">
        <span class="label">Task</span>
        <textarea
          class="input"
          rows={4}
          required
          value={task}
          onInput={(event) => workspace.setTask(meta.name, event.currentTarget.value)}
        />
      </label>
      {task !== meta.sample_task && (
        <button
          type="button"
          class="button button-link"
          onClick={() => workspace.setTask(meta.name, meta.sample_task)}
        >
          Back to the sample task
        </button>
      )}
      <Options
        specs={meta.options}
        values={workspace.options.value[meta.name] ?? {}}
        onChange={(values) => workspace.setOptions(meta.name, values)}
      />
    </>
  );
}

interface AboutProps {
  page: Playground;
  strategy: Strategy;
  task: string;
}

function About({ page, strategy, task }: AboutProps) {
  const { meta, source, script } = strategy;
  const edit = () =>
    page.workspace.edit(
      { name: meta.name, source: asProgram(source), ctx: JSON.stringify({ task }, null, 2) },
      script,
    );
  return (
    <div class="about">
      <p>{meta.description}</p>
      <p class="about-paper">
        {meta.paper.authors} {meta.paper.year},{" "}
        <a href={meta.paper.url} target="_blank" rel="noreferrer">
          {meta.paper.title}
        </a>
      </p>
      <button type="button" class="button button-link" onClick={edit}>
        Open the Lua source
      </button>
    </div>
  );
}

interface OptionsProps {
  specs: Record<string, StrategyOption>;
  values: Record<string, number>;
  onChange: (values: Record<string, number>) => void;
}

function Options({ specs, values, onChange }: OptionsProps) {
  const names = Object.keys(specs).sort();
  if (names.length === 0) return null;
  const change = (name: string, value: number) => {
    const rest = { ...values };
    if (Number.isNaN(value)) delete rest[name];
    else rest[name] = value;
    onChange(rest);
  };
  return (
    <details class="options">
      <summary>Options</summary>
      <div class="options-grid">
        {names.map((name) => {
          const spec = specs[name];
          if (!spec) return null;
          return (
            <label key={name} class="option">
              <span class="option-name">{name}</span>
              <input
                class="input"
                type="number"
                min={spec.min}
                max={spec.max}
                step={1}
                placeholder={String(spec.default)}
                value={values[name] ?? ""}
                onInput={(event) => change(name, event.currentTarget.valueAsNumber)}
              />
              <span class="option-about">{spec.about}</span>
            </label>
          );
        })}
      </div>
    </details>
  );
}
