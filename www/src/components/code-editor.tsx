// A text field with line numbers.

import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** A line to mark, from 1. */
  errorLine?: number | undefined;
}

const lineCount = (text: string): number => text.split("\n").length;

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, i) => String(i + 1)).join("\n");

/** The line at a place in a text, from 1, and the column in it, from 1. */
function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: lineCount(before), column: offset - start + 1 };
}

export function CodeEditor({ label, value, onChange, errorLine }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const position = useRef<HTMLSpanElement>(null);
  const scroll = () => {
    if (area.current && gutter.current) gutter.current.scrollTop = area.current.scrollTop;
  };
  const showPosition = () => {
    if (!area.current || !position.current) return;
    const { line, column } = positionAt(area.current.value, area.current.selectionStart);
    position.current.textContent = `${line}:${column}`;
  };
  useEffect(scroll, [value]);
  return (
    <div class="field">
      <div class="editor-head">
        <label class="label" for={id}>
          {label}
        </label>
        <span class="editor-position" ref={position} aria-hidden="true" />
      </div>
      <div class="editor">
        <div class="editor-gutter" ref={gutter} aria-hidden="true">
          <pre>{numbers(lineCount(value))}</pre>
          {errorLine !== undefined && (
            <span class="editor-mark" style={{ "--line": String(errorLine - 1) }}>
              {errorLine}
            </span>
          )}
        </div>
        <textarea
          id={id}
          ref={area}
          class="editor-text"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
          onScroll={scroll}
          onKeyUp={showPosition}
          onClick={showPosition}
          aria-invalid={errorLine !== undefined}
        />
      </div>
    </div>
  );
}
