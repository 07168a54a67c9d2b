// One coarse timer for all connections of a client: it runs only while something waits.

import { MAX_TICK_MS, MIN_TICK_MS, TICKS_PER_TIMEOUT } from '../limits';

/** What the clock looks after. */
export interface Watched {
  /** Whether something waits. */
  readonly busy: boolean;
  /** Fails what waits beyond its deadline; `now` in milliseconds on the monotonic clock. */
  expire(now: number): void;
}

/** The parts of the platform's time that the clock needs; tests bring their own. */
export interface TimeSource {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Calls back every `ms` milliseconds until the returned function is called; never holds the process. */
  every(ms: number, callback: () => void): () => void;
  /** Calls back when the sockets have been read. */
  afterReads(callback: () => void): void;
}

export const systemTime: TimeSource = {
  now: () => performance.now(),
  every(ms, callback) {
    const timer = setInterval(callback, ms).unref();
    return () => clearInterval(timer);
  },
  afterReads: (callback) => {
    setImmediate(callback);
  },
};

export class Clock {
  readonly #time: TimeSource;
  readonly #tick: number;
  readonly #watched = new Set<Watched>();
  #stop: (() => void) | undefined;
  #lastTick = 0;

  /** @param timeout of a call in milliseconds; Infinity: nothing expires */
  constructor(timeout: number, time: TimeSource) {
    this.#time = time;
    this.#tick = Math.min(Math.max(timeout / TICKS_PER_TIMEOUT, MIN_TICK_MS), MAX_TICK_MS);
  }

  now(): number {
    return this.#time.now();
  }

  watch(item: Watched): void {
    this.#watched.add(item);
  }

  forget(item: Watched): void {
    this.#watched.delete(item);
    if (this.#watched.size === 0) this.#halt();
  }

  /** Something waits from now on: the timer must run. */
  run(): void {
    if (this.#stop !== undefined) return;
    this.#lastTick = this.#time.now();
    this.#stop = this.#time.every(this.#tick, () => this.#onTick());
  }

  #onTick(): void {
    if (!this.#anyBusy()) return this.#halt();
    // A program that held the event loop has sent late and read nothing. So the time that it took does not count until
    // the next tick, however late that comes. And replies that have arrived are read before anything is judged.
    const now = this.#time.now();
    const judged = Math.min(now, this.#lastTick + 2 * this.#tick);
    this.#lastTick = now;
    this.#time.afterReads(() => {
      for (const item of this.#watched) item.expire(judged);
    });
  }

  #halt(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #anyBusy(): boolean {
    for (const item of this.#watched) if (item.busy) return true;
    return false;
  }
}
