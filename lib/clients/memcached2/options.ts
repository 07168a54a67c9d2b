// The constructor's parameters: python-memcached2's own, and what only this package has.

import { bind } from '../shared/arguments';
import { callable, numberOf, oneOf } from '../shared/parameters';
import { TRANSPORT_NAMES, transportOf, type TransportOptions } from '../shared/transport';
import type { FailurePolicy } from '../../engine/dialect';
import { NoAvailableServers, ServerDisconnect, type MemcachedException } from './errors';
import { HasherCMemcache, HasherZero, type HasherBase } from './hash';
import { ServerPool } from './reconnectors';
import {
  SelectorFirst,
  SelectorFractalSharding,
  SelectorRehashDownServers,
  type SelectorBase,
} from './selectors';
import type { ValueWrapper } from './values';

/** What only this package has, by name. */
export interface OwnOptions extends TransportOptions {
  /**
   * What happens to calls while a server cannot be used. `select` (default): the selector names another one. `raise`: none
   * is asked, and ServerDisconnect is thrown, as python-memcached2 does in fact.
   */
  failure?: FailureName;
  /** Seconds for one call, connecting included; default 3; null: no limit, as python-memcached2. */
  socket_timeout?: number | null;
}

/** Of all classes, by name. */
export interface SelectorOptions extends OwnOptions {
  /** Default: SelectorFirst for one server, SelectorRehashDownServers for two, else SelectorFractalSharding. */
  selector?: SelectorBase | null;
  /** Default: HasherZero for one server, else HasherCMemcache. */
  hasher?: HasherBase | null;
}

/** Of Memcache and ExceptionsAreMissesMemcache, by name. */
export interface MemcacheOptions<V> extends SelectorOptions {
  /** Makes what reading returns, in place of a string: ValueSuperStr, ValueDictionary, or your own. */
  value_wrapper?: ValueWrapper<V> | null;
  /** Default: one of the client's own. */
  server_pool?: ServerPool | null;
}

/** Parameters of Memcache by position, and by name in a last object. */
export type MemcacheArguments<V> =
  | [options?: MemcacheOptions<V>]
  | [value_wrapper: ValueWrapper<V> | null, options?: MemcacheOptions<V>]
  | [
      value_wrapper: ValueWrapper<V> | null,
      selector: SelectorBase | null,
      options?: MemcacheOptions<V>,
    ]
  | [
      value_wrapper: ValueWrapper<V> | null,
      selector: SelectorBase | null,
      hasher: HasherBase | null,
      options?: MemcacheOptions<V>,
    ]
  | [
      value_wrapper: ValueWrapper<V> | null,
      selector: SelectorBase | null,
      hasher: HasherBase | null,
      server_pool: ServerPool | null,
      options?: OwnOptions,
    ];

/** Parameters of ExceptionsAreMissesMapping. */
export type MappingArguments =
  | [options?: SelectorOptions]
  | [selector: SelectorBase | null, options?: SelectorOptions]
  | [selector: SelectorBase | null, hasher: HasherBase | null, options?: OwnOptions];

const FAILURES = {
  select: { whenDead: 'next-server', unreached: NoAvailableServers },
  raise: { whenDead: 'fail', unreached: ServerDisconnect },
} as const satisfies Record<
  string,
  { readonly whenDead: FailurePolicy['whenDead']; readonly unreached: typeof MemcachedException }
>;
/** The policies of the option `failure`. */
export type FailureName = keyof typeof FAILURES;

/** Every parameter with a value. */
export interface Options {
  readonly server_uris: readonly string[];
  readonly value_wrapper: unknown;
  readonly selector: SelectorBase;
  readonly hasher: HasherBase;
  readonly server_pool: ServerPool;
  readonly failure: (typeof FAILURES)[FailureName];
  /** Seconds. */
  readonly socket_timeout: number;
  readonly transport: ReturnType<typeof transportOf>;
}

const NAMED_ONLY = ['failure', 'socket_timeout', ...TRANSPORT_NAMES];
const SIGNATURE = {
  method: '__init__',
  required: 2,
  names: ['value_wrapper', 'selector', 'hasher', 'server_pool'],
  namedOnly: NAMED_ONLY,
};
const MAPPING = { ...SIGNATURE, names: ['selector', 'hasher'] };

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one
 * @throws {ValueError} a policy that does not exist, a negative number of seconds
 */
export function resolveOptions(servers: Iterable<string>, given: readonly unknown[]): Options {
  const server_uris = [...servers];
  const named = namesOf(SIGNATURE, given);
  const get = (name: string): unknown => named[name];
  const socket_timeout = get('socket_timeout');
  return {
    server_uris,
    value_wrapper: callable(get('value_wrapper') ?? undefined, 'value_wrapper'),
    selector:
      withMethod<SelectorBase>(get('selector'), 'select', 'selector') ?? selectorOf(server_uris),
    hasher: withMethod<HasherBase>(get('hasher'), 'hash', 'hasher') ?? hasherOf(server_uris),
    server_pool:
      withMethod<ServerPool>(get('server_pool'), 'is_available', 'server_pool') ?? new ServerPool(),
    failure: oneOf(FAILURES, get('failure') ?? 'select', 'failure'),
    socket_timeout:
      socket_timeout === null ? Infinity : numberOf(socket_timeout, 3, 'socket_timeout'),
    transport: transportOf(get),
  };
}

/** The parameters of a mapping, as those of its Memcache. */
export function resolveMapping(given: readonly unknown[]): SelectorOptions {
  return namesOf(MAPPING, given);
}

function namesOf(
  signature: typeof SIGNATURE,
  given: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const bound = bind(signature, given);
  const names = [...signature.names, ...signature.namedOnly];
  return Object.fromEntries(names.map((name, i) => [name, bound[i]]));
}

/** @throws {TypeError} given, and without the method */
function withMethod<T>(value: unknown, method: string, name: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof (value as Readonly<Record<string, unknown>>)[method] === 'function') return value as T;
  throw new TypeError(`${name} must have a method ${method}`);
}

function selectorOf({ length }: readonly string[]): SelectorBase {
  if (length < 2) return new SelectorFirst();
  return length === 2 ? new SelectorRehashDownServers() : new SelectorFractalSharding();
}

function hasherOf({ length }: readonly string[]): HasherBase {
  return length < 2 ? new HasherZero() : new HasherCMemcache();
}
