// The clients that --client can name, as rows: their flags, where they place keys, and how each is made.

import { UsageError } from './errors';
import type { Front, FrontOptions } from './fronts/front';
import type { PlacementName } from './placements';
import { PLACEMENTS } from './placements';

export interface Family {
  /** As --client names it. */
  readonly name: string;
  /** What each bit of an entry's flags says. */
  readonly flags: readonly (readonly [bit: number, name: string])[];
  /** Where a release places keys. */
  readonly placement: (release: string | undefined) => PlacementName;
  /** Makes the client; loads its code only now. */
  readonly make: (options: FrontOptions) => Front;
}

const PYTHON_FLAGS = [
  [1, 'pickle'],
  [2, 'int'],
  [4, 'long'],
  [8, 'zlib'],
  [16, 'text'],
] as const;

/* eslint-disable @typescript-eslint/no-require-imports -- a client's code is loaded when it is chosen: a quick start */
const FAMILIES: readonly Family[] = [
  {
    name: 'python-memcached',
    flags: PYTHON_FLAGS,
    placement: byMinor,
    make: (options) =>
      (require('./fronts/python-memcached') as typeof import('./fronts/python-memcached')).make(
        options,
      ),
  },
  {
    name: 'cmemcache',
    flags: PYTHON_FLAGS.slice(0, 3),
    placement: () => 'cmemcache',
    make: (options) =>
      (require('./fronts/cmemcache') as typeof import('./fronts/cmemcache')).make(options),
  },
];
/* eslint-enable @typescript-eslint/no-require-imports */

/** 1.44 and older hash by crc32, to 1.59 by its 15 bits or 1. */
function byMinor(release = '1.62'): PlacementName {
  const minor = Number(release.split('.')[1]);
  if (minor <= 44) return 'python-memcached-1.44';
  return minor <= 59 ? 'python-memcached-1.59' : 'python-memcached';
}

/** A family, and the release that is meant. */
export interface Chosen {
  readonly family: Family;
  readonly release: string | undefined;
  readonly placement: PlacementName;
}

/**
 * `NAME` or `NAME@RELEASE`.
 * @throws {UsageError} no such client
 */
export function choose(text: string): Chosen {
  const [name = '', release] = text.split('@');
  const family = FAMILIES.find((each) => each.name === name);
  if (family === undefined) {
    const names = FAMILIES.map((each) => each.name).join(', ');
    throw new UsageError(`no such client: ${name} (${names})`);
  }
  return { family, release, placement: family.placement(release) };
}

/** Every client, for what is asked of all. */
export function families(): readonly Family[] {
  return FAMILIES;
}

/** `pickle|zlib`, `int`, `0`; bits without a name as a number: `0x20`. */
export function flagNames({ flags: rows }: Family, flags: number): string {
  if (flags === 0) return '-';
  const named = rows.filter(([bit]) => (flags & bit) !== 0);
  const rest = named.reduce((left, [bit]) => (left & ~bit) >>> 0, flags);
  const names = named.map(([, name]) => name);
  return [...names, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join('|');
}

export { PLACEMENTS };
