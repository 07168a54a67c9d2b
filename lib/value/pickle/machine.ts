// The state of one load: stack, marks, memo, and what the containers on it need to be filled.
import type { Bytes } from './bytes';
import { Fault } from './fault';
import { checkHashable, PyDict, PyFrozenSet, PySet, type KeyBudget } from './equality';
import type { LoadContext } from './contract';
import { Instances, type ItemKind } from './instances';
import { KeyOrder } from './key-order';
import type { ReadSettings } from './settings';
import { replaceAll, type PyMap } from './replace';
import {
  forgetValue,
  isShared,
  noteItem,
  noteKey,
  noteLength,
  noteMembers,
  noteValue,
  recall,
  remember,
  type Entries,
  type Slots,
} from './slots';
import { Exact } from './exact';
import { define, PyObject, PyTuple, type PyGlobal } from './types';

/** Above every stack index: no scalar waits to be unwrapped. */
export const NO_EXACT = 0x7fffffff;

/** Room for what nests; batches of many items make more. Packed, as the lists must be that are cut from it. */
const EMPTY_STACK: readonly unknown[] = Array.from({ length: 64 }, () => undefined);

/** Memo indices up to this far beyond the last dense one stay in the array. */
const MEMO_GAP = 256;

export class Machine {
  /** New for each load: storing new values in an old array costs more. */
  readonly stack: unknown[] = EMPTY_STACK.slice();
  /** Older values of `fence`, one for each open mark. */
  readonly marks: number[] = [];
  /**
   * For each open mark: the memo index of the list below it if nothing but this entry and the stack holds that, so that
   * another may take its place; else -1.
   */
  readonly homes: number[] = [];
  /** An empty list was fetched from the memo: others may hold it. */
  sharesEmpty = false;
  readonly memo: unknown[] = [];
  /** Where the opcode at work begins. */
  at = 0;
  /** Next byte to read. */
  pos = 0;
  /** Values on the stack. Entries of `stack` beyond are left over. */
  sp = 0;
  /** Stack index above the newest mark: values below are out of reach. */
  fence = 0;
  /** No stack value below this index is an Exact that the default view has to unwrap. */
  lowestExact = NO_EXACT;
  /** A container of this load may remember something. */
  sawExact = false;
  protocol: number | undefined = undefined;
  /** An opcode that only protocol 0 writes was seen. */
  sawText = false;
  /** An opcode that protocol 0 never writes was seen. */
  sawBinary = false;
  readonly keyOrder = new KeyOrder();
  /** What the latest dict remembers of its keys. */
  lastKeys: Entries | undefined = undefined;
  memoCount = 0;
  nodes = 0;
  readonly budget: KeyBudget;
  /** What known classes get to see. */
  readonly context: { protocol: number } & LoadContext;
  /** Known classes' instances of this load. */
  readonly instances: Instances;
  readonly globals = new Map<string, PyGlobal>();
  readonly buffers: Iterator<Uint8Array> | undefined;
  #sparse: Map<number, unknown> | undefined;
  /** Objects that had to become Maps when a key came that no object holds. */
  #replaced: Map<object, PyMap> | undefined = undefined;
  /** Plain objects that were fetched from the memo: others may hold them. */
  #fetched: Set<object> | undefined = undefined;
  /** Tuples that are known to be hashable. */
  #checked: Set<object> | undefined = undefined;
  /** Maps that were made for a key that might come; those that stay empty are objects after all. */
  #guessed: PyMap[] | undefined = undefined;
  /** Set once something may hold an object that became a Map. */
  #mustReplace: ReadonlyMap<object, PyMap> | undefined = undefined;

  constructor(
    readonly bytes: Bytes,
    readonly settings: ReadSettings,
  ) {
    this.budget = { left: settings.limits.keyParts };
    this.context = { protocol: 0, exact: settings.exact, budget: this.budget };
    this.instances = new Instances(this.context);
    this.buffers = settings.buffers?.[Symbol.iterator]();
  }

  // --- stack -----------------------------------------------------------------------------------

  push(value: unknown): void {
    this.stack[this.sp++] = value;
  }

  /** Pushes a scalar that stands for a type of its own. */
  pushExact(value: Exact): void {
    this.sawExact = true;
    if (!this.settings.exact && this.sp < this.lowestExact) this.lowestExact = this.sp;
    this.stack[this.sp++] = value;
  }

  /** Pushes any value. */
  pushAny(value: unknown): void {
    if (value instanceof Exact) this.pushExact(value);
    else this.stack[this.sp++] = value;
  }

  pop(): unknown {
    if (this.sp <= this.fence) throw this.underflow();
    return this.stack[--this.sp];
  }

  /** The value on top, which stays. */
  top(): unknown {
    if (this.sp <= this.fence) throw this.underflow();
    return this.stack[this.sp - 1];
  }

