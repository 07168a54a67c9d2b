// Values become bytes, or are refused, as Python's str() and encode() have it.

import { UnicodeEncodeError } from '../../errors';
import { PyByteArray, PyDate, PyFloat, PyTuple } from '../../value/pickle';
import { MemcacheIllegalInputError } from './exceptions';
import { findEncoding, valueBytes } from './text';

/** The bytes of a value, as char codes. */
function stored(value: unknown, encoding = 'ascii'): string {
  const bytes = valueBytes(value, findEncoding(encoding));
  return typeof bytes === 'string' ? bytes : bytes.toString('latin1');
}

it.each<[unknown, string]>([
  ['text', 'text'],
  ['', ''],
  [Buffer.from('\xff', 'latin1'), '\xff'],
  [new Uint8Array([1, 2, 3]).subarray(1), '\x02\x03'],
  [PyByteArray.from(Buffer.from('ab')), "bytearray(b'ab')"],
  [42, '42'],
  [-0, '-0.0'],
  [1e22, '1e+22'],
  [NaN, 'nan'],
  [new PyFloat(1), '1.0'],
  [2n ** 70n, String(2n ** 70n)],
  [true, 'True'],
  [null, 'None'],
  [undefined, 'None'],
  [[1, 'a', null], "[1, 'a', None]"],
  [PyTuple.of(1), '(1,)'],
  [{ a: [true] }, "{'a': [True]}"],
  [new Map([[1, 'x']]), "{1: 'x'}"],
  [new PyDate(2024, 2, 29), '2024-02-29'],
])('%p without a serde', (value, text) => {
  expect(stored(value)).toBe(text);
});

it.each([
  ['utf8', '\xc3\xa9'],
  ['UTF-8', '\xc3\xa9'],
  ['utf_8', '\xc3\xa9'],
  ['latin-1', '\xe9'],
  ['ISO-8859-1', '\xe9'],
])('\xe9 in %s', (encoding, text) => {
  expect(stored('\xe9', encoding)).toBe(text);
});

it.each([
  [
    'ascii',
    '\xe9',
    "'ascii' codec can't encode character '\\xe9' in position 0: ordinal not in range(128)",
  ],
  [
    'us-ascii',
    'a\u20ac\u{1f600}b',
    "'ascii' codec can't encode characters in position 1-2: ordinal not in range(128)",
  ],
  [
    'latin1',
    'ab\u20ac',
    "'latin-1' codec can't encode character '\\u20ac' in position 2: ordinal not in range(256)",
  ],
  [
    'latin1',
    '\u{1f600}',
    "'latin-1' codec can't encode character '\\U0001f600' in position 0: ordinal not in range(256)",
  ],
  [
    'utf8',
    '\ud800',
    "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
  ],
])('%s cannot hold %j', (encoding, text, message) => {
  const store = (): string => stored(text, encoding);
  expect(store).toThrow(MemcacheIllegalInputError);
  expect(store).toThrow(`Data values must be binary-safe: ${message}`);
  expect(() => findEncoding(encoding)(text)).toThrow(new UnicodeEncodeError(message));
});

it.each(['rot13', 'utf-16', '', 'constructor'])('%j is no encoding', (name) => {
  expect(() => findEncoding(name)).toThrow(MemcacheIllegalInputError);
});
