// One server of the list: its connection, and whether it is dead and until when.

import {
  ClosedError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
  TooLargeError,
  type MemcacheError,
} from '../errors';
import { FIRST_PAUSE_MS } from '../limits';
import type { Address, OpenSocket } from '../net/address';
import type { Clock } from '../net/clock';
import { Connection } from '../net/connection';
import type { ConnectionOptions } from '../net/connection-options';
import { Operation } from '../net/operation';
import type { Loss, Owner } from '../net/owner';
import type { Tally } from '../net/tally';
import type { Login } from '../wire/login';
import { Command, type Wire } from '../wire/wire';
import type { DecodeValue } from '../net/conversation';
import type { FailurePolicy } from './dialect';
import type { ServerEventName } from './events';

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
  readonly login: Login | undefined;
  readonly observer: Observer;
  readonly tally: Tally;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  /** All servers with a connection, those of old lists included. */
  readonly live: Set<Server>;
  /** Takes back a request of which no byte was sent, or that may be sent again; `isAlive`: here is still its place. */
  readonly reroute: (op: Operation, cause: MemcacheError, isAlive: boolean) => void;
}

/** What happened to a server; fields as in ServerEvent. */
export interface Happening {
  readonly name: ServerEventName;
  readonly server: ServerSpec;
  readonly cause: MemcacheError | undefined;
  readonly until: number | undefined;
}

/** Is told what happens to servers, when it does; must not throw. */
export interface Observer {
  happened(happening: Happening): void;
}

export class Server implements Owner {
  readonly spec: ServerSpec;
  /** Until it refuses a line of several gets. */
  joins = true;
  readonly #context: ServerContext;
  readonly #connectionOptions: ConnectionOptions;
  #connection: Connection | undefined;
  /** They answer what they were asked, and are asked no more. */
  readonly #leaving = new Set<Connection>();
  /** Left alone until then, on the monotonic clock in milliseconds... */
  #deadUntil = -Infinity;
  /** ...for this. */
  whyDead: MemcacheError | undefined;
  /** It failed since a connection to it was last open. */
  #failed = false;
  /** Connections in a row that ended without a good reply. */
  #fruitless = 0;

