// Gathers what one tick sends on one connection into one write.
//
// Lone gets of a tick are joined into lines of up to MAX_JOINED_GETS keys, because memcached before 1.6.35 answers every
// get line with a system call of its own. They gather past the tick's other commands; order per key is kept by stamps:
// a change of a key whose slot was stamped by a gathered get first sends the gathered line. A false hit of the
// slot hash only makes a line shorter.

import { MAX_JOINED_GETS } from '../limits';
import { Sink } from '../wire/sink';
import { Command, type Wire } from '../wire/wire';
import type { Operation } from './operation';
import type { Ring } from './ring';

const SLOTS = 4096;

/** What a command does to the gets gathered before it in the same tick. */
const enum Order {
  /** Reads something else, or reads too: any order is right. */
  free,
  /** Changes one key. */
  key,
  /** Changes every key, or ends the conversation. */
  all,
}

const ORDER: Readonly<Record<Command, Order>> = {
  [Command.get]: Order.free,
  [Command.gets]: Order.free,
  [Command.set]: Order.key,
  [Command.add]: Order.key,
  [Command.replace]: Order.key,
  [Command.append]: Order.key,
  [Command.prepend]: Order.key,
  [Command.cas]: Order.key,
  [Command.delete]: Order.key,
  [Command.incr]: Order.key,
  [Command.decr]: Order.key,
  [Command.touch]: Order.key,
  [Command.flushAll]: Order.all,
  [Command.stats]: Order.free,
  [Command.version]: Order.free,
  [Command.verbosity]: Order.free,
  [Command.quit]: Order.all,
};

export class Outbox {
  readonly sink = new Sink();
  /** Requests that expect no reply and wait to be sent. */
  readonly silent: Operation[] = [];
  readonly #wire: Wire;
  readonly #pending: Ring<Operation>;
  /** Gets of this tick that are not in the sink yet. */
  #gets: Operation[] = [];
  /** A slot holds the number of the gathered line that has a key of this slot. */
  readonly #stamps = new Uint32Array(SLOTS);
  #line = 1;

  /** @param pending takes each request when its place in the wire order is fixed */
  constructor(wire: Wire, pending: Ring<Operation>) {
    this.#wire = wire;
    this.#pending = pending;
  }

  /** Requests that wait for the next write but are not in `pending` yet. */
  get gathered(): number {
    return this.#gets.length;
  }

  add(op: Operation): void {
    if (op.command === Command.get && op.keys === undefined && !op.full) {
      this.#stamps[slotOf(op.key)] = this.#line;
      if (this.#gets.push(op) === MAX_JOINED_GETS) this.commit();
      return;
    }
    const order = ORDER[op.command];
    if (order === Order.key ? this.#stamps[slotOf(op.key)] === this.#line : order === Order.all) {
      this.commit();
    }
    if (op.keys !== undefined) this.#wire.encodeGets(op.command, op.keys, this.sink);
    else this.#wire.encode(op, this.sink);
    if (op.noreply) this.silent.push(op);
    else this.#pending.push(op);
  }

  /** Puts the gathered gets on the wire as one line. */
  commit(): void {
    const gets = this.#gets;
    const last = gets.length - 1;
    if (last === -1) return;
    this.#line = (this.#line + 1) >>> 0;
    if (last === 0) {
      this.#wire.encode(gets[0] as Operation, this.sink);
    } else {
      this.#wire.encodeGets(Command.get, keysOf(gets), this.sink);
      for (let i = 0; i < last; i++) (gets[i] as Operation).closesLine = false;
    }
    for (const op of gets) this.#pending.push(op);
    gets.length = 0;
  }

  /** Takes out the gathered gets: the connection is gone. */
  drain(): Operation[] {
    return this.#gets.splice(0);
  }
}

function keysOf(gets: readonly Operation[]): string[] {
  const keys = new Array<string>(gets.length);
  for (let i = 0; i < gets.length; i++) keys[i] = (gets[i] as Operation).key;
  return keys;
}

/** A cheap hash over the end of a key, where keys of one application differ. */
function slotOf(key: string): number {
  const n = key.length;
  let hash = n;
  for (let i = n > 8 ? n - 8 : 0; i < n; i++) hash = (hash * 31 + key.charCodeAt(i)) | 0;
  return hash & (SLOTS - 1);
}
