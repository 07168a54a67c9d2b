// What stands for a dict that is given: a Map, pairs, or a plain object.

import { pythonType } from './numbers';

/** Keys and values: a Map, pairs, or a plain object. */
export type PairsOrObject<Key> =
  Iterable<readonly [Key, unknown]> | Readonly<Record<string, unknown>>;

/**
 * The pairs in order; of equal keys the last value counts, as in a dict.
 * @throws {TypeError} no mapping (AttributeError in Python)
 */
export function pairsOf<Key>(mapping: PairsOrObject<Key>): ReadonlyMap<Key | string, unknown> {
  const given: unknown = mapping;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`'${pythonType(given)}' object has no attribute 'keys'`);
  }
  if (mapping instanceof Map) return mapping as ReadonlyMap<Key, unknown>;
  if (Symbol.iterator in mapping) return new Map(mapping as Iterable<readonly [Key, unknown]>);
  return new Map(Object.entries(mapping));
}
