// fractions.Fraction.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import type { PythonRelease } from '../options';
import { pyRepr, repr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import { asRead, intOf, KeyTag, narrow, textOf, wholeNumber } from './form';

interface Terms {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** fractions.Fraction, in lowest terms. */
export class PyFraction {
  #terms: Terms;
  #isLowest = false;

  /** @throws {RangeError} a denominator of 0 @throws {TypeError} not whole numbers */
  constructor(numerator: bigint | number, denominator: bigint | number = 1n) {
    const top = wholeNumber(numerator, 'numerator');
    const bottom = wholeNumber(denominator, 'denominator');
    if (bottom === 0n) throw new RangeError(`Fraction(${top}, 0)`);
    this.#terms = { numerator: top, denominator: bottom };
  }

  /** Above the line; it has the sign. */
  get numerator(): bigint {
    return this.#lowest().numerator;
  }

  /** Above 0. */
  get denominator(): bigint {
    return this.#lowest().denominator;
  }

  /** The nearest number. */
  toNumber(): number {
    const [top, bottom] = [Number(this.numerator), Number(this.denominator)];
    if (Number.isFinite(top) && Number.isFinite(bottom)) return top / bottom;
    // Too large for a number each: the ratio is that of their leading bits.
    const bits = BigInt(this.denominator.toString(2).length - 1024);
    const shift = bits > 0n ? bits : 0n;
    return Number(this.numerator >> shift) / Number(this.denominator >> shift);
  }

  /** As the nearest float. */
  valueOf(): number {
    return this.toNumber();
  }

  /** As Python: `1/3`, `5`. */
  toString(): string {
    return this.denominator === 1n ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`Fraction(${this.numerator}, ${this.denominator})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal to any number of the same value. */
  [pyKey](): unknown {
    return rationalKey(this.#terms.numerator, this.#terms.denominator);
  }

  /** Not before it is asked for: a greatest common divisor takes long. */
  #lowest(): Terms {
    if (this.#isLowest) return this.#terms;
    const { numerator, denominator } = this.#terms;
    const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    this.#isLowest = true;
    return (this.#terms = { numerator: numerator / divisor, denominator: denominator / divisor });
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const TAG = new KeyTag('rational');
/** The largest power of two that a number can divide by exactly. */
const MAX_BITS = 1000;
/** Bits of terms whose common divisor is looked for: of longer ones it takes too long where there are many keys. */
const MAX_TERM_BITS = 320;

function isShort(term: bigint): boolean {
  return BigInt.asIntN(MAX_TERM_BITS, term) === term;
}

/** What a rational number equals: an int, a float where one is exactly it, else only other rationals. */
export function rationalKey(numerator: bigint, denominator: bigint): unknown {
  // Python writes them in lowest terms.
  const isKept = denominator > 1n && !(isShort(numerator) && isShort(denominator));
  if (isKept) return PyTuple.of<unknown>(TAG, numerator, denominator);
  const divisor = greatestCommonDivisor(numerator, denominator);
  const [top, bottom] = [numerator / divisor, denominator / divisor];
  if (bottom === 1n) return narrow(top);
  const isPowerOf2 = (bottom & (bottom - 1n)) === 0n && bottom < 1n << BigInt(MAX_BITS);
  if (isPowerOf2 && BigInt.asIntN(54, top) === top) return Number(top) / Number(bottom);
  return PyTuple.of<unknown>(TAG, top, bottom);
}

/** Digits of a Fraction that is read as one: text of longer ones would take long to make ints of. */
const MAX_DIGITS = 1000;
const TEXT = /^(-?\d+)(?:\/(\d+))?$/;

/** Numerator and denominator of the call; undefined where Python does not write it so. */
function fieldsOf({ args }: PyObject): [bigint, bigint] | undefined {
  if (args.length === 1) {
    const text = textOf(args[0]);
    const match = text !== undefined && text.length <= MAX_DIGITS ? TEXT.exec(text) : null;
    return match === null ? undefined : [BigInt(match[1] ?? 0), BigInt(match[2] ?? 1)];
  }
  const [top, bottom] = args.map(intOf);
  return args.length !== 2 || top === undefined || bottom === undefined ? undefined : [top, bottom];
}

/** Releases that write two ints, since 3.11; older ones write text. */
const TWO_INTS: ReadonlySet<PythonRelease> = new Set(['3.11', '3.12', '3.13']);

// Fraction(numerator, denominator); before 3.11: Fraction('numerator/denominator')
const FRACTION: KnownClass<PyFraction> = {
  module: 'fractions',
  name: 'Fraction',
  type: PyFraction,
  load(form) {
    const fields = form.how === 'reduce' ? fieldsOf(form) : undefined;
    if (fields === undefined || fields[1] === 0n) return undefined;
    return asRead(new PyFraction(...fields), form);
  },
  dump(value, { python }) {
    const { numerator, denominator } = value;
    return TWO_INTS.has(python)
      ? PyObject.call('fractions', 'Fraction', narrow(numerator), narrow(denominator))
      : PyObject.call('fractions', 'Fraction', value.toString());
  },
};

export const FRACTIONS: readonly KnownClass[] = [FRACTION] as readonly KnownClass[];
