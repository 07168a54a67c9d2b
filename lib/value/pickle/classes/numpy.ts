// numpy's dtypes, scalars and arrays: kept as read, with a view of the simple types.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { floatRepr } from '../numbers';
import { pyRepr, repr, Shown, type Repr } from '../repr';
import { bytesOf, plain, Py2Str, PyFloat, PyObject, PyPickleBuffer, PyTuple } from '../types';
import { intOf, textOf } from './form';

/** Numbers of one machine type. */
export type NumpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Values in arrays in arrays, as deep as the shape says. */
export type Nested = unknown[];

interface Kind {
  readonly name: string;
  readonly size: number;
  readonly make: (buffer: ArrayBuffer) => NumpyData;
}

/** numpy's type codes that JavaScript has a typed array for. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['b1', { name: 'bool', size: 1, make: (buffer) => new Uint8Array(buffer) }],
  ['i1', { name: 'int8', size: 1, make: (buffer) => new Int8Array(buffer) }],
  ['u1', { name: 'uint8', size: 1, make: (buffer) => new Uint8Array(buffer) }],
  ['i2', { name: 'int16', size: 2, make: (buffer) => new Int16Array(buffer) }],
  ['u2', { name: 'uint16', size: 2, make: (buffer) => new Uint16Array(buffer) }],
  ['i4', { name: 'int32', size: 4, make: (buffer) => new Int32Array(buffer) }],
  ['u4', { name: 'uint32', size: 4, make: (buffer) => new Uint32Array(buffer) }],
  ['i8', { name: 'int64', size: 8, make: (buffer) => new BigInt64Array(buffer) }],
  ['u8', { name: 'uint64', size: 8, make: (buffer) => new BigUint64Array(buffer) }],
  ['f4', { name: 'float32', size: 4, make: (buffer) => new Float32Array(buffer) }],
  ['f8', { name: 'float64', size: 8, make: (buffer) => new Float64Array(buffer) }],
]);

/** numpy.dtype. */
export class PyNumpyDtype {
  /** Byte order as numpy says it: `<`, `>`, `=` or `|`. */
  byteorder = '|';

  constructor(
    /** Kind and size: `f8`, `i4`, `U2`, `V12`. */
    readonly code: string,
    readonly form: PyObject,
  ) {}

  /** numpy's name of a simple type (`float64`), else its code. */
  get name(): string {
    return KINDS.get(this.code)?.name ?? this.code;
  }

  toString(): string {
    return this.name;
  }

  toJSON(): string {
    return this.byteorder === '|' ? this.code : this.byteorder + this.code;
  }

