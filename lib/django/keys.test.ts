// Keys are joined and refused as Django does it.

import { PyUUID } from '../value/pickle';
import { InvalidCacheKey } from './errors';
import { default_key_func, validate_key, type CacheKey, type Version } from './keys';

it.each<[CacheKey, string, Version, string]>([
  ['k', '', 1, ':1:k'],
  ['k', 'shop', 3, 'shop:3:k'],
  [7, '', 1n, ':1:7'],
  [1.5, '', 'v2', ':v2:1.5'],
  [true, 'a:b', 1, 'a:b:1:True'],
  [2n ** 65n, '', 1, ':1:36893488147419103232'],
  [new PyUUID(7n), '', 1, ':1:00000000-0000-0000-0000-000000000007'],
])('%p with %j and %p is %s', (key, prefix, version, whole) => {
  expect(default_key_func(key, prefix, version)).toBe(whole);
});

it.each(['a', ':1:sch\u00f6n', '\u00a0', '\u0085', 'x'.repeat(250), '\u{1f600}'.repeat(250)])(
  '%j is taken',
  (key) => {
    expect(() => validate_key(key)).not.toThrow();
  },
);

it.each([
  ['a b', "Cache key contains characters that will cause errors if used with memcached: 'a b'"],
  ['a\n', "Cache key contains characters that will cause errors if used with memcached: 'a\\n'"],
  ['\x7f', "Cache key contains characters that will cause errors if used with memcached: '\\x7f'"],
  ['\0', "Cache key contains characters that will cause errors if used with memcached: '\\x00'"],
  [
    '\u{1f600}'.repeat(251),
    `Cache key will cause errors if used with memcached: '${'\u{1f600}'.repeat(251)}' (longer than 250)`,
  ],
])('%j is refused', (key, message) => {
  expect(() => validate_key(key)).toThrow(new InvalidCacheKey(message));
});

it('a key function that makes no text is a TypeError', () => {
  expect(() => validate_key(Buffer.from('k') as never)).toThrow(TypeError);
});
