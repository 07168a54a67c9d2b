// MockMemcacheClient of pymemcache's test utilities: a client without a server, for tests (pymemcache/test/utils.py).

import { UnicodeEncodeError } from '../../errors';
import { bind, isNamed, refuse } from '../shared/arguments';
import { pythonType } from '../shared/numbers';
import { MemcacheClientError, MemcacheIllegalInputError } from './exceptions';
import { checkKey, type Key } from './keys';
import type { Integer } from './numbers';
import { resolveClient, type ClientArguments, type ClientOptions, type Options } from './options';
import type { ServerArgument } from './server-string';
import {
  bindValues,
  pairsOf,
  SIGNATURES,
  type Counted,
  type ExpireArguments,
  type FlushArguments,
  type GetArguments,
  type Mapping,
  type NoReplyArguments,
  type StoreArguments,
} from './signatures';

/** What is kept for a key; `expire` is a Unix time in seconds, 0: never. */
interface Content {
  readonly expire: number;
  readonly value: unknown;
  readonly flags: number;
}

/** As Client's; `server` may be left out, or be null. */
export type MockArguments =
  [options?: ClientOptions] | [server: ServerArgument | null, ...rest: ClientArguments];

/** What `stats` answers. */
const STATS = {
  version: 'MockMemcacheClient',
  rusage_user: 1,
  rusage_system: 1,
  hash_is_expanding: false,
  slab_reassign_running: false,
  inter: 'in-memory',
  evictions: false,
  growth_factor: 1,
  stat_key_prefix: '',
  umask: 0o644,
  detail_enabled: false,
  cas_enabled: false,
  auth_enabled_sasl: false,
  maxconns_fast: false,
  slab_reassign: false,
  slab_automove: false,
} as const;

/**
 * Answers as pymemcache's mock, which is not in all as a server would: numbers stay numbers and `incr` takes no others,
 * `key_prefix` and `flags` are not looked at, every time counts from now, and there is no `gets`.
 */
export class MockMemcacheClient {
  /** As it was given. */
  readonly server: ServerArgument | null;
  readonly #options: Options;
  readonly #contents = new Map<string, Content>();

  /** Client's parameters; `server` may be left out. */
  constructor(...args: MockArguments) {
    const [server = null] = args;
    const isByName = isNamed(server);
    this.server = isByName ? null : (server as ServerArgument | null);
    this.#options = resolveClient(isByName ? args : args.slice(1));
  }

  /** Stores only if the key does not exist. */
  add(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return answer(() => {
      const { expire, noreply } = storing('add', rest);
      const isThere = this.#get(key) !== null;
      if (!isThere) this.#set(key, value, expire);
      return noreply || !isThere;
    });
  }

  /** Puts the value behind the stored one. */
  append(key: Key, value: unknown, ...rest: StoreArguments): Promise<true> {
    return this.#join('append', key, rest, (current) => plus(current, this.#bytes(value)));
  }

  /** Does nothing. */
  cache_memlimit(_memlimit: Integer): Promise<true> {
    return Promise.resolve(true);
  }

  /** @throws {MemcacheClientError} always */
  cas(
    _key: Key,
    _value: unknown,
    _cas: Integer | string | Uint8Array,
    ..._rest: StoreArguments
  ): Promise<never> {
    return refuse(new MemcacheClientError('CAS is not enabled for this instance'));
  }

