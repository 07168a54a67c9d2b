// Calls that an AbortSignal may end: one listener a signal, however many calls share it.

import type { Operation } from '../net/operation';

/** The calls of one signal, and its one listener. */
interface Watch {
  readonly ends: Set<() => void>;
  readonly listener: () => void;
}

export class Aborts {
  /** Signals with calls under way. */
  readonly #watches = new WeakMap<AbortSignal, Watch>();
  readonly #recall: () => void;

  /** @param recall is told of each request whose caller has gone */
  constructor(recall: () => void) {
    this.#recall = recall;
  }

  /**
   * Starts a call that rejects with the signal's reason as soon as the signal fires; nothing is started if it has.
   * @param start adds every request of the call, those made later too, to `parts`
   */
  run<T>(signal: AbortSignal, start: (parts: Operation[]) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => reject(signal.reason as Error);
      if (signal.aborted) return end();
      const parts: Operation[] = [];
      const abort = (): void => {
        for (const part of parts) part.abandon();
        for (let i = 0; i < parts.length; i++) this.#recall();
        end();
      };
      const call = start(parts);
      const forget = this.#watch(signal, abort);
      call.then(
        (answer) => {
          forget();
          resolve(answer);
        },
        (error: unknown) => {
          forget();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a decoder of the user's may throw anything
          reject(error);
        },
      );
    });
  }

  /** @returns what ends the watch */
  #watch(signal: AbortSignal, abort: () => void): () => void {
    const watch = this.#watches.get(signal) ?? this.#listen(signal);
    watch.ends.add(abort);
    return () => {
      if (!watch.ends.delete(abort) || watch.ends.size > 0) return;
      signal.removeEventListener('abort', watch.listener);
      this.#watches.delete(signal);
    };
  }

  #listen(signal: AbortSignal): Watch {
    const ends = new Set<() => void>();
    const listener = (): void => {
      this.#watches.delete(signal);
      for (const abort of ends) abort();
      ends.clear();
    };
    const watch = { ends, listener };
    this.#watches.set(signal, watch);
    signal.addEventListener('abort', listener, { once: true });
    return watch;
  }
}
