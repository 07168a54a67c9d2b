// What the connections of one client have done: entries found and missed, errors, bytes, and how long replies took.

/** Buckets of the histogram for each doubling of the time: neighbours differ by 9 %. */
const PER_DOUBLING = 8;
/** From 1 µs to 2^27 µs, two minutes; what is longer counts as that. */
const BUCKETS = 27 * PER_DOUBLING;

/** How long replies took, in milliseconds. Percentiles are right to 9 %. */
export interface LatencyFigures {
  /** Replies that were timed. */
  readonly count: number;
  /** The time that half of the replies took at most. */
  readonly p50: number;
  /** The time that nine in ten took at most. */
  readonly p90: number;
  /** The time that 99 in 100 took at most. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** What one client has done since it was made. */
export interface Counters {
  /** Entries that were found, each key of a call of many by itself. */
  readonly hits: number;
  /** Keys that a server said it does not have. */
  readonly misses: number;
  /** Error replies, and requests that got no reply (timeouts, lost connections, dead servers), counted as hits are. */
  readonly errors: number;
  /** Bytes received from servers, TLS and commands included. */
  readonly bytes_read: number;
  /** Bytes sent to servers. */
  readonly bytes_written: number;
  /** Sampled: of each connection's first write and every 16th the last request is timed, until its reply. */
  readonly latency: LatencyFigures;
}

export class Latency {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;

  /** @param ms milliseconds */
  record(ms: number): void {
    const bucket = Math.floor(Math.log2(ms * 1000) * PER_DOUBLING);
    const index = Math.min(Math.max(bucket, 0), BUCKETS - 1);
    this.#buckets[index] = (this.#buckets[index] as number) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  get figures(): LatencyFigures {
    const max = this.#max;
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => Math.min(this.#percentile(share), max));
    return { count: this.#count, p50: p50 as number, p90: p90 as number, p99: p99 as number, max };
  }

  /** The upper edge of the bucket in which that share of all times has been passed. */
  #percentile(share: number): number {
    if (this.#count === 0) return 0;
    let left = this.#count * share;
    const found = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return 2 ** ((found + 1) / PER_DOUBLING) / 1000;
  }
}

/** Counted by all connections of one client. */
export class Tally {
  hits = 0;
  misses = 0;
  errors = 0;
  readonly latency = new Latency();
  /** Of connections that have ended. */
  bytesRead = 0;
  bytesWritten = 0;

  /** @param open bytes received and sent by each connection that is open */
  counters(open: readonly (readonly [read: number, written: number])[]): Counters {
    return {
      hits: this.hits,
      misses: this.misses,
      errors: this.errors,
      bytes_read: open.reduce((sum, [read]) => sum + read, this.bytesRead),
      bytes_written: open.reduce((sum, [, written]) => sum + written, this.bytesWritten),
      latency: this.latency.figures,
    };
  }
}
