// Read, change, store if unchanged, again: no update of another process is lost.

import { PythonError } from '../errors';
import { withCas, type CasClient } from './cas';
import { pauseBefore, timer, wholeSeconds, type Waiting } from './client';

/** Others were always faster, or the server does not store. */
export class ContentionError extends PythonError {}

export interface UpdateOptions extends Waiting {
  /** Whole seconds until the value expires, or a Unix time beyond 30 days; default 0: never. */
  time?: number;
  /** How often it is tried; default 20. */
  attempts?: number;
}

/**
 * Changes a value that other processes change too. The client must wait for replies (pymemcache: `default_noreply: false`).
 * @param change makes the new value of the present one (undefined: there is none), or undefined: nothing is stored. It is
 * called again after every lost race, with what is there then
 * @returns what was stored, or what is there where `change` answered undefined
 * @throws {ValueError} a `time` that is no such number
 * @throws {ContentionError} all attempts were lost
 */
export async function update<T>(
  mc: CasClient,
  key: string,
  change: (present: unknown) => T | undefined | Promise<T | undefined>,
  { time = 0, attempts = 20, pause = timer }: UpdateOptions = {},
): Promise<unknown> {
  wholeSeconds('time', time, 0);
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await pause(pauseBefore(attempt));
    const done = await withCas(mc, key, async (found) => {
      const value = await change(found?.value);
      if (value === undefined) return { value: found?.value };
      const isStored =
        found === null ? await mc.add(key, value, time) : await found.swap(value, time);
      return isStored ? { value } : undefined;
    });
    if (done !== undefined) return done.value;
  }
  throw new ContentionError(`${key} could not be changed in ${attempts} attempts`);
}