  /** Closes the newest mark: the index of the first value above it. */
  popMark(): number {
    const from = this.fence;
    const fence = this.marks.pop();
    this.homes.pop();
    if (fence === undefined) throw new Fault('could not find MARK');
    this.fence = fence;
    return from;
  }

  underflow(): Fault {
    return new Fault(
      this.marks.length > 0 ? 'unexpected MARK found' : 'unpickling stack underflow',
    );
  }

  /** Takes all values from `from` up, as the items of a new container. */
  take(from: number): unknown[] {
    const items: unknown[] = [];
    this.fill(items, items, from);
    return items;
  }

  /** Takes all values from `from` up, as a tuple. */
  takeTuple(from: number): PyTuple {
    const items = this.take(from);
    return Object.setPrototypeOf(items, PyTuple.prototype) as PyTuple;
  }

  /** Counts a container or object. */
  count(): void {
    if (++this.nodes > this.settings.limits.nodes) {
      throw new Fault('more containers and objects than the limit allows');
    }
  }

  // --- values that JavaScript cannot tell --------------------------------------------------------

  /** Moves the values from `from` up to the end of `items`; `owner` remembers what they cannot tell. */
  fill(items: unknown[], owner: object, from: number): void {
    const { stack, sp } = this;
    const { exact } = this.settings;
    let slots: Slots | undefined;
    for (let i = from; i < sp; i++) {
      const value = stack[i];
      if (value instanceof Exact && !exact) {
        noteItem((slots ??= remember(owner)), items.length, value);
        items.push(value.plain());
      } else items.push(value);
    }
    if (this.sawExact) noteLength(owner, items.length);
    this.drop(from);
  }

  /** Forgets the values from `from` up. */
  drop(from: number): void {
    this.sp = from;
    if (this.lowestExact >= from) this.lowestExact = NO_EXACT;
  }

  /** The plain value for the default view, the value itself for the exact one. */
  view(value: unknown): unknown {
    return value instanceof Exact && !this.settings.exact ? value.plain() : value;
  }

  // --- memo --------------------------------------------------------------------------------------

