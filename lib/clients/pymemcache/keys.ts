// Keys as pymemcache checks and prefixes them (base.py, check_key_helper).

import { bytesOf, isWireKey, type WireKey } from '../../engine/keys';
import { UnicodeEncodeError } from '../../errors';
import { MAX_KEY_LENGTH } from '../../limits';
import { pythonType } from '../shared/numbers';
import { MemcacheIllegalInputError } from './exceptions';
import { ascii, quoted, utf8 } from './text';

/** Text or bytes; text is ASCII unless `allow_unicode_keys`. */
export type Key = string | Uint8Array;

export interface KeyRules {
  readonly allow_unicode_keys: boolean;
  readonly python: 2 | 3;
}

/** What Python's bytes.split() splits at. */
const SPACE = /[\t-\r ]/;

/**
 * A key with its prefix, as it may be sent.
 * @param prefix char codes are bytes
 * @throws {MemcacheIllegalInputError} not ASCII, too long, white space, NUL, or nothing at all
 * @throws {TypeError} neither text nor bytes
 * @throws {UnicodeEncodeError} a lone surrogate, where other text than ASCII is allowed
 */
export function checkKey(key: unknown, rules: KeyRules, prefix: string): WireKey {
  const wire = prefix + keyBytes(key, rules);
  if (wire.length > MAX_KEY_LENGTH) throw illegal('Key is too long', wire);
  if (SPACE.test(wire)) throw illegal('Key contains whitespace', wire);
  if (wire.includes('\0')) throw illegal('Key contains null', wire);
  // pymemcache sends it. The server takes the line for another one, and the value for a command.
  if (!isWireKey(wire)) throw illegal('Key is empty', wire);
  return wire;
}

/** `key_prefix`: the same bytes before every key. @throws {TypeError} neither bytes nor text */
export function prefixOf(prefix: unknown): string {
  if (prefix instanceof Uint8Array) return bytesOf(prefix);
  if (typeof prefix === 'string') return ascii(prefix);
  throw new TypeError('key_prefix should be bytes.');
}

function keyBytes(key: unknown, rules: KeyRules): string {
  if (typeof key === 'string') return textBytes(key, rules);
  if (!(key instanceof Uint8Array)) throw new TypeError(`can't concat ${pythonType(key)} to bytes`);
  const bytes = bytesOf(key);
  // On Python 2 a str is bytes, and is checked as the text that it was meant to be.
  if (rules.python === 2 && !rules.allow_unicode_keys) return textBytes(bytes, rules);
  return bytes;
}

function textBytes(text: string, { allow_unicode_keys }: KeyRules): string {
  if (allow_unicode_keys) {
    const bytes = utf8(text);
    return typeof bytes === 'string' ? bytes : bytes.latin1Slice();
  }
  try {
    return ascii(text);
  } catch (error) {
    if (!(error instanceof UnicodeEncodeError)) throw error;
    throw new MemcacheIllegalInputError(`Non-ASCII key: ${quoted(text)}`, { cause: error });
  }
}

function illegal(what: string, wire: string): MemcacheIllegalInputError {
  return new MemcacheIllegalInputError(`${what}: ${quoted(Buffer.from(wire, 'latin1'))}`);
}
