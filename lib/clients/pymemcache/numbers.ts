// Numbers as pymemcache puts them into a command line (base.py, _check_integer and _check_cas), and their bounds.

import { bytesOf } from '../../engine/keys';
import { UnicodeEncodeError } from '../../errors';
import { pythonText } from '../shared/numbers';
import { MemcacheIllegalInputError } from './exceptions';
import { quoted, type Encode } from './text';

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
export function casText(value: unknown, encode: Encode): string {
  const text = value instanceof Uint8Array ? bytesOf(value) : encodedCas(value, encode);
  const isId = /^\d{1,40}$/.test(text) && BigInt(text) <= MAX_UINT64;
  if (isId) return text;
  throw illegal('cas must only contain values in 0-9', Buffer.from(text, 'latin1'));
}

/** A bool is an int, which is written `True`. */
function encodedCas(value: unknown, encode: Encode): string {
  const isInt = ['bigint', 'boolean'].includes(typeof value) || Number.isSafeInteger(value);
  if (!isInt && typeof value !== 'string')
    throw illegal('cas must be integer, string, or bytes', value);
  try {
    const bytes = encode(pythonText(value));
    return typeof bytes === 'string' ? bytes : bytes.latin1Slice();
  } catch (error) {
    if (!(error instanceof UnicodeEncodeError)) throw error;
    throw new MemcacheIllegalInputError(`non-ASCII cas value: ${quoted(value)}`, { cause: error });
  }
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
