// python-memcached2's Memcache: text in and out, and exceptions for all that fails.

import { EventEmitter } from 'node:events';
import {
  ABSENT,
  Command,
  Engine,
  NO_ENTRY,
  NO_OPTIONS,
  type Change,
  type ChangeOptions,
} from '../../engine/engine';
import { tell, type ServerEvents } from '../../engine/events';
import type { Happening } from '../../engine/server';
import type { Hit } from '../../net/operation';
import type { Counters } from '../../net/tally';
import { bind, signalOf, type CallOptions } from '../shared/arguments';
import { argumentText } from '../shared/numbers';
import * as calls from './calls';
import type { Cas, Counted } from './calls';
import * as checks from './checks';
import { checkKey, type Key, type Value } from './checks';
import { createDialect, type Held } from './dialect';
import { NoValue } from './errors';
import type { HasherBase } from './hash';
import { resolveOptions, type MemcacheArguments, type Options } from './options';
import type { ServerPool } from './reconnectors';
import type { SelectorBase } from './selectors';
import { parseUri } from './server-uri';
import { resultsOf, storingOf, throwWord, type Storing, type Word } from './storing';
import * as shapes from './stats';
import type { Sizes, SlabStats, Slabs, Stats } from './stats';
import { wrap, type ValueWrapper } from './values';

const NOTHING_SENT = { ...NO_OPTIONS, sent: null };

/**
 * A client of one list of memcached servers. `V` is what reading returns: a string, or what `value_wrapper` makes.
 * `Miss` is what `get` answers where there is nothing; Memcache itself raises NoValue.
 *
 * All methods but `close` reject with ServerDisconnect when no reply came, with NoAvailableServers when no server could be
 * asked, with NotImplementedError when the server said what it should not, and with TypeError, ValueError,
 * UnicodeEncodeError and OverflowError for arguments that cannot be sent.
 */
export class Memcache<V = string, Miss = never> {
  readonly server_uris: readonly string[];
  readonly selector: SelectorBase;
  readonly hasher: HasherBase;
  readonly server_pool: ServerPool;
  readonly value_wrapper: ValueWrapper<V> | null;
  /** Tells what happens to servers (ServerEventName), as the diagnostics channels do for all clients. */
  readonly events: ServerEvents = new EventEmitter();
  readonly #engine: Engine;

  /**
   * @param servers `memcached://host[:port]/`, the port 11211 by default
   * @param rest `value_wrapper`, `selector`, `hasher`, `server_pool`, and others by name in a last object
   * @throws {InvalidURI} a URI that names no server
   * @throws {TypeError | ValueError} a parameter that cannot be used
   */
  constructor(servers: Iterable<string>, ...rest: MemcacheArguments<V>) {
    const options = resolveOptions(servers, rest);
    this.server_uris = options.server_uris;
    this.selector = options.selector;
    this.hasher = options.hasher;
    this.server_pool = options.server_pool;
    this.value_wrapper = (options.value_wrapper ?? null) as ValueWrapper<V> | null;
    this.#engine = this.#createEngine(options);
  }

  /** Hits, misses, errors, bytes and latency since this client was made. */
  get counters(): Counters {
    return this.#engine.counters;
  }

  /**
   * Stores only if there is no entry of the key.
   * @throws {NotStored} there is one
   */
  add(key: Key, value: Value, ...rest: calls.StoreArguments): Promise<null> {
    return this.#change('add', key, value, calls.ADD, rest);
  }

  /**
   * Puts text behind an entry's value.
   * @throws {NotStored} there is no entry of the key
   */
  append(key: Key, value: Value, options?: CallOptions): Promise<null> {
    return this.#join('append', key, value, options);
  }

  /**
   * The value of a key; where there is none, what `compute` makes of the key and `rest`, which is stored.
   * @throws what `compute` throws; then nothing is stored
   */
  async cache<T extends Value, R extends readonly unknown[]>(
    key: Key,
    compute: (key: Key, ...rest: R) => T | Promise<T>,
    ...rest: R
  ): Promise<V | T> {
    try {
      const found: V | Miss | null = await this.get(key);
      if (found !== null) return found as V;
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
    }
    const data = await compute(key, ...rest);
    await this.set(key, data);
    return data;
  }

  /** Closes all connections; calls under way fail. The next call connects again. */
  close(): void {
    this.#engine.disconnect();
  }

  /**
   * Counts down, not below 0.
   * @throws {NotFound} there is no entry of the key
   * @throws {NonNumeric} it holds no number
   */
  decr(key: Key, ...rest: calls.CountArguments): Promise<Counted> {
    return this.#count('decr', key, calls.DECR, rest);
  }

