// The parameters of the methods, as types and as names for binding.

import type { CallOptions, Signature } from '../shared/arguments';
import type { PairsOrObject } from '../shared/mapping';
import type { Key } from './keys';
import type { Integer } from './numbers';

export { bindValues } from '../shared/arguments';
export { pairsOf } from '../shared/mapping';
export type { CallOptions };

/** Whether to ask for no reply; null: `default_noreply`. */
export type NoReply = boolean | null;

/** What calls that change something take by name. */
export interface NoReplyOptions extends CallOptions {
  /** Do not wait for the server's reply. */
  noreply?: NoReply;
}

/** Of `touch`, by name. */
export interface ExpireOptions extends NoReplyOptions {
  /** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default): never; below 0: at once. */
  expire?: Integer;
}

/** Of the methods that store, by name. */
export interface StoreOptions extends ExpireOptions {
  /** In place of the flags that the serde gave, from 0 to 2^32 - 1. */
  flags?: Integer | null;
}

/** Of `get`, by name. */
export interface GetOptions extends CallOptions {
  /** Answered for a miss; null without. */
  default?: unknown;
}

/** Of `gets`, by name. */
export interface GetsOptions extends GetOptions {
  /** Answered for the cas id of a miss; null without. */
  cas_default?: unknown;
}

/** What follows key and value where something is stored. */
export type StoreArguments =
  | [options?: StoreOptions]
  | [expire: Integer, options?: StoreOptions]
  | [expire: Integer, noreply: NoReply, options?: StoreOptions]
  | [expire: Integer, noreply: NoReply, flags: Integer | null, options?: CallOptions];

/** What follows the key of `touch`. */
export type ExpireArguments =
  | [options?: ExpireOptions]
  | [expire: Integer, options?: ExpireOptions]
  | [expire: Integer, noreply: NoReply, options?: CallOptions];

/** What follows the key of `delete`, and the value of `incr` and `decr`. */
export type NoReplyArguments =
  [options?: NoReplyOptions] | [noreply: NoReply, options?: CallOptions];

/**
 * What follows the key of `get`. A plain object that holds nothing but these names is taken for them: such a default is
 * given by name.
 */
export type GetArguments = [options?: GetOptions] | [miss: unknown, options?: CallOptions];

/** What follows the key of `gets`; an object as for `get`. */
export type GetsArguments =
  | [options?: GetsOptions]
  | [miss: unknown, options?: GetsOptions]
  | [miss: unknown, cas_default: unknown, options?: CallOptions];

/** What follows the key of `gat`; an object as for `get`. */
export type GatArguments =
  | [options?: GetOptions & { expire?: Integer }]
  | [expire: Integer, options?: GetOptions]
  | [expire: Integer, miss: unknown, options?: CallOptions];

/** What follows the key of `gats`; an object as for `get`. */
export type GatsArguments =
  | [options?: GetsOptions & { expire?: Integer }]
  | [expire: Integer, options?: GetsOptions]
  | [expire: Integer, miss: unknown, options?: GetsOptions]
  | [expire: Integer, miss: unknown, cas_default: unknown, options?: CallOptions];

/** What `flush_all` takes. */
export type FlushArguments =
  | [options?: NoReplyOptions & { delay?: Integer }]
  | [delay: Integer, options?: NoReplyOptions]
  | [delay: Integer, noreply: NoReply, options?: CallOptions];

/** What `shutdown` takes. */
export type ShutdownArguments =
  [options?: CallOptions & { graceful?: boolean }] | [graceful: boolean, options?: CallOptions];

/** What follows the command of `raw_command`. */
export type RawArguments =
  | [options?: CallOptions & { end_tokens?: string | Uint8Array }]
  | [end_tokens: string | Uint8Array, options?: CallOptions];

/** The words of `stats`, and its options last. */
export type StatsArguments = (Key | CallOptions | undefined)[];

/** Keys and values: a Map, pairs, or a plain object. */
export type Mapping = PairsOrObject<Key>;

/** A counter's new value; null: no such key, or no reply asked for. */
export type Counted = number | bigint | null;

/** A value with its cas id (bytes of digits); of a miss, both defaults. */
export type ValueWithCas = [value: unknown, cas: unknown];

const namedOnly = ['signal'] as const;

function signature(method: string, required: number, names: readonly string[]): Signature {
  return { method, required, names, namedOnly };
}

const STORE = ['expire', 'noreply', 'flags'] as const;

/** `required` counts `self`, as Python's messages do. */
export const SIGNATURES = {
  set: signature('set', 3, STORE),
  add: signature('add', 3, STORE),
  replace: signature('replace', 3, STORE),
  append: signature('append', 3, STORE),
  prepend: signature('prepend', 3, STORE),
  cas: signature('cas', 4, STORE),
  set_many: signature('set_many', 2, STORE),
  get: signature('get', 2, ['default']),
  gets: signature('gets', 2, ['default', 'cas_default']),
  gat: signature('gat', 2, ['expire', 'default']),
  gats: signature('gats', 2, ['expire', 'default', 'cas_default']),
  get_many: signature('get_many', 2, []),
  gets_many: signature('gets_many', 2, []),
  delete: signature('delete', 2, ['noreply']),
  delete_many: signature('delete_many', 2, ['noreply']),
  incr: signature('incr', 3, ['noreply']),
  decr: signature('decr', 3, ['noreply']),
  touch: signature('touch', 2, ['expire', 'noreply']),
  stats: signature('stats', 1, []),
  cache_memlimit: signature('cache_memlimit', 2, []),
  version: signature('version', 1, []),
  raw_command: signature('raw_command', 2, ['end_tokens']),
  flush_all: signature('flush_all', 1, ['delay', 'noreply']),
  quit: signature('quit', 1, []),
  shutdown: signature('shutdown', 1, ['graceful']),
} as const satisfies Record<string, Signature>;
