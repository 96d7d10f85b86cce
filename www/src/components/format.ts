// Numbers and values as text.

/** A duration as `m:ss`, from an hour on as `h:mm:ss`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A short duration, such as `350 ms` or `2.4 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${clock(milliseconds)} min`;
}

/** A time of day to the second. */
export const timeOfDay = (at: number): string =>
  new Date(at).toLocaleTimeString(undefined, { hour12: false });

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? "null";

/** `1 query`, `3 queries`. */
export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** A large number in few characters: `1.2M`. */
export const compact = (value: number): string =>
  new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);

/** A size: `1.2 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1_000_000
    ? `${Math.round(value / 1000)} kB`
    : `${(value / 1_000_000).toFixed(1)} MB`;
}
