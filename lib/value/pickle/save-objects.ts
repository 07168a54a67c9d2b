// Objects of classes: calls, states and names, written from the neutral form PyObject.
import { PicklingError } from './errors';
import { toPython2, type Name } from './names';
import { ItemsTask, MembersTask, PairsTask } from './save-containers';
import { noteItem, noteKey, noteValue, recall, remember, restore, type Slots } from './slots';
import { PyGlobal, PyObject, PyTuple, type PyOp } from './types';
import type { Task, Writer } from './writer';

/**
 * A task as a generator: what it yields is saved before it goes on; a Task that it yields is run.
 * Slower than a class with a state, and far easier to read: for what is rare.
 */
export type Steps = Generator<unknown, void, void>;

class StepsTask implements Task {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  step(w: Writer): boolean {
    for (;;) {
      const next = this.#steps.next();
      if (next.done === true) return true;
      if (isTask(next.value)) return w.begin(next.value);
      if (!w.save(next.value)) return false;
    }
  }
}

function isTask(value: unknown): value is Task {
  return [ItemsTask, PairsTask, MembersTask].some((type) => value instanceof type);
}

/** Puts these steps in work. */
export function beginSteps(w: Writer, steps: Steps): false {
  return w.begin(new StepsTask(steps));
}

/** A global of Python 3's name. */
const named = (module: string, name: string): PyGlobal => new PyGlobal(module, name);
const BUILTIN = {
  getattr: named('builtins', 'getattr'),
  object: named('builtins', 'object'),
  partial: named('functools', 'partial'),
  reconstructor: named('copyreg', '_reconstructor'),
  newobj: named('copyreg', '__newobj__'),
};

// --- names -----------------------------------------------------------------------------------------

/** Module and name as this protocol writes them. */
export function nameIn(w: Writer, { module, name, legacy }: PyGlobal): Name {
  if (w.protocol >= 3 || !w.settings.fixImports) return { module, name };
  return legacy ?? toPython2({ module, name });
}

const ASCII_NAME = /^[\0-\x09\x0b-\x7f]+$/;

/** Saves a class or function. */
export function saveGlobal(w: Writer, global: PyGlobal): boolean {
  const code = w.settings.codes?.get(global.toString());
  if (code !== undefined && w.protocol >= 2) {
    extension(w, code);
    return true;
  }
  if (w.protocol >= 4) return saveGlobal4(w, global);
  const { module, name } = nameIn(w, global);
  const key = `${module}\n${name}`;
  if (w.fetch(key)) return true;
  if (global.name.includes('.')) return beginSteps(w, dottedName(w, global, key));
  writeGlobal(w, { module, name });
  w.memoize(key);
  return true;
}

/** GLOBAL, without its memo entry. */
function writeGlobal(w: Writer, { module, name }: Name): void {
  for (const part of [module, name]) {
    const fits = w.protocol === 3 ? part !== '' && !part.includes('\n') : ASCII_NAME.test(part);
    if (!fits) throw new PicklingError(`the name ${JSON.stringify(part)} needs a higher protocol`);
  }
  w.byte(0x63);
  w.bytes(Buffer.from(`${module}\n${name}\n`, 'utf8'));
}

function saveGlobal4(w: Writer, global: PyGlobal): boolean {
  if (global.viaGetattr) {
    return w.fetch(global) || beginSteps(w, dottedName(w, global, global));
  }
  const key = `${global.module}\n${global.name}`;
  if (w.fetch(key)) return true;
  w.save(global.module);
  // datetime.datetime, array.array: the type's name is a string of its own, beside the module's.
  if (global.name === global.module) {
    w.newText(global.name);
    w.put();
  } else w.save(global.name);
  w.byte(0x93);
  w.memoize(key);
  return true;
}

function extension(w: Writer, code: number): void {
  if (code < 0x100) w.bytes(Buffer.of(0x82, code));
  else if (code < 0x10000) w.bytes(Buffer.of(0x83, code & 0xff, code >> 8));
  else {
    w.byte(0x84);
    w.uint32(code);
  }
}

