// Short ASCII texts that come again and again (dict keys), found by their bytes without a new string.

import type { Bytes } from './bytes';

/** Longest text worth finding this way: keys are mostly shorter. */
export const KEY_BYTES = 24;

/** Texts kept, one for each value of the hash: at most 48 kB of characters for the whole process. */
const KEPT = 2048;
const kept: string[] = new Array<string>(KEPT).fill('');

/** The text of these bytes, which the caller knows to exist; undefined if they are not all ASCII. */
export function keyText(bytes: Bytes, from: number, to: number): string | undefined {
  let hash = to - from;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 15)) & (KEPT - 1);
  const text = kept[slot] as string;
  return isText(text, bytes, from, to) ? text : (kept[slot] = bytes.latin1Slice(from, to));
}

function isText(text: string, bytes: Bytes, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = from; i < to; i++) if (text.charCodeAt(i - from) !== bytes[i]) return false;
  return true;
}
