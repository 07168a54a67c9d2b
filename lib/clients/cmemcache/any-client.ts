// What cmemcache's two clients do alike: all but what a value is.

import { EventEmitter } from 'node:events';
import { ABSENT, Command, Engine, NO_ENTRY, NO_OPTIONS, type Entry } from '../../engine/engine';
import { tell, type ServerEvents } from '../../engine/events';
import type { Happening } from '../../engine/server';
import type { Counters } from '../../net/tally';
import { bind, signalOf, type CallOptions, type Signature } from '../shared/arguments';
import { checkKey, deltaText, expiryText, type Bytes } from './checks';
import { createCodec, createDialect, UNREADABLE, type Held } from './dialect';
import { resolveOptions, type ClientArguments } from './options';
import { parseServers, type ServerArgument } from './server-string';
import type { Codec } from '../../value/codec';

/** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default) and less: never. */
export type Time = number | bigint;
/** By how much a counter changes, from 0 to 2^64 - 1; default 1. */
export type Delta = number | bigint;
/** A counter's value; null: no such key, no server, or no number in the entry. */
export type Counted = number | bigint | null;

/** One parameter by position or by name, and what all calls take by name. */
export type TimeArguments =
  [options?: CallOptions & { time?: Time }] | [time: Time, options?: CallOptions];
/** Of `incr` and `decr`, behind the key: by position, or by name. */
export type DeltaArguments =
  [options?: CallOptions & { delta?: Delta }] | [delta: Delta, options?: CallOptions];

function signature(method: string, required: number, names: readonly string[]): Signature {
  return { method, required, names, namedOnly: ['signal'] };
}

/** `In` is what can be stored, `Out` what is read, `Rest` the other arguments of storing. */
export abstract class AnyClient<In, Out, Rest extends readonly unknown[]> {
  /** Whether `debuglog` prints. */
  debug: boolean;
  /** Tells what happens to servers (ServerEventName), as the diagnostics channels do for all clients. */
  readonly events: ServerEvents = new EventEmitter();

  /** Names of the arguments of storing, behind key and value. */
  protected abstract readonly storing: readonly string[];
  protected readonly codec: Codec;
  readonly #engine: Engine;
  readonly #log: (line: string) => void;

