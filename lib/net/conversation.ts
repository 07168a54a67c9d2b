// What was asked on one connection, in wire order, and which reply belongs to which request. No sockets, no timers.
//
// A reply settles the oldest request. The gets that share a line are one request for the server: its entries are
// matched to them by key, in the order asked (memcached) or in any order (proxies), and END settles the rest as misses.

import { ProtocolError } from '../errors';
import { Code, Command, Step, type Decoder, type Wire } from '../wire/wire';
import { ABSENT, Operation } from './operation';
import { Ring } from './ring';

/** Turns an entry into a value; `bytes` is shared unless `owned`: copy what is kept. */
export type DecodeValue = (
  flags: number,
  bytes: Buffer,
  from: number,
  to: number,
  owned: boolean,
) => unknown;

/** Expected when every entry of a reply has come: no byte has this char code. */
const NO_KEY = '\uffff';

/** Stands for the gets of a line that are all answered: only END can follow. */
const FINISHED = new Operation(Command.get, NO_KEY, {});

export class Conversation {
  /** Requests without their reply, in wire order. */
  readonly pending = new Ring<Operation>();
  readonly #decoder: Decoder;
  readonly #decode: DecodeValue;
  /** Position of the get of the current line whose entry is expected next. */
  #expected = 0;

  constructor(wire: Wire, decode: DecodeValue) {
    this.#decoder = wire.createDecoder();
    this.#decode = decode;
  }

  /**
   * Reads all replies in `bytes[from, to)` and settles their requests.
   * @returns the offset of the unfinished rest, which is wanted again with more bytes behind it
   * @throws {ProtocolError | TooLargeError | ConnectionError} the conversation is out of step; nothing may be read on
   */
  read(bytes: Buffer, from: number, to: number): number {
    const { pending } = this;
    const decoder = this.#decoder;
    while (from < to) {
      const head = pending.get(pending.head);
      if (head === undefined) throw new ProtocolError('a reply to nothing that was asked');
      const reads = head.command <= Command.gets;
      const op = reads ? this.#expectedGet(head) : head;
      const key = reads ? expectedKey(op) : NO_KEY;
      const step = decoder.read(head.command, key, bytes, from, to);
      if (step === Step.entry) this.#entry(op);
      else if (step === Step.done) this.#done(head);
      else if (step === Step.more) return decoder.at;
      else if (reads) this.#otherKey(decoder.key);
      from = decoder.at;
    }
    return from;
  }

  /** The get whose entry is expected next; behind the last one, the head stands for END. */
  #expectedGet(head: Operation): Operation {
    if (this.#expected < this.pending.head) this.#expected = this.pending.head;
    const op = this.pending.get(this.#expected);
    // Behind the line's last get stands another request, or nothing.
    if (op === undefined || (op !== head && this.pending.get(this.#expected - 1)?.closesLine)) {
      return FINISHED;
    }
    return op;
  }

  #entry(op: Operation): void {
    const d = this.#decoder;
    let value: unknown;
    try {
      value = this.#decode(d.flags, d.data, d.start, d.end, d.owned);
    } catch (error) {
      // The value is bad, the conversation is not: the caller gets the error, the next reply is read as ever.
      if (op.gathering === undefined) this.#settle(op, undefined, error);
      else {
        op.spoiled ??= error;
        op.next++;
      }
      return;
    }
    if (op.full) value = { value, flags: d.flags, cas: d.cas };
    if (op.gathering === undefined) return this.#settle(op, value, undefined);
    const place = op.places[op.next++];
    if (place === undefined) throw new ProtocolError('more entries than keys asked');
    op.gathering.values[place] = value;
  }

  #settle(op: Operation, value: unknown, error: unknown): void {
    this.#expected++;
    op.settled = true;
    if (error === undefined) op.resolve(value);
    else op.reject(error);
  }

  /**
   * An entry of another key than the expected one: the keys between are misses, or a proxy answers in its own order.
   * @throws {ProtocolError} the key was not asked, or its entry has come already
   */
  #otherKey(key: string): void {
    const { pending } = this;
    const head = pending.get(pending.head);
    const found = head?.gathering === undefined ? this.#awaitingGet(key) : awaitingKey(head, key);
    if (found === -1) throw new ProtocolError('an entry of a key that was not asked');
    if (head?.gathering === undefined) this.#expected = found;
    else head.next = found;
  }

  /** Position of the unanswered get of `key` in the current line, best behind the expected one; or -1. */
  #awaitingGet(key: string): number {
    const { pending } = this;
    let before = -1;
    for (let p = pending.head; ; p++) {
      const op = pending.get(p);
      if (op === undefined) return before;
      if (!op.settled && op.key === key) {
        if (p >= this.#expected) return p;
        if (before === -1) before = p;
      }
      if (op.closesLine) return before;
    }
  }

  /** The reply is over: settles the request, or all that share its line. */
  #done(head: Operation): void {
    const { pending } = this;
    const { code, text, inSync } = this.#decoder;
    if (head.command > Command.gets) {
      pending.shift();
      this.#answer(head, code);
    } else {
      for (let op = pending.shift(); op !== undefined; op = pending.shift()) {
        if (!op.settled) this.#closeGet(op, code);
        if (op.closesLine) break;
      }
    }
    if (!inSync)
      throw new ProtocolError(
        `the connection may be out of step after ${JSON.stringify(text.slice(0, 64))}`,
      );
  }

  #closeGet(op: Operation, code: Code): void {
    if (op.spoiled === undefined && code !== Code.end) return op.answer(code, this.#decoder.text);
    op.settled = true;
    if (op.spoiled !== undefined) op.reject(op.spoiled);
    else op.resolve(op.gathering === undefined ? op.miss : undefined);
  }

  #answer(op: Operation, code: Code): void {
    const decoder = this.#decoder;
    if (code < Code.end || code === Code.refused) return op.answer(code, decoder.text);
    op.settled = true;
    if (code === Code.number) op.resolve(decoder.number);
    else if (code === Code.version) op.resolve(decoder.text);
    else op.resolve(decoder.rows);
  }
}

/** Index of the unanswered `key` among those asked, best behind the expected one; or -1. */
function awaitingKey(op: Operation, key: string): number {
  const { keys = [], places, gathering } = op;
  const free = (i: number): boolean => {
    const place = places[i];
    return keys[i] === key && place !== undefined && gathering?.values[place] === ABSENT;
  };
  for (let i = op.next; i < keys.length; i++) if (free(i)) return i;
  for (let i = 0; i < op.next; i++) if (free(i)) return i;
  return -1;
}

function expectedKey(op: Operation): string {
  if (op.keys === undefined) return op.key;
  return op.keys[op.next] ?? NO_KEY;
}
