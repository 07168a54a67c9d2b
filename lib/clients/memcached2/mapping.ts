// ExceptionsAreMissesMapping: memcached as a mapping, whose syntax in Python is methods that answer promises here.

import { KeyError } from '../../errors';
import type { CallOptions } from '../shared/arguments';
import { pythonText } from '../shared/numbers';
import type { Key, Value } from './checks';
import { Memcache } from './client';
import { MemcachedException, NotImplementedError } from './errors';
import { swallow } from './misses';
import { resolveMapping, type MappingArguments } from './options';

/** What `update` takes: pairs of key and value, or an object whose names are the keys. */
export type Pairs = Iterable<readonly [Key, Value]> | Readonly<Record<string, Value>>;

/** A mapping of keys to strings. What fails is a miss, and is not told; mistakes in code are thrown. */
export class ExceptionsAreMissesMapping implements AsyncIterable<never> {
  /** For all that a mapping cannot do. */
  readonly memcache: Memcache;

  /**
   * @param servers as of Memcache
   * @param rest `selector`, `hasher`, and others by name in a last object
   */
  constructor(servers: Iterable<string>, ...rest: MappingArguments) {
    this.memcache = new Memcache(servers, resolveMapping(rest));
  }

  /** `del mapping[key]`, which is silent where there is nothing; true: there was an entry. */
  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.memcache.delete(key, options).catch(swallow(false));
  }

  /** `mapping.get(key, default)` */
  get(key: Key): Promise<string | null>;
  get<T>(key: Key, otherwise: T, options?: CallOptions): Promise<string | T>;
  get(key: Key, otherwise: unknown = null, options?: CallOptions): Promise<unknown> {
    return this.memcache.get(key, options).catch(swallow(otherwise));
  }

  /**
   * `mapping[key]`
   * @throws {KeyError} there is no value, for whatever reason
   */
  async getitem(key: Key, options?: CallOptions): Promise<string> {
    try {
      return await this.memcache.get(key, options);
    } catch (error) {
      if (!(error instanceof MemcachedException)) throw error;
      throw new KeyError(pythonText(key), { cause: error });
    }
  }

  /** `key in mapping` */
  async has(key: Key, options?: CallOptions): Promise<boolean> {
    return (await this.get(key, null, options)) !== null;
  }

  /**
   * `mapping.pop(key)`, `mapping.pop(key, default)`: the value, which is deleted.
   * @throws {KeyError} there is none, and no other answer was given
   */
  async pop(key: Key): Promise<string>;
  async pop<T>(key: Key, otherwise: T, options?: CallOptions): Promise<string | T>;
  async pop(key: Key, ...rest: [otherwise?: unknown, options?: CallOptions]): Promise<unknown> {
    const [otherwise, options] = rest;
    try {
      const value = await this.getitem(key, options);
      await this.delete(key, options);
      return value;
    } catch (error) {
      if (error instanceof KeyError && rest.length > 0) return otherwise;
      throw error;
    }
  }

  /** `mapping[key] = value`; whether it was stored is not told. */
  set(key: Key, value: Value, options?: CallOptions): Promise<null> {
    return this.memcache.set(key, value, options).catch(swallow(null));
  }

  /** `mapping.setdefault(key, value)`: the value that is there, or else this one, which is stored. */
  async setdefault<T extends Value>(
    key: Key,
    value: T,
    options?: CallOptions,
  ): Promise<string | T> {
    const found = await this.get(key, null, options);
    if (found !== null) return found;
    await this.set(key, value, options);
    return value;
  }

  /** `len(mapping)`: entries of all servers, of whatever client; those of servers that cannot be reached are not counted. */
  async size(options?: CallOptions): Promise<number> {
    const servers = await this.memcache.stats(options).catch(swallow([]));
    return servers.reduce((sum, stats) => sum + Number(stats?.['curr_items'] ?? 0), 0);
  }

  /** `mapping.update(pairs)`: stores all of them, in one write for each server. */
  async update(pairs: Pairs, options?: CallOptions): Promise<void> {
    const all = Symbol.iterator in pairs ? Array.from(pairs) : Object.entries(pairs);
    await Promise.all(all.map(([key, value]) => this.set(key, value, options)));
  }

  /** @throws {NotImplementedError} memcached does not tell its keys */
  clear(): Promise<never> {
    return Promise.reject(noKeys());
  }

  /** @throws {NotImplementedError} */
  items(): AsyncIterableIterator<never> {
    return this[Symbol.asyncIterator]();
  }

  /** @throws {NotImplementedError} */
  keys(): AsyncIterableIterator<never> {
    return this[Symbol.asyncIterator]();
  }

  /** @throws {NotImplementedError} */
  popitem(): Promise<never> {
    return Promise.reject(noKeys());
  }

  /** @throws {NotImplementedError} */
  values(): AsyncIterableIterator<never> {
    return this[Symbol.asyncIterator]();
  }

  /** `for key in mapping` @throws {NotImplementedError} memcached does not tell its keys */
  [Symbol.asyncIterator](): AsyncIterableIterator<never> {
    throw noKeys();
  }

  /** Closes all connections, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.memcache[Symbol.asyncDispose]();
  }
}

function noKeys(): NotImplementedError {
  return new NotImplementedError('memcached does not tell its keys');
}
