// What changed between releases of Django, as rows: a release behaves as the sum of all rows up to it.

import { oneOf } from '../clients/shared/parameters';

/** Releases that can be emulated. */
export type DjangoRelease = '3.2' | '4.0' | '4.1' | '4.2' | '5.0' | '5.1' | '5.2';

/** How one release behaves. */
export interface Release {
  readonly name: DjangoRelease;
  /** MemcachedCache, over python-memcached, exists. */
  readonly memcachedCache: boolean;
  /** incr of a missing key by a negative delta: what the client answers, or ValueError as for any other. */
  readonly negativeDeltaOfNothing: 'answered' | 'ValueError';
  /** A moment that ends a session is stored as a datetime, or as its ISO text. */
  readonly expiryMoment: 'datetime' | 'iso';
}

const FIRST: Omit<Release, 'name'> = {
  memcachedCache: true,
  negativeDeltaOfNothing: 'answered',
  expiryMoment: 'datetime',
};

/** In order. Measured with 3.2.25 and 5.2.17; where between them a change came is Django's history. */
const CHANGES = {
  '3.2': {},
  // ticket 33061
  '4.0': { negativeDeltaOfNothing: 'ValueError' },
  // ticket 29708; MemcachedCache was deprecated in 3.2
  '4.1': { memcachedCache: false, expiryMoment: 'iso' },
  '4.2': {},
  '5.0': {},
  '5.1': {},
  '5.2': {},
} as const satisfies Record<DjangoRelease, Partial<Release>>;

const NAMES = Object.keys(CHANGES) as DjangoRelease[];

/** The sum of all rows up to this one. */
function releaseOf(name: DjangoRelease): Release {
  const rows: readonly Partial<Release>[] = NAMES.slice(0, NAMES.indexOf(name) + 1).map(
    (each) => CHANGES[each],
  );
  return rows.reduce<Release>((sum, row) => ({ ...sum, ...row }), { ...FIRST, name });
}

const RELEASES = Object.fromEntries(NAMES.map((name) => [name, releaseOf(name)]));

/** @throws {ValueError} no release of that name */
export function findRelease(name: unknown): Release {
  return oneOf(RELEASES, name, 'release');
}
