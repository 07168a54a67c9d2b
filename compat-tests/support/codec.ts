// Python values in the compat tests, exact to the type, and the JSON they travel as. Other half: python/codec.py.

/** A Python float: 1.0 is no 1. */
export class Float {
  constructor(readonly value: number) {}
}

/** A Python tuple. */
export class Tuple {
  constructor(readonly items: readonly PythonValue[]) {}
}

/** A Python set or frozenset; its items come from Python in one fixed order. */
export class SetOf {
  constructor(
    readonly type: 'set' | 'frozenset',
    readonly items: readonly PythonValue[],
  ) {}
}

/** A Python bytearray. */
export class ByteArray {
  constructor(readonly bytes: Buffer) {}
}

/** A Python str that holds surrogates, as code points. */
export class CodePoints {
  constructor(readonly points: readonly number[]) {}
}

/** An object by the call that makes it: `new New('datetime.date', [2020, 1, 2])`. */
export class New {
  constructor(
    readonly type: string,
    readonly args: readonly PythonValue[],
    readonly kwargs: Readonly<Record<string, PythonValue>> = {},
  ) {}
}

/** An object that the codec has no row for; only Python sends it. */
export class Other {
  constructor(
    readonly type: string,
    readonly repr: string,
  ) {}
}

/** The container `up` levels above this place; only Python sends it. */
export class Cycle {
  constructor(readonly up: number) {}
}

/** A Python expression, evaluated there; only for arguments. */
export class Source {
  constructor(readonly source: string) {}
}

/**
 * A Python value. From Python: int is a number when safe, else a bigint; float is a `Float`; bytes is
 * a Buffer; list is an Array; dict is a Map.
 */
export type PythonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PythonValue[]
  | ReadonlyMap<PythonValue, PythonValue>
  | Float
  | Tuple
  | SetOf
  | ByteArray
  | CodePoints
  | New
  | Other
  | Cycle
  | Source;

export const float = (value: number): Float => new Float(value);
export const tuple = (...items: PythonValue[]): Tuple => new Tuple(items);
export const set = (...items: PythonValue[]): SetOf => new SetOf('set', items);
export const frozenset = (...items: PythonValue[]): SetOf => new SetOf('frozenset', items);
export const bytearray = (bytes: Uint8Array | string): ByteArray => new ByteArray(toBuffer(bytes));
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A Python expression as a value: py`datetime.date(2020, 1, 2)`; modules must be imported by `exec`. */
export const py = (parts: TemplateStringsArray, ...values: string[]): Source =>
  new Source(String.raw(parts, ...values));

export type Json = null | boolean | number | string | readonly Json[] | JsonNames;

export interface JsonNames {
  readonly [name: string]: Json;
}

/** The JSON of a value. Numbers are int when whole (-0 is not), else float. */
export function encode(value: PythonValue): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'bigint') return { $: 'int', v: value.toString() };
  if (typeof value === 'string') return encodeText(value);
  return encodeObject(value);
}

function encodeNumber(value: number): Json {
  const isInt = Number.isSafeInteger(value) && !Object.is(value, -0);
  return isInt ? value : { $: 'float', v: encodeFloat(value) };
}

/** A lone surrogate is one code point to Python; JSON text would be read so, but says nothing of pairs. */
function encodeText(value: string): Json {
  if (!/\p{Surrogate}/u.test(value)) return value;
  return { $: 'points', v: Array.from(value, (char) => char.codePointAt(0) ?? 0) };
}

