// python-memcached's Client: its methods, their parameters, and what they answer. Behaviour by release: releases.ts.

import { EventEmitter } from 'node:events';
import { Command, Engine, NO_ENTRY, type Change, type ChangeOptions } from '../../engine/engine';
import { tell, type ServerEvents } from '../../engine/events';
import type { Happening } from '../../engine/server';
import type { Counters } from '../../net/tally';
import type { Hit } from '../../net/operation';
import type { Codec } from '../../value/codec';
import { bind, bindDefault, refuse, signalOf } from '../shared/arguments';
import { pairsOf } from '../shared/mapping';
import { Calls, statsOfCalls } from './calls';
import { DebugLog } from './debug-log';
import { createCodec, createDialect } from './dialect';
import * as errors from './errors';
import { Keys, spotOf, type Key, type MultiKey } from './keys';
import { found, sendable, unstored } from './multi';
import { resolveOptions, type ClientArguments, type Options } from './options';
import * as requests from './requests';
import { parseServers, type ServerArgument } from './server-string';
import {
  SIGNATURES,
  type CallOptions,
  type CheckKeyArguments,
  type CountArguments,
  type Counted,
  type DeleteArguments,
  type DeleteMultiArguments,
  type GetMultiArguments,
  type Mapping,
  type SetMultiArguments,
  type StatsArguments,
  type StoreArguments,
  type Stored,
  type TouchArguments,
} from './signatures';
import { reached, slabsOf, slabStatsOf, statsOf, type Slabs, type Stats } from './stats';

/** A client of one list of memcached servers. Any number of calls may be under way at once. */
export class Client {
  static readonly _FLAG_PICKLE = 1 << 0;
  static readonly _FLAG_INTEGER = 1 << 1;
  static readonly _FLAG_LONG = 1 << 2;
  static readonly _FLAG_COMPRESSED = 1 << 3;
  static readonly _FLAG_TEXT = 1 << 4;
  /** How many servers are tried for one key, the first included. */
  static readonly _SERVER_RETRIES = 10;

  static readonly MemcachedKeyError = errors.MemcachedKeyError;
  static readonly MemcachedKeyLengthError = errors.MemcachedKeyLengthError;
  static readonly MemcachedKeyCharacterError = errors.MemcachedKeyCharacterError;
  static readonly MemcachedKeyNoneError = errors.MemcachedKeyNoneError;
  static readonly MemcachedKeyTypeError = errors.MemcachedKeyTypeError;
  static readonly MemcachedStringEncodingError = errors.MemcachedStringEncodingError;

  /** Cas ids by wire key, as `gets` found them; kept only with `cache_cas`. */
  readonly cas_ids = new Map<string, string>();
  /** Whether `debuglog` prints. */
  debug: boolean;
  /** Tells what happens to servers (ServerEventName), as the diagnostics channels `memcache-py:dead`... do for all clients. */
  readonly events: ServerEvents = new EventEmitter();

  readonly #calls = new Calls();
  readonly #options: Options;
  readonly #codec: Codec;
  readonly #keys: Keys;
  readonly #log: DebugLog;
  readonly #engine: Engine;
  /** What a storage call without options sends. */
  readonly #plainStore: ChangeOptions;

