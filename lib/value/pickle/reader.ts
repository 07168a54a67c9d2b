// Runs a pickle's opcodes. THE HOT PATH: one switch over a Uint8Array with its state in local variables,
// for the opcodes that make up nearly all of a pickle; every other opcode is a function in slow-ops.ts.
//
// Three more tricks, each measured in bench/pickle/LOG.md. A list that is memoized and then filled is made anew from
// its first batch, at its final size: an array that grows from nothing has room for 17 items. A batch of floats goes
// straight to its list. The switch has so many cases that it is compiled to a table.
import { closeWindow } from './ascii';
import { appendFloats, beginsWithOtherKey, memoBeforeMark } from './batches';
import type { Bytes } from './bytes';
import { UnpicklingError } from './errors';
import { Fault } from './fault';
import { Machine, NO_EXACT } from './machine';
import { setExactDict, setExactPairs, setPlainPairs } from './pairs';
import { noteLength, recall } from './slots';
import { SLOW_OPS } from './slow-ops';
import { isAmbiguous } from './slow-scalars';
import type { ReadSettings } from './settings';
import { keyLine } from './keytext';
import { textOf } from './short-text';
import { PyFloat, Py2Str } from './exact';
import { PyTuple } from './types';

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
    closeWindow();
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

/** Small whole floats (prices, counts, percents): one object each will do. */
const SMALL_FLOATS: readonly PyFloat[] = Array.from(
  { length: 1024 },
  (_, value) => new PyFloat(value),
);

function pyFloat(value: number): PyFloat {
  return (value > 0 ? SMALL_FLOATS[value] : undefined) ?? new PyFloat(value);
}

/** The decimal digit at `pos`; above 9 where there is none. */
function digitAt(bytes: Bytes, pos: number): number {
  return ((bytes[pos] ?? 0) - 0x30) & 0xff;
}

/** Whether the next value is one that a dict may take for a key: every second one, and none of a list. */
function mayBeKey(stack: readonly unknown[], sp: number, fence: number): boolean {
  return ((sp - fence) & 1) === 0 && !Array.isArray(stack[fence - 1]);
}

/**
 * Runs all opcodes up to STOP and gives what is then on top. `as number` stands where the index was checked,
 * or where `undefined` falls into a branch that checks.
 */
function run(m: Machine): unknown {
  const { bytes, stack, memo, marks, homes } = m;
  const { exact, limits } = m.settings;
  const { depth: maxDepth, memo: maxMemo, nodes: maxNodes } = limits;
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let pos = 0;
  let sp = 0;
  let fence = 0;
  let low = NO_EXACT;
  let home = -1;
  let count = 0;
  for (;;) {
    m.at = pos;
    const opcode = bytes[pos++];
    switch (opcode) {
      case 0x8c: {
        // SHORT_BINUNICODE
        const to = pos + 1 + (bytes[pos] as number);
        if (!(to <= length)) throw new Fault('pickle data was truncated');
        stack[sp] = textOf(bytes, pos + 1, to, mayBeKey(stack, sp, fence));
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
        stack[sp] = textOf(bytes, pos + 4, to, mayBeKey(stack, sp, fence));
        sp++;
        pos = to;
        continue;
      }
      case 0x94: {
        // MEMOIZE
        const index = count;
        if (index !== memo.length || sp <= fence || index >= maxMemo) break;
        memo.push(stack[sp - 1]);
        count = index + 1;
        continue;
      }
      case 0x71: {
        // BINPUT
        const index = bytes[pos];
        m.sawBinary = true;
        if (index !== memo.length || sp <= fence || count >= maxMemo) break;
        memo.push(stack[sp - 1]);
        count++;
        pos++;
        continue;
      }
      case 0x72: {
        // LONG_BINPUT
        const index = view.getUint32(pos, true);
        if (index !== memo.length || sp <= fence || count >= maxMemo) break;
        memo.push(stack[sp - 1]);
        count++;
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
        if (marks.length >= maxDepth) throw new Fault('nested deeper than the limit allows');
        if (bytes[pos] === 0x47 && bytes[pos + 9] === 0x47 && sp > fence && !exact) {
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
          if (number !== memo.length || sp <= fence || count >= maxMemo) break;
          memo.push(stack[sp - 1]);
          count++;
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
        if (++m.nodes > maxNodes) break;
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
        if (++m.nodes > maxNodes) break;
        stack[sp++] = [];
        if (count === memo.length && memo.length < maxMemo) {
          const size = memoBeforeMark(bytes, view, pos, memo.length);
          if (size === 0) continue;
          home = memo.length;
          memo.push(stack[sp - 1]);
          count++;
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
        if (from < fence || low < sp || ++m.nodes > maxNodes) break;
        const items = stack.slice(from, sp);
        stack[from] = Object.setPrototypeOf(items, PyTuple.prototype);
        sp = from + 1;
        continue;
      }
      case 0x74: {
        // TUPLE
        const older = marks[marks.length - 1];
        if (older === undefined || low < sp || sp === fence || ++m.nodes > maxNodes) break;
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
      // Slow ones, named for density: with fewer cases V8 compares the opcode with one after the other.
      case 0x52: // REDUCE
      case 0x62: // BUILD
      case 0x63: // GLOBAL
      case 0x80: // PROTO
      case 0x81: // NEWOBJ
      case 0x8a: // LONG1
      case 0x8d: // BINUNICODE8
      case 0x8e: // BINBYTES8
      case 0x8f: // EMPTY_SET
      case 0x90: // ADDITEMS
      case 0x91: // FROZENSET
      case 0x93: // STACK_GLOBAL
        break;
      case undefined:
        throw new Fault('pickle data was truncated');
    }
    const slow = SLOW_OPS[opcode];
    if (slow === undefined) throw new Fault('invalid load key');
    m.pos = pos;
    m.sp = sp;
    m.fence = fence;
    m.lowestExact = low;
    m.memoCount = count;
    slow(m);
    ({ pos, sp, fence, lowestExact: low, memoCount: count } = m);
  }
}
