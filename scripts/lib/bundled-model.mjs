// A model for packages whose prompts nobody here has written: it looks at what a
// prompt asks for (JSON, labelled lines, a list, one of several words, a number)
// and gives that. The answer is a function of the query's text alone, so a run is
// the same every time, and a restored session gets what the first one got.

/** A whole number from a text (FNV-1a, 32 bits): different texts get different answers. */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  // The low bits of FNV are weak.
  return (hash ^ (hash >>> 15)) >>> 0;
}

const pick = (list, seed) => list[seed % list.length];

const SENTENCES = [
  "The product of 6 and 7 is 42.",
  "Six sevens add up to 42, which can be checked by counting.",
  "Seven sixes are 42, since 7 * 5 = 35 and 35 + 7 = 42.",
  "Half of 84 is 42, and 84 is 12 times 7.",
];

const sentence = (seed) => `${pick(SENTENCES, seed)} (${seed % 1000})`;

// ── JSON ────────────────────────────────────────────────────────────────────

/** Where the last balanced `{…}` or `[…]` with a key or a string in it stands; null if nowhere. */
function lastTemplate(text) {
  const candidates = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "{" && text[at] !== "[") continue;
    const end = closing(text, at);
    if (end < 0) continue;
    const part = text.slice(at, end + 1);
    if (/"\s*:|^\[\s*["{]/.test(part)) candidates.push(part);
    at = end;
  }
  return candidates.at(-1) ?? null;
}

/** The index of the bracket that closes the one at `at`; -1 without. */
function closing(text, at) {
  let depth = 0;
  let quoted = false;
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "{" || c === "[") depth++;
    else if ((c === "}" || c === "]") && --depth === 0) return i;
  }
  return -1;
}

/** Reads a sketch of JSON (`{"score": N, "kind": "a|b", …}`) and fills in what it leaves open. */
class Sketch {
  #text;
  #at = 0;
  #seed;

  constructor(text, seed) {
    this.#text = text;
    this.#seed = seed;
  }

