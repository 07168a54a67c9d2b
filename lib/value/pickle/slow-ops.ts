// The opcodes that are not in the reader's hot loop, one function each.
import { call, findGlobal } from './calls';
import { Fault } from './fault';
import type { Machine } from './machine';
import type { Bytes } from './bytes';
import { KEY_BYTES, keyStr, keyText } from './keytext';
import { parseFloatText, parseInteger, readLong } from './numbers';
import { OP } from './opcodes';
import { decodeLiteral, decodeRawUnicode, decodeStr, decodeUtf8 } from './text';
import {
  PyByteArray,
  PyFloat,
  PyGlobal,
  PyObject,
  PyPickleBuffer,
  PyTuple,
  Py2Int,
  Py2Long,
  Py2Str,
} from './types';

type SlowOp = (m: Machine) => void;

/** The bytes up to the next line feed, which is read too. */
function line(m: Machine): { from: number; to: number } {
  const from = m.pos;
  const to = m.bytes.indexOf(0x0a, from);
  if (to < 0) throw new Fault('pickle data was truncated');
  m.pos = to + 1;
  return { from, to };
}

function asciiLine(m: Machine): string {
  const { from, to } = line(m);
  return m.bytes.latin1Slice(from, to);
}

/** A line of UTF-8: module and class names. */
function utf8Line(m: Machine): string {
  const { from, to } = line(m);
  const text = decodeUtf8(m.bytes, from, to);
  if (typeof text !== 'string') throw new Fault('a name that is no text');
  return text;
}

/** Moves on by `size` bytes, after checking that they exist and are not too many: where they begin. */
export function claim(m: Machine, size: number): number {
  const from = m.pos;
  if (size > m.bytes.length - from) throw new Fault('pickle data was truncated');
  if (size > m.settings.limits.stringBytes) throw new Fault('value longer than the limit allows');
  m.pos = from + size;
  return from;
}

function size4(m: Machine): number {
  return m.bytes.readUInt32LE(claim(m, 4));
}

/** A 4-byte size that CPython reads as signed. */
function signedSize4(m: Machine): number {
  const size = m.bytes.readInt32LE(claim(m, 4));
  if (size < 0) throw new Fault('negative byte count');
  return size;
}

/** An 8-byte size. Compared as bigint: 2**53+2 must not be taken for 2**53. */
function size8(m: Machine): number {
  const size = m.bytes.readBigUInt64LE(claim(m, 8));
  if (size > BigInt(m.bytes.length)) throw new Fault('pickle data was truncated');
  return Number(size);
}

function copyBytes(m: Machine, size: number): Buffer {
  const from = claim(m, size);
  return Buffer.from(m.bytes.subarray(from, from + size));
}

function pushText(m: Machine, size: number): void {
  const from = claim(m, size);
  m.push(decodeUtf8(m.bytes, from, from + size));
}

function pushStr(m: Machine, bytes: Buffer): void {
  const text = decodeStr(bytes, m.settings.encoding, m.settings.errors);
  m.pushExact(new Py2Str(bytes, typeof text === 'string' ? text : Buffer.from(text)));
}

/** Pushes a short ASCII str, which every encoding but 'bytes' reads alike; false for any other. */
function pushPlainStr(m: Machine, from: number, to: number): boolean {
  if (to - from > KEY_BYTES || m.settings.encoding === 'bytes') return false;
  const str = keyStr(m.bytes, from, to);
  if (str !== undefined) m.pushExact(str);
  return str !== undefined;
}

function pushBinaryStr(m: Machine, size: number): void {
  const from = claim(m, size);
  if (!pushPlainStr(m, from, from + size)) pushStr(m, m.bytes.subarray(from, from + size));
}

/** Pushes a `long`; below protocol 3 a Python 2 reader tells it from an int. */
function pushLong(m: Machine, value: number | bigint): void {
  if (m.settings.longs && (m.protocol ?? 0) < 3) m.pushExact(new Py2Long(value));
  else m.push(value);
}

function binaryLong(m: Machine, size: number): void {
  const from = claim(m, size);
  pushLong(m, readLong(m.bytes, from, size));
}

function integerLine(m: Machine, text: string): number | bigint {
  const sign = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  if (text.length - sign > m.settings.limits.digits) {
    throw new Fault(`more than ${m.settings.limits.digits} digits in an int`);
  }
  const value = parseInteger(text);
  if (value === undefined) throw new Fault('invalid int literal');
  return value;
}

/** Digits and signs of numbers that are certainly safe integers. */
const SAFE_DIGITS = 15;

/**
 * A line of 1 to 15 digits, read byte by byte (protocol 0 is full of them); undefined, and nothing read, for any
 * other line.
 */
