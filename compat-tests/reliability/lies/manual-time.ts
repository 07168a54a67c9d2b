// The client's clock in the hands of a test: no time passes unless the test says so.

import type { TimeSource } from '../../../lib/net/clock';

export class ManualTime implements TimeSource {
  #now = 1000;
  readonly #timers = new Set<{ readonly ms: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  every(ms: number, callback: () => void): () => void {
    const timer = { ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  afterReads(callback: () => void): void {
    setImmediate(callback);
  }

  /** Lets so many milliseconds pass, as evenly as a clock does. */
  pass(ms: number): void {
    const end = this.#now + ms;
    while (this.#now < end) {
      const step = Math.min(...[...this.#timers].map((timer) => timer.ms), end - this.#now);
      this.#now += step;
      for (const { callback } of [...this.#timers]) callback();
    }
  }
}
