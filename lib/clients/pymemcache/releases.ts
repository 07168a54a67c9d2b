// What differs between releases of pymemcache, as far as this client shows it. One row a release.

import { ValueError } from '../../errors';
import { oneOf } from '../shared/parameters';

export interface Release {
  /** `stats` and `cache_memlimit` put `key_prefix` before their arguments (base.py 3.5.2:1055). */
  readonly prefixesArguments: boolean;
  /** What HashClient's `incr` and `decr` answer when no server is asked (hash.py). */
  readonly unasked: false | null;
  /** MockMemcacheClient gives its serde text as text, not as bytes (test/utils.py). */
  readonly mockKeepsText: boolean;
  /** Pythons it runs on. */
  readonly pythons: readonly (2 | 3)[];
}

const RELEASES = {
  '3.5.2': { prefixesArguments: true, unasked: false, mockKeepsText: false, pythons: [2, 3] },
  '4.0': { prefixesArguments: false, unasked: null, mockKeepsText: true, pythons: [3] },
} as const satisfies Record<string, Release>;

/** A release that this client answers like. */
export type ReleaseName = keyof typeof RELEASES;

/** @throws {ValueError} no such row, or a Python that it does not run on */
export function findRelease(name: unknown, python: unknown): Release {
  const release: Release = oneOf(RELEASES, name, 'release');
  if (!release.pythons.some((each) => each === python)) {
    throw new ValueError(`pymemcache ${String(name)} runs on Python ${release.pythons.join(', ')}`);
  }
  return release;
}
