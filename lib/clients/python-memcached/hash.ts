// The hash that chooses servers, and python-memcached's module-wide switch between the new one and the old.

import { bytesOf } from '../../engine/keys';
import { crc15, crc15OrOne, crc32, signedCrc32, type Hash } from '../../placement/crc32';
import type { Release } from './releases';

/** Whether useOldServerHashFunction() was called: for the whole process, as Python's module global. */
let isOld = false;

/** The server hash of 1.60 on: 15 bits of crc32. Hashes text as utf-8. */
export function cmemcache_hash(key: string | Uint8Array): number {
  return crc15(bytesOf(key));
}

/** Chooses the hash that 1.43 and 1.44 had, for all clients of this process, until useNewServerHashFunction. */
export function useOldServerHashFunction(): void {
  isOld = true;
}

/** Undoes useOldServerHashFunction; python-memcached has nothing for that. */
export function useNewServerHashFunction(): void {
  isOld = false;
}

/** The hash that a client of the default release uses now. */
export function serverHashFunction(key: string | Uint8Array): number {
  return (isOld ? crc32 : crc15)(bytesOf(key));
}

/** A release's hash of wire keys; follows the process-wide switch at every call. */
export function serverHash(release: Release): Hash {
  const usual = hashOf(release, release.hash);
  const old = hashOf(release, release.oldHash);
  return (key) => (isOld ? old : usual)(key);
}

function hashOf({ python }: Release, name: Release['hash']): Hash {
  if (name === 'cmemcache') return crc15;
  if (name === 'cmemcache or 1') return crc15OrOne;
  return python === 2 ? signedCrc32 : crc32;
}
