// range (Python 2's xrange), slice, and the singletons of builtins with their types.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { listRepr, pyRepr, repr, type Repr } from '../repr';
import { recall, share } from '../slots';
import { PyGlobal, PyObject, PyTuple } from '../types';
import { asRead, attempt, intOf, KeyTag, narrow, wholeNumber } from './form';

/** range: start, stop and step as bigint, as Python's have no bound. */
export class PyRange implements Iterable<number | bigint> {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  /**
   * All three are given, unlike Python's range(stop).
   * @throws {RangeError} a step of 0 @throws {TypeError} not whole numbers
   */
  constructor(start: number | bigint, stop: number | bigint, step: number | bigint = 1n) {
    this.start = wholeNumber(start, 'start');
    this.stop = wholeNumber(stop, 'stop');
    this.step = wholeNumber(step, 'step');
    if (this.step === 0n) throw new RangeError('a range needs a step other than 0');
  }

  /** How many numbers it has: a bigint, as it has no bound. */
  get length(): bigint {
    const { start, stop, step } = this;
    const [span, size] = step > 0n ? [stop - start, step] : [start - stop, -step];
    return span <= 0n ? 0n : (span + size - 1n) / size;
  }

  /** Its numbers: number where safe, else bigint. */
  *[Symbol.iterator](): Generator<number | bigint> {
    for (let value = this.start, left = this.length; left > 0n; left--, value += this.step) {
      yield narrow(value);
    }
  }

  toString(): string {
    return repr(this);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    const { start, stop, step } = this;
    return { parts: [`range(${start}, ${stop}${step === 1n ? '' : `, ${step}`})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Ranges are equal where their numbers are. */
  [pyKey](): unknown {
    const { length, start, step } = this;
    const fields = length === 0n ? [] : length === 1n ? [start] : [length, start, step];
    return PyTuple.of<unknown>(RANGE_TAG, ...fields);
  }
}

const RANGE_TAG = new KeyTag('range');

// range(start, stop, step)
const RANGE: KnownClass<PyRange> = {
  module: 'builtins',
  name: 'range',
  type: PyRange,
  load(form) {
    const [start, stop, step] = form.args.map(intOf);
    if (form.how !== 'reduce' || form.args.length !== 3) return undefined;
    if (start === undefined || stop === undefined || step === undefined) return undefined;
    const range = attempt(() => new PyRange(start, stop, step));
    return range && asRead(range, form);
  },
  dump: ({ start, stop, step }) =>
    PyObject.call('builtins', 'range', narrow(start), narrow(stop), narrow(step)),
};

/** slice: its fields are any values, mostly ints and None. */
export class PySlice {
  constructor(
    readonly start: unknown,
    readonly stop: unknown,
    readonly step: unknown = null,
  ) {}

  toString(): string {
    return repr(this);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    const fields = recall(this)?.form?.args ?? [this.start, this.stop, this.step];
    return { parts: listRepr('slice(', fields, ')').parts };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

// slice(start, stop, step)
const SLICE: KnownClass<PySlice> = {
  module: 'builtins',
  name: 'slice',
  type: PySlice,
  load(form) {
    const [start, stop, step] = form.args;
    if (form.how !== 'reduce' || form.args.length !== 3) return undefined;
    return asRead(new PySlice(start, stop, step), form);
  },
  dump: ({ start, stop, step }) => PyObject.call('builtins', 'slice', start, stop, step),
};

/** The class of a singleton, which has no name that pickles can use: `type(None)`. */
export class PyTypeOf {
  /** @param of null, `Ellipsis` or `NotImplemented`; of null it is `NoneType`, which is one object */
  constructor(readonly of: null | PyGlobal) {}

  toString(): string {
    return repr(this);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`<class '${this.#name()}'>`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(TYPE_TAG, this.#name());
  }

  #name(): string {
    if (this.of === null) return 'NoneType';
    return this.of.name === 'Ellipsis' ? 'ellipsis' : 'NotImplementedType';
  }
}

const TYPE_TAG = new KeyTag('type');

/** Python's type(None). */
export const NoneType: PyTypeOf = share(new PyTypeOf(null));

// type(None), type(Ellipsis), type(NotImplemented)
const TYPE_OF: KnownClass<PyTypeOf> = {
  module: 'builtins',
  name: 'type',
  type: PyTypeOf,
  load(form) {
    const [of] = form.args;
    if (form.how !== 'reduce' || form.args.length !== 1) return undefined;
    const isSingleton =
      of instanceof PyGlobal &&
      (of.is('builtins', 'Ellipsis') || of.is('builtins', 'NotImplemented'));
    if (of === null) return NoneType;
    return isSingleton ? asRead(new PyTypeOf(of), form) : undefined;
  },
  dump: ({ of }) => PyObject.call('builtins', 'type', of),
};

export const RANGES: readonly KnownClass[] = [RANGE, SLICE, TYPE_OF] as readonly KnownClass[];
