// What every target runs: programs with several pauses, to their end. It uses
// nothing but the language, so that it runs everywhere.

const SORT = `
local asked = 0
local items = alc.map({ "pear", "fig", "apple" }, function(item)
  asked = asked + 1
  return alc.llm("A word for " .. item .. "?")
end)
table.sort(items, function(a, b)
  return alc.match_bool(alc.llm("Does " .. a .. " come before " .. b .. "?"))
end)
return { items = items, asked = asked }
`;

/** Answers in capitals, and compares by the alphabet. */
function answer(prompt) {
  const comparison = prompt.match(/^Does (\w+) come before (\w+)\?$/);
  if (comparison) return comparison[1] < comparison[2] ? "yes" : "no";
  return prompt.match(/^A word for (\w+)\?$/)[1].toUpperCase();
}

/** What `program` must resolve with, save the version. */
export const expected = {
  items: ["APPLE", "FIG", "PEAR"],
  asked: 3,
  pauses: 5,
  vote: "42",
  calls: 3,
  refused: "session_not_found",
  kept: "12",
};

/** A session that goes from one registry to another through a store. */
async function handedOver(SessionRegistry, { autosave, memoryStore }) {
  const store = memoryStore();
  const before = await SessionRegistry.create();
  const saver = await autosave(before, store);
  const { session_id: id } = await before.start('return alc.llm("One?") .. alc.llm("Two?")');
  await before.feed(id, "1");
  await saver.stop();
  before.dispose();
  const after = await SessionRegistry.create();
  const second = await autosave(after, store);
  const end = await after.feed(id, "2");
  await second.stop();
  after.dispose();
  return end.result;
}

/**
 * @param algocline the package's main module, or a subpath with the same names
 * @param parts `strategies`, `autosave` and `memoryStore` of the other subpaths
 */
export async function program({ SessionRegistry, run, version, AlcError }, parts) {
  const registry = await SessionRegistry.create({ packages: parts.strategies });
  let event = await registry.start(SORT);
  let pauses = 0;
  while (event.status === "needs_response") {
    pauses = event.pause;
    event = await registry.feed(event.session_id, answer(event.prompt), { pause: event.pause });
  }
  const code = 'return require("sc").run(ctx).result.answer';
  const llm = async () => "Six sevens.\nAnswer: 42";
  const end = await run(registry, code, { task: "6 * 7?", samples: 3 }, { llm });
  let refused = "nothing was refused";
  try {
    registry.pending(event.session_id);
  } catch (error) {
    if (error instanceof AlcError) refused = error.code;
  }
  registry.dispose();
  return {
    ...event.result,
    pauses,
    vote: end.result,
    calls: end.stats.auto.llm_calls,
    refused,
    kept: await handedOver(SessionRegistry, parts),
    version: version(),
  };
}
