// pylibmc's values: which type has which flag, how flags are read, and when data is compressed (_pylibmcmodule.c:604-770, 1214-1320).

import { deflateSync } from 'node:zlib';
import type { Entry } from '../../engine/engine';
import { ValueError } from '../../errors';
import { MAX_INFLATED_BYTES } from '../../limits';
import { zlibDecompress } from '../../value/compression';
import { integerText, parseInteger } from '../../value/integer';
import { Py2Int, Py2Long, Py2Str, PyByteArray, PyText } from '../../value/pickle';
import type { Pickling } from '../../value/pickling';
import { decodeUtf8, encodeText, encodeUtf8 } from '../../value/text';
import { pythonType } from '../shared/numbers';
import { MemcachedError } from './errors';
import type { Release } from './releases';

/** The bits of release 1.6. */
export const FLAG = { pickle: 1, integer: 2, long: 4, compressed: 8, text: 16 } as const;

/** Larger ints are longs on a 64-bit Python 2. */
const MAX_INT64 = 2n ** 63n - 1n;

export interface ValueRules {
  readonly release: Release;
  readonly python: 2 | 3;
  readonly pickling: Pickling;
}

export interface Values {
  /** @throws what pickling the value throws */
  readonly encode: (value: unknown) => Entry;
  /** @throws {MemcachedError} unknown flags; what reading the bytes throws */
  readonly decode: Decode;
  /** The data of an entry, inflated if its flags say so; else it shares its bytes with `bytes`. */
  readonly inflate: (flags: number, bytes: Buffer) => Buffer;
  /** As `decode`, of data that is inflated already, whatever the flags say. */
  readonly deserialize: (flags: number, bytes: Buffer) => unknown;
}

type Decode = (
  flags: number,
  bytes: Buffer,
  from: number,
  to: number,
  owned: boolean,
  ascii: boolean,
) => unknown;

export function createValues(rules: ValueRules): Values {
  const { release } = rules;
  const zlib = release.compression === 'none' ? 0 : FLAG.compressed;
  const readers = readersOf(rules);
  const types = [...readers.keys()].reduce((all, flag) => all | flag, 0);

  function inflate(flags: number, bytes: Buffer): Buffer {
    return (flags & zlib) === 0 ? bytes : decompress(bytes);
  }

  const decode: Decode = (flags, bytes, from, to, owned, ascii) => {
    if ((flags & zlib) !== 0) {
      const data = decompress(bytes.subarray(from, to));
      return decode(flags & ~zlib, data, 0, data.length, true, false);
    }
    const type = flags & types;
    const read = readers.get(type);
    if (read === undefined) throw new MemcachedError(`unknown memcached key flags ${type}`);
    return read(flags, bytes, from, to, owned, ascii);
  };

  return {
    encode: (value) => encode(value, rules),
    decode,
    inflate,
    deserialize: (flags, data) => decode(flags & ~zlib, data, 0, data.length, true, false),
  };
}

/** By the type bits of the flags; all other bits are ignored. */
function readersOf({ release, python, pickling }: ValueRules): Map<number, Decode> {
  const integer: Decode = (flags, bytes, from, to, owned, ascii) => {
    try {
      return parseInteger(bytes, from, to, { python, type: 'int' });
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      // C reads a text, which its first NUL ends, where Python's own int() is given bytes.
      const nul = bytes.subarray(from, to).indexOf(0);
      if (nul >= 0) return integer(flags, bytes, from, from + nul, owned, ascii);
      if (python === 3) decodeUtf8(bytes, from, to, python);
      throw new ValueError(error.message.replace(": b'", ": '"));
    }
  };
  const readers = new Map<number, Decode>([
    [
      0,
      (_flags, bytes, from, to, owned) =>
        owned ? bytes.subarray(from, to) : Buffer.from(bytes.subarray(from, to)),
    ],
    // The reader copies what it keeps, so the shared buffer is good enough.
    [FLAG.pickle, (_flags, bytes, from, to) => pickling.loads(bytes.subarray(from, to))],
    [FLAG.integer, integer],
    [FLAG.long, integer],
  ]);
  if (release.bool !== 'integer') {
    readers.set(release.bool, (...entry) => Boolean(integer(...entry)));
  }
  if (release.text === 'flagged') {
    readers.set(FLAG.text, (_flags, bytes, from, to, _owned, ascii) =>
      ascii ? bytes.latin1Slice(from, to) : decodeUtf8(bytes, from, to, python),
    );
  }
  return readers;
}