function encodeObject(
  value: Exclude<PythonValue, null | boolean | number | bigint | string>,
): Json {
  if (value instanceof Float) return { $: 'float', v: encodeFloat(value.value) };
  if (value instanceof Tuple) return { $: 'tuple', v: value.items.map(encode) };
  if (value instanceof SetOf) return { $: value.type, v: value.items.map(encode) };
  if (value instanceof ByteArray) return { $: 'bytearray', v: value.bytes.toString('base64') };
  if (value instanceof CodePoints) return { $: 'points', v: value.points };
  if (value instanceof Source) return { $: 'source', v: value.source };
  if (value instanceof New)
    return {
      $: 'new',
      type: value.type,
      args: value.args.map(encode),
      kwargs: encodeNames(value.kwargs),
    };
  if (ArrayBuffer.isView(value)) return { $: 'bytes', v: toBuffer(value).toString('base64') };
  if (isList(value)) return value.map(encode);
  if (value instanceof Map) return { $: 'dict', v: encodePairs(value) };
  throw new TypeError(`not to be sent to Python: ${Object.prototype.toString.call(value)}`);
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: object): value is readonly PythonValue[] {
  return Array.isArray(value);
}

function encodeFloat(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function encodePairs(map: ReadonlyMap<PythonValue, PythonValue>): Json {
  return Array.from(map, ([key, value]) => [encode(key), encode(value)]);
}

/** Keyword arguments. */
export function encodeNames(names: Readonly<Record<string, PythonValue>>): JsonNames {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [name, encode(value)]));
}

/** Every tagged form that Python sends, by tag. */
interface Tagged {
  int: { readonly v: string };
  float: { readonly v: string };
  points: { readonly v: readonly number[] };
  bytes: { readonly v: string };
  bytearray: { readonly v: string };
  tuple: { readonly v: readonly Json[] };
  set: { readonly v: readonly Json[] };
  frozenset: { readonly v: readonly Json[] };
  dict: { readonly v: readonly (readonly [Json, Json])[] };
  new: { readonly type: string; readonly args: readonly Json[]; readonly kwargs: JsonNames };
  cycle: { readonly up: number };
  other: { readonly type: string; readonly repr: string };
}

const DECODERS: { readonly [Tag in keyof Tagged]: (data: Tagged[Tag]) => PythonValue } = {
  int: (data) => BigInt(data.v),
  float: (data) => new Float(decodeFloat(data.v)),
  points: (data) => new CodePoints(data.v),
  bytes: (data) => Buffer.from(data.v, 'base64'),
  bytearray: (data) => new ByteArray(Buffer.from(data.v, 'base64')),
  tuple: (data) => new Tuple(decodeAll(data.v)),
  set: (data) => new SetOf('set', decodeAll(data.v)),
  frozenset: (data) => new SetOf('frozenset', decodeAll(data.v)),
  dict: (data) => decodePairs(data.v),
  new: (data) => new New(data.type, decodeAll(data.args), decodeNames(data.kwargs)),
  cycle: (data) => new Cycle(data.up),
  other: (data) => new Other(data.type, data.repr),
};

/** The value of a JSON that Python sent. */
export function decode(data: Json): PythonValue {
  if (data === null || typeof data !== 'object') return data;
  if (Array.isArray(data)) return decodeAll(data as readonly Json[]);
  return decodeTagged(data as JsonNames & { readonly $: keyof Tagged });
}

/** codec.py writes the fields that the tag promises. */
function decodeTagged(data: JsonNames & { readonly $: keyof Tagged }): PythonValue {
  if (!Object.hasOwn(DECODERS, data.$)) throw new TypeError(`unknown tag from Python: ${data.$}`);
  const decoder = DECODERS[data.$] as (data: unknown) => PythonValue;
  return decoder(data);
}

function decodeAll(items: readonly Json[]): PythonValue[] {
  return items.map(decode);
}

function decodePairs(pairs: readonly (readonly [Json, Json])[]): Map<PythonValue, PythonValue> {
  return new Map(pairs.map(([key, value]) => [decode(key), decode(value)]));
}

function decodeNames(names: JsonNames): Record<string, PythonValue> {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [name, decode(value)]));
}

/** Python's repr of a float. */
function decodeFloat(text: string): number {
  return text.endsWith('inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

function toBuffer(value: Uint8Array | string): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
