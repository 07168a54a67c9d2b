// One client's settings, servers and engine, and the calls on them with arguments that are checked already.

import {
  ABSENT,
  Command,
  Engine,
  NO_ENTRY,
  NO_OPTIONS,
  type ChangeOptions,
  type Entry,
} from '../../engine/engine';
import type { WireKey } from '../../engine/keys';
import type { Observer, ServerSpec } from '../../engine/server';
import { cloned, withServers } from '../../placement/settings';
import { createPickling } from '../../value/pickling';
import { refuse } from '../shared/arguments';
import { defaultSettings, withBehaviors, type Settings } from './behaviors';
import { createDialect, Unreached } from './dialect';
import { Ejection } from './ejection';
import { CacheMiss } from './errors';
import { badCounterKey, badKey } from './failures';
import type { Options } from './options';
import { wireKey, type Compressing } from './requests';
import { sortServers } from './specs';
import { compressed, createValues, entryOf, type Values } from './values';

/** An entry that a `deserialize` of yours calls missing. */
const MISSED = Symbol('missed');

/** Hooks of a client; undefined where it has the built-in one. */
export interface Hooks {
  readonly serialize: ((value: unknown) => unknown) | undefined;
  readonly deserialize: ((bytes: Buffer, flags: number) => unknown) | undefined;
}

export interface Hit {
  readonly value: unknown;
  readonly cas: string;
}

type StoreCommand =
  | typeof Command.set
  | typeof Command.add
  | typeof Command.replace
  | typeof Command.append
  | typeof Command.prepend;

/** A key and what is to be stored under it. */
export interface Item<Key> {
  readonly key: Key;
  readonly bytes: string;
  readonly entry: Entry;
}

type Given = Readonly<Record<string, unknown>>;

const MS = 1000;
/** Behaviors that the engine is made with: others count from the next call on, without new connections. */
const FIXED = [
  '_hash_with_prefix_key',
  '_poll_timeout',
  'auto_eject',
  'connect_timeout',
  'dead_timeout',
  'failure_limit',
  'retry_timeout',
] as const;

export class Calls {
  readonly options: Options;
  values: Values;
  #settings: Settings;
  #specs: readonly ServerSpec[];
  #engine: Engine | undefined;
  readonly #hooks: Hooks;
  readonly #happened: Observer['happened'];

  constructor(
    options: Options,
    specs: readonly ServerSpec[],
    hooks: Hooks,
    happened: Observer['happened'],
  ) {
    this.options = options;
    this.#specs = specs;
    this.#settings = defaultSettings(options.binary);
    this.#hooks = hooks;
    this.#happened = happened;
    this.values = this.#createValues();
  }

  get settings(): Settings {
    return this.#settings;
  }

  get specs(): readonly ServerSpec[] {
    return this.#specs;
  }

  /** Names that the release does not have. */
  get without(): ReadonlySet<string> {
    return new Set(this.options.release.pickleProtocol === 'none' ? ['pickle_protocol'] : []);
  }

  /** Sets what a client is made with: behaviors come before servers. */
  construct(given: Given): void {
    const { release } = this.options;
    const set = withBehaviors(this.#settings, given, this.without);
    this.#adopt({
      ...set,
      layout: withServers(set.layout, this.#weights),
      // 1.6.0 forgets what its constructor is given.
      numbers:
        release.pickleProtocol === 'anywhere'
          ? set.numbers
          : { ...set.numbers, pickle_protocol: -1 },
    });
  }

  /** Calls under way finish as they began; then their connections close, where new ones are needed. */
  configure(given: Given): void {
    this.#adopt(withBehaviors(this.#settings, given, this.without));
  }

  /** Becomes a clone of a client with these settings. */
  become(settings: Settings): void {
    this.#adopt({ ...settings, layout: cloned(settings.layout, this.#weights) });
  }