  /** Every way to memoize that is not the dense next index. */
  memoize(index: number, value: unknown): void {
    const { memo } = this;
    if (this.memoCount >= this.settings.limits.memo) throw new Fault('memo over the limit');
    if (index > memo.length + MEMO_GAP) {
      this.#sparse ??= new Map<number, unknown>();
      if (!this.#sparse.has(index)) this.memoCount++;
      this.#sparse.set(index, value);
      return;
    }
    while (memo.length <= index) memo.push(undefined);
    if (memo[index] === undefined && this.#sparse?.has(index) !== true) this.memoCount++;
    memo[index] = value;
  }

  /** A memo entry that is not a dense primitive: an object, one far out, or none at all. */
  fetch(index: number): unknown {
    const value = this.memo[index] ?? this.#sparse?.get(index);
    if (value === undefined) {
      if (this.memo[index] === null || this.#sparse?.get(index) === null) return null;
      throw new Fault(`memo value not found at index ${index}`);
    }
    return this.reuse(value);
  }

  /** A value that gets a second reference. */
  reuse(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value) && value.length === 0) this.sharesEmpty = true;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const replacement = this.#replaced?.get(value);
    if (replacement !== undefined) return replacement;
    (this.#fetched ??= new Set()).add(value);
    return value;
  }

  // --- dicts -------------------------------------------------------------------------------------

  newDict(): object {
    return this.settings.exact ? new PyDict() : {};
  }

  /** A dict whose first key seems to be none that an object holds. */
  guessMap(): PyMap {
    const map: PyMap = new Map();
    (this.#guessed ??= []).push(map);
    return map;
  }

  isDict(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    return [Object.prototype, Map.prototype, PyDict.prototype].some((known) => known === prototype);
  }

  /**
   * Sets the pairs from `from` up on the dict below them, in the stack; for every case but plain string
   * keys on a plain object.
   */
  setPairs(from: number): void {
    if ((this.sp - from) % 2 !== 0) throw new Fault('odd number of items for a dict');
    const at = from - 1;
    if (at < this.fence) throw this.underflow();
    const target = this.stack[at];
    if (target instanceof PyObject) this.#fillOp(target, 'setitem', from);
    else if (typeof target === 'object' && target !== null) this.#setOn(target, at, from);
    else throw new Fault('items set on a value that is no dict');
  }

  #setOn(target: object, at: number, from: number): void {
    const prototype: unknown = Object.getPrototypeOf(target);
    if (prototype === PyDict.prototype) this.#setExact(target as PyDict, from);
    else if (prototype === Object.prototype || prototype === Map.prototype) {
      for (let i = from; i < this.sp; i += 2) this.#setPair(at, this.stack[i], this.stack[i + 1]);
      this.drop(from);
    } else this.instances.extend(target, 'setitem', this.take(from));
  }

  #setExact(dict: PyDict, from: number): void {
    for (let i = from; i < this.sp; i += 2) {
      dict.setWithin(this.stack[i], this.stack[i + 1], this.budget);
    }
    this.drop(from);
  }

  #setPair(at: number, key: unknown, value: unknown): void {
    const plainKey = this.view(key);
    const plainValue = this.view(value);
    let dict = this.stack[at] as object;
    let isNew = true;
    if (!(dict instanceof Map)) {
      if (typeof plainKey === 'string' && this.keyOrder.fits(dict, plainKey)) {
        isNew = !Object.hasOwn(dict, plainKey);
        define(dict, plainKey, plainValue);
      } else dict = this.stack[at] = this.#toMap(dict);
    }
    if (dict instanceof Map) {
      if (typeof plainKey === 'object') checkHashable(plainKey, (this.#checked ??= new Set()));
      isNew = !dict.has(plainKey);
      dict.set(plainKey, plainValue);
    }
    // Of equal keys the first stays, with the last value.
    if (key instanceof Exact && isNew) noteKey(remember(dict), plainKey, key);
    if (value instanceof Exact) noteValue(remember(dict), plainKey, value);
    else if (!isNew) forgetValue(dict, plainKey);
  }

  #toMap(dict: object): PyMap {
    const done = this.#replaced?.get(dict);
    if (done !== undefined) return done;
    const map = new Map<unknown, unknown>(Object.entries(dict));
    const slots = recall(dict);
    if (slots !== undefined) Object.assign(remember(map), slots);
    (this.#replaced ??= new Map()).set(dict, map);
    if (this.#fetched?.has(dict) === true) this.#mustReplace = this.#replaced;
    return map;
  }

  // --- lists, sets, objects ------------------------------------------------------------------------

  /** Appends the values from `from` up to what is below them in the stack. */
  appendItems(from: number): void {
    const target = this.#below(from);
    if (target instanceof PyObject) this.#fillOp(target, 'append', from);
    else if (Object.getPrototypeOf(target) === Array.prototype) {
      this.fill(target as unknown[], target, from);
    } else this.instances.extend(target, 'append', this.take(from));
  }

  /** Adds the values from `from` up to the set below them in the stack. */
  addItems(from: number): void {
    const target = this.#below(from);
    if (target instanceof PyObject) this.#fillOp(target, 'add', from);
    else if (this.#isSet(target)) {
      for (let i = from; i < this.sp; i++) this.addMember(target, this.stack[i]);
      this.drop(from);
    } else this.instances.extend(target, 'add', this.take(from));
  }

  #isSet(target: object): target is Set<unknown> {
    return [Set.prototype, PySet.prototype].some(
      (known) => known === Object.getPrototypeOf(target),
    );
  }

  newSet(): Set<unknown> {
    return this.settings.exact ? new PySet() : new Set();
  }

  addMember(set: Set<unknown>, value: unknown): void {
    if (set instanceof PySet) {
      set.addWithin(value, this.budget);
      return;
    }
    const member = this.view(value);
    if (typeof member === 'object') checkHashable(member, (this.#checked ??= new Set()));
    if (value instanceof Exact && !set.has(member)) noteKey(remember(set), member, value);
    set.add(member);
  }

  newFrozenSet(items: readonly unknown[]): PyFrozenSet {
    const set = new PyFrozenSet(
      items.map((item) => this.view(item)),
      this.budget,
    );
    if (!this.settings.exact && items.some((item) => item instanceof Exact))
      noteMembers(set, items);
    return set;
  }

  #below(from: number): object {
    if (from - 1 < this.fence) throw this.underflow();
    const target = this.stack[from - 1];
    if (typeof target === 'object' && target !== null) return target;
    throw new Fault('items for a value that has none');
  }

  /** Adds the values from `from` up to the object's newest operation if it is of this kind, or to a new one. */
  #fillOp(object: PyObject, kind: ItemKind, from: number): void {
    const last = object.ops.at(-1);
    const op = last?.kind === kind ? last : { kind, items: [] };
    if (op !== last) object.ops.push(op);
    this.fill(op.items, op.items, from);
  }

  /** BUILD: gives a state to an object. */
  build(target: unknown, state: unknown): void {
    const plain = this.view(state);
    const exact = state instanceof Exact && plain !== state ? state : undefined;
    this.instances.build(target, plain, exact);
  }

  // --- the end -------------------------------------------------------------------------------------

  /** The root as the caller gets it. */
  finish(root: unknown): unknown {
    const value = this.view(this.#replaced?.get(root as object) ?? root);
    if (this.#mustReplace !== undefined) replaceAll(value, this.#mustReplace);
    const empty = this.#guessed?.filter((map) => map.size === 0);
    if (empty !== undefined && empty.length > 0) {
      replaceAll(value, new Map(empty.map((map) => [map, {}])));
    }
    if (typeof value === 'object' && value !== null && !isShared(value)) {
      remember(value).protocol = this.protocol ?? (this.sawText && !this.sawBinary ? 0 : 1);
    }
    return value;
  }
}
