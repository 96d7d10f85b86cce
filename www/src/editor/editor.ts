// A CodeMirror editor for Lua, JSON or plain text. It is loaded when the first
// editor is shown, so that the page is there before.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic as Lint, linter } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, Prec, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { type LuaSurroundings, luaCompletion, luaHover } from "./lua-help";
import { lua, luaLanguage } from "./lua-mode";
import { type Mark, marks, setMarks } from "./marks";
import { look } from "./theme";

/** A mistake in the text, to be underlined. */
export interface Problem {
  /** From 1. */
  line: number;
  /** In characters, from 1. */
  column: number;
  message: string;
}

export interface EditorOptions {
  /** Its accessible name. */
  label: string;
  value: string;
  language: "lua" | "json";
  onChange: (value: string) => void;
  /** Ctrl+Enter, on a Mac Cmd+Enter. */
  onSubmit: () => void;
  /** Looks for mistakes, a moment after the last key. */
  check: (text: string) => readonly Problem[];
  surroundings?: LuaSurroundings | undefined;
}

export interface EditorHandle {
  /** Replaces the text, unless it is this already. */
  setValue(value: string): void;
  setMarks(list: readonly Mark[]): void;
  /** Scrolls a line into view. */
  show(line: number): void;
  destroy(): void;
}

const CHECK_DELAY_MS = 250;

/** Whether the person wants no motion. */
const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Where a problem begins, and the end of the word there. Columns count characters, not UTF-16 units. */
function rangeOf(doc: Text, { line, column }: Problem): { from: number; to: number } {
  const { from, to, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = [...text].slice(0, column - 1).join("").length;
  const start = Math.min(from + before, to);
  const word = text.slice(start - from).match(/^(?:\w+|\S)/)?.[0].length ?? 0;
  // At the end of a text there is nothing to underline but what came last.
  return word > 0
    ? { from: start, to: start + word }
    : { from: Math.max(from, start - 1), to: start };
}

const checker = (check: EditorOptions["check"]): Extension =>
  linter(
    ({ state }) =>
      check(state.doc.toString()).map(
        (problem): Lint => ({
          ...rangeOf(state.doc, problem),
          severity: "error",
          message: problem.message,
        }),
      ),
    { delay: CHECK_DELAY_MS },
  );

function language({ language: name, surroundings }: EditorOptions): Extension {
  if (name === "json") return json();
  if (!surroundings) return lua();
  return [lua(), luaLanguage.data.of({ autocomplete: luaCompletion(surroundings) }), luaHover()];
}

/**
 * Typing over a selection is done here. Left to the browser, Chromium keeps the
 * look of what is replaced in a `style` attribute, which the page's policy
 * forbids and which would be reported as a breach of it.
 */
const typeOverSelection = Prec.highest(
  EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { data, inputType } = event;
      const { main, ranges } = view.state.selection;
      if (inputType !== "insertText" || data === null || view.composing) return false;
      if (main.empty || ranges.length > 1) return false;
      event.preventDefault();
      const typed = () =>
        view.state.update(view.state.replaceSelection(data), {
          userEvent: "input.type",
          scrollIntoView: true,
        });
      const handlers = view.state.facet(EditorView.inputHandler);
      if (!handlers.some((handle) => handle(view, main.from, main.to, data, typed))) {
        view.dispatch(typed());
      }
      return true;
    },
  }),
);

/**
 * Makes an editor in a shadow tree: there its styles are constructed style
 * sheets, which the page's policy allows, not `<style>` elements.
 */
export function createEditor(host: HTMLElement, options: EditorOptions): EditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open", delegatesFocus: true });
  let quiet = false;
  const attributes = {
    "aria-label": options.label,
    spellcheck: "false",
    // Checkers of accessibility look for it where the text scrolls.
    tabindex: "0",
    "aria-description": "Tab indents. Press Escape, then Tab, to leave the editor.",
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        Prec.highest(
          keymap.of([
            {
              key: "Mod-Enter",
              run: () => {
                options.onSubmit();
                return true;
              },
            },
          ]),
        ),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        drawSelection({ cursorBlinkRate: calm() ? 0 : 1200 }),
        history(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        highlightSelectionMatches(),
        marks,
        language(options),
        checker(options.check),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of(attributes),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.onChange(update.state.doc.toString());
        }),
        typeOverSelection,
        look,
      ],
    }),
  });
  return {
    setValue(value) {
      if (view.state.doc.toString() === value) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
      quiet = false;
    },
    setMarks(list) {
      view.dispatch({ effects: setMarks.of(list) });
    },
    show(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "nearest", yMargin: 40 }) });
    },
    destroy: () => view.destroy(),
  };
}
