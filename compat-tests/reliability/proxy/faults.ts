// Every fault, as data.

/** To the server, or to the client. */
export type Way = 'up' | 'down';

/** What is done to traffic. Plain data: it can be drawn from a seed, printed and used again. */
export interface Faults {
  /** The server is gone: open connections are reset and the port refuses. */
  readonly refuse?: boolean;
  /** Each connection is reset so many milliseconds after it was accepted; 0: at once. */
  readonly flap?: number;

  /** Bytes arrive `ms`, and at random up to `jitter` more, later; never out of order. */
  readonly latency?: { readonly ms: number; readonly jitter?: number; readonly way?: Way };
  /** Bytes arrive at most so many at a time. */
  readonly split?: number;
  /** Replies arrive one byte each so many milliseconds. */
  readonly drip?: number;
  /** Nothing passes; it is kept and passes when the fault is gone. The sender feels it: nobody reads on. */
  readonly stall?: Way | 'both';
  /** Nothing passes, and it is lost. */
  readonly blackhole?: Way | 'both';

  /** A connection is reset after so many more bytes of replies. */
  readonly reset?: number;
  /** A connection is closed by FIN after so many more bytes of replies. */
  readonly truncate?: number;
  /** FIN after so many more whole replies, 0: now; what the client sends is still read. */
  readonly halfClose?: number;

  /** Each so-manieth reply of a connection comes twice. */
  readonly duplicate?: number;
  /** Before each `every`-th reply come bytes (latin1) that nobody asked for. */
  readonly inject?: { readonly every: number; readonly bytes: string };
  /** Each so-manieth reply is exchanged with the one behind it. */
  readonly swap?: number;
  /** Each so-manieth reply names another key, of the same length, where it names one. */
  readonly wrongKey?: number;
  /** Each so-manieth reply announces 2 GB of value, where it announces one. */
  readonly giant?: number;
}

/** Whether a fault with a direction concerns `way`. */
export function concerns(fault: Way | 'both' | undefined, way: Way): boolean {
  return fault === way || fault === 'both';
}
