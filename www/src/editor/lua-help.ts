// Completion and hover for Lua.

import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from "@codemirror/autocomplete";
import type { Text } from "@codemirror/state";
import { hoverTooltip, type Tooltip } from "@codemirror/view";
import { type LuaDocs, type LuaEntry, loadDocs } from "./lua-docs";
import { KEYWORDS } from "./lua-mode";

/** What the page knows about the program at hand. */
export interface LuaSurroundings {
  /** Modules that `require` finds. */
  modules: () => readonly string[];
  /** The keys of `ctx`. */
  contextKeys: () => readonly string[];
}

const snippets = [
  snippetCompletion("function #{name}(#{args})\n\t#{}\nend", {
    label: "function",
    detail: "… end",
    type: "keyword",
  }),
  snippetCompletion("if #{condition} then\n\t#{}\nend", {
    label: "if",
    detail: "… then … end",
    type: "keyword",
  }),
  snippetCompletion("for #{i} = #{1}, #{n} do\n\t#{}\nend", {
    label: "for",
    detail: "i = 1, n",
    type: "keyword",
  }),
  snippetCompletion("for #{i}, #{value} in ipairs(#{list}) do\n\t#{}\nend", {
    label: "for",
    detail: "… in ipairs",
    type: "keyword",
  }),
  snippetCompletion("while #{condition} do\n\t#{}\nend", {
    label: "while",
    detail: "… do … end",
    type: "keyword",
  }),
];

const written = new Set(["function", "if", "for", "while"]);
const keywords: Completion[] = [
  ...snippets,
  ...KEYWORDS.filter((word) => !written.has(word)).map((label) => ({ label, type: "keyword" })),
];

const TYPES = { function: "function", table: "namespace", value: "variable" } as const;

/** The documentation of a name as a small document. */
export function describe(entry: LuaEntry): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-doc";
  const signature = document.createElement("code");
  signature.textContent = entry.signature;
  box.append(signature);
  if (entry.text) {
    const text = document.createElement("p");
    text.textContent = entry.text;
    box.append(text);
  }
  if (entry.params.some(({ text }) => text !== "")) {
    const list = document.createElement("dl");
    for (const { name, type, text } of entry.params) {
      const term = document.createElement("dt");
      term.textContent = name;
      const about = document.createElement("dd");
      about.textContent = text || type;
      list.append(term, about);
    }
    box.append(list);
  }
  return box;
}

function option(entry: LuaEntry): Completion {
  const label = entry.path.slice(entry.path.lastIndexOf(".") + 1);
  return {
    label,
    type: TYPES[entry.kind],
    detail: entry.kind === "function" ? entry.signature.slice(entry.path.length) : "",
    info: () => describe(entry),
    boost: entry.path.startsWith("alc") ? 1 : 0,
  };
}

/** How far back the call is looked for that a table is written in. */
const CALL_REACH = 2_000;

/** The function that a table is being written for, and the place of the table in its arguments. */
function callAround(text: string): { path: string; argument: number } | null {
  let depth = 0;
  let argument = 0;
  let inTable = false;
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const char = text[i] ?? "";
    if (")}]".includes(char)) depth += 1;
    else if (depth > 0 && "({[".includes(char)) depth -= 1;
    else if (depth === 0 && char === "," && inTable) argument += 1;
    else if (depth === 0 && char === "{") {
      inTable = true;
      argument = 0;
    } else if (depth === 0 && char === "(") {
      const path = text.slice(0, i).match(/[A-Za-z_][\w.]*$/)?.[0];
      return path && inTable ? { path, argument } : null;
    }
  }
  return null;
}

