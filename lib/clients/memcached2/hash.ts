// Hashers: keys to numbers, of which a selector makes a server.

import { crc15OrOne } from '../../placement/crc32';

/** What turns keys into numbers. Extend it for a hash of your own. */
export abstract class HasherBase {
  /**
   * @param key its char codes are the bytes on the wire
   * @returns an integer, the same for the same key in every process
   */
  abstract hash(key: string): number;
}

/** Hashes every key to 0: for one server. */
export class HasherZero extends HasherBase {
  hash(_key: string): number {
    return 0;
  }
}

/** cmemcache's hash, and python-memcached's up to 1.59: 15 bits of crc32, never 0. */
export class HasherCMemcache extends HasherBase {
  hash(key: string): number {
    return crc15OrOne(key);
  }
}
