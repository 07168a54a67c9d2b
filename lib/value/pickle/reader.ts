// Runs a pickle's opcodes. THE HOT PATH: one switch over a Uint8Array with its state in local variables,
// for the opcodes that make up nearly all of a pickle; every other opcode is a function in slow-ops.ts.
//
// Three more tricks, each measured in bench/pickle/LOG.md. A list that is memoized and then filled is made anew from
// its first batch, at its final size: an array that grows from nothing has room for 17 items. A batch of floats goes
// straight to its list. The stack's array is kept between loads.
import { appendFloats, memoBeforeMark } from './batches';
import type { Bytes } from './bytes';
import { UnpicklingError } from './errors';
import { Fault } from './fault';
import { Machine, NO_EXACT } from './machine';
import { setExactDict, setExactPairs, setPlainPairs } from './pairs';
import { noteLength, recall } from './slots';
import { giveStack } from './stack';
import { SLOW_OPS } from './slow-ops';
import { isAmbiguous } from './slow-scalars';
import type { ReadSettings } from './settings';
import { KEY_BYTES, keyLine, keyText } from './keytext';
import { decodeUtf8 } from './text';
import { PyFloat, PyTuple, Py2Str } from './types';

/** The value of a pickle. Throws UnpicklingError for everything that goes wrong. */
export function read(bytes: Bytes, settings: ReadSettings): unknown {
  if (bytes.length > settings.limits.totalBytes) {
    throw new UnpicklingError('pickle larger than the limit allows');
  }
  const machine = new Machine(bytes, settings);
  try {
    return machine.finish(run(machine));
  } catch (cause) {
    throw failure(cause, machine);
  } finally {
    giveStack(machine.stack);
  }
}

