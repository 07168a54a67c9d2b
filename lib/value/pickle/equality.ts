// Python's equality of dict keys and set members, and the containers that keep to it.
import { createHash } from 'node:crypto';
import { inspect, types } from 'node:util';
import { asBytes } from './bytes';
import { PickleError } from './errors';
import { pyRepr, repr, setRepr, type Repr } from './repr';
import { Exact, PyText, Py2Str } from './exact';
import { PyByteArray, PyTuple } from './types';

/** A class gives its instances' Python equality by this method: a number, string, tuple... it equals. */
export const pyKey = Symbol.for('memcache-py.pickle.key');

/** How much work comparing keys may still cost; shared by all keys of one load. */
export interface KeyBudget {
  left: number;
}

/** What one key may cost where no load limits it. */
const ONE_KEY = 1_000_000;

/** Tuples in tuples in a key: more than Python's own hash, which recurses, has stack for. */
const MAX_DEPTH = 50_000;

/** Longer texts of nested tuples are digests in the text around them, which else would grow with the square of the depth. */
const LONGEST_NESTED = 64;

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
      left.push(comparable(item, { left: 1 }));
      continue;
    }
    const type = unhashable(item);
    if (type !== undefined) throw new TypeError(`unhashable type: '${type}'`);
    if (item instanceof PyTuple) for (const part of item) left.push(part);
  }
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
function keyOf(value: unknown, budget: KeyBudget): Key {
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
      return value === null ? null : objectKey(value, budget);
    case 'undefined':
      return null;
    default:
      throw new TypeError(`a ${typeof value} cannot be a key`);
  }
}

function objectKey(value: object, budget: KeyBudget): Key {
  if (isNest(value)) return new Structure(structureText(value, budget));
  const type = unhashable(value);
  if (type !== undefined) throw new TypeError(`unhashable type: '${type}'`);
  if (value instanceof Py2Str) {
    // Python 2 finds u'a' under 'a', as long as it is ASCII.
    return /^[\0-\x7f]*$/.test(value.latin1) ? value.latin1 : bytesKey(value.bytes, budget);
  }
  if (value instanceof Exact) {
    const plain = value.plain();
    return Number.isNaN(plain) ? value : keyOf(plain, budget);
  }
  if (value instanceof PyText) return bytesKey(value.utf8, budget, 'u');
  if (value instanceof Uint8Array) return bytesKey(value, budget);
  const equal = comparable(value, budget);
  return equal === value ? value : keyOf(equal, budget);
}

/** The value itself, or the one that its class says it equals. */
function comparable(value: unknown, budget: KeyBudget): unknown {
  if (typeof value !== 'object' || value === null || !(pyKey in value)) return value;
  spend(budget, 1);
  const own = value[pyKey];
  return typeof own === 'function' ? (Reflect.apply(own, value, []) as unknown) : value;
}

function bytesKey(bytes: Uint8Array, budget: KeyBudget, kind = 'b'): Structure {
  spend(budget, bytes.length >> 6);
  const text = asBytes(bytes).latin1Slice(0, bytes.length);
  return new Structure(kind + text);
}

type Nest = PyTuple | PyFrozenSet;

function isNest(value: unknown): value is Nest {
  return value instanceof PyTuple || value instanceof PyFrozenSet;
}

/** A tuple or frozenset in work: the texts of its items so far. */
interface Level {
  readonly nest: Nest;
  readonly items: Iterator<unknown>;
  readonly parts: string[];
}

/** Texts of frozensets, which cannot change. */
const frozenTexts = new WeakMap<Nest, string>();

/** The text of a tuple or frozenset, from the inside out. */
function structureText(root: Nest, budget: KeyBudget): string {
  const levels: Level[] = [];
  let text = enter(levels, root);
  for (;;) {
    const level = levels.at(-1);
    if (level === undefined) return text ?? '';
    if (text !== undefined) level.parts.push(nestedText(text, budget));
    const item = level.items.next();
    if (item.done === true) {
      text = levelText(level);
      levels.pop();
      continue;
    }
    spend(budget, 1);
    const value = comparable(item.value, budget);
    text = isNest(value) ? enter(levels, value) : undefined;
    if (!isNest(value)) level.parts.push(keyText(keyOf(value, budget), budget));
  }
}

/** Begins a tuple or frozenset, or gives its text where that is known. */
function enter(levels: Level[], nest: Nest): string | undefined {
  const known = frozenTexts.get(nest);
  if (known !== undefined) return known;
  if (levels.length >= MAX_DEPTH) {
    throw new PickleError('a dict key or set member is nested too deep');
  }
  levels.push({ nest, items: nest[Symbol.iterator](), parts: [] });
  return undefined;
}

function levelText({ nest, parts }: Level): string {
  if (!(nest instanceof PyFrozenSet)) return `(${parts.join('')})`;
  const text = `{${parts.sort().join('')}}`;
  frozenTexts.set(nest, text);
  return text;
}

/** The text of a tuple or frozenset inside another. */
function nestedText(text: string, budget: KeyBudget): string {
  if (text.length <= LONGEST_NESTED) return `t${text.length}:${text}`;
  spend(budget, text.length >> 6);
  // UTF-16 tells lone surrogates apart, which UTF-8 would not.
  return `h${createHash('sha256').update(text, 'utf16le').digest('base64')}`;
}

/** A key as text that cannot run into its neighbours: kind, length, content. */
function keyText(key: Key, budget: KeyBudget): string {
  if (typeof key === 'string') {
    spend(budget, key.length >> 6);
    return `s${key.length}:${key}`;
  }
  if (key instanceof Structure) return nestedText(key.text, budget);
  if (typeof key === 'object' && key !== null) return `o${identity(key)};`;
  if (typeof key === 'bigint') {
    // One beyond the safe numbers. Hexadecimal takes no time that grows with the square.
    const text = key.toString(16);
    spend(budget, text.length >> 6);
    return `x${text};`;
  }
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
    const key = keyOf(value, budget);
    if (key instanceof Structure) return this.#structured?.get(key.text) ?? value;
    return this.#aliases?.get(key) ?? key;
  }

  /** The key under which to store: an equal one that `isStored`, else `value` itself. */
  add(value: unknown, budget: KeyBudget, isStored: (key: unknown) => boolean): unknown {
    const key = keyOf(value, budget);
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
    const key = keyOf(value, { left: ONE_KEY });
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
