// pymemcache's commands over the engine, each for the server of a spot: what Client and HashClient do alike.

import {
  ABSENT,
  Command,
  Engine,
  NO_ENTRY,
  NO_OPTIONS,
  type Change,
  type ChangeOptions,
  type Entry,
} from '../../engine/engine';
import { bytesOf, type WireKey } from '../../engine/keys';
import type { Observer, ServerSpec } from '../../engine/server';
import type { Hit } from '../../net/operation';
import type { PlacementFactory, Spot } from '../../placement/placement';
import { bind, signalOf, type CallOptions } from '../shared/arguments';
import { createDialect, THROWN, type Held } from './dialect';
import { MemcacheError, MemcacheUnexpectedCloseError, MemcacheUnknownError } from './exceptions';
import { SHOWN } from './failures';
import { checkKey, type Key } from './keys';
import { casText, countText, deltaText, expireText, flagsOf, type Integer } from './numbers';
import type { Options } from './options';
import { pairsOf, SIGNATURES, type Counted, type Mapping, type ValueWithCas } from './signatures';
import { openerOf } from './sockets';
import { statsOf, type Stat } from './stats';
import { ascii, utf8, valueBytes } from './text';

export type StoreMethod = 'set' | 'add' | 'replace' | 'append' | 'prepend';

/** What a Calls of several servers has beside that of one. */
export interface Site {
  readonly placement?: PlacementFactory;
  /** How long a failed server is left alone, in milliseconds. */
  readonly deadFor?: number;
}

const CRLF = '\r\n';

type Rest = readonly unknown[];
type Rows = readonly (readonly [name: string, value: string])[];

/** Methods throw before anything is sent what is wrong with their arguments; `rest` is what follows the required ones. */
export class Calls {
  readonly engine: Engine;
  readonly #options: Options;
  /** What a storage call without arguments sends. */
  readonly #plainStore: ChangeOptions;

  constructor(options: Options, specs: readonly ServerSpec[], observer: Observer, site: Site = {}) {
    const dialect = createDialect(options, site.placement, site.deadFor);
    const { transport, injected, socket_keepalive } = options;
    const open = openerOf(socket_keepalive);
    this.#options = options;
    this.#plainStore = { ...this.#changing(undefined, true), time: '0' };
    this.engine = new Engine(dialect, specs, { observer, open, ...transport, ...injected });
  }

  /** Connections that are open finish what they have, then close; later calls connect again. */
  renew(): void {
    this.engine.setServers(this.engine.servers.map(({ spec }) => ({ ...spec })));
  }

