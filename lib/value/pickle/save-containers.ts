// Lists, dicts, sets and tuples in work: each task goes on where its last child interrupted it.
import { recall, restore, restoreKey, type Slots } from './slots';
import type { Exact } from './exact';
import { Run } from './steps';
import type { Task, Writer } from './writer';

/** Items between one mark and its APPENDS, SETITEMS or ADDITEMS. */
const BATCH = 1000;

/**
 * How batches end. 'whole': the C pickler on an exact list or dict. 'iterator': everything else, where a
 * single item left over has an opcode of its own.
 */
export type Batches = 'whole' | 'iterator';

/**
 * What a list remembers of its items. Where its length has changed, items were taken out or put in somewhere: those in
 * front of that place are found by index, those behind it by their distance from the end.
 */
class ItemMemory {
  readonly #exacts: readonly (Exact | undefined)[];
  /** How many items were taken out; less than 0: put in. */
  readonly #taken: number;
  /** The first item behind those that kept their index. */
  readonly #turn: number;

  constructor(slots: Slots, exacts: readonly (Exact | undefined)[], items: readonly unknown[]) {
    this.#exacts = exacts;
    this.#taken = slots.length - items.length;
    this.#turn = this.#taken === 0 ? items.length : turnOf(exacts, items, this.#taken);
  }

  /** Undefined where nothing is remembered. */
  static of(slots: Slots | undefined, items: readonly unknown[]): ItemMemory | undefined {
    return slots?.items && new ItemMemory(slots, slots.items, items);
  }

