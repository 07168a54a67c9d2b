// The constructor's parameters: cmemcache's own two, and what only this package has.

import { ValueError } from '../../errors';
import type { PicklerOption, UnpicklerOption } from '../../value/pickling';
import type { EngineOptions } from '../../engine/engine';
import { bind } from '../shared/arguments';
import type { Failure } from '../shared/failure';
import { callable, numberOf, oneOf } from '../shared/parameters';
import { TRANSPORT_NAMES, transportOf, type TransportOptions } from '../shared/transport';

export interface ClientOptions extends TransportOptions {
  /** Print what cannot be read to stderr; default off. */
  debug?: boolean | number;
  /**
   * What happens to calls while a server cannot be used. `probe` (default, as libmemcache): the next one of the list is
   * asked. `miss`: none is asked, the call answers as one that failed. `raise`: none is asked, and what failed is thrown.
   */
  failure?: FailureName;
  /** Seconds that a failed server is left alone; default 30. Infinity: until `set_servers`, as libmemcache. */
  dead_retry?: number;
  /** Seconds for one call, connecting included; default 2; null: no limit. */
  socket_timeout?: number | null;
  /** Let `delete` answer libmemcache's code: 0 deleted, 1 no such key, -5 refused, -1 no server; default off. */
  inverted_delete?: boolean;
  /** The release of cmemcache to write like; default 0.96. */
  release?: ReleaseName;
  /** The Python it runs on: cmemcache knows 2 only. */
  python?: 2;
  /** Makes pickles in place of `memcache-py/pickle`. */
  pickler?: PicklerOption;
  /** Reads pickles in place of `memcache-py/pickle`. */
  unpickler?: UnpicklerOption;
  /** Takes the lines of `debug`, as `cmemcache.log` does; default process.stderr. */
  log?: (line: string) => void;
}

/** Parameters by position, and by name in a last object. */
export type ClientArguments =
  [options?: ClientOptions] | [debug: boolean | number, options?: ClientOptions];

const FAILURES = {
  probe: { whenDead: 'next-server', raises: false },
  miss: { whenDead: 'fail', raises: false },
  raise: { whenDead: 'fail', raises: true },
} as const satisfies Record<string, Failure>;
/** What happens to calls while a server cannot be used; see `failure`. */
export type FailureName = keyof typeof FAILURES;

/** What changed between releases, as far as entries show it. */
export interface Release {
  /** Text is pickled (0.96), or stored as it is while it is ASCII, and refused else. */
  readonly text: 'pickle' | 'ascii';
}

const RELEASES = {
  '0.94': { text: 'ascii' },
  '0.95': { text: 'ascii' },
  '0.96': { text: 'pickle' },
} as const satisfies Record<string, Release>;
/** A release of cmemcache. */
export type ReleaseName = keyof typeof RELEASES;

/** Every parameter with a value. */
export interface Options {
  readonly debug: boolean;
  readonly failure: Failure;
  readonly dead_retry: number;
  readonly socket_timeout: number;
  readonly inverted_delete: boolean;
  readonly release: Release;
  readonly pickler: PicklerOption | undefined;
  readonly unpickler: UnpicklerOption | undefined;
  readonly log: (line: string) => void;
  readonly transport: Pick<EngineOptions, 'tls' | 'auth'>;
}

const NAMES = [
  'debug',
  'failure',
  'dead_retry',
  'socket_timeout',
  'inverted_delete',
  'release',
  'python',
  'pickler',
  'unpickler',
  'log',
  ...TRANSPORT_NAMES,
] as const;

const SIGNATURE = { method: '__init__', required: 2, names: ['debug'], namedOnly: NAMES.slice(1) };

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one
 * @throws {ValueError} a release or a policy that does not exist, a negative number of seconds
 */
export function resolveOptions(given: readonly unknown[]): Options {
  const bound = bind(SIGNATURE, given);
  const values = new Map<string, unknown>(NAMES.map((name, i) => [name, bound[i]]));
  const get = (name: (typeof NAMES)[number]): unknown => values.get(name) ?? undefined;
  if ((get('python') ?? 2) !== 2) throw new ValueError('cmemcache runs on Python 2 only');
  const unlimited = values.get('socket_timeout') === null;
  return {
    debug: Boolean(get('debug')),
    failure: oneOf(FAILURES, get('failure') ?? 'probe', 'failure'),
    dead_retry: numberOf(get('dead_retry'), 30, 'dead_retry'),
    socket_timeout: unlimited ? Infinity : numberOf(get('socket_timeout'), 2, 'socket_timeout'),
    inverted_delete: Boolean(get('inverted_delete')),
    release: oneOf(RELEASES, get('release') ?? '0.96', 'release'),
    pickler: get('pickler') as PicklerOption | undefined,
    unpickler: get('unpickler') as UnpicklerOption | undefined,
    log:
      callable<(line: string) => void>(get('log'), 'log') ??
      ((line) => void process.stderr.write(line)),
    transport: transportOf(get),
  };
}
