// Keys that end all at once: a version in every key, which is counted up.

import { isNotFound, type CountingClient } from './client';

/** What a namespace needs besides its client. */
export interface NamespaceOptions {
  /** Milliseconds since 1970; default Date.now. */
  now?: () => number;
}

/** Other processes may begin or end the version between two commands. */
const ATTEMPTS = 4;

/** A group of keys: `key` names one, `invalidate` leaves them all behind. What is left behind is never read again. */
export class Namespace {
  readonly #mc: CountingClient;
  readonly #now: () => number;
  /** Where the version is kept. */
  readonly versionKey: string;
  /** What all its keys begin with. */
  readonly name: string;

  constructor(mc: CountingClient, name: string, { now = Date.now }: NamespaceOptions = {}) {
    this.#mc = mc;
    this.#now = now;
    this.name = name;
    this.versionKey = `${name}:version`;
  }

  /** `name:version:key`, of the version that is valid now; null: no server could be asked, and nothing is cached. */
  async key(key: string): Promise<string | null> {
    const version = await this.version();
    return version === null ? null : `${this.name}:${version}:${key}`;
  }

  /**
   * The version: begun with the time, so that it never returns to one that was used before it was evicted.
   * @returns null: no server could be asked
   */
  async version(): Promise<number | bigint | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const held = versionOf(await this.#mc.get(this.versionKey));
      if (held !== null) return held;
      // Whoever begins it, all read what there is then.
      await this.#mc.add(this.versionKey, this.#now(), 0);
    }
    return null;
  }

  /** Leaves all keys behind, for every process. False: no server could be asked. */
  async invalidate(): Promise<boolean> {
    try {
      if (versionOf(await this.#mc.incr(this.versionKey, 1)) !== null) return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    // There was no version: the one that begins now is new to all.
    return (await this.version()) !== null;
  }
}

/** Clients that give ints no flag answer bytes. */
function versionOf(value: unknown): number | bigint | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const isDigits = value instanceof Uint8Array && /^\d{1,20} *$/.test(String(value));
  return isDigits ? BigInt(String(value).trim()) : null;
}
