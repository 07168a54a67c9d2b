// A value that is made once: one process makes it, the others wait for it instead of making it too.

import { randomBytes } from 'node:crypto';
import {
  pauseBefore,
  THIRTY_DAYS,
  timer,
  wholeSeconds,
  type CacheClient,
  type Waiting,
} from './client';

export interface GetOrSetOptions extends Waiting {
  /** Whole seconds until the value expires, or a Unix time beyond 30 days; default 0: never. */
  time?: number;
  /** Whole seconds, to 30 days, that one process may take to make the value before another begins; default 30. */
  lock?: number;
  /** Seconds that others wait before they make it themselves; default `lock`. */
  wait?: number;
}

/** How often neither value nor lock may be seen, and no lock taken: the server is gone then. */
const BLIND_ATTEMPTS = 3;

const making = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * The value of a key; where there is none, `make` makes it and it is stored. Of all processes one makes it at a time,
 * and calls of one process share what is under way. Null is no value: what `make` answers so is not stored.
 * @throws {ValueError} a `time` or `lock` that is no such number
 * @throws what `make` throws, to everyone in this process who waits for it; what the client throws
 */
export function get_or_set<T>(
  mc: CacheClient,
  key: string,
  make: () => T | Promise<T>,
  options: GetOrSetOptions = {},
): Promise<unknown> {
  const mine = making.get(mc) ?? new Map<string, Promise<unknown>>();
  making.set(mc, mine);
  const underWay = mine.get(key);
  if (underWay !== undefined) return underWay;
  const begun = obtain(mc, key, make, options).finally(() => mine.delete(key));
  mine.set(key, begun);
  return begun;
}

async function obtain<T>(
  mc: CacheClient,
  key: string,
  make: () => T | Promise<T>,
  {
    time = 0,
    lock = 30,
    wait = lock,
    now = () => performance.now(),
    pause = timer,
  }: GetOrSetOptions,
): Promise<unknown> {
  wholeSeconds('time', time, 0);
  wholeSeconds('lock', lock, 1, THIRTY_DAYS);
  const lockKey = `${key}:lock`;
  const token = randomBytes(16).toString('hex');
  const until = now() + wait * 1000;
  let blind = 0;
  for (let attempt = 0; ; attempt++) {
    const value = await mc.get(key);
    if (isValue(value)) return value;
    await mc.add(lockKey, token, lock);
    // Who has it is read: a client that waits for no reply answers true to every add.
    const owner = await mc.get(lockKey);
    if (isValue(owner) && String(owner) === token) {
      return underLock(mc, key, make, time, () => release(mc, lockKey, token));
    }
    // No lock was taken, and there is none: it has just ended, or no server could be asked.
    blind = isValue(owner) ? 0 : blind + 1;
    if (blind === BLIND_ATTEMPTS || now() >= until) return fresh(mc, key, make, time);
    await pause(Math.min(pauseBefore(attempt), Math.max(0, until - now())));
  }
}

async function underLock<T>(
  mc: CacheClient,
  key: string,
  make: () => T | Promise<T>,
  time: number,
  unlock: () => Promise<void>,
): Promise<unknown> {
  try {
    // Whoever had the lock before may have stored it since we looked.
    const value = await mc.get(key);
    return isValue(value) ? value : await fresh(mc, key, make, time);
  } finally {
    // A lock that cannot be released ends by itself; what was made is not to be lost for that.
    await unlock().catch(() => undefined);
  }
}

async function fresh<T>(
  mc: CacheClient,
  key: string,
  make: () => T | Promise<T>,
  time: number,
): Promise<T> {
  const value = await make();
  if (isValue(value)) await mc.set(key, value, time);
  return value;
}

/** Not by cas, which not every client has: at worst a second process makes the value. */
async function release(mc: CacheClient, lockKey: string, token: string): Promise<void> {
  const held = await mc.get(lockKey);
  if (isValue(held) && String(held) === token) await mc.delete(lockKey);
}

function isValue(value: unknown): boolean {
  return value !== null && value !== undefined;
}
