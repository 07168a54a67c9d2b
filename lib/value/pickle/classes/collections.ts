// The collections module: OrderedDict, defaultdict, Counter, deque; written from what they hold now.
import { inspect } from 'node:util';
import type { KnownClass, LoadContext } from '../contract';
import { PyDict, pyKey, type KeyBudget } from '../equality';
import type { PythonRelease } from '../options';
import { dictRepr, listRepr, pyRepr, repr, Shown, type Repr } from '../repr';
import {
  carry,
  exactItems,
  noteItem,
  noteKey,
  noteLength,
  noteValue,
  recall,
  remember,
  restore,
  restoreKey,
} from '../slots';
import { Exact } from '../exact';
import { plain, PyGlobal, PyObject, PyTuple, type PyOp } from '../types';
import { isFirstUse, isStrange, named } from './form';

/** A dict for JSON: an object where all keys are text, else pairs. */
function jsonOf(dict: ReadonlyMap<unknown, unknown>): unknown {
  const entries = Array.from(dict);
  const isNamed = (entry: [unknown, unknown]): entry is [string, unknown] =>
    typeof entry[0] === 'string';
  return entries.every(isNamed) ? Object.fromEntries(entries) : entries;
}

/** collections.OrderedDict: a Map that finds keys as Python does. */
export class PyOrderedDict<K = unknown, V = unknown> extends PyDict<K, V> {
  toJSON(): unknown {
    return jsonOf(this);
  }

  override toString(): string {
    return repr(this);
  }

  [pyRepr](): Repr {
    if (this.size === 0) return { parts: ['OrderedDict()'] };
    return { parts: ['OrderedDict(', ...dictRepr(this).parts, ')'], again: '...' };
  }
}

/** collections.defaultdict: a missing key is undefined here, as no factory can be called. */
export class PyDefaultDict<K = unknown, V = unknown> extends PyDict<K, V> {
  /** A PyGlobal such as `builtins.list`, or another callable of Python's; null: none. */
  defaultFactory: unknown;

  constructor(defaultFactory: unknown = null, entries: Iterable<readonly [K, V]> = []) {
    super();
    this.defaultFactory = defaultFactory;
    for (const [key, value] of entries) this.set(key, value);
  }

  toJSON(): unknown {
    return jsonOf(this);
  }

  override toString(): string {
    return repr(this);
  }

  [pyRepr](): Repr {
    const { defaultFactory } = this;
    const isNamed = defaultFactory === null || defaultFactory instanceof PyGlobal;
    const factory = defaultFactory === this ? '...' : new Shown(defaultFactory);
    const again = `defaultdict(${isNamed ? repr(defaultFactory) : '...'}, {...})`;
    return { parts: ['defaultdict(', factory, ', ', ...dictRepr(this).parts, ')'], again };
  }
}

/** collections.Counter: counts by item. */
export class PyCounter<K = unknown> extends PyDict<K, number | bigint> {
  /** The count of an item; 0 where it has none. */
  override get(key: K): number | bigint {
    return super.get(key) ?? 0;
  }

  /** Items and counts, the most common first. */
  mostCommon(): [K, number | bigint][] {
    const counts = Array.from(this);
    return counts.sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0));
  }

  toJSON(): unknown {
    return jsonOf(this);
  }

  override toString(): string {
    return repr(this);
  }

  [pyRepr](): Repr {
    if (this.size === 0) return { parts: ['Counter()'] };
    const sorted = new Map(this.mostCommon());
    carry(this, sorted);
    return { parts: ['Counter(', ...dictRepr(sorted).parts, ')'], again: 'Counter(...)' };
  }
}

/** collections.deque: an Array in every way but its Python type and its bound. */
export class PyDeque<T = unknown> extends Array<T> {
  /**
   * How many items Python keeps (it drops from the other end); null: any number. Not enforced here: Python
   * drops from the front what is too much when it reads the deque.
   */
  maxlen: number | null = null;

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  static override from<T>(items: Iterable<T> | ArrayLike<T>): PyDeque<T> {
    const deque = new PyDeque<T>();
    for (const item of Array.from(items)) deque.push(item);
    return deque;
  }

  static override of<T>(...items: T[]): PyDeque<T> {
    return PyDeque.from(items);
  }

