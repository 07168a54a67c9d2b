// What the patterns ask of a client, by shape: python-memcached's, pylibmc's, pymemcache's and cmemcache's all fit.

import { randomInt } from 'node:crypto';

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