  /** A key as it would be sent, without prefix. */
  check_key(key: Key): Buffer {
    return Buffer.from(this.#wire(key), 'latin1');
  }

  /** Forgets all that was stored. */
  clear(): void {
    this.#contents.clear();
  }

  /** Does nothing: what was stored stays. */
  close(): void {}

  /** Counts down, below 0 too. Null: no such key, or `noreply`, which is false by default. */
  decr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<Counted> {
    return this.#count('decr', key, isNumber(value) ? -value : value, rest);
  }

  /** Deletes a key. */
  delete(key: Key, ...rest: NoReplyArguments): Promise<boolean> {
    return answer(() => {
      const [noreply = true] = bind(SIGNATURES.delete, rest);
      const isThere = this.#contents.delete(this.#wire(key));
      return Boolean(noreply) || isThere;
    });
  }

  /** Deletes many keys. */
  async delete_many(keys: Iterable<Key>, ...rest: NoReplyArguments): Promise<true> {
    bind(SIGNATURES.delete_many, rest);
    for (const key of keys) await this.delete(key);
    return true;
  }

  /** As `delete_many`. */
  delete_multi(keys: Iterable<Key>, ...rest: NoReplyArguments): Promise<true> {
    return this.delete_many(keys, ...rest);
  }

  /** As `close`. */
  disconnect_all(): void {}

  /** As `clear`, at once. */
  flush_all(...rest: FlushArguments): Promise<true> {
    return answer(() => {
      bind(SIGNATURES.flush_all, rest);
      this.clear();
      return true;
    });
  }

  /** One key's value, or `default`. */
  get(key: Key, ...rest: GetArguments): Promise<unknown> {
    return answer(() => {
      const [miss = null] = bindValues(SIGNATURES.get, rest);
      return this.#get(key, miss);
    });
  }

  /** The values of those keys that have one, by your own keys. */
  get_many(keys: Iterable<Key>, options?: object): Promise<Map<Key, unknown>> {
    return answer(() => {
      bind(SIGNATURES.get_many, [options]);
      const found = Array.from(keys, (key) => [key, this.#get(key)] as const);
      return new Map(found.filter(([, value]) => value !== null));
    });
  }

  /** As `get_many`. */
  get_multi(keys: Iterable<Key>, options?: object): Promise<Map<Key, unknown>> {
    return this.get_many(keys, options);
  }

  /** Counts up, without wrapping. Null as `decr`. */
  incr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<Counted> {
    return this.#count('incr', key, value, rest);
  }

  /** Puts the value before the stored one. */
  prepend(key: Key, value: unknown, ...rest: StoreArguments): Promise<true> {
    return this.#join('prepend', key, rest, (current) => plus(this.#bytes(value), current));
  }

  /** Does nothing. */
  quit(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Stores only if the key exists. */
  replace(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return answer(() => {
      const { expire, noreply } = storing('replace', rest);
      const isThere = this.#get(key) !== null;
      if (isThere) this.#set(key, value, expire);
      return noreply || isThere;
    });
  }

  /** Stores a value. */
  set(key: Key, value: unknown, ...rest: StoreArguments): Promise<true> {
    return answer(() => this.#set(key, value, storing('set', rest).expire));
  }

  /** Stores many values. */
  set_many(values: Mapping, ...rest: StoreArguments): Promise<Key[]> {
    return answer(() => {
      const { expire } = storing('set_many', rest);
      for (const [key, value] of pairsOf(values)) this.#set(key, value, expire);
      return [];
    });
  }

  /** As `set_many`. */
  set_multi(values: Mapping, ...rest: StoreArguments): Promise<Key[]> {
    return this.set_many(values, ...rest);
  }

  /** Always the same. */
  stats(..._args: unknown[]): Promise<Record<string, string | number | boolean>> {
    const none = Object.create(null) as Record<string, string | number | boolean>;
    return Promise.resolve(Object.assign(none, STATS));
  }

  /** Gives a key a new expiry. */
  touch(key: Key, ...rest: ExpireArguments): Promise<boolean> {
    return answer(() => {
      const [expire, noreply = true] = bind(SIGNATURES.touch, rest);
      const current = this.#get(key);
      if (current !== null) this.#set(key, current, expire);
      return Boolean(noreply) || current !== null;
    });
  }

  /** The name of this class. */
  version(): Promise<string> {
    return Promise.resolve(STATS.version);
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #wire(key: Key): string {
    return checkKey(key, this.#options, '');
  }

  #get(key: Key, miss: unknown = null): unknown {
    const wire = this.#wire(key);
    const content = this.#contents.get(wire);
    if (content === undefined) return miss;
    const { expire, value, flags } = content;
    if (expire !== 0 && expire < Date.now() / 1000) {
      this.#contents.delete(wire);
      return miss;
    }
    // Who changes the bytes that he read does not change what is stored.
    const own = value instanceof Uint8Array ? Buffer.from(value) : value;
    return this.#options.serde.deserialize(Buffer.from(wire, 'latin1'), own as Buffer, flags);
  }

  /** @param expire looked at only where something is stored, as in Python */
  #set(key: Key, value: unknown, expire: unknown): true {
    const { release, serde } = this.#options;
    const wire = this.#wire(key);
    const bytes = this.#bytes(value);
    const given = release.mockKeepsText ? value : bytes;
    const [made, flags] = serde.serialize(Buffer.from(wire, 'latin1'), given);
    const stored = typeof made === 'string' ? Buffer.from(made) : made;
    const seconds = secondsOf(expire);
    this.#contents.set(wire, {
      expire: seconds === 0 ? 0 : seconds + Date.now() / 1000,
      value: stored instanceof Uint8Array ? Buffer.from(stored) : stored,
      flags,
    });
    return true;
  }

  /** Text as bytes of the encoding, all else as it is. */
  #bytes(value: unknown): unknown {
    if (typeof value !== 'string') return value;
    try {
      const bytes = this.#options.encode(value);
      return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    } catch (error) {
      if (!(error instanceof UnicodeEncodeError)) throw error;
      throw new MemcacheIllegalInputError('', { cause: error });
    }
  }

  #count(method: 'incr' | 'decr', key: Key, by: Integer, rest: NoReplyArguments): Promise<Counted> {
    return answer(() => {
      const [noreply] = bind(SIGNATURES[method], rest);
      const current = this.#get(key);
      if (current === null) return null;
      const sum = plus(current, by) as Integer;
      this.#set(key, sum, 0);
      return noreply ? null : sum;
    });
  }