  /** Deletes a key; true: there was an entry. */
  async delete(key: Key, options?: CallOptions): Promise<boolean> {
    const signal = calls.onlySignal('delete', options);
    return (await this.#ask(Command.delete, key, NOTHING_SENT, signal)) as boolean;
  }

  /** Deletes a key from every server; true: one of them had an entry. */
  async delete_all(key: Key, options?: CallOptions): Promise<boolean> {
    const signal = calls.onlySignal('delete_all', options);
    const wire = checkKey(key);
    // The number of a server is a spot that means this server.
    const spots = [...this.server_uris.keys()];
    const batch = { wires: spots.map(() => wire), spots };
    const answers = await this.#engine.changeMany(Command.delete, batch, NOTHING_SENT, signal);
    return answers.includes(true);
  }

  /** Empties every server. */
  async flush_all(options?: CallOptions): Promise<null> {
    await this.#engine.flushAll('', calls.onlySignal('flush_all', options));
    return null;
  }

  /**
   * The value of a key.
   * @param rest `get_cas`: ask for the cas id too, which a value wrapper is given
   * @throws {NoValue} there is no entry of the key
   */
  async get(key: Key, ...rest: calls.GetArguments): Promise<V | Miss> {
    const [get_cas, given] = bind(calls.GET, rest);
    const wire = checkKey(key);
    const method = get_cas ? 'gets' : 'get';
    const found = await this.#engine[method](wire, undefined, null, signalOf(given));
    if (found === null) throw new NoValue('there is no entry of the key');
    return this.#valueOf(wire, found as Held | Hit);
  }

  /** The values of those keys that have one, by your own keys. Parameters as of `get`. */
  async get_multi(keys: Iterable<Key>, ...rest: calls.GetArguments): Promise<Map<Key, V>> {
    const [get_cas, given] = bind(calls.GET_MULTI, rest);
    const own = Array.from(keys);
    const wires = own.map(checkKey);
    const values = new Map<Key, V>();
    if (own.length === 0) return values;
    const command = get_cas ? Command.gets : Command.get;
    const found = await this.#engine.getMany(command, wires, undefined, signalOf(given));
    for (const [i, key] of own.entries()) {
      if (found[i] === ABSENT) continue;
      values.set(key, this.#valueOf(wires[i] ?? '', found[i] as Held | Hit));
    }
    return values;
  }

  /**
   * Counts up, wrapping at 2^64.
   * @throws {NotFound} there is no entry of the key
   * @throws {NonNumeric} it holds no number
   */
  incr(key: Key, ...rest: calls.CountArguments): Promise<Counted> {
    return this.#count('incr', key, calls.INCR, rest);
  }

  /**
   * Puts text before an entry's value.
   * @throws {NotStored} there is no entry of the key
   */
  prepend(key: Key, value: Value, options?: CallOptions): Promise<null> {
    return this.#join('prepend', key, value, options);
  }

  /**
   * Stores only if there is an entry of the key.
   * @throws {NotStored} there is none
   */
  replace(key: Key, value: Value, ...rest: calls.StoreArguments): Promise<null> {
    return this.#change('replace', key, value, calls.REPLACE, rest);
  }

  /**
   * Stores a value.
   * @param rest `flags`, `exptime` and `cas_unique` (see StoreOptions)
   * @throws {CASFailure} with `cas_unique`: the entry has changed
   * @throws {NotFound} with `cas_unique`: there is no entry of the key
   */
  set(key: Key, value: Value, ...rest: calls.SetArguments): Promise<null> {
    return this.#change('set', key, value, calls.SET, rest);
  }

  /**
   * Stores many values, all of a server in one write.
   * @param data `[key, value]`, or `[key, value, options]` of that key alone
   * @param rest `options` for all keys (see StoreOptions), `return_successful`, `return_failed`
   * @returns by key null for stored, or the server's reply: `NOT_STORED`, `EXISTS`, `NOT_FOUND`, `SERVER_ERROR ...`
   * @throws {MultiStorageException} keys that must not be sent, or were not answered; all others are in its `results`
   */
  async set_multi(
    data: Iterable<calls.StoreItem>,
    ...rest: calls.SetMultiArguments
  ): Promise<Map<Key, Word>> {
    const { options, signal, ...wanted } = calls.setMulti(rest);
    // A value that cannot be stored throws here, before anything is sent.
    const items = Array.from(data, ([key, value, own]) => {
      const all = { ...options, ...calls.checkStoreOptions(own) };
      return { key, storing: storingOf('set', value, all) };
    });
    const answers = await Promise.allSettled(
      items.map(async ({ key, storing }) => await this.#store(key, storing, signal)),
    );
    return resultsOf(
      items.map(({ key }) => key),
      answers,
      wanted,
    );
  }

  /** `stats` of each server; null for one that cannot be reached. */
  stats(options?: CallOptions): Promise<(Stats | null)[]> {
    return this.#stats('stats', '', shapes.statsOf, options);
  }

  /** `stats items`: by slab class. */
  stats_items(options?: CallOptions): Promise<(Slabs | null)[]> {
    return this.#stats('stats_items', 'items', shapes.itemsOf, options);
  }

  /** `stats settings`. */
  stats_settings(options?: CallOptions): Promise<(Stats | null)[]> {
    return this.#stats('stats_settings', 'settings', shapes.settingsOf, options);
  }

  /** `stats sizes`: sizes of items, rounded up to 32 bytes, with their counts; none unless memcached counts them. */
  stats_sizes(options?: CallOptions): Promise<(Sizes | null)[]> {
    return this.#stats('stats_sizes', 'sizes', shapes.sizesOf, options);
  }

  /** `stats slabs`: the slab classes in `slabs`, beside two totals. */
  stats_slabs(options?: CallOptions): Promise<(SlabStats | null)[]> {
    return this.#stats('stats_slabs', 'slabs', shapes.slabsOf, options);
  }

  /**
   * Gives an entry a new time to expire.
   * @throws {NotFound} there is no entry of the key
   */
  async touch(key: Key, ...rest: calls.TouchArguments): Promise<null> {
    const [exptime, given] = bind(calls.TOUCH, rest);
    if (exptime === undefined) {
      throw new TypeError("touch() missing 1 required positional argument: 'exptime'");
    }
    const options = { ...NOTHING_SENT, time: checks.exptimeText(exptime) };
    await this.#ask(Command.touch, key, options, signalOf(given));
    return null;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #createEngine(options: Options): Engine {
    const { server_uris, server_pool } = options;
    const specs = server_uris.map(parseUri);
    const { reconnector } = server_pool;
    const happened = (happening: Happening): void => {
      const uri = server_uris[specs.indexOf(happening.server)] ?? '';
      if (happening.name === 'dead') reconnector.had_error(uri);
      else if (happening.name === 'alive') reconnector.had_success(uri);
      tell(this.events, happening);
    };
    return new Engine(createDialect(options), specs, {
      observer: { happened },
      ...options.transport,
    });
  }

  #valueOf(key: string, found: Held | Hit): V {
    const hit = 'cas' in found ? found : undefined;
    const [value, flags] = (hit?.value ?? found) as Held;
    const { value_wrapper } = this;
    if (value_wrapper === null) return value as V;
    return wrap(value_wrapper, [value, key, flags, hit === undefined ? null : casOf(hit), this]);
  }

  async #change(
    method: 'set' | 'add' | 'replace',
    key: Key,
    value: Value,
    signature: typeof calls.SET,
    rest: readonly unknown[],
  ): Promise<null> {
    const bound = bind(signature, rest);
    const [flags, exptime, cas_unique] = bound.slice(0, signature.names.length);
    const options = { flags, exptime, cas_unique } as calls.StoreOptions;
    const signal = signalOf(bound[signature.names.length]);
    return throwWord(await this.#store(key, storingOf(method, value, options), signal));
  }

  async #join(
    method: 'append' | 'prepend',
    key: Key,
    value: Value,
    options: CallOptions | undefined,
  ): Promise<null> {
    const signal = calls.onlySignal(method, options);
    return throwWord(await this.#store(key, storingOf(method, value, {}), signal));
  }

  async #store(
    key: Key,
    { command, entry, time, cas }: Storing,
    signal: AbortSignal | undefined,
  ): Promise<Word> {
    const options = { ...NOTHING_SENT, time, cas };
    const wire = checkKey(key);
    const change = Command[command];
    return (await this.#engine.change(change, wire, undefined, options, entry, signal)) as Word;
  }

  async #count(
    method: 'incr' | 'decr',
    key: Key,
    signature: typeof calls.INCR,
    rest: readonly unknown[],
  ): Promise<Counted> {
    const [value = 1, given] = bind(signature, rest);
    const options = { ...NOTHING_SENT, delta: argumentText(value) };
    return (await this.#ask(Command[method], key, options, signalOf(given))) as Counted;
  }

  #ask(
    command: Change,
    key: Key,
    options: ChangeOptions,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    return this.#engine.change(command, checkKey(key), undefined, options, NO_ENTRY, signal);
  }

  async #stats<T>(
    method: calls.PlainMethod,
    which: string,
    shape: Parameters<typeof shapes.ofEach<T>>[1],
    options: CallOptions | undefined,
  ): Promise<(T | null)[]> {
    const signal = calls.onlySignal(method, options);
    return shapes.ofEach(await this.#engine.stats(which, signal), shape);
  }
}

function casOf({ cas }: Hit): Cas {
  return Number.isSafeInteger(Number(cas)) ? Number(cas) : BigInt(cas);
}
