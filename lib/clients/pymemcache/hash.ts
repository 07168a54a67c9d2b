// pymemcache's HashClient: a client of many servers, each of which has the keys that a hasher gives it.

import { EventEmitter } from 'node:events';
import { tell, type ServerEvents } from '../../engine/events';
import type { ServerSpec } from '../../engine/server';
import type { Counters } from '../../net/tally';
import { bind, isNamed, signalOf } from '../shared/arguments';
import { Fleet, type HashKey } from './fleet';
import { resolveHashClient, type HashClientArguments } from './hash-options';
import type { Key } from './keys';
import type { Integer } from './numbers';
import type { Hasher } from './rendezvous';
import { parseServer, type ServerArgument } from './server-string';
import {
  bindValues,
  SIGNATURES,
  type CallOptions,
  type Counted,
  type ExpireArguments,
  type FlushArguments,
  type GetArguments,
  type GetOptions,
  type GetsOptions,
  type GetsArguments,
  type NoReplyArguments,
  type StatsArguments,
  type StoreArguments,
  type ValueWithCas,
} from './signatures';
import type { Stat } from './stats';

export type { HashKey };

/** Keys and values: a Map, pairs, or a plain object. */
export type HashMapping = Iterable<readonly [HashKey, unknown]> | Readonly<Record<string, unknown>>;

/** By position or by name: whether to answer cas ids too. */
export type GetManyArguments =
  [options?: CallOptions & { gets?: boolean }] | [gets: boolean, options?: CallOptions];

/** `default` by position, or all by name. */
export type GatArguments =
  | [options?: GetOptions & { expire?: Integer }]
  | [miss: unknown, options?: CallOptions & { expire?: Integer }];
/** `default` by position, or all by name. */
export type GatsArguments =
  | [options?: GetsOptions & { expire?: Integer }]
  | [miss: unknown, options?: CallOptions & { expire?: Integer; cas_default?: unknown }];

const GAT = { ...SIGNATURES.gat, names: ['default', 'expire'] };
const GATS = { ...SIGNATURES.gats, names: ['default', 'expire', 'cas_default'] };
const GET_MANY = { ...SIGNATURES.get_many, names: ['gets'] };

/** A client of many memcached servers. Any number of calls may be under way at once. */
export class HashClient {
  /** Tells what happens to servers (ServerEventName), as the diagnostics channels do for all clients. */
  readonly events: ServerEvents = new EventEmitter();
  /** Says where keys belong. */
  readonly hasher: Hasher;
  readonly #fleet: Fleet;
  readonly #unasked: false | null;

  /**
   * @param servers each as Client takes it
   * @param rest `hasher` by position, the other parameters by name in a last object (see HashClientOptions)
   * @throws {ValueError} no server; a value that cannot be used
   * @throws {TypeError} a parameter of the wrong type, or an unknown one; one server in place of a list
   */
  constructor(servers: Iterable<ServerArgument>, ...rest: HashClientArguments) {
    // One text would be taken for a list of its characters.
    if (typeof servers === 'string') throw new TypeError('servers must be a list');
    const resolved = resolveHashClient(rest);
    this.hasher = resolved.hasher;
    this.#unasked = resolved.options.release.unasked;
    this.#fleet = new Fleet(resolved, (happening) => tell(this.events, happening));
    this.#fleet.add(Array.from(servers, parseServer));
  }

  /** Hits, misses, errors, bytes and latency of all servers since this client was made. */
  get counters(): Counters {
    return this.#fleet.calls.engine.counters;
  }

  /** Let calls that fail answer as if there was nothing. */
  get ignore_exc(): boolean {
    return this.#fleet.ignore_exc;
  }

  /** At any time: calls that are made from then on. */
  set ignore_exc(value: boolean) {
    this.#fleet.ignore_exc = value;
  }

