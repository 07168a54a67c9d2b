// Text as pymemcache makes it of values, encodes it, and quotes it in messages.

import { UnicodeEncodeError } from '../../errors';
import { MAX_VALUE_BYTES } from '../../limits';
import { asBuffer } from '../../value/compression';
import { PyByteArray, repr, str } from '../../value/pickle';
import { encodeUtf8 } from '../../value/text';
import { MemcacheIllegalInputError } from './exceptions';

/** Bytes of a text; a string's char codes are the bytes. */
export type Encode = (text: string) => string | Buffer;

/** How long a quoted key or value may be in a message: a key of 250 bytes is shown whole, each as `\xff`. */
const QUOTED = 1100;

/** Encodings by Python's names for them, in lower case and with `_`. */
const ENCODINGS: ReadonlyMap<string, Encode> = new Map(
  (
    [
      [ascii, ['ascii', 'us_ascii', '646']],
      [latin1, ['latin_1', 'latin1', 'latin', 'l1', 'iso_8859_1', 'iso8859_1', '8859', 'cp819']],
      [utf8, ['utf_8', 'utf8', 'u8', 'utf', 'cp65001']],
    ] as const
  ).flatMap(([encode, names]) => names.map((name) => [name, encode] as const)),
);

/**
 * The encoding of a name.
 * @throws {TypeError} no string
 * @throws {MemcacheIllegalInputError} one that is unknown, or of which this package has no table
 */
export function findEncoding(name: unknown): Encode {
  if (typeof name !== 'string') throw new TypeError('encoding must be a string');
  const encode = ENCODINGS.get(name.toLowerCase().replaceAll(/[- ]/g, '_'));
  if (encode === undefined) {
    const known = 'ascii, latin-1, utf-8';
    throw new MemcacheIllegalInputError(`unknown encoding: ${name}; there are ${known}`);
  }
  return encode;
}

/** @throws {UnicodeEncodeError} a character beyond ASCII */
export function ascii(text: string): string {
  return limited(text, /[^\0-\x7f]/, 'ascii', 128);
}

function latin1(text: string): string {
  return limited(text, /[^\0-\xff]/, 'latin-1', 256);
}

/** @throws {UnicodeEncodeError} a lone surrogate */
export function utf8(text: string): string | Buffer {
  return encodeUtf8(text, 3);
}

function limited(text: string, beyond: RegExp, codec: string, limit: number): string {
  if (!beyond.test(text)) return text;
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const start = points.findIndex((point) => point >= limit);
  let end = start + 1;
  while ((points[end] ?? 0) >= limit) end++;
  const shown =
    end - start === 1
      ? `character '${escape(points[start] ?? 0)}' in position ${start}`
      : `characters in position ${start}-${end - 1}`;
  throw new UnicodeEncodeError(
    `'${codec}' codec can't encode ${shown}: ordinal not in range(${limit})`,
  );
}

/** A code point in Python's message. */
function escape(point: number): string {
  const [mark, digits] = point < 0x100 ? ['x', 2] : point < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${mark}${point.toString(16).padStart(digits, '0')}`;
}

/**
 * What is stored of what a serializer gave: bytes as they are, `str(value).encode(encoding)` of all else.
 * @throws {MemcacheIllegalInputError} the encoding cannot hold it, or it is longer than any value
 */
export function valueBytes(value: unknown, encode: Encode): string | Buffer {
  // A bytearray is not bytes in Python, and is stored as its text.
  if (value instanceof Uint8Array && !(value instanceof PyByteArray)) return asBuffer(value);
  const text = str(value, MAX_VALUE_BYTES);
  if (text.length > MAX_VALUE_BYTES) {
    throw new MemcacheIllegalInputError(
      `the text of a value is over ${MAX_VALUE_BYTES} characters`,
    );
  }
  try {
    return encode(text);
  } catch (error) {
    if (!(error instanceof UnicodeEncodeError)) throw error;
    const message = `Data values must be binary-safe: ${error.message}`;
    throw new MemcacheIllegalInputError(message, { cause: error });
  }
}

/** Python's `%r`. */
export function quoted(value: unknown): string {
  return repr(value, QUOTED);
}
