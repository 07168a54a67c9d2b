// What the names and calls in a pickle stand for. Nothing is run: a Map leads from names to values.
import type { KnownClass } from './contract';
import { Fault } from './fault';
import type { Machine } from './machine';
import { toPython2, toPython3, type Name } from './names';
import { knownFunction } from './registry';
import { exactItems, isShared, noteItem, recall, remember, restore, restoreKey } from './slots';
import { Exact } from './exact';
import {
  Ellipsis,
  NotImplemented,
  PyByteArray,
  PyGlobal,
  PyObject,
  PyTuple,
  bytesOf,
  plain,
  type How,
} from './types';

/** The class or function of a GLOBAL, INST or STACK_GLOBAL; one PyGlobal for each name in a load. */
export function findGlobal(m: Machine, module: string, name: string): PyGlobal {
  const key = `${module}\n${name}`;
  let found = m.globals.get(key);
  if (found === undefined) m.globals.set(key, (found = newGlobal(m, module, name)));
  return found;
}

/** Values by name: the same object wherever they are read, as in Python. */
const SINGLETONS: ReadonlyMap<string, PyGlobal> = new Map([
  ['Ellipsis', Ellipsis],
  ['NotImplemented', NotImplemented],
]);

const isSame = (a: Name, b: Name): boolean => a.name === b.name && a.module === b.module;

function newGlobal(m: Machine, module: string, name: string): PyGlobal {
  const read = { module, name };
  // CPython's reader renames exactly when the PROTO byte is below 3.
  const renames = m.settings.fixImports && (m.protocol ?? 0) < 3;
  const now = renames ? toPython3(read) : read;
  const singleton = now.module === 'builtins' ? SINGLETONS.get(now.name) : undefined;
  if (singleton !== undefined) return singleton;
  // The way back may lead elsewhere: from _functools.reduce of Python 2 to __builtin__.reduce.
  const isOwn = isSame(now, read) && (!renames || isSame(toPython2(now), read));
  return new PyGlobal(now.module, now.name, isOwn ? undefined : read);
}

/** The result of calling `callable(*args, **kwargs)`, as a value of this codec. */
export function call(
  m: Machine,
  how: How,
  callable: unknown,
  args: PyTuple,
  kwargs?: unknown,
): unknown {
  m.count();
  if (callable instanceof PyGlobal && how === 'reduce') {
    const natural = NATURAL.get(callable.toString())?.(m, args);
    if (natural !== undefined) return natural;
  }
  if (how === 'reduce' && args.length === 0) {
    const folded = foldPartial(callable);
    if (folded !== undefined) return construct(m, folded);
  }
  return construct(m, new PyObject(callable, args, { how, kwargs }));
}

function construct(m: Machine, form: PyObject): unknown {
  const known = findKnown(m, form.callable);
  const instance = known?.load?.(form, m.context);
  if (known === undefined || instance === undefined) return form;
  if (typeof instance !== 'object' || instance === null) return instance;
  if (isShared(instance)) return instance;
  m.instances.adopt(instance, known);
  if (known.dump === undefined) remember(instance).form = form;
  return instance;
}

function findKnown(m: Machine, callable: unknown): KnownClass | undefined {
  if (callable instanceof PyGlobal) {
    const { classes } = m.settings;
    const known = classes.find(callable.module, callable.name);
    if (known !== undefined || callable.legacy === undefined) return known;
    return classes.find(callable.legacy.module, callable.legacy.name);
  }
  if (typeof callable === 'function') return knownFunction(callable);
  if (typeof callable === 'object' && callable !== null && isOpaque(callable)) return undefined;
  throw new Fault('call of a value that is not callable');
}

