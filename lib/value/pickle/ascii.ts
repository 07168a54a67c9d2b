// Short texts cut from a string of the bytes around them: cheaper than one call out of JavaScript for each.

import type { Bytes } from './bytes';

/** V8 copies the characters of a piece up to this long; a longer one would keep its whole string alive. */
const COPIED = 12;
/** Bytes that are made a string at once: more than two texts of them pay for it. */
const WINDOW = 2048;

let window = '';
let source: Bytes | undefined;
let start = 0;
let end = 0;

/** The text of these bytes, which exist and are ASCII. */
export function asciiSlice(bytes: Bytes, from: number, to: number): string {
  if (to - from > COPIED) return bytes.latin1Slice(from, to);
  if (bytes !== source || from < start || to > end) {
    source = bytes;
    start = from;
    end = Math.min(bytes.length, from + WINDOW);
    window = bytes.latin1Slice(start, end);
  }
  return window.substring(from - start, to - start);
}

/** Lets go of the bytes, which may change. */
export function closeWindow(): void {
  source = undefined;
  window = '';
}
