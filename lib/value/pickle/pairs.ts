// Sets the pairs of a dict on a plain object: part of the reader's hot path, for text keys.
import type { Machine } from './machine';
import { isEmpty } from './key-order';
import { forgetValue, noteKey, noteValue, recall, remember } from './slots';
import { Exact } from './exact';

/** Sets pairs of plain string keys on a plain object; the index of the first pair that needs more care. */
export function setPlainPairs(
  dict: Record<string, unknown>,
  stack: unknown[],
  from: number,
  sp: number,
): number {
  for (let i = from; i < sp; i += 2) {
    const key = stack[i];
    if (typeof key !== 'string') return i;
    const first = key.charCodeAt(0);
    // Digits may be an array index, which would move; '_' may begin __proto__.
    if (first <= 0x39 ? first >= 0x30 : first === 0x5f && key === '__proto__') return i;
    dict[key] = stack[i + 1];
  }
  return sp;
}

/** As setPlainPairs, where some keys and values are Exact: the dict remembers those. */
export function setExactPairs(
  dict: Record<string, unknown>,
  stack: unknown[],
  from: number,
  sp: number,
  keysAreKnown: boolean,
): number {
  let noted = recall(dict)?.values !== undefined;
  for (let i = from; i < sp; i += 2) {
    const given = stack[i];
    const value = stack[i + 1];
    const key = given instanceof Exact ? given.plain() : given;
    if (typeof key !== 'string') return i;
    const first = key.charCodeAt(0);
    if (first <= 0x39 ? first >= 0x30 : first === 0x5f && key === '__proto__') return i;
    if (given instanceof Exact && !keysAreKnown && !Object.hasOwn(dict, key)) {
      noteKey(remember(dict), key, given);
    }
    if (value instanceof Exact) {
      dict[key] = value.plain();
      noteValue(remember(dict), key, value);
      noted = true;
    } else {
      // An object or bool is never taken for what was there before.
      const mayBeTaken = noted && typeof value !== 'object' && typeof value !== 'boolean';
      if (mayBeTaken && Object.hasOwn(dict, key)) forgetValue(dict, key);
      dict[key] = value;
    }
  }
  return sp;
}

/**
 * Sets all pairs of a dict. All keys of a Python 2 dict are Exact, mostly in the order of the dict before, whose
 * memory of keys will then do for both.
 */
export function setExactDict(
  m: Machine,
  dict: Record<string, unknown>,
  stack: unknown[],
  from: number,
  sp: number,
): number {
  const isFresh = recall(dict)?.keys === undefined && isEmpty(dict);
  const known = isFresh && m.lastKeys?.matches(stack, from, sp) === true ? m.lastKeys : undefined;
  const done = setExactPairs(dict, stack, from, sp, known !== undefined);
  if (done < sp || !isFresh) return done;
  if (known !== undefined) remember(dict).keys = known;
  else if ((m.lastKeys = recall(dict)?.keys) !== undefined) m.lastKeys.isShared = true;
  return done;
}
