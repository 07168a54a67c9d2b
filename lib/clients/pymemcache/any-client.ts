// What pymemcache's Client and PooledClient do alike: every method, its parameters and its answers.

import { EventEmitter } from 'node:events';
import { tell, type ServerEvents } from '../../engine/events';
import type { Happening } from '../../engine/server';
import { KeyError } from '../../errors';
import type { Counters } from '../../net/tally';
import { bind, isNamed, refuse, signalOf } from '../shared/arguments';
import { Calls } from './calls';
import { prefixOf, type Key } from './keys';
import type { Integer } from './numbers';
import type { Options } from './options';
import { parseServer, type ServerArgument } from './server-string';
import {
  bindValues,
  SIGNATURES,
  type CallOptions,
  type Counted,
  type ExpireArguments,
  type FlushArguments,
  type GatArguments,
  type GatsArguments,
  type GetArguments,
  type GetsArguments,
  type Mapping,
  type NoReplyArguments,
  type RawArguments,
  type ShutdownArguments,
  type StatsArguments,
  type StoreArguments,
  type ValueWithCas,
} from './signatures';
import type { Stat } from './stats';

/** A client of one memcached server. Any number of calls may be under way at once. */
export abstract class AnyClient {
  /** Tells what happens to the server (ServerEventName), as the diagnostics channels do for all clients. */
  readonly events: ServerEvents = new EventEmitter();
  /** Answer reads that fail with a miss. */
  ignore_exc: boolean;
  /** Whether such a read may also be one whose key cannot be sent. */
  protected abstract readonly ignoresBadKeys: boolean;
  readonly #calls: Calls;

  protected constructor(server: ServerArgument, options: Options) {
    const happened = (happening: Happening): void => tell(this.events, happening);
    this.ignore_exc = options.ignore_exc;
    this.#calls = new Calls(options, [parseServer(server)], { happened });
  }

  /** Hits, misses, errors, bytes and latency since this client was made. */
  get counters(): Counters {
    return this.#calls.engine.counters;
  }

  /** Stores only if the key does not exist. */
  add(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#call((calls) => calls.store('add', undefined, key, value, rest));
  }

  /** Puts the value behind the stored one; flags and expiry stay as they are. */
  append(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#call((calls) => calls.store('append', undefined, key, value, rest));
  }

  /** Sets the server's memory for values, in megabytes. */
  async cache_memlimit(memlimit: Integer, options?: CallOptions): Promise<true> {
    const [signal] = bind(SIGNATURES.cache_memlimit, [options]);
    return this.#read(signal, true, (calls, given) => calls.cache_memlimit(memlimit, given));
  }

  /**
   * Stores only if nobody has since the `gets` that found `cas`. False: somebody has; null: the key is gone.
   * `noreply` is false by default.
   */
  cas(
    key: Key,
    value: unknown,
    cas: Integer | string | Uint8Array,
    ...rest: StoreArguments
  ): Promise<boolean | null> {
    return this.#call((calls) => calls.cas(undefined, key, value, cas, rest));
  }

  /**
   * A key as it is sent.
   * @param key_prefix default: the client's own
   * @throws {MemcacheIllegalInputError} it cannot be sent
   */
  check_key(key: Key, key_prefix?: string | Uint8Array): Buffer {
    const wire = this.#calls.wire(key, key_prefix === undefined ? undefined : prefixOf(key_prefix));
    return Buffer.from(wire, 'latin1');
  }

  /** Closes the connection; calls under way fail. The next call connects again. */
  close(): void {
    this.#calls.engine.disconnect();
  }

  /** Counts down, not below 0. Null: no such key, or no reply asked for (`noreply` is false by default). */
  decr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<Counted> {
    return this.#call((calls) => calls.count('decr', undefined, key, value, rest));
  }

  /** Deletes a key. True: deleted, or no reply asked for; false: there was none. */
  delete(key: Key, ...rest: NoReplyArguments): Promise<boolean> {
    return this.#call((calls) => calls.delete(undefined, key, rest));
  }

  /** Deletes many keys. True, whatever was there. */
  delete_many(keys: Iterable<Key>, ...rest: NoReplyArguments): Promise<true> {
    return this.#call((calls) => calls.delete_many(undefined, keys, rest));
  }

  /** As `delete_many`. */
  delete_multi(keys: Iterable<Key>, ...rest: NoReplyArguments): Promise<true> {
    return this.delete_many(keys, ...rest);
  }

  /** As `close`. */
  disconnect_all(): void {
    this.close();
  }

  /** Empties the server, in `delay` seconds (default 0). */
  flush_all(...rest: FlushArguments): Promise<true> {
    return this.#call((calls) => calls.flush_all(rest));
  }

