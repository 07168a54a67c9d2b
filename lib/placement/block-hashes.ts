// Hash functions that take words of bytes, byte order LE: MurmurHash 2 and 3, lookup3, SuperFastHash, seeded as libhashkit 1.1.4 does.

const SEED = 0xdeadbeef;

/** Four bytes, all within the key. */
function wordAt(key: string, at: number): number {
  return (
    key.charCodeAt(at) |
    (key.charCodeAt(at + 1) << 8) |
    (key.charCodeAt(at + 2) << 16) |
    (key.charCodeAt(at + 3) << 24)
  );
}

/** Two bytes, all within the key. */
function halfAt(key: string, at: number): number {
  return key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8);
}

/** The up to four bytes that the key has from there on; the others count as 0. */
function restAt(key: string, at: number): number {
  let word = 0;
  for (let i = Math.min(key.length, at + 4) - 1; i >= at; i--) {
    word = (word << 8) | key.charCodeAt(i);
  }
  return word;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

const M2 = 0x5bd1e995;

/** MurmurHash2 with a seed of the length (murmur.cc). */
export function murmur2(key: string): number {
  const n = key.length;
  const rest = n & ~3;
  let h = Math.imul(SEED, n) ^ n;
  for (let i = 0; i < rest; i += 4) {
    let k = Math.imul(wordAt(key, i), M2);
    k = Math.imul(k ^ (k >>> 24), M2);
    h = Math.imul(h, M2) ^ k;
  }
  if (rest < n) h = Math.imul(h ^ restAt(key, rest), M2);
  h = Math.imul(h ^ (h >>> 13), M2);
  return (h ^ (h >>> 15)) >>> 0;
}

/** MurmurHash3_x86_32 with a seed of the length (murmur3.cc, murmur3_api.cc). */
export function murmur3(key: string): number {
  const n = key.length;
  const rest = n & ~3;
  let h = Math.imul(SEED, n);
  for (let i = 0; i < rest; i += 4) h = mixBlock(h, wordAt(key, i));
  return finish(h ^ scramble(restAt(key, rest)), n);
}

/** MurmurHash3: one more block. */
export function mixBlock(h: number, block: number): number {
  return (Math.imul(rotate(h ^ scramble(block), 13), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3: a block before it is mixed in; of no bytes it is 0. */
export function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

/** MurmurHash3: the hash after all bytes, of which there were `length`. */
export function finish(state: number, length: number): number {
  let h = state ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** lookup3's hashlittle with 13 as its initial value (jenkins.cc). */
export function jenkins(key: string): number {
  const n = key.length;
  let a = (SEED + n + 13) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; n - at > 12; at += 12) {
    a = (a + wordAt(key, at)) | 0;
    b = (b + wordAt(key, at + 4)) | 0;
    c = (c + wordAt(key, at + 8)) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (n === 0) return c >>> 0;
  return finalMix(a + restAt(key, at), b + restAt(key, at + 4), c + restAt(key, at + 8));
}

/** lookup3: the hash of its three words. */
function finalMix(a: number, b: number, c: number): number {
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  return ((c ^ b) - rotate(b, 24)) >>> 0;
}

/** Paul Hsieh's SuperFastHash from 0 (hsieh.cc); few builds of the library have it. */
export function hsieh(key: string): number {
  const n = key.length;
  const rest = n & ~3;
  let h = 0;
  for (let i = 0; i < rest; i += 4) {
    h = (h + halfAt(key, i)) | 0;
    h = (h << 16) ^ (halfAt(key, i + 2) << 11) ^ h;
    h = (h + (h >>> 11)) | 0;
  }
  h = hsiehTail(h, key, rest);
  h ^= h << 3;
  h = (h + (h >>> 5)) | 0;
  h ^= h << 4;
  h = (h + (h >>> 17)) | 0;
  h ^= h << 25;
  return (h + (h >>> 6)) >>> 0;
}

/** The last one to three bytes. */
function hsiehTail(h: number, key: string, at: number): number {
  switch (key.length - at) {
    case 3:
      h = (h + halfAt(key, at)) | 0;
      // This one byte has a sign, as `char` on x86-64.
      h ^= (h << 16) ^ (((key.charCodeAt(at + 2) << 24) >> 24) << 18);
      return (h + (h >>> 11)) | 0;
    case 2:
      h = (h + halfAt(key, at)) | 0;
      h ^= h << 11;
      return (h + (h >>> 17)) | 0;
    case 1:
      h = (h + key.charCodeAt(at)) | 0;
      h ^= h << 10;
      return (h + (h >>> 1)) | 0;
    default:
      return h;
  }
}
