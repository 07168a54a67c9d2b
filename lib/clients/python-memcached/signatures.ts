// The parameters of the Client's methods, as types and as names for binding.

import type { CallOptions, Signature } from '../shared/arguments';
import type { PairsOrObject } from '../shared/mapping';
import type { MultiKey } from './keys';
import type { Delta, Time, TimeDelta } from '../shared/numbers';

export type { CallOptions };

/** Of `set`, `add`, `replace`, `append`, `prepend` and `cas`, by name. */
export interface StoreOptions extends CallOptions {
  /** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default): never. A duration for `set` only (1.60). */
  time?: Time | TimeDelta;
  /** Encoded values of more bytes than this are compressed where that makes them shorter; 0 (default): never. */
  min_compress_len?: number;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

/** Of `incr` and `decr`, by name. */
export interface CountOptions extends CallOptions {
  /** By how much; default 1. */
  delta?: Delta;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

/** Of `touch`, by name. */
export interface TouchOptions extends CallOptions {
  /** Seconds, or a Unix time beyond 30 days; 0 (default): never expires. */
  time?: Time;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

/** Of `delete`, by name. */
export interface DeleteOptions extends CallOptions {
  /** Before 1.60 only, and not sent. */
  time?: Time | null;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

/** Of `get_multi`, by name. */
export interface MultiOptions extends CallOptions {
  /** Put before every key on its way to the servers; not part of the names in the result. */
  key_prefix?: string | Uint8Array;
}

/** Of `set_multi`, by name. */
export interface SetMultiOptions extends StoreOptions, MultiOptions {}

/** Of `delete_multi`, by name. */
export interface DeleteMultiOptions extends MultiOptions {
  /** Before 1.60 only, and not sent. */
  time?: Time | null;
  /** Do not wait for the server's reply (1.55). */
  noreply?: boolean;
}

/** Put before every key; text is UTF-8. */
export type Prefix = string | Uint8Array;
/** Seconds until a value expires, or a duration (1.60, `set` only). */
export type Seconds = Time | TimeDelta;

/** Of `set`, `add`, `replace`, `append`, `prepend` and `cas`, behind key and value: by position, or by name. */
export type StoreArguments =
  | [options?: StoreOptions]
  | [time: Seconds, options?: StoreOptions]
  | [time: Seconds, min_compress_len: number, options?: StoreOptions]
  | [time: Seconds, min_compress_len: number, noreply: boolean, options?: CallOptions];

/** Of `incr` and `decr`, behind the key: by position, or by name. */
export type CountArguments =
  | [options?: CountOptions]
  | [delta: Delta, options?: CountOptions]
  | [delta: Delta, noreply: boolean, options?: CallOptions];

/** Of `touch`, behind the key: by position, or by name. */
export type TouchArguments =
  | [options?: TouchOptions]
  | [time: Time, options?: TouchOptions]
  | [time: Time, noreply: boolean, options?: CallOptions];

/** From 1.60 `(noreply)`, before `(time, noreply)`. */
export type DeleteArguments =
  | [options?: DeleteOptions]
  | [noreplyOrTime: Time | null, options?: DeleteOptions]
  | [time: Time | null, noreply: boolean, options?: CallOptions];

/** Bytes that a prefix adds. */
export type CheckKeyArguments = [key_extra_len?: number | { key_extra_len?: number }];

/** Of `get_multi`, behind the keys: by position, or by name. */
export type GetMultiArguments =
  [options?: MultiOptions] | [key_prefix: Prefix, options?: CallOptions];

/** Of `set_multi`, behind the mapping: by position, or by name. */
export type SetMultiArguments =
  | [options?: SetMultiOptions]
  | [time: Time, options?: SetMultiOptions]
  | [time: Time, key_prefix: Prefix, options?: SetMultiOptions]
  | [time: Time, key_prefix: Prefix, min_compress_len: number, options?: SetMultiOptions]
  | [
      time: Time,
      key_prefix: Prefix,
      min_compress_len: number,
      noreply: boolean,
      options?: CallOptions,
    ];

/** Of `delete_multi`, behind the keys: by position, or by name. */
export type DeleteMultiArguments =
  | [options?: DeleteMultiOptions]
  | [time: Time | null, options?: DeleteMultiOptions]
  | [time: Time | null, key_prefix: Prefix, options?: DeleteMultiOptions]
  | [time: Time | null, key_prefix: Prefix, noreply: boolean, options?: CallOptions];

/** Of `get_stats`, by name. */
export interface StatsOptions extends CallOptions {
  /** What follows `stats`: `items`, `slabs`, `cachedump 1 10`... */
  stat_args?: string | null;
}

/** Of `get_stats`: by position, or by name. */
export type StatsArguments =
  [options?: StatsOptions] | [stat_args: string | null, options?: CallOptions];

/** True: stored. False: the server did not store it. 0: no server, no reply, or too long to be sent. */
export type Stored = boolean | 0;

/** A counter's new value; null: no such key, no server or no reply (before 1.49, 0 without a server). */
export type Counted = number | bigint | null;

/** Keys and values: a Map, pairs, or a plain object. */
export type Mapping = PairsOrObject<MultiKey>;

const namedOnly = ['signal'] as const;
const STORE = { required: 3, names: ['time', 'min_compress_len', 'noreply'], namedOnly } as const;
const COUNT = { required: 2, names: ['delta', 'noreply'], namedOnly } as const;
const BARE = { required: 1, names: [], namedOnly } as const;

/** `required` counts `self`, as Python's messages do. */
export const SIGNATURES = {
  set: { method: 'set', ...STORE },
  add: { method: 'add', ...STORE },
  replace: { method: 'replace', ...STORE },
  append: { method: 'append', ...STORE },
  prepend: { method: 'prepend', ...STORE },
  cas: { method: 'cas', ...STORE },
  touch: { method: 'touch', required: 2, names: ['time', 'noreply'], namedOnly },
  incr: { method: 'incr', ...COUNT },
  decr: { method: 'decr', ...COUNT },
  check_key: { method: 'check_key', required: 2, names: ['key_extra_len'] },
  get: { method: 'get', required: 2, names: ['default'], namedOnly },
  gets: { method: 'gets', required: 2, names: [], namedOnly },
  get_multi: { method: 'get_multi', required: 2, names: ['key_prefix'], namedOnly },
  set_multi: {
    method: 'set_multi',
    required: 2,
    names: ['time', 'key_prefix', 'min_compress_len', 'noreply'],
    namedOnly,
  },
  delete_multi: {
    method: 'delete_multi',
    required: 2,
    names: ['time', 'key_prefix', 'noreply'],
    namedOnly,
  },
  flush_all: { method: 'flush_all', ...BARE },
  get_slabs: { method: 'get_slabs', ...BARE },
  get_slab_stats: { method: 'get_slab_stats', ...BARE },
  get_stats: { method: 'get_stats', required: 1, names: ['stat_args'], namedOnly },
  quit_all: { method: 'quit_all', ...BARE },
} as const satisfies Record<string, Signature>;

/** `delete`, whose parameters differ between releases. */
export function deleteSignature(names: readonly string[]): Signature {
  return { method: 'delete', required: 2, names, namedOnly };
}