  get #weights(): number[] {
    return this.#specs.map(({ weight }) => weight);
  }

  #adopt(settings: Settings): void {
    const old = this.#settings;
    this.#settings = settings;
    this.values = this.#createValues();
    const isSame = FIXED.every((name) => old.numbers[name] === settings.numbers[name]);
    if (isSame && old.layout === settings.layout && old.namespace === settings.namespace) return;
    this.#engine?.setServers([]);
    this.#engine = undefined;
  }

  /** What is stored for a value. */
  entry(value: unknown, { min, level }: Compressing): Entry {
    const { serialize } = this.#hooks;
    const entry = serialize === undefined ? this.values.encode(value) : entryOf(serialize(value));
    return compressed(entry, min, level);
  }

  /** One key's value; `miss` where there is none. */
  get(bytes: string, miss: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const wire = this.#wire(bytes);
    if (wire === undefined) {
      return bytes === '' ? Promise.resolve(miss) : refuse(badKey(Command.get, bytes));
    }
    const value = this.#connected().get(wire, undefined, miss, signal);
    if (this.#hooks.deserialize === undefined) return value;
    return value.then((each) => (each === MISSED ? miss : each));
  }

  /** One key's value and cas id; undefined where there is none. */
  async gets(bytes: string, signal: AbortSignal | undefined): Promise<Hit | undefined> {
    const wire = this.#wire(bytes);
    if (wire === undefined) {
      if (bytes === '') return undefined;
      throw badKey(Command.gets, bytes);
    }
    const hit = (await this.#connected().gets(wire, undefined, undefined, signal)) as
      Hit | undefined;
    return hit?.value === MISSED ? undefined : hit;
  }

  /** The values of those keys that have one. A server that fails is as one without entries, unless all do. */
  async getMany<Key>(
    keys: readonly (readonly [key: Key, bytes: string])[],
    signal: AbortSignal | undefined,
  ): Promise<Map<Key, unknown>> {
    const asked = keys.filter(([, bytes]) => bytes !== '');
    const wires = asked.map(([, bytes]) => {
      const wire = this.#wire(bytes);
      if (wire === undefined) throw badKey(Command.get, bytes, true);
      return wire;
    });
    const found = new Map<Key, unknown>();
    if (wires.length === 0) return found;
    const values = await this.#connected().getMany(Command.get, wires, undefined, signal);
    const [first] = values;
    if (first instanceof Unreached && values.every((each) => each instanceof Unreached)) {
      throw first.error;
    }
    for (const [i, [key]] of asked.entries()) {
      const value = values[i];
      if (value === ABSENT || value === MISSED || value instanceof Unreached) continue;
      found.set(key, value);
    }
    return found;
  }

  /** False: not stored. */
  store(
    command: StoreCommand,
    bytes: string,
    entry: Entry,
    time: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return Promise.resolve(false);
    const options = this.#silently({ time, sent: true });
    const stored = this.#connected().change(command, wire, undefined, options, entry, signal);
    return stored as Promise<boolean>;
  }

  cas(
    bytes: string,
    entry: Entry,
    cas: string,
    time: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return refuse(badKey(Command.cas, bytes));
    const options = { ...NO_OPTIONS, cas, time, sent: undefined };
    const stored = this.#connected().change(Command.cas, wire, undefined, options, entry, signal);
    return stored as Promise<boolean>;
  }

  /** The keys that were not stored. */
  async storeMany<Key>(
    command: StoreCommand,
    items: readonly Item<Key>[],
    time: string,
    signal: AbortSignal | undefined,
  ): Promise<Key[]> {
    const wires = items.map(({ bytes }) => this.#wire(bytes));
    const sent = items.filter((_item, i) => wires[i] !== undefined);
    const batch = {
      wires: wires.filter((wire) => wire !== undefined),
      spots: undefined,
      entries: sent.map(({ entry }) => entry),
    };
    const options = this.#silently({ time, sent: true });
    const answers = await this.#connected().changeMany(command, batch, options, signal);
    const stored = new Set(sent.filter((_item, i) => answers[i] === true));
    return items.filter((item) => !stored.has(item)).map(({ key }) => key);
  }

  /** False: there was no such key. */
  delete(bytes: string, signal: AbortSignal | undefined): Promise<boolean> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return Promise.resolve(false);
    const options = this.#silently({ sent: true });
    const deleted = this.#connected().change(
      Command.delete,
      wire,
      undefined,
      options,
      NO_ENTRY,
      signal,
    );
    return deleted as Promise<boolean>;
  }

  /** True: all keys were there. */
  async deleteMany(keys: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
    const wires = keys.map((bytes) => this.#wire(bytes)).filter((wire) => wire !== undefined);
    const options = this.#silently({ sent: true });
    const batch = { wires, spots: undefined };
    const answers = await this.#connected().changeMany(Command.delete, batch, options, signal);
    return wires.length === keys.length && answers.every((each) => each === true);
  }

  count(
    command: typeof Command.incr | typeof Command.decr,
    bytes: string,
    delta: string,
    signal: AbortSignal | undefined,
  ): Promise<number | bigint> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return refuse(badCounterKey());
    const options = { ...NO_OPTIONS, delta, sent: undefined };
    const counted = this.#connected().change(command, wire, undefined, options, NO_ENTRY, signal);
    return counted as Promise<number | bigint>;
  }

  touch(bytes: string, time: string, signal: AbortSignal | undefined): Promise<boolean> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return Promise.resolve(false);
    const options = { ...NO_OPTIONS, time, sent: undefined };
    const touched = this.#connected().change(
      Command.touch,
      wire,
      undefined,
      options,
      NO_ENTRY,
      signal,
    );
    return touched as Promise<boolean>;
  }

  flushAll(time: string, signal: AbortSignal | undefined): ReturnType<Engine['flushAll']> {
    return this.#connected().flushAll(time, signal);
  }

  stats(args: string, signal: AbortSignal | undefined): ReturnType<Engine['stats']> {
    return this.#connected().stats(args, signal);
  }

  /** Index of the server that a key goes to. */
  home(bytes: string): number {
    const home = this.#connected().home((this.#settings.namespace + bytes) as WireKey);
    return Math.max(home === undefined ? -1 : this.#specs.indexOf(home), 0);
  }

  disconnect(): void {
    this.#engine?.disconnect();
  }

  #wire(bytes: string): WireKey | undefined {
    return wireKey(bytes, this.#settings);
  }

  /** What a changing command sends; without waiting for a reply where a behavior says so. */
  #silently(options: Partial<ChangeOptions> & { sent: unknown }): ChangeOptions {
    return { ...NO_OPTIONS, ...options, noreply: this.#settings.numbers._noreply === 1 };
  }

  #createValues(): Values {
    const { release, python, pickler, unpickler } = this.options;
    const pickling = createPickling({
      python,
      protocol: this.#settings.numbers.pickle_protocol,
      pickler,
      unpickler,
      persistentId: undefined,
      persistentLoad: undefined,
    });
    return createValues({ release, python, pickling });
  }

  #connected(): Engine {
    return (this.#engine ??= this.#createEngine());
  }

  #createEngine(): Engine {
    const settings = this.#settings;
    const ejection = ejectionOf(settings);
    const dialect = createDialect(settings, this.#decode, ejection);
    // Sorting is for good: an index means the sorted list.
    if (settings.layout.sorted) this.#specs = sortServers(this.#specs);
    const observer: Observer = {
      happened: (happening) => {
        ejection?.happened(happening);
        this.#happened(happening);
      },
    };
    return new Engine(dialect, this.#specs, { observer });
  }

  readonly #decode: Values['decode'] = (flags, bytes, from, to, owned, ascii) => {
    const { deserialize } = this.#hooks;
    if (deserialize === undefined) return this.values.decode(flags, bytes, from, to, owned, ascii);
    const data = this.values.inflate(flags, bytes.subarray(from, to));
    try {
      return deserialize(owned ? data : Buffer.from(data), flags);
    } catch (error) {
      if (error instanceof CacheMiss) return MISSED;
      throw error;
    }
  };
}

function ejectionOf({ numbers }: Settings): Ejection | undefined {
  const { auto_eject, failure_limit, retry_timeout, dead_timeout } = numbers;
  if (auto_eject === 0) return undefined;
  const seconds = dead_timeout > 0 ? dead_timeout : Math.max(retry_timeout, 0);
  return new Ejection({ limit: failure_limit, pause: seconds * MS, now: () => performance.now() });
}
