// What was asked on one connection, in wire order, and which reply belongs to which request. No sockets, no timers.
//
// A reply settles the oldest request. The gets that share a line are one request for the server: its entries are
// matched to them by key, in the order asked (memcached) or in any order (proxies), and END settles the rest as misses.

import { isAscii } from 'node:buffer';
import { ProtocolError } from '../errors';
import { Code, Command, Step, type Decoder, type Wire } from '../wire/wire';
import { ABSENT, isFence, Operation, type Hit, type Many } from './operation';
import { Ring } from './ring';
import { Tally } from './tally';

/** Turns an entry into a value; `bytes` is shared unless `owned`: copy what is kept. `ascii`: known to be nothing else. */
export type DecodeValue = (
  flags: number,
  bytes: Buffer,
  from: number,
  to: number,
  owned: boolean,
  ascii: boolean,
) => unknown;

/** What was read at once and is shorter is not asked whether it is ASCII: that would cost more than it saves. */
const MANY_BYTES = 1024;
/** A value that is longer and is text is asked by itself; one that is not need not be. */
const LONG_VALUE = 4096;

/** Expected when every entry of a reply has come: no byte has this char code. */
const NO_KEY = '\uffff';

/** Of so many writes one is timed: with all of them a lone caller had 0.93 of the floor instead of 0.97. */
const WRITES_PER_TIMING = 16;

/** Stands for the gets of a line that are all answered: only END can follow. */
const FINISHED = new Operation(Command.get, NO_KEY, {});

export class Conversation {
  /** Requests without their reply, in wire order. */
  readonly pending = new Ring<Operation>();
  /** Silent requests that were sent: the server can object to each once. */
  silent = 0;
  /** Gets that were refused with others of their line, and may be answered alone; and what was said of them. */
  readonly again: Operation[] = [];
  refusal = '';
  readonly #decoder: Decoder;
  readonly #decode: DecodeValue;
  readonly #tally: Tally;
  /** Behind the request that is timed; 0: none is. */
  #timed = 0;
  /** Writes until one is timed; below 1: the next one is. */
  #untimed = 1;
  #timedSince = 0;
  /** 1: the last reply put the conversation out of step. */
  #inDoubt: 0 | 1 = 0;
  /** Position of the get of the current line whose entry is expected next. */
  #expected = 0;
  /** How many objections to silent requests came before a fence's reply. */
  #objections = 0;

  /** Whether all that is being read is ASCII: asked once for all values in it, which are then decoded faster. */
  #ascii: boolean | undefined = undefined;

  constructor(wire: Wire, decode: DecodeValue, tally = new Tally()) {
    this.#decoder = wire.createDecoder();
    this.#decode = decode;
    this.#tally = tally;
  }

  /** Whether any reply was good. */
  get wasUseful(): boolean {
    return this.pending.head > this.#inDoubt;
  }