function digits(m: Machine): number | undefined {
  const { bytes } = m;
  let at = m.pos;
  let value = 0;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  const size = at - m.pos;
  if (bytes[at] !== 0x0a || size === 0 || size > SAFE_DIGITS) return undefined;
  m.pos = at + 1;
  return value;
}

function int(m: Machine): void {
  // A leading zero may make a bool.
  const short = m.bytes[m.pos] === 0x30 ? undefined : digits(m);
  if (short !== undefined && short <= 0x7fffffff) {
    m.sawText = true;
    m.push(short);
    return;
  }
  if (short !== undefined) {
    pushInt(m, short);
    return;
  }
  const text = asciiLine(m);
  if (text === '01' || text === '00') {
    m.push(text === '01');
    return;
  }
  pushInt(m, integerLine(m, text));
}

function pushInt(m: Machine, value: number | bigint): void {
  m.sawText = true;
  const fits = typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff;
  if (fits || !m.settings.longs) m.push(value);
  else m.pushExact(new Py2Int(value));
}

function long(m: Machine): void {
  const text = asciiLine(m);
  pushLong(m, integerLine(m, text.endsWith('L') ? text.slice(0, -1) : text));
}

function float(m: Machine): void {
  m.sawText = true;
  const value = parseFloatText(asciiLine(m));
  if (value === undefined) throw new Fault('could not convert string to float');
  pushFloat(m, value);
}

/** What `float('nan')` is in CPython. */
const USUAL_NAN = 0x7ff8000000000000n;

/** True for a float that needs a wrapper to be told from an int (or, as NaN, from another NaN). */
export function isAmbiguous(value: number, exact: boolean): boolean {
  // -0 is told from the int 0 by itself, but not as a key: Map and Set make it 0.
  return Number.isSafeInteger(value) || (exact && Number.isNaN(value));
}

/** BINFLOAT of a NaN: its sign and payload are kept where they are not the usual ones. */
function nan(m: Machine): void {
  const bits = m.bytes.readBigUInt64BE(claim(m, 8));
  if (m.settings.exact || bits !== USUAL_NAN) m.pushExact(new PyFloat(NaN, bits));
  else m.push(NaN);
}

function pushFloat(m: Machine, value: number): void {
  if (isAmbiguous(value, m.settings.exact)) m.pushExact(new PyFloat(value));
  else m.push(value);
}

/** The end of a short line of ASCII without escapes; -1 for any other line. */
function plainLineEnd(bytes: Bytes, from: number): number {
  for (let at = from; at <= from + KEY_BYTES; at++) {
    const byte = bytes[at] ?? 0x80;
    if (byte === 0x0a) return at;
    if (byte >= 0x80 || byte === 0x5c) return -1;
  }
  return -1;
}

function unicode(m: Machine): void {
  m.sawText = true;
  const end = plainLineEnd(m.bytes, m.pos);
  if (end >= 0) {
    m.push(keyText(m.bytes, m.pos, end));
    m.pos = end + 1;
    return;
  }
  const { from, to } = line(m);
  if (to - from > m.settings.limits.stringBytes)
    throw new Fault('value longer than the limit allows');
  m.push(decodeRawUnicode(m.bytes, from, to));
}

function string(m: Machine): void {
  m.sawText = true;
  const end = plainLineEnd(m.bytes, m.pos);
  const quote = m.bytes[m.pos];
  const isQuoted =
    end > m.pos + 1 && quote === m.bytes[end - 1] && (quote === 0x22 || quote === 0x27);
  if (isQuoted && pushPlainStr(m, m.pos + 1, end - 1)) {
    m.pos = end + 1;
    return;
  }
  const { from, to } = line(m);
  if (to - from > m.settings.limits.stringBytes)
    throw new Fault('value longer than the limit allows');
  pushStr(m, decodeLiteral(m.bytes, from, to));
}

/** The index of a text PUT or GET. */
function index(m: Machine): number {
  m.sawText = true;
  const number = digits(m);
  if (number === undefined) throw new Fault('invalid memo index');
  return number;
}

// --- stack and memo ------------------------------------------------------------------------------

function pop(m: Machine): void {
  // On a mark, POP takes the mark.
  if (m.marks.length > 0 && m.sp === m.fence) {
    m.popMark();
    return;
  }
  const value = m.pop();
  const below = m.sp > m.fence ? m.stack[m.sp - 1] : undefined;
  // `setter(object, state)` whose result is dropped: the sixth item of a __reduce__ value.
  if (!(value instanceof PyObject) || value.how !== 'reduce' || value.ops.length > 0) return;
  if (typeof below !== 'object' || value.args.length !== 2 || value.args[0] !== below) return;
  m.applySetter(below, value);
}