  [pyRepr](): Repr {
    const isPlain = KINDS.has(this.code) && this.byteorder !== '>';
    return { parts: [`dtype('${isPlain ? this.name : this.toJSON()}')`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

/** The numbers in these bytes in this machine's order; undefined for a type without a typed array. */
function dataOf(dtype: PyNumpyDtype, bytes: Buffer): NumpyData | undefined {
  const kind = KINDS.get(dtype.code);
  if (kind === undefined || bytes.length % kind.size !== 0) return undefined;
  const copy = new ArrayBuffer(bytes.length);
  bytes.copy(new Uint8Array(copy));
  if (dtype.byteorder === '>') swapBytes(Buffer.from(copy), kind.size);
  return kind.make(copy);
}

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}

/** One value as JavaScript has it: boolean, number or bigint. */
function valueAt(dtype: PyNumpyDtype, data: NumpyData, index: number): unknown {
  const value = data[index];
  if (dtype.code === 'b1') return value !== 0;
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
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
  constructor(
    readonly dtype: PyNumpyDtype,
    readonly form: PyObject,
  ) {}

  /** Its bytes, in the dtype's order. */
  get bytes(): Buffer {
    return bytesOf(this.form.args[1]) ?? Buffer.alloc(0);
  }

  /** Boolean, number or bigint; text for U and S types; undefined for any other type. */
  get value(): unknown {
    const data = dataOf(this.dtype, this.bytes);
    if (data?.length === 1) return valueAt(this.dtype, data, 0);
    if (/^S\d+$/.test(this.dtype.code)) return this.bytes.toString('latin1');
    return /^U\d+$/.test(this.dtype.code) ? utf32(this.bytes, this.dtype.byteorder) : undefined;
  }

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

  constructor(readonly form: PyObject) {}

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

// --- pickles -------------------------------------------------------------------------------------

// dtype('f8', False, True) R, (3, '<', None, None, None, -1, -1, 0) BUILD
const DTYPE: KnownClass<PyNumpyDtype> = {
  module: 'numpy',
  name: 'dtype',
  type: PyNumpyDtype,
  load(form) {
    const code = textOf(form.args[0]);
    return form.how === 'reduce' && code !== undefined ? new PyNumpyDtype(code, form) : undefined;
  },
  build(dtype, state) {
    const order = state instanceof PyTuple ? textOf(state[1]) : undefined;
    if (order !== undefined && /^[<>=|]$/.test(order)) dtype.byteorder = order;
    return false; // to be replayed
  },
  dump: ({ form }) => form,
};

// scalar(dtype, bytes)
const SCALAR: KnownClass<PyNumpyScalar> = {
  module: 'numpy._core.multiarray',
  name: 'scalar',
  aliases: [['numpy.core.multiarray', 'scalar']],
  type: PyNumpyScalar,
  load(form) {
    const [dtype, data] = form.args;
    if (form.how !== 'reduce' || form.args.length !== 2) return undefined;
    if (!(dtype instanceof PyNumpyDtype) || !hasBytes(data)) return undefined;
    return new PyNumpyScalar(dtype, form);
  },
  dump: ({ form }) => form,
};

// _reconstruct(ndarray, (0,), b'b') R, (1, shape, dtype, is_fortran, bytes or list) BUILD
const RECONSTRUCT: KnownClass<PyNumpyArray> = {
  module: 'numpy._core.multiarray',
  name: '_reconstruct',
  aliases: [['numpy.core.multiarray', '_reconstruct']],
  type: PyNumpyArray,
  load: (form) => (form.how === 'reduce' ? new PyNumpyArray(form) : undefined),
  build(array, state) {
    if (!(state instanceof PyTuple) || state.length !== 5) return false;
    const [, shape, dtype, isFortran, items] = state;
    if (!(dtype instanceof PyNumpyDtype) || !setShape(array, shape)) return false;
    array.dtype = dtype;
    array.order = isFortran === true ? 'F' : 'C';
    if (Array.isArray(items)) array.objects = items;
    else if (hasBytes(items)) array.source = items;
    return false; // to be replayed
  },
  dump: ({ form }) => form,
};

// protocol 5: _frombuffer(bytearray or PickleBuffer, dtype, shape, 'C' or 'F')
const FROM_BUFFER: KnownClass<PyNumpyArray> = {
  module: 'numpy._core.numeric',
  name: '_frombuffer',
  aliases: [['numpy.core.numeric', '_frombuffer']],
  load(form) {
    const [buffer, dtype, shape, order] = form.args;
    const data: unknown = buffer instanceof PyPickleBuffer ? buffer.bytes : buffer;
    const array = new PyNumpyArray(form);
    if (form.how !== 'reduce' || form.args.length !== 4) return undefined;
    if (!(dtype instanceof PyNumpyDtype) || !setShape(array, shape)) return undefined;
    array.dtype = dtype;
    array.order = order === 'F' ? 'F' : 'C';
    if (hasBytes(data)) array.source = data;
    return array;
  },
  dump: ({ form }) => form,
};

/** Bytes, or text that stands for them: not copied before someone looks at them. */
function hasBytes(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Py2Str || typeof data === 'string';
}

/** Dimensions that numpy allows, with room: it had 32 before 2.0 and 64 since. */
const MAX_DIMENSIONS = 64;

function setShape(array: PyNumpyArray, shape: unknown): boolean {
  if (!(shape instanceof PyTuple) || shape.length > MAX_DIMENSIONS) return false;
  const sides = shape.map((side) => intOf(plain(side)));
  if (!sides.every((side): side is bigint => side !== undefined && side >= 0n)) return false;
  array.shape = sides.map(Number);
  return true;
}

export const NUMPY: readonly KnownClass[] = [
  DTYPE,
  SCALAR,
  RECONSTRUCT,
  FROM_BUFFER,
] as readonly KnownClass[];