  /**
   * @param servers `"host:port"`, `"inet6:[ip]:port"`, `"unix:path"`, or `[server, weight]` of these
   * @param rest the other parameters: by position as in Python, or by name in a last object (see ClientOptions)
   * @throws {ValueError} a server string that cannot be parsed; a release that never existed
   * @throws {TypeError} a parameter of the wrong type, or an unknown one
   */
  constructor(servers: Iterable<ServerArgument>, ...rest: ClientArguments) {
    const options = resolveOptions(rest);
    const { release } = options;
    this.#options = options;
    this.debug = options.debug;
    this.#log = new DebugLog(() => this.debug, options.log, release.connectErrno);
    this.#codec = createCodec(options, this.#log);
    this.#keys = new Keys(release, options);
    this.#plainStore = requests.plainStore(release);
    const dialect = createDialect(options, this.#codec, this.#log);
    const happened = (happening: Happening): void => {
      this.#log.happened(happening);
      tell(this.events, happening);
    };
    const specs = parseServers(servers, release);
    this.#engine = new Engine(dialect, specs, { observer: { happened }, ...options.injected });
  }

  /** How often each method was called, by name; methods that were not are missing. */
  get stats(): Record<string, number> {
    return statsOfCalls(this.#calls);
  }

  /** Hits, misses, errors, bytes and latency since this client was made. */
  get counters(): Counters {
    return this.#engine.counters;
  }

  /** Stores only if the key does not exist. */
  add(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('add', key, val, rest);
  }

  /** Puts the value behind the stored one; flags and expiry stay as they are. */
  append(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('append', key, val, rest);
  }

  /**
   * Stores only if nobody has since the last `gets` of this key. Without a cas id (`cache_cas` off, or no `gets`)
   * this is `set`, as in every release; ids do not expire, and a second `cas` without `gets` answers false.
   */
  cas(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('cas', key, val, rest);
  }

  /**
   * Checks a key as every method does; `key_extra_len` is what a prefix adds, in bytes.
   * @throws {MemcachedKeyError} of the class that tells what is wrong
   */
  check_key(key: unknown, ...rest: CheckKeyArguments): void {
    const [extra = 0] = bind(SIGNATURES.check_key, rest);
    this.#keys.check(key, Number(extra));
  }

  /** Prints a line to stderr when `debug` is on. */
  debuglog(str: string): void {
    this.#log.log(str);
  }

  /** Counts down, not below 0. Answers the new value, or null: no such key, no server, or no reply. */
  decr(key: Key, ...rest: CountArguments): Promise<Counted> {
    return this.#counting('decr', key, rest);
  }

  /**
   * Deletes a key. 1: deleted; 0: there was none (before 1.62 that answers 1 too), or no server or no reply.
   * Releases before 1.60 have a parameter `time` before `noreply`; it is not sent, because memcached refuses it.
   */
  delete(key: Key, ...rest: DeleteArguments): Promise<0 | 1> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls.delete++;
      const [time, noreply, signal] = requests.deleteArguments(this.#options.release, rest);
      const options = requests.deleteOptions(this.#options.release.deleteTime, time, noreply, '');
      const answer = this.#engine.change(Command.delete, wire, spot, options, NO_ENTRY, signal);
      return answer as Promise<0 | 1>;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Deletes many keys. 1, unless a connection failed after the command was sent; what was deleted is not told. */
  async delete_multi(keys: Iterable<MultiKey>, ...rest: DeleteMultiArguments): Promise<0 | 1> {
    this.#calls.delete_multi++;
    const [time, prefix, noreply, given] = bind(SIGNATURES.delete_multi, rest);
    const asked = this.#keys.many(keys, prefix, 'write');
    const { deleteManyTime, deleteManyTail } = this.#options.release;
    const options = requests.deleteOptions(deleteManyTime, time, noreply, deleteManyTail);
    const signal = signalOf(given);
    const answers = await this.#engine.changeMany(Command.delete, asked, options, signal);
    return answers.includes(0) ? 0 : 1;
  }

  /** Closes all connections; calls under way fail. The next call connects again. */
  disconnect_all(): void {
    this.#engine.disconnect();
  }

  /** Empties every server that can be reached. */
  async flush_all(options?: CallOptions): Promise<null> {
    const [signal] = bind(SIGNATURES.flush_all, [options]);
    await this.#engine.flushAll('', signalOf(signal));
    return null;
  }

  /** Forgets which servers were dead. */
  forget_dead_hosts(): void {
    this.#engine.forgetDead();
  }

  /**
   * One key's value; a miss answers `default` (1.60). No server, no reply and a pickle that cannot be read
   * answer null even so.
   * @throws {ValueError} the entry's flags are unknown or its bytes are not what its flags say
   */
  get(key: Key, options: CallOptions & { default?: unknown }): Promise<unknown>;
  get(key: Key, defaultValue?: unknown, options?: CallOptions): Promise<unknown>;
  get(key: Key, ...given: unknown[]): Promise<unknown> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls.get++;
      if (given.length === 0) return this.#engine.get(wire, spot, null);
      const { miss, signal } = bindDefault(SIGNATURES.get, given);
      return this.#engine.get(wire, spot, miss, signal);
    } catch (error) {
      return refuse(error);
    }
  }

  /** The values of those keys that have one, by your own keys. */
  async get_multi(
    keys: Iterable<MultiKey>,
    ...rest: GetMultiArguments
  ): Promise<Map<MultiKey, unknown>> {
    this.#calls.get_multi++;
    const [prefix, signal] = bind(SIGNATURES.get_multi, rest);
    const asked = this.#keys.many(keys, prefix, 'read');
    const { wires, spots } = asked;
    if (wires.length === 0) return new Map();
    return found(asked, await this.#engine.getMany(Command.get, wires, spots, signalOf(signal)));
  }

  /** `stats items` of every server that can be reached: `[[server, {slab: {name: value}}]]`. */
  async get_slabs(options?: CallOptions): Promise<[string, Slabs][]> {
    const [signal] = bind(SIGNATURES.get_slabs, [options]);
    return reached(await this.#engine.stats('items', signalOf(signal)), slabsOf);
  }

  /** `stats slabs` of every server that can be reached: `[[server, {slab: {name: value}, total: value}]]`. */
  async get_slab_stats(options?: CallOptions): Promise<[string, Record<string, Stats | string>][]> {
    const [signal] = bind(SIGNATURES.get_slab_stats, [options]);
    return reached(await this.#engine.stats('slabs', signalOf(signal)), slabStatsOf);
  }

  /**
   * `stats` of every server that can be reached: `[["host:port (weight)", {name: value}]]`; `stat_args` is what
   * follows `stats`: `items`, `slabs`, `cachedump 1 10`...
   * @throws {ValueError} control characters in the arguments
   */
  async get_stats(...rest: StatsArguments): Promise<[string, Stats][]> {
    const [text, signal] = bind(SIGNATURES.get_stats, rest);
    return reached(
      await this.#engine.stats(requests.statArguments(text), signalOf(signal)),
      statsOf,
    );
  }

  /** One key's value, or null; with `cache_cas` its cas id is kept for `cas`. */
  async gets(key: Key, options?: CallOptions): Promise<unknown> {
    const own = this.#keys.encoded(key);
    const wire = this.#keys.wire(own);
    const spot = spotOf(own);
    this.#calls.gets++;
    const [signal] = bind(SIGNATURES.gets, [options]);
    const hit = (await this.#engine.gets(wire, spot, null, signalOf(signal))) as Hit | null;
    if (hit === null) return null;
    if (this.#options.cache_cas && hit.cas !== '') this.cas_ids.set(wire, hit.cas);
    return hit.value;
  }

  /** Counts up, wrapping at 2^64. Answers the new value, or null: no such key, no server, or no reply. */
  incr(key: Key, ...rest: CountArguments): Promise<Counted> {
    return this.#counting('incr', key, rest);
  }

  /** Puts the value before the stored one; flags and expiry stay as they are. */
  prepend(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('prepend', key, val, rest);
  }

  /** Sends `quit` to every connected server and waits until it has closed the connection (1.60). */
  async quit_all(options?: CallOptions): Promise<null> {
    const [signal] = bind(SIGNATURES.quit_all, [options]);
    await this.#engine.quit(signalOf(signal));
    return null;
  }

  /** Stores only if the key exists. */
  replace(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('replace', key, val, rest);
  }

  /** Forgets the cas ids that `gets` has kept. */
  reset_cas(): void {
    this.cas_ids.clear();
  }

  /** Stores a value. */
  set(key: Key, val: unknown, ...rest: StoreArguments): Promise<Stored> {
    return this.#store('set', key, val, rest);
  }

  /**
   * Stores many values: a Map, a plain object, or pairs.
   * @returns your keys that were not stored
   */
  async set_multi(mapping: Mapping, ...rest: SetMultiArguments): Promise<MultiKey[]> {
    this.#calls.set_multi++;
    const [time, prefix, min, noreply, given] = bind(SIGNATURES.set_multi, rest);
    const signal = signalOf(given);
    const pairs = pairsOf(mapping);
    const keys = this.#keys.many(pairs.keys(), prefix, 'write');
    if (keys.wires.length === 0) return [];
    const options = requests.storeOptions(this.#plainStore, false, time, noreply);
    const least = requests.minLength(min);
    const entries = Array.from(pairs.values(), (value) => this.#codec.encode(value, least));
    const sent = sendable(keys, entries, this.#options);
    const answers = await this.#engine.changeMany(Command.set, sent, options, signal);
    return unstored(keys.originals, sent, answers);
  }

  /** Takes a new server list; calls under way finish where they are. */
  set_servers(servers: Iterable<ServerArgument>): void {
    this.#engine.setServers(parseServers(servers, this.#options.release));
  }

  /** Gives a key a new expiry (1.54). 1: done; 0: no such key, no server, or no reply. */
  touch(key: Key, ...rest: TouchArguments): Promise<0 | 1> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls.touch++;
      const [time = 0, noreply, given] = bind(SIGNATURES.touch, rest);
      const signal = signalOf(given);
      // 1.54 to 1.58 forget a time of 0, and memcached refuses the line: no need to send it.
      if (!time && this.#options.release.touchZero === 'refused') return Promise.resolve(0);
      const options = requests.touchOptions(time, noreply);
      const answer = this.#engine.change(Command.touch, wire, spot, options, NO_ENTRY, signal);
      return answer as Promise<0 | 1>;
    } catch (error) {
      return refuse(error);
    }
  }

  /** As `disconnect_all`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.disconnect_all();
    return Promise.resolve();
  }

  #store(
    method: requests.StoreMethod,
    key: Key,
    val: unknown,
    rest: readonly unknown[],
  ): Promise<Stored> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls[method]++;
      let command: Change = Command[method];
      const cas = method === 'cas' ? this.cas_ids.get(wire) : undefined;
      // Without an id a cas is a set, in every release (1.62:1032).
      if (method === 'cas' && cas === undefined) {
        command = Command.set;
        this.#calls.set++;
      }
      const bound = rest.length === 0 ? undefined : bind(SIGNATURES[method], rest);
      const signal = bound && signalOf(bound[3]);
      const entry = this.#codec.encode(val, bound === undefined ? 0 : requests.minLength(bound[1]));
      if (requests.isTooLong(this.#options, entry)) return Promise.resolve(0);
      let options = this.#plainStore;
      if (bound !== undefined) {
        const takesDuration = method === 'set' && this.#options.release.timedelta;
        options = requests.storeOptions(options, takesDuration, bound[0], bound[2]);
      }
      if (cas !== undefined) options = requests.withCas(options, cas);
      return this.#engine.change(command, wire, spot, options, entry, signal) as Promise<Stored>;
    } catch (error) {
      return refuse(error);
    }
  }

  #counting(method: 'incr' | 'decr', key: Key, rest: readonly unknown[]): Promise<Counted> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls[method]++;
      const [delta, noreply, given] = bind(SIGNATURES[method], rest);
      const options = requests.countOptions(this.#options.release, delta, noreply);
      const signal = signalOf(given);
      const answer = this.#engine.change(Command[method], wire, spot, options, NO_ENTRY, signal);
      return answer as Promise<Counted>;
    } catch (error) {
      return refuse(error);
    }
  }
}
