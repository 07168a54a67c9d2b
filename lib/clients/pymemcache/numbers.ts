// Numbers as pymemcache puts them into a command line (base.py, _check_integer and _check_cas), and their bounds.

import { bytesOf } from '../../engine/keys';
import { MemcacheIllegalInputError } from './exceptions';
import { quoted } from './text';

/** A whole number. */
export type Integer = number | bigint;

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -MAX_INT64 - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_FLAGS = 2n ** 32n - 1n;

/** Seconds until a value expires; below 0: at once. memcached's own number has 64 bits. */
export function expireText(value: unknown, name = 'expire'): string {
  return within(value, MIN_INT64, MAX_INT64, name);
}

/** By how much a counter changes; a negative number is the server's to refuse. */
export function deltaText(value: unknown): string {
  return within(value, MIN_INT64, MAX_UINT64, 'value');
}

export function countText(value: unknown, name: string): string {
  return within(value, 0n, MAX_INT64, name);
}

/** Of an entry. */
export function flagsOf(value: unknown): number {
  return value === 0 ? 0 : Number(within(value, 0n, MAX_FLAGS, 'flags'));
}

/** A cas id: an int, or digits as text or bytes. */
export function casText(value: unknown): string {
  const text = casDigits(value);
  const isId = /^\d{1,40}$/.test(text) && BigInt(text) <= MAX_UINT64;
  if (isId) return text;
  throw illegal('cas must only contain values in 0-9', Buffer.from(text));
}

function casDigits(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return bytesOf(value);
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  throw illegal('cas must be integer, string, or bytes', value);
}

/**
 * A server that cannot read a number of a storage command takes the value for the next command: what no server
 * can read is not sent. A bool is an int in Python, sent as `True`, which no server can read.
 */
function within(value: unknown, least: bigint, most: bigint, name: string): string {
  const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isInteger) throw illegal(`${name} must be integer`, value);
  const number = value as Integer;
  if (number >= least && number <= most) return String(number);
  throw illegal(`${name} must be from ${least} to ${most}`, value);
}

function illegal(rule: string, value: unknown): MemcacheIllegalInputError {
  return new MemcacheIllegalInputError(`${rule}, got bad value: ${quoted(value)}`);
}
