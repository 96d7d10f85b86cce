// The scripted model: which rule answers, how templates are filled in, what is refused.

import assert from "node:assert/strict";
import test from "node:test";
import { ScriptedModel, ScriptFormatError, shorten } from "../../strategies/scripted-model.mjs";

const ask = (rules, query, otherwise) =>
  new ScriptedModel({ rules, otherwise }).reply({ prompt: "", ...query });

test("the first rule whose conditions all hold answers", () => {
  const rules = [
    { role: "critic", match: ["red", "blue"], answers: "both" },
    { role: "critic", match: "red", answers: "red" },
    { system: "strict", answers: "strict" },
    { tags: { draft: "old" }, answers: "old draft" },
  ];
  const cases = [
    [{ role: "critic", prompt: "red and blue" }, "both", 0],
    [{ role: "critic", prompt: "red" }, "red", 1],
    [{ role: "judge", prompt: "red", system: "be strict" }, "strict", 2],
    [{ prompt: "<draft>an old one</draft>" }, "old draft", 3],
    [{ prompt: "<draft>a new one</draft> old" }, "none", -1],
    [{ role: "judge", prompt: "red" }, "none", -1],
    [{ role: "critic", prompt: "Red", system: null }, "none", -1],
  ];
  for (const [query, response, rule] of cases) {
    assert.deepEqual(ask(rules, query, "none"), { response, rule });
  }
  assert.equal(ask([], {}).response, "");
});

test("answers come in turn, and the count survives a change of models", () => {
  const script = { rules: [{ answers: ["a{{n}}", "b{{ n }}"] }] };
  const model = new ScriptedModel(script);
  const next = () => model.reply({ prompt: "" }).response;
  assert.deepEqual([next(), next(), next()], ["a1", "b2", "a3"]);
  const fork = new ScriptedModel(script, model.counts);
  assert.equal(fork.reply({ prompt: "" }).response, "b4");
  assert.equal(next(), "b4");
});

test("templates take the text between tags", () => {
  const prompt = "<task>\n  one  two\nthree {{n}} \n</task> <task>other</task> <open>no end";
  const fill = (template) => ask([{ answers: template }], { prompt }).response;
  assert.equal(fill("[{{task}}]"), "[one  two\nthree {{n}}]");
  assert.equal(fill("[{{task|9}}]"), "[one two…]");
  assert.equal(fill("[{{ task | 99 }}]"), "[one two three {{n}}]");
  assert.equal(fill("[{{open}}][{{missing}}][{{missing|5}}]"), "[no end][][]");
  assert.equal(fill("{{}} {task} {{a b}}"), "{{}} {task} {{a b}}");
});

test("shortening counts characters, not code units", () => {
  assert.equal(shorten("😀😀😀", 3), "😀😀😀");
  assert.equal(shorten("😀😀😀😀", 3), "😀😀…");
  assert.equal(shorten("abc", 0), "…");
});

test("what is no script is refused, and the place named", () => {
  const cases = [
    [null, /script must be an object/],
    [{ rules: {} }, /list of rules/],
    [{ rules: [], otherwise: 5 }, /otherwise must be a string/],
    [{ rules: [{ answers: "a" }, 5] }, /rules\[1\] must be an object/],
    [{ rules: [{}] }, /rules\[0\]\.answers must be/],
    [{ rules: [{ answers: [] }] }, /rules\[0\]\.answers must be/],
    [{ rules: [{ answers: "a", match: [1] }] }, /rules\[0\]\.match must be/],
    [{ rules: [{ answers: "a", role: 1 }] }, /rules\[0\]\.role must be/],
    [{ rules: [{ answers: "a", tags: "x" }] }, /rules\[0\]\.tags must be/],
    [{ rules: [{ answers: "a", tags: { t: 1 } }] }, /rules\[0\]\.tags\.t must be/],
    [{ rules: [{ answers: "a", mach: "x" }] }, /rules\[0\]\.mach is unknown/],
  ];
  for (const [script, message] of cases) {
    assert.throws(
      () => new ScriptedModel(script),
      (error) => error instanceof ScriptFormatError && message.test(error.message),
    );
  }
});
