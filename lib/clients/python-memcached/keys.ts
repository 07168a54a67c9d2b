// Keys as python-memcached takes them: text, bytes, (hash, key), alone or many behind a prefix; and their wire forms.

import { IndexError, ValueError } from '../../errors';
import { bytesOf, isWireKey, type WireKey } from '../../engine/keys';
import type { Spot } from '../../placement/placement';
import { serverHash } from './hash';
import { KeyCheck } from './key-check';
import { pythonText, pythonType } from '../shared/numbers';
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

/** One of many keys: what it is called on the wire, and the hash that was given for it. */
interface One {
  readonly wire: WireKey;
  readonly spot: Spot | undefined;
}

/** The methods of many keys: where `key_encoder` is applied twice, it matters which one it is. */
export type Purpose = 'read' | 'write';

/** A good key of ASCII: its wire form is the string itself. */
const GOOD_ASCII = /^[\x21-\x7e]+$/;

export class Keys {
  readonly #release: Release;
  readonly #options: KeyOptions;
  readonly #check: KeyCheck;
  /** Longest key that the fast path lets through. */
  readonly #fastLength: number;
  /** Longest key that is sent at all. */
  readonly #maxLength: number;

  constructor(release: Release, options: KeyOptions) {
    this.#release = release;
    this.#options = options;
    const { check_keys, server_max_key_length: max } = options;
    this.#check = new KeyCheck(release, max);
    this.#maxLength = max === 0 ? Infinity : max;
    this.#fastLength = check_keys ? this.#maxLength : -1;
  }

  /** What `key_encoder` makes of a key of one of the methods of one key; it gets pairs whole (1.60). */
  encoded(key: unknown): unknown {
    const { key_encoder } = this.#options;
    return key_encoder === null ? key : key_encoder(key);
  }

  /**
   * The wire form of a key of one of the methods of one key, `encoded` already.
   * @throws {MemcachedKeyError} of the class that tells what is wrong
   */
  wire(key: unknown): WireKey {
    if (typeof key === 'string' && key.length <= this.#fastLength && GOOD_ASCII.test(key)) {
      return key as WireKey;
    }
    if (!Array.isArray(key)) return this.#checked(key, 'hashed');
    const wire = this.#checked(keyOfPair(key), 'joined');
    // A third part is lost where text is encoded, because that makes a pair anew (1.55:252).
    const isRebuilt = this.#release.keys.text === 'encoded' && typeof key[1] === 'string';
    if (key.length > 2 && !isRebuilt)
      throw new ValueError('too many values to unpack (expected 2)');
    return wire;
  }

  /** The wire forms of many keys behind one prefix. Checks all before anything is sent. */
  many(keys: Iterable<unknown>, prefix: unknown, purpose: Purpose): ManyKeys {
    const front = this.#prefix(prefix);
    const plain = front === '' ? this.#plain(keys) : undefined;
    if (plain !== undefined) return { wires: plain, spots: undefined, originals: plain };
    const wires: WireKey[] = [];
    const originals: MultiKey[] = [];
    let spots: (Spot | undefined)[] | undefined;
    for (const original of keys) {
      if (this.#isFast(original, front)) {
        wires.push((front + original) as WireKey);
        spots?.push(undefined);
      } else {
        const { wire, spot } = this.#one(original, front, purpose);
        if (spot !== undefined) {
          spots ??= new Array<Spot | undefined>(wires.length).fill(undefined);
        }
        wires.push(wire);
        spots?.push(spot);
      }
      originals.push(this.#nameOf(original));
    }
    return { wires, spots, originals };
  }

  /** `check_key`: what it refuses, and how, is the release's. */
  check(key: unknown, extra: number): void {
    this.#check.check(Array.isArray(key) ? keyOfPair(key) : key, extra);
  }

  /** A copy of a list of nothing but good text keys, which are their own wire forms and names. */
  #plain(keys: Iterable<unknown>): WireKey[] | undefined {
    if (!Array.isArray(keys)) return undefined;
    const copy: unknown[] = keys.slice();
    for (let i = 0; i < copy.length; i++) if (!this.#isFast(copy[i], '')) return undefined;
    return copy as WireKey[];
  }

  #isFast(key: unknown, prefix: string): key is string {
    return (
      typeof key === 'string' &&
      key.length + prefix.length <= this.#fastLength &&
      this.#options.key_encoder === null &&
      GOOD_ASCII.test(key)
    );
  }

