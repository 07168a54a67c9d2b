// The constructor's parameters: names, order and defaults of Python, and what only this client has.

import type { EngineOptions } from '../../engine/engine';
import type { PicklerOption, UnpicklerOption } from '../../value/pickling';
import { bind } from '../shared/arguments';
import type { Failure } from '../shared/failure';
import { callable, numberOf, oneOf } from '../shared/parameters';
import { TRANSPORT_NAMES, transportOf, type TransportOptions } from '../shared/transport';
import { findRelease, type PythonVersion, type Release, type ReleaseName } from './releases';

/** SERVER_MAX_KEY_LENGTH: keys longer than this many bytes are refused. */
export const SERVER_MAX_KEY_LENGTH = 250;
/** SERVER_MAX_VALUE_LENGTH: values longer than this many bytes, after compression, are not stored. */
export const SERVER_MAX_VALUE_LENGTH = 1024 * 1024;

export interface ClientOptions extends TransportOptions {
  /** Print what goes wrong to stderr; default off. */
  debug?: boolean | number;
  /** 0 (default) to 5; -1: the highest. Of values that are not text, bytes or ints. */
  pickleProtocol?: number;
  /** Makes pickles in place of `memcache-py/pickle`. */
  pickler?: PicklerOption;
  /** Reads pickles in place of `memcache-py/pickle`; pickleparser's Parser fits. */
  unpickler?: UnpicklerOption;
  /** In place of zlib.compress. */
  compressor?: (data: Buffer) => Uint8Array;
  /** In place of zlib.decompress. */
  decompressor?: (data: Buffer) => Uint8Array;
  /** Gives the value of a persistent id in a pickle. */
  pload?: ((id: unknown) => unknown) | null;
  /** Gives the persistent id of a value, or null to pickle it. */
  pid?: ((value: unknown) => unknown) | null;
  /** Bytes; default 250; 0: no limit. */
  server_max_key_length?: number | null;
  /** Bytes; default 1048576; 0: no limit. */
  server_max_value_length?: number | null;
  /** Seconds that a failed server is left alone; default 30. */
  dead_retry?: number;
  /** Seconds for one call, connecting included; default 3; null: no limit. */
  socket_timeout?: number | null;
  /** Keep the cas ids that `gets` finds; default off. */
  cache_cas?: boolean;
  /** Empty a server that comes back after a failure, before it is used; default off. */
  flush_on_reconnect?: boolean | number;
  /** Check keys; default on. Spaces, CR, LF and NUL are refused even without. */
  check_keys?: boolean;
  /** Changes every key before it is checked and used. */
  key_encoder?: ((key: unknown) => unknown) | null;

  /**
   * What happens to calls while a server cannot be used. `rehash` (default, as Python): another server is asked.
   * `miss`: none is asked, the call answers as one that failed. `raise`: none is asked, and what failed is thrown.
   */
  failure?: FailureName;
  /** The release of python-memcached to write, place and answer like; default 1.62. */
  release?: ReleaseName;
  /** The Python it runs on; default 3. */
  python?: PythonVersion;
  /** Apply `key_encoder` twice in the methods of many keys, as 1.60 to 1.62 do; default off. */
  key_encoder_twice?: boolean;
  /** Takes the lines of `debug`; default process.stderr. */
  log?: (line: string) => void;
}

const FAILURES = {
  rehash: { whenDead: 'next-server', raises: false },
  miss: { whenDead: 'fail', raises: false },
  raise: { whenDead: 'fail', raises: true },
} as const satisfies Record<string, Failure>;
/** What happens to calls while a server cannot be used; see `failure`. */
export type FailureName = keyof typeof FAILURES;

/** Parameters by position, and by name in a last object. */
export type ClientArguments =
  | [options?: ClientOptions]
  | [debug: boolean | number, options?: ClientOptions]
  | [debug: boolean | number, pickleProtocol: number, options?: ClientOptions];