  #join(
    method: 'append' | 'prepend',
    key: Key,
    rest: StoreArguments,
    join: (current: unknown) => unknown,
  ): Promise<true> {
    return answer(() => {
      const { expire } = storing(method, rest);
      const current = this.#get(key);
      return current === null ? true : this.#set(key, join(current), expire);
    });
  }
}

/** When it expires, and whether no reply is asked for: true by default, whatever `default_noreply` says. */
function storing(
  method: 'set' | 'set_many' | 'add' | 'replace' | 'append' | 'prepend',
  rest: StoreArguments,
): { readonly expire: unknown; readonly noreply: boolean } {
  const [expire, noreply = true] = bind(SIGNATURES[method], rest);
  return { expire, noreply: Boolean(noreply) };
}

/** Seconds from now; 0: never. */
function secondsOf(expire: unknown): number {
  if (typeof expire === 'number' || typeof expire === 'bigint') return Number(expire);
  if (expire === undefined || expire === null || expire === '') return 0;
  throw new TypeError(`unsupported operand type(s) for +=: '${pythonType(expire)}' and 'float'`);
}

/** Python's `+`, of bytes, of numbers and of lists. */
function plus(left: unknown, right: unknown): unknown {
  // True is 1.
  if (typeof left === 'boolean') return plus(Number(left), right);
  if (typeof right === 'boolean') return plus(left, Number(right));
  if (left instanceof Uint8Array && right instanceof Uint8Array)
    return Buffer.concat([left, right]);
  if (Array.isArray(left) && Array.isArray(right)) return [...(left as unknown[]), ...(right as unknown[])]; // prettier-ignore
  if (isNumber(left) && isNumber(right)) return sumOf(left, right);
  const types = `'${pythonType(left)}' and '${pythonType(right)}'`;
  throw new TypeError(`unsupported operand type(s) for +: ${types}`);
}

function isNumber(value: unknown): value is Integer {
  return typeof value === 'number' || typeof value === 'bigint';
}

function sumOf(left: Integer, right: Integer): Integer {
  const isFloat = (each: Integer): boolean => typeof each === 'number' && !Number.isInteger(each);
  if (isFloat(left) || isFloat(right)) return Number(left) + Number(right);
  const sum = BigInt(left) + BigInt(right);
  return Number.isSafeInteger(Number(sum)) ? Number(sum) : sum;
}

/** What Python raises rejects. */
function answer<T>(make: () => T): Promise<T> {
  try {
    return Promise.resolve(make());
  } catch (error) {
    return refuse(error);
  }
}
