// The parameters of the Client's methods, as types and as names for binding.

import { ValueError } from '../../errors';
import { NO_OPTIONS, type ChangeOptions } from '../../engine/engine';
import type { Signature } from './arguments';
import type { MultiKey } from './keys';
import type { Delta, Time, TimeDelta } from './numbers';

export interface StoreOptions {
  /** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default): never. A duration for `set` only (1.60). */
  time?: Time | TimeDelta;
  /** Encoded values of more bytes than this are compressed where that makes them shorter; 0 (default): never. */
  min_compress_len?: number;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

export interface CountOptions {
  /** By how much; default 1. */
  delta?: Delta;
  noreply?: boolean;
}

export interface TouchOptions {
  /** Seconds, or a Unix time beyond 30 days; 0 (default): never expires. */
  time?: Time;
  noreply?: boolean;
}

export interface DeleteOptions {
  /** Before 1.60 only, and not sent. */
  time?: Time | null;
  noreply?: boolean;
}

export interface MultiOptions {
  /** Put before every key on its way to the servers; not part of the names in the result. */
  key_prefix?: string | Uint8Array;
}

export interface SetMultiOptions extends StoreOptions, MultiOptions {}

export interface DeleteMultiOptions extends MultiOptions {
  time?: Time | null;
  noreply?: boolean;
}

type Prefix = string | Uint8Array;
type Seconds = Time | TimeDelta;

export type StoreArguments =
  | [options?: StoreOptions]
  | [time: Seconds, options?: StoreOptions]
  | [time: Seconds, min_compress_len: number, options?: StoreOptions]
  | [time: Seconds, min_compress_len: number, noreply: boolean];

export type CountArguments =
  | [options?: CountOptions]
  | [delta: Delta, options?: CountOptions]
  | [delta: Delta, noreply: boolean];

export type TouchArguments =
  [options?: TouchOptions] | [time: Time, options?: TouchOptions] | [time: Time, noreply: boolean];

/** From 1.60 `(noreply)`, before `(time, noreply)`. */
export type DeleteArguments =
  | [options?: DeleteOptions]
  | [noreplyOrTime: Time | null, options?: DeleteOptions]
  | [time: Time | null, noreply: boolean];

/** Bytes that a prefix adds. */
export type CheckKeyArguments = [key_extra_len?: number | { key_extra_len?: number }];

export type GetMultiArguments = [options?: MultiOptions] | [key_prefix: Prefix];

export type SetMultiArguments =
  | [options?: SetMultiOptions]
  | [time: Time, options?: SetMultiOptions]
  | [time: Time, key_prefix: Prefix, options?: SetMultiOptions]
  | [time: Time, key_prefix: Prefix, min_compress_len: number, options?: SetMultiOptions]
  | [time: Time, key_prefix: Prefix, min_compress_len: number, noreply: boolean];

export type DeleteMultiArguments =
  | [options?: DeleteMultiOptions]
  | [time: Time | null, options?: DeleteMultiOptions]
  | [time: Time | null, key_prefix: Prefix, options?: DeleteMultiOptions]
  | [time: Time | null, key_prefix: Prefix, noreply: boolean];

/** True: stored. False: the server did not store it. 0: no server, no reply, or too long to be sent. */
export type Stored = boolean | 0;

/** A counter's new value; null: no such key, no server or no reply (before 1.49, 0 without a server). */
export type Counted = number | bigint | null;

/** Keys and values: a Map, pairs, or a plain object. */
export type Mapping = Iterable<readonly [MultiKey, unknown]> | Readonly<Record<string, unknown>>;

const STORE = ['time', 'min_compress_len', 'noreply'];
const COUNT = ['delta', 'noreply'];

/** `required` counts `self`, as Python's messages do. */
export const SIGNATURES = {
  set: { method: 'set', required: 3, names: STORE },
  add: { method: 'add', required: 3, names: STORE },
  replace: { method: 'replace', required: 3, names: STORE },
  append: { method: 'append', required: 3, names: STORE },
  prepend: { method: 'prepend', required: 3, names: STORE },
  cas: { method: 'cas', required: 3, names: STORE },
  touch: { method: 'touch', required: 2, names: ['time', 'noreply'] },
  incr: { method: 'incr', required: 2, names: COUNT },
  decr: { method: 'decr', required: 2, names: COUNT },
  check_key: { method: 'check_key', required: 2, names: ['key_extra_len'] },
  get_multi: { method: 'get_multi', required: 2, names: ['key_prefix'] },
  set_multi: {
    method: 'set_multi',
    required: 2,
    names: ['time', 'key_prefix', 'min_compress_len', 'noreply'],
  },
  delete_multi: { method: 'delete_multi', required: 2, names: ['time', 'key_prefix', 'noreply'] },
} as const satisfies Record<string, Signature>;

/** A command that sends nothing but its key. */
export const KEY_ONLY: ChangeOptions = { ...NO_OPTIONS, sent: null };

/** The pairs of a mapping in order; of equal keys the last value counts, as in a dict. */
export function pairsOf(mapping: Mapping): ReadonlyMap<MultiKey, unknown> {
  if (mapping instanceof Map) return mapping as ReadonlyMap<MultiKey, unknown>;
  if (Symbol.iterator in mapping) return new Map(mapping as Iterable<readonly [MultiKey, unknown]>);
  return new Map(Object.entries(mapping));
}

/**
 * What follows `stats`; empty for none.
 * @throws {ValueError} characters that could be another command (python-memcached sends them)
 */
export function statArguments(text: string | null): string {
  if (text === null || text === '') return '';
  if (!/^[\x20-\x7e]+$/.test(text)) throw new ValueError('control characters in stat_args');
  return text;
}
