// What the arguments of a call become in its request: times, deltas, cas ids, and what each release sends.

import { OverflowError, ValueError } from '../../errors';
import { NO_OPTIONS, type ChangeOptions, type Entry } from '../../engine/engine';
import { bind, signalOf } from '../shared/arguments';
import { argumentText, durationSeconds, secondsText } from '../shared/numbers';
import type { Options } from './options';
import type { Release } from './releases';
import { deleteSignature } from './signatures';

export type StoreMethod = 'set' | 'add' | 'replace' | 'append' | 'prepend' | 'cas';

/** A command that sends nothing but its key. */
const KEY_ONLY: ChangeOptions = { ...NO_OPTIONS, sent: null };

/** What a storage call without arguments sends. */
export function plainStore({ tail }: Release): ChangeOptions {
  return { ...KEY_ONLY, time: '0', sent: true, tail };
}

/** @throws {TypeError | ValueError | OverflowError} `time` is no number of seconds */
export function storeOptions(
  plain: ChangeOptions,
  takesDuration: boolean,
  time: unknown = 0,
  noreply: unknown,
): ChangeOptions {
  const seconds = takesDuration ? (durationSeconds(time) ?? time) : time;
  return { ...plain, time: fitting(secondsText(seconds)), noreply: Boolean(noreply) };
}

/**
 * A time that memcached can read: behind a line with a larger one it takes the value for a command (CWE-93).
 * @throws {OverflowError} it has more than 64 bits
 */
function fitting(seconds: string): string {
  if (seconds.length < 19 || BigInt.asIntN(64, BigInt(seconds)) === BigInt(seconds)) return seconds;
  throw new OverflowError('Python int too large to convert to C long');
}

/**
 * The options of a cas.
 * @throws {ValueError} the id is no number: it could be another command (CWE-93)
 */
export function withCas(options: ChangeOptions, cas: string): ChangeOptions {
  if (!/^\d{1,20}$/.test(cas) || BigInt.asUintN(64, BigInt(cas)) !== BigInt(cas))
    throw new ValueError('a cas id is a number of up to 64 bits');
  return { ...options, cas };
}

/** @throws {ValueError} text in `delta` that would end or split the command */
export function countOptions(
  release: Release,
  delta: unknown = 1,
  noreply: unknown,
): ChangeOptions {
  const text = release.delta === 'int' ? secondsText(delta) : argumentText(delta);
  return { ...KEY_ONLY, delta: text, noreply: Boolean(noreply) };
}

/** Without a time (None) memcached refuses the line. */
export function touchOptions(time: unknown, noreply: unknown): ChangeOptions {
  const text = time === null ? '' : argumentText(time);
  return { ...KEY_ONLY, time: text, noreply: Boolean(noreply), sent: 1 };
}

/** Which time delete sends. Other times than 0 are refused by memcached and never sent. */
const DELETE_TIMES: Readonly<Record<Release['deleteTime'], (zeroGiven: boolean) => string>> = {
  never: () => '',
  'always 0': () => '0',
  '0 if given': (zeroGiven) => (zeroGiven ? '0' : ''),
};

/** @param rule of the release, for one key or for many */
export function deleteOptions(
  rule: Release['deleteTime'],
  time: unknown,
  noreply: unknown,
  tail: string,
): ChangeOptions {
  const zeroGiven = time !== undefined && time !== null && secondsText(time) === '0';
  const sentTime = DELETE_TIMES[rule](zeroGiven);
  return { ...KEY_ONLY, time: sentTime, tail, noreply: Boolean(noreply), sent: 1 };
}

/** Time, noreply and signal of a delete, the first two in the release's order of parameters. */
export function deleteArguments(
  { deleteNames }: Release,
  rest: readonly unknown[],
): [time: unknown, noreply: unknown, signal: AbortSignal | undefined] {
  const bound = bind(deleteSignature(deleteNames), rest);
  const signal = signalOf(bound[deleteNames.length]);
  return [bound[deleteNames.indexOf('time')], bound[deleteNames.indexOf('noreply')], signal];
}

/** `min_compress_len` as the codec takes it. */
export function minLength(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

/** "silently do not store if value length exceeds maximum" (memcache.py 1.62:1015) */
export function isTooLong(
  { release, server_max_value_length: max }: Options,
  { data }: Entry,
): boolean {
  if (max === 0) return false;
  return release.fullLength ? data.length > max : data.length >= max;
}

/**
 * What follows `stats`; empty for none.
 * @throws {ValueError} characters that could be another command (python-memcached sends them)
 */
export function statArguments(text: unknown): string {
  if (text === null || text === undefined || text === '') return '';
  if (typeof text !== 'string') throw new TypeError('stat_args must be a string');
  if (!/^[\x20-\x7e]+$/.test(text)) throw new ValueError('control characters in stat_args');
  return text;
}
