// Numbers as pymemcache puts them into a command line (base.py, _check_integer and _check_cas), and their bounds.

import { bytesOf } from '../../engine/keys';
import { MemcacheIllegalInputError } from './exceptions';
import { quoted } from './text';

/** A whole number. */
export type Integer = number | bigint;

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_FLAGS = 2n ** 32n - 1n;

/** Seconds until a value expires; below 0: at once. memcached's own number has 64 bits. */
export function expireText(value: unknown, name = 'expire'): string {
  return within(integer(value, name), -MAX_INT64 - 1n, MAX_INT64, name);
}

/** By how much a counter changes; a negative number is the server's to refuse. */
export function deltaText(value: unknown): string {
  return within(integer(value, 'value'), -MAX_INT64 - 1n, MAX_UINT64, 'value');
}

export function countText(value: unknown, name: string): string {
  return within(integer(value, name), 0n, MAX_INT64, name);
}

/** Of an entry. */
export function flagsOf(value: unknown): number {
  return Number(within(integer(value, 'flags'), 0n, MAX_FLAGS, 'flags'));
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

/** A bool is an int in Python, sent as `True`, which no server takes. */
function integer(value: unknown, name: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw illegal(`${name} must be integer`, value);
}

/**
 * A server that cannot read a number of a storage command takes the value for the next command: what no server
 * can read is not sent.
 */
function within(value: bigint, least: bigint, most: bigint, name: string): string {
  if (value >= least && value <= most) return String(value);
  throw illegal(`${name} must be from ${least} to ${most}`, value);
}

function illegal(rule: string, value: unknown): MemcacheIllegalInputError {
  return new MemcacheIllegalInputError(`${rule}, got bad value: ${quoted(value)}`);
}
