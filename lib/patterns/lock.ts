// A lock that many processes see, with an owner and an end: nobody releases what is not theirs.

import { randomBytes } from 'node:crypto';
import { withCas, type CasClient, type Found } from './cas';
import { pauseBefore, THIRTY_DAYS, timer, wholeSeconds, type Waiting } from './client';

export interface LockOptions extends Waiting {
  /** Seconds until the lock ends by itself, from 1 to 30 days. Work longer than this is not protected: see `extend`. */
  ttl: number;
  /** Seconds to wait for it; default 0: answer at once. */
  wait?: number;
}

/** A Unix time in January 1970: what is stored with it is gone at once, in every protocol. */
const EXPIRED = THIRTY_DAYS + 1;

/** A lock that was taken. */
export class Lock {
  readonly #mc: CasClient;
  /** The key that it stands under. */
  readonly key: string;
  /** What it holds: text that only its owner knows. */
  readonly token: string;

  /** Made by `acquire`; made by hand, it is the lock of another process whose token you were given. */
  constructor(mc: CasClient, key: string, token: string) {
    this.#mc = mc;
    this.key = key;
    this.token = token;
  }

  /** Gives the lock `ttl` seconds from now. False: it ended meanwhile, and may be another's. */
  extend(ttl: number): Promise<boolean> {
    return this.#swap(this.token, wholeSeconds('ttl', ttl, 1, THIRTY_DAYS));
  }

  /** Whether the lock is still ours. */
  isHeld(): Promise<boolean> {
    return withCas(this.#mc, this.key, (found) => Promise.resolve(this.#isMine(found)));
  }

  /** Ends the lock if it is still ours. False: it ended meanwhile, and may be another's. */
  release(): Promise<boolean> {
    return this.#swap('', EXPIRED);
  }

  /** As `release`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #swap(value: string, time: number): Promise<boolean> {
    return withCas(this.#mc, this.key, (found) =>
      this.#isMine(found) ? found.swap(value, time) : Promise.resolve(false),
    );
  }

  /** Bytes from clients that give text no flag. */
  #isMine(found: Found | null): found is Found {
    return found !== null && String(found.value) === this.token;
  }
}

/**
 * Takes a lock; null: another has it, or no server could be asked.
 * @throws {ValueError} a ttl that is no whole number from 1 to 30 days
 */
export async function acquire(
  mc: CasClient,
  key: string,
  { ttl, wait = 0, now = () => performance.now(), pause = timer }: LockOptions,
): Promise<Lock | null> {
  wholeSeconds('ttl', ttl, 1, THIRTY_DAYS);
  const token = randomBytes(16).toString('hex');
  const until = now() + wait * 1000;
  for (let attempt = 0; ; attempt++) {
    await mc.add(key, token, ttl);
    // Who has it is read: a client that waits for no reply answers true to every add.
    const lock = new Lock(mc, key, token);
    if (await lock.isHeld()) return lock;
    const left = until - now();
    if (left <= 0) return null;
    await pause(Math.min(left, pauseBefore(attempt)));
  }
}