  /**
   * @param servers `"host:port"`, or `["host:port", weight]`; a weight over 15 counts as 15
   * @param rest `debug`, by position, and the other parameters by name in a last object (see ClientOptions)
   * @throws {TypeError | ValueError} a server string that names no host and port; a parameter that cannot be used
   */
  constructor(servers: Iterable<ServerArgument>, ...rest: ClientArguments) {
    const options = resolveOptions(rest);
    this.debug = options.debug;
    this.#log = options.log;
    this.codec = createCodec(options, (line) => this.debuglog(line));
    const happened = (happening: Happening): void => tell(this.events, happening);
    const specs = parseServers(servers);
    this.#engine = new Engine(createDialect(options), specs, {
      observer: { happened },
      ...options.transport,
    });
  }

  /** Hits, misses, errors, bytes and latency since this client was made. */
  get counters(): Counters {
    return this.#engine.counters;
  }

  /** Stores only if the key does not exist. */
  add(key: Bytes, value: In, ...rest: Rest): Promise<0 | 1> {
    return this.#store('add', key, value, rest);
  }

  /** Prints a line to stderr when `debug` is on. */
  debuglog(str: string): void {
    if (this.debug) this.#log(`MemCached: ${str}\n`);
  }

  /** Counts down, not below 0. */
  decr(key: Bytes, ...rest: DeltaArguments): Promise<Counted> {
    return this.#count('decr', key, rest);
  }

  /** Deletes a key. 1: deleted; 0: there was none, or no server or no reply. See `inverted_delete` for cmemcache's own. */
  async delete(key: Bytes, ...rest: TimeArguments): Promise<number> {
    const [time, signal] = bind(signature('delete', 2, ['time']), rest);
    expiryText(time); // checked and not sent: memcached refuses any but 0
    return (await this.#change('delete', key, '', NO_ENTRY, signal)) as number;
  }

  /** Closes all connections; calls under way fail. The next call connects again. */
  disconnect_all(): void {
    this.#engine.disconnect();
  }

  /** Empties every server that can be reached. */
  async flush_all(options?: CallOptions): Promise<null> {
    const [signal] = bind(signature('flush_all', 1, []), [options]);
    await this.#engine.flushAll('', signalOf(signal));
    return null;
  }

  /**
   * One key's value, or null.
   * @throws {ValueError} of Client: the flags say int, and the bytes are none
   */
  async get(key: Bytes, options?: CallOptions): Promise<Out | null> {
    const held = await this.#held('get', key, options);
    const value = held === null ? UNREADABLE : this.decode(held);
    return value === UNREADABLE ? null : value;
  }

  /** The values of those keys that have one, by your own keys. */
  get_multi(keys: Iterable<Bytes>, options?: CallOptions): Promise<Map<Bytes, Out>> {
    return this.#many('get_multi', keys, options, (held) => this.decode(held));
  }

  /** `stats` of every server that can be reached: `[["host:port", {name: value}]]`. */
  async get_stats(options?: CallOptions): Promise<[string, Record<string, string>][]> {
    const [signal] = bind(signature('get_stats', 1, []), [options]);
    const answers = await this.#engine.stats('', signalOf(signal));
    return answers.flatMap(({ server, answer }) =>
      Array.isArray(answer) ? [[server.name, statsOf(answer as Rows)]] : [],
    );
  }

  /** One key's bytes and flags, or null. */
  getflags(key: Bytes, options?: CallOptions): Promise<Held | null> {
    return this.#held('getflags', key, options);
  }

  /**
   * The values of those keys that have one, by your own keys, each read as its flags say; what cannot be read is
   * missing. (In cmemcache too it answers no flags, whatever its name says.)
   */
  get_multiflags(keys: Iterable<Bytes>, options?: CallOptions): Promise<Map<Bytes, unknown>> {
    return this.typedMany('get_multiflags', keys, options);
  }

  /** Counts up, wrapping at 2^64. */
  incr(key: Bytes, ...rest: DeltaArguments): Promise<Counted> {
    return this.#count('incr', key, rest);
  }

  /** Stores only if the key exists. */
  replace(key: Bytes, value: In, ...rest: Rest): Promise<0 | 1> {
    return this.#store('replace', key, value, rest);
  }

  /**
   * Stores a value. 1: stored; 0: not stored, no server or no reply.
   * @throws what pickling the value throws
   */
  set(key: Bytes, value: In, ...rest: Rest): Promise<0 | 1> {
    return this.#store('set', key, value, rest);
  }

  /** Takes a new server list; calls under way finish where they are. */
  set_servers(servers: Iterable<ServerArgument>): void {
    this.#engine.setServers(parseServers(servers));
  }

  /** As `disconnect_all`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.disconnect_all();
    return Promise.resolve();
  }

  /** What is stored for a value. */
  protected abstract encode(value: In, flags: unknown): Entry;
  /** What `get` makes of an entry; UNREADABLE is a miss. */
  protected abstract decode(held: Held): Out | typeof UNREADABLE;

  /** What the flags make of an entry's bytes; UNREADABLE for a bad pickle or unknown flags. */
  protected typed([data, flags]: Held): unknown {
    return this.codec.decode(flags, data, 0, data.length, true);
  }

  /** The values of many keys, read by their flags. */
  protected typedMany(
    method: string,
    keys: Iterable<Bytes>,
    options: CallOptions | undefined,
  ): Promise<Map<Bytes, unknown>> {
    return this.#many(method, keys, options, (held) => {
      try {
        return this.typed(held);
      } catch {
        return UNREADABLE; // no number
      }
    });
  }

  async #held(method: string, key: Bytes, options?: CallOptions): Promise<Held | null> {
    const [signal] = bind(signature(method, 2, []), [options]);
    const held = this.#engine.get(checkKey(key), undefined, null, signalOf(signal));
    return (await held) as Held | null;
  }

  /** The entries of those keys that have one, as `read` makes them, without the UNREADABLE. */
  async #many<T>(
    method: string,
    keys: Iterable<Bytes>,
    options: CallOptions | undefined,
    read: (held: Held) => T | typeof UNREADABLE,
  ): Promise<Map<Bytes, T>> {
    const [signal] = bind(signature(method, 2, []), [options]);
    const own = Array.from(keys);
    const wires = own.map(checkKey);
    const found = new Map<Bytes, T>();
    if (own.length === 0) return found;
    const all = await this.#engine.getMany(Command.get, wires, undefined, signalOf(signal));
    for (const [i, key] of own.entries()) {
      const value = all[i] === ABSENT ? UNREADABLE : read(all[i] as Held);
      if (value !== UNREADABLE) found.set(key, value);
    }
    return found;
  }

  async #store(
    method: 'set' | 'add' | 'replace',
    key: Bytes,
    value: In,
    rest: readonly unknown[],
  ): Promise<0 | 1> {
    const names = this.storing;
    const bound = bind(signature(method, 3, names), rest);
    const [time, flags] = bound.slice(0, names.length);
    const entry = this.encode(value, flags);
    return (await this.#change(method, key, expiryText(time), entry, bound[names.length])) as 0 | 1;
  }

  async #count(method: 'incr' | 'decr', key: Bytes, rest: readonly unknown[]): Promise<Counted> {
    const [delta, signal] = bind(signature(method, 2, ['delta']), rest);
    return (await this.#change(method, key, deltaText(delta), NO_ENTRY, signal)) as Counted;
  }

  /** @param number seconds or delta, whichever the command sends; empty: none */
  #change(
    method: 'set' | 'add' | 'replace' | 'delete' | 'incr' | 'decr',
    key: Bytes,
    number: string,
    entry: Entry,
    signal: unknown,
  ): Promise<unknown> {
    const options = { ...NO_OPTIONS, time: number, delta: number, sent: null };
    const wire = checkKey(key);
    const given = signalOf(signal);
    return this.#engine.change(Command[method], wire, undefined, options, entry, given);
  }
}

type Rows = readonly (readonly [name: string, value: string])[];

/** Names come from servers: the object must have none of its own. */
function statsOf(rows: Rows): Record<string, string> {
  const stats = Object.create(null) as Record<string, string>;
  for (const [name, value] of rows) stats[name] = value;
  return stats;
}