/** Any error as UnpicklingError with the place where it happened. */
function failure(cause: unknown, m: Machine): UnpicklingError {
  if (cause instanceof UnpicklingError) return cause;
  const opcode = m.bytes[m.at];
  if (cause instanceof Fault) return new UnpicklingError(cause.message, m.at, opcode);
  if (cause instanceof RangeError && cause.message.includes('outside the bounds')) {
    return new UnpicklingError('pickle data was truncated', m.at, opcode);
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return new UnpicklingError(message, m.at, opcode, { cause });
}

/** Longest text that is looked at byte by byte before it is sliced. */
const SHORT_TEXT = 64;

/** Small whole floats (prices, counts, percents): one object each will do. */
const SMALL_FLOATS: readonly PyFloat[] = Array.from(
  { length: 1024 },
  (_, value) => new PyFloat(value),
);

function pyFloat(value: number): PyFloat {
  return (value > 0 ? SMALL_FLOATS[value] : undefined) ?? new PyFloat(value);
}

/** Bytes that begin a key no plain object holds: numbers, None, bools, tuples. */
const OTHER_KEYS = new Set([0x4b, 0x4d, 0x4a, 0x47, 0x4e, 0x88, 0x89, 0x8a, 0x49, 0x4c, 0x46]);

/**
 * Whether the dict created before `pos` seems to be filled at once with a first key that is not text. It may be wrong:
 * behind an empty dict the same bytes begin the next value.
 */
function beginsWithOtherKey(bytes: Bytes, pos: number): boolean {
  let at = pos;
  if (bytes[at] === 0x94) at += 1;
  else if (bytes[at] === 0x71) at += 2;
  else if (bytes[at] === 0x72) at += 5;
  else if (bytes[at] === 0x70) at = bytes.indexOf(0x0a, at) + 1;
  if (bytes[at] === 0x28) at++;
  return OTHER_KEYS.has(bytes[at] ?? 0);
}

/** The decimal digit at `pos`; above 9 where there is none. */
function digitAt(bytes: Bytes, pos: number): number {
  return ((bytes[pos] ?? 0) - 0x30) & 0xff;
}

/** A str of `to - from` bytes, which exist. Keys come again: they are looked up before they are made. */
function text(bytes: Bytes, from: number, to: number, isKey: boolean): unknown {
  const size = to - from;
  if (size > SHORT_TEXT) return decodeUtf8(bytes, from, to);
  if (size <= (isKey ? KEY_BYTES : 6))
    return keyText(bytes, from, to) ?? decodeUtf8(bytes, from, to);
  for (let i = from; i < to; i++) {
    if ((bytes[i] as number) >= 0x80) return decodeUtf8(bytes, from, to);
  }
  return bytes.latin1Slice(from, to);
}

/**
 * Runs all opcodes up to STOP and gives what is then on top. `as number` stands where the index was checked,
 * or where `undefined` falls into a branch that checks.
 */
function run(m: Machine): unknown {
  const { bytes, stack, memo, marks, homes } = m;
  const { exact, limits } = m.settings;
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let pos = 0;
  let sp = 0;
  let fence = 0;
  let low = NO_EXACT;
  let home = -1;
  for (;;) {
    m.at = pos;
    const opcode = bytes[pos++];
    switch (opcode) {
      case 0x8c: {
        // SHORT_BINUNICODE
        const to = pos + 1 + (bytes[pos] as number);
        if (!(to <= length)) throw new Fault('pickle data was truncated');
        stack[sp] = text(bytes, pos + 1, to, ((sp - fence) & 1) === 0);
        sp++;
        pos = to;
        continue;
      }
      case 0x58: {
        // BINUNICODE
        const size = view.getUint32(pos, true);
        const to = pos + 4 + size;
        if (to > length) throw new Fault('pickle data was truncated');
        if (size > limits.stringBytes) throw new Fault('value longer than the limit allows');
        stack[sp] = text(bytes, pos + 4, to, ((sp - fence) & 1) === 0);
        sp++;
        pos = to;
        continue;
      }
      case 0x94: {
        // MEMOIZE
        const index = m.memoCount;
        if (index !== memo.length || sp <= fence || index >= limits.memo) break;
        memo.push(stack[sp - 1]);
        m.memoCount = index + 1;
        continue;
      }
      case 0x71: {
        // BINPUT
        const index = bytes[pos];
        m.sawBinary = true;
        if (index !== memo.length || sp <= fence || m.memoCount >= limits.memo) break;
        memo.push(stack[sp - 1]);
        m.memoCount++;
        pos++;
        continue;
      }
      case 0x72: {
        // LONG_BINPUT
        const index = view.getUint32(pos, true);
        if (index !== memo.length || sp <= fence || m.memoCount >= limits.memo) break;
        memo.push(stack[sp - 1]);
        m.memoCount++;
        pos += 4;
        continue;
      }
      case 0x68: {
        // BINGET
        const value = memo[bytes[pos] as number];
        if (typeof value !== 'string') {
          if (!(value instanceof Py2Str)) break;
          if (!exact && sp < low) low = sp;
        }
        stack[sp++] = value;
        pos++;
        continue;
      }
      case 0x6a: {
        // LONG_BINGET
        const value = memo[view.getUint32(pos, true)];
        if (typeof value !== 'string') break;
        stack[sp++] = value;
        pos += 4;
        continue;
      }
      case 0x4b: // BININT1
        if (pos >= length) throw new Fault('pickle data was truncated');
        stack[sp++] = bytes[pos++];
        continue;
      case 0x4d: // BININT2
        stack[sp++] = view.getUint16(pos, true);
        pos += 2;
        continue;
      case 0x4a: // BININT
        stack[sp++] = view.getInt32(pos, true);
        pos += 4;
        continue;
      case 0x47: {
        // BINFLOAT
        const value = view.getFloat64(pos, false);
        if (Number.isNaN(value)) break;
        pos += 8;
        if (isAmbiguous(value, exact)) {
          m.sawExact = true;
          if (!exact && sp < low) low = sp;
          stack[sp++] = pyFloat(value);
        } else stack[sp++] = value;
        continue;
      }
      case 0x4e: // NONE
        stack[sp++] = null;
        continue;
      case 0x88: // NEWTRUE
        stack[sp++] = true;
        continue;
      case 0x89: // NEWFALSE
        stack[sp++] = false;
        continue;
      case 0x28: // MARK
        if (bytes[pos] === 0x6c || bytes[pos] === 0x64) {
          // LIST and DICT, which protocol 0 writes of nothing
          m.count();
          m.sawText = true;
          if (bytes[pos++] === 0x6c) stack[sp] = [];
          else if (exact) stack[sp] = m.newDict();
          else stack[sp] = beginsWithOtherKey(bytes, pos) ? m.guessMap() : {};
          sp++;
          continue;
        }
        if (marks.length >= limits.depth) throw new Fault('nested deeper than the limit allows');
        if (bytes[pos] === 0x47 && sp > fence && !exact) {
          const end = appendFloats(m, stack[sp - 1], view, pos);
          if (end > 0) {
            home = -1;
            pos = end;
            continue;
          }
        }
        marks.push(fence);
        homes.push(home);
        home = -1;
        fence = sp;
        continue;
      case 0x56: {
        // UNICODE
        const line = keyLine(bytes, pos);
        if (line === undefined) break;
        m.sawText = true;
        stack[sp++] = line;
        pos += line.length + 1;
        continue;
      }
      case 0x67: // GET
      case 0x70: // PUT
      case 0x49: {
        // INT
        let at = pos;
        let number = 0;
        for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, ++at))
          number = number * 10 + digit;
        if (bytes[at] !== 0x0a || at === pos || number > 0x7fffffff) break;
        if (opcode === 0x67) {
          const value = memo[number];
          if (typeof value !== 'string') break;
          stack[sp++] = value;
        } else if (opcode === 0x70) {
          if (number !== memo.length || sp <= fence || m.memoCount >= limits.memo) break;
          memo.push(stack[sp - 1]);
          m.memoCount++;
        } else {
          // 01 and 00 are bools.
          const isBool = bytes[pos] === 0x30 && at === pos + 2 && number <= 1;
          stack[sp++] = isBool ? number === 1 : number;
        }
        m.sawText = true;
        pos = at + 1;
        continue;
      }
      case 0x7d: // EMPTY_DICT
        if (++m.nodes > limits.nodes) break;
        if (exact) stack[sp] = m.newDict();
        else stack[sp] = beginsWithOtherKey(bytes, pos) ? m.guessMap() : {};
        sp++;
        continue;
      case 0x75: {
        // SETITEMS
        const older = marks[marks.length - 1];
        const dict = stack[fence - 1];
        if (older === undefined || older >= fence || ((sp - fence) & 1) !== 0) break;
        if (m.keyOrder.isUsed || Object.getPrototypeOf(dict) !== Object.prototype) break;
        const pairs = dict as Record<string, unknown>;
        const done =
          low < sp || (m.sawExact && recall(pairs)?.values !== undefined)
            ? setExactDict(m, pairs, stack, fence, sp)
            : setPlainPairs(pairs, stack, fence, sp);
        if (done < sp) break;
        if (low >= fence) low = NO_EXACT;
        marks.pop();
        homes.pop();
        sp = fence;
        fence = older;
        continue;
      }
      case 0x73: {
        // SETITEM
        const dict = stack[sp - 3];
        if (sp - fence < 3 || m.keyOrder.isUsed) break;
        if (Object.getPrototypeOf(dict) !== Object.prototype) break;
        const pairs = dict as Record<string, unknown>;
        const done =
          low < sp || (m.sawExact && recall(pairs)?.values !== undefined)
            ? setExactPairs(pairs, stack, sp - 2, sp, false)
            : setPlainPairs(pairs, stack, sp - 2, sp);
        if (done < sp) break;
        sp -= 2;
        if (low >= sp) low = NO_EXACT;
        continue;
      }
      case 0x5d: // EMPTY_LIST
        if (++m.nodes > limits.nodes) break;
        stack[sp++] = [];
        if (m.memoCount === memo.length && memo.length < limits.memo) {
          const size = memoBeforeMark(bytes, pos, memo.length);
          if (size === 0) continue;
          home = memo.length;
          memo.push(stack[sp - 1]);
          m.memoCount++;
          if (size > 1) m.sawBinary = true;
          pos += size;
        }
        continue;
      case 0x65: {
        // APPENDS
        const older = marks[marks.length - 1];
        const list = stack[fence - 1];
        if (older === undefined || older >= fence || low < sp) break;
        if (Object.getPrototypeOf(list) !== Array.prototype) break;
        const at = homes[marks.length - 1] as number;
        if (at >= 0 && memo[at] === list && !m.sharesEmpty) {
          memo[at] = stack[fence - 1] = stack.slice(fence, sp);
        } else {
          for (let i = fence; i < sp; i++) (list as unknown[]).push(stack[i]);
          if (m.sawExact) noteLength(list as unknown[], (list as unknown[]).length);
        }
        marks.pop();
        homes.pop();
        sp = fence;
        fence = older;
        continue;
      }
      case 0x61: {
        // APPEND
        const list = stack[sp - 2];
        if (sp - fence < 2 || low < sp) break;
        if (Object.getPrototypeOf(list) !== Array.prototype) break;
        (list as unknown[]).push(stack[--sp]);
        if (m.sawExact) noteLength(list as unknown[], (list as unknown[]).length);
        continue;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const from = sp - (opcode - 0x84);
        if (from < fence || low < sp || ++m.nodes > limits.nodes) break;
        const items = stack.slice(from, sp);
        stack[from] = Object.setPrototypeOf(items, PyTuple.prototype);
        sp = from + 1;
        continue;
      }
      case 0x74: {
        // TUPLE
        const older = marks[marks.length - 1];
        if (older === undefined || low < sp || sp === fence || ++m.nodes > limits.nodes) break;
        const items = stack.slice(fence, sp);
        stack[fence] = Object.setPrototypeOf(items, PyTuple.prototype);
        sp = fence + 1;
        fence = older;
        marks.pop();
        homes.pop();
        continue;
      }
      case 0x2e: // STOP
        if (sp <= fence) throw m.underflow();
        return stack[sp - 1];
      case undefined:
        throw new Fault('pickle data was truncated');
    }
    const slow = SLOW_OPS[opcode];
    if (slow === undefined) throw new Fault('invalid load key');
    m.pos = pos;
    m.sp = sp;
    m.fence = fence;
    m.lowestExact = low;
    slow(m);
    ({ pos, sp, fence, lowestExact: low } = m);
  }
}