/** The class that a dotted name is an attribute of, and the attribute. */
function splitName({ module, name, legacy }: PyGlobal): [owner: PyGlobal, attribute: string] {
  const dot = name.lastIndexOf('.');
  const oldDot = legacy?.name.lastIndexOf('.') ?? -1;
  const oldOwner = oldDot < 0 ? undefined : legacy;
  const old = oldOwner && { module: oldOwner.module, name: oldOwner.name.slice(0, oldDot) };
  return [new PyGlobal(module, name.slice(0, dot), old), name.slice(dot + 1)];
}

/** `getattr(owner, name)`: a dotted name below protocol 4, and a bound method at any. */
function* dottedName(w: Writer, global: PyGlobal, key: object | string): Steps {
  if (w.rules.bareGetattr && w.protocol < 4) yield* bareChain(w, global);
  else {
    yield BUILTIN.getattr;
    yield PyTuple.of<unknown>(...splitName(global));
    w.byte(0x52);
  }
  w.memoize(key);
}

/** The chain as 3.13 writes it: only `getattr` and the attribute names are memoized. */
function* bareChain(w: Writer, global: PyGlobal): Steps {
  const [owner, attribute] = splitName(global);
  yield BUILTIN.getattr;
  if (w.protocol < 2) w.byte(0x28);
  if (owner.name.includes('.')) yield* bareChain(w, owner);
  else writeGlobal(w, nameIn(w, owner));
  yield attribute;
  w.byte(w.protocol < 2 ? 0x74 : 0x86);
  w.byte(0x52);
}

// --- calls -----------------------------------------------------------------------------------------

/**
 * An object: the call that makes it, then what was done to it. `identity` is the value that other
 * references share, and `slots` what it remembers about its items.
 */
export function* objectSteps(w: Writer, object: PyObject, identity: object, extra: PyOp[]): Steps {
  const slots = recall(identity);
  let { ops } = object;
  switch (object.how) {
    case 'newobj':
      if (w.protocol < 2) ops = yield* oldNewObj(w, object);
      else yield* newObj(w, object);
      break;
    case 'newobj_ex':
      yield* newObjEx(w, object);
      break;
    case 'inst':
    case 'obj':
      yield* classic(w, object);
      break;
    case 'reduce':
      yield* reduce(w, object.callable, object.args);
  }
  // It may have come up in its own arguments, and be written by now.
  if (w.has(identity)) {
    w.byte(0x30);
    w.fetch(identity);
  } else w.memoize(identity);
  for (const op of [...ops, ...extra]) yield* opSteps(w, op, identity, slots);
}

/** `callable(*args)`. */
function* reduce(w: Writer, callable: unknown, args: PyTuple): Steps {
  yield callable;
  yield args;
  w.byte(0x52);
}

function* newObj(w: Writer, { callable, args }: PyObject): Steps {
  yield callable;
  yield args;
  w.byte(0x81);
}

/**
 * Protocols 0 and 1 have no NEWOBJ: `copyreg._reconstructor(cls, base, value)` where the base is known, else
 * `copyreg.__newobj__(cls, *args)`. Gives the operations that are still to be written.
 */
function* oldNewObj(w: Writer, object: PyObject): Generator<unknown, PyOp[], void> {
  const { callable, args, base, ops } = object;
  const rebuilt = base === undefined ? undefined : baseValue(object, base);
  if (base === undefined || rebuilt === undefined) {
    const shifted = PyTuple.of<unknown>(callable);
    appendExact(shifted, args);
    yield* reduce(w, BUILTIN.newobj, shifted);
    return ops;
  }
  const tuple = PyTuple.of<unknown>(callable, base);
  appendExact(tuple, rebuilt.value);
  yield* reduce(w, BUILTIN.reconstructor, tuple);
  return rebuilt.rest;
}

/** Appends items with what they are remembered to be. */
function appendExact(tuple: PyTuple, items: readonly unknown[]): void {
  const exacts = recall(items)?.items;
  items.forEach((item, index) => {
    const exact = exacts?.[index];
    if (exact !== undefined) noteItem(remember(tuple), tuple.length, exact);
    tuple.push(item);
  });
  const slots = recall(tuple);
  if (slots !== undefined) slots.length = tuple.length;
}