function dup(m: Machine): void {
  m.pushAny(m.reuse(m.top()));
}

function memoizeTop(m: Machine, at: number): void {
  m.memoize(at, m.top());
}

// --- containers ----------------------------------------------------------------------------------

function emptySet(m: Machine): void {
  m.count();
  m.push(m.newSet());
}

function frozenSet(m: Machine): void {
  const from = m.popMark();
  m.count();
  const set = m.newFrozenSet(m.stack.slice(from, m.sp));
  m.drop(from);
  m.push(set);
}

function list(m: Machine): void {
  m.sawText = true;
  const from = m.popMark();
  m.count();
  m.push(m.take(from));
}

function dict(m: Machine): void {
  m.sawText = true;
  const from = m.popMark();
  m.count();
  const items = m.stack.slice(from, m.sp);
  m.drop(from);
  m.push(m.newDict());
  for (const item of items) m.pushAny(item);
  m.setPairs(from + 1);
}

// --- names and objects -----------------------------------------------------------------------------

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== 'string' || typeof module !== 'string') {
    throw new Fault('STACK_GLOBAL requires str');
  }
  m.push(findGlobal(m, module, name));
}

function global(m: Machine): void {
  const module = utf8Line(m);
  m.push(findGlobal(m, module, utf8Line(m)));
}

function inst(m: Machine): void {
  m.sawText = true;
  const cls = findGlobal(m, utf8Line(m), utf8Line(m));
  const args = m.takeTuple(m.popMark());
  m.push(call(m, 'inst', cls, args));
}

function obj(m: Machine): void {
  const from = m.popMark();
  if (m.sp <= from) throw m.underflow();
  const cls = m.stack[from];
  const args = m.takeTuple(from + 1);
  m.sp = from;
  m.push(call(m, 'obj', cls, args));
}

function popTuple(m: Machine, what: string): PyTuple {
  const args = m.pop();
  if (!(args instanceof PyTuple)) throw new Fault(`${what} must be a tuple`);
  return args;
}

function reduce(m: Machine): void {
  const args = popTuple(m, 'argument list');
  m.push(call(m, 'reduce', m.pop(), args));
}

/** NEWOBJ wants a class: anything that may name one. */
function popClass(m: Machine): unknown {
  const cls = m.pop();
  if (cls instanceof PyGlobal || cls instanceof PyObject || typeof cls === 'function') return cls;
  throw new Fault('NEWOBJ class argument must be a type');
}

function newObj(m: Machine): void {
  const args = popTuple(m, 'NEWOBJ arguments');
  m.push(call(m, 'newobj', popClass(m), args));
}

function newObjEx(m: Machine): void {
  const kwargs = m.pop();
  const args = popTuple(m, 'NEWOBJ_EX arguments');
  const isDict = typeof kwargs === 'object' && kwargs !== null && m.isDict(kwargs);
  if (!isDict) throw new Fault('NEWOBJ_EX kwargs argument must be a dict');
  m.push(call(m, 'newobj_ex', popClass(m), args, kwargs));
}

function build(m: Machine): void {
  const state = m.pop();
  m.build(m.top(), state);
}

function extension(m: Machine, code: number): void {
  if (code <= 0) throw new Fault('EXT specifies code <= 0');
  const value = m.settings.extension(code);
  if (value === undefined || value === null) throw new Fault(`unregistered extension code ${code}`);
  m.push(value);
}

function persistent(m: Machine, pid: unknown): void {
  const load = m.settings.persistentLoad;
  if (load === undefined) throw new Fault('a persistent id, but no persistentLoad was given');
  m.pushAny(load(m.view(pid)) ?? null);
}

function nextBuffer(m: Machine): void {
  if (m.buffers === undefined) {
    throw new Fault('out-of-band data, but no buffers were given');
  }
  const next = m.buffers.next();
  if (next.done === true) throw new Fault('not enough out-of-band buffers');
  m.push(new PyPickleBuffer(next.value));
}

function frame(m: Machine): void {
  const size = m.bytes.readBigUInt64LE(claim(m, 8));
  if (size > BigInt(m.bytes.length - m.pos)) throw new Fault('pickle data was truncated');
}

function readonlyBuffer(m: Machine): void {
  const buffer = m.pop();
  if (!(buffer instanceof PyPickleBuffer))
    throw new Fault('READONLY_BUFFER of a value that is no buffer');
  m.push(new PyPickleBuffer(buffer.bytes, true));
}

function tuple(size: number): SlowOp {
  return (m) => {
    if (m.sp - m.fence < size) throw m.underflow();
    m.count();
    m.push(m.takeTuple(m.sp - size));
  };
}

