// The model of `npm run check:bundled` gives what a prompt asks for.

import assert from "node:assert/strict";
import test from "node:test";
import { bundledAnswer } from "../../scripts/lib/bundled-model.mjs";

const answer = (prompt, system = null) => bundledAnswer({ prompt, system });
const topics = Array.from({ length: 20 }, (_, i) => `Topic ${i}.\n`);
const answers = (prompt, system) => topics.map((topic) => answer(topic + prompt, system));

test("it gives the JSON that a prompt sketches", () => {
  for (const text of answers('Reply in JSON: {"score": N, "passed": true/false, "why": "..."}')) {
    const { score, passed, why } = JSON.parse(text);
    assert.ok(Number.isInteger(score) && score >= 1 && score <= 10);
    assert.equal(typeof passed, "boolean");
    assert.match(why, /\w/);
  }
  const [list] = JSON.parse(
    answer('STRICT JSON:\n{"acts":[\n {"type":"<kind>","to":[<id>]}\n]}'),
  ).acts;
  assert.match(list.type, /\w/);
  assert.equal(typeof list.to[0], "number");
  const kinds = answers('JSON, one of {"kind": "a|b"}').map((text) => JSON.parse(text).kind);
  assert.deepEqual([...new Set(kinds)].sort(), ["a", "b"]);
});

test("broken sketches of JSON end, too", () => {
  for (const sketch of ['{"a": ', '{"a": [1, {"b"', '{"a" "b": }', '[{"a": , }, ...]', '{"a":]}']) {
    assert.equal(typeof answer(`JSON ${sketch}`), "string");
  }
});

test("it fills in labelled lines", () => {
  const text = answer("SCORE: [1-10]\nVERDICT: GOOD or BAD\nREASON: [brief explanation]");
  const [, score] = text.match(/^SCORE: (\d+)$/m);
  assert.ok(score >= 1 && score <= 10);
  assert.match(text, /^VERDICT: (?:GOOD|BAD)$/m);
  assert.match(text, /^REASON: \w/m);
  assert.match(answer("EXPERT: [role] | QUESTION: [question]"), /^EXPERT: .+ \| QUESTION: .+$/m);
});

test("it chooses among words, lines and identifiers, all of them at times", () => {
  const asked = "Reply with ONLY 'PASS' if it is right, or 'FAIL' if not.";
  const words = answers(asked).map((text) => text.split("\n")[0]);
  assert.deepEqual([...new Set(words)].sort(), ["FAIL", "PASS"]);
  const verdicts = new Set(answers("Verdict: A\n  or\nVerdict: B\n  or\nVerdict: tie"));
  assert.deepEqual([...verdicts].sort(), ["Verdict: A", "Verdict: B", "Verdict: tie"]);
  const ids = new Set(answers("[1] x\n\n[2] y\n\nThe identifier of the better one."));
  assert.deepEqual([...ids].sort(), ["1", "2"]);
});

test("it gives numbers and lists", () => {
  for (const text of answers("Rate it on a 0-10 scale. Reply with ONLY the number.")) {
    assert.match(text, /^(?:\d|10)$/);
  }
  assert.equal(answer("One question per line, numbered.").match(/^\d\. \w/gm).length, 3);
});

test("the same query gets the same answer", () => {
  assert.deepEqual(answers("Why?"), answers("Why?"));
  assert.ok(new Set(answers("Why?")).size > 10);
});
