// pylibmc's Client: the methods of its C module and of client.py, over libmemcached's rules.

import { EventEmitter } from 'node:events';
import { KeyError, ValueError } from '../../errors';
import { ABSENT } from '../../engine/engine';
import { tell, type ServerEvents } from '../../engine/events';
import type { Counters } from '../../net/tally';
import { repr } from '../../value/pickle';
import { bind, bindDefault, refuse, signalOf, type CallOptions } from '../shared/arguments';
import { liveBehaviors, type Behaviors, type LiveBehaviors } from './behavior-dict';
import { readBehaviors } from './behaviors';
import {
  count,
  countMany,
  keysOf,
  NOT_ITERABLE,
  store,
  storeMany,
  UNCOUNTED,
  type Bound,
  type Mapping,
} from './bound-calls';
import { Calls } from './calls';
import { AttributeError } from './errors';
import { resolveOptions, type ClientArguments, type ClientOptions } from './options';
import {
  casId,
  casText,
  checkLength,
  flagBits,
  keyBytes,
  NEVER_COMPRESSED,
  prefixBytes,
  rawBytes,
  readKeyBytes,
  SIGNATURES,
  timeText,
  touchTimeText,
  type CasId,
  type CountMultiArguments,
  type DeltaArguments,
  type GetArguments,
  type Key,
  type PrefixArguments,
  type StatsArguments,
  type StoreArguments,
  type StoreMultiArguments,
  type Time,
  type TimeArguments,
} from './requests';
import { Session, type Deserialize, type Hooks, type Serialize } from './session';
import { parseServers, shown, type ServerArgument } from './specs';
import { flushAll, statsOf, type ServerStats } from './stats';

/** A client of one list of memcached servers. */
export class Client {
  /** The servers as given. */
  addresses: ServerArgument[];
  /** Whether it speaks the binary protocol. */
  binary: boolean;
  /** Tells what happens to servers (ServerEventName), as the diagnostics channels do for all clients. */
  readonly events: ServerEvents = new EventEmitter();

  readonly #given: ClientOptions;
  readonly #bound: Bound;

  /**
   * @param servers `"host"`, `"host:port"`, `"host:port:weight"`, `"[::1]:port"`, `"/path"`, `[type, host, port]`
   * @param rest `behaviors`, `binary`, `username`, `password` by position; these and the others by name in a last object
   * @throws {MemcachedError} an empty list; a behavior that cannot be set
   * @throws {TypeError | ValueError | KeyError | OverflowError} parameters that cannot be used
   */
  constructor(servers: Iterable<ServerArgument>, ...rest: ClientArguments) {
    const { options, behaviors, given } = resolveOptions(rest);
    this.#given = given;
    this.addresses = Array.from(servers);
    this.binary = options.binary;
    const specs = parseServers(this.addresses);
    const session = new Session(options, specs, this.#hooks(), (happening) =>
      tell(this.events, happening),
    );
    session.construct(behaviors);
    this.#bound = { session, calls: new Calls(session) };
  }

  /** What the client does otherwise than by default: a live dict. Assigning a dict sets what it names. */
  get behaviors(): LiveBehaviors {
    return this.get_behaviors();
  }
  /** Sets what the dict names, as `set_behaviors`. */
  set behaviors(behaviors: Behaviors) {
    this.set_behaviors(behaviors);
  }

  /** @throws {AttributeError} as in Python */
  get behaviours(): never {
    throw new AttributeError('nobody uses british spellings');
  }

  /** Hits, misses, errors, bytes and latency since this client was made. */
  get counters(): Counters {
    return this.#bound.session.engine.counters;
  }

