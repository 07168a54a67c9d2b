// pymemcache's FallbackClient: writes to the first of several clients, reads from the first that has something.

import { AssertionError } from 'node:assert';
import { bind, signalOf } from '../shared/arguments';
import type { Key } from './keys';
import type { Integer } from './numbers';
import {
  SIGNATURES,
  type CallOptions,
  type ExpireArguments,
  type FlushArguments,
  type NoReplyArguments,
  type ValueWithCas,
} from './signatures';

/** What `gets` answered: a number, its digits, or bytes of these. */
export type CasId = Integer | string | Uint8Array;

/** A method of a Cache that stores a value. */
export type CacheStore = (
  key: Key,
  value: unknown,
  expire: Integer,
  noreply: boolean,
  options: CallOptions,
) => Promise<unknown>;

/** A method of a Cache that counts. */
export type CacheCount = (
  key: Key,
  value: Integer,
  noreply: boolean,
  options: CallOptions,
) => Promise<unknown>;

type StoreName = 'set' | 'add' | 'replace' | 'append' | 'prepend';

/**
 * What a FallbackClient asks of its clients, always with all parameters: those of this package have it, `gets` of a
 * mock excepted.
 */
export interface Cache {
  add: CacheStore;
  append: CacheStore;
  /** Stores unless somebody else has. */
  cas: (
    key: Key,
    value: unknown,
    cas: CasId,
    expire: Integer,
    noreply: boolean,
    options: CallOptions,
  ) => Promise<unknown>;
  /** Closes its connections. */
  close: () => unknown;
  decr: CacheCount;
  /** Deletes a key. */
  delete: (key: Key, noreply: boolean, options: CallOptions) => Promise<unknown>;
  /** Empties its servers. */
  flush_all: (delay: Integer, noreply: boolean, options: CallOptions) => Promise<unknown>;
  /** One value; null: none. */
  get: (key: Key, options: CallOptions) => Promise<unknown>;
  /** Values by the keys given. */
  get_many: (keys: Iterable<Key>, options: CallOptions) => Promise<ReadonlyMap<Key, unknown>>;
  /** One value with its cas id; null: nothing was asked. */
  gets?: (key: Key, options: CallOptions) => Promise<ValueWithCas | null>;
  /** Values with cas ids, by the keys given. */
  gets_many?: (
    keys: Iterable<Key>,
    options: CallOptions,
  ) => Promise<ReadonlyMap<Key, ValueWithCas>>;
  incr: CacheCount;
  prepend: CacheStore;
  replace: CacheStore;
  set: CacheStore;
  /** Gives a key a new expiry. */
  touch: (key: Key, expire: Integer, noreply: boolean, options: CallOptions) => Promise<unknown>;
}

const STORE = { ...SIGNATURES.set, names: ['expire', 'noreply'] };

/**
 * Changes go to the first of its clients and answer null; `noreply` is true by default. Reads go from one to the next
 * until one has something, or one throws: let the later ones ignore errors.
 */
export class FallbackClient {
  readonly caches: readonly Cache[];
  readonly #first: Cache;

  /** @throws {AssertionError} there is no client */
  constructor(caches: Iterable<Cache>) {
    this.caches = [...caches];
    const [first] = this.caches;
    if (first === undefined) throw new AssertionError({ message: 'there are no caches' });
    this.#first = first;
  }

  /** Stores only if the key does not exist. */
  add(key: Key, value: unknown, ...rest: ExpireArguments): Promise<null> {
    return this.#store('add', key, value, rest);
  }

  /** Puts the value behind the stored one. */
  append(key: Key, value: unknown, ...rest: ExpireArguments): Promise<null> {
    return this.#store('append', key, value, rest);
  }

  /** Stores only if nobody has since the `gets` that found `cas`. */
  async cas(key: Key, value: unknown, cas: CasId, ...rest: ExpireArguments): Promise<null> {
    const signature = { ...STORE, method: 'cas', required: 4 };
    const [expire = 0, noreply = true, signal] = bind(signature, rest);
    const options = { signal: signalOf(signal) };
    await this.#first.cas(key, value, cas, expire as Integer, Boolean(noreply), options);
    return null;
  }

  /** Closes all clients. */
  close(): void {
    for (const cache of this.caches) cache.close();
  }

  /** Counts down, not below 0. */
  decr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<null> {
    return this.#count('decr', key, value, rest);
  }

