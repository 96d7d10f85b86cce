// A CodeMirror editor. Its code is loaded with the first one shown; until then the
// text can be read.

import { useEffect, useRef, useState } from "preact/hooks";
import type { EditorHandle, EditorOptions } from "../editor/editor";
import type { Mark } from "../editor/marks";

interface Props extends EditorOptions {
  /**
   * What the text is at the moment. `value` may be that of some keys ago, since the
   * page is rendered a little later than it is typed.
   */
  current: () => string;
  /** `tall` grows with the window. */
  size: "tall" | "short";
  marks?: readonly Mark[];
}

const NO_MARKS: readonly Mark[] = [];

export function CodeEditor({ current, size, marks = NO_MARKS, ...options }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<EditorHandle | null>(null);
  // The editor is made once; what it calls must be what the last rendering gave.
  const latest = useRef(options);
  latest.current = options;

  useEffect(() => {
    let made: EditorHandle | null = null;
    let gone = false;
    void import("../editor/editor").then(({ createEditor }) => {
      if (gone || !host.current) return;
      made = createEditor(host.current, {
        ...latest.current,
        onChange: (value) => latest.current.onChange(value),
        onSubmit: () => latest.current.onSubmit(),
        check: (text) => latest.current.check(text),
      });
      setEditor(made);
    });
    return () => {
      gone = true;
      made?.destroy();
    };
  }, []);

  // Only what has changed elsewhere is new to the editor.
  useEffect(() => editor?.setValue(current()), [editor, options.value]);
  useEffect(() => {
    editor?.setMarks(marks);
    const failed = marks.find(({ message }) => message !== undefined);
    if (failed) editor?.show(failed.line);
  }, [editor, marks]);

  return (
    <div class="editor" data-size={size} data-ready={editor !== null}>
      <div class="editor-host" ref={host} />
      {editor === null && <pre class="editor-wait">{options.value}</pre>}
    </div>
  );
}
