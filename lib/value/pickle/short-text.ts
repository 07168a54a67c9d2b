// Texts of a pickle, the cheapest way for their length.

import { asciiSlice } from './ascii';
import type { Bytes } from './bytes';
import { KEY_BYTES, keyText } from './keytext';
import { decodeUtf8 } from './text';

/** Longest text that is looked at byte by byte before it is sliced. */
const SHORT_TEXT = 64;
/** Longest text that comes again often enough to be looked up wherever it stands. */
const TINY_TEXT = 6;

/** A str of `to - from` bytes, which exist. Keys come again: they are looked up before they are made. */
export function textOf(bytes: Bytes, from: number, to: number, isKey: boolean): unknown {
  const size = to - from;
  if (size > SHORT_TEXT) return decodeUtf8(bytes, from, to);
  if (size <= (isKey ? KEY_BYTES : TINY_TEXT))
    return keyText(bytes, from, to) ?? decodeUtf8(bytes, from, to);
  for (let i = from; i < to; i++) {
    if ((bytes[i] as number) >= 0x80) return decodeUtf8(bytes, from, to);
  }
  return asciiSlice(bytes, from, to);
}
