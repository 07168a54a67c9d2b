// types.SimpleNamespace and functools.partial: objects made of other values, to be read and edited.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, Shown, type Part, type Repr } from '../repr';
import { carry, recall, restore } from '../slots';
import { PyObject, PyTuple } from '../types';
import { isFirstUse, isStrange, named, textOf } from './form';

/** True for what a dict is read as. */
function isDict(value: unknown): value is Map<unknown, unknown> | Record<string, unknown> {
  if (value instanceof Map) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function entriesOf(dict: Map<unknown, unknown> | Record<string, unknown>): [unknown, unknown][] {
  return dict instanceof Map ? [...dict] : Object.entries(dict);
}

/** Names and values as `name=value` parts, each after `, ` where something stands before. */
function keywordParts(
  dict: Map<unknown, unknown> | Record<string, unknown>,
  isFirst: boolean,
): Part[] {
  const slots = recall(dict);
  const parts: Part[] = [];
  for (const [name, value] of entriesOf(dict)) {
    if (!isFirst || parts.length > 0) parts.push(', ');
    parts.push(`${textOf(name) ?? String(name)}=`);
    parts.push(new Shown(restore(slots?.values?.find(name), value)));
  }
  return parts;
}

/** types.SimpleNamespace: its attributes in a Map. */
export class PyNamespace {
  /** By name, in the order in which they were set. */
  readonly attributes: Map<string, unknown>;

  constructor(attributes: Iterable<readonly [string, unknown]> | Record<string, unknown> = {}) {
    const isIterable = Symbol.iterator in attributes;
    this.attributes = new Map(isIterable ? attributes : Object.entries(attributes));
  }

  /** An attribute; undefined where there is none. */
  get(name: string): unknown {
    return this.attributes.get(name);
  }

  /** Sets an attribute. */
  set(name: string, value: unknown): this {
    this.attributes.set(name, value);
    return this;
  }

  toString(): string {
    return repr(this);
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.attributes);
  }

  [pyRepr](): Repr {
    const parts: Part[] = ['namespace(', ...keywordParts(this.attributes, true), ')'];
    return { parts, again: 'namespace(...)' };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): never {
    throw new TypeError("unhashable type: 'types.SimpleNamespace'");
  }
}

/** Objects that were read without a state that could be taken: Python always writes one. */
const bare = new WeakSet<PyNamespace | PyPartial>();

// SimpleNamespace(), {name: value} BUILD
const NAMESPACE: KnownClass<PyNamespace> = {
  module: 'types',
  name: 'SimpleNamespace',
  type: PyNamespace,
  load(form) {
    if (form.how !== 'reduce' || form.args.length > 0) return undefined;
    const namespace = new PyNamespace();
    bare.add(namespace);
    return namespace;
  },
  build(namespace, state) {
    if (!isDict(state) || !bare.has(namespace) || isStrange(namespace)) return false;
    if (!isFirstUse(state)) return false;
    const entries = entriesOf(state);
    if (!entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string')) {
      return false;
    }
    for (const [name, value] of entries) namespace.attributes.set(name, value);
    carry(state, namespace.attributes);
    bare.delete(namespace);
    return true;
  },
  dump(namespace) {
    const made = new PyObject(named('types', 'SimpleNamespace'));
    const { attributes } = namespace;
    if (!bare.has(namespace) || attributes.size > 0) made.state = attributes;
    return made;
  },
};

/** functools.partial: a function, by name, with arguments for it. It cannot be called here. */
export class PyPartial {
  /** The function: a PyGlobal mostly. */
  func: unknown;
  /** Its first positional arguments. */
  args: PyTuple;
  /** Its keyword arguments: a Map or plain object. */
  keywords: Map<unknown, unknown> | Record<string, unknown>;
  /** Attributes set on it; null where there are none. */
  attributes: unknown = null;

  constructor(
    func: unknown,
    args: Iterable<unknown> = [],
    keywords: Map<unknown, unknown> | Record<string, unknown> = {},
  ) {
    this.func = func;
    this.args = args instanceof PyTuple ? args : PyTuple.from(args);
    this.keywords = keywords;
  }

  toString(): string {
    return repr(this);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    const slots = recall(this.args);
    const parts: Part[] = ['functools.partial(', new Shown(this.func)];
    for (const [index, arg] of this.args.entries()) {
      parts.push(', ', new Shown(restore(slots?.items?.[index], arg)));
    }
    parts.push(...keywordParts(this.keywords, false), ')');
    return { parts, again: 'functools.partial(...)' };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

// partial(func), (func, args, keywords, __dict__) BUILD
const PARTIAL: KnownClass<PyPartial> = {
  module: 'functools',
  name: 'partial',
  type: PyPartial,
  load(form) {
    const func: unknown = form.args[0];
    if (form.how !== 'reduce' || form.args.length !== 1) return undefined;
    if (typeof func !== 'object' || func === null) return undefined;
    const partial = new PyPartial(func);
    bare.add(partial);
    return partial;
  },
  build(partial, state) {
    if (!(state instanceof PyTuple) || state.length !== 4 || !bare.has(partial)) return false;
    if (isStrange(partial)) return false;
    const [func, args, keywords, attributes] = state as readonly unknown[];
    const given = keywords ?? {};
    if (!(args instanceof PyTuple) || !isDict(given)) return false;
    if (attributes !== null && !isDict(attributes)) return false;
    Object.assign(partial, { func, args, keywords: given, attributes });
    bare.delete(partial);
    return true;
  },
  dump(partial) {
    const { func, args, keywords, attributes } = partial;
    const made = new PyObject(named('functools', 'partial'), [func]);
    if (!bare.has(partial)) made.state = PyTuple.of(func, args, keywords, attributes);
    return made;
  },
};

export const OBJECTS: readonly KnownClass[] = [NAMESPACE, PARTIAL] as readonly KnownClass[];
