// numpy's scalars and arrays: kept as read, with a view of the simple types, or made of JavaScript's numbers.
import { inspect } from 'node:util';
import { pyKey } from '../equality';
import { floatRepr } from '../numbers';
import { pyRepr, repr, Shown, type Repr } from '../repr';
import { PyFloat } from '../exact';
import { bytesOf, type PyObject } from '../types';
import {
  dataOf,
  packArray,
  packValue,
  valueAt,
  type NumpyCode,
  type NumpyData,
  type PyNumpyDtype,
} from './numpy-types';

/** numpy's major release. */
export type NumpyRelease = 1 | 2;

/** How to write what is made here. */
export interface NumpyOptions {
  /**
   * The release whose pickles are imitated; default 2. A reader with numpy 1 needs 1, which numpy 2 reads too (at
   * protocol 5 with a DeprecationWarning). For Python 2.7 to 3.8, which have no numpy 2, it is always 1.
   */
  readonly numpy?: NumpyRelease | undefined;
}

/** The value as Python's repr needs it: floats as such. */
function shownAt(dtype: PyNumpyDtype, data: NumpyData, index: number): unknown {
  const value = valueAt(dtype, data, index);
  return data instanceof Float64Array || data instanceof Float32Array
    ? new PyFloat(shortest(value as number, data))
    : value;
}

