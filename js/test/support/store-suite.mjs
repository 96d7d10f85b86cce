// What every store must do. Runs in Node, in browsers and in workerd, so it
// imports nothing.
//
// A case gets `open`, which opens the store; each case has a place of its own, and
// opening again shows what is there.

function same(actual, expected, what = "value") {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${shorten(a)} instead of ${shorten(b)}`);
}

const shorten = (text) => (text?.length > 300 ? `${text.slice(0, 300)}…` : text);

async function refused(work, code, what) {
  try {
    await work();
  } catch (error) {
    if (error.name === "AlcError" && error.code === code) return;
    throw new Error(`${what}: ${error.name} ${error.code}: ${error.message}`);
  }
  throw new Error(`${what}: was not refused`);
}

const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  0.1,
  -1.5e300,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 63,
  "",
  "text",
  'quotes " and \\ and \0 and \u2028 and 🎈 and é',
  [],
  {},
  [[], {}, [null]],
  { "": 1, __proto__x: 2, constructor: 3, "a.b": { "c/d": [1, "2", null, true] } },
];

/** The other side of every sort of trouble with file names, URLs, prefixes and orders. */
export const ODD_KEYS = [
  "",
  "/",
  "//",
  ".",
  "..",
  "../../escape",
  "/etc/passwd",
  "a/../b",
  "a/./b",
  "a",
  "A",
  "a/",
  "a/b",
  "a/b/",
  "a//b",
  "a.json",
  "a/b.json",
  "c:\\d",
  "con",
  "NUL",
  "nul/aux",
  "com1",
  "trailing ",
  "trailing.",
  " ",
  "%",
  "%2e",
  "%%",
  "%tmp/x",
  "%long/x",
  "*?<>|\"'",
  "~",
  "line\nbreak\r\t",
  "nul\0byte",
  "\u0001",
  "ä",
  "a\u0308",
  "日本語",
  "🎈",
  "\ue000",
  "\uffff",
  "\u{10ffff}",
  "__proto__",
  "constructor",
  "length",
  "getItem",
  "state/default/key:with:colons",
  "x".repeat(255),
  "y/".repeat(150),
  "é".repeat(300),
];

/** By code points, computed another way than the stores do. */
export const inOrder = (keys) =>
  keys
    .map((key) => [Array.from(key, (char) => char.codePointAt(0)), key])
    .sort(([a], [b]) => {
      const at = a.findIndex((point, i) => point !== b[i]);
      return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1);
    })
    .map(([, key]) => key);

export const cases = {
  "what is not there": async ({ open }) => {
    const store = await open();
    same(typeof (await store.get("none")), "undefined");
    same(await store.delete("none"), false);
    same(await store.list(""), []);
    same(await store.list("none/"), []);
  },

  "all kinds of JSON come back as they were": async ({ open }) => {
    const store = await open();
    for (const [i, value] of VALUES.entries()) await store.set(`v/${i}`, value);
    const again = await open();
    for (const [i, value] of VALUES.entries()) same(await again.get(`v/${i}`), value, `value ${i}`);
    await store.set("whole", VALUES);
    same(await again.get("whole"), VALUES);
  },

  "what is kept is a copy": async ({ open }) => {
    const store = await open();
    const value = { list: [1] };
    await store.set("k", value);
    value.list.push(2);
    const read = await store.get("k");
    same(read, { list: [1] });
    read.list.push(3);
    same(await store.get("k"), { list: [1] });
  },

  "setting anew replaces": async ({ open }) => {
    const store = await open();
    for (const value of ["a long text", 1, null, { a: 1 }]) {
      await store.set("k", value);
      same(await store.get("k"), value);
    }
    same(await store.list(""), ["k"]);
  },

  "delete tells whether there was something": async ({ open }) => {
    const store = await open();
    await store.set("k", null);
    same(await store.delete("k"), true);
    same(await store.delete("k"), false);
    same(typeof (await store.get("k")), "undefined");
    await store.set("k", 2);
    same(await (await open()).get("k"), 2);
  },

  "any text is a key": async ({ open }) => {
    const store = await open();
    for (const [i, key] of ODD_KEYS.entries()) {
      await store.set(key, i);
      same(await store.get(key), i, JSON.stringify(key));
    }
    const again = await open();
    for (const [i, key] of ODD_KEYS.entries()) same(await again.get(key), i, JSON.stringify(key));
    same(await again.list(""), inOrder(ODD_KEYS));
    for (const key of ODD_KEYS) same(await store.delete(key), true, JSON.stringify(key));
    same(await store.list(""), []);
  },

  "a prefix selects, in the order of code points": async ({ open }) => {
    const store = await open();
    const keys = ["a", "a/", "a/b", "a/b/c", "a/é", "a/\uffff", "a/🎈", "ab", "b", "B", "a/B"];
    for (const key of [...keys].reverse()) await store.set(key, key);
    for (const prefix of ["", "a", "a/", "a/b", "a/b/", "b", "c", "a/\uffff", "a/\ud7ff", "A"]) {
      const wanted = inOrder(keys.filter((key) => key.startsWith(prefix)));
      same(await store.list(prefix), wanted, JSON.stringify(prefix));
    }
  },

  "many keys are listed completely": async ({ open }) => {
    const store = await open();
    const keys = Array.from({ length: 300 }, (_, i) => `k/${String(i).padStart(3, "0")}`);
    await Promise.all(keys.map((key) => store.set(key, 1)));
    same(await store.list("k/"), keys);
  },

  "of writes side by side the last one stays": async ({ open }) => {
    const store = await open();
    const writes = Array.from({ length: 20 }, (_, i) => store.set("k", "x".repeat(500 * i) + i));
    await Promise.all(writes);
    same(await store.get("k"), `${"x".repeat(500 * 19)}19`);
    await Promise.all([store.set("k", 1), store.delete("k"), store.set("k", 2)]);
    same(await (await open()).get("k"), 2);
  },

  "two that have it open see each other's writes": async ({ open }) => {
    const [one, two] = [await open(), await open()];
    await one.set("k", 1);
    same(await two.get("k"), 1);
    await two.delete("k");
    same(typeof (await one.get("k")), "undefined");
    await Promise.all([one.set("a", 1), two.set("b", 2)]);
    same(await one.list(""), ["a", "b"]);
  },

  "large values": async ({ open, largest }) => {
    const store = await open();
    for (const length of [39_999, 40_001, 130_000, 300_000, largest]) {
      const text = "0123456789äöü🎈".repeat(Math.ceil(length / 15)).slice(0, length - 1);
      const value = { text: text.endsWith("\ud83c") ? text.slice(0, -1) : text };
      await store.set("large", value);
      same(await (await open()).get("large"), value, `${length} units`);
    }
    await store.set("large", "small again");
    same(await store.get("large"), "small again");
    same(await store.list(""), ["large"]);
    same(await store.delete("large"), true);
    same(await store.list(""), []);
  },

  "what is no JSON is refused, and what was there stays": async ({ open }) => {
    const store = await open();
    await store.set("k", "before");
    const cyclic = [];
    cyclic.push(cyclic);
    for (const value of [undefined, () => 1, Number.NaN, new Map(), cyclic, "\ud800"]) {
      await refused(async () => store.set("k", value), "invalid_argument", String(typeof value));
    }
    same(await store.get("k"), "before");
  },

  "a key that is no text is refused": async ({ open }) => {
    const store = await open();
    for (const key of [undefined, null, 5, {}, "\udc00"]) {
      await refused(async () => store.get(key), "invalid_argument", "get");
      await refused(async () => store.set(key, 1), "invalid_argument", "set");
      await refused(async () => store.delete(key), "invalid_argument", "delete");
      await refused(async () => store.list(key), "invalid_argument", "list");
    }
  },
};

/**
 * Runs all cases; the problems, by name, and the names of those that passed.
 *
 * @param {() => Promise<{ open: () => unknown, largest?: number }>} fresh a new place
 */
export async function runAll(fresh, only = Object.keys(cases)) {
  const passed = [];
  const failed = {};
  for (const name of only) {
    try {
      await cases[name]({ largest: 1_000_000, ...(await fresh()) });
      passed.push(name);
    } catch (error) {
      failed[name] = `${error?.stack ?? error}`;
    }
  }
  return { passed, failed };
}
