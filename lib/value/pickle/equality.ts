// Python's equality of dict keys and set members, and the containers that keep to it.
import { inspect, types } from 'node:util';
import { asBytes } from './bytes';
import { PickleError } from './errors';
import { pyRepr, repr, setRepr, type Repr } from './repr';
import { Exact, PyByteArray, PyText, PyTuple, Py2Str } from './types';

/** A class gives its instances' Python equality by this method: a number, string, tuple... it equals. */
export const pyKey = Symbol.for('memcache-py.pickle.key');

/** How much work comparing keys may still cost; shared by all keys of one load. */
export interface KeyBudget {
  left: number;
}

/** What one key may cost where no load limits it. */
const ONE_KEY = 1_000_000;

/** Tuples in tuples in a key. Python's own hash overflows its stack a little later. */
const MAX_DEPTH = 500;

/** The Python type of a value that cannot be a key, or undefined if it can. Does not look into tuples. */
export function unhashable(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || value instanceof PyTuple) return undefined;
  if (Array.isArray(value)) return 'list';
  if (types.isMap(value)) return 'dict';
  if (types.isSet(value)) return value instanceof PyFrozenSet ? undefined : 'set';
  if (value instanceof PyByteArray) return 'bytearray';
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? 'dict' : undefined;
}

/**
 * Throws TypeError if the value, or an item of a tuple in it, cannot be a key. Objects found in order are added to
 * `checked` and not looked into again, so that all keys of a load together cost no more than its size.
 */
export function checkHashable(value: unknown, checked: Set<object>): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const item = left.pop();
    if (typeof item !== 'object' || item === null || checked.has(item)) continue;
    checked.add(item);
    if (pyKey in item) {
      left.push(ownKey(item));
      continue;
    }
    const type = unhashable(item);
    if (type !== undefined) throw new TypeError(`unhashable type: '${type}'`);
    if (item instanceof PyTuple) for (const part of item) left.push(part);
  }
}

/** What the value's class says it equals: throws TypeError for a class that Python cannot hash. */
function ownKey(value: object): unknown {
  const own: unknown = Reflect.get(value, pyKey);
  return typeof own === 'function' ? Reflect.apply(own, value, []) : undefined;
}

function spend(budget: KeyBudget, parts: number): void {
  budget.left -= parts;
  if (budget.left < 0) throw new PickleError('dict keys or set members are too large to compare');
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) identities.set(value, (id = ++lastIdentity));
  return id;
}

