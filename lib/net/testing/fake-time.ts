// Time that stands still until the next event: everything of a simulation happens in its order, at once.

import type { TimeSource } from '../clock';

interface Event {
  readonly at: number;
  readonly run: () => void;
  isCancelled: boolean;
}

export class FakeTime implements TimeSource {
  /** Intervals that have not been stopped. */
  intervals = 0;
  /** Milliseconds in which the program held the event loop. */
  blocked = 0;
  #now = 0;
  /** Latest first. */
  readonly #events: Event[] = [];

  now(): number {
    return this.#now;
  }

  /** Calls back in `ms` milliseconds unless the returned function is called before. */
  after(ms: number, run: () => void): () => void {
    const event = { at: this.#now + ms, run, isCancelled: false };
    const events = this.#events;
    let i = events.length;
    while (i > 0 && (events[i - 1] as Event).at <= event.at) i--;
    events.splice(i, 0, event);
    return () => (event.isCancelled = true);
  }

  every(ms: number, callback: () => void): () => void {
    this.intervals++;
    let cancel = this.after(ms, tick);
    const time = this as FakeTime;
    function tick(): void {
      cancel = time.after(ms, tick);
      callback();
    }
    return () => {
      this.intervals--;
      cancel();
    };
  }

  afterReads(callback: () => void): void {
    this.after(0, callback);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** The program holds the event loop: time goes on, and nothing is called. */
  block(ms: number): void {
    this.#now += ms;
    this.blocked += ms;
  }

  /** Lets everything happen until `isOver`, or nothing is left, or `limit` milliseconds have passed. */
  run(isOver: () => boolean, limit: number): Promise<void> {
    const end = this.#now + limit;
    return new Promise((resolve, reject) => {
      // Behind all that an event set off in this tick of the event loop, promises included. Without a promise of its
      // own: this is called for every event.
      const goOn = (): void => void QUIET.then(next, reject);
      const next = (): void => {
        try {
          if (isOver() || !this.#happen(end)) resolve();
          else process.nextTick(goOn);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      process.nextTick(goOn);
    });
  }

  /** @returns false: nothing is left until `end` */
  #happen(end: number): boolean {
    for (;;) {
      const event = this.#events.pop();
      if (event === undefined || event.at > end) return false;
      if (event.isCancelled) continue;
      this.#now = Math.max(this.#now, event.at);
      event.run();
      return true;
    }
  }
}

const QUIET = Promise.resolve();
