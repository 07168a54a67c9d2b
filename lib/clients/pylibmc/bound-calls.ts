// Calls with arguments as the caller gave them: bound to their names, checked, and handed on.

import { Command } from '../../engine/engine';
import { bind, signalOf } from '../shared/arguments';
import { pythonType } from '../shared/numbers';
import type { Calls, Item } from './calls';
import { NotFound } from './errors';
import { countManyFailure } from './failures';
import {
  checkLength,
  compressing,
  deltaOf,
  deltaText,
  manyDeltaOf,
  readKeyBytes,
  prefixBytes,
  rawBytes,
  SIGNATURES,
  timeText,
  wrongType,
  type Key,
} from './requests';
import type { Session } from './session';

/** What these functions need of a client. */
export interface Bound {
  readonly session: Session;
  readonly calls: Calls;
}

/** Pairs of a dict. */
export type Mapping = ReadonlyMap<Key, unknown> | Readonly<Record<string, unknown>>;

export async function store(
  { session, calls }: Bound,
  method: 'set' | 'add' | 'replace' | 'append' | 'prepend',
  key: Key,
  value: unknown,
  rest: readonly unknown[],
): Promise<boolean> {
  const [time, min, level, signal] = bind(SIGNATURES[method], rest);
  const bytes = rawBytes(key);
  const seconds = timeText(time, session.settings);
  const rule = compressing(min, level, session.options.release);
  checkLength(bytes);
  const entry = session.entry(value, rule);
  return calls.store(Command[method], bytes, entry, seconds, signalOf(signal));
}

/** The keys that were not stored. */
export async function storeMany(
  { session, calls }: Bound,
  method: 'set' | 'add',
  mapping: Mapping,
  rest: readonly unknown[],
): Promise<Key[]> {
  const bound = bind(SIGNATURES[`${method}_multi`], rest);
  const [time, prefix, min, level, signal] = bound;
  const pairs = pairsOf(mapping);
  const seconds = timeText(time, session.settings);
  const before = prefixBytes(prefix);
  const rule = compressing(min, level, session.options.release);
  const items = pairs.map(([key, value]): Item<Key> => {
    const bytes = checkLength(before + readKeyBytes(key));
    return { key, bytes, entry: session.entry(value, rule) };
  });
  return calls.storeMany(Command[method], items, seconds, signalOf(signal));
}

function pairsOf(mapping: unknown): readonly (readonly [Key, unknown])[] {
  if (mapping instanceof Map) return [...(mapping as ReadonlyMap<Key, unknown>)];
  if (typeof mapping === 'object' && mapping !== null && !(Symbol.iterator in mapping)) {
    return Object.entries(mapping);
  }
  throw wrongType('argument 1', 'dict', mapping);
}

export async function count(
  { calls }: Bound,
  method: 'incr' | 'decr',
  key: Key,
  rest: readonly unknown[],
): Promise<number | bigint> {
  const [by, signal] = bind(SIGNATURES[method], rest);
  const bytes = rawBytes(key);
  const delta = deltaOf(by);
  checkLength(bytes);
  return calls.count(Command[method], bytes, deltaText(delta), signalOf(signal));
}

/** Goes on where one key fails. */
export async function countMany(
  { calls }: Bound,
  keys: Iterable<Key>,
  rest: readonly unknown[],
): Promise<void> {
  const [prefix, by, signal] = bind(SIGNATURES.incr_multi, rest);
  const before = prefixBytes(prefix);
  const delta = deltaText(manyDeltaOf(by));
  const all = keysOf(keys, before, UNCOUNTED);
  const given = signalOf(signal);
  const ends = await Promise.allSettled(
    all.map(([, bytes]) => calls.count(Command.incr, bytes, delta, given)),
  );
  const failed = ends.filter((end) => end.status === 'rejected');
  if (failed.length === 0) return;
  given?.throwIfAborted();
  const missing = failed.filter(({ reason }) => reason instanceof NotFound).length;
  const last = ends[ends.length - 1];
  throw countManyFailure(
    failed.length,
    missing,
    last?.status === 'rejected' ? last.reason : undefined,
  );
}

/** What a method says of keys that are a dict, or of another type that has none. */
export interface NoKeys {
  readonly dict: string;
  readonly other: (type: string) => string;
}

/** Of methods that count their keys first. */
export const UNCOUNTED: NoKeys = {
  dict: 'dict is not a sequence',
  other: (type) => `object of type '${type}' has no len()`,
};
/** Of delete_multi, which takes one key after the other. */
export const NOT_ITERABLE: NoKeys = {
  dict: 'keys must be a sequence, not a mapping',
  other: (type) => `'${type}' object is not iterable`,
};

/**
 * Keys as the caller has them, and their bytes behind the prefix's.
 * @throws {TypeError} nothing that has keys in order, or one that is no key
 */
export function keysOf(
  keys: unknown,
  before: string,
  { dict, other }: NoKeys,
): (readonly [key: Key, bytes: string])[] {
  const isObject = typeof keys === 'object' && keys !== null;
  if (keys instanceof Map || (isObject && !(Symbol.iterator in keys))) throw new TypeError(dict);
  if (!isObject && typeof keys !== 'string') throw new TypeError(other(pythonType(keys)));
  return Array.from(keys as Iterable<Key>, (key) => [key, before + readKeyBytes(key)]);
}
