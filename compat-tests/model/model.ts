// A memcached as python-memcached's Client shows it, in memory: what each call must answer.

import { MAX_VALUE, type Value } from './random';

interface Entry {
  readonly value: Value;
  /** Another one after each change, as the server's cas id. */
  readonly version: number;
}

/** A time that is over when it begins: memcached stores such an entry and never shows it. */
export const EXPIRED = -1;

const TWO_64 = 2n ** 64n;

export class Model {
  readonly #entries = new Map<string, Entry>();
  #versions = 0;

  get(key: string): Value | null {
    return this.#entries.get(key)?.value ?? null;
  }

  version(key: string): number | undefined {
    return this.#entries.get(key)?.version;
  }

  getMany(keys: Iterable<string>): Map<string, Value> {
    const found = new Map<string, Value>();
    for (const key of keys) {
      const value = this.get(key);
      if (value !== null) found.set(key, value);
    }
    return found;
  }

  /** 0: too long to be sent. False: the server refuses it, and drops what it had. */
  set(key: string, value: Value, time: number): boolean | 0 {
    const size = Buffer.isBuffer(value) ? value.length : 0;
    if (size > MAX_VALUE) return 0;
    if (size === MAX_VALUE || time === EXPIRED) this.#entries.delete(key);
    else this.#put(key, value);
    return size < MAX_VALUE;
  }

  add(key: string, value: Value): boolean {
    return !this.#entries.has(key) && this.#put(key, value);
  }

  replace(key: string, value: Value): boolean {
    return this.#entries.has(key) && this.#put(key, value);
  }

  /** @param version of the entry that the client has seen last; undefined: it has seen none, and sets */
  cas(key: string, value: Value, version: number | undefined): boolean {
    if (version !== undefined && this.version(key) !== version) return false;
    return this.#put(key, value);
  }

  append(key: string, piece: string): boolean {
    return this.#join(key, (old) => [old, piece]);
  }

  prepend(key: string, piece: string): boolean {
    return this.#join(key, (old) => [piece, old]);
  }

  incr(key: string, delta: number | bigint): number | bigint | null {
    return this.#count(key, (old) => (old + BigInt(delta)) % TWO_64);
  }

  decr(key: string, delta: number | bigint): number | bigint | null {
    return this.#count(key, (old) => (old > BigInt(delta) ? old - BigInt(delta) : 0n));
  }

  touch(key: string, time: number): 0 | 1 {
    if (!this.#entries.has(key)) return 0;
    if (time === EXPIRED) this.#entries.delete(key);
    return 1;
  }

  delete(key: string): 0 | 1 {
    return this.#entries.delete(key) ? 1 : 0;
  }

  #put(key: string, value: Value): true {
    this.#entries.set(key, { value, version: ++this.#versions });
    return true;
  }

  /** The old entry's flags stay: bytes stay bytes, text stays text. */
  #join(key: string, order: (old: string) => string[]): boolean {
    const old = this.get(key);
    if (typeof old === 'string') return this.#put(key, order(old).join(''));
    if (!Buffer.isBuffer(old)) return false;
    return this.#put(key, Buffer.from(order(old.toString('latin1')).join(''), 'latin1'));
  }

  #count(key: string, change: (old: bigint) => bigint): number | bigint | null {
    const old = this.get(key);
    if (typeof old !== 'number' && typeof old !== 'bigint') return null;
    const count = readInt(change(BigInt(old)));
    this.#put(key, count);
    return count;
  }
}

/** An int as the client reads it. */
function readInt(int: bigint): number | bigint {
  const number = Number(int);
  return Number.isSafeInteger(number) ? number : int;
}
