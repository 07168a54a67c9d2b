// array.array: numbers of one machine type, or text.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, Shown, type Repr } from '../repr';
import { Py2Str, PyFloat } from '../exact';
import { bytesOf, plain, PyGlobal, PyObject } from '../types';
import { intOf, isFirstUse, named, narrow, textOf } from './form';

/** The values of an array of numbers, in this machine's form. */
export type ArrayValues =
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

/** How a typecode is kept. `format` is the little-endian code of `_array_reconstructor`. */
interface Kind {
  readonly size: number;
  readonly format: number;
  readonly values: (length: number) => ArrayValues;
  readonly low?: bigint;
  readonly high?: bigint;
}

function ints(size: number, isSigned: boolean, format: number, values: Kind['values']): Kind {
  const bits = BigInt(size * 8);
  const [low, high] = isSigned
    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
    : [0n, (1n << bits) - 1n];
  return { size, format, values, low, high };
}

const INT64 = ints(8, true, 12, (length) => new BigInt64Array(length));
const UINT64 = ints(8, false, 10, (length) => new BigUint64Array(length));

/** By typecode, with the sizes of 64-bit Unix: `l` has 8 bytes there, and 4 on Windows. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['b', ints(1, true, 1, (length) => new Int8Array(length))],
  ['B', ints(1, false, 0, (length) => new Uint8Array(length))],
  ['h', ints(2, true, 4, (length) => new Int16Array(length))],
  ['H', ints(2, false, 2, (length) => new Uint16Array(length))],
  ['i', ints(4, true, 8, (length) => new Int32Array(length))],
  ['I', ints(4, false, 6, (length) => new Uint32Array(length))],
  ['l', INT64],
  ['L', UINT64],
  ['q', INT64],
  ['Q', UINT64],
  ['f', { size: 4, format: 14, values: (length) => new Float32Array(length) }],
  ['d', { size: 8, format: 16, values: (length) => new Float64Array(length) }],
]);

/** Text arrays: `u` (wchar_t, 4 bytes on Unix), 3.13's `w`, and Python 2's `c` of single bytes. */
const TEXT_CODES: ReadonlySet<string> = new Set(['u', 'w', 'c']);

/** UTF-32 in little-endian order, as `_array_reconstructor` names it. */
const UTF32_LE = 20;

/** array.array. */
export class PyArray {
  /** Python's typecode: b B h H i I l L q Q f d, or u w c for text. */
  readonly typecode: string;
  /**
   * The numbers as a typed array, or the text of typecodes u, w and c (c: characters U+0000 to U+00FF).
   * 8-byte ints are a BigInt64Array or BigUint64Array.
   */
  readonly values: ArrayValues | string;

  /** @throws {TypeError} a typecode that Python has not @throws {RangeError} a number that does not fit */
  constructor(typecode: string, values: Iterable<number | bigint> | string = []) {
    this.typecode = typecode;
    if (TEXT_CODES.has(typecode)) {
      if (typeof values !== 'string') throw new TypeError(`typecode ${typecode} needs text`);
      this.values = values;
    } else {
      const kind = KINDS.get(typecode);
      if (kind === undefined || typeof values === 'string') {
        throw new TypeError(`bad typecode or values for array.array: ${JSON.stringify(typecode)}`);
      }
      this.values = typedValues(kind, [...values]);
    }
  }

  /** How many items. */
  get length(): number {
    return typeof this.values === 'string' ? [...this.values].length : this.values.length;
  }

  /** Its items as Python lists them: 8-byte ints as number where safe. */
  toArray(): (number | bigint | string)[] {
    const items: Iterable<number | bigint | string> = this.values;
    return Array.from(items, (item) => (typeof item === 'bigint' ? narrow(item) : item));
  }

  toString(): string {
    return repr(this);
  }

  /** Text, or numbers; those beyond the safe integers as text, as JSON has no bigint. */
  toJSON(): string | (number | string)[] {
    if (typeof this.values === 'string') return this.values;
    return this.toArray().map((item) => (typeof item === 'bigint' ? String(item) : item));
  }