  /** How the result names a key. */
  #nameOf(original: unknown): MultiKey {
    const isBare = Array.isArray(original) && this.#release.keys.pairs === 'key';
    return (isBare ? (original as unknown[])[1] : original) as MultiKey;
  }

  #prefix(prefix: unknown): string {
    if (prefix === undefined || prefix === '') return '';
    if (typeof prefix !== 'string' && !(prefix instanceof Uint8Array)) {
      throw new TypeError(`object of type '${pythonType(prefix)}' has no len()`);
    }
    return prefix.length === 0 ? '' : this.#checked(prefix, 'hashed');
  }

  #one(original: unknown, prefix: string, purpose: Purpose): One {
    const { key_encoder, key_encoder_twice } = this.#options;
    if (key_encoder === null) return this.#prefixed(original, prefix, (key) => key);
    if (!key_encoder_twice) return this.#prefixed(original, prefix, key_encoder);
    // get_multi encodes its keys, pairs whole, and then the mapping of the keys does so again (1.62:1197, 816).
    if (purpose === 'read') return this.#prefixed(key_encoder(original), prefix, key_encoder);
    // The others encode what was mapped, prefix included (1.62:503, 932); the server is that of what was mapped.
    const { wire, spot } = this.#prefixed(original, prefix, key_encoder);
    const twice = key_encoder(Buffer.from(wire, 'latin1'));
    if (!(twice instanceof Uint8Array)) {
      throw this.#check.unjoinable(twice);
    }
    return { wire: this.#safe(bytesOf(twice)), spot: spot ?? serverHash(this.#release)(wire) };
  }

  /** `_map_and_prefix_keys` for one key. */
  #prefixed(original: unknown, prefix: string, encode: (key: unknown) => unknown): One {
    const isPair = Array.isArray(original);
    let key = encode(isPair ? this.#unpacked(original) : original);
    const spot = spotOf(original);
    const named = this.#nameOf(original);
    const isNone = named === null || named === undefined;
    if (isNone && !this.#release.keys.noneIsText) throw this.#check.none('Key is None');
    if (typeof key !== 'string' && !(key instanceof Uint8Array)) key = pythonText(key);
    if (this.#options.check_keys) this.#check.check(key, prefix.length);
    return { wire: this.#safe(prefix + bytesOf(key as string | Uint8Array)), spot };
  }

  /** The key of a pair among many: unpacked since 1.55, taken by its index before. */
  #unpacked(pair: readonly unknown[]): unknown {
    if (this.#release.keys.text === 'refused') return keyOfPair(pair);
    if (pair.length > 2) throw new ValueError('too many values to unpack (expected 2)');
    if (pair.length < 2) {
      throw new ValueError(`not enough values to unpack (expected 2, got ${pair.length})`);
    }
    return pair[1];
  }

  /** @param next what Python does with a key that nobody checked: of a pair it hashes none */
  #checked(key: unknown, next: 'hashed' | 'joined'): WireKey {
    if (this.#options.check_keys) this.#check.check(key, 0);
    else if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
      throw next === 'hashed' ? this.#check.unhashable(key) : this.#check.unjoinable(key);
    }
    return this.#safe(bytesOf(key));
  }

  /**
   * What can become a command is refused even without checks, and sent by Python (CWE-93): bytes that split a line, and a
   * key that is too long, because memcached takes the data behind a line that it refuses for the next line.
   */
  #safe(bytes: string): WireKey {
    if (bytes.length > this.#maxLength) throw this.#check.tooLong();
    if (isWireKey(bytes)) return bytes;
    throw bytes === '' ? this.#check.empty() : this.#check.characters(bytes);
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
    if (Number.isSafeInteger(hash)) return hash;
    // Its digits are hashed when the server is dead, and a number would write them with an exponent.
    if (Number.isInteger(hash)) return BigInt(hash);
    throw new TypeError('list indices must be integers or slices, not float');
  }
  if (typeof hash === 'string') {
    throw new TypeError('not all arguments converted during string formatting');
  }
  if (hash instanceof Uint8Array) {
    throw new TypeError('not all arguments converted during bytes formatting');
  }
  throw new TypeError(`unsupported operand type(s) for %: '${pythonType(hash)}' and 'int'`);
}

function keyOfPair(pair: readonly unknown[]): unknown {
  if (pair.length < 2) throw new IndexError('tuple index out of range');
  return pair[1];
}
