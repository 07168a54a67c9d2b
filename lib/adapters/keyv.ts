// A Keyv store over any client or DjangoCache: entries are the plain values that Python reads, without Keyv's envelope.

import { EventEmitter } from 'node:events';
import { ValueError } from '../errors';

/** A client, by shape: python-memcached's, pylibmc's, pymemcache's and cmemcache's fit. */
export interface KeyvClient {
  /** Whether it was there. */
  delete(key: string): Promise<unknown>;
  /** Closes all connections. */
  disconnect_all(): void;
  /** Empties the servers. */
  flush_all(): Promise<unknown>;
  /** The values of those keys that have one. */
  get_multi(keys: string[]): Promise<ReadonlyMap<unknown, unknown>>;
  /** Whether it was stored; `time` in seconds. */
  set(key: string, value: unknown, time: number): Promise<unknown>;
}

/** DjangoCache, by shape: its keys and its rule for long timeouts hold then. */
export interface KeyvDjango {
  /** Empties the servers. */
  clear(): Promise<unknown>;
  /** Closes all connections. */
  close(): void;
  /** Whether it was there. */
  delete(key: string): Promise<unknown>;
  /** The values of those keys that have one. */
  get_many(keys: string[]): Promise<ReadonlyMap<unknown, unknown>>;
  /** The keys that were not stored; `timeout` in seconds, null: for ever. */
  set_many(data: ReadonlyMap<string, unknown>, timeout: number | null): Promise<readonly unknown[]>;
  /** The whole key. */
  make_key(key: string): string;
}

/** A value as Keyv takes it from a store that serializes nothing. */
export interface KeyvEntry<Value> {
  /** As the client reads it. */
  value: Value;
}

/** What a store does beside what Keyv asks of every store. */
export interface KeyvStoreOptions {
  /** What `clear` does: refuse (default), or empty the servers, with the keys of every application on them. */
  clear?: 'refuse' | 'everything';
  /** Milliseconds since 1970, for times beyond 30 days; default Date.now. */
  now?: () => number;
}

/** The few calls that the store makes. */
interface Backend {
  clear(): Promise<unknown>;
  close(): void;
  delete(key: string): Promise<boolean>;
  get(keys: string[]): Promise<ReadonlyMap<unknown, unknown>>;
  /** @param seconds null: for ever */
  set(key: string, value: unknown, seconds: number | null): Promise<boolean>;
}

/** Longer times are Unix times to memcached. */
const THIRTY_DAYS = 2_592_000;

/** A store for `new Keyv({ store, serialize: undefined, deserialize: undefined })`; `createKeyv` makes both. */
export class KeyvStore extends EventEmitter {
  /** Keyv looks here for stores that can list their keys. */
  readonly opts: Readonly<Record<string, string>> = { dialect: 'memcached', url: '' };
  /** Set by Keyv, which puts it before the keys by itself. */
  namespace?: string | undefined;
  readonly #backend: Backend;
  readonly #clears: boolean;

  /** @throws {ValueError} `clear` is neither of its words */
  constructor(client: KeyvClient | KeyvDjango, options: KeyvStoreOptions = {}) {
    super();
    const { clear = 'refuse', now = Date.now } = options;
    if (clear !== 'refuse' && clear !== 'everything') {
      throw new ValueError("clear must be 'refuse' or 'everything'");
    }
    this.#clears = clear === 'everything';
    this.#backend = 'make_key' in client ? overDjango(client) : overClient(client, now);
  }

  /** @throws {Error} unless the store was made to empty the servers */
  async clear(): Promise<void> {
    if (!this.#clears) {
      throw new Error(
        "memcached cannot clear a part of itself: see the option clear: 'everything'",
      );
    }
    await this.#backend.clear();
  }

  /** Whether it was there. */
  delete(key: string): Promise<boolean> {
    return this.#backend.delete(key);
  }

  /** Whether all were there. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const answers = await Promise.all(keys.map((key) => this.#backend.delete(key)));
    return answers.every(Boolean);
  }

  /** Closes all connections; the next call connects again. */
  disconnect(): Promise<void> {
    this.#backend.close();
    return Promise.resolve();
  }

