// What `types/alc.d.lua` and `lua-std.d.lua` say about the names a program may use.
// The format is that of the Lua language server: a declaration without a body, with
// comments that begin with `---` before it.

/** One documented name. */
export interface LuaEntry {
  /** As a program writes it: `alc.llm`, `string.format`, `print`. */
  path: string;
  kind: "function" | "table" | "value";
  /** With parameters and results: `alc.llm(prompt, opts?): string`. */
  signature: string;
  /** Prose, in paragraphs. */
  text: string;
  params: LuaParam[];
}

export interface LuaParam {
  name: string;
  type: string;
  text: string;
}

/** The comment before a declaration, taken apart. */
interface Comment {
  prose: string[];
  params: LuaParam[];
  returns: string[];
  type: string | null;
  className: string | null;
  fields: LuaParam[];
}

const emptyComment = (): Comment => ({
  prose: [],
  params: [],
  returns: [],
  type: null,
  className: null,
  fields: [],
});

/** The type at the start of a text: it may hold spaces between brackets and around `|`. */
function typeAt(text: string): { type: string; rest: string } {
  let depth = 0;
  let end = 0;
  for (; end < text.length; end += 1) {
    const char = text[end] ?? "";
    if ("<({[".includes(char)) depth += 1;
    else if (">)}]".includes(char)) depth -= 1;
    else if (char === " " && depth === 0) {
      const joined =
        /[|:,]$/.test(text.slice(0, end)) ||
        /^\s*\|/.test(text.slice(end)) ||
        /\bfun$/.test(text.slice(0, end));
      if (!joined) break;
    }
  }
  const rest = text.slice(end).replace(/^\s*[#@-]*\s*/, "");
  return { type: text.slice(0, end), rest };
}

function readTag(comment: Comment, tag: string, text: string): void {
  if (tag === "param" || tag === "field") {
    const [, name = "", rest = ""] = text.match(/^(\S+)\s*(.*)$/) ?? [];
    const { type, rest: about } = typeAt(rest);
    comment[tag === "param" ? "params" : "fields"].push({ name, type, text: about });
  } else if (tag === "return") {
    comment.returns.push(typeAt(text).type);
  } else if (tag === "type") {
    comment.type = typeAt(text).type;
  } else if (tag === "class") {
    comment.className = text.split(/[\s:]/)[0] ?? null;
  }
}

function signatureOf(path: string, args: string, comment: Comment): string {
  const names = args
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const optional = new Set(
    comment.params
      .filter(({ name, type }) => name.endsWith("?") || /\?$|\|nil$/.test(type))
      .map(({ name }) => name.replace(/\?$/, "")),
  );
  const shown = names.map((name) => (optional.has(name) ? `${name}?` : name)).join(", ");
  const returns = comment.returns.length > 0 ? `: ${comment.returns.join(", ")}` : "";
  return `${path}(${shown})${returns}`;
}

const FUNCTION = /^(?:local\s+)?function\s+([\w.:]+)\s*\(([^)]*)\)/;
const ASSIGNMENT = /^(?:local\s+)?([\w.]+)\s*=\s*(.*)$/;

/** Local names of a declaration file that stand for others: `local M = {}` of `---@class alc`. */
type Aliases = Map<string, string>;

function resolved(path: string, aliases: Aliases): string {
  const [head = "", ...rest] = path.replaceAll(":", ".").split(".");
  return [aliases.get(head) ?? head, ...rest].join(".");
}

function declaration(line: string, comment: Comment, aliases: Aliases): LuaEntry | null {
  const text = comment.prose.join("\n").trim();
  const { params } = comment;
  const call = line.match(FUNCTION);
  if (call?.[1]) {
    const path = resolved(call[1], aliases);
    return {
      path,
      kind: "function",
      signature: signatureOf(path, call[2] ?? "", comment),
      text,
      params,
    };
  }
  const assignment = line.match(ASSIGNMENT);
  if (!assignment?.[1]) return null;
  if (line.startsWith("local ")) {
    if (comment.className) aliases.set(assignment[1], comment.className);
    else return null;
  }
  const path = resolved(assignment[1], aliases);
  const table = assignment[2]?.startsWith("{") ?? false;
  const type = comment.type ? `: ${comment.type}` : "";
  return { path, kind: table ? "table" : "value", signature: `${path}${type}`, text, params };
}

/** What a declaration file says. */
export interface Declarations {
  /** All documented names, in the order of the file. */
  entries: LuaEntry[];
  /** The fields of tables of a kind, by its class: `alc.LlmOptions`. */
  classes: Map<string, LuaParam[]>;
}

export function readDeclarations(source: string): Declarations {
  const entries = new Map<string, LuaEntry>();
  const classes = new Map<string, LuaParam[]>();
  const aliases: Aliases = new Map();
  let comment = emptyComment();
  for (const raw of source.split("\n")) {
    const line = raw.trim();
    const tag = line.match(/^---\s?@(\w+)\s*(.*)$/);
    if (tag?.[1]) readTag(comment, tag[1], tag[2] ?? "");
    else if (line.startsWith("---")) comment.prose.push(line.replace(/^---+ ?/, ""));
    else {
      const entry = line === "" ? null : declaration(line, comment, aliases);
      if (entry && !entries.has(entry.path)) entries.set(entry.path, entry);
      if (comment.className) classes.set(comment.className, comment.fields);
      comment = emptyComment();
    }
  }
  return { entries: [...entries.values()], classes };
}

/** Documented names, found by their path. */
export class LuaDocs {
  readonly #byPath: Map<string, LuaEntry>;
  readonly #children = new Map<string, LuaEntry[]>();
  readonly #classes: Map<string, LuaParam[]>;

  constructor(files: readonly Declarations[]) {
    const entries = files.flatMap((file) => file.entries);
    this.#classes = new Map(files.flatMap(({ classes }) => [...classes]));
    this.#byPath = new Map(entries.map((entry) => [entry.path, entry]));
    for (const entry of entries) {
      const dot = entry.path.lastIndexOf(".");
      const parent = dot < 0 ? "" : entry.path.slice(0, dot);
      const siblings = this.#children.get(parent);
      if (siblings) siblings.push(entry);
      else this.#children.set(parent, [entry]);
    }
    for (const parent of this.#children.keys()) this.#addTable(parent);
  }

  /** A library that only its functions are documented of is a name, too. */
  #addTable(path: string): void {
    if (path === "" || path.includes(".") || this.#byPath.has(path)) return;
    const entry: LuaEntry = { path, kind: "table", signature: path, text: "", params: [] };
    this.#byPath.set(path, entry);
    this.#children.set("", [...(this.#children.get("") ?? []), entry]);
  }

  find(path: string): LuaEntry | undefined {
    return this.#byPath.get(path);
  }

  /** The fields that a table may have which is the nth argument, from 0, of a function. */
  fields(path: string, argument: number): readonly LuaParam[] {
    const type = this.#byPath.get(path)?.params[argument]?.type ?? "";
    return [...type.matchAll(/[A-Za-z_][\w.]*/g)].flatMap(
      ([name]) => this.#classes.get(name) ?? [],
    );
  }

  /** The names below a table; of "" the globals. */
  children(path: string): readonly LuaEntry[] {
    return this.#children.get(path) ?? [];
  }
}

const sources = import.meta.glob<string>(["../../../types/*.d.lua", "./lua-std.d.lua"], {
  query: "?raw",
  import: "default",
});

let docs: Promise<LuaDocs> | undefined;

/** Loads the declarations, once. */
export function loadDocs(): Promise<LuaDocs> {
  docs ??= Promise.all(Object.values(sources).map((load) => load())).then(
    (texts) => new LuaDocs(texts.map(readDeclarations)),
  );
  return docs;
}
