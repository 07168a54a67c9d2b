// Puts Maps in place of the objects they were made from, or objects in place of Maps, wherever a load has stored those.
import { recall } from './slots';
import { PyObject, type PyOp } from './types';

export type PyMap = Map<unknown, unknown>;

/** Replaces values inside `root`, however deep; follows every reference once. */
export function replaceAll(root: unknown, replaced: ReadonlyMap<object, object>): void {
  const seen = new Set<object>();
  const left: unknown[] = [root];
  const swap = (value: unknown): unknown => {
    const next = replaced.get(value as object) ?? value;
    left.push(next);
    return next;
  };
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    swapInside(value, swap);
  }
}

type Swap = (value: unknown) => unknown;

function swapInside(value: object, swap: Swap): void {
  if (value instanceof Map) for (const [key, item] of value) value.set(key, swap(item));
  else if (value instanceof Set) for (const item of value) swap(item);
  else if (value instanceof PyObject) swapInObject(value, swap);
  else if (!ArrayBuffer.isView(value)) swapProperties(value, swap);
  const slots = recall(value);
  if (slots?.form !== undefined) swapInObject(slots.form, swap);
  for (const op of slots?.ops ?? []) swapInOp(op, swap);
}

/** Arrays, plain objects, and the properties of instances. Keys of a Map cannot be dicts. */
function swapProperties(value: object, swap: Swap): void {
  for (const [name, item] of Object.entries(value)) {
    const next = swap(item);
    if (next !== item) Reflect.set(value, name, next);
  }
}

function swapInObject(object: PyObject, swap: Swap): void {
  object.callable = swap(object.callable);
  swap(object.args);
  object.kwargs = swap(object.kwargs);
  for (const op of object.ops) swapInOp(op, swap);
}

function swapInOp(op: PyOp, swap: Swap): void {
  if (op.kind === 'build' || op.kind === 'call') op.state = swap(op.state);
  else swap(op.items);
}
