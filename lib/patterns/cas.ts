// Store only what nobody has changed: one shape for clients that answer cas ids, and for those that keep them.

import { isNotFound } from './client';

/** A client that answers `[value, id]` to gets: pylibmc's with the behavior `cas`, pymemcache's. */
export interface PairClient {
  /** Stores if there is nothing under the key. */
  add(key: string, value: unknown, time: number): Promise<unknown>;
  /** Null: no server could be asked. */
  gets(key: string): Promise<readonly [value: unknown, cas: unknown] | null>;
  /** Stores if the entry still has this id, which goes back as it came. */
  cas(key: string, value: unknown, cas: never, time: number): Promise<unknown>;
}

/** A client that keeps the id of the last gets: python-memcached's with `cache_cas`. */
export interface KeepingClient {
  /** Ids by wire key, as the last `gets` found them. */
  readonly cas_ids: Map<string, string>;
  /** Stores if there is nothing under the key. */
  add(key: string, value: unknown, time: number): Promise<unknown>;
  /** A value, whose id is kept. */
  gets(key: string): Promise<unknown>;
  /** Stores if the entry still has the id that is kept. */
  cas(key: string, value: unknown, time: number): Promise<unknown>;
}

/** Any client that can store a value only if nobody has changed it. */
export type CasClient = PairClient | KeepingClient;

/** An entry, and how to change it. */
export interface Found {
  readonly value: unknown;
  /** Stores a value if nobody else has since; false: somebody has, or the key is gone, or the server is. */
  swap(value: unknown, time: number): Promise<boolean>;
}

/**
 * Reads an entry and hands it to a task, which may swap it; null: there is none.
 * @throws {TypeError} the client neither answers nor keeps cas ids; what its methods throw
 */
export function withCas<T>(
  mc: CasClient,
  key: string,
  task: (found: Found | null) => Promise<T>,
): Promise<T> {
  return 'cas_ids' in mc ? inTurn(mc, key, () => kept(mc, key, task)) : answered(mc, key, task);
}

async function answered<T>(
  mc: PairClient,
  key: string,
  task: (found: Found | null) => Promise<T>,
): Promise<T> {
  const [value, id] = (await mc.gets(key)) ?? [null, null];
  if (id === null || id === undefined) return task(null);
  const swap = async (next: unknown, time: number): Promise<boolean> => {
    try {
      return Boolean(await mc.cas(key, next, id as never, time));
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
  return task({ value, swap });
}

async function kept<T>(
  mc: KeepingClient,
  key: string,
  task: (found: Found | null) => Promise<T>,
): Promise<T> {
  // The client keeps ids by the bytes that it sends.
  const wire = Buffer.from(key).toString('latin1');
  mc.cas_ids.delete(wire);
  const value = await mc.gets(key);
  const isHit = mc.cas_ids.has(wire);
  // Without an id its cas is a set, and changes would be lost.
  if (!isHit && value !== null)
    throw new TypeError('the client needs cache_cas, and no key_encoder');
  const swap = async (next: unknown, time: number): Promise<boolean> =>
    Boolean(await mc.cas(key, next, time));
  return task(isHit ? { value, swap } : null);
}

const turns = new WeakMap<object, Map<string, Promise<unknown>>>();

/** One task at a time for each key of a client: the second gets would replace the id that the first cas needs. */
async function inTurn<T>(mc: object, key: string, task: () => Promise<T>): Promise<T> {
  const queue = turns.get(mc) ?? new Map<string, Promise<unknown>>();
  turns.set(mc, queue);
  const before = queue.get(key) ?? Promise.resolve();
  const turn = before.then(task, task);
  queue.set(key, turn);
  try {
    return await turn;
  } finally {
    if (queue.get(key) === turn) queue.delete(key);
  }
}
