// What changed between pylibmc's releases, as far as entries and arguments show it (the .c and .h files of each tag).

import { ValueError } from '../../errors';
import { oneOf } from '../shared/parameters';

export interface Release {
  /** The flag of a bool, which is read as one; `integer`: stored as an int, and read as that. */
  readonly bool: number | 'integer';
  /** Text has a flag of its own, or is pickled. */
  readonly text: 'flagged' | 'pickled';
  /** `levels`: as `compress_level` says; `fastest`: always level 1; `none`: there is no compression. */
  readonly compression: 'none' | 'fastest' | 'levels';
  /** Whether the behavior `pickle_protocol` exists, and is taken by the constructor too. */
  readonly pickleProtocol: 'none' | 'set later' | 'anywhere';
  /** The Pythons that it runs on, the default first. */
  readonly pythons: readonly (2 | 3)[];
}

const BOOL_8 = 1 << 3;
const BOOL_16 = 1 << 4;

const V0_7: Release = {
  bool: BOOL_8,
  text: 'pickled',
  compression: 'none',
  pickleProtocol: 'none',
  pythons: [2],
};
const V1_0: Release = { ...V0_7, bool: BOOL_16, compression: 'fastest' };
const V1_3: Release = { ...V1_0, compression: 'levels' };
const V1_4: Release = { ...V1_3, pythons: [3, 2] };
const V1_6: Release = {
  bool: 'integer',
  text: 'flagged',
  compression: 'levels',
  pickleProtocol: 'anywhere',
  pythons: [3, 2],
};
const V1_6_2: Release = { ...V1_6, pythons: [3] };

const RELEASES = {
  '0.7': V0_7,
  '0.8': V0_7,
  '0.9': V0_7,
  '1.0': V1_0,
  '1.1': V1_0,
  '1.2': V1_0,
  '1.3': V1_3,
  '1.4': V1_4,
  '1.5': V1_4,
  '1.6.0': { ...V1_6, pickleProtocol: 'set later' },
  '1.6.1': V1_6,
  '1.6.2': V1_6_2,
  '1.6.3': V1_6_2,
} as const satisfies Record<string, Release>;
/** Releases of pylibmc that differ in what is stored, or in what may be given. */
export type ReleaseName = keyof typeof RELEASES;

export const LATEST: ReleaseName = '1.6.3';

/** @throws {ValueError} no such release */
export function releaseOf(name: unknown): Release {
  return oneOf(RELEASES, name ?? LATEST, 'release');
}

/** @throws {ValueError} the release does not run on that Python */
export function pythonOf({ pythons }: Release, given: unknown): 2 | 3 {
  const python = pythons.find((each) => each === (given ?? pythons[0]));
  if (python === undefined) throw new ValueError(`python must be ${pythons.join(' or ')}`);
  return python;
}
