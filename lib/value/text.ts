// Text to utf-8 and back, strictly as Python does it: what is refused, and with which message, differs by Python.

import { isAscii, isUtf8 } from 'node:buffer';
import { UnicodeDecodeError, UnicodeEncodeError } from '../errors';
import type { PyText } from './pickle';
import { asBytes, type Bytes } from './pickle/bytes';
import { decodeUtf8 as passSurrogates, encodeUtf8 as encodeSurrogates } from './pickle/text';

/** Python 2's codec takes lone surrogates as they are; Python 3's refuses them. */
type Python = 2 | 3;

/** Below this many bytes a non-ASCII value is cheaper inside the joined text of a write. */
const JOINED = 4096;

/** Above this many bytes it pays to ask whether they are ASCII: latin-1 is decoded twice as fast. */
const LONG = 4096;

/**
 * `text.encode('utf-8')`: ASCII is its own form, other text becomes bytes.
 * @throws {UnicodeEncodeError} a lone surrogate, on Python 3
 */
export function encodeUtf8(text: string, python: Python): string | Buffer {
  if (Buffer.byteLength(text) === text.length) return text;
  const bytes = text.isWellFormed() ? Buffer.from(text, 'utf8') : encodeLone(text, python);
  return bytes.length <= JOINED ? bytes.latin1Slice() : bytes;
}

function encodeLone(text: string, python: Python): Buffer {
  if (python === 2) return encodeSurrogates(text);
  throw surrogateError(Array.from(text, (char) => char.codePointAt(0) ?? 0));
}

/**
 * `text.encode('utf-8')` of text that no JavaScript string can hold: it has surrogates that are no pair.
 * @throws {UnicodeEncodeError} on Python 3
 */
export function encodeText(text: PyText, python: Python): Buffer {
  if (python === 2) return text.utf8;
  throw surrogateError(text.codePoints());
}

/**
 * `bytes.decode('utf-8')`. Overlong forms are refused, a byte order mark is kept. Python 2 takes surrogates: as PyText
 * where JavaScript would join them into one character.
 * @throws {UnicodeDecodeError} not utf-8
 */
export function decodeUtf8(
  bytes: Buffer,
  from: number,
  to: number,
  python: Python,
): string | PyText {
  if (to - from > LONG && isAscii(bytes.subarray(from, to))) return bytes.latin1Slice(from, to);
  const text = (bytes as Bytes).utf8Slice(from, to);
  // Only where the replacement character came out can the bytes be bad; it may also have been in them.
  if (!text.includes('\ufffd')) return text;
  const part = bytes.subarray(from, to);
  if (isUtf8(part)) return text;
  const fault = FAULTS[python](part);
  if (fault === undefined) return passSurrogates(asBytes(part), 0, part.length);
  throw decodeError(part, fault, python);
}

function surrogateError(points: readonly number[]): UnicodeEncodeError {
  const isLone = (point: number | undefined): boolean =>
    point !== undefined && point >= 0xd800 && point <= 0xdfff;
  const start = points.findIndex(isLone);
  let end = start + 1;
  while (isLone(points[end])) end++;
  const shown =
    end - start === 1
      ? `character '\\u${(points[start] ?? 0).toString(16)}' in position ${start}`
      : `characters in position ${start}-${end - 1}`;
  return new UnicodeEncodeError(`'utf-8' codec can't encode ${shown}: surrogates not allowed`);
}

/** The first bytes that are not utf-8, from `start` up to `end`. */
interface Fault {
  readonly start: number;
  readonly end: number;
  readonly reason: 'invalid start byte' | 'invalid continuation byte' | 'unexpected end of data';
}

/** By first byte: how many bytes follow, and the range of the first of these (RFC 3629). */
const SEQUENCES: readonly { upTo: number; follow: number; low: number; high: number }[] = [
  { upTo: 0x7f, follow: 0, low: 0, high: 0 },
  { upTo: 0xc1, follow: -1, low: 0, high: 0 },
  { upTo: 0xdf, follow: 1, low: 0x80, high: 0xbf },
  { upTo: 0xe0, follow: 2, low: 0xa0, high: 0xbf },
  { upTo: 0xec, follow: 2, low: 0x80, high: 0xbf },
  { upTo: 0xed, follow: 2, low: 0x80, high: 0x9f },
  { upTo: 0xef, follow: 2, low: 0x80, high: 0xbf },
  { upTo: 0xf0, follow: 3, low: 0x90, high: 0xbf },
  { upTo: 0xf3, follow: 3, low: 0x80, high: 0xbf },
  { upTo: 0xf4, follow: 3, low: 0x80, high: 0x8f },
  { upTo: 0xff, follow: -1, low: 0, high: 0 },
];

/** Which bytes each Python blames: measured on 2.7.18, and on 3.6 and 3.11, which agree. */
const FAULTS: Readonly<Record<Python, (bytes: Buffer) => Fault | undefined>> = {
  2: faultOfPython2,
  3: faultOfPython3,
};

/** The sequence up to the first byte that cannot follow. */
function faultOfPython3(bytes: Buffer): Fault | undefined {
  for (let start = 0; start < bytes.length;) {
    const { follow, low, high } = sequenceOf(bytes[start]);
    if (follow < 0) return { start, end: start + 1, reason: 'invalid start byte' };
    for (let i = 1; i <= follow; i++) {
      const byte = bytes[start + i];
      const end = start + i;
      if (byte === undefined) return { start, end, reason: 'unexpected end of data' };
      if (i === 1 ? byte < low || byte > high : !isContinuation(byte)) {
        return { start, end, reason: 'invalid continuation byte' };
      }
    }
    start += follow + 1;
  }
  return undefined;
}

/** A sequence that is too short is never looked into; of others the last byte is never blamed. */
function faultOfPython2(bytes: Buffer): Fault | undefined {
  for (let start = 0; start < bytes.length;) {
    const { follow, low, high } = sequenceOf(bytes[start], true);
    if (follow < 0) return { start, end: start + 1, reason: 'invalid start byte' };
    const isCut = start + follow >= bytes.length;
    const last = isCut ? bytes.length - 1 : start + follow - 1;
    let end = start + 1;
    while (end <= last && isContinuation(bytes[end])) end++;
    if (isCut && follow > 0) return { start, end, reason: 'unexpected end of data' };
    const second = bytes[start + 1] ?? 0;
    const isGood =
      follow === 0 ||
      (end === start + follow && isContinuation(bytes[end]) && second >= low && second <= high);
    if (!isGood) return { start, end, reason: 'invalid continuation byte' };
    start += follow + 1;
  }
  return undefined;
}

function sequenceOf(first = 0, withSurrogates = false): (typeof SEQUENCES)[number] {
  const row = SEQUENCES.find(({ upTo }) => first <= upTo);
  if (row === undefined) throw new RangeError(`no byte: ${first}`);
  return withSurrogates && first === 0xed ? { ...row, high: 0xbf } : row;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}

/** CPython's message. */
function decodeError(
  bytes: Buffer,
  { start, end, reason }: Fault,
  python: Python,
): UnicodeDecodeError {
  const codec = python === 2 ? 'utf8' : 'utf-8';
  const shown =
    end - start === 1
      ? `byte 0x${(bytes[start] ?? 0).toString(16).padStart(2, '0')} in position ${start}`
      : `bytes in position ${start}-${end - 1}`;
  return new UnicodeDecodeError(`'${codec}' codec can't decode ${shown}: ${reason}`);
}
