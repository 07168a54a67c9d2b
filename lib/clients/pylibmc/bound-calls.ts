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
  deltaText,
  keyBytes,
  readKeyBytes,
  prefixBytes,
  SIGNATURES,
  timeText,
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
  const bytes = keyBytes(key);
  const seconds = timeText(time, session.settings);
  const entry = session.entry(value, compressing(min, level, session.options.release));
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
  const before = prefixBytes(prefix);
  const rule = compressing(min, level, session.options.release);
  const items = pairsOf(mapping).map(([key, value]): Item<Key> => {
    const bytes = checkLength(before + readKeyBytes(key));
    return { key, bytes, entry: session.entry(value, rule) };
  });
  return calls.storeMany(
    Command[method],
    items,
    timeText(time, session.settings),
    signalOf(signal),
  );
}

function pairsOf(mapping: unknown): readonly (readonly [Key, unknown])[] {
  if (mapping instanceof Map) return [...(mapping as ReadonlyMap<Key, unknown>)];
  if (typeof mapping === 'object' && mapping !== null && !(Symbol.iterator in mapping)) {
    return Object.entries(mapping);
  }
  throw new TypeError(`argument 1 must be dict, not ${pythonType(mapping)}`);
}

export async function count(
  { calls }: Bound,
  method: 'incr' | 'decr',
  key: Key,
  rest: readonly unknown[],
): Promise<number | bigint> {
  const [by, signal] = bind(SIGNATURES[method], rest);
  const bytes = keyBytes(key);
  return calls.count(Command[method], bytes, deltaText(by), signalOf(signal));
}

/** Goes on where one key fails. */
export async function countMany(
  { calls }: Bound,
  keys: Iterable<Key>,
  rest: readonly unknown[],
): Promise<void> {
  const [prefix, by, signal] = bind(SIGNATURES.incr_multi, rest);
  const all = keysOf(keys, prefix);
  const delta = deltaText(by);
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

/** @throws {TypeError} nothing that has keys in order */
function checkKeys(keys: unknown): Iterable<Key> {
  const isObject = typeof keys === 'object' && keys !== null;
  if (typeof keys !== 'string' && !(isObject && Symbol.iterator in keys)) {
    throw new TypeError(
      isObject ? 'dict is not a sequence' : `object of type '${pythonType(keys)}' has no len()`,
    );
  }
  if (keys instanceof Map) throw new TypeError('dict is not a sequence');
  return keys as Iterable<Key>;
}

/** Keys as the caller has them, and their bytes behind the prefix. */
export function keysOf(
  keys: Iterable<Key>,
  prefix: unknown,
): (readonly [key: Key, bytes: string])[] {
  const before = prefixBytes(prefix);
  return Array.from(checkKeys(keys), (key) => {
    const bytes = readKeyBytes(key);
    return [key, before + bytes];
  });
}
