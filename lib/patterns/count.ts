// A counter that ends: begins with its first count, and is gone after its time, whatever was counted meanwhile.

import { ValueError } from '../errors';
import { isNotFound, wholeSeconds, type CountingClient } from './client';

/** How a counter lives. */
export interface CountOptions {
  /** Whole seconds that the counter lives from its first count, or a Unix time beyond 30 days. */
  ttl: number;
  /** By how much; default 1. */
  delta?: number;
}

/** A counter may begin or end between two commands; more often than this it is the server that is gone. */
const ATTEMPTS = 4;

/**
 * Counts up, and begins where there is no counter.
 * @returns the new value; null: no server could be asked, and a rate limiter must decide by itself
 * @throws {ValueError} a ttl that is no whole number from 1, a delta that is no whole number from 0
 */
export async function count(
  mc: CountingClient,
  key: string,
  { ttl, delta = 1 }: CountOptions,
): Promise<number | bigint | null> {
  wholeSeconds('ttl', ttl, 1);
  if (!Number.isSafeInteger(delta) || delta < 0)
    throw new ValueError('delta must be a whole number');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const value = await incr(mc, key, delta);
    if (value !== null) return value;
    // Whoever begins it, all count on: so it does not matter whose add was first.
    await mc.add(key, 0, ttl);
  }
  return null;
}

async function incr(
  mc: CountingClient,
  key: string,
  delta: number,
): Promise<number | bigint | null> {
  try {
    const value = await mc.incr(key, delta);
    return typeof value === 'number' || typeof value === 'bigint' ? value : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
