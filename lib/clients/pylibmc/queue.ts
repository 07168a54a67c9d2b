// Python's queue.Queue, as far as a pool needs it: first in, first out, and lines of those who wait.

import { PythonError, ValueError } from '../../errors';
import { bind, refuse, signalOf, type CallOptions, type Signature } from '../shared/arguments';
import { pythonType } from '../shared/numbers';

/** Python's queue.Empty: nothing is there to take. */
export class Empty extends PythonError {}

/** Python's queue.Full: there is no room to put it. */
export class Full extends PythonError {}

/** How long a call that waits waits. */
export interface Patience extends CallOptions {
  /** Seconds; null (default): without limit. */
  timeout?: number | null;
}

/** `block`: whether to wait; default true. */
export type WaitArguments =
  | [options?: Patience & { block?: boolean }]
  | [block: boolean, options?: Patience]
  | [block: boolean, timeout: number | null, options?: CallOptions];

const WAITING = { names: ['block', 'timeout'], namedOnly: ['signal'] };
const GET: Signature = { method: 'Queue.get', required: 1, ...WAITING };
const PUT: Signature = { method: 'Queue.put', required: 2, ...WAITING };

/** What setTimeout can wait: beyond it fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Attempts to be made when their turn comes. */
type Line = Set<() => void>;

/** `task_done` and `join` are left out: those who take from a pool give back. */
export class Queue<T> {
  /** The most items that it holds; 0 and less: any number. */
  readonly maxsize: number;
  readonly #items: T[] = [];
  readonly #takers: Line = new Set();
  readonly #givers: Line = new Set();

  constructor(maxsize = 0) {
    this.maxsize = maxsize;
  }

  /** How many items there are. */
  qsize(): number {
    return this.#items.length;
  }

  /** Whether there is no item. */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether there is no room for another item. */
  full(): boolean {
    return this.maxsize > 0 && this.#items.length >= this.maxsize;
  }

  /** The oldest item; rejects with Empty when there is none, at once or in time. */
  get(...given: WaitArguments): Promise<T> {
    return inTurn(
      GET,
      given,
      this.#takers,
      () => !this.empty(),
      () => this.get_nowait(),
    );
  }

  /** Adds an item; rejects with Full when there is no room, at once or in time. */
  put(item: T, ...given: WaitArguments): Promise<void> {
    return inTurn(
      PUT,
      given,
      this.#givers,
      () => !this.full(),
      () => this.put_nowait(item),
    );
  }

  /** @throws {Empty} nothing is there */
  get_nowait(): T {
    if (this.empty()) throw new Empty('');
    const item = this.#items.shift() as T;
    callFirst(this.#givers);
    return item;
  }

  /** @throws {Full} there is no room */
  put_nowait(item: T): void {
    if (this.full()) throw new Full('');
    this.#items.push(item);
    callFirst(this.#takers);
  }
}

/** Attempts at once where that can succeed or the call does not wait, else when its turn comes. */
function inTurn<R>(
  signature: Signature,
  given: readonly unknown[],
  line: Line,
  ready: () => boolean,
  attempt: () => R,
): Promise<R> {
  try {
    const [block = true, timeout, signal] = bind(signature, given);
    const seconds = secondsOf(timeout ?? Infinity);
    const ends = signalOf(signal);
    ends?.throwIfAborted();
    const now = ready() || !(block as boolean);
    return now ? Promise.resolve(attempt()) : wait(line, attempt, seconds, ends);
  } catch (error) {
    return refuse(error);
  }
}

/** The last attempt is made when the time is over; it throws what the call rejects with. */
function wait<R>(
  line: Line,
  attempt: () => R,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      line.delete(turn);
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    };
    const turn = (): void => {
      leave();
      // Rejects with what the attempt throws.
      resolve(new Promise((done) => done(attempt())));
    };
    const end = (): void => {
      leave();
      reject(signal?.reason as Error);
    };
    const timer =
      seconds === Infinity ? undefined : setTimeout(turn, Math.min(seconds * 1000, MAX_TIMER_MS));
    signal?.addEventListener('abort', end);
    line.add(turn);
  });
}

function callFirst(line: Line): void {
  for (const turn of line) return turn();
}

function secondsOf(timeout: unknown): number {
  if (typeof timeout !== 'number') {
    throw new TypeError(`'timeout' must be a number, not ${pythonType(timeout)}`);
  }
  if (!(timeout >= 0)) throw new ValueError("'timeout' must be a non-negative number");
  return timeout;
}
