// The calls of one client, with arguments that are checked already.

import {
  ABSENT,
  Command,
  NO_ENTRY,
  NO_OPTIONS,
  type Change,
  type ChangeOptions,
  type Engine,
  type Entry,
} from '../../engine/engine';
import type { WireKey } from '../../engine/keys';
import { refuse } from '../shared/arguments';
import { Unreached } from './dialect';
import { AS_GET, badCounterKey, badKey } from './failures';
import { wireKey } from './requests';
import { askInTurn, askManyInTurn, changeCopies, homesOf, type Homes } from './replicas';
import { MISSED, type Session } from './session';

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

/** What calls answer for a key that cannot be sent. */
const saysNo = (): Promise<boolean> => Promise.resolve(false);
const refusesCas = (bytes: string): Promise<never> => refuse(badKey(Command.cas, bytes));
const refusesCount = (): Promise<never> => refuse(badCounterKey());

export class Calls {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** One key's value; `miss` where there is none. */
  get(bytes: string, miss: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const wire = this.#wire(bytes);
    if (wire === undefined) {
      return bytes === '' ? Promise.resolve(miss) : refuse(badKey(Command.get, bytes));
    }
    if (this.#asksIds) {
      return this.#hit(wire, AS_GET, signal).then((hit) => (hit ? hit.value : miss));
    }
    const value = this.#ask(wire, (engine, home) => engine.get(wire, home, miss, signal));
    if (!this.#session.isHooked) return value;
    return value.then((each) => (each === MISSED ? miss : each));
  }

  /** One key's value and cas id; undefined where there is none. */
  async gets(bytes: string, signal: AbortSignal | undefined): Promise<Hit | undefined> {
    const wire = this.#wire(bytes);
    if (wire === undefined) {
      if (bytes === '') return undefined;
      throw badKey(Command.gets, bytes);
    }
    return this.#hit(wire, undefined, signal);
  }

  async #hit(
    wire: WireKey,
    miss: typeof AS_GET | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Hit | undefined> {
    const asking = this.#ask(wire, (engine, home) => engine.gets(wire, home, miss, signal));
    const hit = (await asking) as Hit | typeof AS_GET | undefined;
    return hit === undefined || hit === AS_GET || hit.value === MISSED ? undefined : hit;
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
    const engine = this.#session.engine;
    const hasIds = this.#asksIds;
    const values = this.#hasCopies
      ? await askManyInTurn(engine, wires, this.#homesOf(wires), signal)
      : await engine.getMany(hasIds ? Command.gets : Command.get, wires, undefined, signal);
    const [first] = values;
    if (first instanceof Unreached && values.every((each) => each instanceof Unreached)) {
      throw first.error;
    }
    for (const [i, [key]] of asked.entries()) {
      const answer = values[i];
      if (answer === ABSENT || answer instanceof Unreached) continue;
      const value = hasIds ? (answer as Hit).value : answer;
      if (value !== MISSED) found.set(key, value);
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
    return this.#change(command, bytes, this.#silently(time), entry, signal, saysNo);
  }

  cas(
    bytes: string,
    entry: Entry,
    cas: string,
    time: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const options = { ...NO_OPTIONS, cas, time, sent: undefined };
    return this.#change(Command.cas, bytes, options, entry, signal, refusesCas);
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
    const options = this.#silently(time);
    const answering = this.#session.engine.changeMany(command, batch, options, signal);
    if (command === Command.set) {
      for (const [i, wire] of batch.wires.entries()) {
        this.#copy(command, wire, options, batch.entries[i] ?? NO_ENTRY, signal);
      }
    }
    const answers = await answering;
    const stored = new Set(sent.filter((_item, i) => answers[i] === true));
    return items.filter((item) => !stored.has(item)).map(({ key }) => key);
  }

  /** False: there was no such key. */
  delete(bytes: string, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#change(Command.delete, bytes, this.#silently(''), NO_ENTRY, signal, saysNo);
  }

  /** True: all keys were there. */
  async deleteMany(keys: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
    const wires = keys.map((bytes) => this.#wire(bytes)).filter((wire) => wire !== undefined);
    const options = this.#silently('');
    const batch = { wires, spots: undefined };
    const answering = this.#session.engine.changeMany(Command.delete, batch, options, signal);
    for (const wire of wires) this.#copy(Command.delete, wire, options, NO_ENTRY, signal);
    const answers = await answering;
    return wires.length === keys.length && answers.every((each) => each === true);
  }

  count(
    command: typeof Command.incr | typeof Command.decr,
    bytes: string,
    delta: string,
    signal: AbortSignal | undefined,
  ): Promise<number | bigint> {
    const options = { ...NO_OPTIONS, delta, sent: undefined };
    return this.#change(command, bytes, options, NO_ENTRY, signal, refusesCount);
  }

  touch(bytes: string, time: string, signal: AbortSignal | undefined): Promise<boolean> {
    const options = { ...NO_OPTIONS, time, sent: undefined };
    return this.#change(Command.touch, bytes, options, NO_ENTRY, signal, saysNo);
  }

  flushAll(time: string, signal: AbortSignal | undefined): ReturnType<Engine['flushAll']> {
    return this.#session.engine.flushAll(time, signal);
  }

  stats(args: string, signal: AbortSignal | undefined): ReturnType<Engine['stats']> {
    return this.#session.engine.stats(args, signal);
  }

  /** Index of the server that a key goes to. */
  home(bytes: string): number {
    return this.#session.home((this.#session.settings.namespace + bytes) as WireKey);
  }

  /** In the text protocol every get asks for cas ids where they are in use, wanted or not. */
  get #asksIds(): boolean {
    const { numbers, binary } = this.#session.settings;
    return numbers.cas === 1 && !binary;
  }

  get #hasCopies(): boolean {
    return this.#session.settings.numbers.num_replicas > 0 && this.#session.settings.binary;
  }

  #homesOf(wires: readonly WireKey[]): Homes[] {
    const { num_replicas } = this.#session.settings.numbers;
    return wires.map((wire) => homesOf(this.#session.home(wire), num_replicas, this.#session.size));
  }

  /**
   * Changes one key's entry, and its copies.
   * @param unsent the answer for a key that cannot be sent
   */
  #change<T>(
    command: Change,
    bytes: string,
    options: ChangeOptions,
    entry: Entry,
    signal: AbortSignal | undefined,
    unsent: (bytes: string) => Promise<T>,
  ): Promise<T> {
    const wire = this.#wire(bytes);
    if (wire === undefined) return unsent(bytes);
    const engine = this.#session.engine;
    const changed = engine.change(command, wire, undefined, options, entry, signal);
    if (command === Command.set || command === Command.delete) {
      this.#copy(command, wire, options, entry, signal);
    }
    return changed as Promise<T>; // the dialect's answers to the command
  }

  /** Asks the key's server; where that cannot be reached, those of its copies. */
  #ask(
    wire: WireKey,
    ask: (engine: Engine, home: number | undefined) => Promise<unknown>,
  ): Promise<unknown> {
    const engine = this.#session.engine;
    if (!this.#hasCopies) return ask(engine, undefined);
    return askInTurn(this.#homesOf([wire])[0] ?? [], (home) => ask(engine, home));
  }

  #copy(
    command: typeof Command.set | typeof Command.delete,
    wire: WireKey,
    options: ChangeOptions,
    entry: Entry,
    signal: AbortSignal | undefined,
  ): void {
    if (!this.#hasCopies) return;
    const homes = this.#homesOf([wire])[0] ?? [];
    changeCopies(this.#session.engine, command, wire, homes, options, entry, signal);
  }

  #wire(bytes: string): WireKey | undefined {
    return wireKey(bytes, this.#session.settings);
  }

  /** What a changing command sends, without waiting for a reply where a behavior says so. One literal: made for every call. */
  #silently(time: string): ChangeOptions {
    const noreply = this.#session.settings.numbers._noreply === 1;
    return { time, delta: '', cas: '', noreply, tail: '', sent: true };
  }
}
