// python-memcached's Client: its methods, their parameters, and what they answer. Behaviour by release: releases.ts.

import { EventEmitter } from 'node:events';
import {
  ABSENT,
  Command,
  Engine,
  NO_ENTRY,
  type Change,
  type ChangeOptions,
  type Entry,
} from '../../engine/engine';
import { tell, type ServerEvents } from '../../engine/events';
import type { Hit } from '../../net/operation';
import type { Codec } from '../../value/codec';
import { bind, isNamed, signalOf } from './arguments';
import { DebugLog } from './debug-log';
import { createCodec, createDialect } from './dialect';
import * as errors from './errors';
import { Keys, spotOf, type Key, type MultiKey } from './keys';
import { argumentText, durationSeconds, secondsText } from './numbers';
import { resolveOptions, type ClientArguments, type Options } from './options';
import type { Release } from './releases';
import { parseServers, type ServerArgument } from './server-string';
import {
  KEY_ONLY,
  SIGNATURES,
  deleteSignature,
  pairsOf,
  statArguments,
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
  /**
   * Tells what happens to servers: `dead`, `alive`, `timeout`, `protocol-error`, `overload`, `reconnect`, each with a
   * ServerEvent. The channels `memcache-py:dead` and so on of `node:diagnostics_channel` tell it for all clients.
   */
  readonly events: ServerEvents = new EventEmitter();

  readonly #calls = noCalls();
  readonly #options: Options;
  readonly #release: Release;
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
    this.#release = release;
    this.debug = options.debug;
    this.#log = new DebugLog(() => this.debug, options.log, release.connectErrno);
    this.#codec = createCodec(options, this.#log);
    this.#keys = new Keys(release, options);
    this.#plainStore = { ...KEY_ONLY, time: '0', sent: true, tail: release.tail };
    const dialect = createDialect(options, this.#codec, this.#log);
    this.#engine = new Engine(dialect, parseServers(servers, release), {
      observer: {
        happened: (happening) => {
          this.#log.happened(happening);
          tell(this.events, happening);
        },
      },
      ...options.injected,
    });
  }

  /** How often each method was called, by name; methods that were not are missing. */
  get stats(): Record<string, number> {
    const stats = Object.create(null) as Record<string, number>;
    for (const [name, count] of Object.entries(this.#calls)) if (count > 0) stats[name] = count;
    return stats;
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
   * Checks a key as every method does.
   * @param key_extra_len bytes that a prefix adds
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
      const [time, noreply, signal] = this.#deleteArguments(rest);
      const given = time !== undefined && time !== null && secondsText(time) === '0';
      const options = this.#deleting(DELETE_TIMES[this.#release.deleteTime](given), noreply, '');
      return this.#engine.change(Command.delete, wire, spot, options, NO_ENTRY, signal) as Promise<
        0 | 1
      >;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Deletes many keys. 1, unless a connection failed after the command was sent; what was deleted is not told. */
  async delete_multi(keys: Iterable<MultiKey>, ...rest: DeleteMultiArguments): Promise<0 | 1> {
    this.#calls.delete_multi++;
    const [time, prefix, noreply, signal] = bind(SIGNATURES.delete_multi, rest);
    const { wires, spots } = this.#keys.many(keys, prefix, 'write');
    const given = time !== undefined && time !== null && secondsText(time) === '0';
    const { deleteManyTime, deleteManyTail } = this.#release;
    const options = this.#deleting(DELETE_TIMES[deleteManyTime](given), noreply, deleteManyTail);
    const answers = await this.#engine.changeMany(
      Command.delete,
      wires,
      spots,
      options,
      undefined,
      signalOf(signal),
    );
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
      const { miss, signal } = getArguments(given);
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
    const { wires, spots, originals } = this.#keys.many(keys, prefix, 'read');
    const found = new Map<MultiKey, unknown>();
    if (wires.length === 0) return found;
    const values = await this.#engine.getMany(Command.get, wires, spots, signalOf(signal));
    const last = lastOfEach(wires, originals);
    for (let i = 0; i < values.length; i++) {
      const isLast = last === undefined || last.get(wires[i] as string) === i;
      if (values[i] !== ABSENT && isLast) found.set(originals[i] as MultiKey, values[i]);
    }
    return found;
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
   * `stats` of every server that can be reached: `[["host:port (weight)", {name: value}]]`.
   * @param stat_args what follows `stats`: `items`, `slabs`, `cachedump 1 10`...
   * @throws {ValueError} control characters in the arguments
   */
  async get_stats(...rest: StatsArguments): Promise<[string, Stats][]> {
    const [text, signal] = bind(SIGNATURES.get_stats, rest);
    return reached(await this.#engine.stats(statArguments(text), signalOf(signal)), statsOf);
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
    const [time, prefix, min, noreply, signal] = bind(SIGNATURES.set_multi, rest);
    const options = this.#storeOptions('set_multi', time, noreply);
    const pairs = pairsOf(mapping);
    const { wires, spots, originals } = this.#keys.many(pairs.keys(), prefix, 'write');
    const entries: Entry[] = [];
    const sendable: number[] = [];
    for (const value of pairs.values()) {
      const place = entries.length;
      const entry = this.#codec.encode(value, minLength(min));
      if (!this.#isTooLong(entry)) sendable.push(place);
      entries.push(entry);
    }
    const all = sendable.length === entries.length;
    const answers = await this.#engine.changeMany(
      Command.set,
      all ? wires : pick(wires, sendable),
      spots === undefined || all ? spots : pick(spots, sendable),
      options,
      all ? entries : pick(entries, sendable),
      signalOf(signal),
    );
    if (all && answers.every((answer) => answer === true)) return [];
    const stored = new Set(sendable.filter((_place, i) => answers[i] === true));
    return originals.filter((_key, place) => !stored.has(place));
  }

  /** Takes a new server list; calls under way finish where they are. */
  set_servers(servers: Iterable<ServerArgument>): void {
    this.#engine.setServers(parseServers(servers, this.#release));
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
      if (time === 0 && this.#release.touchZero === 'refused') return Promise.resolve(0);
      const options = {
        ...KEY_ONLY,
        time: argumentText(time),
        noreply: Boolean(noreply),
        sent: 1,
      };
      return this.#engine.change(Command.touch, wire, spot, options, NO_ENTRY, signal) as Promise<
        0 | 1
      >;
    } catch (error) {
      return refuse(error);
    }
  }

  /** As `disconnect_all`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.disconnect_all();
    return Promise.resolve();
  }

  #store(method: StoreMethod, key: Key, val: unknown, rest: readonly unknown[]): Promise<Stored> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls[method]++;
      let options = this.#plainStore;
      let min = 0;
      let signal: AbortSignal | undefined;
      if (rest.length > 0) {
        const [time, minimum, noreply, given] = bind(SIGNATURES[method], rest);
        signal = signalOf(given);
        options = this.#storeOptions(method, time, noreply);
        min = minLength(minimum);
      }
      const entry = this.#codec.encode(val, min);
      if (this.#isTooLong(entry)) return Promise.resolve(0);
      let command: Change = Command[method];
      if (method === 'cas') {
        const cas = this.cas_ids.get(wire);
        // Without an id a cas is a set, in every release (1.62:1032).
        if (cas !== undefined) {
          options = { ...options, cas };
        } else {
          command = Command.set;
          this.#calls.set++;
        }
      }
      return this.#engine.change(command, wire, spot, options, entry, signal) as Promise<Stored>;
    } catch (error) {
      return refuse(error);
    }
  }

  #storeOptions(method: string, time: unknown = 0, noreply: unknown): ChangeOptions {
    const takesDuration = method === 'set' && this.#release.timedelta;
    const seconds = takesDuration ? (durationSeconds(time) ?? time) : time;
    return { ...this.#plainStore, time: secondsText(seconds), noreply: Boolean(noreply) };
  }

  /** "silently do not store if value length exceeds maximum" (memcache.py 1.62:1015) */
  #isTooLong({ data }: Entry): boolean {
    const { server_max_value_length: max } = this.#options;
    if (max === 0) return false;
    return this.#release.fullLength ? data.length > max : data.length >= max;
  }

  #counting(method: 'incr' | 'decr', key: Key, rest: readonly unknown[]): Promise<Counted> {
    try {
      const own = this.#keys.encoded(key);
      const wire = this.#keys.wire(own);
      const spot = spotOf(own);
      this.#calls[method]++;
      const [delta = 1, noreply, given] = bind(SIGNATURES[method], rest);
      const signal = signalOf(given);
      const text = this.#release.delta === 'int' ? secondsText(delta) : argumentText(delta);
      const options = { ...KEY_ONLY, delta: text, noreply: Boolean(noreply) };
      const command = Command[method];
      return this.#engine.change(
        command,
        wire,
        spot,
        options,
        NO_ENTRY,
        signal,
      ) as Promise<Counted>;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Time, noreply and signal of a delete, the first two in the release's order of parameters. */
  #deleteArguments(
    rest: readonly unknown[],
  ): [time: unknown, noreply: unknown, signal: AbortSignal | undefined] {
    const names = this.#release.deleteNames;
    const bound = bind(deleteSignature(names), rest);
    const signal = signalOf(bound[names.length]);
    return [bound[names.indexOf('time')], bound[names.indexOf('noreply')], signal];
  }

  #deleting(time: string, noreply: unknown, tail: string): ChangeOptions {
    return { ...KEY_ONLY, time, tail, noreply: Boolean(noreply), sent: 1 };
  }
}

