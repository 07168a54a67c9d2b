// The classes of the objects inside a value that came from a pickle.

import { PyObject } from '../value/pickle';
import { typeName } from './type-name';

/** Parts of one value that are looked at: a census needs no more, and a hostile value has millions. */
const MAX_PARTS = 10_000;
/** Python's own types, which every program has; the others have a dot or are a program's. */
const BUILTIN =
  /^(NoneType|bool|int|long|float|str( \(Python 2\))?|bytes|bytearray|list|tuple|dict|set|frozenset|complex)$/;

/** Their names: of what is read by name, and what a program must have to read it. */
export function classesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  const seen = new Set<object>();
  const open: unknown[] = [value];
  for (let part = open.pop(); seen.size < MAX_PARTS; part = open.pop()) {
    if (typeof part === 'object' && part !== null && !seen.has(part)) {
      seen.add(part);
      const name = typeName(part);
      if (!BUILTIN.test(name)) names.add(name);
      push(open, part);
    }
    if (open.length === 0) return names;
  }
  return names;
}

function push(open: unknown[], value: object): void {
  const room = MAX_PARTS - open.length;
  for (const parts of partsOf(value)) open.push(...few(parts, room));
}

function partsOf(value: object): Iterable<unknown>[] {
  if (value instanceof PyObject) {
    return [[value.args, value.state], value.listItems(), ...few(value.dictItems(), MAX_PARTS)];
  }
  if (value instanceof Map) return few<Iterable<unknown>>(value, MAX_PARTS);
  if (Array.isArray(value) || value instanceof Set) return [value as Iterable<unknown>];
  return isPlain(value) ? [Object.values(value)] : [];
}

function few<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= count) break;
    taken.push(item);
  }
  return taken;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
