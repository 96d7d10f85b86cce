// A model that answers from a script: ordered rules, the first that fits answers.
// It lets a strategy run from start to end without a real model. The format is
// described in strategies/README.md. No host is needed: it works in browsers, too.

/** Thrown for a script that is not one; the message names the place in it. */
export class ScriptFormatError extends Error {
  constructor(message) {
    super(message);
    this.name = "ScriptFormatError";
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function textsOf(value, place) {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((text) => typeof text === "string")) {
    throw new ScriptFormatError(`${place} must be a string or a non-empty list of strings`);
  }
  return list;
}

const RULE_KEYS = ["role", "match", "tags", "system", "answers"];

function checkedRule(rule, place) {
  if (!isObject(rule)) throw new ScriptFormatError(`${place} must be an object`);
  for (const key of Object.keys(rule)) {
    if (!RULE_KEYS.includes(key)) {
      throw new ScriptFormatError(`${place}.${key} is unknown; there are ${RULE_KEYS.join(", ")}`);
    }
  }
  const { role, match = [], tags = {}, system = [], answers } = rule;
  if (role !== undefined && typeof role !== "string") {
    throw new ScriptFormatError(`${place}.role must be a string`);
  }
  if (!isObject(tags)) throw new ScriptFormatError(`${place}.tags must be an object`);
  return {
    role,
    match: rule.match === undefined ? match : textsOf(match, `${place}.match`),
    system: rule.system === undefined ? system : textsOf(system, `${place}.system`),
    tags: Object.entries(tags).map(([name, text]) => [
      name,
      textsOf(text, `${place}.tags.${name}`),
    ]),
    answers: textsOf(answers, `${place}.answers`),
  };
}

/** What stands between the first `<name>` of a prompt and the `</name>` after it, trimmed; "" without. */
export function tagText(prompt, name) {
  const open = `<${name}>`;
  const from = prompt.indexOf(open);
  if (from < 0) return "";
  const to = prompt.indexOf(`</${name}>`, from);
  return prompt.slice(from + open.length, to < 0 ? undefined : to).trim();
}

/** One line of at most `length` characters; what is cut off shows as "…". */
export function shorten(text, length) {
  const characters = [...text.replace(/\s+/g, " ").trim()];
  if (characters.length <= length) return characters.join("");
  return `${characters
    .slice(0, Math.max(0, length - 1))
    .join("")
    .trimEnd()}…`;
}

function filledIn(template, prompt, count) {
  return template.replace(/\{\{\s*([\w-]+)\s*(?:\|\s*(\d+)\s*)?\}\}/g, (_, name, length) => {
    if (name === "n") return String(count);
    const text = tagText(prompt, name);
    return length === undefined ? text : shorten(text, Number(length));
  });
}

const holdsAll = (text, parts) => parts.every((part) => text.includes(part));

function fits(rule, query) {
  return (
    (rule.role === undefined || rule.role === query.role) &&
    holdsAll(query.prompt, rule.match) &&
    holdsAll(query.system ?? "", rule.system) &&
    rule.tags.every(([name, parts]) => holdsAll(tagText(query.prompt, name), parts))
  );
}

/** Answers queries by a script. It counts how often each rule answered, so use one per session. */
export class ScriptedModel {
  #rules;
  #otherwise;
  #counts;

  /**
   * @param {import("./scripted-model.d.mts").Script} script
   * @param {number[]} [counts] how often each rule has answered, from `counts` of another model
   */
  constructor(script, counts) {
    if (!isObject(script) || !Array.isArray(script.rules)) {
      throw new ScriptFormatError("the script must be an object with a list of rules");
    }
    if (script.otherwise !== undefined && typeof script.otherwise !== "string") {
      throw new ScriptFormatError("otherwise must be a string");
    }
    this.#rules = script.rules.map((rule, i) => checkedRule(rule, `rules[${i}]`));
    this.#otherwise = script.otherwise ?? "";
    this.#counts = this.#rules.map((_, i) => counts?.[i] ?? 0);
  }

  /** How often each rule has answered: hand it to the model of a forked or restored session. */
  get counts() {
    return [...this.#counts];
  }

  /** The answer to a query, and the index of the rule that gave it (-1: none did). */
  reply(query) {
    const index = this.#rules.findIndex((rule) => fits(rule, query));
    if (index < 0) return { response: filledIn(this.#otherwise, query.prompt, 0), rule: -1 };
    const count = this.#counts[index];
    this.#counts[index] = count + 1;
    const { answers } = this.#rules[index];
    return {
      response: filledIn(answers[count % answers.length], query.prompt, count + 1),
      rule: index,
    };
  }
}