function decompress(bytes: Buffer): Buffer {
  try {
    return zlibDecompress(bytes, MAX_INFLATED_BYTES);
  } catch (error) {
    throw new MemcachedError('Failed to decompress value: inflate', { cause: error });
  }
}

/** In the order of C's tests: bytes, text, bool, int; what none of them is gets pickled. */
function encode(value: unknown, rules: ValueRules): Entry {
  switch (typeof value) {
    case 'string':
      return encodeString(value, rules);
    case 'boolean': {
      const { bool } = rules.release;
      return { flags: bool === 'integer' ? FLAG.integer : bool, data: value ? '1' : '0' };
    }
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) break;
      return encodeInteger(value, false, rules);
    case 'bigint':
      return encodeInteger(value, value > MAX_INT64 || value < -MAX_INT64 - 1n, rules);
    case 'object':
      return encodeObject(value, rules);
    default:
  }
  return pickled(value, rules);
}

function encodeString(text: string | PyText, rules: ValueRules): Entry {
  if (rules.release.text === 'pickled') return pickled(text, rules);
  const { python } = rules;
  const data = typeof text === 'string' ? encodeUtf8(text, python) : encodeText(text, python);
  return { flags: FLAG.text, data };
}

/** Python 3 has one int, which is C's long. */
function encodeInteger(value: number | bigint, isLong: boolean, { python }: ValueRules): Entry {
  const flags = python === 3 || isLong ? FLAG.long : FLAG.integer;
  return { flags, data: integerText(value, python) };
}

function encodeObject(value: object | null, rules: ValueRules): Entry {
  if (value instanceof Uint8Array && !(value instanceof PyByteArray)) {
    const data = Buffer.isBuffer(value)
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { flags: 0, data };
  }
  if (value instanceof PyText) return encodeString(value, rules);
  if (value instanceof Py2Long) return encodeInteger(value.value, true, rules);
  if (value instanceof Py2Int) return encodeInteger(value.value, false, rules);
  if (value instanceof Py2Str && rules.python === 2) return { flags: 0, data: value.bytes };
  return pickled(value, rules);
}

function pickled(value: unknown, { pickling }: ValueRules): Entry {
  return { flags: FLAG.pickle, data: pickling.dumps(value) };
}

/**
 * The entry compressed, if it is at least `min` bytes (0: never) and gets shorter. Of any type, ints included.
 * @param level of zlib, 0 (never) to 9; -1: its default
 */
export function compressed(entry: Entry, min: number, level: number): Entry {
  const { flags, data } = entry;
  if (min === 0 || level === 0 || data.length < min) return entry;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  const packed = deflateSync(bytes, { level });
  return packed.length < bytes.length ? { flags: flags | FLAG.compressed, data: packed } : entry;
}

const MAX_FLAGS = 0xffffffff;

/**
 * The entry of what a `serialize` of a user's answered.
 * @throws {ValueError} no pair of bytes and flags
 * @throws {TypeError} the first is no bytes
 */
export function entryOf(pair: unknown): Entry {
  const [data, flags] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
  if (typeof flags !== 'number' || !Number.isInteger(flags) || flags < 0 || flags > MAX_FLAGS) {
    throw new ValueError('serialize() must return (bytes, flags)');
  }
  if (!(data instanceof Uint8Array)) {
    throw new TypeError(`expected bytes, ${pythonType(data)} found`);
  }
  return { flags, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
}
