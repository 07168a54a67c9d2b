// numpy's item types: dtypes, and the values of simple types in bytes.
import { inspect } from 'node:util';
import { pyRepr, repr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import type { ArrayValues } from './arrays';
import { wholeNumber } from './form';

/** Numbers of one machine type. */
export type NumpyData = ArrayValues;

/** numpy's codes of the types that JavaScript has a typed array for: bool, ints, unsigned ints, floats. */
export type NumpyCode = 'b1' | 'i1' | 'u1' | 'i2' | 'u2' | 'i4' | 'u4' | 'i8' | 'u8' | 'f4' | 'f8';

interface Kind {
  readonly name: string;
  readonly size: number;
  readonly make: (buffer: ArrayBuffer) => NumpyData;
}

const TABLE: Readonly<Record<NumpyCode, Kind>> = {
  b1: { name: 'bool', size: 1, make: (buffer) => new Uint8Array(buffer) },
  i1: { name: 'int8', size: 1, make: (buffer) => new Int8Array(buffer) },
  u1: { name: 'uint8', size: 1, make: (buffer) => new Uint8Array(buffer) },
  i2: { name: 'int16', size: 2, make: (buffer) => new Int16Array(buffer) },
  u2: { name: 'uint16', size: 2, make: (buffer) => new Uint16Array(buffer) },
  i4: { name: 'int32', size: 4, make: (buffer) => new Int32Array(buffer) },
  u4: { name: 'uint32', size: 4, make: (buffer) => new Uint32Array(buffer) },
  i8: { name: 'int64', size: 8, make: (buffer) => new BigInt64Array(buffer) },
  u8: { name: 'uint64', size: 8, make: (buffer) => new BigUint64Array(buffer) },
  f4: { name: 'float32', size: 4, make: (buffer) => new Float32Array(buffer) },
  f8: { name: 'float64', size: 8, make: (buffer) => new Float64Array(buffer) },
};

/** By a code that may be any. */
const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries(TABLE));

/** By the name of the typed array, which is the same in every realm. */
const CODES: ReadonlyMap<string, NumpyCode> = new Map<string, NumpyCode>([
  ['Int8Array', 'i1'],
  ['Uint8Array', 'u1'],
  ['Int16Array', 'i2'],
  ['Uint16Array', 'u2'],
  ['Int32Array', 'i4'],
  ['Uint32Array', 'u4'],
  ['BigInt64Array', 'i8'],
  ['BigUint64Array', 'u8'],
  ['Float32Array', 'f4'],
  ['Float64Array', 'f8'],
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

  /**
   * The dtype of a simple type, little-endian: one object for each type, as in numpy.
   * @throws {TypeError} any other code
   */
  static of(code: NumpyCode): PyNumpyDtype {
    const made = SIMPLE.get(code);
    if (made === undefined) throw new TypeError(`no simple numpy type: ${String(code)}`);
    return made;
  }

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

// dtype('f8', False, True) R, (3, '<', None, None, None, -1, -1, 0) BUILD
function simpleDtype(code: string, { size }: Kind): PyNumpyDtype {
  const byteorder = size === 1 ? '|' : '<';
  const form = PyObject.call('numpy', 'dtype', code, false, true);
  form.state = PyTuple.of<unknown>(3, byteorder, null, null, null, -1, -1, 0);
  const dtype = new PyNumpyDtype(code, form);
  dtype.byteorder = byteorder;
  return dtype;
}

const SIMPLE: ReadonlyMap<string, PyNumpyDtype> = new Map(
  [...KINDS].map(([code, kind]) => [code, simpleDtype(code, kind)]),
);

const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** The byte order that is not this machine's. */
const FOREIGN = IS_LITTLE ? '>' : '<';

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}

/** The numbers in these bytes in this machine's order; undefined for a type without a typed array. */
export function dataOf(dtype: PyNumpyDtype, bytes: Buffer): NumpyData | undefined {
  const kind = KINDS.get(dtype.code);
  if (kind === undefined || bytes.length % kind.size !== 0) return undefined;
  const copy = new ArrayBuffer(bytes.length);
  bytes.copy(new Uint8Array(copy));
  if (dtype.byteorder === FOREIGN) swapBytes(Buffer.from(copy), kind.size);
  return kind.make(copy);
}

/** A copy of the numbers' bytes, little-endian. */
function bytesFrom(data: NumpyData): Buffer {
  const bytes = Buffer.from(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  if (!IS_LITTLE) swapBytes(bytes, data.BYTES_PER_ELEMENT);
  return bytes;
}

/** Items of one type, as PyNumpyDtype.of has it. */
export interface Packed {
  readonly dtype: PyNumpyDtype;
  readonly bytes: Buffer;
}

const NOT_AN_ARRAY = 'a numpy array is made of a typed array of a simple type, or of booleans';

/** @throws {TypeError} neither one of these typed arrays nor an array of booleans */
export function packArray(data: NumpyData | readonly boolean[]): Packed {
  const numbers = isList(data) ? flagsOf(data) : data;
  const code = isList(data) ? 'b1' : CODES.get(numbers[Symbol.toStringTag]);
  if (code === undefined) throw new TypeError(NOT_AN_ARRAY);
  return { dtype: PyNumpyDtype.of(code), bytes: bytesFrom(numbers) };
}

function isList(data: NumpyData | readonly boolean[]): data is readonly boolean[] {
  return Array.isArray(data);
}

function flagsOf(flags: readonly unknown[]): Uint8Array {
  return Uint8Array.from(flags, (flag) => {
    if (typeof flag !== 'boolean') throw new TypeError(NOT_AN_ARRAY);
    return Number(flag);
  });
}

/** What JavaScript has for a value of each kind. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['b', ['boolean']],
  ['i', ['number', 'bigint']],
  ['u', ['number', 'bigint']],
  ['f', ['number']],
]);

/**
 * @throws {TypeError} a value of another type, or no whole number where ints are wanted
 * @throws {RangeError} an int that its type has no room for
 */
export function packValue(code: NumpyCode, value: number | bigint | boolean): Packed {
  const dtype = PyNumpyDtype.of(code);
  const types = TYPES.get(code.charAt(0)) ?? [];
  if (!types.includes(typeof value)) {
    throw new TypeError(`a numpy ${dtype.name} is made of a ${types.join(' or ')}`);
  }
  const { size, make } = TABLE[code];
  const data = make(new ArrayBuffer(size));
  store(data, typeof value === 'boolean' ? Number(value) : value, `numpy.${dtype.name}`);
  return { dtype, bytes: bytesFrom(data) };
}

function store(data: NumpyData, value: number | bigint, name: string): void {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    data[0] = Number(value);
    return;
  }
  const whole = wholeNumber(value, name);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = whole;
  else data[0] = Number(whole);
  // Of a number that is too large, typed arrays keep the low bits.
  if (BigInt(data[0] ?? 0) !== whole) throw new RangeError(`${whole} does not fit ${name}`);
}

/** One value as JavaScript has it: boolean, number or bigint. */
export function valueAt(dtype: PyNumpyDtype, data: NumpyData, index: number): unknown {
  const value = data[index];
  if (dtype.code === 'b1') return value !== 0;
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
