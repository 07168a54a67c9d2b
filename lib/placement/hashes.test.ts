// The hashes give what libhashkit gave for the recorded keys, and what their definitions give for any bytes.

import { createHash } from 'node:crypto';
import { fc } from '../testing/random';
import { crc32 } from './crc32';
import { HASHES, md5, md5Word, type HashName } from './hashes';
import { RECORDED, wire } from './testing/behaviors';

const NAMES = Object.keys(HASHES) as HashName[];

it.each(NAMES)('%s of the recorded keys', (name) => {
  expect(RECORDED.keys.map((key) => HASHES[name](wire(key)))).toEqual(RECORDED.hashes[name]);
});

it('every recorded hash is there', () => {
  expect(Object.keys(RECORDED.hashes).sort()).toEqual([...NAMES].sort());
});

const MASK = 0xffffffffn;
const u32 = (n: bigint): bigint => n & MASK;
const rot = (n: bigint, by: bigint): bigint => u32(n << by) | (u32(n) >> (32n - by));
/** `char` with its sign, as 64 bits. */
const signed = (byte: number): bigint => BigInt.asUintN(64, BigInt.asIntN(8, BigInt(byte)));
/** Up to `size` bytes, the first the lowest. */
const little = (bytes: Uint8Array, at: number, size: number): bigint =>
  bytes.subarray(at, at + size).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
const blocks = ({ length }: Uint8Array): number[] =>
  Array.from({ length: length >> 2 }, (_, i) => i * 4);

function oneAtATime(bytes: Uint8Array): bigint {
  let h = 0n;
  for (const byte of bytes) {
    h = u32(h + signed(byte));
    h = u32(h + (h << 10n));
    h ^= h >> 6n;
  }
  h = u32(h + (h << 3n));
  h ^= h >> 11n;
  return u32(h + (h << 15n));
}

function fnv(bits: number, offset: bigint, prime: bigint, xorFirst: boolean) {
  return (bytes: Uint8Array): bigint => {
    let h = offset;
    for (const byte of bytes) {
      if (xorFirst) h ^= BigInt.asUintN(bits, signed(byte));
      h = BigInt.asUintN(bits, h * prime);
      if (!xorFirst) h ^= BigInt.asUintN(bits, signed(byte));
    }
    return u32(h);
  };
}

function murmur2(bytes: Uint8Array): bigint {
  const m = 0x5bd1e995n;
  const n = BigInt(bytes.length);
  let h = u32(0xdeadbeefn * n) ^ n;
  for (const at of blocks(bytes)) {
    let k = u32(little(bytes, at, 4) * m);
    k = u32((k ^ (k >> 24n)) * m);
    h = u32(h * m) ^ k;
  }
  const left = bytes.length % 4;
  if (left > 0) h = u32((h ^ little(bytes, bytes.length - left, 4)) * m);
  h = u32((h ^ (h >> 13n)) * m);
  return h ^ (h >> 15n);
}

function murmur3(bytes: Uint8Array): bigint {
  const scrambled = (k: bigint): bigint => u32(rot(u32(k * 0xcc9e2d51n), 15n) * 0x1b873593n);
  const n = BigInt(bytes.length);
  let h = u32(0xdeadbeefn * n);
  for (const at of blocks(bytes))
    h = u32(rot(h ^ scrambled(little(bytes, at, 4)), 13n) * 5n + 0xe6546b64n);
  const left = bytes.length % 4;
  if (left > 0) h ^= scrambled(little(bytes, bytes.length - left, 4));
  h ^= n;
  h = u32((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = u32((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

/** lookup3 over an array: the steps of mix() and final() as rows [word, minus or plus it, turn]. */
function jenkins(bytes: Uint8Array): bigint {
  const n = bytes.length;
  const s = [0n, 0n, 0n].map(() => u32(0xdeadbeefn + BigInt(n) + 13n)) as [bigint, bigint, bigint];
  const add = (at: number): void => {
    for (const i of [0, 1, 2] as const) s[i] = u32(s[i] + little(bytes, at + i * 4, 4));
  };
  let at = 0;
  for (; n - at > 12; at += 12) {
    add(at);
    for (const [step, turn] of [4n, 6n, 8n, 16n, 19n, 4n].entries()) {
      const [x, y, z] = [step % 3, (step + 1) % 3, (step + 2) % 3] as [0 | 1 | 2, 0, 0];
      s[x] = u32(s[x] - s[z]) ^ rot(s[z], turn);
      s[z] = u32(s[z] + s[y]);
    }
  }
  if (n === 0) return s[2];
  add(at);
  for (const [step, turn] of [14n, 11n, 25n, 16n, 4n, 14n, 24n].entries()) {
    const [x, y] = [(step + 2) % 3, (step + 1) % 3] as [0, 0];
    s[x] = u32((s[x] ^ s[y]) - rot(s[y], turn));
  }
  return s[2];
}

function hsieh(bytes: Uint8Array): bigint {
  let h = 0n;
  for (const at of blocks(bytes)) {
    h = u32(h + little(bytes, at, 2));
    h = u32(h << 16n) ^ u32(little(bytes, at + 2, 2) << 11n) ^ h;
    h = u32(h + (h >> 11n));
  }
  const left = bytes.length % 4;
  const at = bytes.length - left;
  const [xor, shift] = ([[], [10n, 1n], [11n, 17n], [16n, 11n]] as const)[left as 0 | 1 | 2 | 3];
  if (xor !== undefined && shift !== undefined) {
    h = u32(h + little(bytes, at, left === 1 ? 1 : 2));
    h ^= u32(h << xor);
    if (left === 3) h ^= u32(signed(bytes[at + 2] ?? 0) << 18n);
    h = u32(h + (h >> shift));
  }
  for (const [up, down] of [
    [3n, 5n],
    [4n, 17n],
    [25n, 6n],
  ] as const) {
    h ^= u32(h << up);
    h = u32(h + (h >> down));
  }
  return h;
}

const DEFINITIONS: Readonly<Record<HashName, (bytes: Uint8Array) => bigint>> = {
  default: oneAtATime,
  md5: (bytes) => BigInt(createHash('md5').update(bytes).digest().readUInt32LE(0)),
  crc: (bytes) => (BigInt(crc32(Buffer.from(bytes).toString('latin1'))) >> 16n) & 0x7fffn,
  fnv1_64: fnv(64, 0xcbf29ce484222325n, 0x100000001b3n, false),
  fnv1a_64: fnv(32, 0x84222325n, 0x1b3n, true),
  fnv1_32: fnv(32, 2166136261n, 16777619n, false),
  fnv1a_32: fnv(32, 2166136261n, 16777619n, true),
  hsieh,
  murmur: murmur2,
  jenkins,
  murmur3,
};

it.each(NAMES)('%s of any bytes, as by its definition over exact ints', (name) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
      const key = Buffer.from(bytes).toString('latin1');
      expect(BigInt(HASHES[name](key))).toBe(DEFINITIONS[name](bytes));
    }),
    { numRuns: 500 },
  );
});

it('md5 has its four words', () => {
  for (const key of ['', 'abc', '\xff\x00', 'x'.repeat(500)]) {
    const sum = createHash('md5').update(key, 'latin1').digest();
    expect([0, 1, 2, 3].map((word) => md5Word(md5(key), word))).toEqual(
      [0, 4, 8, 12].map((at) => sum.readUInt32LE(at)),
    );
  }
});
