// The hashes give what binascii and the real clients gave.

import { crc32 as zlibCrc32 } from 'node:zlib';
import { fc } from '../testing/random';
import { crc15, crc15OrOne, crc32, signedCrc32, type Hash } from './crc32';
import { KEYS, rowsOf } from './testing/recorded';

describe('the recorded keys', () => {
  it.each<[string, Hash, string]>([
    ['crc32', crc32, 'python-memcached 1.62 on Python 3, old hash'],
    ['signedCrc32', signedCrc32, 'python-memcached 1.44 on Python 2'],
    ['crc15', crc15, 'python-memcached 1.62 on Python 3'],
    ['crc15OrOne', crc15OrOne, 'python-memcached 1.59 on Python 3'],
    ['crc15OrOne', crc15OrOne, 'cmemcache 0.96'],
  ])('%s', (_name, hash, client) => {
    const rows = rowsOf(client, 'hashes');
    expect(rows).toHaveLength(1);
    expect(KEYS.map(hash)).toEqual(rows[0]?.is);
    expect(KEYS).toHaveLength(200);
  });
});

it.each<[string, number]>([
  ['', 0],
  ['a', 0xe8b7be43],
  ['123456789', 0xcbf43926],
  ['\xff', 0xff000000],
])('crc32(%j)', (key, crc) => {
  expect(crc32(key)).toBe(crc);
  expect(signedCrc32(key)).toBe(crc > 0x7fffffff ? crc - 2 ** 32 : crc);
});

it('keys whose 15 bits are 0 exist: there the two hashes part', () => {
  for (const key of ['ob', 'kjf']) {
    expect(crc15(key)).toBe(0);
    expect(crc15OrOne(key)).toBe(1);
  }
});

/** Bit by bit, over BigInt: the definition. */
function slowCrc32(key: string): bigint {
  let crc = 0xffffffffn;
  for (const char of key) {
    crc ^= BigInt(char.charCodeAt(0));
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0xedb88320n : crc >> 1n;
  }
  return crc ^ 0xffffffffn;
}

it('any bytes hash as by the definition', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const key = Buffer.from(bytes).toString('latin1');
      const crc = slowCrc32(key);
      expect(BigInt(crc32(key))).toBe(crc);
      expect(BigInt(signedCrc32(key))).toBe(BigInt.asIntN(32, crc));
      expect(BigInt(crc15(key))).toBe((crc >> 16n) & 0x7fffn);
      expect(crc15OrOne(key)).toBe(crc15(key) === 0 ? 1 : crc15(key));
      // Node has its own since 22.2.
      if (typeof zlibCrc32 === 'function') expect(crc32(key)).toBe(zlibCrc32(bytes));
    }),
  );
});
