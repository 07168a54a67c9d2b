// The distributions that a client can choose by name, one row each: from a key's hash to its server, as libmemcached 1.1.4 does it.

import { MAX_KEY_LENGTH } from '../limits';
import type { Hash } from './crc32';
import { HASHES, type HashName } from './hashes';
import type { Place, Placement, PlacementFactory } from './placement';
import { evenRing, ketamaName, serverOn, spyName, weightedRing, type PointName } from './ring';

/** Everything that decides which server of a list a key goes to. */
export interface Layout {
  readonly distribution: DistributionName;
  /** Of keys. */
  readonly hash: HashName;
  /** Of the points of an even ring. */
  readonly pointHash: HashName;
  /** Whether servers have their share of a ring by weight. */
  readonly weighted: boolean;
  /** Whether the list is taken in order of hosts and ports, not as given. */
  readonly sorted: boolean;
  /** The bytes that every key is hashed behind; undefined: a key is hashed as it is. */
  readonly prefix: string | undefined;
}

/** What a distribution works with. */
interface Parts {
  /** Of keys, behind their prefix. */
  readonly hash: Hash;
  readonly pointHash: Hash;
  readonly weighted: boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** From a wire key to the index of its server. */
type Locate = (key: string) => number;

type Distribution = (servers: readonly Place[], parts: Parts) => Locate;

export const DISTRIBUTIONS = {
  modula:
    ({ length }, { hash }) =>
    (key) =>
      hash(key) % length,
  consistent: onRing(ketamaName),
  'consistent ketama': onRing(ketamaName),
  random:
    ({ length }, { random }) =>
    () =>
      Math.floor(random() * length),
  'consistent ketama spy': onRing(spyName),
  // That its ring is weighted stands in the layout: a clone of such a client can have an even one.
  'consistent weighted': onRing(ketamaName),
  // A mask, not a modulo: of five servers only the first and the last are used (virtual_bucket.cc).
  'virtual bucket':
    ({ length }, { hash }) =>
    (key) =>
      hash(key) & (length - 1),
} as const satisfies Readonly<Record<string, Distribution>>;

export type DistributionName = keyof typeof DISTRIBUTIONS;

function onRing(nameOf: PointName): Distribution {
  return (servers, { hash, pointHash, weighted }) => {
    const ring = weighted ? weightedRing(servers, nameOf) : evenRing(servers, nameOf, pointHash);
    return (key) => serverOn(ring, hash(key));
  };
}

/**
 * The placement of a layout. Servers are named `host:port`, host as given, `path:0` for a unix socket. One of weight 0 or less
 * is off the ring; the other distributions have no weights. A spot is the index of a server, -1 when the ring is empty.
 */
export function placementOf(layout: Layout, random: () => number): PlacementFactory {
  const parts: Parts = {
    hash: behind(layout.prefix, HASHES[layout.hash]),
    pointHash: HASHES[layout.pointHash],
    weighted: layout.weighted,
    random,
  };
  return (servers) => {
    // A lone server has every key, and no key is hashed.
    if (servers.length < 2) return direct(() => servers.length - 1);
    if (!layout.sorted) return direct(DISTRIBUTIONS[layout.distribution](servers, parts));
    const order = [...servers.entries()].sort(([, a], [, b]) => compareHosts(a.name, b.name));
    const sorted = order.map(([, place]) => place);
    const indexes = order.map(([index]) => index);
    const locate = DISTRIBUTIONS[layout.distribution](sorted, parts);
    return direct((key) => indexes[locate(key)] ?? -1);
  };
}

/** Keys stay where they are while a server is dead: only another list moves them. */
function direct(locate: Locate): Placement {
  return { start: locate, server: Number, next: () => undefined };
}

/**
 * The hash of prefix and key; 0 for what is longer than a key can be. The key is copied as C text behind its prefix, be that empty
 * (hash.cc:81): from a NUL on, which only the binary protocol lets through, its bytes count as NULs.
 */
function behind(prefix: string | undefined, hash: Hash): Hash {
  if (prefix === undefined) return hash;
  return (key) => {
    if (prefix.length + key.length > MAX_KEY_LENGTH) return 0;
    const end = key.indexOf('\0');
    return hash(prefix + (end < 0 ? key : key.slice(0, end).padEnd(key.length, '\0')));
  };
}

/** The order of sorted lists, of names: by the bytes of the host, then by port as a number (hosts.cc:26). */
export function compareHosts(a: string, b: string): number {
  const [hostA, portA] = hostAndPort(a);
  const [hostB, portB] = hostAndPort(b);
  if (hostA === hostB) return portA - portB;
  return hostA < hostB ? -1 : 1;
}

function hostAndPort(name: string): [host: string, port: number] {
  const colon = name.lastIndexOf(':');
  return [name.slice(0, colon), Number(name.slice(colon + 1))];
}
