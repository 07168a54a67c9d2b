// One server of the list: its connection, and whether it is dead and until when.

import { ClosedError, type MemcacheError, ProtocolError } from '../errors';
import type { Address, OpenSocket } from '../net/address';
import type { Clock } from '../net/clock';
import { Connection, type ConnectionOptions, type Loss, type Owner } from '../net/connection';
import { Operation } from '../net/operation';
import { Command, type Wire } from '../wire/wire';
import type { DecodeValue } from '../net/conversation';
import type { FailurePolicy } from './dialect';

/** A server as a client names it. */
export interface ServerSpec {
  readonly address: Address;
  /** As messages and placement name it. */
  readonly name: string;
  readonly weight: number;
}

/** What all servers of one client share. */
export interface ServerContext {
  readonly wire: Wire;
  readonly decode: DecodeValue;
  readonly failure: FailurePolicy;
  readonly clock: Clock;
  readonly open: OpenSocket;
  readonly observer: Observer;
  /** Takes back a request of which no byte was sent, or that may be sent again. */
  readonly reroute: (op: Operation, cause: MemcacheError) => void;
}

/** Is told what happens to servers; must not throw. */
export interface Observer {
  /** The server failed and is left alone until `until` (seconds since the epoch). */
  dead(server: ServerSpec, cause: MemcacheError, until: number): void;
  /** A connection to the server is open. */
  alive(server: ServerSpec): void;
  /** The server broke the protocol; its connection was closed, the server is not dead. */
  broken(server: ServerSpec, cause: MemcacheError): void;
}

export class Server implements Owner {
  readonly spec: ServerSpec;
  readonly #context: ServerContext;
  readonly #connectionOptions: ConnectionOptions;
  #connection: Connection | undefined;
  /** Left alone until then, on the monotonic clock in milliseconds. */
  #deadUntil = -Infinity;
  /** It failed since it was last emptied, and is to be emptied when it comes back. */
  #flushOwed = false;

  constructor(spec: ServerSpec, context: ServerContext) {
    this.spec = spec;
    this.#context = context;
    const { wire, decode, clock, open, failure } = context;
    this.#connectionOptions = {
      address: spec.address,
      name: spec.name,
      wire,
      decode,
      clock,
      open,
      timeout: failure.timeout,
      fence: () => new Operation(Command.version, '', {}),
    };
  }

  /** Whether a call sent now would be tried: there is a connection, or one may be made. */
  get usable(): boolean {
    return this.#connection !== undefined || this.#deadUntil <= this.#context.clock.now();
  }

  /** Whether there is a connection, made or in the making. */
  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /**
   * Sends one call, connecting first where needed.
   * @returns false when the server is dead: nothing was done
   * @throws {OverflowError} the server's port does not exist
   */
  send(op: Operation): boolean {
    if (this.#connection === undefined) {
      if (!this.usable) return false;
      this.#connect();
    }
    this.#connection?.send(op);
    return true;
  }

  /** Forgets that the server was dead. */
  revive(): void {
    this.#deadUntil = -Infinity;
  }

  /** Closes the connection; what waits fails. The next call connects again. */
  disconnect(): void {
    this.#connection?.close(new ClosedError('the client was disconnected', this.spec.name));
  }

  /** Closes the connection when nothing waits any more. */
  retire(): void {
    this.#connection?.retire();
  }

  opened(): void {
    this.#deadUntil = -Infinity;
    this.#flushOwed = false;
    this.#context.observer.alive(this.spec);
  }

  lost(_connection: Connection, loss: Loss): void {
    this.#connection = undefined;
    const { cause } = loss;
    const { observer, reroute } = this.#context;
    if (cause instanceof ProtocolError) observer.broken(this.spec, cause);
    else if (this.#isFailure(loss)) this.#markDead(cause);
    for (const op of loss.unheard) {
      if (this.#mayResend(op)) {
        op.resent = true;
        reroute(op, cause);
      } else {
        op.fail(cause);
      }
    }
    for (const op of loss.unsent) {
      if (cause instanceof ClosedError) op.giveUp(cause);
      else reroute(op, cause);
    }
  }

  /** Whether the server failed; not when we closed, nor when an idle or just reused connection was closed by it. */
  #isFailure(loss: Loss): boolean {
    if (loss.cause instanceof ClosedError || !loss.wasBusy) return false;
    return this.#context.failure.resend.size === 0 || loss.unheard.length === 0;
  }

  #mayResend(op: Operation): boolean {
    return !op.resent && op.whole === undefined && this.#context.failure.resend.has(op.command);
  }

  /** Left alone for a while. */
  #markDead(cause: MemcacheError): void {
    const { observer, failure, clock } = this.#context;
    this.#deadUntil = clock.now() + failure.deadFor;
    this.#flushOwed = failure.flushOnReconnect;
    observer.dead(this.spec, cause, (Date.now() + failure.deadFor) / 1000);
  }

  #connect(): void {
    this.#connection = new Connection(this.#connectionOptions, this);
    if (!this.#flushOwed) return;
    const flush = new Operation(Command.flushAll, '', {});
    flush.pinned = true;
    this.#connection.send(flush);
  }
}
