// Lines of a program that a failed run has come through: the one that failed
// with its message, and those that called it.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

export interface Mark {
  /** The line, from 1. */
  line: number;
  /** Shown at the line's end; without one it is a line on the way to the failure. */
  message?: string;
}

class Message extends WidgetType {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override eq(other: Message): boolean {
    return other.text === this.text;
  }
  toDOM(): HTMLElement {
    const box = document.createElement("span");
    box.className = "cm-failure";
    box.textContent = this.text;
    return box;
  }
}

const failed = Decoration.line({ class: "cm-failed-line", attributes: { "data-mark": "failed" } });
const passed = Decoration.line({ class: "cm-passed-line", attributes: { "data-mark": "passed" } });

export const setMarks = StateEffect.define<readonly Mark[]>();

export const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const { doc } = transaction.state;
      const ranges = effect.value
        .filter(({ line }) => line >= 1 && line <= doc.lines)
        .flatMap(({ line, message }) => {
          const { from, to } = doc.line(line);
          if (message === undefined) return [passed.range(from)];
          const widget = Decoration.widget({ widget: new Message(message), side: 1 });
          return [failed.range(from), widget.range(to)];
        });
      next = Decoration.set(ranges, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
