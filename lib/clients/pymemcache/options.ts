// The constructor parameters of Client and PooledClient: Python's names, order and defaults, and what only this package has.

import type { EngineOptions } from '../../engine/engine';
import { bind } from '../shared/arguments';
import { callable, numberOf } from '../shared/parameters';
import { TRANSPORT_NAMES, transportOf, type TransportOptions } from '../shared/transport';
import { ValueError } from '../../errors';
import { KeepaliveOpts } from './keepalive';
import { prefixOf, type KeyRules } from './keys';
import { findRelease, type Release, type ReleaseName } from './releases';
import { LegacyWrappingSerde } from './serde';
import { checkSerde, isSerde, type Deserialize, type Serde, type Serialize } from './serde-shape';
import { findEncoding, type Encode } from './text';

export { isSerde };

/** `tls` takes the place of Python's `tls_context`. */
export interface ClientOptions extends TransportOptions {
  /** Makes bytes of values and values of bytes; default: bytes as they are, and `str()` of all else. */
  serde?: Serde | null;
  /** Deprecated in pymemcache: one half of a serde. */
  serializer?: Serialize | null;
  deserializer?: Deserialize | null;
  /** Seconds to connect; null (default): as long as a call may take. */
  connect_timeout?: number | null;
  /** Seconds for one call, once connected; null (default): an hour. */
  timeout?: number | null;
  /** Nagle's algorithm is always off here. */
  no_delay?: boolean;
  /** Answer `get`, `gets`, their `_many` and `stats` with a miss where they fail; default off. */
  ignore_exc?: boolean;
  /** When the operating system probes a silent connection. */
  socket_keepalive?: KeepaliveOpts | null;
  /** The same bytes before every key. */
  key_prefix?: string | Uint8Array;
  /** Whether changes wait for no reply, `cas`, `incr` and `decr` excepted; default true. */
  default_noreply?: boolean;
  /** Take keys of any text, as utf-8; default: ASCII only. Keys of bytes are taken as they are. */
  allow_unicode_keys?: boolean;
  /** Of values that are not bytes when they are stored: `ascii` (default), `utf-8` or `latin-1`. */
  encoding?: string;

  /** The release of pymemcache to answer like; default 4.0. */
  release?: ReleaseName;
  /** The Python it runs on; default 3. 3.5.2 ran on 2 also. */
  python?: 2 | 3;
}

/** Parameters of PooledClient, by name. */
export interface PooledClientOptions extends ClientOptions {
  /** Checked, and never exceeded: all calls share one connection. */
  max_pool_size?: number | null;
  /** Seconds; a connection that no call has used for longer is replaced; 0 (default): never. */
  pool_idle_timeout?: number;
  /** Nothing needs a lock here: called once, as in Python, and its result dropped. */
  lock_generator?: (() => unknown) | null;
}

/** Parameters by position, and by name in a last object. */
export type ConstructorArguments<Named> =
  | [options?: Named]
  | [serde: Serde | null, options?: Named]
  | [serde: Serde | null, serializer: Serialize | null, options?: Named]
  | [
      serde: Serde | null,
      serializer: Serialize | null,
      deserializer: Deserialize | null,
      options?: Named,
    ];

/** What Client is made with, behind the server. */
export type ClientArguments = ConstructorArguments<ClientOptions>;
/** What PooledClient is made with, behind the server. */
export type PooledClientArguments = ConstructorArguments<PooledClientOptions>;

/** Every parameter with a value. */
export interface Options extends KeyRules {
  readonly release: Release;
  readonly serde: Serde;
  /** Milliseconds; undefined: no limit of its own. */
  readonly connect_timeout: number | undefined;
  /** Milliseconds; undefined: no limit of its own. */
  readonly timeout: number | undefined;
  readonly ignore_exc: boolean;
  readonly socket_keepalive: KeepaliveOpts | undefined;
  /** Char codes are bytes. */
  readonly key_prefix: string;
  readonly default_noreply: boolean;
  readonly encode: Encode;
  /** Milliseconds; Infinity: for ever. */
  readonly pool_idle_timeout: number;
  readonly transport: Pick<EngineOptions, 'tls' | 'auth'>;
  /** For tests: time and sockets. */
  readonly injected: Omit<EngineOptions, 'observer'>;
}

