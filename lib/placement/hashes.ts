// The hash functions that a client can choose by name, one row each: wire keys to unsigned 32 bits, as libhashkit 1.1.4 has them.

import { hash as digest } from 'node:crypto';
import { hsieh, jenkins, murmur2, murmur3 } from './block-hashes';
import { crc15, type Hash } from './crc32';

const FNV_OFFSET_32 = 0x811c9dc5;
const FNV_PRIME_32 = 0x01000193;
// The low halves of the 64-bit constants. The high half of a product never reaches the low one, so 32 bits give fnv1_64 too.
const FNV_OFFSET_64 = 0x84222325;
const FNV_PRIME_64 = 0x000001b3;

export const HASHES = {
  default: oneAtATime,
  md5: md5Hash,
  crc: crc15,
  fnv1_64: fnv1(FNV_OFFSET_64, FNV_PRIME_64),
  // fnv_64.cc cuts the constants of this one to 32 bits itself.
  fnv1a_64: fnv1a(FNV_OFFSET_64, FNV_PRIME_64),
  fnv1_32: fnv1(FNV_OFFSET_32, FNV_PRIME_32),
  fnv1a_32: fnv1a(FNV_OFFSET_32, FNV_PRIME_32),
  hsieh,
  murmur: murmur2,
  jenkins,
  murmur3,
} as const satisfies Readonly<Record<string, Hash>>;

export type HashName = keyof typeof HASHES;

/** A byte as `char` on x86-64, where it has a sign: hashes built on ARM differ for bytes from 0x80 on. */
function charAt(key: string, at: number): number {
  return (key.charCodeAt(at) << 24) >> 24;
}

/** Bob Jenkins' one-at-a-time (one_at_a_time.cc). */
function oneAtATime(key: string): number {
  let h = 0;
  for (let i = 0; i < key.length; i++) {
    h = (h + charAt(key, i)) | 0;
    h = (h + (h << 10)) | 0;
    h ^= h >>> 6;
  }
  h = (h + (h << 3)) | 0;
  h ^= h >>> 11;
  return (h + (h << 15)) >>> 0;
}

/** FNV-1: times the prime, then the byte (fnv_32.cc, fnv_64.cc). */
function fnv1(offset: number, prime: number): Hash {
  return (key) => {
    let h = offset;
    for (let i = 0; i < key.length; i++) h = Math.imul(h, prime) ^ charAt(key, i);
    return h >>> 0;
  };
}

/** FNV-1a: the byte, then times the prime. */
function fnv1a(offset: number, prime: number): Hash {
  return (key) => {
    let h = offset;
    for (let i = 0; i < key.length; i++) h = Math.imul(h ^ charAt(key, i), prime);
    return h >>> 0;
  };
}

/** The first word of the MD5, byte order LE (md5.cc). */
function md5Hash(key: string): number {
  return md5Word(md5(key), 0);
}

/** The MD5 of a wire key: 16 char codes. */
export function md5(key: string): string {
  // Node hashes text as utf-8, which ASCII is: only other bytes need a copy.
  const isAscii = Buffer.byteLength(key) === key.length;
  return digest('md5', isAscii ? key : Buffer.from(key, 'latin1'), 'binary');
}

/** One of the four words of an MD5, byte order LE. */
export function md5Word(sum: string, word: number): number {
  const at = word * 4;
  return (
    (sum.charCodeAt(at) |
      (sum.charCodeAt(at + 1) << 8) |
      (sum.charCodeAt(at + 2) << 16) |
      (sum.charCodeAt(at + 3) << 24)) >>>
    0
  );
}
