// What a container remembers about the values that it was read with and that JavaScript cannot tell.
import { Exact, PyFloat } from './exact';
import type { PyObject, PyOp } from './types';

/** Up to here a look through all entries is faster than making a Map of them. */
const FEW = 8;

/** What was read at the keys of a dict or set: quick to note while reading, looked up when writing. */
export class Entries {
  /** Plain keys and exact values in turn. */
  readonly #pairs: unknown[] = [];
  #map: Map<unknown, Exact | undefined> | undefined = undefined;

  /** Held by several containers: the rows of a table have the same keys. */
  isShared = false;

  /** True if these are exactly the keys at every second place of the stack, in their order. */
  matches(stack: readonly unknown[], from: number, to: number): boolean {
    const pairs = this.#pairs;
    if (pairs.length !== to - from) return false;
    for (let i = 1; i < pairs.length; i += 2) if (pairs[i] !== stack[from + i - 1]) return false;
    return true;
  }

  /** A copy for one container alone. */
  copy(): Entries {
    const copy = new Entries();
    for (const item of this.#pairs) copy.#pairs.push(item);
    return copy;
  }

  /** Remembers the next key or item, and what is exact about it. */
  note(key: unknown, exact: Exact | undefined): void {
    this.#pairs.push(key, exact);
    this.#map = undefined;
  }

  /** The latest entry of this key, as Map and Set compare keys. */
  find(key: unknown): Exact | undefined {
    const pairs = this.#pairs;
    if (pairs.length > 2 * FEW || typeof key !== 'string') return this.#index().get(key);
    for (let i = pairs.length - 2; i >= 0; i -= 2)
      if (pairs[i] === key) return pairs[i + 1] as Exact | undefined;
    return undefined;
  }

  #index(): Map<unknown, Exact | undefined> {
    if (this.#map !== undefined) return this.#map;
    const map = new Map<unknown, Exact | undefined>();
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1] as Exact | undefined);
    return (this.#map = map);
  }
}

/** Memory of one container. It holds only where the value is still the one that was read. */
export class Slots {
  /** By index: list and tuple items, and items appended to an instance; without `floats`. */
  exacts: (Exact | undefined)[] | undefined = undefined;
  /** By index: items that were read as floats, by value, which needs no object for each; NaN for all others. */
  floats: number[] | undefined = undefined;
  /** Length of the list when `items` was complete. */
  length = 0;
  /** By plain key: dict keys, set members. */
  keys: Entries | undefined = undefined;
  /** By plain key: dict values. */
  values: Entries | undefined = undefined;
  /** Protocol of the pickle whose root this container was. */
  protocol: number | undefined = undefined;
  /** The call that made this instance, where its class cannot tell it (no `dump`). */
  form: PyObject | undefined = undefined;
  /** Operations on this instance that its class did not take, to be replayed. */
  ops: PyOp[] | undefined = undefined;

  /** All items by index, as Exact; made for the caller where there are floats. */
  get items(): readonly (Exact | undefined)[] | undefined {
    const { exacts, floats } = this;
    if (floats === undefined) return exacts;
    const items = floats.map((value, index) => exacts?.[index] ?? wholeFloat(value));
    return exacts === undefined ? items : items.concat(exacts.slice(items.length));
  }
}

/** The float that a number cannot tell itself to be. */
function wholeFloat(value: number): PyFloat | undefined {
  return Number.isSafeInteger(value) ? new PyFloat(value) : undefined;
}

/** A constructor that gives the object it is given, so that a subclass adds its fields to that object. */
class Bearer {
  constructor(bearer: object) {
    return bearer;
  }
}

/**
 * Slots in a private field of the container: unseen by keys, copies, JSON and comparison like a WeakMap's,
 * but some thirty times faster to set than a WeakMap entry, which would dominate the decoding of rows.
 */
class Memory extends Bearer {
  #slots = new Slots();

  static of(container: object): Slots | undefined {
    return #slots in container ? container.#slots : undefined;
  }

