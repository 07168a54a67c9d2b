// The parameters of the cache's methods, as types and as names for binding.

import { bind, isNamed, type CallOptions, type Signature } from '../clients/shared/arguments';
import type { PairsOrObject } from '../clients/shared/mapping';
import type { CacheKey, Version } from './keys';
import type { Timeout } from './timeouts';

export { pairsOf } from '../clients/shared/mapping';
export type { CallOptions };

export interface VersionOptions extends CallOptions {
  /** In place of VERSION of the settings. */
  version?: Version | null;
}

export interface StoreOptions extends VersionOptions {
  /** Seconds; null: for ever; default: TIMEOUT of the settings. */
  timeout?: Timeout;
}

export interface GetOptions extends VersionOptions {
  /** Answered for a miss; null without. */
  default?: unknown;
}

/** A whole number. */
export type Delta = number | bigint;

export interface CountOptions extends VersionOptions {
  /** By how much; default 1. */
  delta?: Delta;
}

/** `version` by position, or options by name. */
export type VersionArguments =
  [options?: VersionOptions] | [version: Version | null, options?: CallOptions];

/** `timeout` and `version` by position, or options by name. */
export type StoreArguments =
  | [options?: StoreOptions]
  | [timeout: Timeout | undefined, options?: VersionOptions]
  | [timeout: Timeout | undefined, version: Version | null, options?: CallOptions];

/** A plain object that holds nothing but these names is taken for them: such a default is given by name. */
export type GetArguments =
  | [options?: GetOptions]
  | [miss: unknown, options?: VersionOptions]
  | [miss: unknown, version: Version | null, options?: CallOptions];

/** `delta` and `version` by position, or options by name. */
export type CountArguments =
  | [options?: CountOptions]
  | [delta: Delta, options?: VersionOptions]
  | [delta: Delta, version: Version | null, options?: CallOptions];

/** Keys and values: a Map, pairs, or a plain object. */
export type Mapping = PairsOrObject<CacheKey>;

const namedOnly = ['signal'] as const;

function signature(method: string, required: number, names: readonly string[]): Signature {
  return { method, required, names, namedOnly };
}

const STORE = ['timeout', 'version'] as const;
const COUNT = ['delta', 'version'] as const;

/** `required` counts `self`, as Python's messages do. */
export const SIGNATURES = {
  add: signature('add', 3, STORE),
  clear: signature('clear', 1, []),
  decr: signature('decr', 2, COUNT),
  decr_version: signature('decr_version', 2, COUNT),
  delete: signature('delete', 2, ['version']),
  delete_many: signature('delete_many', 2, ['version']),
  get: signature('get', 2, ['default', 'version']),
  get_many: signature('get_many', 2, ['version']),
  get_or_set: signature('get_or_set', 3, STORE),
  has_key: signature('has_key', 2, ['version']),
  incr: signature('incr', 2, COUNT),
  incr_version: signature('incr_version', 2, COUNT),
  replace: signature('replace', 3, STORE),
  set: signature('set', 3, STORE),
  set_many: signature('set_many', 2, STORE),
  touch: signature('touch', 2, STORE),
} as const satisfies Record<string, Signature>;

/** Default, version and signal of a get: an object is taken for names only where it holds nothing else. */
export function bindGet(given: readonly unknown[]): readonly unknown[] {
  const [first] = given;
  const names = ['default', 'version', 'signal'];
  const keys = isNamed(first) ? Object.keys(first) : [];
  const isValue =
    given.length === 1 &&
    isNamed(first) &&
    !(keys.length > 0 && keys.every((key) => names.includes(key)));
  return bind(SIGNATURES.get, isValue ? [first, {}] : given);
}
