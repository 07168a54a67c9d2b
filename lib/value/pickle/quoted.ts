// Text and bytes as Python's repr quotes them.

/** Characters of a repr: more than anyone reads, little enough to make at once. */
export const REPR_LIMIT = 100_000;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** What Python's str.isprintable() denies: controls, formats, surrogates, unassigned, separators but space. */
const UNPRINTABLE = /[\p{C}\p{Z}\\](?<! )/gu;

function quoted(body: string): string {
  const quote = body.includes("'") && !body.includes('"') ? '"' : "'";
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (char) => ESCAPES.get(char) ?? codeEscape(char));
}

/** Python's repr of a str. */
export function strRepr(text: string): string {
  return quoted(escaped(text));
}

function codeEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python's repr of bytes, without the `b`. */
export function bytesRepr(bytes: Uint8Array, limit = REPR_LIMIT): string {
  const text = Buffer.from(bytes.subarray(0, limit + 1)).toString('latin1');
  return quoted(
    text.replace(/[\\\0-\x1f\x7f-\xff]/g, (char) => ESCAPES.get(char) ?? codeEscape(char)),
  );
}

/** The repr of a str with surrogates that JavaScript would join. */
export function codePointsRepr(codePoints: readonly number[]): string {
  // Each for itself: no two of them join.
  return quoted(
    codePoints
      .slice(0, REPR_LIMIT + 1)
      .map((point) => escaped(String.fromCodePoint(point)))
      .join(''),
  );
}
