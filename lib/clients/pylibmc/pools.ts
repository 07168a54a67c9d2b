// pylibmc's pools: clones of one client, lent and taken back.

import { threadId } from 'node:worker_threads';
import { bind, type Signature } from '../shared/arguments';
import { pythonType } from '../shared/numbers';
import { Queue, type Patience } from './queue';

/** What a pool makes copies of: a Client of any class. */
export interface Cloneable<C> {
  /** Another one, with connections of its own. */
  clone(): C;
}

/** A client of a pool while it is lent: `await using held = await pool.reserve()`. */
export class Reservation<C> implements AsyncDisposable {
  readonly client: C;
  #giveBack: (() => Promise<void>) | undefined;

  constructor(client: C, giveBack: () => Promise<void>) {
    this.client = client;
    this.#giveBack = giveBack;
  }

  /** Gives the client back to its pool, once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    await giveBack?.();
  }
}

/** `block` (default false): wait for a client. `timeout` and `signal`, by name, end the wait. */
export type ReserveArguments =
  [options?: Patience & { block?: boolean }] | [block: boolean, options?: Patience];

const INIT: Signature = { method: 'ClientPool.__init__', required: 1, names: ['mc', 'n_slots'] };
const RESERVE: Signature = {
  method: 'ClientPool.reserve',
  required: 1,
  names: ['block'],
  namedOnly: ['timeout', 'signal'],
};

/**
 * A queue of clients, each lent to one at a time. One client serves any number of calls at once, so a pool is needed only where
 * the borrower changes its behaviors, or where its size is to bound the work.
 */
export class ClientPool<C extends Cloneable<C>> extends Queue<C> {
  /**
   * Filled with `n_slots` clones of `mc` where both are given; `n_slots` is the room as well, 0 (default): any.
   * @throws {TypeError} `n_slots` is no int
   */
  constructor(
    ...given: [options?: { mc?: C | null; n_slots?: number }] | [mc: C | null, n_slots?: number]
  ) {
    const [mc, n_slots = 0] = bind(INIT, given);
    const slots = countOf(n_slots);
    super(slots);
    const master = mc as C | null | undefined;
    if (master) for (let i = 0; i < slots; i++) this.put_nowait(master.clone());
  }

  /**
   * Lends a client to `use`, and answers what that answers; or, without `use`, lends it until it is disposed of.
   * Rejects with Empty when all are lent and `block` is not set, or when `timeout` seconds have passed.
   */
  reserve<T>(use: (mc: C) => T | PromiseLike<T>, ...given: ReserveArguments): Promise<T>;
  reserve(...given: ReserveArguments): Promise<Reservation<C>>;
  async reserve(...given: readonly unknown[]): Promise<unknown> {
    const [use, rest] = usedBy<C>(given);
    const [block = false, timeout, signal] = bind(RESERVE, rest);
    const client = await this.get({ block, timeout, signal } as Patience);
    const reservation = new Reservation(client, () => this.put(client));
    return use === undefined ? reservation : during(reservation, use);
  }

  /** Puts `n_slots` clones of `mc`, each as soon as there is room. */
  async fill(mc: C, n_slots: number): Promise<void> {
    const puts = Array.from({ length: Math.max(countOf(n_slots), 0) }, () => this.put(mc.clone()));
    await Promise.all(puts);
  }
}

/**
 * A client for each thread, made when it is first reserved. A thread of Node works on many tasks at once, which share its client:
 * a nested `reserve` lends the same one.
 */
export class ThreadMappedPool<C extends Cloneable<C>> extends Map<number, C> {
  /** The client that is cloned. */
  master: C;
  /** This thread's client while it is lent: it is not in the map then. */
  #lent: { readonly client: C; holders: number } | undefined;

  constructor(master: C) {
    super();
    this.master = master;
  }

  /** This thread's key in the map. */
  get current_key(): number {
    return threadId;
  }

  /** Lends the thread's client to `use`, and answers what that answers; or, without `use`, lends it until it is disposed of. */
  reserve<T>(use: (mc: C) => T | PromiseLike<T>): Promise<T>;
  reserve(): Reservation<C>;
  reserve(use?: (mc: C) => unknown): Promise<unknown> | Reservation<C> {
    const key = this.current_key;
    this.#lent ??= { client: this.get(key) ?? this.master.clone(), holders: 0 };
    this.delete(key);
    const lent = this.#lent;
    lent.holders++;
    const reservation = new Reservation(lent.client, () => {
      lent.holders--;
      if (lent.holders === 0) {
        this.#lent = undefined;
        this.set(key, lent.client);
      }
      return Promise.resolve();
    });
    return use === undefined ? reservation : during(reservation, use);
  }

  /** Takes the thread's client out of the pool; null when there is none, or it is lent. */
  relinquish(): C | null {
    const key = this.current_key;
    const client = this.get(key) ?? null;
    this.delete(key);
    return client;
  }
}

/** The function before the other arguments, if there is one. */
function usedBy<C>(
  given: readonly unknown[],
): [use: ((mc: C) => unknown) | undefined, rest: readonly unknown[]] {
  const [first, ...rest] = given;
  return typeof first === 'function' ? [first as (mc: C) => unknown, rest] : [undefined, given];
}

async function during<C>(reservation: Reservation<C>, use: (mc: C) => unknown): Promise<unknown> {
  try {
    return await use(reservation.client);
  } finally {
    await reservation[Symbol.asyncDispose]();
  }
}

/** An int, as `range` and `Queue` take it. */
function countOf(value: unknown): number {
  if (Number.isInteger(value)) return value as number;
  throw new TypeError(`'${pythonType(value)}' object cannot be interpreted as an integer`);
}
