// What a release refuses as a key, and with which exception.

import { bytesOf } from '../../engine/keys';
import * as errors from './errors';
import { pythonType } from '../shared/numbers';
import type { Release } from './releases';

// valid_key_chars_re (1.52:75 on), without the final newline that its $ lets through.
const GOOD = /^[\x21-\x7e\x80-\xff]+$/;

export class KeyCheck {
  readonly #release: Release;
  readonly #maxLength: number;

  /** @param maxLength bytes, prefix included; 0: any number */
  constructor(release: Release, maxLength: number) {
    this.#release = release;
    this.#maxLength = maxLength;
  }

  /**
   * `check_key` of a key that is no pair. Text is taken as every method takes it, where Python's own `check_key` wants bytes.
   * @param extra bytes that a prefix adds
   * @throws {MemcachedKeyError | MemcachedStringEncodingError} as the release
   */
  check(key: unknown, extra: number): asserts key is string | Uint8Array {
    const { keys } = this.#release;
    if (keys.empty === 'none' && isFalsy(key)) throw this.none('Key is None');
    if (key === null || key === undefined) throw this.none('Key is None');
    if (typeof key !== 'string' && !(key instanceof Uint8Array)) throw this.#type();
    if (key.length === 0) return this.#checkEmpty(extra);
    // Python 2's own text, str, is a JavaScript string too; what only unicode can hold was refused.
    if (keys.text === 'refused' && typeof key === 'string' && Buffer.byteLength(key) > key.length) {
      throw this.#unencoded();
    }
    const bytes = bytesOf(key);
    if (this.#maxLength !== 0 && bytes.length + extra > this.#maxLength) {
      throw this.tooLong();
    }
    if (!GOOD.test(bytes)) throw this.characters(bytes);
  }

  #checkEmpty(extra: number): void {
    const { python, keys } = this.#release;
    if (keys.empty === 'passed') return;
    // On Python 2 a prefix makes up for it. On Python 3 the key is bytes by then, and b'' == '' is false (1.62:1309).
    if (python === 2 && extra > 0) return;
    throw this.empty();
  }

  /** The exception for None. */
  none(message: string): Error {
    return this.#release.keys.noneError
      ? new errors.MemcachedKeyNoneError(message)
      : this.#unencoded();
  }

  /** The exception for a key without a byte. */
  empty(): Error {
    const { python, keys } = this.#release;
    return python === 2 && keys.empty === 'refused'
      ? this.none('Key is empty')
      : this.characters('');
  }

  tooLong(): Error {
    return new errors.MemcachedKeyLengthError(`Key length is > ${this.#maxLength}`);
  }

  /** The exception for bytes that a key must not have. */
  characters(bytes: string): Error {
    const { python, keys } = this.#release;
    const shown = `${python === 3 ? 'b' : ''}${bytesRepr(bytes)}`;
    return new errors.MemcachedKeyCharacterError(
      keys.namesKey
        ? `Control/space characters not allowed (key=${shown})`
        : 'Control characters not allowed',
    );
  }

  /** What hashing raises for a key that nobody checked. */
  unhashable(key: unknown): TypeError {
    const isNone = key === null || key === undefined;
    return new TypeError(
      this.#release.python === 3
        ? `a bytes-like object is required, not '${pythonType(key)}'`
        : `crc32() argument 1 must be string or buffer, not ${isNone ? 'None' : pythonType(key)}`,
    );
  }

  /** What joining it with the rest of a command raises, for the same. */
  unjoinable(key: unknown): TypeError {
    const wanted = this.#release.python === 3 ? 'a bytes-like object' : 'string';
    return new TypeError(`sequence item 2: expected ${wanted}, ${pythonType(key)} found`);
  }

  #type(): Error {
    const { keys } = this.#release;
    if (!keys.noneError) return this.#unencoded();
    const message = keys.text === 'encoded' ? 'Key must be a binary string' : "Key must be str()'s";
    return new errors.MemcachedKeyTypeError(message);
  }

  #unencoded(): Error {
    // 1.43 forgot a space.
    const not = this.#release.keys.noneError ? 'not unicode' : 'notunicode';
    return new errors.MemcachedStringEncodingError(
      `Keys must be str()'s, ${not}.  Convert your unicode strings using mystring.encode(charset)!`,
    );
  }
}

/** Python's `not key`. */
function isFalsy(key: unknown): boolean {
  if (key instanceof Uint8Array || Array.isArray(key)) return key.length === 0;
  return !key && !Number.isNaN(key);
}

/** Python's repr of bytes, without the b. */
export function bytesRepr(bytes: string): string {
  const quote = bytes.includes("'") && !bytes.includes('"') ? '"' : "'";
  const escapes: Record<string, string> = {
    '\t': '\\t',
    '\n': '\\n',
    '\r': '\\r',
    '\\': '\\\\',
    [quote]: `\\${quote}`,
  };
  const text = Array.from(bytes, (char) => {
    const code = char.charCodeAt(0);
    const isPlain = code >= 0x20 && code < 0x7f;
    return escapes[char] ?? (isPlain ? char : `\\x${code.toString(16).padStart(2, '0')}`);
  });
  return quote + text.join('') + quote;
}
