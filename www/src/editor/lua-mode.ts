// Lua 5.4 for CodeMirror: tokens and indentation.

import { LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";

interface State {
  /** Inside a long bracket: the number of its equals signs; else -1. */
  level: number;
  /** Whether that long bracket is a comment. */
  comment: boolean;
  /** Blocks, tables and brackets that are open. */
  depth: number;
}

export const KEYWORDS =
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(
    " ",
  );

const keywords = new Set(KEYWORDS);
const atoms = new Set(["nil", "true", "false"]);
const openers = new Set(["do", "then", "repeat", "function"]);
const closers = new Set(["end", "until", "elseif"]);

const standard = new Set(
  (
    "_ENV _G _VERSION alc assert collectgarbage coroutine ctx debug error getmetatable io ipairs load math next os " +
    "package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber " +
    "tostring type utf8 warn xpcall"
  ).split(" "),
);

const NUMBER =
  /^(?:0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
const OPERATOR = /^(?:\.\.\.|\.\.|::|\/\/|<<|>>|[=~<>]=|[-+*/%^#&~|<>=])/;
const STRING = { '"': /^"(?:\\.|[^"\\])*"?/, "'": /^'(?:\\.|[^'\\])*'?/ };

/** The rest of a long bracket, on this line at most. */
function longBracket(stream: { string: string; pos: number; skipToEnd(): void }, state: State) {
  const close = `]${"=".repeat(state.level)}]`;
  const at = stream.string.indexOf(close, stream.pos);
  if (at < 0) stream.skipToEnd();
  else {
    stream.pos = at + close.length;
    state.level = -1;
  }
  return state.comment ? "comment" : "string";
}

function word(text: string, before: string, after: string, state: State): string {
  // A field may not be named like a keyword, so only the names need a look around.
  if (keywords.has(text)) {
    if (openers.has(text)) state.depth += 1;
    if (closers.has(text)) state.depth = Math.max(0, state.depth - 1);
    return atoms.has(text) ? "atom" : "keyword";
  }
  if (/[^.]\.$|^\.$|:$/.test(before) && !before.endsWith("::")) {
    return /^\s*[({"']/.test(after) ? "propertyName.function" : "propertyName";
  }
  if (text === "self") return "variableName.special";
  if (standard.has(text)) return "variableName.standard";
  return /^\s*[({"']/.test(after) ? "variableName.function" : "variableName";
}

const parser: StreamParser<State> = {
  name: "lua",
  startState: () => ({ level: -1, comment: false, depth: 0 }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (state.level >= 0) return longBracket(stream, state);
    if (stream.eatSpace()) return null;
    const comment = stream.match(/^--/) !== null;
    const long = stream.match(/^\[(=*)\[/) as RegExpMatchArray | null;
    if (long) {
      state.level = long[1]?.length ?? 0;
      state.comment = comment;
      return longBracket(stream, state);
    }
    if (comment) {
      stream.skipToEnd();
      return "comment";
    }
    const next = stream.peek();
    if (next === '"' || next === "'") {
      stream.match(STRING[next]);
      return "string";
    }
    if (stream.match(NUMBER)) return "number";
    const name = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
    if (name) {
      const line = stream.string;
      return word(name[0], line.slice(0, stream.start).trimEnd(), line.slice(stream.pos), state);
    }
    if (stream.match(/^<(?:const|close)>/)) return "modifier";
    if (stream.match(OPERATOR)) return "operator";
    const bracket = stream.next();
    if (bracket && "({[".includes(bracket)) state.depth += 1;
    if (bracket && ")}]".includes(bracket)) state.depth = Math.max(0, state.depth - 1);
    return bracket && /[(){}[\]]/.test(bracket) ? "bracket" : "punctuation";
  },
  indent(state, textAfter, context) {
    if (state.level >= 0) return null;
    const dedent = /^\s*(?:end|else|elseif|until|[)}\]])/.test(textAfter) ? 1 : 0;
    return Math.max(0, state.depth - dedent) * context.unit;
  },
  languageData: {
    commentTokens: { line: "--", block: { open: "--[[", close: "]]" } },
    indentOnInput: /^\s*(?:end|else|elseif|until|[)}\]])$/,
    closeBrackets: { brackets: ["(", "[", "{", "'", '"'] },
  },
};

export const luaLanguage = StreamLanguage.define(parser);

export const lua = (): LanguageSupport => new LanguageSupport(luaLanguage);
