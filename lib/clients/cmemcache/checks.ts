// What the C code takes as a key, a value and a number, and what it should have refused.

import { OverflowError, UnicodeEncodeError, ValueError } from '../../errors';
import { bytesOf, isWireKey, type WireKey } from '../../engine/keys';
import { pythonType } from '../shared/numbers';

/** A key or a value of StringClient: bytes, or text that is ASCII. */
export type Bytes = string | Uint8Array;

/** memcached's limit; cmemcache has none, and loses its place in the conversation. */
const MAX_KEY_BYTES = 250;
/** C's isspace: libmemcache refuses these (memcache.c:3437). */
const SPACE = /[\t-\r ]/;

const MAX_EXPIRY = 0x7fffffffn;
const MAX_FLAGS = 0xffffffffn;
const MAX_DELTA = 0xffffffffffffffffn;

/**
 * A key, as it may be sent.
 * @throws {TypeError} neither text nor bytes
 * @throws {UnicodeEncodeError} text that is not ASCII
 * @throws {ValueError} empty, over 250 bytes, or with white space or NUL
 */
export function checkKey(key: unknown): WireKey {
  const bytes = bytesOf(checkBytes(key, 1));
  if (bytes.length > MAX_KEY_BYTES) throw new ValueError(`a key over ${MAX_KEY_BYTES} bytes`);
  if (SPACE.test(bytes) || !isWireKey(bytes)) {
    throw new ValueError('a key must not be empty, nor hold white space or NUL');
  }
  return bytes;
}

/**
 * Python 2's `s#`: a str, a buffer, or unicode that is ASCII.
 * @param position of the argument, counted from 1, as the message tells it
 */
export function checkBytes(value: unknown, position: number): Bytes {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return checkAscii(value);
  const type = value === null || value === undefined ? 'None' : pythonType(value);
  throw new TypeError(
    `argument ${position} must be string or read-only buffer, not ${type === 'list' ? 'tuple' : type}`,
  );
}

/** @throws {UnicodeEncodeError} as Python 2's `text.encode('ascii')` */
export function checkAscii(text: string): string {
  const at = text.search(/[^\0-\x7f]/);
  if (at === -1) return text;
  const code = text.charCodeAt(at);
  const shown = code < 0x100 ? `x${hex(code, 2)}` : `u${hex(code, 4)}`;
  throw new UnicodeEncodeError(
    `'ascii' codec can't encode character u'\\${shown}' in position ${at}: ordinal not in range(128)`,
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Seconds, clamped to 31 bits as 0.95 does: a negative time is 0, and never expires. */
export function expiryText(time: unknown = 0): string {
  const seconds = integer(time);
  if (seconds < 0n) return '0';
  return String(seconds > MAX_EXPIRY ? MAX_EXPIRY : seconds);
}

/** @throws {OverflowError} not 32 bits */
export function flagsOf(flags: unknown = 0): number {
  return Number(within(integer(flags), MAX_FLAGS, 'flags'));
}

/** @throws {OverflowError} not 64 bits */
export function deltaText(delta: unknown = 1): string {
  return String(within(integer(delta), MAX_DELTA, 'delta'));
}

function within(value: bigint, most: bigint, name: string): bigint {
  if (value < 0n || value > most) throw new OverflowError(`${name} must be from 0 to ${most}`);
  return value;
}

function integer(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new TypeError(`an integer is required, not ${pythonType(value)}`);
}