  /** This deque with a bound. @throws {RangeError} not a whole number from 0 on */
  withMaxlen(maxlen: number | null): this {
    if (maxlen !== null && (!Number.isSafeInteger(maxlen) || maxlen < 0)) {
      throw new RangeError('maxlen must be a whole number from 0 on');
    }
    this.maxlen = maxlen;
    return this;
  }

  override toString(): string {
    return repr(this);
  }

  [pyRepr](): Repr {
    const { parts } = listRepr('[', this, ']');
    const tail = this.maxlen === null ? ')' : `, maxlen=${this.maxlen})`;
    return { parts: ['deque(', ...parts, tail], again: '[...]' };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): never {
    throw new TypeError("unhashable type: 'collections.deque'");
  }
}

// --- dicts ---------------------------------------------------------------------------------------

function setItems(dict: PyDict, pairs: readonly unknown[], { budget }: LoadContext): boolean {
  if (isStrange(dict)) return false;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    dict.setWithin(pairs[i], pairs[i + 1], budget);
  }
  return true;
}

/** SETITEMS with what the dict holds; what JavaScript cannot tell is remembered beside the dict. */
function itemOps(dict: PyDict): PyOp[] {
  if (dict.size === 0) return [];
  const items: unknown[] = [];
  for (const [key, value] of dict) items.push(key, value);
  return [{ kind: 'setitem', items }];
}

/** Ordered dicts that were read from a list of pairs, as Python 2 writes them. */
const pairForms = new WeakSet<PyOrderedDict>();

/** Fills a dict from `[[key, value], ...]`; false where it is something else. */
function setPairs(dict: PyOrderedDict, pairs: readonly unknown[], budget: KeyBudget): boolean {
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [key, value] = exactItems(pair);
    dict.setWithin(pair[0], pair[1], budget);
    if (key instanceof Exact) noteKey(remember(dict), pair[0], key);
    if (value instanceof Exact) noteValue(remember(dict), pair[0], value);
  }
  return true;
}

function pairList(dict: PyOrderedDict): unknown[] {
  const slots = recall(dict);
  return Array.from(dict, ([key, value]) => [
    restoreKey(slots, key),
    restore(slots?.values?.find(key), value),
  ]);
}

// OrderedDict() R SETITEMS; Python 2: OrderedDict([[key, value], ...]) R
const ORDERED_DICT: KnownClass<PyOrderedDict> = {
  module: 'collections',
  name: 'OrderedDict',
  type: PyOrderedDict,
  load({ how, args }, { budget }) {
    if (how !== 'reduce' || args.length > 1) return undefined;
    const dict = new PyOrderedDict();
    if (args.length === 0) return dict;
    const [pairs] = args;
    if (!Array.isArray(pairs) || !isFirstUse(pairs)) return undefined;
    pairForms.add(dict);
    // A key that comes twice would be lost in writing: no Python writes it.
    const isWhole = attemptKeys(() => setPairs(dict, pairs, budget)) && dict.size === pairs.length;
    return isWhole ? dict : undefined;
  },
  setItems,
  dump(dict, { python }) {
    const callable = named('collections', 'OrderedDict');
    const asPairs = pairForms.has(dict) || python === '2.7';
    if (!asPairs) return new PyObject(callable, [], { ops: itemOps(dict) });
    return new PyObject(callable, dict.size === 0 && !pairForms.has(dict) ? [] : [pairList(dict)]);
  },
};

