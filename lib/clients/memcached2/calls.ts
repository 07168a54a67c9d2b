// The parameters of Memcache's methods: their types, and how they are bound.

import { bind, isNamed, signalOf, type CallOptions, type Signature } from '../shared/arguments';
import type { Key, Value } from './checks';

/** Seconds until the value expires, or a Unix time beyond 30 days; 0 (default): never; negative: at once. */
export type Time = number | bigint;
/** By how much a counter changes, from 0 to 2^64 - 1; default 1. */
export type Delta = number | bigint | string;
/** A counter's value: a bigint beyond 2^53. */
export type Counted = number | bigint;
/** What changes when the entry does: a bigint beyond 2^53. */
export type Cas = number | bigint;

/** What is stored beside a value. */
export interface StoreOptions {
  /** 32 bits that reading gives back; default 0. */
  flags?: number | undefined;
  exptime?: Time | undefined;
  /** Store only if the entry still has this cas id; null (default): store in any case. */
  cas_unique?: Cas | null | undefined;
}

/** What `add` and `replace` store beside a value. */
export type EntryOptions = Pick<StoreOptions, 'flags' | 'exptime'>;
/** A last object: parameters by name, and a signal. */
export type Named<Names = unknown> = (CallOptions & Names) | undefined;

/** `get_cas` of `get` and `get_multi`: ask for cas ids, which value wrappers are given; default false. */
export type GetArguments =
  [named?: Named<{ get_cas?: boolean | undefined }>] | [get_cas: boolean, named?: Named];

/** `flags` and `exptime` of `add` and `replace` (see StoreOptions). */
export type StoreArguments =
  | [named?: Named<EntryOptions>]
  | [flags: number, named?: Named<Pick<EntryOptions, 'exptime'>>]
  | [flags: number, exptime: Time, named?: Named];

/** `flags`, `exptime` and `cas_unique` of `set` (see StoreOptions). */
export type SetArguments =
  | [named?: Named<StoreOptions>]
  | [flags: number, named?: Named<Omit<StoreOptions, 'flags'>>]
  | [flags: number, exptime: Time, named?: Named<Pick<StoreOptions, 'cas_unique'>>]
  | [flags: number, exptime: Time, cas_unique: Cas | null, named?: Named];

/** `exptime` of `touch`, which must be given. */
export type TouchArguments = [named: Named<{ exptime: Time }>] | [exptime: Time, named?: Named];

/** `value` of `incr` and `decr`. */
export type CountArguments =
  [named?: Named<{ value?: Delta | undefined }>] | [value: Delta, named?: Named];

/** One key of set_multi; its own options go before those of the call. */
export type StoreItem =
  readonly [key: Key, value: Value] | readonly [key: Key, value: Value, options: StoreOptions];

/** What set_multi answers. */
export interface Wanted {
  /** The keys that were stored, with null; default true. */
  return_successful?: boolean;
  /** The keys that were not, with the server's reply; default true. */
  return_failed?: boolean;
}

/** `options`, `return_successful` and `return_failed` of `set_multi`. */
export type SetMultiArguments =
  | [named?: StoreOptions | Named<Wanted & { options?: StoreOptions }>]
  | [options: StoreOptions, named: Named<Wanted>]
  | [options: StoreOptions, return_successful: boolean, named?: Named<Wanted>]
  | [options: StoreOptions, return_successful: boolean, return_failed: boolean, named?: Named];

function signature(method: string, required: number, names: readonly string[]): Signature {
  return { method, required, names, namedOnly: ['signal'] };
}

export const GET = signature('get', 2, ['get_cas']);
export const GET_MULTI = signature('get_multi', 2, ['get_cas']);
export const SET = signature('set', 3, ['flags', 'exptime', 'cas_unique']);
export const ADD = signature('add', 3, ['flags', 'exptime']);
export const REPLACE = signature('replace', 3, ['flags', 'exptime']);
export const TOUCH = signature('touch', 2, ['exptime']);
export const INCR = signature('incr', 2, ['value']);
export const DECR = signature('decr', 2, ['value']);
const SET_MULTI = signature('set_multi', 2, ['options', 'return_successful', 'return_failed']);

/** Methods without optional parameters. */
export type PlainMethod =
  | 'append'
  | 'prepend'
  | 'delete'
  | 'delete_all'
  | 'flush_all'
  | 'stats'
  | 'stats_items'
  | 'stats_settings'
  | 'stats_sizes'
  | 'stats_slabs';

/** The signal of a call of a method without optional parameters. */
export function onlySignal(
  method: PlainMethod,
  options: CallOptions | undefined,
): AbortSignal | undefined {
  return signalOf(bind(signature(method, 1, []), [options])[0]);
}

/** The parameters of set_multi. Python's first one is an object too: it is told from named ones by its names. */
export function setMulti(given: readonly unknown[]): Required<Wanted> & {
  readonly options: StoreOptions;
  readonly signal: AbortSignal | undefined;
} {
  const [first, ...others] = given;
  const named = [...SET_MULTI.names, 'signal'];
  const isOptions =
    isNamed(first) && others.length === 0 && !named.some((name) => Object.hasOwn(first, name));
  const [options, return_successful, return_failed, signal] = bind(
    SET_MULTI,
    isOptions ? [{ options: first }] : given,
  );
  return {
    options: checkStoreOptions(options),
    return_successful: return_successful === undefined || Boolean(return_successful),
    return_failed: return_failed === undefined || Boolean(return_failed),
    signal: signalOf(signal),
  };
}

const STORE_OPTIONS: ReadonlySet<string> = new Set(['flags', 'exptime', 'cas_unique']);

/** @throws {TypeError} no object, or one with other names */
export function checkStoreOptions(options: unknown = {}): StoreOptions {
  if (!isNamed(options)) throw new TypeError('options must be an object');
  const other = Object.keys(options).find((name) => !STORE_OPTIONS.has(name));
  if (other !== undefined) throw new TypeError(`options have no '${other}'`);
  return options;
}