  [pyRepr](): Repr {
    const head = `array('${this.typecode}'`;
    if (this.length === 0) return { parts: [`${head})`] };
    return { parts: [`${head}, `, new Shown(this.#shown()), ')'] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): never {
    throw new TypeError("unhashable type: 'array.array'");
  }

  #shown(): unknown {
    return typeof this.values === 'string' ? this.values : itemsOf(this);
  }
}

function typedValues(kind: Kind, items: readonly (number | bigint)[]): ArrayValues {
  const values = kind.values(items.length);
  items.forEach((item, index) => {
    const { low, high } = kind;
    if (low === undefined || high === undefined) values[index] = Number(item);
    else {
      const int =
        typeof item === 'number' && !Number.isSafeInteger(item) ? undefined : BigInt(item);
      if (int === undefined || int < low || int > high) {
        throw new RangeError(`array item ${String(item)} does not fit its typecode`);
      }
      values[index] = kind === INT64 || kind === UINT64 ? int : Number(int);
    }
  });
  return values;
}

/** Items as pickles below protocol 3 list them: floats as such, single characters. */
function itemsOf({ typecode, values }: PyArray): unknown[] {
  if (typecode === 'c') return Array.from(values as string, (char) => new Py2Str(char));
  const isFloat = typecode === 'f' || typecode === 'd';
  const items: Iterable<number | bigint | string> = values;
  return Array.from(items, (item) => {
    if (typeof item === 'bigint') return narrow(item);
    return isFloat ? new PyFloat(item as number) : item;
  });
}

// --- below protocol 3: array(typecode, [items]) ---------------------------------------------------

function fromItems(typecode: string, items: unknown): PyArray | undefined {
  if (items === undefined) return newArray(typecode, TEXT_CODES.has(typecode) ? '' : []);
  if (!Array.isArray(items) || !isFirstUse(items)) return undefined;
  if (TEXT_CODES.has(typecode)) {
    const chars = items.map((item) => (item instanceof Py2Str ? item.latin1 : textOf(item)));
    if (chars.some((char) => char === undefined || [...char].length !== 1)) return undefined;
    const text = chars.join('');
    return [...text].length === chars.length ? newArray(typecode, text) : undefined;
  }
  const numbers = items.map(plain);
  const isNumeric = (item: unknown): item is number | bigint =>
    typeof item === 'number' || typeof item === 'bigint';
  return numbers.every(isNumeric) ? newArray(typecode, numbers) : undefined;
}

/** Refuses what Python refuses: the form stays as it is. */
function newArray(
  typecode: string,
  values: Iterable<number | bigint> | string,
): PyArray | undefined {
  try {
    return new PyArray(typecode, values);
  } catch {
    return undefined;
  }
}

// --- protocol 3 on: _array_reconstructor(array.array, typecode, format, bytes) ---------------------

type Reader = (bytes: Buffer, at: number) => number | bigint;

/** Formats 0 to 17: item size and reader. Odd codes are big-endian. 18 to 21 are UTF-16 and UTF-32. */
const FORMATS: readonly (readonly [size: number, read: Reader])[] = [
  [1, (bytes, at) => bytes.readUInt8(at)],
  [1, (bytes, at) => bytes.readInt8(at)],
  [2, (bytes, at) => bytes.readUInt16LE(at)],
  [2, (bytes, at) => bytes.readUInt16BE(at)],
  [2, (bytes, at) => bytes.readInt16LE(at)],
  [2, (bytes, at) => bytes.readInt16BE(at)],
  [4, (bytes, at) => bytes.readUInt32LE(at)],
  [4, (bytes, at) => bytes.readUInt32BE(at)],
  [4, (bytes, at) => bytes.readInt32LE(at)],
  [4, (bytes, at) => bytes.readInt32BE(at)],
  [8, (bytes, at) => bytes.readBigUInt64LE(at)],
  [8, (bytes, at) => bytes.readBigUInt64BE(at)],
  [8, (bytes, at) => bytes.readBigInt64LE(at)],
  [8, (bytes, at) => bytes.readBigInt64BE(at)],
  [4, (bytes, at) => bytes.readFloatLE(at)],
  [4, (bytes, at) => bytes.readFloatBE(at)],
  [8, (bytes, at) => bytes.readDoubleLE(at)],
  [8, (bytes, at) => bytes.readDoubleBE(at)],
];

function fromBytes(typecode: string, format: number, bytes: Buffer): PyArray | undefined {
  if (TEXT_CODES.has(typecode)) {
    const text = format === UTF32_LE ? fromUtf32(bytes) : undefined;
    return text === undefined ? undefined : newArray(typecode, text);
  }
  const [size, read] = FORMATS[format] ?? [];
  if (size === undefined || read === undefined || bytes.length % size !== 0) return undefined;
  const numbers = Array.from({ length: bytes.length / size }, (_, i) => read(bytes, i * size));
  return newArray(typecode, numbers);
}

/** Undefined where a code point is none, or where JavaScript would join two of them. */
function fromUtf32(bytes: Buffer): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  const chars: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const point = bytes.readUInt32LE(at);
    if (point > 0x10ffff) return undefined;
    chars.push(String.fromCodePoint(point));
  }
  const text = chars.join('');
  return [...text].length === chars.length ? text : undefined;
}