/** False for a key that Python cannot hash: the form stays as it is. */
function attemptKeys(fill: () => boolean): boolean {
  try {
    return fill();
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

// defaultdict(factory) R SETITEMS; without a factory: defaultdict() R
const DEFAULT_DICT: KnownClass<PyDefaultDict> = {
  module: 'collections',
  name: 'defaultdict',
  type: PyDefaultDict,
  load({ how, args }) {
    const [factory = null] = args;
    if (how !== 'reduce' || args.length > 1) return undefined;
    if (factory !== null && typeof factory !== 'object') return undefined;
    return new PyDefaultDict(factory);
  },
  setItems,
  dump(dict) {
    const { defaultFactory } = dict;
    const args = defaultFactory === null ? [] : [defaultFactory];
    return new PyObject(named('collections', 'defaultdict'), args, { ops: itemOps(dict) });
  },
};

/** Entries of a dict of either view. */
function entriesOf(dict: unknown): Iterable<[unknown, unknown]> | undefined {
  if (dict instanceof Map) return dict as Map<unknown, unknown>;
  if (typeof dict !== 'object' || dict === null) return undefined;
  if (Object.getPrototypeOf(dict) !== Object.prototype) return undefined;
  return Object.entries(dict);
}

// Counter({item: count, ...}) R
const COUNTER: KnownClass<PyCounter> = {
  module: 'collections',
  name: 'Counter',
  type: PyCounter,
  load({ how, args }, { budget }) {
    const [dict] = args;
    const entries = entriesOf(dict);
    if (how !== 'reduce' || args.length !== 1 || entries === undefined) return undefined;
    if (!isFirstUse(dict as object)) return undefined;
    const counts = Array.from(entries);
    const isCounts = (entry: [unknown, unknown]): entry is [unknown, number | bigint] =>
      isCount(plain(entry[1]));
    if (!counts.every(isCounts)) return undefined;
    const counter = new PyCounter();
    for (const [item, count] of counts) counter.setWithin(item, count, budget);
    carry(dict as object, counter);
    return counter;
  },
  dump(counter) {
    const counts = new Map(counter);
    carry(counter, counts);
    return PyObject.call('collections', 'Counter', counts);
  },
};

/** Any value can be a count in Python; numbers only are one here. */
function isCount(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

// --- deque ---------------------------------------------------------------------------------------

/** Deques that were read with their items as an argument, as Python 2 writes them. */
const listForms = new WeakSet<PyDeque>();

function isPlainList(value: unknown): value is unknown[] {
  return Array.isArray(value) && !(value instanceof PyTuple);
}

function pushAll(deque: PyDeque, items: readonly unknown[]): void {
  const exacts = recall(items)?.items;
  items.forEach((item, index) => {
    const exact = exacts?.[index];
    if (exact !== undefined) noteItem(remember(deque), deque.length, exact);
    deque.push(item);
  });
  noteLength(deque, deque.length);
}

/** The items in a list that remembers what the deque does. */
function listOf(deque: PyDeque): unknown[] {
  const list = Array.from(deque);
  carry(deque, list);
  return list;
}

function usesList(deque: PyDeque, python: PythonRelease): boolean {
  return listForms.has(deque) || python === '2.7';
}

// deque() R APPENDS, deque((), maxlen) R APPENDS; Python 2: deque([items][, maxlen]) R
const DEQUE: KnownClass<PyDeque> = {
  module: 'collections',
  name: 'deque',
  type: PyDeque,
  load({ how, args }) {
    const [first, bound = null] = args;
    const maxlen = plain(bound);
    if (how !== 'reduce' || args.length > 2) return undefined;
    if (maxlen !== null && (!Number.isSafeInteger(maxlen) || Number(maxlen) < 0)) return undefined;
    const deque = new PyDeque().withMaxlen(maxlen as number | null);
    if (isPlainList(first)) {
      if (!isFirstUse(first)) return undefined;
      listForms.add(deque);
      pushAll(deque, first);
    } else if (first !== undefined && !(first instanceof PyTuple && first.length === 0)) {
      return undefined;
    }
    return deque;
  },
  append(deque, items) {
    if (isStrange(deque)) return false;
    const hasExact = recall(items) !== undefined;
    // The reader notes what these items are from here on.
    if (hasExact) remember(deque).length = deque.length;
    for (const item of items) deque.push(item);
    if (!hasExact) noteLength(deque, deque.length);
    return true;
  },
  dump(deque, { python }) {
    const { maxlen } = deque;
    const callable = named('collections', 'deque');
    const list = listOf(deque);
    if (usesList(deque, python)) {
      return new PyObject(callable, maxlen === null ? [list] : [list, maxlen]);
    }
    const ops: PyOp[] = list.length === 0 ? [] : [{ kind: 'append', items: list }];
    return new PyObject(callable, maxlen === null ? [] : [new PyTuple(), maxlen], { ops });
  },
};

export const COLLECTIONS: readonly KnownClass[] = [
  ORDERED_DICT,
  DEFAULT_DICT,
  COUNTER,
  DEQUE,
] as readonly KnownClass[];