/** The keys of a table that a documented function takes, where a key may stand. */
function tableKeys(before: string, docs: LuaDocs): Completion[] {
  if (!/[{,;]\s*$/.test(before)) return [];
  const call = callAround(before);
  if (!call) return [];
  return docs.fields(call.path, call.argument).map(({ name, type, text }) => {
    const label = name.replace(/\?$/, "");
    return { label, type: "property", detail: type, info: text, apply: `${label} = `, boost: 5 };
  });
}

const LONGEST_SCAN = 200_000;

/** Names that the program itself uses. */
function ownNames(doc: Text, except: string): Completion[] {
  const names = new Set<string>();
  for (const [name] of doc.sliceString(0, LONGEST_SCAN).matchAll(/[A-Za-z_]\w{2,}/g))
    names.add(name);
  names.delete(except);
  for (const word of KEYWORDS) names.delete(word);
  return [...names].map((label) => ({ label, type: "variable", boost: -1 }));
}

function complete(
  context: CompletionContext,
  docs: LuaDocs,
  around: LuaSurroundings,
): CompletionResult | null {
  const quoted = context.matchBefore(/\brequire\s*\(?\s*["'][\w./-]*/);
  if (quoted) {
    const from = quoted.from + quoted.text.search(/["'][\w./-]*$/) + 1;
    return {
      from,
      options: around.modules().map((label) => ({ label, type: "namespace" })),
      validFor: /^[\w./-]*$/,
    };
  }
  const path = context.matchBefore(/[A-Za-z_][\w.:]*/);
  const start = path?.from ?? context.pos;
  const before = context.state.sliceDoc(Math.max(0, start - CALL_REACH), start);
  const keys = tableKeys(before, docs);
  if (!path) {
    const options = [...keys, ...globals(context, docs, "")];
    return context.explicit ? { from: context.pos, options } : null;
  }
  const dot = Math.max(path.text.lastIndexOf("."), path.text.lastIndexOf(":"));
  const from = path.from + dot + 1;
  if (dot >= 0) {
    const parent = path.text.slice(0, dot);
    const given =
      parent === "ctx" ? around.contextKeys().map((label) => ({ label, type: "property" })) : [];
    const options = [...given, ...docs.children(parent).map(option)];
    return options.length > 0 ? { from, options, validFor: /^\w*$/ } : null;
  }
  if (!context.explicit && path.text.length < 2) return null;
  const options = [...keys, ...globals(context, docs, path.text)];
  return { from, options, validFor: /^\w*$/ };
}

function globals({ state }: CompletionContext, docs: LuaDocs, typed: string): Completion[] {
  const documented = docs.children("").map(option);
  const known = new Set(documented.map(({ label }) => label));
  const own = ownNames(state.doc, typed).filter(({ label }) => !known.has(label));
  return [...documented, ...keywords, ...own];
}

/** Whether a place is inside of a comment or a string of its line, as far as the line tells. */
const inComment = (before: string): boolean =>
  /--/.test(before.replace(/(["'])(?:\\.|(?!\1).)*\1/g, ""));

export const luaCompletion =
  (around: LuaSurroundings) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    if (inComment(line.text.slice(0, context.pos - line.from))) return null;
    return complete(context, await loadDocs(), around);
  };

/** The documented name around a column of a line. */
function nameAt(text: string, column: number, docs: LuaDocs) {
  for (const match of text.matchAll(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g)) {
    const from = match.index;
    if (column < from || column > from + match[0].length) continue;
    // Over `alc` of `alc.llm` the table is meant, over `llm` the function.
    const rest = match[0].slice(column - from).match(/^\w*/)?.[0].length ?? 0;
    const path = match[0].slice(0, column - from + rest);
    const entry = docs.find(path);
    return entry && { entry, from, to: from + path.length };
  }
  return undefined;
}

export const luaHover = () =>
  hoverTooltip(
    async (view, pos): Promise<Tooltip | null> => {
      const line = view.state.doc.lineAt(pos);
      const found = nameAt(line.text, pos - line.from, await loadDocs());
      if (!found) return null;
      return {
        pos: line.from + found.from,
        end: line.from + found.to,
        above: true,
        create: () => ({ dom: describe(found.entry) }),
      };
    },
    { hoverTime: 250 },
  );
