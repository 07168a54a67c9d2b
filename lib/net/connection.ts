// One socket from connect to death: sends what a tick gathered, reads replies, and dies once, with all that hangs on it.

import type { Socket } from 'node:net';
import {
  ClosedError,
  ConnectionError,
  OverloadedError,
  ProtocolError,
  ServerError,
  TimeoutError,
  TlsError,
  type MemcacheError,
} from '../errors';
import { MAX_LEFTOVER, MAX_QUEUED, MAX_QUEUED_BYTES, READ_BUFFER_BYTES } from '../limits';
import { Code, Command } from '../wire/wire';
import { asMemcacheError, causeOf } from './causes';
import type { Watched } from './clock';
import type { ConnectionOptions } from './connection-options';
import { Conversation } from './conversation';
import { Handshake } from './handshake';
import type { Operation } from './operation';
import { Outbox } from './outbox';
import type { Owner } from './owner';
import { readyEvent, tlsFault } from './tls';
import { write } from './write';

/**
 * All sockets read into this one buffer: a read is worked off before the next one begins. In front of the part that
 * is read into stands room for what the connection's last read left unfinished, so that no chunk is ever moved.
 */
const shared = Buffer.allocUnsafeSlow(MAX_LEFTOVER + READ_BUFFER_BYTES);
const readInto = shared.subarray(MAX_LEFTOVER);

export class Connection implements Watched {
  readonly #options: ConnectionOptions;
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #conversation: Conversation;
  readonly #outbox: Outbox;
  /** When it must be open, on the monotonic clock. */
  readonly #openBy: number;
  /** Takes what is read: the login, and then the conversation. */
  #reader: Handshake | Conversation;
  #isOpen = false;
  /** Open, and the socket takes more: what it cannot send stays with us, where it can still be withdrawn. */
  #isWritable = false;
  #isDead = false;
  #isScheduled = false;
  /** Deadline of calls made in this tick; 0: none. */
  #deadline = 0;
  /** Behind the last request whose bytes were given to the socket. */
  #sentTail = 0;
  /** Silent requests that were given to the socket, which has not sent them yet. */
  readonly #leaving: Operation[] = [];
  /** The server has sent something since the connection was last idle. */
  #heard = false;
  /** Bytes of a reply that is not whole. */
  #leftover: Buffer | undefined;
  #closeWhenIdle = false;
  /** Bytes that the socket had not sent when it was last asked. */
  #backlog = 0;
  #isHeld = false;
  /** The owner knows that requests of this tick are refused. */
  #toldOverload = false;
  /** Callers that may have gone since the unsent requests were last looked through. */
  #recalled = 0;

