// How far a long command has come: one line on stderr that is written over, a few times a second.

import { shownCount } from './text';
import type { Terminal } from './terminal';

/** Often enough to see it move, seldom enough to cost nothing. */
const EVERY_MS = 100;
const BAR = 24;

export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #total: number | undefined;
  readonly #now: () => number;
  #count = 0;
  #shownAt: number;

  /**
   * @param what is counted: `keys`
   * @param total how many there will be, as far as that is known
   */
  constructor(
    terminal: Terminal,
    what: string,
    total?: number,
    now = performance.now.bind(performance),
  ) {
    this.#terminal = terminal;
    this.#what = what;
    this.#total = total;
    this.#now = now;
    // What is done at once shows none.
    this.#shownAt = now();
  }

  /** Some more are done. */
  add(count: number): void {
    this.#count += count;
    if (!this.#terminal.showsProgress) return;
    const now = this.#now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#terminal.progress(this.#text());
  }

  /** Clears the line. */
  end(): void {
    this.#terminal.progress('');
  }

  #text(): string {
    const count = `${shownCount(this.#count)} ${this.#what}`;
    if (this.#total === undefined || this.#total === 0) return count;
    const share = Math.min(1, this.#count / this.#total);
    const done = Math.round(share * BAR);
    return `[${'#'.repeat(done)}${'.'.repeat(BAR - done)}] ${Math.floor(share * 100)}% ${count}`;
  }
}