  /** One key's value, or `default`; gives it a new expiry (after 4.0.0). */
  async gat(key: Key, ...rest: GatArguments): Promise<unknown> {
    const [expire = 0, miss = null, signal] = bindValues(SIGNATURES.gat, rest);
    return this.#read(signal, miss, (calls, given) =>
      calls.gat(undefined, key, expire, miss, given),
    );
  }

  /** One key's value and cas id, or both defaults; gives it a new expiry (after 4.0.0). */
  async gats(key: Key, ...rest: GatsArguments): Promise<ValueWithCas> {
    const [expire = 0, miss = null, cas = null, signal] = bindValues(SIGNATURES.gats, rest);
    const both: ValueWithCas = [miss, cas];
    return this.#read(signal, both, (calls, given) =>
      calls.gats(undefined, key, expire, both, given),
    );
  }

  /** One key's value, or `default`. */
  async get(key: Key, ...rest: GetArguments): Promise<unknown> {
    const [miss = null, signal] = bindValues(SIGNATURES.get, rest);
    return this.#read(signal, miss, (calls, given) => calls.get(undefined, key, miss, given));
  }

  /** The values of those keys that have one, by your own keys. */
  async get_many(keys: Iterable<Key>, options?: CallOptions): Promise<Map<Key, unknown>> {
    const [signal] = bind(SIGNATURES.get_many, [options]);
    return this.#read(signal, new Map<Key, unknown>(), (calls, given) =>
      calls.get_many(undefined, keys, given),
    );
  }

  /** As `get_many`. */
  get_multi(keys: Iterable<Key>, options?: CallOptions): Promise<Map<Key, unknown>> {
    return this.get_many(keys, options);
  }

  /** One key's value and cas id, or both defaults. */
  async gets(key: Key, ...rest: GetsArguments): Promise<ValueWithCas> {
    const [miss = null, cas = null, signal] = bindValues(SIGNATURES.gets, rest);
    const both: ValueWithCas = [miss, cas];
    return this.#read(signal, both, (calls, given) => calls.gets(undefined, key, both, given));
  }

  /** The values and cas ids of those keys that have one, by your own keys. */
  async gets_many(keys: Iterable<Key>, options?: CallOptions): Promise<Map<Key, ValueWithCas>> {
    const [signal] = bind(SIGNATURES.gets_many, [options]);
    return this.#read(signal, new Map<Key, ValueWithCas>(), (calls, given) =>
      calls.gets_many(undefined, keys, given),
    );
  }

  /** Counts up, wrapping at 2^64. Null: no such key, or no reply asked for (`noreply` is false by default). */
  incr(key: Key, value: Integer, ...rest: NoReplyArguments): Promise<Counted> {
    return this.#call((calls) => calls.count('incr', undefined, key, value, rest));
  }

  /** Puts the value before the stored one; flags and expiry stay as they are. */
  prepend(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#call((calls) => calls.store('prepend', undefined, key, value, rest));
  }

  /** Asks the server to close the connection, and waits until it has. The next call connects again. */
  quit(options?: CallOptions): Promise<null> {
    return this.#call((calls) => calls.quit(options));
  }

  /**
   * Sends bytes of your own and answers what comes before `end_tokens` (default CR LF), on a connection of its own (4.0).
   * Text is ASCII, or utf-8 with `allow_unicode_keys`.
   */
  raw_command(command: string | Uint8Array, ...rest: RawArguments): Promise<Buffer> {
    return this.#call((calls) => calls.raw_command(command, rest));
  }

  /** Stores only if the key exists. */
  replace(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#call((calls) => calls.store('replace', undefined, key, value, rest));
  }

  /** Stores a value. True: stored, or no reply asked for. */
  set(key: Key, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#call((calls) => calls.store('set', undefined, key, value, rest));
  }

  /** Stores many values: a Map, a plain object, or pairs. Answers your keys that were not stored. */
  set_many(values: Mapping, ...rest: StoreArguments): Promise<Key[]> {
    return this.#call((calls) => calls.set_many(undefined, values, rest));
  }

  /** As `set_many`. */
  set_multi(values: Mapping, ...rest: StoreArguments): Promise<Key[]> {
    return this.set_many(values, ...rest);
  }

  /** Asks the server to end, which it must have been started for. */
  shutdown(...rest: ShutdownArguments): Promise<null> {
    return this.#call((calls) => calls.shutdown(rest));
  }

  /** What the server tells of itself; `args`: `items`, `slabs`, `cachedump`, `1`, `10`... */
  async stats(...args: StatsArguments): Promise<Record<string, Stat>> {
    const options = isNamed(args.at(-1)) ? args.pop() : undefined;
    const [signal] = bind(SIGNATURES.stats, [options]);
    const none = Object.create(null) as Record<string, Stat>;
    return this.#read(signal, none, (calls, given) =>
      calls.stats(args as Key[], given).then(([first]) => first?.[1] ?? none),
    );
  }

  /** Gives a key a new expiry. True: done, or no reply asked for; false: no such key. */
  touch(key: Key, ...rest: ExpireArguments): Promise<boolean> {
    return this.#call((calls) => calls.touch(undefined, key, rest));
  }

  /** The server's version. */
  version(options?: CallOptions): Promise<Buffer> {
    return this.#call((calls) => calls.version(options));
  }

  /** `client[key]`. @throws {KeyError} there is no value */
  async __getitem__(key: Key): Promise<unknown> {
    const value = await this.get(key);
    if (value === null) throw new KeyError(String(key));
    return value;
  }

  /** `client[key] = value`, without a reply. */
  async __setitem__(key: Key, value: unknown): Promise<void> {
    await this.set(key, value, { noreply: true });
  }

  /** `del client[key]`, without a reply. */
  async __delitem__(key: Key): Promise<void> {
    await this.delete(key, { noreply: true });
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Is asked for by every call. */
  protected get calls(): Calls {
    return this.#calls;
  }

  #call<T>(start: (calls: Calls) => Promise<T>): Promise<T> {
    try {
      return start(this.calls);
    } catch (error) {
      return refuse(error);
    }
  }

  /** A read, which `ignore_exc` may answer with `miss`. A signal's reason is thrown even so. */
  async #read<T>(
    signal: unknown,
    miss: T,
    start: (calls: Calls, signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    const given = signalOf(signal);
    let isAsked = false;
    try {
      const answer = start(this.calls, given);
      isAsked = true;
      return await answer;
    } catch (error) {
      const isIgnored = this.ignore_exc && (isAsked || this.ignoresBadKeys);
      if (!isIgnored || given?.aborted === true) throw error;
      return miss;
    }
  }
}
