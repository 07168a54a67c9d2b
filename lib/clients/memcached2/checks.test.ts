// Keys, values and numbers: what is sent, and what is refused before anything is.

import { OverflowError, UnicodeEncodeError, ValueError } from '../../errors';
import { casText, checkFlags, checkKey, checkValue, exptimeText } from './checks';
import { InvalidURI } from './errors';
import { parseUri } from './server-uri';
import { ValueSuperStr } from './values';

it.each<[unknown, string]>([
  ['k', 'k'],
  ['\xe9', '\xe9'],
  ['a\tb\x7f', 'a\tb\x7f'],
  ['k'.repeat(250), 'k'.repeat(250)],
  [5, '5'],
  [-1, '-1'],
  [2n ** 64n, '18446744073709551616'],
  [1.5, '1.5'],
  [true, 'True'],
  [null, 'None'],
  [new ValueSuperStr('k', 'x', 0, null, undefined as never), 'k'],
])('the key %p is sent as %p', (key, wire) => {
  expect(checkKey(key)).toBe(wire);
});

it.each([
  ['', ValueError],
  ['a b', ValueError],
  ['a\r\nflush_all', ValueError],
  ['a\n', ValueError],
  ['a\0', ValueError],
  ['k'.repeat(251), ValueError],
  ['\u20ac', UnicodeEncodeError],
  [Buffer.from('k'), TypeError],
  [['k'], TypeError],
  [{}, TypeError],
])('the key %p is refused', (key, error) => {
  expect(() => checkKey(key)).toThrow(error);
});

it.each<[unknown, string]>([
  [5, "object of type 'int' has no len()"],
  [1.5, "object of type 'float' has no len()"],
  [true, "object of type 'bool' has no len()"],
  [null, "object of type 'NoneType' has no len()"],
  [undefined, "object of type 'NoneType' has no len()"],
  [Buffer.from('x'), 'must be str, not bytes'],
  [['x'], 'must be str, not list'],
  [{}, 'must be str, not dict'],
])('the value %p is refused', (value, message) => {
  expect(() => checkValue(value)).toThrow(new TypeError(message));
});

it.each([
  ['a\u20ac', "character '\\u20ac' in position 1"],
  ['\u{1f600}', "character '\\U0001f600' in position 0"],
  ['ab\u0100\u{1f600}c', 'characters in position 2-3'],
  ['\ud83d', "character '\\ud83d' in position 0"],
])('the text %p is no latin-1', (text, what) => {
  expect(() => checkValue(text)).toThrow(
    new UnicodeEncodeError(`'latin-1' codec can't encode ${what}: ordinal not in range(256)`),
  );
});

it('numbers go out as they are', () => {
  expect([checkFlags(), checkFlags(0xffffffff), checkFlags(7n)]).toEqual([0, 0xffffffff, 7]);
  expect([exptimeText(), exptimeText(-1), exptimeText(0x7fffffff)]).toEqual([
    '0',
    '-1',
    '2147483647',
  ]);
  expect([casText(5), casText(2n ** 64n - 1n)]).toEqual(['5', '18446744073709551615']);
});

it.each([
  [checkFlags, -1, OverflowError],
  [checkFlags, 2 ** 32, OverflowError],
  [checkFlags, '1', TypeError],
  [checkFlags, null, TypeError],
  [exptimeText, 2 ** 31, OverflowError],
  [exptimeText, -(2 ** 31) - 1, OverflowError],
  [exptimeText, 1.5, TypeError],
  [exptimeText, NaN, TypeError],
  [exptimeText, '1', TypeError],
  [exptimeText, true, TypeError],
  [casText, 2n ** 64n, OverflowError],
  [casText, -1, OverflowError],
  [casText, '5 noreply', TypeError],
])('%p refuses %p', (check, value, error) => {
  expect(() => check(value)).toThrow(error);
});

it.each([
  ['memcached://localhost/', 'localhost', 11211],
  ['memcached://10.0.0.1:11300/', '10.0.0.1', 11300],
  ['memcached://cache:1/whatever/is:here', 'cache', 1],
])('%s is a server', (uri, host, port) => {
  expect(parseUri(uri)).toEqual({
    address: { kind: 'tcp', host, port, family: 4 },
    name: `${host}:${port}`,
    weight: 0,
  });
});

it.each([
  'memcached://localhost',
  'memcached://localhost:11211',
  'memcached://localhost:/',
  'memcached://localhost:x/',
  'memcached:///',
  'memcached://[::1]:11211/',
  'memcached://a/b/',
  'memcached://a\r\nb/',
  'memcache://localhost/',
  'MEMCACHED://localhost/',
  'localhost:11211',
  '',
  5,
])('%p is none', (uri) => {
  expect(() => parseUri(uri)).toThrow(new InvalidURI(`Invalid URI: ${uri}`));
});