/** Objects that might be callable in Python: results of calls, and what hooks gave. */
function isOpaque(value: object): boolean {
  if (value instanceof Exact || ArrayBuffer.isView(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype !== Object.prototype && prototype !== Map.prototype && prototype !== Set.prototype
  );
}

// --- builtins below the protocol that has an opcode for them -------------------------------------

type Natural = (m: Machine, args: PyTuple) => unknown;

/** By Python 3 name: the value of a call, or undefined where the call is not the one picklers write. */
const NATURAL: ReadonlyMap<string, Natural> = new Map<string, Natural>([
  ['builtins.set', (m, args) => fromItems(args, (items) => newSet(m, items))],
  ['builtins.frozenset', (m, args) => fromItems(args, (items) => m.newFrozenSet(items))],
  ['builtins.bytes', (_m, args) => (args.length === 0 ? Buffer.alloc(0) : undefined)],
  ['builtins.bytearray', (_m, args) => newByteArray(args)],
  ['_codecs.encode', (_m, args) => (args.length === 2 ? encodeLatin1(args) : undefined)],
  ['builtins.getattr', getAttribute],
  ['copyreg._reconstructor', reconstruct],
  ['copyreg.__newobj__', (m, args) => newObject(m, args)],
  ['copyreg.__newobj_ex__', (m, args) => newObjectEx(m, args)],
]);

/** `set([...])`: the items in their exact types. */
function fromItems(args: PyTuple, make: (items: readonly unknown[]) => unknown): unknown {
  if (args.length === 0) return make([]);
  const [items] = args;
  return args.length === 1 && Array.isArray(items) ? make(exactItems(items)) : undefined;
}

function newSet(m: Machine, items: readonly unknown[]): Set<unknown> {
  const set = m.newSet();
  for (const item of items) m.addMember(set, item);
  return set;
}

function encodeLatin1(args: PyTuple): Buffer | undefined {
  const [text, encoding] = args.map(plain);
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
    return undefined;
  const bytes = bytesOf(text);
  if (bytes === undefined) throw new Fault("'latin-1' codec can't encode text above U+00FF");
  return bytes;
}

function newByteArray(args: PyTuple): PyByteArray | undefined {
  const [first] = exactItems(args);
  if (args.length === 0) return new PyByteArray();
  if (args.length === 2) {
    const bytes = encodeLatin1(args);
    return bytes && new PyByteArray(bytes);
  }
  if (args.length !== 1 || typeof first === 'string' || first instanceof PyByteArray)
    return undefined;
  const bytes = bytesOf(first);
  return bytes && new PyByteArray(bytes);
}

/** `getattr(Outer, 'Inner')`: a dotted name below protocol 4, and bound class methods at any. */
function getAttribute(m: Machine, args: PyTuple): PyGlobal | undefined {
  const [owner, given] = args;
  const name = given instanceof Exact ? given.plain() : given;
  if (args.length !== 2 || !(owner instanceof PyGlobal) || typeof name !== 'string')
    return undefined;
  const { legacy } = owner;
  const oldName = legacy && { module: legacy.module, name: `${legacy.name}.${name}` };
  const dotted = `${owner.name}.${name}`;
  return new PyGlobal(owner.module, dotted, oldName, (m.protocol ?? 0) >= 4);
}

/** `copyreg._reconstructor(cls, base, value)`: what protocols 0 and 1 have in place of NEWOBJ. */
function reconstruct(m: Machine, args: PyTuple): unknown {
  const [cls, base, value] = exactItems(args);
  if (args.length !== 3 || !(base instanceof PyGlobal)) return undefined;
  const kind = base.module === 'builtins' ? base.name : '';
  const form = (own: PyTuple): unknown => {
    const object = new PyObject(cls, own, { how: 'newobj', base });
    const made = construct(m, object);
    object.isRebuilt = made === object;
    return made;
  };
  if (kind === 'object') return value === null ? form(new PyTuple()) : undefined;
  if (kind === 'list' && Array.isArray(value) && !(value instanceof PyTuple)) {
    return extend(m, form(new PyTuple()), exactItems(value), (from) => m.appendItems(from));
  }
  if (kind === 'dict') {
    const pairs = dictPairs(value);
    return pairs && extend(m, form(new PyTuple()), pairs, (from) => m.setPairs(from));
  }
  const own = tupleOf(m, [value]);
  // What a namedtuple's own __new__ takes is not the tuple: the call stays what it is.
  if (kind !== 'tuple') return form(own);
  return construct(m, new PyObject(cls, own, { how: 'reconstruct', base }));
}

/** Fills a new object by way of the stack, as APPENDS and SETITEMS would. */
function extend(
  m: Machine,
  object: unknown,
  items: readonly unknown[],
  fill: (from: number) => void,
): unknown {
  m.push(object);
  const from = m.sp;
  for (const item of items) m.pushAny(item);
  if (items.length > 0) fill(from);
  return m.pop();
}

function tupleOf(m: Machine, items: readonly unknown[]): PyTuple {
  const tuple = new PyTuple();
  for (const item of items) {
    if (item instanceof Exact && !m.settings.exact) noteItem(remember(tuple), tuple.length, item);
    tuple.push(m.view(item));
  }
  return tuple;
}

/** Keys and values in turn, in their exact types; undefined for a value that is no dict. */
function dictPairs(value: unknown): unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isDict = value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;
  if (!isDict) return undefined;
  const slots = recall(value);
  const entries: Iterable<[unknown, unknown]> =
    value instanceof Map ? value : Object.entries(value);
  const pairs: unknown[] = [];
  for (const [key, item] of entries) {
    pairs.push(restoreKey(slots, key), restore(slots?.values?.find(key), item));
  }
  return pairs;
}

function newObject(m: Machine, args: PyTuple): unknown {
  const [cls, ...own] = exactItems(args);
  return args.length === 0
    ? undefined
    : construct(m, new PyObject(cls, tupleOf(m, own), { how: 'newobj' }));
}

function newObjectEx(m: Machine, args: PyTuple): unknown {
  const [cls, own, kwargs] = args;
  if (args.length !== 3 || !(own instanceof PyTuple)) return undefined;
  return construct(m, new PyObject(cls, own, { how: 'newobj_ex', kwargs }));
}

/** A `functools.partial`, as PyObject or as an instance of the class that stands for it. */
interface Partial {
  func: unknown;
  args: unknown;
  keywords: unknown;
}

function partialOf(value: unknown): Partial | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof PyObject) {
    const { state } = value;
    if (!(value.callable instanceof PyGlobal && value.callable.is('functools', 'partial')))
      return undefined;
    if (!(state instanceof PyTuple)) return undefined;
    return { func: state[0], args: state[1], keywords: state[2] };
  }
  if (!('func' in value && 'args' in value && 'keywords' in value)) return undefined;
  return { func: value.func, args: value.args, keywords: value.keywords };
}

/** `partial(cls.__new__, cls, *args, **kwargs)()`: NEWOBJ_EX in protocols 2 and 3. */
function foldPartial(callable: unknown): PyObject | undefined {
  const partial = partialOf(callable);
  if (partial === undefined || !(partial.func instanceof PyGlobal)) return undefined;
  if (!partial.func.name.endsWith('.__new__') || !(partial.args instanceof PyTuple))
    return undefined;
  const [cls, ...rest] = partial.args;
  const args = PyTuple.from(rest);
  const slots = recall(partial.args)?.items;
  slots?.forEach((exact, index) => {
    if (exact !== undefined && index > 0) noteItem(remember(args), index - 1, exact);
  });
  return new PyObject(cls, args, { how: 'newobj_ex', kwargs: partial.keywords ?? {} });
}
