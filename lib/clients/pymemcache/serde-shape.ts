// What a serde is to a client: two methods, of whatever object.

import { isNamed } from '../shared/arguments';
import type { Key } from './keys';

/** Makes of a value what is stored, with flags from 0 to 2^32 - 1. What is not bytes is stored as its `str()`. */
export type Serialize = (key: Buffer, value: unknown) => readonly [stored: unknown, flags: number];
/** Makes a value of what is stored; `value` belongs to the caller alone. */
export type Deserialize = (key: Key, value: Buffer, flags: number) => unknown;

/**
 * Anything with these two methods can be a client's `serde`. `serialize` is given the key as it is sent, `deserialize`
 * the caller's own; what they throw, the call throws.
 */
export interface Serde {
  serialize: Serialize;
  deserialize: Deserialize;
}

/** @throws {TypeError} it lacks one of the two methods */
export function checkSerde(serde: unknown): Serde {
  const { serialize, deserialize } = (serde ?? {}) as Partial<Serde>;
  if (typeof serialize === 'function' && typeof deserialize === 'function') return serde as Serde;
  throw new TypeError('a serde must have the methods serialize and deserialize');
}

/** A plain object that is a serde, and so no object of names. */
export function isSerde(value: unknown): boolean {
  return isNamed(value) && typeof value['serialize'] === 'function';
}