  /** undefined: there is none. A stored None is the value null. */
  async get<Value>(key: string): Promise<KeyvEntry<Value> | undefined> {
    const [found] = await this.getMany<Value>([key]);
    return found;
  }

  /** In the order of the keys; undefined: there is none. One request to each server. */
  async getMany<Value>(keys: string[]): Promise<(KeyvEntry<Value> | undefined)[]> {
    const found = await this.#backend.get(keys);
    return keys.map((key) => (found.has(key) ? { value: found.get(key) as Value } : undefined));
  }

  /** Whether there is a value. */
  async has(key: string): Promise<boolean> {
    return (await this.#backend.get([key])).has(key);
  }

  /** For each key whether there is a value. */
  async hasMany(keys: string[]): Promise<boolean[]> {
    const found = await this.#backend.get(keys);
    return keys.map((key) => found.has(key));
  }

  /**
   * @param envelope `{ value }`, as Keyv hands it on where it serializes nothing
   * @param ttl milliseconds, rounded up to seconds; undefined or 0: for ever
   * @returns false: not stored, and nothing is under the key any more
   * @throws {TypeError} Keyv serialized the value: Python could not read it
   */
  async set(key: string, envelope: unknown, ttl?: number): Promise<boolean> {
    const { value } = unwrapped(envelope);
    const seconds = secondsOf(ttl);
    const isStored = await this.#backend.set(key, value, seconds);
    // It must not keep its old value, as a value that is too large would let it.
    if (!isStored) await this.#backend.delete(key);
    return isStored;
  }

  /** @returns for each whether it was stored */
  setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }
}

/**
 * A Keyv whose values Python shares.
 * @param Keyv the class of the package keyv, 5 or later
 * @param options of Keyv (`ttl`, `namespace`...) and of the store. Without a namespace keys are as they are given
 */
export function createKeyv<K>(
  Keyv: new (options: object) => K,
  client: KeyvClient | KeyvDjango,
  options: KeyvStoreOptions & { namespace?: string; ttl?: number; throwOnErrors?: boolean } = {},
): K {
  const { clear, now, ...rest } = options;
  const own = { ...(clear && { clear }), ...(now && { now }) };
  const store = new KeyvStore(client, own);
  const plain = { serialize: undefined, deserialize: undefined };
  return new Keyv({ namespace: undefined, ...rest, ...plain, store });
}

function overClient(client: KeyvClient, now: () => number): Backend {
  return {
    clear: () => client.flush_all(),
    close: () => client.disconnect_all(),
    delete: async (key) => Boolean(await client.delete(key)),
    get: (keys) => client.get_multi(keys),
    set: async (key, value, seconds) => {
      const isLong = seconds !== null && seconds > THIRTY_DAYS;
      const time = isLong ? seconds + Math.floor(now() / 1000) : (seconds ?? 0);
      return Boolean(await client.set(key, value, time));
    },
  };
}

function overDjango(cache: KeyvDjango): Backend {
  return {
    clear: () => cache.clear(),
    close: () => cache.close(),
    delete: async (key) => Boolean(await cache.delete(key)),
    get: (keys) => cache.get_many(keys),
    // Django's set does not tell whether it stored; set_many does.
    set: async (key, value, seconds) =>
      (await cache.set_many(new Map([[key, value]]), seconds)).length === 0,
  };
}

function unwrapped(envelope: unknown): KeyvEntry<unknown> {
  if (typeof envelope === 'object' && envelope !== null && 'value' in envelope) return envelope;
  throw new TypeError('make Keyv with serialize: undefined and deserialize: undefined');
}

/** Whole seconds, not less than one; a negative time has ended. */
function secondsOf(ttl: number | undefined): number | null {
  if (ttl === undefined || ttl === 0 || ttl === Infinity) return null;
  if (typeof ttl !== 'number' || Number.isNaN(ttl)) throw new TypeError('ttl must be a number');
  return ttl < 0 ? -1 : Math.ceil(ttl / 1000);
}