/** The value of the base class in an array of one, and the operations that it does not cover. */
function baseValue(
  object: PyObject,
  base: PyGlobal,
): { value: unknown[]; rest: PyOp[] } | undefined {
  const { args, ops } = object;
  const [first] = ops;
  const kind = base.module === 'builtins' ? base.name : '';
  if (kind === 'object') return args.length === 0 ? { value: [null], rest: ops } : undefined;
  if (kind === 'list') {
    if (args.length > 0) return undefined;
    if (first?.kind !== 'append') return { value: [[]], rest: ops };
    return { value: [first.items], rest: ops.slice(1) };
  }
  if (kind === 'dict') {
    if (args.length > 0) return undefined;
    if (first?.kind !== 'setitem') return { value: [new Map()], rest: ops };
    return { value: [mapOf(first.items)], rest: ops.slice(1) };
  }
  return args.length === 1 ? { value: args, rest: ops } : undefined;
}

/** Keys and values in turn as a Map, with what they are remembered to be. */
function mapOf(items: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  const exacts = recall(items)?.items;
  for (let i = 0; i + 1 < items.length; i += 2) {
    map.set(items[i], items[i + 1]);
    const [key, value] = [exacts?.[i], exacts?.[i + 1]];
    if (key !== undefined) noteKey(remember(map), items[i], key);
    if (value !== undefined) noteValue(remember(map), items[i], value);
  }
  return map;
}

/** Below protocol 4: `functools.partial(cls.__new__, cls, *args, **kwargs)()`. */
function* newObjEx(w: Writer, { callable, args, kwargs }: PyObject): Steps {
  if (w.protocol >= 4) {
    yield callable;
    yield args;
    yield kwargs ?? {};
    w.byte(0x92);
    return;
  }
  if (!(callable instanceof PyGlobal)) {
    throw new PicklingError('keyword arguments for a class without a name need protocol 4');
  }
  const { module, name, legacy } = callable;
  const old = legacy && { module: legacy.module, name: `${legacy.name}.__new__` };
  const make = new PyGlobal(module, `${name}.__new__`, old);
  const all = PyTuple.of<unknown>(callable);
  appendExact(all, args);
  const state = PyTuple.of<unknown>(make, all, kwargs ?? {}, null);
  const partial = new PyObject(BUILTIN.partial, [make], { ops: [{ kind: 'build', state }] });
  yield* reduce(w, partial, new PyTuple());
}

/** An instance of a Python 2 classic class; Python 3 has none, so protocol 3 and up write what it would. */
function* classic(w: Writer, object: PyObject): Steps {
  const { callable, args } = object;
  if (w.protocol >= 3) {
    if (args.length > 0) yield* reduce(w, callable, args);
    else yield* newObj(w, object);
    return;
  }
  w.byte(0x28);
  const named = w.protocol === 0 && callable instanceof PyGlobal && !callable.name.includes('.');
  if (!named) yield callable;
  const slots = recall(args);
  for (const [index, arg] of args.entries()) yield restore(slots?.items?.[index], arg);
  if (!named) {
    w.byte(0x6f);
    return;
  }
  const { module, name } = nameIn(w, callable);
  w.bytes(Buffer.from(`i${module}\n${name}\n`, 'utf8'));
}

// --- what is done to an object -------------------------------------------------------------------

function* opSteps(w: Writer, op: PyOp, identity: object, slots: Slots | undefined): Steps {
  const own = recall(op);
  switch (op.kind) {
    case 'append':
      if (op.items.length > 0) yield new ItemsTask(op.items, recall(op.items) ?? slots, 'iterator');
      return;
    case 'add':
      if (op.items.length > 0) yield new MembersTask(restoreItems(op.items), slots, 'iterator');
      return;
    case 'setitem':
      yield pairsTask(op.items, slots);
      return;
    case 'build':
      yield restore(own?.items?.[0], op.state);
      w.byte(0x62);
      return;
    case 'call':
      yield op.setter;
      yield identity;
      yield restore(own?.items?.[0], op.state);
      w.bytes(Buffer.of(0x86, 0x52, 0x30));
  }
}

function restoreItems(items: readonly unknown[]): readonly unknown[] {
  const exacts = recall(items)?.items;
  return exacts === undefined ? items : items.map((item, index) => restore(exacts[index], item));
}

function pairsTask(items: readonly unknown[], slots: Slots | undefined): PairsTask {
  const exact = restoreItems(items);
  const keys = exact.filter((_, index) => index % 2 === 0);
  const values = exact.filter((_, index) => index % 2 === 1);
  return new PairsTask(keys, values, slots, 'iterator');
}
