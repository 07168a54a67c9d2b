// What the arguments of a call become in its request: keys, times, deltas, levels; as _pylibmcmodule.c parses them.

import { OverflowError, ValueError } from '../../errors';
import { bytesOf, isWireKey, type WireKey } from '../../engine/keys';
import { MAX_KEY_LENGTH } from '../../limits';
import type { CallOptions, Signature } from '../shared/arguments';
import { pythonType } from '../shared/numbers';
import type { Settings } from './behaviors';
import type { Release } from './releases';

/** Text (its utf-8) or bytes; up to 250 bytes. */
export type Key = string | Uint8Array;
/** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default): never; less: at once. */
export type Time = number | bigint | boolean;
/** By how much a counter changes, from 0 to 2^31 - 1; default 1. */
export type Delta = number | bigint | boolean;
/** A cas id, as `gets` answers it. */
export type CasId = number | bigint;

/** Compression is off (0) by default; level 0 to 9, or -1: zlib's default. */
export interface Storing {
  time?: Time;
  min_compress_len?: number;
  compress_level?: number;
}
/** A prefix of all keys of a call, which counts for their place. */
export interface Prefixed {
  key_prefix?: Key;
}

/** `time`, `min_compress_len`, `compress_level`, by position or by name. */
export type StoreArguments =
  | [options?: CallOptions & Storing]
  | [time: Time, options?: CallOptions & Omit<Storing, 'time'>]
  | [time: Time, min_compress_len: number, options?: CallOptions & { compress_level?: number }]
  | [time: Time, min_compress_len: number, compress_level: number, options?: CallOptions];
/** `time`, `key_prefix`, `min_compress_len`, `compress_level`, by position or by name. */
export type StoreMultiArguments =
  | [options?: CallOptions & Storing & Prefixed]
  | [time: Time, options?: CallOptions & Omit<Storing, 'time'> & Prefixed]
  | [time: Time, key_prefix: Key, options?: CallOptions & Omit<Storing, 'time'>]
  | [
      time: Time,
      key_prefix: Key,
      min_compress_len: number,
      options?: CallOptions & { compress_level?: number },
    ]
  | [
      time: Time,
      key_prefix: Key,
      min_compress_len: number,
      compress_level: number,
      options?: CallOptions,
    ];
/** `key_prefix`, by position or by name. */
export type PrefixArguments =
  [options?: CallOptions & Prefixed] | [key_prefix: Key, options?: CallOptions];
/** `key_prefix`, `delta`, by position or by name. */
export type CountMultiArguments =
  | [options?: CallOptions & Prefixed & { delta?: Delta }]
  | [key_prefix: Key, options?: CallOptions & { delta?: Delta }]
  | [key_prefix: Key, delta: Delta, options?: CallOptions];
/** `time`, by position or by name. */
export type TimeArguments =
  [options?: CallOptions & { time?: Time }] | [time: Time, options?: CallOptions];
/** `delta`, by position or by name. */
export type DeltaArguments =
  [options?: CallOptions & { delta?: Delta }] | [delta: Delta, options?: CallOptions];
/** `args`, what follows `stats` (default nothing), by position or by name. */
export type StatsArguments =
  [options?: CallOptions & { args?: string }] | [args: string, options?: CallOptions];
/** What a miss answers; a plain object of your own as default is given by name. */
export type GetArguments =
  [options?: CallOptions & { default?: unknown }] | [miss: unknown, options?: CallOptions];

function signature(method: string, required: number, names: readonly string[]): Signature {
  return { method, required, names, namedOnly: ['signal'] };
}

const STORING = ['time', 'min_compress_len', 'compress_level'];