  #skip(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found?.[0];
  }

  #next() {
    this.#seed = hashOf(`${this.#seed}`);
    return this.#seed;
  }

  value(key = "") {
    const first = this.#one(key);
    // `true|false`, `"a"|"b"`: one of them.
    const choices = [first];
    while (this.#skip(/\s*[|/]\s*/y)) choices.push(this.#one(key));
    return pick(choices, this.#next());
  }

  #one(key) {
    this.#skip(/\s*/y);
    const c = this.#text[this.#at];
    if (c === "{") return this.#object();
    if (c === "[") return this.#array(key);
    if (c === '"') return this.#string(key);
    const word = this.#skip(/<[^>]*>|[^\s,|/\]}]+/y) ?? "";
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    const range = word.match(/^(-?\d+(?:\.\d+)?)\s*(?:-|\.\.)\s*(\d+(?:\.\d+)?)$/);
    if (range) return numberIn(Number(range[1]), Number(range[2]), this.#next());
    if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
    return numberIn(1, 10, this.#next());
  }

  #object() {
    const object = {};
    this.#at++;
    for (;;) {
      this.#skip(/[\s,]*(?:\.\.\.|…)?[\s,]*/y);
      if (this.#skip(/\}/y) || this.#at >= this.#text.length) return object;
      const key = this.#skip(/"[^"]*"/y);
      if (!key || !this.#skip(/\s*:/y)) {
        this.#at++;
        continue;
      }
      object[key.slice(1, -1)] = this.value(key);
    }
  }

  #array(key) {
    const array = [];
    this.#at++;
    for (;;) {
      this.#skip(/[\s,]*(?:\.\.\.|…)?[\s,]*/y);
      if (this.#skip(/\]/y) || this.#at >= this.#text.length) return array;
      const before = this.#at;
      array.push(this.value(key));
      if (this.#at === before) this.#at++;
    }
  }

  #string(key) {
    const text = (this.#skip(/"(?:\\.|[^"\\])*"/y) ?? '""').slice(1, -1);
    if (/^[\w -]+(\|[\w -]+)+$/.test(text)) return pick(text.split("|"), this.#next()).trim();
    if (/^(\.\.\.|…)?$|[<\s[]/.test(text)) return sentence(hashOf(key) ^ this.#next());
    return text;
  }
}

// ── Lines with labels ───────────────────────────────────────────────────────

const LABEL =
  /^[\s>*\-\d.()]*((?:[A-Z][A-Z0-9_ /]*|(?:Step|Option|H|Q|Claim|Final Answer|Answer|Confidence)\s*[A-Z\d]*))(\s*:\s*|\s+—\s+)(.*)$/;

/** Labelled lines that a prompt shows as the format of its answer. */
function labelledLines(prompt, seed) {
  const lines = [];
  // What stands at the end is the format; what came before may be quoted.
  for (const line of prompt.split("\n").slice(-16)) {
    const [, label, , rest] = line.match(LABEL) ?? [];
    if (!label || label.length > 40) continue;
    if (!/[[<(|/]|\bor\b|\d\.\d|\.\.\.|…/.test(rest)) continue;
    lines.push(`${label}: ${filled(rest, label, hashOf(`${seed}${label}`))}`);
  }
  return lines;
}

/** What a labelled line's text asks for. */
function filled(rest, label, seed) {
  const parts = rest.split(/\s\|\s(?=[A-Z]+:)/);
  if (parts.length > 1) {
    return parts
      .map((part) => part.match(/^([A-Z_]+:)?\s*(.*)$/))
      .map(([, name = "", what]) =>
        `${name} ${filled(what, name, hashOf(`${seed}${name}`))}`.trim(),
      )
      .join(" | ");
  }
  const words = choices(rest);
  if (words.length > 1) return pick(words, seed);
  const number = numberAsked(`${label} ${rest}`, seed);
  if (number !== null) return String(number);
  return sentence(seed);
}

/** Words in capitals, or in quotes, between which a text lets one choose. */
function choices(text) {
  const capitals = text.match(
    /\b[A-Z][A-Z_]{1,}\b(?=\s*(?:[|/,]|or\b|and\b|:|—|$))|(?<=(?:or|[|/,])\s*)\b[A-Z][A-Z_]+\b/g,
  );
  if (capitals && new Set(capitals).size > 1) return [...new Set(capitals)];
  const quoted = [...text.matchAll(/['"`]([\w -]{1,24})['"`]/g)].map(([, word]) => word);
  if (new Set(quoted).size > 1) return [...new Set(quoted)];
  const bars = text.match(/[\w-]+(?:\s*\|\s*[\w-]+)+/)?.[0];
  return bars ? bars.split("|").map((word) => word.trim()) : [];
}

// ── Numbers ─────────────────────────────────────────────────────────────────

function numberIn(low, high, seed) {
  if (high <= 1) return Math.round((low + ((high - low) * (seed % 101)) / 100) * 100) / 100;
  return low + (seed % (high - low + 1));
}

/** A number of the range that a text names; null if it asks for none. */
function numberAsked(text, seed) {
  const range = text.match(/(\d+(?:\.\d+)?)\s*(?:-|–|to|\.\.)\s*(\d+(?:\.\d+)?)/);
  if (range && Number(range[2]) > Number(range[1])) {
    return numberIn(Number(range[1]), Number(range[2]), seed);
  }
  return /\bnumber\b|\bscore\b|0\.X/i.test(text) ? numberIn(1, 10, seed) : null;
}

// ── The model ───────────────────────────────────────────────────────────────

const steps = (seed) =>
  ["Step", "Step", "Step"].map((word, i) => `${word} ${i + 1}: ${sentence(seed + i)}`).join("\n");

/** The answer to a query. */
export function bundledAnswer({ prompt, system }) {
  const text = `${system ?? ""}\n${prompt}`;
  const seed = hashOf(text);
  // What is asked for stands at the end of the prompt, or in the system prompt.
  const request = `${prompt.slice(-700)}\n${system ?? ""}`;
  if (/\bJSON\b/.test(text)) {
    const sketch = lastTemplate(prompt) ?? lastTemplate(system ?? "");
    if (sketch) return JSON.stringify(new Sketch(sketch, seed).value());
  }
  const alternatives = [
    ...prompt.matchAll(/^(\w+): (\w+)$(?=\n\s*or\b)|(?<=\bor\n)(\w+): (\w+)$/gm),
  ];
  if (alternatives.length > 1) return pick(alternatives, seed)[0];
  if (/\bidentifier\b/.test(request)) {
    const ids = [...prompt.matchAll(/^\[(\d+)\]/gm)].map(([, id]) => id);
    if (ids.length > 0) return pick(ids, seed);
  }
  const lines = labelledLines(prompt, seed);
  if (lines.length > 0) {
    const onlyAnswer = /^(Step|H\d|Option)/.test(lines[0]);
    return onlyAnswer ? lines.join("\n") : `${sentence(seed)}\n${lines.join("\n")}`;
  }
  if (/only (?:the|a|one)? ?number|just the number|number only|single number/i.test(request)) {
    return String(numberAsked(request, seed) ?? numberIn(1, 10, seed));
  }
  if (/\b(?:one word|exactly one|ONLY|output|answer|reply|respond|classify)\b/i.test(request)) {
    const asking = request
      .split(/\n|(?<=[.?!])\s/)
      .filter((line) => /one of|\bor\b|only|exactly|if\b|output|reply|yes/i.test(line));
    const words = asking.flatMap(choices);
    if (words.length > 1) return `${pick([...new Set(words)], seed)}\n${sentence(seed)}`;
    const sole = request.match(/\b(?:output|reply|answer|say)[: ]+['"]?([A-Z]{3,}(?:_[A-Z]+)*)\b/);
    if (sole && seed % 2 === 0) return sole[1];
  }
  if (/\byes\b.{0,20}\bno\b/i.test(request)) return `${seed % 3 ? "YES" : "NO"}. ${sentence(seed)}`;
  if (/\\boxed/.test(request)) return `${sentence(seed)}\n\\boxed{${seed % 4 ? 42 : 41}}`;
  if (/numbered|one per line|each on a separate line|\n\s*1\. \[|List /i.test(request)) {
    return [1, 2, 3].map((i) => `${i}. ${sentence(seed + i)}`).join("\n");
  }
  if (/\b(?:rate|score|scale)\b.{0,60}\d+\s*(?:-|to)\s*\d+/is.test(request)) {
    return `Score: ${numberAsked(request, seed)}\n${sentence(seed)}`;
  }
  if (/step by step|each step/i.test(request)) return `${steps(seed)}\nFinal Answer: 42`;
  return `${sentence(seed)}\nAnswer: ${seed % 4 ? 42 : 41}`;
}
