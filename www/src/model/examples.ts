// Programs to begin with in the editor.

import type { Script } from "../../../strategies/scripted-model.mjs";

export interface Example {
  name: string;
  source: string;
  ctx: string;
  script: Script;
}

const script = (...answers: string[]): Script => ({
  rules: answers.length > 0 ? [{ answers }] : [],
  otherwise: "A scripted answer.",
});

export const examples: Example[] = [
  {
    name: "Two questions",
    source: `-- The program stops at each alc.llm until it is answered.
local name = alc.llm("What is a good name for a cat?", { role = "namer" })

local verse = alc.llm("Write two lines about a cat called " .. name .. ".", {
  system = ctx.style,
  max_tokens = 200,
})

return { name = name, verse = verse }
`,
    ctx: '{ "style": "You write simple rhymes." }',
    script: script("Minka", "Minka sleeps the day away,\nand keeps the night for mice and play."),
  },
  {
    name: "A vote",
    source: `-- alc.llm_batch asks several questions in one pause.
local queries = {}
for i = 1, ctx.voters do
  queries[i] = { prompt = ctx.question, role = "voter " .. i, max_tokens = 20 }
end

local count = {}
for i, answer in ipairs(alc.llm_batch(queries)) do
  local vote = alc.match_enum(answer, { "tea", "coffee" }) or "neither"
  count[vote] = (count[vote] or 0) + 1
  alc.log("info", ("voter %d: %s"):format(i, vote))
  alc.progress(i, ctx.voters, vote)
end

alc.stats.record("votes", count)
return count
`,
    ctx: '{\n  "voters": 5,\n  "question": "Tea or coffee? One word."\n}',
    script: script("Tea.", "Coffee", "I prefer tea", "coffee!", "Tea"),
  },
  {
    name: "An error",
    source: `local function grade(answer)
  local number = answer:match("%d+")
  -- Without a number in the answer this adds to nil.
  return number + 1
end

local function judge()
  return { grade = grade(alc.llm("Grade this work from 1 to 6.")) }
end

return judge()
`,
    ctx: "{}",
    script: script("Very good work!"),
  },
  {
    name: "An endless loop",
    source: `-- The page stays alive, and Stop ends it.
print("this takes a while")
while true do end
`,
    ctx: "{}",
    script: script(),
  },
];