  constructor(options: ConnectionOptions, owner: Owner) {
    this.#options = options;
    this.#owner = owner;
    this.#reader = this.#conversation = new Conversation(
      options.wire,
      options.decode,
      options.tally,
    );
    this.#outbox = new Outbox(options.wire, this.#conversation.pending);
    this.#outbox.joins = owner.joins;
    const socket = (this.#socket = options.open(options.address, {
      buffer: readInto,
      callback: (length) => this.#onRead(length),
    }));
    socket
      .on('error', (error) => this.#die(causeOf(socket, error, options.name)))
      .on(readyEvent(socket), () => this.#onReady())
      .on('drain', () => this.#onDrain())
      .on('end', () => this.#onEnd())
      .on('close', () => this.#die(new ConnectionError('connection closed', options.name)));
    this.#socket.unref();
    options.clock.watch(this);
    this.#openBy = options.clock.now() + options.connectTimeout;
  }

  /** Bytes received and sent so far. */
  get traffic(): readonly [read: number, written: number] {
    return [this.#socket.bytesRead, this.#socket.bytesWritten];
  }

  get busy(): boolean {
    const { pending } = this.#conversation;
    return (
      pending.head !== pending.tail ||
      this.#outbox.gathered > 0 ||
      this.#outbox.silent.length > 0 ||
      this.#leaving.length > 0
    );
  }

  /** Queues one call; it is sent with all others of this tick. */
  send(op: Operation): void {
    if (this.#isOverloaded()) return this.#refuse(op);
    if (!this.#isScheduled) this.#schedule();
    // A call that comes from a server that failed keeps the deadline that it has.
    if (op.deadline === 0) op.deadline = this.#deadline;
    this.#outbox.add(op);
  }

  #isOverloaded(): boolean {
    const { pending } = this.#conversation;
    const { size } = this.#outbox.sink;
    if (pending.tail - pending.head >= MAX_QUEUED) return true;
    if (this.#backlog + size <= MAX_QUEUED_BYTES) return false;
    this.#backlog = this.#socket.writableLength;
    return this.#backlog + size > MAX_QUEUED_BYTES;
  }

  #refuse(op: Operation): void {
    const { name } = this.#options;
    const cause = new OverloadedError('too many requests or bytes wait for one server', name);
    if (!this.#toldOverload) {
      this.#toldOverload = true;
      this.#owner.overloaded(cause);
    }
    op.giveUp(cause, this.#options.tally);
  }

  /** A caller of this client has gone: its requests that were not sent are not sent any more. */
  recall(): void {
    const { pending } = this.#conversation;
    const { gathered, silent } = this.#outbox;
    const unsent = pending.tail - Math.max(this.#sentTail, pending.head) + gathered + silent.length;
    // Looked through when half of them may be gone (and before a write): however many go, each costs little.
    if (++this.#recalled * 2 >= unsent) this.#withdraw();
    // A server that hangs is found by the deadline of what it was sent. Without one nobody would ever close.
    if (this.#options.timeout === Infinity && this.busy && !this.#isAwaited()) {
      this.close(new ClosedError('nobody waits for the replies any more', this.#options.name));
    }
  }

  #withdraw(): void {
    this.#recalled = 0;
    this.#outbox.withdraw(this.#sentTail);
    this.#onIdle();
  }

  #isAwaited(): boolean {
    const { pending } = this.#conversation;
    const { gathered, silent } = this.#outbox;
    if (gathered > 0 || silent.length > 0 || this.#leaving.length > 0) return true;
    for (let p = pending.tail - 1; p >= pending.head; p--) {
      if (pending.get(p)?.awaited === true) return true;
    }
    return false;
  }

  /** Fails everything that waits with `cause` and closes the socket. */
  close(cause: MemcacheError = new ClosedError('the client was closed', this.#options.name)): void {
    this.#die(cause);
  }

  /** Lets everything that waits finish, then closes. */
  retire(): void {
    this.#closeWhenIdle = true;
    if (!this.busy) this.close();
  }

  expire(now: number): void {
    const { name, timeout, connectTimeout } = this.#options;
    const isStuck = !this.#isOpen && now >= this.#openBy;
    if (!isStuck && !this.#isLate(now)) return;
    const what = this.#isOpen ? 'no reply' : 'no connection';
    const limit = isStuck ? connectTimeout : timeout;
    this.#die(new TimeoutError(`${what} within ${limit} ms`, name), now);
  }

  #isLate(now: number): boolean {
    const { pending } = this.#conversation;
    for (let p = pending.head; p < pending.tail; p++) {
      const op = pending.get(p);
      if (op !== undefined && isPast(op, now)) return true;
    }
    return [...this.#outbox.silent, ...this.#leaving].some((op) => isPast(op, now));
  }

  /** The first call of a tick: take the time, hold the process, and send when the tick is over. */
  #schedule(): void {
    const { clock, timeout } = this.#options;
    this.#isScheduled = true;
    if (!this.busy) {
      this.#heard = false;
      this.#socket.ref();
      clock.run();
    }
    if (timeout !== Infinity) this.#deadline = Math.ceil(clock.now() + timeout);
    process.nextTick(flush, this);
  }

  /** Sends nothing until `release`: what another connection has sent must be done before. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (this.#isHeld) process.nextTick(flush, this);
    this.#isHeld = false;
  }

  /** Gives all that was gathered to the socket in one write. */
  flush(): void {
    this.#isScheduled = false;
    this.#toldOverload = false;
    if (this.#isDead) return;
    if (this.#recalled > 0) this.#withdraw();
    if (!this.busy) return this.#onIdle();
    this.#outbox.commit();
    if (!this.#isWritable || this.#isHeld) return;
    this.#write();
    this.#sentTail = this.#conversation.pending.tail;
    this.#conversation.sent();
    if (this.#outbox.silent.length > 0) this.#leaveSilent();
  }

  #write(): void {
    write(this.#socket, this.#outbox.sink);
    this.#backlog = this.#socket.writableLength;
    if (this.#backlog > 0) this.#isWritable = !this.#socket.writableNeedDrain;
  }

  /** The socket has sent all that it was given. */
  #onDrain(): void {
    if (this.#isWritable) return;
    this.#isWritable = true;
    this.flush();
  }

  /** A silent request is answered when it is sent; the outbox fences it off from the next reply. */
  #leaveSilent(): void {
    const silent = this.#outbox.takeSilent();
    const count = silent.length;
    for (const op of silent) this.#leaving.push(op);
    this.#conversation.silent += count;
    // The callback of a write of nothing tells that all before it is sent.
    if (this.#backlog === 0) this.#settleSilent(count);
    else this.#socket.write('', (error) => this.#settleSilent(error ? 0 : count));
  }

  #settleSilent(count: number): void {
    for (const op of this.#leaving.splice(0, count)) {
      op.settled = true;
      op.resolve(op.miss);
    }
    this.#onIdle();
  }

  /** The socket can be written to: the user logs in where that is asked, while requests queue. */
  #onReady(): void {
    if (this.#isDead) return;
    const { login, wire, name } = this.#options;
    const fault = tlsFault(this.#socket);
    if (fault !== undefined) return this.#die(new TlsError(fault, name));
    if (login === undefined) return this.#open();
    const handshake = new Handshake(wire, (sink) => {
      if (!this.#isDead) write(this.#socket, sink);
    });
    this.#reader = handshake;
    login(handshake.ask).then(
      () => this.#open(),
      (error: unknown) => this.#die(asMemcacheError(error, name)),
    );
  }

  #open(): void {
    if (this.#isDead) return;
    this.#reader = this.#conversation;
    this.#heard = false;
    this.#isOpen = this.#isWritable = true;
    this.#owner.opened(this);
    this.flush();
  }

  /** The server closed the connection; where it was asked to quit, that is its reply. */
  #onEnd(): void {
    const { name } = this.#options;
    const { pending } = this.#conversation;
    const head = pending.get(pending.head);
    const isReply = head?.command === Command.quit && this.#leftover === undefined;
    if (isReply) pending.shift()?.answer(Code.ok, '');
    this.#die(
      isReply ? new ClosedError('quit', name) : new ConnectionError('closed by the server', name),
    );
  }

  #onRead(length: number): boolean {
    if (this.#isDead) return false;
    this.#heard = true;
    let from = MAX_LEFTOVER;
    const to = MAX_LEFTOVER + length;
    if (this.#leftover !== undefined) {
      from -= this.#leftover.length;
      this.#leftover.copy(shared, from);
      this.#leftover = undefined;
    }
    try {
      from = this.#reader.read(shared, from, to);
    } catch (error) {
      this.#die(asMemcacheError(error, this.#options.name));
      return false;
    } finally {
      if (this.#conversation.again.length > 0) this.#askAgain();
    }
    if (from < to) this.#keep(from, to);
    else if (!this.busy) this.#onIdle();
    return true;
  }

  #askAgain(): void {
    const { again, refusal } = this.#conversation;
    this.#outbox.joins = false;
    this.#owner.again(this, again.splice(0), new ServerError(refusal, this.#options.name));
  }

  #keep(from: number, to: number): void {
    if (to - from > MAX_LEFTOVER) {
      this.#die(
        new ProtocolError(`more than ${MAX_LEFTOVER} bytes make no reply`, this.#options.name),
      );
      return;
    }
    this.#leftover = Buffer.from(shared.subarray(from, to));
  }

  /** Nothing may wait any more; what this tick still brings, `flush` sees. */
  #onIdle(): void {
    if (this.busy || this.#isScheduled) return;
    if (this.#closeWhenIdle) this.close();
    else this.#socket.unref();
  }

  /** The one way to end: whatever went wrong comes here, and nothing else fails a request. */
  #die(cause: MemcacheError, now = 0): void {
    if (this.#isDead) return;
    const wasBusy = this.busy;
    const { wasUseful } = this.#conversation;
    this.#isDead = true;
    this.#socket.destroy();
    const { sent, unsent } = this.#takeAll();
    const closedByPeer = cause instanceof ConnectionError && this.#isOpen;
    const isUnheard = closedByPeer && !this.#heard && this.#leftover === undefined;
    const late = unsent.filter((op) => isPast(op, now));
    const { tally } = this.#options;
    tally.bytesRead += this.#socket.bytesRead;
    tally.bytesWritten += this.#socket.bytesWritten;
    for (const op of late) op.giveUp(cause, tally);
    if (!isUnheard) for (const op of sent) op.fail(cause, tally);
    this.#owner.lost(this, {
      cause,
      wasOpen: this.#isOpen,
      unsent: late.length === 0 ? unsent : unsent.filter((op) => !op.settled),
      unheard: isUnheard ? sent : [],
      wasBusy,
      wasUseful,
    });
    // Behind what goes on elsewhere: a clock that nobody needs stops, and would begin its tick anew.
    this.#options.clock.forget(this);
  }

  /** Empties the queues: requests whose bytes were given to the socket, and those of which none was. */
  #takeAll(): { sent: Operation[]; unsent: Operation[] } {
    const { pending } = this.#conversation;
    const sent: Operation[] = [];
    const unsent: Operation[] = [];
    while (pending.length > 0) {
      const isSent = pending.head < this.#sentTail;
      const op = pending.shift();
      if (op !== undefined && !op.settled) (isSent ? sent : unsent).push(op);
    }
    sent.push(...this.#leaving.splice(0));
    unsent.push(...this.#outbox.drain(), ...this.#outbox.takeSilent());
    this.#outbox.sink.clear();
    for (const op of unsent) op.closesLine = true;
    return { sent, unsent };
  }
}

function isPast({ deadline }: Operation, now: number): boolean {
  return deadline !== 0 && deadline <= now;
}

function flush(connection: Connection): void {
  connection.flush();
}
