// What the tables of standard classes share: forms kept as read, and checked arguments.
import { isHuge } from '../numbers';
import { recall, remember } from '../slots';
import { plain, PyGlobal, PyObject } from '../types';

/**
 * Notes that an unchangeable instance was read from this form, and is to be written back as it. (A Fraction of
 * two ints or of text, Python 2's str or text: what the class itself does not tell.)
 */
export function asRead<T extends object>(instance: T, form: PyObject): T {
  remember(instance).form = form;
  return instance;
}

/**
 * True where an operation that the class does not have was done to the instance before: what follows is kept
 * with it, so that all of it is written back in its order. (No Python could read that.)
 */
export function isStrange(instance: object): boolean {
  return recall(instance)?.ops !== undefined;
}

const used = new WeakSet<object>();

/**
 * False for an argument that some instance was already made of. Python makes a new one for each; a pickle in which
 * thousands of instances name one large list would take the time and memory of as many copies.
 */
export function isFirstUse(argument: object): boolean {
  if (used.has(argument)) return false;
  used.add(argument);
  return true;
}

/** The text of a str argument (of either Python), undefined for any other. */
export function textOf(value: unknown): string | undefined {
  const text = plain(value);
  return typeof text === 'string' ? text : undefined;
}

/** The value of an int argument, undefined for any other, and for a huge one: the form stays as it is. */
export function intOf(value: unknown): bigint | undefined {
  const int = plain(value);
  if (typeof int === 'bigint') return isHuge(int) ? undefined : int;
  return typeof int === 'number' && Number.isSafeInteger(int) ? BigInt(int) : undefined;
}

/** A bigint as a number where that is exact, as the default view gives ints. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** An int given from JavaScript. @throws {TypeError} not a whole number that is exact */
export function wholeNumber(value: number | bigint, what: string): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`${what} must be a safe integer or a bigint`);
  }
  return BigInt(value);
}

/** A name of Python 3. */
export function named(module: string, name: string): PyGlobal {
  return new PyGlobal(module, name);
}

/** Makes an instance, or gives undefined where its constructor refuses the fields: Python raises there. */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Marks a dict key as one of a kind of values, so that it equals no tuple of the user's. */
export class KeyTag {
  constructor(readonly kind: string) {}
}