  /** A key as it is sent. */
  wire(key: unknown, prefix = this.#options.key_prefix): WireKey {
    return checkKey(key, this.#options, prefix);
  }

  store(
    method: StoreMethod,
    spot: Spot | undefined,
    key: Key,
    value: unknown,
    rest: Rest,
  ): Promise<boolean> {
    const [expire, noreply, flags, signal] = bind(SIGNATURES[method], rest);
    const options = rest.length === 0 ? this.#plainStore : this.#storing(expire, noreply);
    const wire = this.wire(key);
    const entry = this.#entry(wire, value, flags);
    const answer = this.engine.change(
      Command[method],
      wire,
      spot,
      options,
      entry,
      signalOf(signal),
    );
    return answer as Promise<boolean>;
  }

  cas(
    spot: Spot | undefined,
    key: Key,
    value: unknown,
    cas: unknown,
    rest: Rest,
  ): Promise<boolean | null> {
    const [expire, noreply = false, flags, signal] = bind(SIGNATURES.cas, rest);
    const id = casText(cas, this.#options.encode);
    const options = { ...this.#storing(expire, noreply ?? false), cas: id };
    const wire = this.wire(key);
    const entry = this.#entry(wire, value, flags);
    const answer = this.engine.change(Command.cas, wire, spot, options, entry, signalOf(signal));
    return answer as Promise<boolean | null>;
  }

  /** The keys that were not stored; a failure is thrown. */
  async set_many(spot: Spot | undefined, values: Mapping, rest: Rest): Promise<Key[]> {
    const [expire, noreply, flags, signal] = bind(SIGNATURES.set_many, rest);
    const options = this.#storing(expire, noreply);
    const pairs = [...pairsOf(values)];
    const wires: WireKey[] = [];
    const entries = pairs.map(([key, value]) => {
      const wire = this.wire(key);
      wires.push(wire);
      return this.#entry(wire, value, flags);
    });
    const batch = { wires, spots: wires.map(() => spot), entries };
    const answers = await this.engine.changeMany(Command.set, batch, options, signalOf(signal));
    return pairs.flatMap(([key], i) => (answers[i] === true ? [] : [key]));
  }

  get(
    spot: Spot | undefined,
    key: Key,
    miss: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const held = this.engine.get(this.wire(key), spot, ABSENT, signal);
    return held.then((found) => (found === ABSENT ? miss : this.#value(key, found as Held)));
  }

  gets(
    spot: Spot | undefined,
    key: Key,
    miss: ValueWithCas,
    signal: AbortSignal | undefined,
  ): Promise<ValueWithCas> {
    const hit = this.engine.gets(this.wire(key), spot, ABSENT, signal);
    return hit.then((found) => (found === ABSENT ? miss : this.#valueWithCas(key, found as Hit)));
  }

  gat(
    spot: Spot | undefined,
    key: Key,
    expire: unknown,
    miss: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const held = this.#getAndTouch(Command.gat, spot, key, expire, signal);
    return held.then((found) => (found === ABSENT ? miss : this.#value(key, found as Held)));
  }

  gats(
    spot: Spot | undefined,
    key: Key,
    expire: unknown,
    miss: ValueWithCas,
    signal: AbortSignal | undefined,
  ): Promise<ValueWithCas> {
    const hit = this.#getAndTouch(Command.gats, spot, key, expire, signal);
    return hit.then((found) => (found === ABSENT ? miss : this.#valueWithCas(key, found as Hit)));
  }

  get_many(
    spot: Spot | undefined,
    keys: Iterable<Key>,
    signal: AbortSignal | undefined,
  ): Promise<Map<Key, unknown>> {
    return this.#many(Command.get, spot, keys, signal, (key, found) =>
      this.#value(key, found as Held),
    );
  }

  gets_many(
    spot: Spot | undefined,
    keys: Iterable<Key>,
    signal: AbortSignal | undefined,
  ): Promise<Map<Key, ValueWithCas>> {
    return this.#many(Command.gets, spot, keys, signal, (key, found) =>
      this.#valueWithCas(key, found as Hit),
    );
  }

  delete(spot: Spot | undefined, key: Key, rest: Rest): Promise<boolean> {
    const [noreply, signal] = bind(SIGNATURES.delete, rest);
    const options = this.#changing(noreply, true);
    return this.#change(Command.delete, spot, this.wire(key), options, signal) as Promise<boolean>;
  }

  /** True, whatever was there. */
  async delete_many(spot: Spot | undefined, keys: Iterable<Key>, rest: Rest): Promise<true> {
    const [noreply, signal] = bind(SIGNATURES.delete_many, rest);
    const wires = Array.from(keys, (key) => this.wire(key));
    const batch = { wires, spots: wires.map(() => spot) };
    const options = this.#changing(noreply, true);
    await this.engine.changeMany(Command.delete, batch, options, signalOf(signal));
    return true;
  }

  count(
    method: 'incr' | 'decr',
    spot: Spot | undefined,
    key: Key,
    value: Integer,
    rest: Rest,
  ): Promise<Counted> {
    const [noreply, signal] = bind(SIGNATURES[method], rest);
    const wire = this.wire(key);
    const options = { ...this.#changing(noreply ?? false, null), delta: deltaText(value) };
    return this.#change(Command[method], spot, wire, options, signal) as Promise<Counted>;
  }

  touch(spot: Spot | undefined, key: Key, rest: Rest): Promise<boolean> {
    const [expire, noreply, signal] = bind(SIGNATURES.touch, rest);
    const wire = this.wire(key);
    return this.#change(
      Command.touch,
      spot,
      wire,
      this.#storing(expire, noreply),
      signal,
    ) as Promise<boolean>;
  }

  /** Of every server, or that of a spot, with its spec. */
  stats(
    args: readonly Key[],
    signal: AbortSignal | undefined,
    spot?: Spot,
  ): Promise<[ServerSpec, Record<string, Stat>][]> {
    const { release, key_prefix } = this.#options;
    const prefix = release.prefixesArguments ? key_prefix : '';
    const words = args.map((arg) => this.wire(arg, prefix));
    const isDump = words[0] === 'cachedump';
    return this.engine
      .stats(words.join(' '), signal, spot)
      .then((all) => all.map(({ server, answer }) => [server, statsOf(answer as Rows, isDump)]));
  }

  /** Of the first server. */
  async version(options: CallOptions | undefined): Promise<Buffer> {
    const [signal] = bind(SIGNATURES.version, [options]);
    const [first] = await this.engine.version(signalOf(signal));
    return Buffer.from(String(first?.answer), 'latin1');
  }

  /** Empties every server, or that of a spot. */
  async flush_all(rest: Rest, spot?: Spot): Promise<true> {
    const [delay = 0, noreply, signal] = bind(SIGNATURES.flush_all, rest);
    const time = expireText(delay, 'delay');
    const isSilent = Boolean(noreply ?? this.#options.default_noreply);
    await this.engine.flushAll(time, signalOf(signal), spot, isSilent);
    return true;
  }

  /** Of the first server. */
  cache_memlimit(memlimit: unknown, signal: AbortSignal | undefined): Promise<true> {
    const { release, key_prefix } = this.#options;
    const prefix = release.prefixesArguments ? key_prefix : '';
    const words = `cache_memlimit ${prefix}${countText(memlimit, 'memlimit')}`;
    return this.#raw(words, CRLF, signal).then((answer) => {
      if (answer === 'OK') return true;
      throw new MemcacheUnknownError(answer.slice(0, SHOWN));
    });
  }

  /** Asks the first server to end; that it closes the connection is its answer. */
  async shutdown(rest: Rest): Promise<null> {
    const [graceful, signal] = bind(SIGNATURES.shutdown, rest);
    const words = graceful === true ? 'shutdown graceful' : 'shutdown';
    try {
      await this.#raw(words, CRLF, signalOf(signal));
    } catch (error) {
      if (!(error instanceof MemcacheUnexpectedCloseError)) throw error;
    }
    return null;
  }

  /** Asks the first server on a connection of its own: only the caller can know where the reply ends. */
  async raw_command(command: string | Uint8Array, rest: Rest): Promise<Buffer> {
    const [end, signal] = bind(SIGNATURES.raw_command, rest);
    const encode = this.#options.allow_unicode_keys ? utf8 : ascii;
    const bytes = (text: unknown): string =>
      bytesOf(text instanceof Uint8Array ? text : encode(String(text)));
    const answer = await this.#raw(bytes(command), bytes(end ?? '') || CRLF, signalOf(signal));
    return Buffer.from(answer, 'latin1');
  }

  #raw(command: string, end: string, signal: AbortSignal | undefined): Promise<string> {
    const [server] = this.engine.servers;
    if (server === undefined) throw new MemcacheError('there is no server');
    return this.engine.raw(server, { command, end }, THROWN, signal) as Promise<string>;
  }

  /** Asks every connected server to close its connection. */
  async quit(options: CallOptions | undefined): Promise<null> {
    const [signal] = bind(SIGNATURES.quit, [options]);
    await this.engine.quit(signalOf(signal));
    return null;
  }

  #getAndTouch(
    command: 2 | 3,
    spot: Spot | undefined,
    key: Key,
    expire: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const wire = this.wire(key);
    return this.engine.getAndTouch(command, wire, spot, expireText(expire), ABSENT, signal);
  }

  #change(
    command: Change,
    spot: Spot | undefined,
    wire: WireKey,
    options: ChangeOptions,
    signal: unknown,
  ): Promise<unknown> {
    return this.engine.change(command, wire, spot, options, NO_ENTRY, signalOf(signal));
  }

  /** @param sent what the call answers when it asked for no reply */
  #changing(noreply: unknown, sent: unknown): ChangeOptions {
    return { ...NO_OPTIONS, noreply: Boolean(noreply ?? this.#options.default_noreply), sent };
  }

  #storing(expire: unknown = 0, noreply: unknown): ChangeOptions {
    return { ...this.#changing(noreply, true), time: expireText(expire) };
  }

  #entry(wire: WireKey, value: unknown, flags: unknown): Entry {
    const { serde, encode } = this.#options;
    const [stored, own] = serde.serialize(Buffer.from(wire, 'latin1'), value);
    return { flags: flagsOf(flags ?? own), data: valueBytes(stored, encode) };
  }

  #value(key: Key, [data, flags]: Held): unknown {
    return this.#options.serde.deserialize(key, data, flags);
  }

  #valueWithCas(key: Key, { value, cas }: Hit): ValueWithCas {
    return [this.#value(key, value as Held), Buffer.from(cas, 'latin1')];
  }

  /** The values of those keys that have one, by the caller's own keys. */
  #many<T>(
    command: 0 | 1,
    spot: Spot | undefined,
    keys: Iterable<Key>,
    signal: AbortSignal | undefined,
    read: (key: Key, found: unknown) => T,
  ): Promise<Map<Key, T>> {
    const own = Array.from(keys);
    const wires = own.map((key) => this.wire(key));
    if (own.length === 0) return Promise.resolve(new Map<Key, T>());
    // Of keys that are the same on the wire ('a' and b'a'), the last one names the value, as in Python's dict.
    const last = new Map(wires.map((wire, i) => [wire, i]));
    const spots = spot === undefined ? undefined : wires.map(() => spot);
    return this.engine.getMany(command, wires, spots, signal).then((all) => {
      const found = new Map<Key, T>();
      for (const i of last.values()) {
        const key = own[i] as Key;
        if (all[i] !== ABSENT) found.set(key, read(key, all[i]));
      }
      return found;
    });
  }
}
