// Picks a strategy, its options and a task.

import type { Json } from "algocline-wasm";
import { useState } from "preact/hooks";
import type { Playground } from "../model/playground";
import type { Strategy, StrategyOption } from "../model/strategies";
import { isSubmit } from "./keys";
import { RunButton } from "./run-button";

interface Props {
  page: Playground;
  auto: boolean;
  onAuto: (on: boolean) => void;
  onEdit: (strategy: Strategy, task: string) => void;
}

const FIRST = "reflect";

export function StrategyForm({ page, auto, onAuto, onEdit }: Props) {
  const { strategies } = page;
  const [name, setName] = useState(FIRST);
  const [tasks, setTasks] = useState<Record<string, string>>({});
  const [options, setOptions] = useState<Record<string, Record<string, number>>>({});
  const chosen = strategies.find(({ meta }) => meta.name === name) ?? strategies[0];
  if (!chosen) return null;
  const { meta, script } = chosen;
  const task = tasks[meta.name] ?? meta.sample_task;
  const set = options[meta.name] ?? {};

  const run = () => {
    if (!task.trim()) return;
    const given: Record<string, Json> = { ...set };
    page.start({ kind: "strategy", name: meta.name, task, options: given }, script, auto);
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
      onKeyDown={(event) => {
        if (!isSubmit(event)) return;
        event.preventDefault();
        if (event.currentTarget.reportValidity()) run();
      }}
    >
      <fieldset class="picker">
        <legend class="visually-hidden">Strategy</legend>
        {strategies.map((strategy) => (
          <label key={strategy.meta.name} class="choice" title={strategy.meta.description}>
            <input
              type="radio"
              name="strategy"
              value={strategy.meta.name}
              checked={strategy === chosen}
              onChange={() => setName(strategy.meta.name)}
            />
            <span class="choice-name">{strategy.meta.name}</span>
            <span class="choice-kind">{strategy.meta.category}</span>
          </label>
        ))}
      </fieldset>
      <About strategy={chosen} onEdit={() => onEdit(chosen, task)} />
      <label class="field">
        <span class="label">Task</span>
        <textarea
          class="input"
          rows={4}
          required
          value={task}
          onInput={(event) => setTasks({ ...tasks, [meta.name]: event.currentTarget.value })}
        />
      </label>
      <Options
        specs={meta.options}
        values={set}
        onChange={(values) => setOptions({ ...options, [meta.name]: values })}
      />
      <RunButton auto={auto} onAuto={onAuto} />
    </form>
  );
}

function About({ strategy, onEdit }: { strategy: Strategy; onEdit: () => void }) {
  const { description, paper } = strategy.meta;
  return (
    <div class="about">
      <p>{description}</p>
      <p class="about-paper">
        {paper.authors} {paper.year},{" "}
        <a href={paper.url} target="_blank" rel="noreferrer">
          {paper.title}
        </a>
      </p>
      <button type="button" class="button button-quiet" onClick={onEdit}>
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