  constructor(spec: ServerSpec, context: ServerContext) {
    this.spec = spec;
    this.#context = context;
    const { wire, decode, clock, open, login, failure, tally } = context;
    this.#connectionOptions = {
      address: spec.address,
      name: spec.name,
      wire,
      decode,
      clock,
      open,
      login,
      tally,
      timeout: failure.timeout,
      connectTimeout: failure.connectTimeout ?? Infinity,
    };
  }

  /** Whether a call sent now would be tried: there is a connection, or one may be made. */
  get usable(): boolean {
    return this.#connection !== undefined || this.#deadUntil <= this.#context.clock.now();
  }

  /** Bytes received and sent by the connections that are there now. */
  get traffic(): readonly [read: number, written: number] {
    let [read, written] = this.#connection?.traffic ?? [0, 0];
    for (const { traffic } of this.#leaving) {
      read += traffic[0];
      written += traffic[1];
    }
    return [read, written];
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

  /** Sends to this server and no other; a port that does not exist fails the call. */
  ask(op: Operation): void {
    try {
      if (!this.send(op)) op.giveUp(noServer(this), this.#context.tally);
    } catch (error) {
      op.reject(error);
    }
    // What is asked behind a `quit` would get no reply there.
    if (op.command === Command.quit) this.#leave(this.#connection);
  }

  #leave(connection: Connection | undefined): void {
    if (connection === undefined || connection !== this.#connection) return;
    this.#connection = undefined;
    this.#leaving.add(connection);
    connection.retire();
  }

  /** Forgets that the server was dead. */
  revive(): void {
    this.#deadUntil = -Infinity;
    this.#fruitless = 0;
  }

  /** Closes the connection; what waits fails. The next call connects again. */
  disconnect(): void {
    const cause = new ClosedError('the client was disconnected', this.spec.name);
    for (const connection of this.#leaving) connection.close(cause);
    this.#connection?.close(cause);
  }

  /** A caller of this client has gone. */
  recall(): void {
    for (const connection of this.#leaving) connection.recall();
    this.#connection?.recall();
  }

  /** Closes the connection when nothing waits any more. */
  retire(): void {
    this.#connection?.retire();
  }

  opened(): void {
    this.#deadUntil = -Infinity;
    this.whyDead = undefined;
    this.#failed = false;
    this.#tell('alive');
  }

  /** On a new connection: a proxy may close the old one behind its refusal (twemproxy does). */
  again(connection: Connection, ops: readonly Operation[], cause: MemcacheError): void {
    this.joins = false;
    this.#leave(connection);
    for (const op of ops) {
      op.closesLine = op.resent = true;
      this.#context.reroute(op, cause, true);
    }
  }

  overloaded(cause: MemcacheError): void {
    this.#tell('overload', cause);
  }

  lost(connection: Connection, loss: Loss): void {
    const isLeaving = this.#leaving.delete(connection);
    if (!isLeaving) this.#connection = undefined;
    const [oldest = this.#connection] = this.#leaving;
    oldest?.release();
    const { cause } = loss;
    const { live, reroute, tally } = this.#context;
    if (this.#connection === undefined && this.#leaving.size === 0) live.delete(this);
    if (loss.wasUseful) this.#fruitless = 0;
    else if (loss.wasBusy) this.#fruitless++;
    if (cause instanceof TimeoutError) this.#tell('timeout', cause);
    if (isLie(cause)) this.#onLie(cause);
    else if (!isLeaving && this.#isFailure(loss)) {
      this.#leaveAlone(this.#context.failure.deadFor, cause);
    }
    for (const op of loss.unheard) {
      if (this.#mayResend(op)) {
        op.resent = true;
        reroute(op, cause, true);
      } else op.fail(cause, tally);
    }
    // What is written elsewhere while the keys are read here would be lost. Who lies before it is open is not read.
    const isAlive = isLie(cause) && loss.wasOpen && this.usable;
    for (const op of loss.unsent) {
      if (cause instanceof ClosedError) op.giveUp(cause, tally);
      else reroute(op, cause, isAlive);
    }
  }

  /** Whether the server failed; not when we closed, nor when an idle or just reused connection was closed by it. */
  #isFailure(loss: Loss): boolean {
    if (loss.cause instanceof ClosedError || !loss.wasBusy) return false;
    const { resend, losesLightly } = this.#context.failure;
    if (losesLightly === true) return !loss.wasOpen;
    return resend.size === 0 || loss.unheard.length === 0 || this.#fruitless > 1;
  }

  #mayResend(op: Operation): boolean {
    return !op.resent && op.whole === undefined && this.#context.failure.resend.has(op.command);
  }

  /**
   * A server that lies once is connected again by the next call. One that does nothing else is given pauses that
   * double, up to the time of a dead one, with full jitter: many processes met it at the same moment.
   */
  #onLie(cause: MemcacheError): void {
    this.#tell('protocol-error', cause);
    if (this.#fruitless < 2) return;
    const { failure, random } = this.#context;
    const most = FIRST_PAUSE_MS * 2 ** (this.#fruitless - 2);
    this.#leaveAlone(random() * Math.min(most, failure.deadFor), cause);
  }

  /** After that time one connection is tried, by the first call; all that come until it is made or lost wait for it. */
  #leaveAlone(ms: number, cause: MemcacheError): void {
    this.#failed = true;
    this.whyDead = cause;
    this.#deadUntil = this.#context.clock.now() + ms;
    this.#tell('dead', cause, (Date.now() + ms) / 1000);
  }

  #tell(name: ServerEventName, cause?: MemcacheError, until?: number): void {
    this.#context.observer.happened({ name, server: this.spec, cause, until });
  }

  #connect(): void {
    const { failure, live } = this.#context;
    this.#connection = new Connection(this.#connectionOptions, this);
    // A server may take up connections in any order: calls would overtake those before them.
    if (this.#leaving.size > 0) this.#connection.hold();
    live.add(this);
    if (!this.#failed) return;
    this.#tell('reconnect');
    if (!failure.flushOnReconnect) return;
    const flush = new Operation(Command.flushAll, '', {});
    flush.pinned = true;
    this.#connection.send(flush);
  }
}

/** Why a call fails when every server that it may ask is dead; `cause`: what made the last one so. */
export function noServer(last: Server | undefined): ConnectionError {
  return new ConnectionError('no server is available for the key', undefined, last?.whyDead);
}

/** What the server sent cannot be taken; that it is there, and answers, it has shown. */
export function isLie(cause: MemcacheError): boolean {
  return cause instanceof ProtocolError || cause instanceof TooLargeError;
}
