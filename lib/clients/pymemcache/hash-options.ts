// The constructor parameters of HashClient: its own, and those that it hands on to the client of each server.

import { bind, isNamed } from '../shared/arguments';
import { numberOf } from '../shared/parameters';
import type { Patience } from './nodes';
import {
  isSerde,
  resolveClient,
  resolvePooledClient,
  type Options,
  type PooledClientOptions,
} from './options';
import { RendezvousHash, type Hasher } from './rendezvous';

/** A class that is made without arguments, or a function that makes a hasher. */
export type HasherSource = (new () => Hasher) | (() => Hasher);

export interface HashClientOptions extends PooledClientOptions {
  /** Says where keys belong; default RendezvousHash. */
  hasher?: HasherSource;
  /** How often a server that failed is tried again before its keys go to others; default 2. */
  retry_attempts?: number;
  /** Seconds between two such tries, in which calls answer as if there was nothing; default 1. */
  retry_timeout?: number;
  /** Seconds until a server whose keys went to others is back; default 60. */
  dead_timeout?: number;
  /** As PooledClient: `pool_idle_timeout` counts. Calls share one connection to each server in both cases. */
  use_pooling?: boolean;
}

/** `hasher` by position, and all parameters by name in a last object. */
export type HashClientArguments =
  | [options?: HashClientOptions]
  | [hasher: HasherSource, options?: Omit<HashClientOptions, 'hasher'>];

/** Every parameter with a value. */
export interface HashOptions {
  readonly hasher: Hasher;
  readonly patience: Omit<Patience, 'idle'>;
  /** Of a client of one server. */
  readonly options: Options;
}

const POOL = ['max_pool_size', 'pool_idle_timeout', 'lock_generator'] as const;
const OWN = ['hasher', 'retry_attempts', 'retry_timeout', 'dead_timeout', 'use_pooling'] as const;

/** Python's order (hash.py 4.0.0, HashClient.__init__). */
const NAMES = [
  'hasher',
  'serde',
  'serializer',
  'deserializer',
  'connect_timeout',
  'timeout',
  'no_delay',
  'socket_module',
  'socket_keepalive',
  'key_prefix',
  ...POOL,
  'retry_attempts',
  'retry_timeout',
  'dead_timeout',
  'use_pooling',
  'ignore_exc',
  'allow_unicode_keys',
  'default_noreply',
  'encoding',
  'tls_context',
] as const;

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one
 * @throws {ValueError} a value that cannot be used
 */
export function resolveHashClient(given: readonly unknown[]): HashOptions {
  const values = named(given);
  const get = (name: (typeof OWN)[number]): unknown => values.get(name) ?? undefined;
  const pooled = get('use_pooling') === true;
  // hash.py:96: parameters of the pool are not looked at without one.
  const withheld: readonly string[] = pooled ? OWN : [...OWN, ...POOL];
  const rest = Object.fromEntries([...values].filter(([name]) => !withheld.includes(name)));
  return {
    options: pooled ? resolvePooledClient([rest]) : resolveClient([rest]),
    hasher: hasherOf(get('hasher') ?? RendezvousHash),
    patience: {
      retryAttempts: numberOf(get('retry_attempts'), 2, 'retry_attempts'),
      retryTimeout: numberOf(get('retry_timeout'), 1, 'retry_timeout') * 1000,
      deadTimeout: numberOf(get('dead_timeout'), 60, 'dead_timeout') * 1000,
    },
  };
}

/** The parameters that were given; names that HashClient does not know are the inner client's to refuse. */
function named(given: readonly unknown[]): ReadonlyMap<string, unknown> {
  const last = given.at(-1);
  const isByName = isNamed(last) && !isSerde(last);
  const others = isByName ? Object.keys(last) : [];
  const known: readonly string[] = NAMES;
  const namedOnly = others.filter((name) => !known.includes(name));
  const signature = { method: '__init__', required: 2, names: NAMES, namedOnly };
  const bound = bind(signature, isByName ? given : [...given, {}]);
  const pairs = [...NAMES, ...namedOnly].map((name, i) => [name, bound[i]] as const);
  return new Map(pairs.filter(([, value]) => value !== undefined));
}

/** `hasher()`. @throws {TypeError} it makes no hasher */
function hasherOf(source: unknown): Hasher {
  if (typeof source !== 'function') throw new TypeError(`'hasher' must be a class or a function`);
  // An arrow function cannot be constructed, and has no prototype.
  const isClass = source.prototype !== undefined;
  const made: unknown = isClass ? new (source as new () => unknown)() : (source as () => unknown)();
  const { add_node, remove_node, get_node } = (made ?? {}) as Partial<Hasher>;
  if ([add_node, remove_node, get_node].every((method) => typeof method === 'function'))
    return made as Hasher;
  throw new TypeError('a hasher must have the methods add_node, remove_node and get_node');
}
