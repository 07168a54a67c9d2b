// Every client the bench knows, and what it may take part in.

import type { Material } from '../workloads';
import type { Adapter } from './client';

/** `wire`: ours again, for `--wires` alone. */
export type Group = 'ours' | 'floor' | 'node' | 'python' | 'wire';

export interface ClientEntry {
  group: Group;
  /** The npm or Python package, to look up its version. */
  package?: string;
  /** Loads the adapter; Python clients live in `worker.py`. */
  load?: () => Promise<Adapter>;
  /** What it can store; all of it when absent. */
  materials?: readonly Material[];
  /** True when text comes back as a Buffer or numbers as text: such answers are compared by content. */
  textOnly?: boolean;
  /** True when commands of one tick must take effect in the order they were given: verified. */
  ordered?: boolean;
}

export const CLIENTS: Readonly<Record<string, ClientEntry>> = {
  ours: { group: 'ours', load: () => import('./ours.js'), ordered: true },
  // Another build of ours, to see what a change did.
  before: { group: 'ours', load: () => import('./ours.js'), ordered: true },
  'raw-string': {
    group: 'floor',
    load: () => import('./raw-string.js'),
    textOnly: true,
    ordered: true,
  },
  'raw-buffer': {
    group: 'floor',
    load: () => import('./raw-buffer.js'),
    materials: ['text', 'bytes'],
    textOnly: true,
    ordered: true,
  },
  memjs: { group: 'node', package: 'memjs', load: () => import('./memjs.js'), textOnly: true },
  memcached: { group: 'node', package: 'memcached', load: () => import('./memcached.js') },
  'memcache-client': {
    group: 'node',
    package: 'memcache-client',
    load: () => import('./memcache-client.js'),
  },
  memcache: {
    group: 'node',
    package: 'memcache',
    load: () => import('./memcache.js'),
    textOnly: true,
  },
  'python-memcached': { group: 'python', package: 'memcache' },
  pylibmc: { group: 'python', package: 'pylibmc' },
  pymemcache: { group: 'python', package: 'pymemcache' },
  'pylibmc-text': {
    group: 'wire',
    load: () => import('./pylibmc.js').then(({ text }) => text),
    ordered: true,
  },
  'pylibmc-binary': {
    group: 'wire',
    load: () => import('./pylibmc.js').then(({ binary }) => binary),
    ordered: true,
  },
};

/** The names of a group, in the table's order. */
export function clientsOf(group: Group): string[] {
  return Object.keys(CLIENTS).filter((name) => CLIENTS[name]?.group === group);
}

export function entryOf(name: string): ClientEntry {
  const entry = CLIENTS[name];
  if (entry === undefined) throw new Error(`unknown client ${name}`);
  return entry;
}
