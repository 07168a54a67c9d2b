// Text to utf-8 and back, strictly as Python does it.

import { isAscii, isUtf8 } from 'node:buffer';
import { UnicodeDecodeError, UnicodeEncodeError } from '../errors';
import type { Bytes } from './pickle/bytes';

/** Below this many bytes a non-ASCII value is cheaper inside the joined text of a write. */
const JOINED = 4096;

/** Above this many bytes it pays to ask whether they are ASCII: latin-1 is decoded twice as fast. */
const LONG = 4096;

/**
 * `text.encode('utf-8')`: ASCII is its own form, other text becomes bytes.
 * @throws {UnicodeEncodeError} a lone surrogate
 */
export function encodeUtf8(text: string): string | Buffer {
  if (Buffer.byteLength(text) === text.length) return text;
  if (!text.isWellFormed()) throw new UnicodeEncodeError(surrogateMessage(text));
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length <= JOINED ? bytes.latin1Slice() : bytes;
}

/**
 * `bytes.decode('utf-8')`.
 * @throws {UnicodeDecodeError} not utf-8; surrogates and overlong forms are refused, a byte order mark is kept
 */
export function decodeUtf8(bytes: Buffer, from: number, to: number): string {
  if (to - from > LONG && isAscii(bytes.subarray(from, to))) return bytes.latin1Slice(from, to);
  const text = (bytes as Bytes).utf8Slice(from, to);
  // Only where the replacement character came out can the bytes be bad; it may also have been in them.
  if (!text.includes('\ufffd')) return text;
  const part = bytes.subarray(from, to);
  if (isUtf8(part)) return text;
  throw new UnicodeDecodeError(decodeMessage(part));
}

function surrogateMessage(text: string): string {
  let at = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) {
      const shown = `\\u${code.toString(16)}`;
      return `'utf-8' codec can't encode character '${shown}' in position ${at}: surrogates not allowed`;
    }
    at++;
  }
  return "'utf-8' codec can't encode text";
}

/** First bytes of sequences: how many bytes follow, and the range of the first of these (RFC 3629). */
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

/** CPython's message for the first bytes that are not utf-8. */
function decodeMessage(bytes: Buffer): string {
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const row = SEQUENCES.find(({ upTo }) => first <= upTo);
    if (row === undefined || row.follow < 0) return message(first, at, 'invalid start byte');
    for (let i = 1; i <= row.follow; i++) {
      const byte = bytes[at + i];
      if (byte === undefined) return message(first, at, 'unexpected end of data');
      const isGood = i === 1 ? byte >= row.low && byte <= row.high : byte >= 0x80 && byte <= 0xbf;
      if (!isGood) return message(first, at, 'invalid continuation byte');
    }
    at += row.follow + 1;
  }
  return "'utf-8' codec can't decode bytes";
}

function message(byte: number, at: number, reason: string): string {
  const shown = byte.toString(16).padStart(2, '0');
  return `'utf-8' codec can't decode byte 0x${shown} in position ${at}: ${reason}`;
}