/** Python's order (base.py 4.0.0, Client.__init__). */
const OF_SOCKETS = [
  'serde',
  'serializer',
  'deserializer',
  'connect_timeout',
  'timeout',
  'no_delay',
  'ignore_exc',
  'socket_module',
  'socket_keepalive',
  'key_prefix',
] as const;
const OF_POOLS = ['max_pool_size', 'pool_idle_timeout', 'lock_generator'] as const;
const OF_KEYS = ['default_noreply', 'allow_unicode_keys', 'encoding', 'tls_context'] as const;
const OURS = [...TRANSPORT_NAMES, 'release', 'python', 'injected'] as const;

export type Name = (typeof OF_SOCKETS | typeof OF_POOLS | typeof OF_KEYS | typeof OURS)[number];

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one
 * @throws {ValueError} a value that cannot be used
 */
export function resolveClient(given: readonly unknown[]): Options {
  return resolve([...OF_SOCKETS, ...OF_KEYS], given);
}

/** @throws as resolveClient */
export function resolvePooledClient(given: readonly unknown[]): Options {
  return resolve([...OF_SOCKETS, ...OF_POOLS, ...OF_KEYS], given);
}

function resolve(names: readonly Name[], given: readonly unknown[]): Options {
  const signature = { method: '__init__', required: 2, names, namedOnly: OURS };
  const bound = bind(signature, isSerde(given.at(-1)) ? [...given, {}] : given);
  const all: readonly Name[] = [...names, ...OURS];
  const values = new Map(all.map((name, i) => [name, bound[i] ?? undefined]));
  return optionsOf((name) => values.get(name));
}

export function optionsOf(get: (name: Name) => unknown): Options {
  refuseForeign(get);
  const python = get('python') ?? 3;
  const serde = get('serde');
  const legacy = [get('serializer') as Serialize, get('deserializer') as Deserialize] as const;
  return {
    release: findRelease(get('release') ?? '4.0', python),
    python: python === 2 ? 2 : 3,
    serde: serde === undefined ? new LegacyWrappingSerde(...legacy) : checkSerde(serde),
    connect_timeout: milliseconds(get('connect_timeout'), 'connect_timeout'),
    timeout: milliseconds(get('timeout'), 'timeout'),
    ignore_exc: Boolean(get('ignore_exc')),
    socket_keepalive: keepaliveOf(get('socket_keepalive')),
    key_prefix: prefixOf(get('key_prefix') ?? ''),
    default_noreply: Boolean(get('default_noreply') ?? true),
    allow_unicode_keys: Boolean(get('allow_unicode_keys')),
    encode: findEncoding(get('encoding') ?? 'ascii'),
    pool_idle_timeout: idleTimeOf(get),
    transport: transportOf(get),
    injected: get('injected') ?? {},
  };
}

/** What stands for Python's own objects, which have no counterpart. */
function refuseForeign(get: (name: Name) => unknown): void {
  if (get('socket_module') !== undefined) {
    throw new TypeError('socket_module has no counterpart: sockets are those of Node');
  }
  if (get('tls_context') !== undefined) {
    throw new TypeError('tls_context has no counterpart: use `tls`, with the options of node:tls');
  }
}

/** Also checks what else there is to a pool (pool.py, ObjectPool.__init__). */
function idleTimeOf(get: (name: Name) => unknown): number {
  const size = get('max_pool_size') ?? 0;
  if (!(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) {
    throw new ValueError('"max_size" must be a positive integer');
  }
  callable<() => unknown>(get('lock_generator'), 'lock_generator')?.();
  return (milliseconds(get('pool_idle_timeout'), 'pool_idle_timeout') ?? 0) || Infinity;
}

function keepaliveOf(value: unknown): KeepaliveOpts | undefined {
  if (value === undefined || value instanceof KeepaliveOpts) return value;
  throw new ValueError('socket_keepalive must be a KeepaliveOpts');
}

function milliseconds(seconds: unknown, name: string): number | undefined {
  return seconds === undefined ? undefined : numberOf(seconds, 0, name) * 1000;
}
