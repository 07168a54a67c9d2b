// What the patterns ask of a client, by shape: python-memcached's, pylibmc's, pymemcache's and cmemcache's all fit.

import { randomInt } from 'node:crypto';
import { ValueError } from '../errors';

/** Values under keys. */
export interface CacheClient {
  /** Stores if there is nothing under the key; `time` in seconds. */
  add(key: string, value: unknown, time: number): Promise<unknown>;
  /** Deletes a key. */
  delete(key: string): Promise<unknown>;
  /** A value; null: there is none. */
  get(key: string): Promise<unknown>;
  /** Stores a value; `time` in seconds. */
  set(key: string, value: unknown, time: number): Promise<unknown>;
}

/** Counters. */
export interface CountingClient {
  /** Stores if there is nothing under the key; `time` in seconds. */
  add(key: string, value: unknown, time: number): Promise<unknown>;
  /** A value; null: there is none. */
  get(key: string): Promise<unknown>;
  /** Counts up; null, or an error named NotFound: there is no such key. */
  incr(key: string, delta: number): Promise<unknown>;
}

/** Whether a client raised its "no such key", which others answer with null: pylibmc's NotFound. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFound';
}

/** Longer times are Unix times to memcached. */
export const THIRTY_DAYS = 2_592_000;

/**
 * Whole seconds: clients cut off a fraction, and what is then 0 never ends.
 * @param least 1 where something must end
 * @throws {ValueError} no whole number in these bounds
 */
export function wholeSeconds(
  name: string,
  seconds: number,
  least: 0 | 1,
  most: number = Infinity,
): number {
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  const end = most === Infinity ? '' : ' to 30 days';
  throw new ValueError(`${name} must be a whole number of seconds, from ${least}${end}`);
}

/** Time, for waiting. */
export interface Waiting {
  /** Milliseconds of some clock; default performance.now. */
  readonly now?: () => number;
  /** Resolves after some milliseconds; default a timer. */
  readonly pause?: (ms: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;

/** Longer from attempt to attempt, and by chance, so that those who wait do not come back together. */
export function pauseBefore(attempt: number): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
  return randomInt(Math.ceil(most / 2), most + 1);
}

export function timer(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
