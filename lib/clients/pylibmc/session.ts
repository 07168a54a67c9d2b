// One client's settings and servers, what is made of them, and its user's hooks.

import { Engine, type Entry } from '../../engine/engine';
import type { WireKey } from '../../engine/keys';
import type { Observer, ServerSpec } from '../../engine/server';
import { Tally } from '../../net/tally';
import { compareHosts } from '../../placement/distributions';
import { cloned, withServers } from '../../placement/settings';
import { createPickling } from '../../value/pickling';
import { defaultSettings, withBehaviors, type Settings } from './behaviors';
import { createDialect } from './dialect';
import { Ejection } from './ejection';
import { CacheMiss } from './errors';
import type { Options } from './options';
import type { Compressing } from './requests';
import { compressed, createValues, entryOf, type Values } from './values';

/** An entry that a `deserialize` of the user's calls missing. */
export const MISSED = Symbol('missed');

export type Serialize = (value: unknown) => unknown;
export type Deserialize = (bytes: Buffer, flags: number) => unknown;

/** Hooks of a client as they are now; undefined where it has the built-in one. */
export interface Hooks {
  readonly serialize: () => Serialize | undefined;
  readonly deserialize: () => Deserialize | undefined;
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

export class Session {
  readonly options: Options;
  #values: Values;
  #settings: Settings;
  #specs: readonly ServerSpec[];
  #engine: Engine | undefined;
  readonly #hooks: Hooks;
  readonly #tally = new Tally();
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
    this.#values = this.#createValues();
  }

  get settings(): Settings {
    return this.#settings;
  }

  get values(): Values {
    return this.#values;
  }

  /** How many servers there are. */
  get size(): number {
    return this.#specs.length;
  }

  /** Made by the first call that needs it, and again when a behavior changed that it is made with. */
  get engine(): Engine {
    return (this.#engine ??= this.#createEngine());
  }

  get isHooked(): boolean {
    return this.#hooks.deserialize() !== undefined;
  }

  /** Index of the server that a key goes to. */
  home(wire: WireKey): number {
    const home = this.engine.home(wire);
    return Math.max(home === undefined ? -1 : this.#specs.indexOf(home), 0);
  }

  /** Closes all connections. */
  disconnect(): void {
    this.#engine?.disconnect();
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
    if (old.numbers.pickle_protocol !== settings.numbers.pickle_protocol) {
      this.#values = this.#createValues();
    }
    const isSame = FIXED.every((name) => old.numbers[name] === settings.numbers[name]);
    if (isSame && old.layout === settings.layout && old.namespace === settings.namespace) return;
    this.#engine?.setServers([]);
    this.#engine = undefined;
  }

  /** What is stored for a value. */
  entry(value: unknown, { min, level }: Compressing): Entry {
    const serialize = this.#hooks.serialize();
    const entry = serialize === undefined ? this.#values.encode(value) : entryOf(serialize(value));
    return compressed(entry, min, level);
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

  #createEngine(): Engine {
    const settings = this.#settings;
    const ejection = ejectionOf(settings);
    const dialect = createDialect(settings, this.#decode, ejection);
    // Sorting is for good: an index means the sorted list.
    if (settings.layout.sorted) {
      this.#specs = [...this.#specs].sort((a, b) => compareHosts(a.name, b.name));
    }
    const observer: Observer = {
      happened: (happening) => {
        ejection?.happened(happening);
        this.#happened(happening);
      },
    };
    return new Engine(dialect, this.#specs, {
      observer,
      tally: this.#tally,
      ...this.options.transport,
    });
  }

  readonly #decode: Values['decode'] = (flags, bytes, from, to, owned, ascii) => {
    const deserialize = this.#hooks.deserialize();
    if (deserialize === undefined) return this.#values.decode(flags, bytes, from, to, owned, ascii);
    const data = this.#values.inflate(flags, bytes.subarray(from, to));
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
