// The clients that --client can name, as rows: their flags, where they place keys, and how each is made.

import type { Behaviors } from '../clients/pylibmc';
import { UsageError } from './errors';
import type { Front, FrontOptions } from './fronts/front';
import type { PlacementName } from './placements';

export interface Family {
  /** As --client names it. */
  readonly name: string;
  /** What each bit of an entry's flags says. */
  readonly flags: readonly (readonly [bit: number, name: string])[];
  /** Where a release places keys. */
  readonly placement: (release: string | undefined) => PlacementName;
  /** Bytes of the largest value that it sends unless it is told otherwise. */
  readonly maxValue: number;
  /** What it puts before every key. */
  readonly keyPrefix: string;
  /** Makes the client; loads its code only now. */
  readonly make: (options: FrontOptions) => Front;
}

const FLAGS = [
  [1, 'pickle'],
  [2, 'int'],
  [4, 'long'],
  [8, 'zlib'],
  [16, 'text'],
] as const;

/** pickle.HIGHEST_PROTOCOL, which Django asks python-memcached for. */
const HIGHEST = 5;

/* eslint-disable @typescript-eslint/no-require-imports -- a client's code is loaded when it is chosen: a quick start */
const load = {
  pythonMemcached: (): typeof import('./fronts/python-memcached') =>
    require('./fronts/python-memcached') as never,
  cmemcache: (): typeof import('./fronts/cmemcache') => require('./fronts/cmemcache') as never,
  pylibmc: (): typeof import('./fronts/pylibmc') => require('./fronts/pylibmc') as never,
  pymemcache: (): typeof import('./fronts/pymemcache') => require('./fronts/pymemcache') as never,
  memcached2: (): typeof import('./fronts/memcached2') => require('./fronts/memcached2') as never,
};
/* eslint-enable @typescript-eslint/no-require-imports */

function pylibmc(name: PlacementName, behaviors: Behaviors): Family {
  return {
    name,
    flags: FLAGS,
    placement: () => name,
    maxValue: Infinity,
    keyPrefix: '',
    make: (options) => load.pylibmc().make(options, behaviors),
  };
}

/** SERVER_MAX_VALUE_LENGTH of python-memcached. */
const MAX_VALUE = 1024 * 1024;

const PYTHON_MEMCACHED: Family = {
  name: 'python-memcached',
  flags: FLAGS,
  placement: byMinor,
  maxValue: MAX_VALUE,
  keyPrefix: '',
  make: (options) => load.pythonMemcached().make(options),
};
const PYLIBMC = pylibmc('pylibmc', {});
const PYMEMCACHE: Family = {
  name: 'pymemcache',
  flags: FLAGS,
  placement: () => 'pymemcache',
  maxValue: Infinity,
  keyPrefix: '',
  make: (options) => load.pymemcache().make(options),
};

/** KEY_PREFIX '' and VERSION 1, as a Django that nothing was set in. */
const DJANGO_PREFIX = ':1:';

const FAMILIES: readonly Family[] = [
  PYTHON_MEMCACHED,
  {
    name: 'cmemcache',
    flags: FLAGS.slice(0, 3),
    placement: () => 'cmemcache',
    maxValue: Infinity,
    keyPrefix: '',
    make: (options) => load.cmemcache().make(options),
  },
  PYLIBMC,
  pylibmc('pylibmc-crc', { hash: 'crc' }),
  pylibmc('pylibmc-ketama', { ketama: true }),
  pylibmc('pylibmc-ketama-weighted', { ketama_weighted: true }),
  PYMEMCACHE,
  {
    name: 'memcached2',
    flags: [],
    placement: () => 'memcached2',
    maxValue: Infinity,
    keyPrefix: '',
    make: (options) => load.memcached2().make(options),
  },
  {
    ...PYTHON_MEMCACHED,
    name: 'django-memcached',
    keyPrefix: DJANGO_PREFIX,
    make: (options) =>
      load.pythonMemcached().make({ ...options, protocol: options.protocol ?? HIGHEST }),
  },
  { ...PYLIBMC, name: 'django-pylibmc', keyPrefix: DJANGO_PREFIX },
  { ...PYMEMCACHE, name: 'django-pymemcache', keyPrefix: DJANGO_PREFIX },
];

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
  if (family !== undefined) return { family, release, placement: family.placement(release) };
  const names = FAMILIES.map((each) => each.name).join(', ');
  throw new UsageError(`no such client: ${name} (${names})`);
}

/** `pickle|zlib`, `int`, `-`; bits without a name as a number: `0x20`. */
export function flagNames({ flags: rows }: Family, flags: number): string {
  if (flags === 0) return '-';
  const named = rows.filter(([bit]) => (flags & bit) !== 0);
  const rest = named.reduce((left, [bit]) => (left & ~bit) >>> 0, flags);
  const names = named.map(([, name]) => name);
  return [...names, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join('|');
}