  /** Stores only if the key does not exist. False: it does. */
  add(key: Key, val: unknown, ...rest: StoreArguments): Promise<boolean> {
    return store(this.#bound, 'add', key, val, rest);
  }

  /** As `set_multi` with `add`: the keys that were not added. */
  add_multi(mapping: Mapping, ...rest: StoreMultiArguments): Promise<Key[]> {
    return storeMany(this.#bound, 'add', mapping, rest);
  }

  /** Adds to the end of an entry's bytes. False: there is none. */
  append(key: Key, val: unknown, ...rest: StoreArguments): Promise<boolean> {
    return store(this.#bound, 'append', key, val, rest);
  }

  /**
   * Stores if nobody has changed the entry since `gets`. False: somebody has.
   * @throws {ValueError} without the behavior `cas`
   * @throws {NotFound} the key does not exist any more
   */
  async cas(key: Key, val: unknown, cas: CasId, ...rest: TimeArguments): Promise<boolean> {
    const [time, signal] = bind(SIGNATURES.cas, rest);
    const { session, calls } = this.#bound;
    const bytes = rawBytes(key);
    const id = casText(cas);
    const seconds = timeText(time, session.settings);
    this.#needCas('cas');
    checkLength(bytes);
    return calls.cas(bytes, session.entry(val, NEVER_COMPRESSED), id, seconds, signalOf(signal));
  }

  /**
   * Another client of the same class, servers and behaviors, with connections of its own: made by its constructor with
   * `(servers, options)`. A ring follows the weights alone then, as libmemcached's clones do.
   */
  clone(): this {
    const Class = this.constructor as new (
      servers: readonly ServerArgument[],
      options: ClientOptions,
    ) => this;
    const copy = new Class(this.addresses, this.#given);
    copy.#bound.session.become(this.#bound.session.settings);
    return copy;
  }

  /** Counts down, not below 0. See `incr`. */
  decr(key: Key, ...rest: DeltaArguments): Promise<number | bigint> {
    return count(this.#bound, 'decr', key, rest);
  }

  /** Deletes a key. False: there was none. */
  async delete(key: Key, options?: CallOptions): Promise<boolean> {
    const [signal] = bind(SIGNATURES.delete, [options]);
    return this.#bound.calls.delete(keyBytes(key), signalOf(signal));
  }

  /** Deletes keys. True: all of them were there. */
  async delete_multi(keys: Iterable<Key>, ...rest: PrefixArguments): Promise<boolean> {
    const [prefix, signal] = bind(SIGNATURES.delete_multi, rest);
    const all = keysOf(keys, prefixBytes(prefix), NOT_ITERABLE);
    const bytes = all.map(([, each]) => checkLength(each));
    return this.#bound.calls.deleteMany(bytes, signalOf(signal));
  }

  /**
   * The value of an entry's bytes; yours to override.
   * @param bytes inflated already; yours to keep
   * @param flags as stored; 32 bits
   * @throws {CacheMiss} from yours: the entry counts as missing
   */
  deserialize(bytes: Buffer, flags: number): unknown {
    return this.#bound.session.values.deserialize(flagBits(flags), bytes);
  }

  /** Closes all connections; calls under way fail. The next call connects again. */
  disconnect_all(): void {
    this.#bound.session.disconnect();
  }

  /**
   * Empties all servers, in `time` seconds.
   * @throws {SomeErrors} a server did not answer that it did
   */
  async flush_all(...rest: TimeArguments): Promise<true> {
    const [time, signal] = bind(SIGNATURES.flush_all, rest);
    return flushAll(this.#bound, time, signalOf(signal));
  }

  /**
   * One key's value, or `default` (null).
   * @throws {MemcachedError} the server could not be asked; or what reading the value throws
   */
  get(key: Key, ...rest: GetArguments): Promise<unknown> {
    try {
      if (rest.length === 0) return this.#bound.calls.get(readKeyBytes(key), null, undefined);
      const { miss, signal } = bindDefault(SIGNATURES.get, rest);
      return this.#bound.calls.get(readKeyBytes(key), miss, signal);
    } catch (error) {
      return refuse(error);
    }
  }

  /** As `behaviors`. */
  get_behaviors(): LiveBehaviors {
    const { session } = this.#bound;
    return liveBehaviors(
      () => readBehaviors(session.settings, session.without),
      (given) => session.configure(given),
    );
  }

  /** The values of those keys that have one, by your own keys. Servers that fail are left out, unless all do. */
  async get_multi(keys: Iterable<Key>, ...rest: PrefixArguments): Promise<Map<Key, unknown>> {
    const [prefix, signal] = bind(SIGNATURES.get_multi, rest);
    const all = keysOf(keys, prefixBytes(prefix), UNCOUNTED);
    return this.#bound.calls.getMany(all, signalOf(signal));
  }

  /**
   * Statistics of all servers. Without `args` the fields that libmemcached knows; else what each server tells.
   * @throws {SomeErrors | MemcachedError} a server failed, or does not know `args`
   */
  async get_stats(...rest: StatsArguments): Promise<ServerStats[]> {
    const [args, signal] = bind(SIGNATURES.get_stats, rest);
    return statsOf(this.#bound, args, signalOf(signal));
  }

  /**
   * One key's value and cas id; two nulls where there is none.
   * @throws {ValueError} without the behavior `cas`
   */
  async gets(key: Key, options?: CallOptions): Promise<[value: unknown, cas: CasId | null]> {
    const bytes = readKeyBytes(key);
    if (bytes !== '') this.#needCas('gets');
    const [signal] = bind(SIGNATURES.gets, [options]);
    const hit = await this.#bound.calls.gets(bytes, signalOf(signal));
    return hit === undefined ? [null, null] : [hit.value, casId(hit.cas)];
  }

  /** Index of the server that a key goes to (of a sorted list with `_sort_hosts`). */
  hash(key: Key): number {
    return this.#bound.calls.home(rawBytes(key));
  }

  /**
   * Counts up, wrapping at 2^64. The new count: a bigint beyond 2^53.
   * @throws {NotFound} there is no such key
   * @throws {ClientError | UnknownReadFailure} the entry is no number (text, binary protocol)
   */
  incr(key: Key, ...rest: DeltaArguments): Promise<number | bigint> {
    return count(this.#bound, 'incr', key, rest);
  }

  /**
   * Counts up many keys; goes on where one fails.
   * @throws {NotFound} keys are missing; {MemcachedError} calls failed
   */
  async incr_multi(keys: Iterable<Key>, ...rest: CountMultiArguments): Promise<null> {
    await countMany(this.#bound, keys, rest);
    return null;
  }

  /** Adds to the beginning of an entry's bytes. False: there is none. */
  prepend(key: Key, val: unknown, ...rest: StoreArguments): Promise<boolean> {
    return store(this.#bound, 'prepend', key, val, rest);
  }

  /**
   * Stores only if the key exists. False: it does not.
   * @throws {NotFound} it does not, in the binary protocol
   */
  replace(key: Key, val: unknown, ...rest: StoreArguments): Promise<boolean> {
    return store(this.#bound, 'replace', key, val, rest);
  }

  /** What is stored for a value: its bytes, and its flags. Yours to override; it is compressed behind this. */
  serialize(value: unknown): [bytes: Uint8Array, flags: number] {
    const { data, flags } = this.#bound.session.values.encode(value);
    return [typeof data === 'string' ? Buffer.from(data, 'latin1') : data, flags];
  }

  /**
   * Stores a value. False: not stored, as a key that cannot be sent is not.
   * @throws {TooBig} the value is longer than the server takes
   * @throws {MemcachedError} the server could not be asked; or what pickling the value throws
   */
  set(key: Key, val: unknown, ...rest: StoreArguments): Promise<boolean> {
    return store(this.#bound, 'set', key, val, rest);
  }

  /**
   * Sets some behaviors, in pylibmc's own order. Connections are made anew where they must be.
   * @throws as the constructor; nothing is changed then
   */
  set_behaviors(behaviors: Behaviors | null): void {
    this.#bound.session.configure({ ...behaviors });
  }

  /**
   * Stores many values: the keys that were not stored.
   * @throws {MemcachedError} a server failed or refused; values on other servers are stored then
   */
  set_multi(mapping: Mapping, ...rest: StoreMultiArguments): Promise<Key[]> {
    return storeMany(this.#bound, 'set', mapping, rest);
  }

  /** Gives an entry a new time. False: there is none. */
  async touch(key: Key, time: Time, options?: CallOptions): Promise<boolean> {
    const [signal] = bind(SIGNATURES.touch, [options]);
    const bytes = rawBytes(key);
    const seconds = touchTimeText(time, this.#bound.session.settings);
    return this.#bound.calls.touch(checkLength(bytes), seconds, signalOf(signal));
  }

  /** `key in mc` */
  async __contains__(key: Key): Promise<boolean> {
    return (await this.get(key, { default: ABSENT })) !== ABSENT;
  }

  /** `del mc[key]` @throws {KeyError} there is no such key */
  async __delitem__(key: Key): Promise<void> {
    if (!(await this.delete(key))) throw new KeyError(repr(key));
  }

  /** `mc[key]` @throws {KeyError} there is no such key */
  async __getitem__(key: Key): Promise<unknown> {
    const value = await this.get(key, { default: ABSENT });
    if (value === ABSENT) throw new KeyError(repr(key));
    return value;
  }

  /** `mc[key] = value` @throws {KeyError} it was not stored */
  async __setitem__(key: Key, value: unknown): Promise<void> {
    if (!(await this.set(key, value))) throw new KeyError(repr(`failed setting ${repr(key)}`));
  }

  /** `<Client for localhost, binary=False>` */
  toString(): string {
    const binary = this.binary ? 'True' : 'False';
    return `<${this.constructor.name} for ${this.addresses.map(shown).join(', ')}, binary=${binary}>`;
  }

  /** As `disconnect_all`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.disconnect_all();
    return Promise.resolve();
  }

  #needCas(method: string): void {
    if (this.#bound.session.settings.numbers.cas === 0)
      throw new ValueError(`${method} without cas behavior`);
  }

  /** Looked up at each use: a class below, or the user, may set them at any time. */
  #hooks(): Hooks {
    const { prototype } = Client;
    const serialize: Serialize = (value) => this.serialize(value);
    const deserialize: Deserialize = (bytes, flags) => this.deserialize(bytes, flags);
    return {
      serialize: () => (this.serialize === prototype.serialize ? undefined : serialize),
      deserialize: () => (this.deserialize === prototype.deserialize ? undefined : deserialize),
    };
  }
}