/** Every parameter with a value. */
export interface Options {
  readonly release: Release;
  readonly failure: Failure;
  readonly debug: boolean;
  readonly pickleProtocol: number;
  readonly pickler: PicklerOption | undefined;
  readonly unpickler: UnpicklerOption | undefined;
  readonly compressor: ((data: Buffer) => Uint8Array) | undefined;
  readonly decompressor: ((data: Buffer) => Uint8Array) | undefined;
  readonly pload: ((id: unknown) => unknown) | undefined;
  readonly pid: ((value: unknown) => unknown) | undefined;
  readonly server_max_key_length: number;
  readonly server_max_value_length: number;
  readonly dead_retry: number;
  readonly socket_timeout: number | null;
  readonly cache_cas: boolean;
  readonly flush_on_reconnect: boolean;
  readonly check_keys: boolean;
  readonly key_encoder: ((key: unknown) => unknown) | null;
  readonly key_encoder_twice: boolean;
  readonly log: (line: string) => void;
  /** TLS and login; for tests, time and sockets. */
  readonly injected: Omit<EngineOptions, 'observer'>;
}

/** Python's order (1.62:156); behind it what only this client has. */
const NAMES = [
  'debug',
  'pickleProtocol',
  'pickler',
  'unpickler',
  'compressor',
  'decompressor',
  'pload',
  'pid',
  'server_max_key_length',
  'server_max_value_length',
  'dead_retry',
  'socket_timeout',
  'cache_cas',
  'flush_on_reconnect',
  'check_keys',
  'key_encoder',
  'failure',
  'release',
  'python',
  'key_encoder_twice',
  'log',
  'injected',
] as const;

/** All of them, those by name alone too. */
const ALL = [...NAMES, ...TRANSPORT_NAMES] as const;

const SIGNATURE = { method: '__init__', required: 2, names: NAMES, namedOnly: TRANSPORT_NAMES };

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one
 * @throws {ValueError} a release that never existed, a negative number of seconds or bytes
 */
export function resolveOptions(given: readonly unknown[]): Options {
  const bound = bind(SIGNATURE, given);
  const values = new Map<string, unknown>(ALL.map((name, i) => [name, bound[i]]));
  // None asks for the default, where None is not a value of its own.
  const get = (name: (typeof ALL)[number]): unknown => values.get(name) ?? undefined;
  const release = findRelease(textOf(get('release'), '1.62'), numberOf(get('python'), 3, 'python'));
  return {
    release,
    failure: oneOf(FAILURES, get('failure') ?? 'rehash', 'failure'),
    debug: Boolean(get('debug')),
    pickleProtocol: Number(get('pickleProtocol') ?? 0),
    pickler: get('pickler') as PicklerOption | undefined,
    unpickler: get('unpickler') as UnpicklerOption | undefined,
    compressor: callable(get('compressor'), 'compressor'),
    decompressor: callable(get('decompressor'), 'decompressor'),
    pload: callable(get('pload'), 'pload'),
    pid: callable(get('pid'), 'pid'),
    server_max_key_length: numberOf(
      get('server_max_key_length'),
      SERVER_MAX_KEY_LENGTH,
      'server_max_key_length',
    ),
    server_max_value_length: numberOf(
      get('server_max_value_length'),
      SERVER_MAX_VALUE_LENGTH,
      'server_max_value_length',
    ),
    dead_retry: numberOf(get('dead_retry'), 30, 'dead_retry'),
    socket_timeout:
      values.get('socket_timeout') === null
        ? null
        : numberOf(get('socket_timeout'), 3, 'socket_timeout'),
    cache_cas: release.alwaysCachesCas || Boolean(get('cache_cas')),
    flush_on_reconnect: Boolean(get('flush_on_reconnect')),
    check_keys: get('check_keys') === undefined || Boolean(get('check_keys')),
    key_encoder: callable<(key: unknown) => unknown>(get('key_encoder'), 'key_encoder') ?? null,
    key_encoder_twice: Boolean(get('key_encoder_twice')),
    log:
      callable<(line: string) => void>(get('log'), 'log') ??
      ((line) => void process.stderr.write(line)),
    injected: { ...transportOf(get), ...(get('injected') ?? {}) },
  };
}

function textOf(value: unknown, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (typeof value !== 'string') throw new TypeError('release must be a string such as "1.62"');
  return value;
}
