// Batches of list items that are read without the stack, and the look-ahead that lets a list be made in its final size.
import type { Bytes } from './bytes';
import type { Machine } from './machine';
import { noteFloats, noteLength } from './slots';

const BINFLOAT = 0x47;
const FRAME = 0x95;
/** BINFLOAT and its 8 bytes; FRAME has 8 bytes too. */
const STEP = 9;
const APPENDS = 0x65;
const MARK = 0x28;
const BINPUT = 0x71;
const LONG_BINPUT = 0x72;
const MEMOIZE = 0x94;

/** True for a list that no class has made its own. */
export function isPlainList(value: unknown): value is unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** Where the floats from `pos` on end, with the FRAMEs between them. A NaN ends them: its payload may be to remember. */
function endOfFloats(bytes: Bytes, view: DataView, pos: number): number {
  for (let end = pos; ; end += STEP) {
    if (end + STEP >= bytes.length) return end;
    const opcode = bytes[end];
    const goesOn =
      opcode === BINFLOAT
        ? !Number.isNaN(view.getFloat64(end + 1, false))
        : opcode === FRAME && view.getBigUint64(end + 1, true) <= bytes.length - end - STEP;
    if (!goesOn) return end;
  }
}

/**
 * A batch of floats alone, from behind its MARK on: appended at once, so that none of them needs an object. The
 * position behind its APPENDS; 0, and nothing done, for any other batch.
 */
export function appendFloats(m: Machine, list: unknown, view: DataView, pos: number): number {
  if (!isPlainList(list)) return 0;
  const { bytes } = m;
  const end = endOfFloats(bytes, view, pos);
  if (bytes[end] !== APPENDS) return 0;
  const floats = list as number[];
  const from = floats.length;
  let ambiguous = m.sawExact;
  for (let at = pos; at < end; at += STEP) {
    if (bytes[at] === FRAME) continue;
    const value = view.getFloat64(at + 1, false);
    floats.push(value);
    if (!ambiguous && Number.isSafeInteger(value)) ambiguous = true;
  }
  if (ambiguous) {
    m.sawExact = true;
    noteFloats(floats, from);
    noteLength(floats, floats.length);
  }
  return end + 1;
}

/**
 * The size of the opcode at `pos` where that memoizes the new list on top at the next dense index and the MARK of its
 * items follows; else 0.
 */
export function memoBeforeMark(bytes: Bytes, view: DataView, pos: number, index: number): number {
  const opcode = bytes[pos];
  if (opcode === MEMOIZE) return bytes[pos + 1] === MARK ? 1 : 0;
  if (opcode === BINPUT) return bytes[pos + 1] === index && bytes[pos + 2] === MARK ? 2 : 0;
  if (opcode !== LONG_BINPUT || bytes[pos + 5] !== MARK) return 0;
  return view.getUint32(pos + 1, true) === index ? 5 : 0;
}

/** Bytes that begin a key no plain object holds: numbers, None, bools, tuples. */
const OTHER_KEYS = new Set([0x4b, 0x4d, 0x4a, 0x47, 0x4e, 0x88, 0x89, 0x8a, 0x49, 0x4c, 0x46]);

/**
 * Whether the dict created before `pos` seems to be filled at once with a first key that is not text. It may be wrong:
 * behind an empty dict the same bytes begin the next value.
 */
export function beginsWithOtherKey(bytes: Bytes, pos: number): boolean {
  let at = pos;
  if (bytes[at] === 0x94) at += 1;
  else if (bytes[at] === 0x71) at += 2;
  else if (bytes[at] === 0x72) at += 5;
  else if (bytes[at] === 0x70) at = bytes.indexOf(0x0a, at) + 1;
  if (bytes[at] === 0x28) at++;
  return OTHER_KEYS.has(bytes[at] ?? 0);
}
