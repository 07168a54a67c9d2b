// Where each Python client looks for a key, as rows: `where` shows them side by side. Held to the clients by tests.

import type { ServerSpec } from '../engine/server';
import { probingBuckets, rehashingBuckets } from '../placement/buckets';
import { crc15, crc15OrOne, signedCrc32, type Hash } from '../placement/crc32';
import { placementOf, type Layout } from '../placement/distributions';
import type { Place, PlacementFactory } from '../placement/placement';
import { rendezvous } from '../placement/rendezvous';
import { PLAIN, SETTINGS, withServers } from '../placement/settings';
import { bytesRepr } from '../value/pickle/quoted';
import { keyText } from './text';

/** The index of a wire key's first server, -1 when none has it. */
export type Locate = (wire: string) => number;

export interface PlacementRow {
  /** Clients and releases, as `where` names them. */
  readonly title: string;
  readonly build: (servers: readonly ServerSpec[]) => Locate;
}

/** libmemcache counts larger weights as this one. */
const MAX_CMEMCACHE_WEIGHT = 15;

export const PLACEMENTS = {
  'python-memcached': { title: 'python-memcached 1.60+', build: crcBuckets(crc15) },
  'python-memcached-1.59': {
    title: 'python-memcached 1.45-1.59',
    build: crcBuckets(crc15OrOne),
  },
  'python-memcached-1.44': { title: 'python-memcached 1.43-1.44', build: crcBuckets(signedCrc32) },
  cmemcache: {
    title: 'cmemcache',
    build: plain(probingBuckets({ hash: crc15OrOne, maxWeight: MAX_CMEMCACHE_WEIGHT })),
  },
  memcached2: {
    title: 'memcached2',
    build: (servers) => crcBuckets(crc15OrOne)(servers.map((server) => ({ ...server, weight: 1 }))),
  },
  pylibmc: { title: 'pylibmc', build: libmemcached(() => PLAIN) },
  'pylibmc-crc': {
    title: "pylibmc hash='crc'",
    build: libmemcached(() => SETTINGS.hash(PLAIN, 'crc')),
  },
  'pylibmc-ketama': {
    title: 'pylibmc ketama=True',
    build: libmemcached((weights) => withServers(SETTINGS.ketama(PLAIN, true), weights)),
  },
  'pylibmc-ketama-weighted': {
    title: 'pylibmc ketama_weighted=True',
    build: libmemcached((weights) => withServers(SETTINGS.ketamaWeighted(PLAIN, true), weights)),
  },
  pymemcache: {
    title: 'pymemcache HashClient',
    build: rendezvousBy((wire) => keyText(wire) ?? bytesText(wire)),
  },
  'pymemcache-bytes': {
    title: 'pymemcache HashClient, key as bytes',
    build: rendezvousBy(bytesText),
  },
} as const satisfies Record<string, PlacementRow>;

export type PlacementName = keyof typeof PLACEMENTS;

function plain(factory: PlacementFactory): PlacementRow['build'] {
  return (servers) => {
    const placement = factory(servers);
    return (wire) => placement.server(placement.start(wire));
  };
}

/** What is tried when a server is dead is no matter here. */
function crcBuckets(hash: Hash): PlacementRow['build'] {
  return plain(rehashingBuckets({ hash, tries: 1 }));
}

/** Names a unix socket `path:0`. */
function libmemcached(layoutOf: (weights: readonly number[]) => Layout): PlacementRow['build'] {
  return (servers) => {
    const layout = layoutOf(servers.map(({ weight }) => weight));
    return plain(placementOf(layout, Math.random))(named(servers, (path) => `${path}:0`));
  };
}

/** Text as it is, bytes as Python's repr of them: the two are other keys to it. */
function rendezvousBy(spotOf: (wire: string) => string): PlacementRow['build'] {
  return (servers) => {
    const placement = rendezvous(named(servers, (path) => path));
    return (wire) => placement.server(spotOf(wire));
  };
}

function named<T extends ServerSpec>(servers: readonly T[], ofPath: (path: string) => string): T[] {
  return servers.map((server): T & Place => {
    const { address } = server;
    const name = address.kind === 'unix' ? ofPath(address.path) : `${address.host}:${address.port}`;
    return { ...server, name };
  });
}

/** Python's repr of the bytes, which is what pymemcache hashes. */
function bytesText(wire: string): string {
  return `b${bytesRepr(Buffer.from(wire, 'latin1'))}`;
}
