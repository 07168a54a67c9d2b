// Short ASCII texts that come again and again (dict keys), found by their bytes without a new string.

import { asciiSlice } from './ascii';
import type { Bytes } from './bytes';
import { Py2Str } from './exact';

/** Longest text worth finding this way: keys are mostly shorter. */
export const KEY_BYTES = 24;

/** Texts kept, one for each value of the hash: at most 48 kB of characters for the whole process. */
const KEPT = 2048;
const kept: string[] = new Array<string>(KEPT).fill('');

/** Python 2's str of the text in the same place: unchangeable, so that one object will do. */
const keptStrs: (Py2Str | undefined)[] = new Array<undefined>(KEPT).fill(undefined);

/** Where the ASCII text of these bytes is kept; `hash` is that of its bytes. */
function keep(bytes: Bytes, from: number, to: number, hash: number): number {
  const mixed = hash + to - from;
  const slot = (mixed ^ (mixed >>> 15)) & (KEPT - 1);
  if (!isText(kept[slot] as string, bytes, from, to)) {
    kept[slot] = asciiSlice(bytes, from, to);
    keptStrs[slot] = undefined;
  }
  return slot;
}

/** Where the text of these bytes, which the caller knows to exist, is kept; -1 if they are not all ASCII. */
function place(bytes: Bytes, from: number, to: number): number {
  let hash = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return -1;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return keep(bytes, from, to, hash);
}

/** The text up to the next line feed; undefined if it is long, not all ASCII, or has escapes. */
export function keyLine(bytes: Bytes, from: number): string | undefined {
  let hash = 0;
  for (let at = from; at <= from + KEY_BYTES; at++) {
    const byte = bytes[at] ?? 0x80;
    if (byte === 0x0a) return kept[keep(bytes, from, at, hash)];
    if (byte >= 0x80 || byte === 0x5c) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return undefined;
}

/** The text of these bytes; undefined if they are not all ASCII. */
export function keyText(bytes: Bytes, from: number, to: number): string | undefined {
  const slot = place(bytes, from, to);
  return slot < 0 ? undefined : kept[slot];
}

/** The Python 2 str of these bytes; undefined if they are not all ASCII. */
export function keyStr(bytes: Bytes, from: number, to: number): Py2Str | undefined {
  const slot = place(bytes, from, to);
  if (slot < 0) return undefined;
  const text = kept[slot] as string;
  return (keptStrs[slot] ??= new Py2Str(text, text));
}

function isText(text: string, bytes: Bytes, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = from; i < to; i++) if (text.charCodeAt(i - from) !== bytes[i]) return false;
  return true;
}
