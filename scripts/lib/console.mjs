// Prints named, timed steps in one style for every script.

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const green = (text) => paint("32", text);
export const red = (text) => paint("31", text);
export const grey = (text) => paint("90", text);
export const bold = (text) => paint("1", text);

/** "850 ms", "12.3 s" or "3 min 05 s". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Bytes with thousands separated: "1,234,567". */
export const bytes = (count) => count.toLocaleString("en-US");

/** Lays rows out as left-aligned columns; columns named in `right` are right-aligned. */
export function table(rows, right = []) {
  const widths = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          right.includes(i) ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i]),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** An error whose message is meant for the person at the terminal; no stack is shown. */
export class ScriptError extends Error {
  constructor(message) {
    super(message);
    this.name = "ScriptError";
  }
}

/** Runs a script's main function; a failure is printed once and becomes the exit code. */
export async function main(run) {
  try {
    const code = await run();
    if (typeof code === "number") process.exitCode = code;
  } catch (error) {
    const expected = error instanceof ScriptError;
    console.error(red(expected ? `\n${error.message}` : `\n${error?.stack ?? error}`));
    process.exitCode = 1;
  }
}
