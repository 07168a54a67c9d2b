// Keys are checked, prefixed and refused as pymemcache does; compat-tests compare it with the library.

import { UnicodeEncodeError } from '../../errors';
import { MemcacheIllegalInputError } from './exceptions';
import { checkKey, prefixOf, type Key, type KeyRules } from './keys';

const ascii: KeyRules = { allow_unicode_keys: false, python: 3 };
const unicode: KeyRules = { allow_unicode_keys: true, python: 3 };
const python2: KeyRules = { allow_unicode_keys: false, python: 2 };

it.each<[Key, KeyRules, string, string]>([
  ['k', ascii, '', 'k'],
  ['k', ascii, 'p:', 'p:k'],
  ['', ascii, 'p:', 'p:'],
  ['a\x01\x1c\x7f', ascii, '', 'a\x01\x1c\x7f'],
  ['\xe9', unicode, '', '\xc3\xa9'],
  ['\u2028', unicode, '', '\xe2\x80\xa8'],
  [Buffer.from('\x85\xa0', 'latin1'), ascii, '\xff', '\xff\x85\xa0'],
  [new Uint8Array([0, 107, 0]).subarray(1, 2), ascii, '', 'k'],
  ['k'.repeat(248), ascii, 'p:', 'p:' + 'k'.repeat(248)],
])('%j with %o and prefix %j', (key, rules, prefix, wire) => {
  expect(checkKey(key, rules, prefix)).toBe(wire);
});

it.each<[unknown, KeyRules, string, string]>([
  ['k'.repeat(251), ascii, '', `Key is too long: b'${'k'.repeat(251)}'`],
  ['\xe9'.repeat(126), unicode, '', 'Key is too long: '],
  ['k'.repeat(249), ascii, 'p:', 'Key is too long: '],
  ['a b', ascii, '', "Key contains whitespace: b'a b'"],
  ['a', ascii, 'p ', "Key contains whitespace: b'p a'"],
  ['\ta', ascii, '', "Key contains whitespace: b'\\ta'"],
  ['a\n', ascii, '', "Key contains whitespace: b'a\\n'"],
  ['a\r\nflush_all', ascii, '', "Key contains whitespace: b'a\\r\\nflush_all'"],
  ['a\x0b', ascii, '', "Key contains whitespace: b'a\\x0b'"],
  ['a\x0c', ascii, '', "Key contains whitespace: b'a\\x0c'"],
  [Buffer.from('a b'), ascii, '', "Key contains whitespace: b'a b'"],
  ['a\0', ascii, '', "Key contains null: b'a\\x00'"],
  ['', ascii, '', "Key is empty: b''"],
  ['caf\xe9', ascii, '', "Non-ASCII key: 'caf\xe9'"],
  [Buffer.from('\xe9', 'latin1'), python2, '', 'Non-ASCII key: '],
])('%j with %o and prefix %j is illegal', (key, rules, prefix, message) => {
  expect(() => checkKey(key, rules, prefix)).toThrow(MemcacheIllegalInputError);
  expect(() => checkKey(key, rules, prefix)).toThrow(message);
});

it.each([5, null, undefined, true, ['k'], { k: 1 }])('%p is no key', (key) => {
  expect(() => checkKey(key, ascii, '')).toThrow(TypeError);
});

it('a lone surrogate is no text', () => {
  expect(() => checkKey('\ud800', unicode, '')).toThrow(UnicodeEncodeError);
  expect(() => checkKey('\ud800', ascii, '')).toThrow(MemcacheIllegalInputError);
});

it('a prefix is bytes, or ASCII', () => {
  expect(prefixOf('p:')).toBe('p:');
  expect(prefixOf(Buffer.from('\xff', 'latin1'))).toBe('\xff');
  expect(() => prefixOf('\xe9')).toThrow(UnicodeEncodeError);
  expect(() => prefixOf(5)).toThrow(new TypeError('key_prefix should be bytes.'));
});