  /** Stores only if the key does not exist. */
  add(key: HashKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.store('add', spot, own, value, rest),
    );
  }

  /**
   * Takes one more server, at any time. One that is there already counts as well again.
   * @param server as Client takes it; the host alone where there is a `port`. As text it is what the hasher is given.
   */
  add_server(server: ServerArgument, port?: number): void {
    this.#fleet.add([specOf(server, port)]);
  }

  /** Puts the value behind the stored one; flags and expiry stay as they are. */
  append(key: HashKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.store('append', spot, own, value, rest),
    );
  }

  /** Stores only if nobody has since the `gets` that found `cas`. False: somebody has; null: the key is gone. */
  cas(
    key: HashKey,
    value: unknown,
    cas: Integer | string | Uint8Array,
    ...rest: StoreArguments
  ): Promise<boolean | null> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.cas(spot, own, value, cas, rest),
    );
  }

  /** Closes all connections; calls under way fail. The next call connects again. */
  close(): void {
    this.#fleet.calls.engine.disconnect();
  }

  /** Counts down, not below 0. Null: no such key, no server was asked (false in 3.5.2), or no reply asked for. */
  decr(key: HashKey, value: Integer, ...rest: NoReplyArguments): Promise<Counted | false> {
    return this.#fleet.run<Counted | false>(key, this.#unasked, rest, (calls, spot, own) =>
      calls.count('decr', spot, own, value, rest),
    );
  }

  /** Deletes a key. True: deleted, or no reply asked for; false: there was none. */
  delete(key: HashKey, ...rest: NoReplyArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) => calls.delete(spot, own, rest));
  }

  /** Deletes many keys. True, whatever was there. */
  async delete_many(keys: Iterable<HashKey>, ...rest: NoReplyArguments): Promise<true> {
    await this.#fleet.spread(alone(keys), rest, isDone, (calls, spot, own) =>
      calls.delete_many(spot, own.keys(), rest),
    );
    return true;
  }

  /** As `delete_many`. */
  delete_multi(keys: Iterable<HashKey>, ...rest: NoReplyArguments): Promise<true> {
    return this.delete_many(keys, ...rest);
  }

  /** As `close`. */
  disconnect_all(): void {
    this.close();
  }

  /** Empties all servers, in `delay` seconds (default 0). */
  async flush_all(...rest: FlushArguments): Promise<null> {
    await this.#fleet.everywhere(true, rest, (calls, spot) => calls.flush_all(rest, spot));
    return null;
  }

  /** One key's value, or `default`; gives it a new expiry (after 4.0.0). By position comes `default`, not `expire`. */
  async gat(key: HashKey, ...rest: GatArguments): Promise<unknown> {
    const [miss = null, expire = 0, signal] = bindValues(GAT, rest);
    const given = signalOf(signal);
    return this.#fleet.run(key, miss, rest, (calls, spot, own) =>
      calls.gat(spot, own, expire, miss, given),
    );
  }

  /** One key's value and cas id, or both defaults; `default` alone where no server was asked (after 4.0.0). */
  async gats(key: HashKey, ...rest: GatsArguments): Promise<unknown> {
    const [miss = null, expire = 0, cas = null, signal] = bindValues(GATS, rest);
    const given = signalOf(signal);
    return this.#fleet.run(key, miss, rest, (calls, spot, own) =>
      calls.gats(spot, own, expire, [miss, cas], given),
    );
  }

  /** One key's value, or `default`. */
  async get(key: HashKey, ...rest: GetArguments): Promise<unknown> {
    const [miss = null, signal] = bindValues(SIGNATURES.get, rest);
    const given = signalOf(signal);
    return this.#fleet.run(key, miss, rest, (calls, spot, own) =>
      calls.get(spot, own, miss, given),
    );
  }

  /** The values of those keys that have one, by your own keys; with `gets`, as gets_many. */
  async get_many(keys: Iterable<HashKey>, ...rest: GetManyArguments): Promise<Map<Key, unknown>> {
    const [gets, signal] = bind(GET_MANY, rest);
    const method = gets === true ? 'gets_many' : 'get_many';
    const given = signalOf(signal);
    const found = await this.#fleet.spread<ReadonlyMap<Key, unknown>, null>(
      alone(keys),
      rest,
      () => new Map(),
      (calls, spot, own) => calls[method](spot, own.keys(), given),
    );
    return new Map(found.flatMap((each) => [...each]));
  }

  /** As `get_many`. */
  get_multi(keys: Iterable<HashKey>, ...rest: GetManyArguments): Promise<Map<Key, unknown>> {
    return this.get_many(keys, ...rest);
  }

  /** One key's value and cas id, or both defaults; null where no server was asked. */
  async gets(key: HashKey, ...rest: GetsArguments): Promise<ValueWithCas | null> {
    const [miss = null, cas = null, signal] = bindValues(SIGNATURES.gets, rest);
    const given = signalOf(signal);
    return this.#fleet.run(key, null, rest, (calls, spot, own) =>
      calls.gets(spot, own, [miss, cas], given),
    );
  }

  /** The values and cas ids of those keys that have one, by your own keys. */
  gets_many(keys: Iterable<HashKey>, options?: CallOptions): Promise<Map<Key, ValueWithCas>> {
    const answers = this.get_many(keys, { ...options, gets: true });
    return answers as Promise<Map<Key, ValueWithCas>>;
  }

  /** As `gets_many`. */
  gets_multi(keys: Iterable<HashKey>, options?: CallOptions): Promise<Map<Key, ValueWithCas>> {
    return this.gets_many(keys, options);
  }

  /** Counts up, wrapping at 2^64. Null as `decr`. */
  incr(key: HashKey, value: Integer, ...rest: NoReplyArguments): Promise<Counted | false> {
    return this.#fleet.run<Counted | false>(key, this.#unasked, rest, (calls, spot, own) =>
      calls.count('incr', spot, own, value, rest),
    );
  }

  /** Puts the value before the stored one; flags and expiry stay as they are. */
  prepend(key: HashKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.store('prepend', spot, own, value, rest),
    );
  }

  /** Asks the connected servers to close the connection, and waits until they have. The next call connects again. */
  async quit(options?: CallOptions): Promise<null> {
    return this.#fleet.calls.quit(options);
  }

  /**
   * Takes a server out for good; its keys go to the others, and its connection closes when it has nothing to do.
   * @throws {KeyError} there is no such server
   */
  remove_server(server: ServerArgument, port?: number): void {
    this.#fleet.remove(specOf(server, port).name);
  }

  /** Stores only if the key exists. */
  replace(key: HashKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.store('replace', spot, own, value, rest),
    );
  }

  /** Stores a value. True: stored, or no reply asked for; false: no server was asked. */
  set(key: HashKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) =>
      calls.store('set', spot, own, value, rest),
    );
  }

  /** Stores many values: a Map, a plain object, or pairs. Answers your keys that were not stored. */
  async set_many(values: HashMapping, ...rest: StoreArguments): Promise<Key[]> {
    const entries = Symbol.iterator in values ? values : Object.entries(values);
    const failed = await this.#fleet.spread(
      entries as Iterable<readonly [HashKey, unknown]>,
      rest,
      (own) => [...own.keys()],
      (calls, spot, own) => calls.set_many(spot, own, rest),
    );
    return failed.flat();
  }

  /** As `set_many`. */
  set_multi(values: HashMapping, ...rest: StoreArguments): Promise<Key[]> {
    return this.set_many(values, ...rest);
  }

  /**
   * What each server tells of itself, by its name; false where it was not asked. `args`: `items`, `slabs`,
   * `cachedump`, `1`, `10`...
   */
  async stats(...args: StatsArguments): Promise<[string, Record<string, Stat> | false][]> {
    const rest = isNamed(args.at(-1)) ? args.slice(-1) : [];
    const [signal] = bind(SIGNATURES.stats, rest);
    const words = args.slice(0, args.length - rest.length) as Key[];
    const given = signalOf(signal);
    return this.#fleet.everywhere<Record<string, Stat> | false>(
      false,
      rest,
      async (calls, spot) => {
        const [first] = await calls.stats(words, given, spot);
        return first?.[1] ?? false;
      },
    );
  }

  /** Gives a key a new expiry. True: done, or no reply asked for; false: no such key, or no server was asked. */
  touch(key: HashKey, ...rest: ExpireArguments): Promise<boolean> {
    return this.#fleet.run(key, false, rest, (calls, spot, own) => calls.touch(spot, own, rest));
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** For a client that finds its servers itself. */
  protected get fleet(): Fleet {
    return this.#fleet;
  }
}

/** As text without a port, a server is named as it is written; else `host:port`, or the path. */
function specOf(server: ServerArgument, port: number | undefined): ServerSpec {
  if (port === undefined) {
    const spec = parseServer(server);
    return typeof server === 'string' ? { ...spec, name: server } : spec;
  }
  if (typeof server !== 'string') throw new TypeError('Server must be a string when passing port.');
  return parseServer([server, port]);
}

/** Keys without values. */
function* alone(keys: Iterable<HashKey>): Generator<readonly [HashKey, null]> {
  for (const key of keys) yield [key, null];
}

function isDone(): true {
  return true;
}
