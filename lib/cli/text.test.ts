// What people are shown: nothing that a terminal obeys, and numbers that they can read.
import { escaped, keyText, plural, safeJson, shownBytes, shownCount, shownKey, shownSeconds, shownTtl } from './text'; // prettier-ignore

it.each([
  ['plain é 中 😀', 'plain é 中 😀'],
  ['a\x1b[2Jb', 'a\\x1b[2Jb'],
  ['\r\n\t\\', '\\r\\n\\t\\\\'],
  ['\u009b31m', '\\x9b31m'],
  ['\u202ertl\u2066', '\\u202ertl\\u2066'],
  ['\u2028', '\\u2028'],
  ['\ud800', '\\ud800'],
  ['\u{e0001}', '\\U000e0001'],
])('%j is shown as %s', (text, shown) => {
  expect(escaped(text)).toBe(shown);
});

it('a key is shown as utf-8, or byte by byte', () => {
  expect(shownKey(Buffer.from('ключ').latin1Slice())).toBe('ключ');
  expect(shownKey('raw\xff\x1b')).toBe('raw\\xff\\x1b');
  expect(keyText('\xff')).toBeUndefined();
  expect(keyText('\xef\xbb\xbfbom')).toBe('\ufeffbom');
});

it('JSON stays the same JSON', () => {
  const value = ['\u202e\u009b\u{e0001}', { '\u2028': '\x7f' }];
  const text = safeJson(JSON.stringify(value));
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual(value);
});

it('numbers', () => {
  expect([0, 999, 1000, 1500, 67_108_864, 2e15].map(shownBytes)).toEqual([
    '0 B', '999 B', '1.0 kB', '1.5 kB', '67 MB', '2.0 PB',
  ]); // prettier-ignore
  expect([0, 999, 1000, 1234567].map(shownCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 59, 61, 3600, 90_061, -5].map(shownSeconds)).toEqual([
    '0s', '59s', '1m 1s', '1h', '1d 1h', '0s',
  ]); // prettier-ignore
  expect([-1, 0, 90, undefined].map(shownTtl)).toEqual([
    'never expires', 'expires in 0s', 'expires in 1m 30s', 'ttl unknown',
  ]); // prettier-ignore
  expect([plural(1, 'key'), plural(2000, 'entry', 'entries')]).toEqual(['1 key', '2,000 entries']);
});