export const SIGNATURES = {
  get: signature('get', 2, ['default']),
  gets: signature('gets', 2, []),
  set: signature('set', 3, STORING),
  add: signature('add', 3, STORING),
  replace: signature('replace', 3, STORING),
  append: signature('append', 3, STORING),
  prepend: signature('prepend', 3, STORING),
  cas: signature('cas', 4, ['time']),
  delete: signature('delete', 2, []),
  incr: signature('incr', 2, ['delta']),
  decr: signature('decr', 2, ['delta']),
  touch: signature('touch', 3, []),
  get_multi: signature('get_multi', 2, ['key_prefix']),
  set_multi: signature('set_multi', 2, ['time', 'key_prefix', ...STORING.slice(1)]),
  add_multi: signature('add_multi', 2, ['time', 'key_prefix', ...STORING.slice(1)]),
  delete_multi: signature('delete_multi', 2, ['key_prefix']),
  incr_multi: signature('incr_multi', 2, ['key_prefix', 'delta']),
  get_stats: signature('get_stats', 1, ['args']),
  flush_all: signature('flush_all', 1, ['time']),
} as const;

/**
 * The bytes of a key, without namespace.
 * @throws {TypeError} neither text nor bytes
 * @throws {ValueError} longer than 250 bytes
 */
export function keyBytes(key: unknown): string {
  return checkLength(rawBytes(key));
}

/** As `keyBytes`, of the methods that name another type in their message. */
export function readKeyBytes(key: unknown): string {
  if (!isKey(key)) throw new TypeError('key must be bytes');
  return checkLength(bytesOf(key));
}

/** @throws {ValueError} longer than 250 bytes */
export function checkLength(bytes: string): string {
  if (bytes.length <= MAX_KEY_LENGTH) return bytes;
  throw new ValueError(`key length ${bytes.length} too long, max is ${MAX_KEY_LENGTH}`);
}

/** The bytes of a `key_prefix`; none by default. */
export function prefixBytes(prefix: unknown): string {
  return prefix === undefined ? '' : rawBytes(prefix);
}

/** @throws {TypeError} neither text nor bytes */
export function rawBytes(key: unknown): string {
  if (isKey(key)) return bytesOf(key);
  throw new TypeError(`a bytes-like object is required, not '${pythonType(key)}'`);
}

function isKey(key: unknown): key is Key {
  return typeof key === 'string' || key instanceof Uint8Array;
}

// isgraph of the C locale
const GRAPHIC = /^[\x21-\x7e]+$/;

/**
 * The key as it is sent; undefined when it cannot be: it is empty, too long with its namespace, refused by `verify_keys`, or
 * could end or split a command of the text protocol.
 */
export function wireKey(bytes: string, settings: Settings): WireKey | undefined {
  const { namespace, binary } = settings;
  const wire = namespace + bytes;
  if (wire.length > MAX_KEY_LENGTH || !isSound(bytes, settings)) return undefined;
  // Packets say how long a key is, so that it can hold anything.
  if (binary) return wire as WireKey;
  return isWireKey(wire) ? wire : undefined;
}

/** What libmemcached itself asks of a key. */
export function isSound(bytes: string, { binary, numbers }: Settings): boolean {
  if (bytes === '' || bytes.length > MAX_KEY_LENGTH) return false;
  return binary || numbers.verify_keys !== 1 || GRAPHIC.test(bytes);
}

const MAX_UINT32 = 0xffffffff;
const MAX_INT32 = 0x7fffffff;
const MIN_INT32 = -0x80000000;
/** In 1970: memcached takes a time of more than 30 days for a date. */
const LONG_AGO = '2592001';

/**
 * Seconds as they are sent. A negative time is its 32 bits, which memcached takes for the past in the text protocol alone.
 * @throws {TypeError} no whole number
 * @throws {OverflowError} more than 32 bits
 */
export function timeText(time: unknown, { binary }: Settings): string {
  if (time === undefined) return '0';
  const seconds = checkSeconds(integer(time));
  if (seconds >= 0) return String(seconds);
  return binary ? LONG_AGO : String(seconds >>> 0);
}

/** As `timeText`, of touch: it sends a negative time as it is. */
export function touchTimeText(time: unknown, { binary }: Settings): string {
  const seconds = checkSeconds(integer(checkTime(time, 'argument 2')));
  return binary && seconds < 0 ? LONG_AGO : String(seconds);
}

function checkSeconds(time: number | bigint): number {
  const seconds = Number(time);
  if (seconds > MAX_UINT32) throw new OverflowError('time must fit in 32 bits');
  return Math.max(seconds, MIN_INT32);
}