/** A counter for each method that `stats` counts; one shape, so that counting costs nothing. */
function noCalls() {
  return {
    add: 0,
    append: 0,
    cas: 0,
    decr: 0,
    delete: 0,
    delete_multi: 0,
    get: 0,
    get_multi: 0,
    gets: 0,
    incr: 0,
    prepend: 0,
    replace: 0,
    set: 0,
    set_multi: 0,
    touch: 0,
  };
}

type StoreMethod = 'set' | 'add' | 'replace' | 'append' | 'prepend' | 'cas';

/** What delete sends as its time. Other times than 0 are refused by memcached and never sent. */
const DELETE_TIMES: Readonly<Record<Release['deleteTime'], (zeroGiven: boolean) => string>> = {
  never: () => '',
  'always 0': () => '0',
  '0 if given': (zeroGiven) => (zeroGiven ? '0' : ''),
};

/** An exception that Python raises before any I/O: here the promise is rejected with it. */
function refuse(error: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a pickler of the user's may throw anything
  return Promise.reject(error);
}

/**
 * Of keys that are the same on the wire ('a' and b'a'), the last one names the value, as in Python's dict. Undefined where
 * all keys are text: equal ones are one key of a Map anyway.
 */
function lastOfEach(
  wires: readonly string[],
  originals: readonly MultiKey[],
): ReadonlyMap<string, number> | undefined {
  if (originals === wires || originals.every((key) => typeof key === 'string')) return undefined;
  return new Map(wires.map((wire, i) => [wire, i]));
}

/** `get(key, x)`, `get(key, { default: x, signal })`, `get(key, x, { signal })`; any other object is a default. */
function getArguments([given, more]: readonly unknown[]): {
  miss: unknown;
  signal: AbortSignal | undefined;
} {
  const [signal] = bind(SIGNATURES.get, [more]);
  if (!isNamed(given) || more !== undefined)
    return { miss: given ?? null, signal: signalOf(signal) };
  const names = Object.keys(given);
  const isNames = names.every((name) => name === 'default' || name === 'signal');
  if (names.length === 0 || !isNames) return { miss: given, signal: undefined };
  return { miss: given['default'] ?? null, signal: signalOf(given['signal']) };
}

function minLength(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

function pick<T>(list: readonly T[], places: readonly number[]): T[] {
  return places.map((place) => list[place] as T);
}