function toBytes({ values }: PyArray): Buffer {
  if (typeof values !== 'string') {
    // Node runs on little-endian machines, as the format codes written here say.
    return Buffer.from(
      values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength),
    );
  }
  const points = Array.from(values, (char) => char.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, index) => bytes.writeUInt32LE(point, index * 4));
  return bytes;
}

/** The form that was read, as long as nothing was changed in the typed array since. */
const read = new WeakMap<PyArray, { form: PyObject; bytes: Buffer }>();

function keep(array: PyArray | undefined, form: PyObject): PyArray | undefined {
  if (array !== undefined) read.set(array, { form, bytes: toBytes(array) });
  return array;
}

function unchanged(array: PyArray, isBinary: boolean): PyObject | undefined {
  const origin = read.get(array);
  if (origin === undefined || (origin.form.args.length === 4) !== isBinary) return undefined;
  return toBytes(array).equals(origin.bytes) ? origin.form : undefined;
}

const ARRAY: KnownClass<PyArray> = {
  module: 'array',
  name: 'array',
  aliases: [['array', 'ArrayType']],
  type: PyArray,
  load(form) {
    const typecode = textOf(form.args[0]);
    if (form.how !== 'reduce' || typecode === undefined || form.args.length > 2) return undefined;
    return keep(fromItems(typecode, form.args[1]), form);
  },
  dump(array, { protocol }) {
    const isBinary = protocol >= 3 && array.typecode !== 'c';
    return unchanged(array, isBinary) ?? (isBinary ? binaryForm(array) : listForm(array));
  },
};

function listForm(array: PyArray): PyObject {
  return PyObject.call('array', 'array', array.typecode, itemsOf(array));
}

function binaryForm(array: PyArray): PyObject {
  const format = KINDS.get(array.typecode)?.format ?? UTF32_LE;
  const { typecode } = array;
  const type = named('array', 'array');
  return PyObject.call('array', '_array_reconstructor', type, typecode, format, toBytes(array));
}

const RECONSTRUCTOR: KnownClass<PyArray> = {
  module: 'array',
  name: '_array_reconstructor',
  load(form) {
    const [type, code, format, data] = form.args;
    const [typecode, number] = [textOf(code), intOf(format)];
    if (form.how !== 'reduce' || form.args.length !== 4) return undefined;
    // A subclass has its own name here.
    if (!(type instanceof PyGlobal && type.is('array', 'array'))) return undefined;
    if (typecode === undefined || number === undefined) return undefined;
    if (!(data instanceof Uint8Array) || !isFirstUse(data)) return undefined;
    return keep(fromBytes(typecode, Number(number), bytesOf(data)), form);
  },
  dump: (array, context) => ARRAY.dump?.(array, context) ?? listForm(array),
};

export const ARRAYS: readonly KnownClass[] = [ARRAY, RECONSTRUCTOR] as readonly KnownClass[];