  static share(from: Slots, to: object): void {
    const memory = #slots in to ? to : new Memory(to);
    memory.#slots = from;
  }

  static make(container: object): Slots {
    return #slots in container ? container.#slots : new Memory(container).#slots;
  }
}

/** Values that outlive a load, the same wherever they are read: no pickle may leave anything with them. */
const shared = new WeakSet<object>();

export function share<T extends object>(value: T): T {
  shared.add(value);
  return value;
}

export function isShared(value: object): boolean {
  return shared.has(value);
}

/** What this container remembers, or undefined. */
export function recall(container: object): Slots | undefined {
  return Memory.of(container);
}

/** The memory of this container, made if there is none. */
export function remember(container: object): Slots {
  return Memory.make(container);
}

/** Lets `to` remember all that `from` does: for a class that keeps its values in another container. */
export function carry(from: object, to: object): void {
  const slots = Memory.of(from);
  if (slots !== undefined) Memory.share(slots, to);
}

/** The protocol of the pickle that gave this value, if it is the root of one and not a scalar. */
export function protocolOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null ? Memory.of(value)?.protocol : undefined;
}

/** Notes that item `index` was read as `exact`. */
export function noteItem(slots: Slots, index: number, exact: Exact): void {
  slots.exacts ??= [];
  // Filled rather than left as holes, which would make a slow array of a long one.
  while (slots.exacts.length < index) slots.exacts.push(undefined);
  slots.exacts[index] = exact;
}

/** Notes that all items of the list from `from` up were read as floats. */
export function noteFloats(list: readonly number[], from: number): void {
  const slots = remember(list);
  const floats = (slots.floats ??= []);
  while (floats.length < from) floats.push(NaN);
  for (let i = from; i < list.length; i++) floats.push(list[i] as number);
}

/** Notes that a dict's key, or a set's member, was read as `exact`. */
export function noteKey(slots: Slots, key: unknown, exact: Exact): void {
  if (slots.keys === undefined) slots.keys = new Entries();
  else if (slots.keys.isShared) slots.keys = slots.keys.copy();
  slots.keys.note(key, exact);
}

/** Notes what the members of a frozenset were read as: of equal ones the first stays. */
export function noteMembers(set: object, items: readonly unknown[]): void {
  const seen = new Set<unknown>();
  for (const item of items) {
    const member = item instanceof Exact ? item.plain() : item;
    if (item instanceof Exact && !seen.has(member)) noteKey(remember(set), member, item);
    seen.add(member);
  }
}

/** Notes that the value at a dict's key was read as `exact`. */
export function noteValue(slots: Slots, key: unknown, exact: Exact): void {
  (slots.values ??= new Entries()).note(key, exact);
}

/** Notes that a dict's key, which was there before, has got a value that tells its type itself. */
export function forgetValue(dict: object, key: unknown): void {
  recall(dict)?.values?.note(key, undefined);
}

/** The items of an array as they were read: Exact where that is remembered and the value is unchanged. */
export function exactItems(array: readonly unknown[]): readonly unknown[] {
  const slots = recall(array)?.items;
  if (slots === undefined) return array;
  return array.map((item, index) => restore(slots[index], item));
}

/** Updates the length of a list that remembers items. */
export function noteLength(list: object, length: number): void {
  const slots = recall(list);
  if (slots !== undefined) slots.length = length;
}

/** Keeps an operation that an instance's class did not take. */
export function keepOp(instance: object, op: PyOp): void {
  (remember(instance).ops ??= []).push(op);
}

/** The exact form of an item that is unchanged since it was read. */
export function restore(exact: Exact | undefined, value: unknown): unknown {
  return exact !== undefined && Object.is(exact.plain(), value) ? exact : value;
}

/** The exact form of a key or member that is unchanged since it was read. Map and Set make -0 0. */
export function restoreKey(slots: Slots | undefined, key: unknown): unknown {
  const exact = slots?.keys?.find(key);
  return exact === undefined || (exact.plain() !== key && !Number.isNaN(key)) ? key : exact;
}
