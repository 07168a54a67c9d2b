// Placement by buckets: each server stands in a table as often as its weight says, and a hash picks one.

import type { Hash } from './crc32';
import type { Place, PlacementFactory, Spot } from './placement';

export interface RehashingOptions {
  readonly hash: Hash;
  /** How many places are tried for one key, the first included. */
  readonly tries: number;
}

/**
 * While a server is dead, its keys go where the hash of their last hash and the number of the try says:
 * h, then hash(ascii(str(h) + "0")), ... (`_get_server`, memcache.py 1.62:429-453).
 */
export function rehashingBuckets({ hash, tries }: RehashingOptions): PlacementFactory {
  return (servers) => {
    const buckets = bucketsOf(servers, Infinity);
    return {
      start: hash,
      server: (spot) => bucketAt(buckets, spot),
      next: (spot, attempt) => (attempt + 1 < tries ? hash(`${spot}${attempt}`) : undefined),
    };
  };
}

export interface ProbingOptions {
  readonly hash: Hash;
  /** Larger weights count as this one. */
  readonly maxWeight: number;
}

/** While a server is dead, its keys go to the next entry of the list (libmemcache 1.4.0.rc2, memcache.c:2427). */
export function probingBuckets({ hash, maxWeight }: ProbingOptions): PlacementFactory {
  return (servers) => {
    const buckets = bucketsOf(servers, maxWeight);
    return {
      start: hash,
      server: (spot) => bucketAt(buckets, spot),
      next: (spot, attempt) => (attempt + 1 < buckets.length ? BigInt(spot) + 1n : undefined),
    };
  };
}

/** The server index of each bucket: list order, each server `weight` times. */
function bucketsOf(servers: readonly Place[], maxWeight: number): readonly number[] {
  const buckets: number[] = [];
  for (const [index, { weight }] of servers.entries()) {
    for (let i = Math.min(weight, maxWeight); i > 0; i--) buckets.push(index);
  }
  return buckets;
}

/** Python's modulo: the result has the sign of the divisor. */
function bucketAt(buckets: readonly number[], spot: Spot): number {
  const n = buckets.length;
  if (n === 0) return -1;
  if (typeof spot === 'number' && Number.isSafeInteger(spot)) {
    const at = spot % n;
    return buckets[at < 0 ? at + n : at] ?? -1;
  }
  const size = BigInt(n);
  return buckets[Number(((BigInt(spot) % size) + size) % size)] ?? -1;
}
