// Rings of points (ketama): each server has points, and a key goes to the first point at or after its hash.

import { md5, md5Word } from './hashes';
import type { Hash } from './crc32';
import type { Place } from './placement';

/** Points of a server whose share of the ring does not follow its weight (hash.cc: MEMCACHED_POINTS_PER_SERVER). */
const POINTS = 100;
/** Points of an average server otherwise (MEMCACHED_POINTS_PER_SERVER_KETAMA). */
const WEIGHTED_POINTS = 160;
/** Points of one MD5. */
const WORDS = 4;

/** The text that a point's value is the hash of. */
export type PointName = (server: string, index: number) => string;

/** `host-0`, or `host:port-0` when the port is not 11211. */
export const ketamaName: PointName = (server, index) => `${server.replace(/:11211$/, '')}-${index}`;

/** `/host:port-0`, as spymemcached names a server whose address was not looked up. */
export const spyName: PointName = (server, index) => `/${server}-${index}`;

/** Points in order of their values, those of one value in order of their servers. */
export interface Ring {
  readonly values: Uint32Array;
  /** Index into the server list of each point. */
  readonly servers: Uint32Array;
}

/** A server that is on the ring, by its index in the list. */
type Member = readonly [index: number, place: Place];

/**
 * A ring where every server has 100 points.
 * @param servers named `host:port` (`path:0` for a unix socket); one of weight 0 or less is off the ring
 */
export function evenRing(servers: readonly Place[], nameOf: PointName, hash: Hash): Ring {
  const points = members(servers).flatMap(([index, { name }]) =>
    Array.from({ length: POINTS }, (_, i) => pointOf(hash(nameOf(name, i)), index)),
  );
  return inOrder(points);
}

/** A ring where servers have points by their weights, four of each MD5. */
export function weightedRing(servers: readonly Place[], nameOf: PointName): Ring {
  const live = members(servers);
  const total = live.reduce((sum, [, { weight }]) => sum + weight, 0);
  const points = live.flatMap(([index, { name, weight }]) =>
    Array.from({ length: sumsOf(weight, total, live.length) }, (_, i) => {
      const sum = md5(nameOf(name, i));
      return Array.from({ length: WORDS }, (_word, word) => pointOf(md5Word(sum, word), index));
    }).flat(),
  );
  return inOrder(points);
}

function members(servers: readonly Place[]): readonly Member[] {
  return [...servers.entries()].filter(([, { weight }]) => weight > 0);
}

/**
 * How many MD5s a server has. In C these are floats of 32 bits, and it shows: 25 equal servers have 39 each, where
 * 64 bits give 40 (hosts.cc:207). The 1e-10 that C adds is lost in 32 bits.
 */
function sumsOf(weight: number, total: number, servers: number): number {
  const share = Math.fround(Math.fround(weight) / Math.fround(total));
  return Math.floor(Math.fround((Math.fround(share * WEIGHTED_POINTS) / WORDS) * servers));
}

/** Far more servers than a list can have; value and index share the 53 bits of one number. */
const MAX_SERVERS = 2 ** 21;

/** Value and server of a point as one number that sorts as the pair does. */
function pointOf(value: number, server: number): number {
  return value * MAX_SERVERS + server;
}

function inOrder(points: readonly number[]): Ring {
  const sorted = Float64Array.from(points).sort();
  return {
    values: Uint32Array.from(sorted, (point) => Math.floor(point / MAX_SERVERS)),
    servers: Uint32Array.from(sorted, (point) => point % MAX_SERVERS),
  };
}

/** The server of a hash; -1 when no server is on the ring. */
export function serverOn({ values, servers }: Ring, hash: number): number {
  let left = 0;
  let right = values.length;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if ((values[middle] as number) < hash) left = middle + 1;
    else right = middle;
  }
  // Past the last point the ring starts again.
  return servers[left === values.length ? 0 : left] ?? -1;
}
