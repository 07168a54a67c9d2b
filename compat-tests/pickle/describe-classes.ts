// Describes instances of the standard classes by their own accessors, as python/describe.py does.
import type { Description, Walk } from './describe';

type Describe = (walk: Walk, number: number, value: never) => Description;

/** By JavaScript class. */
const KNOWN = new Map<unknown, Describe>([]);

/** The description of an instance of a standard class, undefined for any other object. */
export function describeKnown(walk: Walk, number: number, value: object): Description | undefined {
  return KNOWN.get(value.constructor)?.(walk, number, value as never);
}