/** A float32 as the shortest decimal that gives it again, as numpy prints it. */
function shortest(value: number, data: NumpyData): number {
  if (!(data instanceof Float32Array) || !Number.isFinite(value)) return value;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** numpy.float64(1.0) and its kin: a value with numpy's type. */
export class PyNumpyScalar {
  readonly #source: unknown;

  /** @param source its bytes, or text that stands for them */
  constructor(
    readonly dtype: PyNumpyDtype,
    source: unknown,
    /** The call that it was read as; undefined where it was made here. */
    readonly form?: PyObject,
    readonly numpy: NumpyRelease = 2,
  ) {
    this.#source = source;
  }

  /**
   * `numpy.float64(1.5)` is `of('f8', 1.5)`; a float32 takes the nearest value.
   * @param value a boolean for `b1`; a number for floats; a number or bigint for ints
   * @throws {TypeError} another code, a value of another type, or no whole number where ints are wanted
   * @throws {RangeError} an int that its type has no room for
   */
  static of(
    code: NumpyCode,
    value: number | bigint | boolean,
    { numpy }: NumpyOptions = {},
  ): PyNumpyScalar {
    const { dtype, bytes } = packValue(code, value);
    return new PyNumpyScalar(dtype, bytes, undefined, numpy);
  }

  /** Its bytes, in the dtype's order. */
  get bytes(): Buffer {
    return bytesOf(this.#source) ?? Buffer.alloc(0);
  }

  /** Boolean, number or bigint; text for U and S types; undefined for any other type. */
  get value(): unknown {
    const data = dataOf(this.dtype, this.bytes);
    if (data?.length === 1) return valueAt(this.dtype, data, 0);
    if (/^S\d+$/.test(this.dtype.code)) return this.bytes.toString('latin1');
    return /^U\d+$/.test(this.dtype.code) ? utf32(this.bytes, this.dtype.byteorder) : undefined;
  }

  /** The value, where its dtype is one that is understood. */
  valueOf(): unknown {
    return this.value;
  }

  toString(): string {
    const { value, dtype } = this;
    if (dtype.code === 'b1') return value === true ? 'True' : 'False';
    if (dtype.code.startsWith('S')) return repr(this.bytes);
    if (dtype.code.startsWith('f') && typeof value === 'number') return floatRepr(this.#float());
    return String(value);
  }

  toJSON(): unknown {
    return typeof this.value === 'bigint' ? String(this.value) : this.value;
  }

  /** As numpy 2: `np.float64(1.0)`. */
  [pyRepr](): Repr {
    const { value, dtype } = this;
    if (dtype.code === 'b1') return { parts: [`np.${this.toString()}_`] };
    if (value === undefined) return { parts: ['<numpy ', new Shown(dtype), ' scalar>'] };
    const name = { U: 'str_', S: 'bytes_' }[dtype.code.charAt(0)] ?? dtype.name;
    const text = name === 'bytes_' ? new Shown(this.bytes) : new Shown(this.#shown());
    return { parts: [`np.${name}(`, text, ')'] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  #shown(): unknown {
    const data = dataOf(this.dtype, this.bytes);
    return data === undefined ? this.value : shownAt(this.dtype, data, 0);
  }

  #float(): number {
    const shown = this.#shown();
    return shown instanceof PyFloat ? shown.value : NaN;
  }
}

/** Text of a U type without its trailing zeros; undefined where a code point is none. */
function utf32(bytes: Buffer, byteorder: string): string | undefined {
  const points: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    points.push(byteorder === '>' ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  }
  while (points.at(-1) === 0) points.pop();
  if (points.some((point) => point > 0x10ffff)) return undefined;
  return points.map((point) => String.fromCodePoint(point)).join('');
}

/** numpy.ndarray. */
export class PyNumpyArray {
  dtype: PyNumpyDtype | undefined;
  /** Length of each dimension. */
  shape: readonly number[] = [];
  /** C: the last index changes fastest; F: the first does. */
  order: 'C' | 'F' = 'C';
  /** What holds the items' bytes; undefined for objects. */
  source: unknown;
  /** The items of an array of objects, undefined for any other. */
  objects: readonly unknown[] | undefined;

  constructor(
    /** The call that it was read as; undefined where it was made here. */
    readonly form?: PyObject,
    readonly numpy: NumpyRelease = 2,
  ) {}

  /**
   * An array of a copy of these numbers, in C order; its type is that of the typed array, or bool for booleans:
   * `numpy.array([[1.5, 2.5], [3.5, 4.5]])` is `from(Float64Array.of(1.5, 2.5, 3.5, 4.5), [2, 2])`.
   * @param shape the length of each dimension; one dimension by default, none for an array of one number: `[]`
   * @throws {TypeError} neither a typed array of a simple type nor an array of booleans
   * @throws {RangeError} a shape that the numbers do not fill, or of more than 32 dimensions
   */
  static from(
    data: NumpyData | readonly boolean[],
    shape: readonly number[] = [data.length],
    { numpy }: NumpyOptions = {},
  ): PyNumpyArray {
    const { dtype, bytes } = packArray(data);
    checkShape(shape, data.length);
    const array = new PyNumpyArray(undefined, numpy);
    array.dtype = dtype;
    array.shape = [...shape];
    array.source = bytes;
    return array;
  }

  /** The items' bytes; undefined for objects. */
  get bytes(): Buffer | undefined {
    return this.source === undefined ? undefined : bytesOf(this.source);
  }

  /** A copy of the numbers in memory order; undefined for types without a typed array. */
  get data(): NumpyData | undefined {
    const { dtype, bytes } = this;
    return dtype && bytes && dataOf(dtype, bytes);
  }

  /**
   * The items in arrays by shape, or one item for a shape without dimensions; undefined for types without a
   * typed array, and where shape and bytes do not fit.
   */
  toArray(): unknown {
    return this.#items((dtype, data, index) => valueAt(dtype, data, index));
  }

  toString(): string {
    return repr(this);
  }

  toJSON(): unknown {
    return this.#items((dtype, data, index) => {
      const value = valueAt(dtype, data, index);
      return typeof value === 'bigint' ? String(value) : value;
    });
  }

  /** As numpy's, in one line and without its alignment. */
  [pyRepr](): Repr {
    const items = this.#items(shownAt);
    if (items === undefined) return { parts: ['<numpy array of ', new Shown(this.dtype), '>'] };
    return { parts: ['array(', new Shown(items), ')'], again: 'array(...)' };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): never {
    throw new TypeError("unhashable type: 'numpy.ndarray'");
  }

  #items(item: (dtype: PyNumpyDtype, data: NumpyData, index: number) => unknown): unknown {
    const { dtype, shape, order, objects } = this;
    const data = dtype && this.data;
    const length = objects?.length ?? data?.length;
    const size = shape.reduce((product, side) => product * side, 1);
    if (dtype === undefined || length !== size) return undefined;
    // Of an empty array only the outermost bracket is made: (1000000000, 0) has as many lists.
    if (size === 0) return [];
    return nest(shape, order, (index) =>
      objects !== undefined ? objects[index] : data && item(dtype, data, index),
    );
  }
}

/** As many as every numpy allows: 2 has 64. */
const MAX_DIMENSIONS = 32;

function checkShape(shape: readonly number[], length: number): void {
  const size = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);
  const isShape = shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  // numpy refuses sides whose product overflows, even where another side is 0.
  const fits = size(shape) === length && Number.isSafeInteger(8 * size(shape.filter(Boolean)));
  if (shape.length > MAX_DIMENSIONS || !isShape || !fits) {
    throw new RangeError(`no shape for ${length} numbers: [${shape.join(', ')}]`);
  }
}

/** Fills arrays of this shape. As deep as there are dimensions: numpy allows 64. */
function nest(
  shape: readonly number[],
  order: 'C' | 'F',
  item: (index: number) => unknown,
): unknown {
  const strides = shape.map((_, axis) => {
    const inner = order === 'C' ? shape.slice(axis + 1) : shape.slice(0, axis);
    return inner.reduce((product, side) => product * side, 1);
  });
  const fill = (axis: number, from: number): unknown => {
    const side = shape[axis];
    if (side === undefined) return item(from);
    return Array.from({ length: side }, (_, i) => fill(axis + 1, from + i * (strides[axis] ?? 0)));
  };
  return fill(0, 0);
}
