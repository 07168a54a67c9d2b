// Keys as python-memcached takes them: text, bytes, (hash, key); what it refuses, and with which exception.

import { IndexError, ValueError } from '../../errors';
import { bytesOf, isWireKey, type WireKey } from '../../engine/keys';
import type { Spot } from '../../placement/placement';
import * as errors from './errors';
import { pythonText, pythonType } from './numbers';
import type { Release } from './releases';

/** A key, or a pair of a hash that chooses the server, and a key. */
export type Key =
  string | Uint8Array | readonly [hash: number | bigint | boolean, key: string | Uint8Array];

/** A key of the methods of many keys: numbers and bools are named by their Python text. */
export type MultiKey =
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | readonly [
      hash: number | bigint | boolean,
      key: string | Uint8Array | number | bigint | boolean,
    ];

export interface KeyOptions {
  /** Longest key in bytes, prefix included; 0: any. */
  readonly server_max_key_length: number;
  readonly check_keys: boolean;
  readonly key_encoder: ((key: unknown) => unknown) | null;
  readonly key_encoder_twice: boolean;
}

/** Many keys, ready to be sent. */
export interface ManyKeys {
  readonly wires: WireKey[];
  /** Given hashes; undefined when there is none. */
  readonly spots: (Spot | undefined)[] | undefined;
  /** The caller's own keys. */
  readonly originals: MultiKey[];
}

// valid_key_chars_re (1.52:75 on), without the final newline that its $ lets through.
const GOOD = /^[\x21-\x7e\x80-\xff]+$/;
/** A good key of ASCII: its wire form is the string itself. */
const GOOD_ASCII = /^[\x21-\x7e]+$/;

export class Keys {
  readonly #release: Release;
  readonly #options: KeyOptions;
  /** Longest key that the fast path lets through. */
  readonly #fastLength: number;

  constructor(release: Release, options: KeyOptions) {
    this.#release = release;
    this.#options = options;
    const { check_keys, key_encoder, server_max_key_length: max } = options;
    const isPlain = check_keys && key_encoder === null;
    this.#fastLength = !isPlain ? -1 : max === 0 ? Infinity : max;
  }

  /**
   * The wire form of a key of one of the methods of one key.
   * @throws {MemcachedKeyError} of the class that tells what is wrong
   */
  wire(key: unknown): WireKey {
    if (typeof key === 'string' && key.length <= this.#fastLength && GOOD_ASCII.test(key)) {
      return key as WireKey;
    }
    const { key_encoder } = this.#options;
    const encoded = key_encoder === null ? key : key_encoder(key);
    return this.#checked(Array.isArray(encoded) ? keyOfPair(encoded) : encoded, 0);
  }

