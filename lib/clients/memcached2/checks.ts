// What python-memcached2 takes as a key, a value and a number, and what it should have refused: it sends anything.

import { OverflowError, UnicodeEncodeError, ValueError } from '../../errors';
import { isWireKey, type WireKey } from '../../engine/keys';
import { pythonText, pythonType } from '../shared/numbers';

/** Text, or what Python's `'{0}'.format(key)` makes text of. */
export type Key = string | number | bigint | boolean | null;
/** Text whose characters are below U+0100: each is a byte. */
export type Value = string | String; // eslint-disable-line @typescript-eslint/no-wrapper-object-types -- ValueSuperStr is one

const MAX_KEY_BYTES = 250;
const MAX_FLAGS = 0xffffffffn;
/** memcached keeps 32 bits with a sign; after a number that it cannot read it takes the data for the next command. */
const MAX_EXPTIME = 0x7fffffffn;
const MIN_EXPTIME = -0x80000000n;
const MAX_CAS = 0xffffffffffffffffn;

/**
 * A key, as it may be sent.
 * @throws {TypeError} nothing that is text, or a number
 * @throws {UnicodeEncodeError} a character beyond latin-1
 * @throws {ValueError} empty, over 250 bytes, or with a space, CR, LF or NUL
 */
export function checkKey(key: unknown): WireKey {
  const bytes = latin1(key instanceof String ? String(key) : pythonText(key));
  if (bytes.length > MAX_KEY_BYTES) throw new ValueError(`a key over ${MAX_KEY_BYTES} bytes`);
  if (isWireKey(bytes)) return bytes;
  throw new ValueError('a key must not be empty, nor hold a space, CR, LF or NUL');
}

/**
 * A value's bytes, as char codes.
 * @throws {TypeError} no text
 * @throws {UnicodeEncodeError} a character beyond latin-1
 */
export function checkValue(value: unknown): string {
  if (typeof value === 'string' || value instanceof String) return latin1(String(value));
  const type = pythonType(value);
  const hasLength = type === 'bytes' || type === 'list' || type === 'dict';
  throw new TypeError(
    hasLength ? `must be str, not ${type}` : `object of type '${type}' has no len()`,
  );
}

function latin1(text: string): string {
  const start = text.search(/[^\0-\xff]/);
  if (start === -1) return text;
  const [run = ''] = /^[^\0-\xff]+/u.exec(text.slice(start)) ?? [];
  const points = Array.from(run, (char) => char.codePointAt(0) ?? 0);
  const shown =
    points.length === 1
      ? `character '${escaped(points[0] ?? 0)}' in position ${start}`
      : `characters in position ${start}-${start + points.length - 1}`;
  throw new UnicodeEncodeError(`'latin-1' codec can't encode ${shown}: ordinal not in range(256)`);
}

function escaped(point: number): string {
  const hex = point.toString(16);
  return point > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** @throws {OverflowError} not 32 bits */
export function checkFlags(flags: unknown = 0): number {
  return Number(whole(flags, 'flags', 0n, MAX_FLAGS));
}

/** Seconds, or a Unix time beyond 30 days; negative: expired at once. */
export function exptimeText(exptime: unknown = 0): string {
  return String(whole(exptime, 'exptime', MIN_EXPTIME, MAX_EXPTIME));
}

/** @throws {OverflowError} not 64 bits */
export function casText(cas_unique: unknown): string {
  return String(whole(cas_unique, 'cas_unique', 0n, MAX_CAS));
}

function whole(value: unknown, name: string, least: bigint, most: bigint): bigint {
  const isWhole =
    typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (!isWhole) throw new TypeError(`${name} must be an integer, not ${pythonType(value)}`);
  const number = BigInt(value);
  if (number >= least && number <= most) return number;
  throw new OverflowError(`${name} must be from ${least} to ${most}`);
}
