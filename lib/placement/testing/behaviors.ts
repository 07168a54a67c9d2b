// The recorded placements of fixtures/placement/behaviors.json: servers, keys, and what clients' settings make of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DistributionName, Layout } from '../distributions';
import type { HashName } from '../hashes';
import type { Place, Placement } from '../placement';
import { cloned, PLAIN, SETTINGS, withServers } from '../settings';

/** Host or path of a unix socket, port (0 for a socket), weight. */
export type Listed = readonly [host: string, port: number, weight: number];

/** pylibmc's behaviors, as far as they place keys. */
export interface Behaviors {
  readonly hash?: HashName;
  readonly ketama?: boolean;
  readonly ketama_weighted?: boolean;
  readonly distribution?: DistributionName;
  readonly _sort_hosts?: boolean;
  readonly _hash_with_prefix_key?: boolean;
  readonly namespace?: string;
}

/** Set when the client was made, then on the client; then perhaps a clone was asked. */
export interface Libmemcached {
  readonly client: 'pylibmc';
  readonly with?: Behaviors;
  readonly later?: Behaviors;
  readonly clone?: true;
}

export interface Rendezvous {
  readonly client: 'pymemcache';
  /** How keys were given. */
  readonly keys: 'str' | 'bytes';
}

interface File {
  readonly keys: readonly string[];
  readonly lists: Readonly<Record<string, readonly Listed[]>>;
  readonly hashes: Readonly<Record<HashName, readonly number[]>>;
  readonly rendezvous: readonly number[];
  readonly floats: { readonly list: string; readonly keys: readonly string[]; readonly is: string };
  readonly clients: readonly (Libmemcached | Rendezvous)[];
  readonly rows: readonly { readonly list: string; readonly by: number[]; readonly is: string }[];
}

// The file is our own: fixtures/README.md says how it was made.
export const RECORDED = JSON.parse(
  readFileSync(join(__dirname, '../../../fixtures/placement/behaviors.json'), 'utf8'),
) as File;

/** One client on one server list: the index of each key's server, as a digit of base 36. */
export interface Table<Client> {
  readonly client: Client;
  readonly list: string;
  readonly is: string;
}

/** The tables of one library, its first client first. */
export function tablesOf<Name extends 'pylibmc' | 'pymemcache'>(
  name: Name,
): readonly Table<Extract<Libmemcached | Rendezvous, { client: Name }>>[] {
  type Client = Extract<Libmemcached | Rendezvous, { client: Name }>;
  return RECORDED.clients.flatMap((client, index) =>
    client.client === name
      ? RECORDED.rows
          .filter(({ by }) => by.includes(index))
          .map(({ list, is }) => ({ client: client as Client, list, is }))
      : [],
  );
}

export function listOf(name: string): readonly Listed[] {
  const list = RECORDED.lists[name];
  if (list === undefined) throw new Error(`no list ${name}`);
  return list;
}

/** Servers as libmemcached's placement takes them. */
export function placesOf(list: readonly Listed[]): readonly Place[] {
  return list.map(([host, port, weight]) => ({ name: `${wire(host)}:${port}`, weight }));
}

/** Text as a wire key has it: the bytes of its utf-8 as char codes. */
export function wire(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The servers of wire keys, as the tables have them. */
export function digits(placement: Placement, keys: readonly string[]): string {
  return keys.map((key) => placement.server(placement.start(key)).toString(36)).join('');
}

/** What pylibmc makes of a client's behaviors and servers. */
export function layoutOf(client: Libmemcached, list: readonly Listed[]): Layout {
  const weights = list.map(([, , weight]) => weight);
  const made = withServers(changed(PLAIN, client.with ?? {}), weights);
  const later = changed(made, client.later ?? {});
  return client.clone === true ? cloned(later, weights) : later;
}

/** In the order of pylibmc's own table, whatever that of the dict (_pylibmcmodule.h:210). */
export function changed(layout: Layout, behaviors: Behaviors): Layout {
  const { hash, ketama, ketama_weighted, distribution, _sort_hosts } = behaviors;
  let now = layout;
  if (hash !== undefined) now = SETTINGS.hash(now, hash);
  if (ketama !== undefined) now = SETTINGS.ketama(now, ketama);
  if (ketama_weighted !== undefined) now = SETTINGS.ketamaWeighted(now, ketama_weighted);
  if (distribution !== undefined) now = SETTINGS.distribution(now, distribution);
  if (_sort_hosts !== undefined) now = SETTINGS.sortHosts(now, _sort_hosts);
  const prefix =
    behaviors._hash_with_prefix_key === true ? (behaviors.namespace ?? '') : now.prefix;
  return { ...now, prefix };
}