  at(index: number, value: unknown): unknown {
    const turn = this.#turn;
    if (index < turn) return restore(this.#exacts[index], value);
    const before = index + this.#taken;
    return before < turn ? value : restore(this.#exacts[before], value);
  }
}

/** The place where items were taken out or put in: where most others are as remembered, the last such. */
function turnOf(
  exacts: readonly (Exact | undefined)[],
  items: readonly unknown[],
  taken: number,
): number {
  const knows = (index: number, at: number): number =>
    Number(restore(exacts[index], items[at]) !== items[at]);
  const put = Math.max(0, -taken);
  let found = 0;
  for (let i = put; i < items.length; i++) found += knows(i + taken, i);
  let [best, turn] = [found, 0];
  for (let i = 0; i + put < items.length; i++) {
    found += knows(i, i) - knows(i + put + taken, i + put);
    if (found >= best) [best, turn] = [found, i + 1];
  }
  return turn;
}

/** True for a number that was read as this float. NaN stands for what was none. */
function isFloat(read: number | undefined, item: unknown): item is number {
  return read !== undefined && read === item && (read !== 0 || Object.is(read, item));
}

/** Appends items to the list on top of the stack. */
export class ItemsTask extends Run {
  readonly #items: readonly unknown[];
  /** What was read as floats, by index; undefined where items may have moved. */
  readonly #floats: readonly number[] | undefined;
  readonly #memory: ItemMemory | undefined;
  readonly #batches: Batches;
  #index = 0;
  #batchEnd = 0;
  #single = false;

  constructor(items: readonly unknown[], slots: Slots | undefined, batches: Batches) {
    super();
    this.#items = items;
    const stayed = slots?.length === items.length;
    this.#floats = stayed ? slots.floats : undefined;
    // A list of floats alone needs no object for each of them.
    const isKnown = stayed && slots.floats !== undefined && slots.exacts === undefined;
    this.#memory = isKnown ? undefined : ItemMemory.of(slots, items);
    this.#batches = batches;
  }

  step(w: Writer): boolean {
    const items = this.#items;
    const floats = this.#floats;
    const memory = this.#memory;
    let index = this.#index;
    // An item that interrupted the last step is saved by now.
    if (index > 0) this.#endItem(w, index);
    for (;;) {
      if (index >= items.length) return true;
      if (index === this.#batchEnd) this.#openBatch(w, index);
      const item = items[index];
      const saved =
        floats !== undefined && isFloat(floats[index], item)
          ? w.saveFloat(item)
          : w.save(memory === undefined ? item : memory.at(index, item));
      index++;
      if (!saved) {
        this.#index = index;
        return false;
      }
      this.#endItem(w, index);
    }
  }

  #openBatch(w: Writer, index: number): void {
    const left = this.#items.length - index;
    this.#batchEnd += Math.min(left, BATCH);
    this.#single =
      w.protocol === 0 || (left === 1 && (this.#batches === 'iterator' || index === 0));
    if (!this.#single) w.byte(0x28);
  }

  #endItem(w: Writer, next: number): void {
    if (this.#single) w.byte(0x61);
    else if (next === this.#batchEnd) w.byte(0x65);
  }
}

/** Sets pairs on the dict on top of the stack. */
export class PairsTask extends Run {
  readonly #keys: readonly unknown[];
  readonly #values: readonly unknown[];
  readonly #slots: Slots | undefined;
  readonly #batches: Batches;
  #index = 0;
  #batchEnd = 0;
  #single = false;
  /** What is saved of the pair at `#index`: 0 nothing, 1 the key, 2 the value too. */
  #phase = 0;

  constructor(
    keys: readonly unknown[],
    values: readonly unknown[],
    slots: Slots | undefined,
    batches: Batches,
  ) {
    super();
    this.#keys = keys;
    this.#values = values;
    this.#slots = slots?.keys === undefined && slots?.values === undefined ? undefined : slots;
    this.#batches = batches;
  }

  step(w: Writer): boolean {
    const keys = this.#keys;
    const slots = this.#slots;
    let index = this.#index;
    let phase = this.#phase;
    for (;;) {
      if (phase === 2) this.#endPair(w, ++index);
      if (phase !== 1) {
        if (index >= keys.length) return this.#end(w);
        if (index === this.#batchEnd) this.#openBatch(w, index);
        const key = keys[index];
        if (!w.saveKey(slots === undefined ? key : restoreKey(slots, key), index)) {
          return this.#interrupt(index, 1);
        }
      }
      phase = 2;
      const value = this.#values[index];
      const exact = slots === undefined ? undefined : slots.values?.find(keys[index]);
      if (!w.save(restore(exact, value))) return this.#interrupt(index, 2);
    }
  }

  #interrupt(index: number, phase: number): false {
    this.#index = index;
    this.#phase = phase;
    return false;
  }

  #openBatch(w: Writer, index: number): void {
    const left = this.#keys.length - index;
    this.#batchEnd += Math.min(left, BATCH);
    this.#single =
      w.protocol === 0 || (left === 1 && (this.#batches === 'iterator' || index === 0));
    if (!this.#single) w.byte(0x28);
  }

  #endPair(w: Writer, next: number): void {
    if (this.#single) w.byte(0x73);
    else if (next === this.#batchEnd) w.byte(0x75);
  }

  #end(w: Writer): true {
    // The C pickler looks for more after a full batch, with the mark already written.
    const full = this.#keys.length > 0 && this.#keys.length % BATCH === 0;
    if (full && this.#batches === 'whole' && w.protocol > 0) {
      w.byte(0x28);
      w.byte(0x75);
    }
    return true;
  }
}

/** Adds members to the set on top of the stack, or to any object with `add`. */
export class MembersTask extends Run {
  readonly #items: readonly unknown[];
  readonly #slots: Slots | undefined;
  readonly #batches: Batches;
  #index = 0;
  #pending = false;

  constructor(items: readonly unknown[], slots: Slots | undefined, batches: Batches) {
    super();
    this.#items = items;
    this.#slots = slots;
    this.#batches = batches;
  }

  step(w: Writer): boolean {
    const items = this.#items;
    for (;;) {
      const index = this.#index;
      if (this.#pending) {
        this.#pending = false;
        if (index % BATCH === 0 || index === items.length) w.byte(0x90);
      }
      if (index >= items.length) return this.#end(w);
      if (index % BATCH === 0) w.byte(0x28);
      this.#index = index + 1;
      this.#pending = true;
      const item = items[index];
      if (!w.save(restoreKey(this.#slots, item))) return false;
    }
  }

  #end(w: Writer): true {
    const full = this.#items.length > 0 && this.#items.length % BATCH === 0;
    if (full && this.#batches === 'whole') {
      w.byte(0x28);
      w.byte(0x90);
    }
    return true;
  }
}

const SHORT_TUPLE = 3;

/** A tuple that is not empty. */
export class TupleTask implements Task {
  readonly #tuple: readonly unknown[];
  readonly #memory: ItemMemory | undefined;
  #index = 0;

  constructor(tuple: readonly unknown[]) {
    const slots = recall(tuple);
    this.#tuple = tuple;
    this.#memory = ItemMemory.of(slots, tuple);
  }

  step(w: Writer): boolean {
    const tuple = this.#tuple;
    const short = w.protocol >= 2 && tuple.length <= SHORT_TUPLE;
    if (this.#index === 0 && !short) w.byte(0x28);
    while (this.#index < tuple.length) {
      const index = this.#index++;
      const item = tuple[index];
      if (!w.save(this.#memory === undefined ? item : this.#memory.at(index, item))) return false;
    }
    this.#end(w, short);
    return true;
  }

  #end(w: Writer, short: boolean): void {
    const { length } = this.#tuple;
    if (w.has(this.#tuple)) {
      // The tuple contains itself by way of an item, which has written it meanwhile.
      if (!short && w.protocol > 0) w.byte(0x31);
      else for (let i = short ? 0 : -1; i < length; i++) w.byte(0x30);
      w.fetch(this.#tuple);
      return;
    }
    w.byte(short ? 0x84 + length : 0x74);
    w.memoize(this.#tuple);
  }
}

/** A frozenset of protocol 4 and up. */
export class FrozenSetTask implements Task {
  readonly #set: ReadonlySet<unknown>;
  readonly #items: readonly unknown[];
  readonly #slots: Slots | undefined;
  #index = 0;

  constructor(set: ReadonlySet<unknown>) {
    this.#set = set;
    this.#items = [...set];
    this.#slots = recall(set);
  }

  step(w: Writer): boolean {
    if (this.#index === 0) w.byte(0x28);
    while (this.#index < this.#items.length) {
      const item = this.#items[this.#index++];
      if (!w.save(restoreKey(this.#slots, item))) return false;
    }
    if (w.has(this.#set)) {
      w.byte(0x31);
      w.fetch(this.#set);
    } else {
      w.byte(0x91);
      w.memoize(this.#set);
    }
    return true;
  }
}
