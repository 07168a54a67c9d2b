// Keys, values and numbers are taken and refused as Python 2's C functions do, and what would do harm is refused too.

import { OverflowError, UnicodeEncodeError, ValueError } from '../../errors';
import { checkBytes, checkKey, deltaText, expiryText, flagsOf } from './checks';

describe('a key', () => {
  it.each<[string | Uint8Array, string]>([
    ['k', 'k'],
    ['k\x01\x7f', 'k\x01\x7f'],
    [Buffer.from([0xff, 0x80]), '\xff\x80'],
    [new Uint8Array([0x61]), 'a'],
    ['k'.repeat(250), 'k'.repeat(250)],
  ])('%p is sent as it is', (key, wire) => {
    expect(checkKey(key)).toBe(wire);
  });

  it.each(['', 'a b', 'a\tb', 'a\vb', 'a\fb', 'a\rb', 'a\n', 'a\0b', 'k'.repeat(251)])(
    '%j is refused: it would split a command, or is no key',
    (key) => {
      expect(() => checkKey(key)).toThrow(ValueError);
      expect(() => checkKey(Buffer.from(key))).toThrow(ValueError);
    },
  );

  it.each<[unknown, string]>([
    [42, 'int'],
    [1.5, 'float'],
    [null, 'None'],
    [[7, 'k'], 'tuple'],
  ])('%p is no text', (key, type) => {
    expect(() => checkKey(key)).toThrow(
      new TypeError(`argument 1 must be string or read-only buffer, not ${type}`),
    );
  });
});

it.each([
  ['\xe9', 'x', 0],
  ['ab\u20ac', 'u', 2],
  ['\ud83d\ude00', 'u', 0],
])('text that is not ASCII is refused: %j', (text, form, at) => {
  const message = `'ascii' codec can't encode character u'\\${form}`;
  expect(() => checkBytes(text, 2)).toThrow(UnicodeEncodeError);
  expect(() => checkBytes(text, 2)).toThrow(message);
  expect(() => checkBytes(text, 2)).toThrow(`in position ${at}: ordinal not in range(128)`);
});

describe('numbers', () => {
  it.each<[unknown, string]>([
    [undefined, '0'],
    [60, '60'],
    [60n, '60'],
    [true, '1'],
    [-1, '0'],
    [2 ** 31, '2147483647'],
    [2n ** 63n - 1n, '2147483647'],
  ])('a time of %p is sent as %s', (time, text) => {
    expect(expiryText(time)).toBe(text);
  });

  it.each<[unknown, string]>([
    [undefined, '1'],
    [0, '0'],
    [2n ** 64n - 1n, '18446744073709551615'],
  ])('a delta of %p is sent as %s', (delta, text) => {
    expect(deltaText(delta)).toBe(text);
  });

  it.each([0, 12, 65539, 2 ** 32 - 1])('flags of %d are sent whole', (flags) => {
    expect(flagsOf(flags)).toBe(flags);
  });

  it('out of range are refused', () => {
    for (const delta of [-1, 2n ** 64n]) expect(() => deltaText(delta)).toThrow(OverflowError);
    for (const flags of [-1, 2 ** 32]) expect(() => flagsOf(flags)).toThrow(OverflowError);
  });

  it.each<[unknown, string]>([
    [1.5, 'float'],
    [NaN, 'float'],
    ['5', 'str'],
    [null, 'NoneType'],
  ])('%p is none', (value, type) => {
    const error = new TypeError(`an integer is required, not ${type}`);
    for (const take of [expiryText, deltaText, flagsOf]) expect(() => take(value)).toThrow(error);
  });
});
