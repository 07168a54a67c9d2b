// Objects of classes: calls, states and items, written from the neutral form PyObject.
import { PicklingError } from './errors';
import { ItemsTask, MembersTask, PairsTask } from './save-containers';
import { nameIn } from './save-names';
import { noteItem, noteKey, noteValue, recall, remember, restore, type Slots } from './slots';
import { beginSteps, Run, type Steps } from './steps';
import { PyGlobal, PyObject, PyTuple, type PyOp } from './types';
import type { Writer } from './writer';

const PARTIAL = new PyGlobal('functools', 'partial');
const RECONSTRUCTOR = new PyGlobal('copyreg', '_reconstructor');
const NEW_OBJECT = new PyGlobal('copyreg', '__newobj__');

/** What of an object is written: nothing, its callable, its arguments, the call, or the state of a BUILD. */
const enum Done {
  Nothing,
  Callable,
  Arguments,
  Call,
  Ops,
  State,
}

/**
 * An object: the call that makes it, then what was done to it. `identity` is the value that other references share;
 * what `extra` holds was done to it last. The usual calls and states need no generator, for there may be as many of
 * these tasks as there are objects inside objects.
 */
export class ObjectTask extends Run {
  readonly #object: PyObject;
  readonly #identity: object;
  /** What is still to be done once the object is made. */
  #ops: readonly PyOp[];
  #op = 0;
  #done: Done = Done.Nothing;

  constructor(object: PyObject, identity: object, extra: readonly PyOp[] = []) {
    super();
    this.#object = object;
    this.#identity = identity;
    this.#ops = extra.length === 0 ? object.ops : [...object.ops, ...extra];
  }

  step(w: Writer): boolean {
    if (this.#done === Done.State) {
      w.byte(0x62);
      this.#done = Done.Ops;
    }
    if (this.#done < Done.Call && !this.#make(w)) return false;
    if (this.#done === Done.Call) {
      this.#memoize(w);
      this.#done = Done.Ops;
    }
    return this.#runOps(w);
  }

  /** Writes the call; false when it is interrupted. */
  #make(w: Writer): boolean {
    const { how, callable, args, isRebuilt } = this.#object;
    if (how !== 'reduce' && (how !== 'newobj' || w.protocol < 2 || isRebuilt)) {
      this.#done = Done.Call;
      return beginSteps(w, this.#makeOtherwise(w));
    }
    if (this.#done === Done.Nothing) {
      this.#done = Done.Callable;
      if (!w.save(callable)) return false;
    }
    if (this.#done === Done.Callable) {
      this.#done = Done.Arguments;
      if (!w.save(args)) return false;
    }
    w.byte(how === 'reduce' ? 0x52 : 0x81);
    this.#done = Done.Call;
    return true;
  }

  *#makeOtherwise(w: Writer): Steps {
    const object = this.#object;
    if (object.how === 'newobj') this.#ops = yield* oldNewObj(w, object, this.#ops);
    else if (object.how === 'newobj_ex') yield* newObjEx(w, object);
    else if (object.how === 'reconstruct') yield* reconstruct(w, object);
    else yield* classic(w, object);
  }

  #memoize(w: Writer): void {
    // The object may have come up in its own arguments, and be written by now.
    if (!w.has(this.#identity)) {
      w.memoize(this.#identity);
      return;
    }
    w.byte(0x30);
    w.fetch(this.#identity);
  }

  #runOps(w: Writer): boolean {
    for (;;) {
      const op = this.#ops[this.#op++];
      if (op === undefined) return true;
      if (op.kind !== 'build') {
        return beginSteps(w, opSteps(w, op, this.#identity));
      }
      this.#done = Done.State;
      if (!w.save(restore(recall(op)?.items?.[0], op.state))) return false;
      w.byte(0x62);
      this.#done = Done.Ops;
    }
  }
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
function* oldNewObj(
  w: Writer,
  object: PyObject,
  ops: readonly PyOp[],
): Generator<unknown, readonly PyOp[], void> {
  const { callable, args, base } = object;
  const rebuilt = base === undefined ? undefined : baseValue(args, ops, base);
  if (base === undefined || rebuilt === undefined) {
    const shifted = PyTuple.of<unknown>(callable);
    appendExact(shifted, args);
    yield* reduce(w, NEW_OBJECT, shifted);
    return ops;
  }
  const tuple = PyTuple.of<unknown>(callable, base);
  appendExact(tuple, rebuilt.value);
  yield* reduce(w, RECONSTRUCTOR, tuple);
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

/** `copyreg._reconstructor(cls, base, value)`, at every protocol. */
function* reconstruct(w: Writer, { callable, args, base }: PyObject): Steps {
  const tuple = PyTuple.of<unknown>(callable, base ?? new PyGlobal('builtins', 'object'));
  appendExact(tuple, args.length > 0 ? args : [null]);
  yield* reduce(w, RECONSTRUCTOR, tuple);
}

/** The value of the base class in an array of one, and the operations that it does not cover. */
function baseValue(
  args: PyTuple,
  ops: readonly PyOp[],
  base: PyGlobal,
): { value: unknown[]; rest: readonly PyOp[] } | undefined {
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
  const partial = new PyObject(PARTIAL, [make], { ops: [{ kind: 'build', state }] });
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

function* opSteps(w: Writer, op: Exclude<PyOp, { kind: 'build' }>, identity: object): Steps {
  // A known instance remembers for its items what a list or dict would.
  const slots = recall(identity);
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
    case 'call':
      yield op.setter;
      yield identity;
      yield restore(recall(op)?.items?.[0], op.state);
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
