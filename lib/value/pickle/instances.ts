// Instances of known classes during one load: later opcodes find the methods of their class here.
import type { KnownClass, LoadContext } from './contract';
import { Fault } from './fault';
import {
  forgetValue,
  keepOp,
  noteItem,
  noteKey,
  noteLength,
  noteValue,
  recall,
  remember,
  type Slots,
} from './slots';
import { type Exact } from './exact';
import { PyObject, type PyOp } from './types';

/** An instance of a known class, and how many items it was given by APPEND and APPENDS. */
interface Adopted {
  readonly known: KnownClass;
  appended: number;
}

/** The operations that give items to an object. */
export type ItemKind = 'append' | 'add' | 'setitem';

export class Instances {
  readonly #context: LoadContext;
  #adopted: Map<object, Adopted> | undefined = undefined;

  constructor(context: LoadContext) {
    this.#context = context;
  }

  /** Notes that this instance belongs to a known class. */
  adopt(instance: object, known: KnownClass): void {
    (this.#adopted ??= new Map()).set(instance, { known, appended: 0 });
  }

  /** APPEND, ADDITEMS, SETITEMS and the like: gives items, which remember what they cannot tell. */
  extend(target: object, kind: ItemKind, items: unknown[]): void {
    const adopted = this.#adopted?.get(target);
    if (adopted === undefined) throw new Fault('items for a value that has none');
    const { known, appended } = adopted;
    const memory = recall(items)?.items;
    const first = memory === undefined ? undefined : firstKeys(target, kind, items);
    const handled = EXTENDERS[kind](known, target, items, this.#context);
    if (handled && memory !== undefined) {
      rememberItems(target, kind, items, memory, first, appended);
    }
    if (kind === 'append') {
      adopted.appended += items.length;
      noteLength(target, adopted.appended);
    }
    if (!handled || known.dump === undefined) keepOp(target, { kind, items });
  }

  /** BUILD: gives a state to an object; `exact` is what the state cannot tell of itself. */
  build(target: unknown, state: unknown, exact: Exact | undefined): void {
    const op: PyOp = { kind: 'build', state };
    if (exact !== undefined) noteItem(remember(op), 0, exact);
    if (target instanceof PyObject) {
      target.ops.push(op);
      return;
    }
    const instance = typeof target === 'object' && target !== null ? target : undefined;
    const known = instance && this.#adopted?.get(instance)?.known;
    if (instance === undefined || known === undefined)
      throw new Fault('state for a value that has none');
    const handled =
      known.build !== undefined && known.build(instance, op.state, this.#context) !== false;
    if (!handled || known.dump === undefined) keepOp(instance, op);
  }

  /** `setter(object, state)`, whose result the pickle drops. */
  applySetter(target: object | null, setting: PyObject): void {
    const op: PyOp = { kind: 'call', setter: setting.callable, state: setting.args[1] };
    const exact = recall(setting.args)?.items?.[1];
    if (exact !== undefined) noteItem(remember(op), 0, exact);
    if (target instanceof PyObject) target.ops.push(op);
    else if (target !== null && this.#adopted?.has(target) === true) keepOp(target, op);
  }
}

type Extend = (
  known: KnownClass,
  target: object,
  items: unknown[],
  context: LoadContext,
) => boolean;

const EXTENDERS: Record<ItemKind, Extend> = {
  append: (known, target, items, context) => {
    return known.append !== undefined && known.append(target, items, context) !== false;
  },
  add: (known, target, items, context) => {
    return known.add !== undefined && known.add(target, items, context) !== false;
  },
  setitem: (known, target, items, context) => {
    return known.setItems !== undefined && known.setItems(target, items, context) !== false;
  },
};

/** An instance remembers for its items what a list or dict would. */
function rememberItems(
  target: object,
  kind: ItemKind,
  items: readonly unknown[],
  exacts: readonly (Exact | undefined)[],
  first: ReadonlySet<number> | undefined,
  appended: number,
): void {
  const slots: Slots = remember(target);
  exacts.forEach((exact, index) => {
    const isKey = kind === 'add' || index % 2 === 0;
    if (exact === undefined) {
      if (kind === 'setitem' && !isKey) forgetValue(target, items[index - 1]);
    } else if (kind === 'append') noteItem(slots, appended + index, exact);
    else if (!isKey) noteValue(slots, items[index - 1], exact);
    else if (first?.has(index) === true) noteKey(slots, items[index], exact);
  });
}

/** Where the keys or members stand that the target does not have yet: of equal ones the first stays. */
function firstKeys(
  target: object,
  kind: ItemKind,
  items: readonly unknown[],
): ReadonlySet<number> | undefined {
  if (kind === 'append') return undefined;
  const has = target instanceof Map || target instanceof Set ? target : new Set<unknown>();
  const seen = new Set<unknown>();
  const first = new Set<number>();
  for (let i = 0; i < items.length; i += kind === 'add' ? 1 : 2) {
    const key = items[i];
    if (!seen.has(key) && !has.has(key)) first.add(i);
    seen.add(key);
  }
  return first;
}
