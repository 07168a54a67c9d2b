// Finds what a hostile pickle could have done to prototypes: the built-in ones, and those of its values.
import * as pickle from '..';

const BUILT_IN = [
  Object,
  Array,
  Map,
  Set,
  WeakMap,
  Function,
  String,
  Number,
  Boolean,
  BigInt,
  Symbol,
  Date,
  Promise,
  RegExp,
  Error,
  Uint8Array,
  Buffer,
  ArrayBuffer,
];

/** Every own property of every built-in prototype and of our classes, as one text. */
export function prototypesNow(): string {
  const classes = Object.values(pickle).filter((each) => typeof each === 'function');
  return [...BUILT_IN, ...classes]
    .map((each) => {
      const prototype: unknown = each.prototype;
      if (typeof prototype !== 'object' || prototype === null) return each.name;
      return `${each.name}: ${Reflect.ownKeys(prototype).map(String).join()}`;
    })
    .join('\n');
}

/**
 * A plain object among the parts of a value whose prototype came from the pickle, or undefined.
 * Looks at no more than `limit` parts.
 */
export function strangePrototype(value: unknown, limit = 2000): object | undefined {
  const parts = [value];
  const seen = new Set<unknown>();
  for (let part = parts.pop(); seen.size < limit; part = parts.pop()) {
    if (typeof part === 'object' && part !== null && !seen.has(part)) {
      seen.add(part);
      if (!isOrdinary(part)) return part;
      parts.push(...children(part));
    }
    if (parts.length === 0) return undefined;
  }
  return undefined;
}

/** A prototype of code has a constructor of its own; one made of data has not. */
function isOrdinary(part: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype === null) return true;
  if (typeof prototype !== 'object' || !Object.hasOwn(prototype, 'constructor')) return false;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
  const constructor: unknown = descriptor?.value;
  return typeof constructor === 'function' && constructor.prototype === prototype;
}

function children(part: object): unknown[] {
  if (part instanceof Uint8Array) return [];
  const own: unknown[] = Object.values(part).slice(0, 1000);
  if (part instanceof Map) for (const pair of part as Map<unknown, unknown>) own.push(...pair);
  if (part instanceof Set) for (const member of part as Set<unknown>) own.push(member);
  return own;
}
