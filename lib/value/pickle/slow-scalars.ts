// Scalars that are not in the reader's hot loop: text forms, long ints, Python 2's str, bytes.
import type { Bytes } from './bytes';
import { Fault } from './fault';
import { KEY_BYTES, keyStr } from './keytext';
import type { Machine } from './machine';
import { parseFloatText, parseInteger, readLong } from './numbers';
import { decodeLiteral, decodeRawUnicode, decodeStr, decodeUtf8 } from './text';
import { PyFloat, Py2Int, Py2Long, Py2Str } from './exact';

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
export function utf8Line(m: Machine): string {
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

export function size4(m: Machine): number {
  return m.bytes.readUInt32LE(claim(m, 4));
}

/** A 4-byte size that CPython reads as signed. */
export function signedSize4(m: Machine): number {
  const size = m.bytes.readInt32LE(claim(m, 4));
  if (size < 0) throw new Fault('negative byte count');
  return size;
}

/** An 8-byte size. Compared as bigint: 2**53+2 must not be taken for 2**53. */
export function size8(m: Machine): number {
  const size = m.bytes.readBigUInt64LE(claim(m, 8));
  if (size > BigInt(m.bytes.length)) throw new Fault('pickle data was truncated');
  return Number(size);
}

export function copyBytes(m: Machine, size: number): Buffer {
  const from = claim(m, size);
  return Buffer.from(m.bytes.subarray(from, from + size));
}

export function pushText(m: Machine, size: number): void {
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

export function pushBinaryStr(m: Machine, size: number): void {
  const from = claim(m, size);
  if (!pushPlainStr(m, from, from + size)) pushStr(m, m.bytes.subarray(from, from + size));
}

/** Pushes a `long`; below protocol 3 a Python 2 reader tells it from an int. */
function pushLong(m: Machine, value: number | bigint): void {
  if (m.settings.longs && (m.protocol ?? 0) < 3) m.pushExact(new Py2Long(value));
  else m.push(value);
}

export function binaryLong(m: Machine, size: number): void {
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
function digits(m: Machine, from = m.pos): number | undefined {
  const { bytes } = m;
  let at = from;
  let value = 0;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  const size = at - from;
  if (bytes[at] !== 0x0a || size === 0 || size > SAFE_DIGITS) return undefined;
  m.pos = at + 1;
  return value;
}

/** INT lines that are not 1 to 31 bits. */
export function int(m: Machine): void {
  const size = m.bytes[m.pos] === 0x2d ? digits(m, m.pos + 1) : undefined;
  if (size !== undefined) {
    pushInt(m, 0 - size);
    return;
  }
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

export function long(m: Machine): void {
  const text = asciiLine(m);
  pushLong(m, integerLine(m, text.endsWith('L') ? text.slice(0, -1) : text));
}

/** Digits of a mantissa that a number holds exactly. */
const EXACT_DIGITS = 15;
/** Powers of ten that a number holds exactly: a mantissa divided by one is rounded once, as it must be. */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** A line of at most 15 digits with a point among them; undefined, and nothing read, for any other line. */
function decimal(m: Machine): number | undefined {
  const { bytes } = m;
  const from = bytes[m.pos] === 0x2d ? m.pos + 1 : m.pos;
  let mantissa = 0;
  let point = -1;
  let at = from;
  for (; at - from <= EXACT_DIGITS; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (digit === -2 && point < 0) point = at;
    else break;
  }
  if (bytes[at] !== 0x0a || point < 0 || at - from < 2) return undefined;
  const size = mantissa / (POWERS[at - point - 1] as number);
  const isNegative = from > m.pos;
  m.pos = at + 1;
  return isNegative ? -size : size;
}

/** By byte: 1 for those of numbers, of which JavaScript reads the same as Python. */
const NUMERIC = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-+.0-9eE]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** A line that is a finite number; undefined, and nothing read, for any other line. */
function number(m: Machine): number | undefined {
  const { bytes, pos } = m;
  let at = pos;
  while (NUMERIC[bytes[at] ?? 0] === 1) at++;
  if (bytes[at] !== 0x0a || at === pos) return undefined;
  const value = Number(bytes.latin1Slice(pos, at));
  if (!Number.isFinite(value)) return undefined;
  m.pos = at + 1;
  return value;
}

export function float(m: Machine): void {
  m.sawText = true;
  const short = decimal(m) ?? number(m);
  if (short !== undefined) {
    pushFloat(m, short);
    return;
  }
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
export function nan(m: Machine): void {
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

/** UNICODE lines that are not short ASCII. */
export function unicode(m: Machine): void {
  m.sawText = true;
  const { from, to } = line(m);
  if (to - from > m.settings.limits.stringBytes)
    throw new Fault('value longer than the limit allows');
  m.push(decodeRawUnicode(m.bytes, from, to));
}

export function string(m: Machine): void {
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
export function index(m: Machine): number {
  m.sawText = true;
  const number = digits(m);
  if (number === undefined) throw new Fault('invalid memo index');
  return number;
}
