// crc32 of wire keys, and the hashes that are made of it.

const TABLE = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  TABLE[i] = crc;
}

/** A hash of a wire key, whose char codes are bytes. */
export type Hash = (key: string) => number;

/** crc32 as Python 3's binascii gives it: unsigned. */
export const crc32: Hash = (key) => {
  let crc = -1;
  for (let i = 0; i < key.length; i++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ key.charCodeAt(i)) & 0xff] as number);
  }
  return ~crc >>> 0;
};

/** crc32 as Python 2's binascii gives it: signed. */
export const signedCrc32: Hash = (key) => crc32(key) | 0;

/** 15 bits of crc32. */
export const crc15: Hash = (key) => (crc32(key) >>> 16) & 0x7fff;

/** 15 bits of crc32, never 0: libmemcache's hash. */
export const crc15OrOne: Hash = (key) => crc15(key) || 1;
