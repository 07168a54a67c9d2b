// The values that JavaScript has no type for, and the neutral form of Python objects of any class.
import { inspect } from 'node:util';
import { Exact, Py2Str } from './exact';
import {
  bytesRepr,
  globalRepr,
  pyRepr,
  repr,
  Shown,
  tupleRepr,
  type Part,
  type Repr,
} from './repr';
import { share } from './slots';

/** A tuple: an Array in every way but its Python type. Copies made by slice, map... are plain Arrays. */
export class PyTuple<T = unknown> extends Array<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** A tuple of these items. (`new PyTuple(3)` would be three empty slots, as with Array.) */
  static override of<T>(...items: T[]): PyTuple<T> {
    return PyTuple.from(items);
  }

  static override from<T>(items: Iterable<T> | ArrayLike<T>): PyTuple<T> {
    const tuple = new PyTuple<T>();
    for (const item of Array.from(items)) tuple.push(item);
    return tuple;
  }

  [pyRepr](): Repr {
    return { ...tupleRepr(this), isStr: true };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

/** A bytearray: a Uint8Array in every way but its Python type. */
export class PyByteArray extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  [pyRepr](): Repr {
    return { parts: [`bytearray(b${bytesRepr(this)})`], isStr: true };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

/** A PickleBuffer: bytes that protocol 5 may carry outside the pickle. */
export class PyPickleBuffer {
  constructor(
    readonly bytes: Uint8Array,
    readonly readonly: boolean = false,
  ) {}

  [pyRepr](): Repr {
    return { parts: ['<pickle.PickleBuffer object>'] };
  }
}

/** The name as it stood in a pickle below protocol 3, where it differs from Python 3's. */
export interface LegacyName {
  readonly module: string;
  readonly name: string;
}

/** A class or function by name: never looked up, only compared and written back. */
export class PyGlobal {
  constructor(
    /** Python 3's module name. */
    readonly module: string,
    /** Its name inside the module; dotted for nested classes and methods. */
    readonly name: string,
    /** Python 2's name, where it was read under one. */
    readonly legacy?: LegacyName | undefined,
    /** True where it was read as `getattr(owner, name)` although its protocol has dotted names. */
    readonly viaGetattr: boolean = false,
  ) {}

  /** True if this is Python 3's `module.name`. */
  is(module: string, name: string): boolean {
    return this.name === name && this.module === module;
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }

  [pyRepr](): Repr {
    return { parts: [globalRepr(this.module, this.name)], isStr: true };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

/** Python's `...`: one object, also where it was read. */
export const Ellipsis = share(new PyGlobal('builtins', 'Ellipsis'));

/** Python's NotImplemented: one object, also where it was read. */
export const NotImplemented = share(new PyGlobal('builtins', 'NotImplemented'));

/**
 * How an object was made: which opcode called its class or function, or 'reconstruct' for
 * `copyreg._reconstructor(cls, base, value)` where that has no other form.
 */
export type How = 'reduce' | 'newobj' | 'newobj_ex' | 'inst' | 'obj' | 'reconstruct';

/** What was done to an object after it was made, in the order of the pickle. */
export type PyOp =
  | { kind: 'append'; items: unknown[] }
  | { kind: 'add'; items: unknown[] }
  /** `items`: keys and values in turn. */
  | { kind: 'setitem'; items: unknown[] }
  | { kind: 'build'; state: unknown }
  /** `setter(object, state)`: the sixth item of a `__reduce__` value. */
  | { kind: 'call'; setter: unknown; state: unknown };

/** What PyObject's constructor takes beside callable and args. */
export interface PyObjectParts {
  readonly how?: How;
  readonly kwargs?: unknown;
  readonly ops?: PyOp[];
  readonly base?: PyGlobal | undefined;
}

/**
 * An object of any Python class, as the pickle describes it: a call and what was done to its result.
 * Nothing is run; writing it back replays exactly this.
 */
export class PyObject {
  /** The class or function called: a PyGlobal, or an object that itself was made by a call. */
  callable: unknown;
  how: How;
  /** Positional arguments, a PyTuple. */
  args: PyTuple;
  /** Keyword arguments (a dict of the load's view) where `how` is 'newobj_ex'. */
  kwargs: unknown;
  ops: PyOp[];
  /**
   * The builtin base for `copyreg._reconstructor`, which protocols 0 and 1 use in place of NEWOBJ.
   * Without it those protocols call `copyreg.__newobj__`, which every reader understands too.
   */
  base: PyGlobal | undefined;
  /**
   * True where it was read as `copyreg._reconstructor(cls, base, value)`, which it then is at every protocol: that never
   * asks the class's own `__new__`, which may want arguments that the pickle does not have.
   */
  isRebuilt = false;

  constructor(callable: unknown, args: Iterable<unknown> = [], parts: PyObjectParts = {}) {
    this.callable = callable;
    this.args = args instanceof PyTuple ? args : PyTuple.from(args);
    this.how = parts.how ?? 'reduce';
    this.kwargs = parts.kwargs;
    this.ops = parts.ops ?? [];
    this.base = parts.base;
  }

  /** An instance of a plain Python class with these attributes: what `Cls.__new__` and `__dict__` make. */
  static instance(module: string, name: string, attributes?: object): PyObject {
    const ops: PyOp[] = attributes === undefined ? [] : [{ kind: 'build', state: attributes }];
    const base = new PyGlobal('builtins', 'object');
    return new PyObject(new PyGlobal(module, name), [], { how: 'newobj', ops, base });
  }

  /** The result of calling `module.name(*args)`. */
  static call(module: string, name: string, ...args: unknown[]): PyObject {
    return new PyObject(new PyGlobal(module, name), args);
  }

  /** Module of the class or function called; '' where that is no plain name. */
  get module(): string {
    return this.callable instanceof PyGlobal ? this.callable.module : '';
  }

  /** Name of the class or function called; '' where that is no plain name. */
  get name(): string {
    return this.callable instanceof PyGlobal ? this.callable.name : '';
  }

  /** As Python would show an object of an unknown class. */
  toString(): string {
    return repr(this);
  }

  /** Class, arguments, items and state by name, as far as there are any. */
  toJSON(): unknown {
    const json: Record<string, unknown> = { class: String(this.callable) };
    if (this.args.length > 0) json['args'] = this.args;
    if (this.kwargs !== undefined) json['kwargs'] = this.kwargs;
    if (this.listItems().length > 0) json['items'] = this.listItems();
    if (this.dictItems().length > 0) json['pairs'] = this.dictItems();
    if (this.state !== undefined) json['state'] = this.state;
    return json;
  }

  /** The state that BUILD gave, undefined if there was none: a dict, `(dict, slots)`, or anything else. */
  get state(): unknown {
    return this.#build()?.state;
  }

  /** Replaces what BUILD gives. */
  set state(state: unknown) {
    const build = this.#build();
    if (build === undefined) this.ops.push({ kind: 'build', state });
    else build.state = state;
  }

  /** The value of an attribute, from `__dict__` or `__slots__` state; undefined if it is not there. */
  getAttr(name: string): unknown {
    for (const part of stateParts(this.state)) {
      if (hasName(part, name)) return part instanceof Map ? part.get(name) : part[name];
    }
    return undefined;
  }

  /** Sets an attribute where it is, or in `__dict__` if it is nowhere yet. Throws TypeError if the state is neither. */
  setAttr(name: string, value: unknown): this {
    const parts = stateParts(this.state);
    const noDict = isSlotState(this.state) && !isNamed(this.state[0]);
    const home =
      parts.find((candidate) => hasName(candidate, name)) ?? (noDict ? undefined : parts[0]);
    const part = home ?? this.#newDict();
    if (part instanceof Map) part.set(name, value);
    else define(part, name, value);
    return this;
  }

  /** Removes an attribute; false if it was not there. */
  deleteAttr(name: string): boolean {
    for (const part of stateParts(this.state)) {
      if (!hasName(part, name)) continue;
      return part instanceof Map ? part.delete(name) : Reflect.deleteProperty(part, name);
    }
    return false;
  }

  /** All attributes by name, `__dict__` before `__slots__`. */
  attrs(): Map<string, unknown> {
    const attrs = new Map<string, unknown>();
    for (const part of stateParts(this.state)) {
      const entries = part instanceof Map ? part.entries() : Object.entries(part);
      for (const [name, value] of entries) if (typeof name === 'string') attrs.set(name, value);
    }
    return attrs;
  }

  /** The items of a list-like object: all that was appended. */
  listItems(): unknown[] {
    return this.ops.flatMap((op) => (op.kind === 'append' || op.kind === 'add' ? op.items : []));
  }

  /** The items of a dict-like object, in the order in which they were set. */
  dictItems(): [key: unknown, value: unknown][] {
    const pairs: [unknown, unknown][] = [];
    for (const op of this.ops) {
      if (op.kind !== 'setitem') continue;
      for (let i = 0; i + 1 < op.items.length; i += 2) pairs.push([op.items[i], op.items[i + 1]]);
    }
    return pairs;
  }

  /** `<shop.Cart object (1, 2) [items] {items}: state>`: all that the pickle says. */
  [pyRepr](): Repr {
    const { callable, args, kwargs, state } = this;
    const parts: Part[] = ['<'];
    parts.push(callable instanceof PyGlobal ? callable.toString() : new Shown(callable), ' object');
    if (args.length > 0) parts.push(' ', new Shown(args));
    if (kwargs !== undefined) parts.push(' **', new Shown(kwargs));
    const items = this.listItems();
    if (items.length > 0) parts.push(' ', new Shown(items));
    const pairs = this.dictItems();
    if (pairs.length > 0) parts.push(' ', new Shown(new Map(pairs)));
    if (state !== undefined) parts.push(': ', new Shown(state));
    parts.push('>');
    return { parts, again: '<...>' };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  #build(): { kind: 'build'; state: unknown } | undefined {
    for (let i = this.ops.length - 1; i >= 0; i--) {
      const op = this.ops[i];
      if (op?.kind === 'build') return op;
    }
    return undefined;
  }

  #newDict(): NamedParts {
    const state = this.state;
    if (state !== undefined && state !== null && !isSlotState(state)) {
      throw new TypeError('the state of this object has no attributes');
    }
    const dict: NamedParts = {};
    if (isSlotState(state)) state[0] = dict;
    else this.state = dict;
    return dict;
  }
}

type NamedParts = Map<unknown, unknown> | Record<string, unknown>;

/** `(dict or None, slots)`: the state of a class with `__slots__`. */
function isSlotState(state: unknown): state is PyTuple {
  return state instanceof PyTuple && state.length === 2 && isNamed(state[1]);
}

function isNamed(part: unknown): part is NamedParts {
  if (part instanceof Map) return true;
  if (typeof part !== 'object' || part === null) return false;
  const prototype: unknown = Object.getPrototypeOf(part);
  return prototype === Object.prototype || prototype === null;
}

/** The dicts of a state: `__dict__`, then `__slots__`. */
function stateParts(state: unknown): NamedParts[] {
  if (isNamed(state)) return [state];
  return isSlotState(state) ? [...state].filter(isNamed) : [];
}

function hasName(part: NamedParts, name: string): boolean {
  return part instanceof Map ? part.has(name) : Object.hasOwn(part, name);
}

/** Sets a property as data, whatever its name. */
export function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** The plain value of a scalar of the exact view; any other value as it is. */
export function plain(value: unknown): unknown {
  return value instanceof Exact ? value.plain() : value;
}

/** The bytes of a bytes, bytearray, Python 2 str, or of text whose characters stand for bytes (latin-1). */
export function bytesOf(value: Uint8Array): Buffer;
export function bytesOf(value: unknown): Buffer | undefined;
export function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof Py2Str) return value.bytes;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  if (typeof value !== 'string' || /[^\0-\xff]/.test(value)) return undefined;
  return Buffer.from(value, 'latin1');
}