/** A whole number beyond the safe ones as bigint, so that 2**64 and 2.0**64 are one key. */
function numberKey(value: number): number | bigint {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

function bigintKey(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Text that stands for a value with parts: equal exactly where Python's values are. */
class Structure {
  constructor(readonly text: string) {}
}

type Key = string | number | bigint | null | undefined | object;

/** What to compare: a primitive, a Structure, or an object that equals only itself. */
function keyOf(value: unknown, budget: KeyBudget, depth: number): Key {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberKey(value);
    case 'bigint':
      return bigintKey(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'object':
      return value === null ? null : objectKey(value, budget, depth);
    case 'undefined':
      return null;
    default:
      throw new TypeError(`a ${typeof value} cannot be a key`);
  }
}

function objectKey(value: object, budget: KeyBudget, depth: number): Key {
  if (value instanceof PyTuple || value instanceof PyFrozenSet) {
    return new Structure(structureText(value, budget, depth));
  }
  const type = unhashable(value);
  if (type !== undefined) throw new TypeError(`unhashable type: '${type}'`);
  if (value instanceof Py2Str) {
    // Python 2 finds u'a' under 'a', as long as it is ASCII.
    return /^[\0-\x7f]*$/.test(value.latin1) ? value.latin1 : bytesKey(value.bytes, budget);
  }
  if (value instanceof Exact) {
    const plain = value.plain();
    return Number.isNaN(plain) ? value : keyOf(plain, budget, depth);
  }
  if (value instanceof PyText) return bytesKey(value.utf8, budget, 'u');
  if (value instanceof Uint8Array) return bytesKey(value, budget);
  const own = pyKey in value ? value[pyKey] : undefined;
  if (typeof own !== 'function') return value;
  return keyOf(Reflect.apply(own, value, []), budget, depth + 1);
}

function bytesKey(bytes: Uint8Array, budget: KeyBudget, kind = 'b'): Structure {
  spend(budget, bytes.length >> 6);
  const text = asBytes(bytes).latin1Slice(0, bytes.length);
  return new Structure(kind + text);
}

function structureText(
  value: readonly unknown[] | ReadonlySet<unknown>,
  budget: KeyBudget,
  depth: number,
): string {
  if (depth > MAX_DEPTH) throw new PickleError('a dict key or set member is nested too deep');
  const parts: string[] = [];
  for (const item of value) {
    spend(budget, 1);
    parts.push(keyText(keyOf(item, budget, depth + 1), budget));
  }
  if (Array.isArray(value)) return `(${parts.join('')})`;
  return `{${parts.sort().join('')}}`;
}

/** A key as text that cannot run into its neighbours: kind, length, content. */
function keyText(key: Key, budget: KeyBudget): string {
  if (typeof key === 'string') {
    spend(budget, key.length >> 6);
    return `s${key.length}:${key}`;
  }
  if (key instanceof Structure) {
    spend(budget, key.text.length >> 6);
    return `t${key.text.length}:${key.text}`;
  }
  if (typeof key === 'object' && key !== null) return `o${identity(key)};`;
  // -0 and 0 are one key, and are one text here.
  return `n${String(key)};`;
}

/**
 * Finds, for a value, the key under which its equal is stored in a Map or Set. Most keys are strings and numbers,
 * which that finds by itself: only what it would not find is noted here.
 */
class KeyIndex {
  /** Stored keys that differ from what they are compared by: True, stored, is compared as 1. */
  #aliases: Map<Key, unknown> | undefined = undefined;
  /** Stored tuples, bytes, frozensets by their structure. */
  #structured: Map<string, unknown> | undefined = undefined;

  /** The stored key equal to `value`, if there is one; else a key that is not stored. */
  find(value: unknown, budget: KeyBudget = { left: ONE_KEY }): unknown {
    const key = keyOf(value, budget, 0);
    if (key instanceof Structure) return this.#structured?.get(key.text) ?? value;
    return this.#aliases?.get(key) ?? key;
  }

  /** The key under which to store: an equal one that `isStored`, else `value` itself. */
  add(value: unknown, budget: KeyBudget, isStored: (key: unknown) => boolean): unknown {
    const key = keyOf(value, budget, 0);
    if (key instanceof Structure) {
      const stored = this.#structured?.get(key.text);
      if (stored === undefined) (this.#structured ??= new Map()).set(key.text, value);
      return stored ?? value;
    }
    const alias = this.#aliases?.get(key);
    if (alias !== undefined || Object.is(key, value)) return alias ?? value;
    if (isStored(key)) return key;
    (this.#aliases ??= new Map()).set(key, value ?? null);
    return value ?? null;
  }

  /** The stored key equal to `value`, which is about to be removed. */
  remove(value: unknown): unknown {
    const stored = this.find(value);
    const key = keyOf(value, { left: ONE_KEY }, 0);
    if (key instanceof Structure) this.#structured?.delete(key.text);
    else this.#aliases?.delete(key);
    return stored;
  }

  clear(): void {
    this.#aliases = undefined;
    this.#structured = undefined;
  }
}

/** A dict of the exact view: a Map that finds keys as Python does. The first of equal keys stays. */
export class PyDict<K = unknown, V = unknown> extends Map<K, V> {
  readonly #index = new KeyIndex();

  constructor(entries: Iterable<readonly [K, V]> = []) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  override get(key: K): V | undefined {
    return super.get(this.#index.find(key) as K);
  }

  override has(key: K): boolean {
    return super.has(this.#index.find(key) as K);
  }

  /** Throws TypeError for a key that Python cannot hash (a list, dict or set). */
  override set(key: K, value: V): this {
    return this.setWithin(key, value, undefined);
  }

  override delete(key: K): boolean {
    return super.delete(this.#index.remove(key) as K);
  }

  override clear(): void {
    this.#index.clear();
    super.clear();
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** As `set`, with the work of comparing keys counted against a budget. */
  setWithin(key: K, value: V, budget: KeyBudget | undefined): this {
    if (typeof key === 'string') return super.set(this.#index.find(key) as K, value);
    const within = budget ?? { left: ONE_KEY };
    return super.set(this.#index.add(key, within, (stored) => super.has(stored as K)) as K, value);
  }
}

/** A set of the exact view: a Set that finds members as Python does. The first of equal members stays. */
export class PySet<T = unknown> extends Set<T> {
  readonly #index = new KeyIndex();

  constructor(items: Iterable<T> = []) {
    super();
    for (const item of items) this.addWithin(item, undefined);
  }

  override has(item: T): boolean {
    return super.has(this.#index.find(item) as T);
  }

  /** Throws TypeError for a member that Python cannot hash (a list, dict or set). */
  override add(item: T): this {
    return this.addWithin(item, undefined);
  }

  override delete(item: T): boolean {
    return super.delete(this.#index.remove(item) as T);
  }

  override clear(): void {
    this.#index.clear();
    super.clear();
  }

  [pyRepr](): Repr {
    return { ...setRepr('set', this), isStr: true };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** As `add`, with the work of comparing members counted against a budget. */
  addWithin(item: T, budget: KeyBudget | undefined): this {
    const within = budget ?? { left: ONE_KEY };
    return super.add(this.#index.add(item, within, (stored) => super.has(stored as T)) as T);
  }
}

/** A frozenset, in both views: a Set that finds members as Python does and cannot be changed. */
export class PyFrozenSet<T = unknown> extends PySet<T> {
  readonly #frozen: boolean = false;

  constructor(items: Iterable<T> = [], budget?: KeyBudget) {
    super();
    for (const item of items) this.addWithin(item, budget);
    this.#frozen = true;
  }

  override addWithin(item: T, budget: KeyBudget | undefined): this {
    if (this.#frozen) throw new TypeError('a frozenset cannot be changed');
    return super.addWithin(item, budget);
  }

  override delete(_item: T): boolean {
    throw new TypeError('a frozenset cannot be changed');
  }

  override clear(): void {
    throw new TypeError('a frozenset cannot be changed');
  }

  override [pyRepr](): Repr {
    return { ...setRepr('frozenset', this), isStr: true };
  }
}