  /** All that is pending was sent: now and then its last is timed. */
  sent(): void {
    if (--this.#untimed > 0) return;
    const { head, tail } = this.pending;
    if (this.#timed !== 0 || head === tail) return;
    this.#untimed = WRITES_PER_TIMING;
    this.#timed = tail;
    this.#timedSince = performance.now();
  }

  /**
   * Reads all replies in `bytes[from, to)` and settles their requests.
   * @returns the offset of the unfinished rest, which is wanted again with more bytes behind it
   * @throws {ProtocolError | TooLargeError | ConnectionError} the conversation is out of step; nothing may be read on
   */
  read(bytes: Buffer, from: number, to: number): number {
    const rest = this.#readAll(bytes, from, to);
    if (this.#decoder.objections + this.#objections > this.silent)
      throw new ProtocolError('an objection to nothing');
    if (this.#timed !== 0 && this.pending.head >= this.#timed) {
      this.#timed = 0;
      this.#tally.latency.record(performance.now() - this.#timedSince);
    }
    return rest;
  }

  #readAll(bytes: Buffer, from: number, to: number): number {
    const { pending } = this;
    const decoder = this.#decoder;
    this.#ascii = to - from < MANY_BYTES ? false : undefined;
    while (from < to) {
      const serial = pending.head;
      const head = pending.get(serial);
      if (head === undefined) return decoder.skip(serial, bytes, from, to);
      const { command } = head;
      if (command > Command.gats) {
        if (decoder.read(command, head.key, serial, bytes, from, to) === Step.more)
          return decoder.at;
        this.#answer(head);
      } else {
        const op = this.#expectedGet(head);
        const step =
          op.many !== undefined
            ? this.#readMany(op, op.many, bytes, from, to)
            : head.closesLine
              ? decoder.read(command, op.key, serial, bytes, from, to)
              : decoder.readGets(command, op.key, serial, bytes, from, to);
        if (step === Step.entry) {
          if (op.many === undefined) this.#entry(op, to);
        } else if (step === Step.done) this.#closeLine();
        else if (step === Step.more) return decoder.at;
        else if (step === Step.otherKey) this.#otherKey(head, decoder.key);
        else {
          this.#entry(op, to);
          this.#closeLine();
        }
      }
      from = decoder.at;
    }
    return from;
  }

  /** The get whose entry is expected next; behind the last one of the line, FINISHED. */
  #expectedGet(head: Operation): Operation {
    const { pending } = this;
    if (this.#expected <= pending.head) {
      this.#expected = pending.head;
      return head;
    }
    // Behind the line's last get stands another request, or nothing.
    if (pending.get(this.#expected - 1)?.closesLine !== false) return FINISHED;
    return pending.get(this.#expected) ?? FINISHED;
  }

  /** Takes the entries of a get of many as long as they come in the order asked; the step that ended that. */
  #readMany(op: Operation, many: Many, bytes: Buffer, from: number, to: number): Step {
    const decoder = this.#decoder;
    const { keys } = many;
    do {
      const key = many.next < keys.length ? (keys[many.next] as string) : NO_KEY;
      const step = decoder.readGets(op.command, key, this.pending.head, bytes, from, to);
      if (step !== Step.entry) return step;
      this.#entryOfMany(many, op.full, to);
      from = decoder.at;
    } while (from < to);
    return Step.entry;
  }

  #entry(op: Operation, to: number): void {
    const d = this.#decoder;
    this.#expected++;
    this.#tally.hits++;
    op.settled = true;
    let value: unknown;
    try {
      value = this.#decode(d.flags, d.data, d.start, d.end, d.owned, this.#isAscii(to));
    } catch (error) {
      // The value is bad, the conversation is not: the caller gets the error, the next reply is read as ever.
      op.reject(error);
      return;
    }
    op.resolve(op.full ? hitOf(value, d) : value);
  }

  #entryOfMany(many: Many, full: boolean, to: number): void {
    const d = this.#decoder;
    const place = many.placeOf(many.next++);
    many.found++;
    this.#tally.hits++;
    try {
      const value = this.#decode(d.flags, d.data, d.start, d.end, d.owned, this.#isAscii(to));
      many.values[place] = full ? hitOf(value, d) : value;
    } catch (error) {
      many.spoiled ??= { thrown: error };
    }
  }

  /** Whether the value at hand is known to be ASCII; `to`: the end of what is being read. */
  #isAscii(to: number): boolean {
    const { data, owned, start, end } = this.#decoder;
    if (owned || end - start > LONG_VALUE) return false;
    return (this.#ascii ??= isAscii(data.subarray(start, to)));
  }

  /**
   * An entry of another key than the expected one: the keys between are misses, or a proxy answers in its own order.
   * @throws {ProtocolError} the key was not asked, or its entry has come already
   */
  #otherKey({ many }: Operation, key: string): void {
    const found = many === undefined ? this.#awaitingGet(key) : awaitingKey(many, key);
    if (found === -1) throw new ProtocolError('an entry of a key that was not asked');
    if (many === undefined) this.#expected = found;
    else many.next = found;
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

  /** A get's reply is over: settles all that share its line and had no entry. */
  #closeLine(): void {
    const { pending } = this;
    const tally = this.#tally;
    const { code, text, inSync } = this.#decoder;
    const isShared = code !== Code.end && inSync && pending.get(pending.head)?.closesLine === false;
    for (let op = pending.shift(); op !== undefined; op = pending.shift()) {
      if (isShared && !op.settled && !op.resent) this.again.push(op);
      else if (!op.settled) {
        if (code === Code.end) tally.misses += op.unanswered;
        else tally.errors += op.unanswered;
        if (op.many?.spoiled !== undefined) {
          op.settled = true;
          op.reject(op.many.spoiled.thrown);
        } else if (code === Code.end) {
          op.settled = true;
          op.resolve(op.miss);
        } else op.answer(code, text);
      }
      if (op.closesLine) break;
    }
    if (isShared) this.refusal = text;
    // Else a big value would be kept until the next one comes.
    if (this.#decoder.owned) this.#decoder.release();
    this.#checkStep();
  }

  #answer(op: Operation): void {
    const { code, text, number, rows, inSync } = this.#decoder;
    if (code === Code.refused && inSync && isFence(op)) {
      this.#objections++; // to a silent request before it: its own reply is still to come
      return;
    }
    this.pending.shift();
    if (code === Code.number || code === Code.version || code === Code.rows) {
      op.settled = true;
      op.resolve(code === Code.number ? number : code === Code.version ? text : rows);
    } else {
      if (code === Code.refused) this.#tally.errors++;
      op.answer(code, text);
    }
    this.#checkStep();
  }

  /** @throws {ProtocolError} what follows may not be the next reply */
  #checkStep(): void {
    if (this.#decoder.inSync) return;
    this.#inDoubt = 1;
    const line = JSON.stringify(this.#decoder.text.slice(0, 64));
    throw new ProtocolError(`the connection may be out of step after ${line}`);
  }
}

function hitOf(value: unknown, { flags, cas, start, end }: Decoder): Hit {
  return { value, flags, cas, bytes: end - start };
}

/** Index of the unanswered `key` among those asked, best behind the expected one; or -1. */
function awaitingKey(many: Many, key: string): number {
  const { keys, values } = many;
  const isFree = (i: number): boolean => keys[i] === key && values[many.placeOf(i)] === ABSENT;
  for (let i = many.next; i < keys.length; i++) if (isFree(i)) return i;
  for (let i = 0; i < many.next; i++) if (isFree(i)) return i;
  return -1;
}
