// Gathers what one tick sends on one connection into one write.
//
// Lone gets of a tick are joined into lines of up to MAX_JOINED_GETS keys, because memcached before 1.6.35 answers every
// get line with a system call of its own. They gather past the tick's other commands; order per key is kept by stamps:
// a change of a key whose slot was stamped by a gathered get first sends the gathered line. A false hit of the
// slot hash only makes a line shorter.

import { MAX_JOINED_GETS } from '../limits';
import { Sink } from '../wire/sink';
import { Command, type Wire } from '../wire/wire';
import { fence, isFence, type Operation } from './operation';
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
  [Command.gat]: Order.key,
  [Command.gats]: Order.key,
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
  [Command.saslList]: Order.free,
  [Command.saslAuth]: Order.all,
  [Command.saslStep]: Order.all,
  [Command.raw]: Order.all,
};

export class Outbox {
  readonly sink = new Sink();
  /** Requests that expect no reply and wait to be sent. */
  readonly silent: Operation[] = [];
  /** The position in the wire order behind each of them. */
  readonly #silentAt: number[] = [];
  /** Lone gets of a tick share a line. */
  joins = true;
  /** Gets of this tick that are not in the sink yet. */
  gathered = 0;
  readonly #wire: Wire;
  readonly #pending: Ring<Operation>;
  /** The last request was silent: what the server might object to it must not be read as the reply to the next one. */
  #needsFence = false;
  /** The gathered gets and their keys; both keep their size from line to line. */
  readonly #gets = new Array<Operation | undefined>(MAX_JOINED_GETS).fill(undefined);
  readonly #keys: string[] = [];
  /** A slot holds the number of the gathered line that has a key of this slot. */
  readonly #stamps = new Uint32Array(SLOTS);
  #line = 1;

  /**
   * @param pending takes each request when its place in the wire order is fixed
   */
  constructor(wire: Wire, pending: Ring<Operation>) {
    this.#wire = wire;
    this.#pending = pending;
  }

  add(op: Operation): void {
    const { command } = op;
    if (op.options.noreply) this.#needsFence = this.#wire.needsFences;
    else if (this.#needsFence) this.#addFence();
    if (command === Command.get && op.many === undefined && this.joins) return this.#gather(op);
    const order = ORDER[command];
    if (this.gathered > 0 && order !== Order.free) {
      // The reply to an earlier get must not stand behind what the server objects to a silent request.
      const isOrdered = order === Order.all || op.many !== undefined || op.options.noreply;
      if (isOrdered || this.#stamps[slotOf(op.key)] === this.#line) this.commit();
    }
    const serial = this.#pending.tail;
    const { many } = op;
    if (many !== undefined)
      this.#wire.encodeGets(command, many.keys, op.options.time, serial, this.sink);
    else this.#wire.encode(op, serial, this.sink);
    if (!op.options.noreply) this.#pending.push(op);
    else {
      this.silent.push(op);
      this.#silentAt.push(this.#pending.tail);
    }
  }

  #addFence(): void {
    this.#needsFence = false;
    this.add(fence());
  }

  /** Takes out the silent requests: they were sent, or never will be. */
  takeSilent(): Operation[] {
    this.#silentAt.length = 0;
    return this.silent.splice(0);
  }

  /**
   * Encodes what was not sent anew, without the requests whose callers have gone.
   * @param from position of the first request of which no byte was given to the socket
   */
  withdraw(from: number): void {
    this.commit();
    const first = Math.max(from, this.#pending.head);
    const places = [...this.#silentAt];
    const silent = this.takeSilent();
    const unsent = this.#pending.cut(first);
    this.sink.clear();
    let next = 0;
    for (const [i, op] of unsent.entries()) {
      while ((places[next] ?? Infinity) <= first + i) this.#addAgain(silent[next++]);
      this.#addAgain(op);
    }
    while (next < silent.length) this.#addAgain(silent[next++]);
    this.commit(); // no write may follow for long: where the connection is not open yet, or takes no more
  }

  #addAgain(op: Operation | undefined): void {
    if (op === undefined) return;
    if (op.abandoned) {
      this.#needsFence ||= isFence(op); // maybe for a silent one that is on its way
      return;
    }
    op.closesLine = true;
    this.add(op);
  }

  #gather(op: Operation): void {
    this.#stamps[slotOf(op.key)] = this.#line;
    this.#gets[this.gathered++] = op;
    if (this.gathered === MAX_JOINED_GETS) this.commit();
  }

  /** Puts the gathered gets on the wire as one line. */
  commit(): void {
    const count = this.gathered;
    if (count === 0) return;
    const gets = this.#gets;
    const last = count - 1;
    const serial = this.#pending.tail;
    this.gathered = 0;
    this.#line = (this.#line + 1) >>> 0;
    if (last === 0) {
      const op = gets[0] as Operation;
      gets[0] = undefined;
      this.#wire.encode(op, serial, this.sink);
      this.#pending.push(op);
      return;
    }
    const keys = this.#keys;
    keys.length = count;
    for (let i = 0; i < count; i++) {
      const op = gets[i] as Operation;
      gets[i] = undefined;
      keys[i] = op.key;
      if (i < last) op.closesLine = false;
      this.#pending.push(op);
    }
    this.#wire.encodeGets(Command.get, keys, '', serial, this.sink);
  }

  /** Takes out the gathered gets: the connection is gone. */
  drain(): Operation[] {
    const ops = this.#gets.slice(0, this.gathered) as Operation[];
    this.#gets.fill(undefined);
    this.gathered = 0;
    return ops;
  }
}

/** A cheap hash over the end of a key, where keys of one application differ. */
function slotOf(key: string): number {
  const n = key.length;
  let hash = n;
  for (let i = n > 8 ? n - 8 : 0; i < n; i++) hash = (hash * 31 + key.charCodeAt(i)) | 0;
  return hash & (SLOTS - 1);
}
