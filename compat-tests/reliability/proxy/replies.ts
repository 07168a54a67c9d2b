// The server's side of one connection: cut into replies, falsified as the faults say, and put into the pipe to the client.

import type { Faults } from './faults';
import type { Framing } from './framing';
import type { Pipe } from './pipe';

export class Replies {
  readonly #framing: Framing;
  readonly #pipe: Pipe;
  readonly #faults: () => Faults;
  #unread: Buffer = Buffer.alloc(0);
  /** Whole replies since the faults were set. */
  #count = 0;
  /** A reply that waits for the one behind it. */
  #held: Buffer | undefined;

  constructor(framing: Framing, pipe: Pipe, faults: () => Faults) {
    this.#framing = framing;
    this.#pipe = pipe;
    this.#faults = faults;
    this.changed();
  }

  /** Takes bytes, or the end of the stream. */
  push(chunk?: Buffer): void {
    if (chunk === undefined) {
      this.#pipe.push(this.#unread);
      this.#pipe.push();
      return;
    }
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const length = this.#framing.length(this.#unread);
      if (length === undefined) return;
      this.#answer(this.#unread.subarray(0, length));
      this.#unread = this.#unread.subarray(length);
    }
  }

  /** The faults are others. */
  changed(): void {
    this.#count = 0;
    this.#release();
    if (this.#faults().halfClose === 0) this.#pipe.push();
  }

  #answer(reply: Buffer): void {
    const { wrongKey, giant, duplicate, inject, swap, halfClose } = this.#faults();
    const nth = ++this.#count;
    const isDue = (every = 0): boolean => every > 0 && nth % every === 0;
    let changed = reply;
    if (isDue(wrongKey)) changed = this.#framing.wrongKey(changed);
    if (isDue(giant)) changed = this.#framing.giant(changed);
    const all = isDue(duplicate) ? [changed, changed] : [changed];
    if (inject !== undefined && isDue(inject.every))
      all.unshift(Buffer.from(inject.bytes, 'latin1'));
    if (this.#held === undefined && isDue(swap)) {
      this.#held = Buffer.concat(all);
      return;
    }
    for (const bytes of all) this.#pipe.push(bytes);
    this.#release();
    if (nth === halfClose) this.#pipe.push();
  }

  #release(): void {
    if (this.#held !== undefined) this.#pipe.push(this.#held);
    this.#held = undefined;
  }
}