  /** Deletes a key. */
  async delete(key: Key, ...rest: NoReplyArguments): Promise<null> {
    const [noreply = true, signal] = bind(SIGNATURES.delete, rest);
    await this.#first.delete(key, Boolean(noreply), { signal: signalOf(signal) });
    return null;
  }

  /** Empties what the first client asks, in `delay` seconds (default 0). */
  async flush_all(...rest: FlushArguments): Promise<null> {
    const [delay = 0, noreply = true, signal] = bind(SIGNATURES.flush_all, rest);
    const options = { signal: signalOf(signal) };
    await this.#first.flush_all(delay as Integer, Boolean(noreply), options);
    return null;
  }

  /** The first value that a client has, or null. */
  async get(key: Key, options?: CallOptions): Promise<unknown> {
    const given = named(options);
    for (const cache of this.caches) {
      const value = await cache.get(key, given);
      if (value !== null) return value;
    }
    return null;
  }

  /** What the first client that has any of the keys has of them; an empty list where none has any. */
  async get_many(
    keys: Iterable<Key>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<Key, unknown> | []> {
    const own = [...keys];
    const given = named(options);
    return this.#firstFull((cache) => cache.get_many(own, given));
  }

  /** What the first client answers that answers anything: a miss of Client is a pair of nulls, and is an answer. */
  async gets(key: Key, options?: CallOptions): Promise<ValueWithCas | null> {
    const given = named(options);
    for (const cache of this.caches) {
      if (cache.gets === undefined) throw new TypeError('the client has no gets');
      const pair = await cache.gets(key, given);
      if (pair !== null) return pair;
    }
    return null;
  }

  /** As `get_many`, with cas ids. */
  async gets_many(
    keys: Iterable<Key>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<Key, ValueWithCas> | []> {
    const own = [...keys];
    const given = named(options);
    return this.#firstFull((cache) => {
      if (cache.gets_many === undefined) throw new TypeError('the client has no gets_many');
      return cache.gets_many(own, given);
    });
  }

  /** Counts up. */
  incr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<null> {
    return this.#count('incr', key, value, rest);
  }

  /** Puts the value before the stored one. */
  prepend(key: Key, value: unknown, ...rest: ExpireArguments): Promise<null> {
    return this.#store('prepend', key, value, rest);
  }

  /** Does nothing (fallback.py). */
  quit(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Stores only if the key exists. */
  replace(key: Key, value: unknown, ...rest: ExpireArguments): Promise<null> {
    return this.#store('replace', key, value, rest);
  }

  /** Stores a value. */
  set(key: Key, value: unknown, ...rest: ExpireArguments): Promise<null> {
    return this.#store('set', key, value, rest);
  }

  /** Does nothing (fallback.py). */
  stats(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Gives a key a new expiry. */
  async touch(key: Key, ...rest: ExpireArguments): Promise<null> {
    const [expire = 0, noreply = true, signal] = bind(SIGNATURES.touch, rest);
    const options = { signal: signalOf(signal) };
    await this.#first.touch(key, expire as Integer, Boolean(noreply), options);
    return null;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  async #store(
    method: StoreName,
    key: Key,
    value: unknown,
    rest: readonly unknown[],
  ): Promise<null> {
    const [expire = 0, noreply = true, signal] = bind({ ...STORE, method }, rest);
    const options = { signal: signalOf(signal) };
    await this.#first[method](key, value, expire as Integer, Boolean(noreply), options);
    return null;
  }

  async #count(
    method: 'incr' | 'decr',
    key: Key,
    value: Integer,
    rest: readonly unknown[],
  ): Promise<null> {
    const [noreply = true, signal] = bind(SIGNATURES[method], rest);
    await this.#first[method](key, value, Boolean(noreply), { signal: signalOf(signal) });
    return null;
  }

  async #firstFull<T>(
    read: (cache: Cache) => Promise<ReadonlyMap<Key, T>>,
  ): Promise<ReadonlyMap<Key, T> | []> {
    for (const cache of this.caches) {
      const found = await read(cache);
      if (found.size > 0) return found;
    }
    return [];
  }
}

/** With a name in it even where none was given: an empty object would be taken for the default value of a miss. */
function named(options: CallOptions | undefined): CallOptions {
  return { signal: signalOf(options?.signal) };
}
