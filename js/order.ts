// The order of texts that is the same everywhere.

/**
 * Compares two texts by code points, which is the order of their UTF-8 bytes.
 * JavaScript's own `<` compares UTF-16 code units, and so takes a character
 * beyond U+FFFF for less than one of U+E000 to U+FFFF.
 *
 * @returns below 0 if `a` comes first, above 0 if `b` does, 0 if they are equal
 */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