/**
 * `time`, of methods that say which argument it is.
 * @throws {TypeError} no whole number
 */
export function checkTime(time: unknown, argument: string): unknown {
  if (isInteger(time)) return time;
  throw wrongType(argument, 'int', time);
}

/** What C's parser of arguments says, which names None by its value. */
export function wrongType(argument: string, type: string, given: unknown): TypeError {
  const is = (given ?? null) === null ? 'None' : pythonType(given);
  return new TypeError(`${argument} must be ${type}, not ${is}`);
}

/** @throws {TypeError | OverflowError} no `int` of C */
export function deltaOf(delta: unknown): number {
  return delta === undefined ? 1 : int32(delta);
}

/** As `deltaOf`, of many keys: 32 bits without sign, or negative. */
export function manyDeltaOf(delta: unknown): number | bigint {
  const by = delta === undefined ? 1 : integer(delta);
  if (by > MAX_UINT32) throw new OverflowError('delta must fit in 32 bits');
  return by;
}

/** @throws {ValueError} negative */
export function deltaText(by: number | bigint): string {
  if (by < 0) throw new ValueError('delta must be positive');
  return by.toString();
}

/** The lowest 32 bits of flags. @throws {TypeError} no whole number */
export function flagBits(flags: unknown): number {
  return Number(BigInt.asUintN(32, BigInt(integer(flags))));
}

/** @throws {TypeError | OverflowError} no number of 64 bits */
export function casText(cas: unknown): string {
  const id = integer(cas);
  if (id >= 0 && id < 2n ** 64n) return id.toString();
  throw new OverflowError('a cas id must fit in 64 bits');
}

/** The cas id of decimal digits. */
export function casId(digits: string): CasId {
  const id = Number(digits);
  return Number.isSafeInteger(id) ? id : BigInt(digits);
}

export const NEVER_COMPRESSED: Compressing = { min: 0, level: 0 };

/** Z_BEST_SPEED */
const FASTEST = 1;

/** Least length of what is compressed (0: nothing is), and zlib's level. */
export interface Compressing {
  readonly min: number;
  readonly level: number;
}

/** @throws {TypeError | ValueError} no whole numbers; a level that zlib does not have */
export function compressing(min: unknown, level: unknown, release: Release): Compressing {
  if (min === undefined && level === undefined) return NEVER_COMPRESSED;
  const { compression } = release;
  if (compression !== 'levels' && level !== undefined) throw unknownName('compress_level');
  if (compression === 'none' && min !== undefined) throw unknownName('min_compress_len');
  const least = min === undefined ? 0 : Number(integer(min));
  const usual = compression === 'fastest' ? FASTEST : -1;
  const wanted = level === undefined ? usual : int32(level);
  if (wanted < -1 || wanted > 9) {
    throw new ValueError('compress_level must be between 0 and 9 inclusive');
  }
  // A negative length is a large one in C, which nothing reaches.
  return { min: Math.max(least, 0), level: wanted };
}

function unknownName(name: string): TypeError {
  return new TypeError(`'${name}' is an invalid keyword argument of this release`);
}

const MAX_LONG = 2n ** 63n - 1n;

/**
 * An `int` of C.
 * @throws {TypeError} no whole number
 * @throws {OverflowError} more than 32 bits
 */
function int32(value: unknown): number {
  const whole = integer(value);
  if (whole > MAX_LONG || whole < -MAX_LONG - 1n) {
    throw new OverflowError('Python int too large to convert to C long');
  }
  if (whole > MAX_INT32) throw new OverflowError('signed integer is greater than maximum');
  if (whole < MIN_INT32) throw new OverflowError('signed integer is less than minimum');
  return Number(whole);
}

/** @throws {TypeError} no whole number */
export function integer(value: unknown): number | bigint {
  if (isInteger(value)) return typeof value === 'boolean' ? Number(value) : value;
  throw new TypeError(`'${pythonType(value)}' object cannot be interpreted as an integer`);
}

function isInteger(value: unknown): value is number | bigint | boolean {
  return typeof value === 'bigint' || typeof value === 'boolean' || Number.isInteger(value);
}