  /** The wire forms of many keys behind one prefix. Checks all before anything is sent. */
  many(keys: Iterable<unknown>, prefix: unknown): ManyKeys {
    const front = this.#prefix(prefix);
    const wires: WireKey[] = [];
    const originals: MultiKey[] = [];
    let spots: (Spot | undefined)[] | undefined;
    for (const original of keys) {
      let key = original;
      if (Array.isArray(original)) {
        key = keyOfPair(original);
        spots ??= new Array<Spot | undefined>(wires.length).fill(undefined);
        spots.push(spotOf(original));
      } else {
        spots?.push(undefined);
      }
      wires.push(this.#many(key, front, Array.isArray(original)));
      originals.push((this.#release.keys.pairs === 'key' ? key : original) as MultiKey);
    }
    return { wires, spots, originals };
  }

  /** `check_key`: what it refuses, and how, is the release's. */
  check(key: unknown, extra: number): void {
    const bare = Array.isArray(key) ? keyOfPair(key) : key;
    const { python, keys } = this.#release;
    if (bare === null || bare === undefined) throw this.#none('Key is None');
    if (bare === '' || (bare instanceof Uint8Array && bare.length === 0)) {
      if (python === 2 && extra > 0 && keys.text === 'encoded') return;
      throw this.#empty();
    }
    // Python 2's own text, str, is a JavaScript string too; what only unicode can hold was refused.
    if (keys.text === 'refused' && typeof bare === 'string' && !isAscii(bare))
      throw this.#unencoded();
    if (typeof bare !== 'string' && !(bare instanceof Uint8Array)) throw this.#type();
    this.#checkBytes(bytesOf(bare), extra);
  }

  #checkBytes(bytes: string, extra: number): void {
    const { server_max_key_length: max } = this.#options;
    if (max !== 0 && bytes.length + extra > max) {
      throw new errors.MemcachedKeyLengthError(`Key length is > ${max}`);
    }
    if (!GOOD.test(bytes)) throw this.#characters(bytes);
  }

  #prefix(prefix: unknown): string {
    if (prefix === undefined || prefix === '') return '';
    if (typeof prefix !== 'string' && !(prefix instanceof Uint8Array)) {
      throw new TypeError(`object of type '${pythonType(prefix)}' has no len()`);
    }
    return prefix.length === 0 ? '' : this.#checked(prefix, 0);
  }

  #many(original: unknown, prefix: string, inPair: boolean): WireKey {
    const { key_encoder, key_encoder_twice } = this.#options;
    let key = original;
    if (key_encoder !== null) key = key_encoder(key_encoder_twice ? key_encoder(key) : key);
    const isNone = key === null || key === undefined;
    if (isNone && !inPair && !this.#release.keys.noneIsText) throw this.#none('Key is None');
    if (typeof key !== 'string' && !(key instanceof Uint8Array)) key = manyText(key);
    if (this.#isFast(key, prefix)) return (prefix + (key as string)) as WireKey;
    const bytes = bytesOf(key as string | Uint8Array);
    if (this.#options.check_keys) {
      if (bytes === '') this.check('', prefix.length);
      else this.check(key, prefix.length);
    }
    return this.#safe(prefix + bytes);
  }

  #isFast(key: unknown, prefix: string): boolean {
    return (
      typeof key === 'string' &&
      key.length + prefix.length <= this.#fastLength &&
      GOOD_ASCII.test(key)
    );
  }

  #checked(key: unknown, extra: number): WireKey {
    if (this.#options.check_keys) this.check(key, extra);
    else if (key === null || key === undefined) throw this.#none('Key is None');
    if (typeof key !== 'string' && !(key instanceof Uint8Array)) throw this.#type();
    return this.#safe(bytesOf(key));
  }

  /** Bytes that can split a command are refused even without checks: Python sends them (CWE-93). */
  #safe(bytes: string): WireKey {
    if (isWireKey(bytes)) return bytes;
    if (bytes === '') throw this.#empty();
    throw this.#characters(bytes);
  }

  #none(message: string): Error {
    return this.#release.keys.noneError
      ? new errors.MemcachedKeyNoneError(message)
      : this.#unencoded();
  }

  #empty(): Error {
    const { python, keys } = this.#release;
    // On Python 3 the key is bytes by then, and b'' == '' is false (1.62:1309).
    if (python === 3) return this.#characters('');
    return this.#none(keys.text === 'encoded' ? 'Key is empty' : 'Key is None');
  }

  #type(): Error {
    const { keys } = this.#release;
    if (!keys.noneError) return this.#unencoded();
    const message = keys.text === 'encoded' ? 'Key must be a binary string' : "Key must be str()'s";
    return new errors.MemcachedKeyTypeError(message);
  }

  #unencoded(): Error {
    return new errors.MemcachedStringEncodingError(
      "Keys must be str()'s, not unicode.  Convert your unicode strings using mystring.encode(charset)!",
    );
  }

  #characters(bytes: string): Error {
    const { python, keys } = this.#release;
    const shown = `${python === 3 ? 'b' : ''}${bytesRepr(bytes)}`;
    return new errors.MemcachedKeyCharacterError(
      keys.namesKey
        ? `Control/space characters not allowed (key=${shown})`
        : 'Control characters not allowed',
    );
  }
}

/**
 * The hash of a pair, which chooses the server; undefined for every other key.
 * @throws {TypeError} the hash is no whole number
 */
export function spotOf(key: unknown): Spot | undefined {
  if (!Array.isArray(key)) return undefined;
  const hash: unknown = (key as unknown[])[0];
  if (typeof hash === 'bigint') return hash;
  if (typeof hash === 'boolean') return hash ? 1 : 0;
  if (typeof hash === 'number') {
    if (Number.isInteger(hash)) return hash;
    throw new TypeError('list indices must be integers or slices, not float');
  }
  if (typeof hash === 'string') {
    throw new TypeError('not all arguments converted during string formatting');
  }
  throw new TypeError(`unsupported operand type(s) for %: '${pythonType(hash)}' and 'int'`);
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function keyOfPair(pair: readonly unknown[]): unknown {
  if (pair.length < 2) throw new IndexError('tuple index out of range');
  if (pair.length > 2) throw new ValueError('too many values to unpack (expected 2)');
  return pair[1];
}

/** `str(key)` of a key that is neither text nor bytes. */
function manyText(key: unknown): string {
  return pythonText(key);
}

/** Python's repr of bytes (without the b), cut for a message. */
function bytesRepr(bytes: string): string {
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
