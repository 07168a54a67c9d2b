// One direction of one connection: bytes go through a queue, late, in pieces, or not at all.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { concerns, type Faults, type Way } from './faults';

/** A stalled sender is not read on beyond this many bytes. */
const MAX_WAITING_BYTES = 64 * 1024;

/** Bytes, or the end of the stream. */
interface Item {
  readonly bytes: Buffer | undefined;
  readonly due: number;
}

export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #way: Way;
  readonly #faults: () => Faults;
  readonly #random: () => number;
  readonly #queue: Item[] = [];
  #waiting = 0;
  #lastDue = 0;
  /** Bytes passed since the faults were set. */
  #passed = 0;
  #wake: () => void = () => undefined;

  constructor(from: Socket, to: Socket, way: Way, faults: () => Faults, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#way = way;
    this.#faults = faults;
    this.#random = random;
    void this.#run();
  }

  /** Takes bytes, or the end of the stream. */
  push(bytes?: Buffer): void {
    if (this.#to.destroyed) return;
    const { latency } = this.#faults();
    const isLate = latency !== undefined && (latency.way ?? this.#way) === this.#way;
    const delay = isLate ? latency.ms + (latency.jitter ?? 0) * this.#random() : 0;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + delay);
    this.#queue.push({ bytes, due: this.#lastDue });
    this.#waiting += bytes?.length ?? 0;
    if (this.#waiting > MAX_WAITING_BYTES) this.#from.pause();
    this.#wake();
  }

  /** The faults are others. */
  changed(): void {
    this.#passed = 0;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#to.destroyed) {
      const item = this.#queue[0];
      if (item === undefined || concerns(this.#faults().stall, this.#way)) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (item.due > performance.now()) {
        await pause(Math.ceil(item.due - performance.now()));
      } else {
        this.#queue.shift();
        await this.#pass(item.bytes);
        this.#waiting -= item.bytes?.length ?? 0;
        if (this.#waiting <= MAX_WAITING_BYTES) this.#from.resume();
      }
    }
    this.#from.resume(); // so that its end is seen
  }

  async #pass(bytes: Buffer | undefined): Promise<void> {
    if (concerns(this.#faults().blackhole, this.#way) || this.#to.writableEnded) return;
    if (bytes === undefined) {
      this.#to.end();
      return;
    }
    for (let at = 0; at < bytes.length && !this.#to.destroyed;) {
      const { split, drip } = this.#faults();
      const isDripping = drip !== undefined && this.#way === 'down';
      const size = isDripping ? 1 : (split ?? bytes.length);
      const piece = bytes.subarray(at, (at += size));
      await this.#write(piece);
      if (isDripping) await pause(drip);
      else if (split !== undefined) await turn();
    }
  }

  /** Writes, or ends the connection where the faults say so. */
  async #write(piece: Buffer): Promise<void> {
    const { reset, truncate } = this.#faults();
    const limit = this.#way === 'down' ? (reset ?? truncate ?? Infinity) : Infinity;
    const allowed = piece.subarray(0, Math.max(0, limit - this.#passed));
    this.#passed += piece.length;
    if (allowed.length > 0) await this.#flushed(allowed);
    if (allowed.length === piece.length && this.#passed < limit) return;
    if (reset === undefined) return void this.#to.destroySoon();
    // A reader that finds bytes and a reset at once takes it for a FIN (libuv): let it read. The first turn may be
    // the end of this one.
    await turn();
    await turn();
    this.#to.resetAndDestroy();
  }

  /** Resolves when the kernel has taken the bytes, or never will. */
  async #flushed(bytes: Buffer): Promise<void> {
    if (this.#to.write(bytes) || this.#to.destroyed) return;
    const ended = new AbortController();
    const { signal } = ended;
    await Promise.race([
      once(this.#to, 'drain', { signal }),
      once(this.#to, 'close', { signal }),
    ]).catch(() => undefined);
    ended.abort();
  }
}