function markedTuple(m: Machine): void {
  const from = m.popMark();
  // Only protocol 0 writes an empty tuple this way.
  if (from === m.sp) m.sawText = true;
  m.count();
  m.push(m.takeTuple(from));
}

function append(m: Machine): void {
  if (m.sp - m.fence < 2) throw m.underflow();
  m.appendItems(m.sp - 1);
}

function setItem(m: Machine): void {
  if (m.sp - m.fence < 3) throw m.underflow();
  m.setPairs(m.sp - 2);
}

function protocol(m: Machine): void {
  const version = m.bytes.readUInt8(claim(m, 1));
  if (version > 5) throw new Fault(`unsupported pickle protocol: ${version}`);
  m.protocol = version;
}

/** By opcode; undefined for the hot loop's own and for bytes that are no opcode. */
export const SLOW_OPS: readonly (SlowOp | undefined)[] = table([
  [OP.PROTO, protocol],
  [OP.FRAME, frame],
  // Only beyond the limit on nodes do these come here.
  [OP.EMPTY_LIST, (m) => m.count()],
  [OP.EMPTY_DICT, (m) => m.count()],
  [OP.POP, pop],
  [OP.POP_MARK, (m) => m.drop(m.popMark())],
  [OP.DUP, dup],
  [OP.INT, int],
  [OP.LONG, long],
  [OP.FLOAT, float],
  // Other floats are the hot loop's.
  [OP.BINFLOAT, nan],
  [OP.UNICODE, unicode],
  [OP.STRING, string],
  [OP.BINSTRING, (m) => pushBinaryStr(m, signedSize4(m))],
  [OP.SHORT_BINSTRING, (m) => pushBinaryStr(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.BINUNICODE8, (m) => pushText(m, size8(m))],
  [OP.BINBYTES, (m) => m.push(copyBytes(m, size4(m)))],
  [OP.SHORT_BINBYTES, (m) => m.push(copyBytes(m, m.bytes.readUInt8(claim(m, 1))))],
  [OP.BINBYTES8, (m) => m.push(copyBytes(m, size8(m)))],
  [OP.BYTEARRAY8, (m) => m.push(new PyByteArray(copyBytes(m, size8(m))))],
  [OP.LONG1, (m) => binaryLong(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.LONG4, (m) => binaryLong(m, signedSize4(m))],
  [OP.PUT, (m) => memoizeTop(m, index(m))],
  [OP.BINPUT, (m) => memoizeTop(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.LONG_BINPUT, (m) => memoizeTop(m, size4(m))],
  [OP.MEMOIZE, (m) => memoizeTop(m, m.memoCount)],
  [OP.GET, (m) => m.pushAny(m.fetch(index(m)))],
  [OP.BINGET, (m) => m.pushAny(m.fetch(m.bytes.readUInt8(claim(m, 1))))],
  [OP.LONG_BINGET, (m) => m.pushAny(m.fetch(size4(m)))],
  [OP.EMPTY_SET, emptySet],
  [OP.ADDITEMS, (m) => m.addItems(m.popMark())],
  [OP.FROZENSET, frozenSet],
  [OP.LIST, list],
  [OP.DICT, dict],
  [OP.TUPLE, markedTuple],
  [OP.TUPLE1, tuple(1)],
  [OP.TUPLE2, tuple(2)],
  [OP.TUPLE3, tuple(3)],
  [OP.EMPTY_TUPLE, tuple(0)],
  [OP.APPEND, append],
  [OP.APPENDS, (m) => m.appendItems(m.popMark())],
  [OP.SETITEM, setItem],
  [OP.SETITEMS, (m) => m.setPairs(m.popMark())],
  [OP.GLOBAL, global],
  [OP.STACK_GLOBAL, stackGlobal],
  [OP.INST, inst],
  [OP.OBJ, obj],
  [OP.REDUCE, reduce],
  [OP.NEWOBJ, newObj],
  [OP.NEWOBJ_EX, newObjEx],
  [OP.BUILD, build],
  [OP.EXT1, (m) => extension(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.EXT2, (m) => extension(m, m.bytes.readUInt16LE(claim(m, 2)))],
  [OP.EXT4, (m) => extension(m, m.bytes.readInt32LE(claim(m, 4)))],
  [OP.PERSID, (m) => persistent(m, utf8Line(m))],
  [OP.BINPERSID, (m) => persistent(m, m.pop())],
  [OP.NEXT_BUFFER, nextBuffer],
  [OP.READONLY_BUFFER, readonlyBuffer],
]);

function table(rows: readonly (readonly [opcode: number, op: SlowOp])[]): (SlowOp | undefined)[] {
  const ops = new Array<SlowOp | undefined>(256).fill(undefined);
  for (const [opcode, op] of rows) ops[opcode] = op;
  return ops;
}
