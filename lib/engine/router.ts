// The server list of one client: which server a key goes to, and where to go on when that one is dead.

import type { MemcacheError } from '../errors';
import type { Operation, Route } from '../net/operation';
import type { Tally } from '../net/tally';
import type { Placement, PlacementFactory, Spot } from '../placement/placement';
import type { FailurePolicy } from './dialect';
import { noServer, Server, type ServerContext, type ServerSpec } from './server';

export class Router {
  servers: readonly Server[] = [];
  /** The server of every key, when there is only one: no hash is needed while it can be used. */
  only: Server | undefined;
  #placement: Placement;
  readonly #place: PlacementFactory;
  readonly #whenDead: FailurePolicy['whenDead'];

  constructor(
    place: PlacementFactory,
    whenDead: FailurePolicy['whenDead'],
    readonly tally: Tally,
  ) {
    this.#place = place;
    this.#whenDead = whenDead;
    this.#placement = place([]);
  }

  /**
   * Takes a new list. A server whose very spec was in the old one stays, with its connection; requests to the others
   * finish, then their connections close.
   */
  setServers(specs: readonly ServerSpec[], context: ServerContext): void {
    const old = this.servers;
    this.#placement = this.#place(specs);
    this.servers = specs.map(
      (spec) => old.find((server) => server.spec === spec) ?? new Server(spec, context),
    );
    const [first] = this.servers;
    this.only =
      this.servers.length === 1 && first !== undefined && first.spec.weight > 0 ? first : undefined;
    for (const server of old) if (!this.servers.includes(server)) server.retire();
  }

  /** The key's first choice; undefined when no server can be named. */
  home(key: string, spot?: Spot): Server | undefined {
    return this.#at(spot ?? this.#placement.start(key));
  }

  /** Where a key's way has come to. */
  at(route: Route): Server | undefined {
    return this.#at(route.spot);
  }

  #at(spot: Spot): Server | undefined {
    return this.servers[this.#placement.server(spot)];
  }

  /** Where a key's way begins. */
  start(key: string, spot: Spot | undefined): Route {
    return { spot: spot ?? this.#placement.start(key), attempt: 0 };
  }

  /**
   * Sends to the first server on the key's way that is not dead; fails the call when there is none.
   * @param cause what made the servers before fail, if the call was tried already
   * @throws {OverflowError} the server's port does not exist
   */
  send(op: Operation, cause?: MemcacheError): void {
    if (this.only !== undefined && op.attempt === 0 && this.only.send(op)) return;
    op.spot ??= this.#placement.start(op.key);
    const route = op as Route;
    do {
      if (this.at(route)?.send(op) === true) return;
    } while (this.advance(route));
    op.giveUp(cause ?? noServer(this.at(route)), this.tally);
  }

  /** Sends on after a server failed: false when the way has ended. */
  sendOn(op: Operation, cause: MemcacheError): boolean {
    op.spot ??= this.#placement.start(op.key);
    if (!this.advance(op as Route)) return false;
    this.send(op, cause);
    return true;
  }

  /** The first server on a key's way that is not dead. */
  usable(route: Route): Server | undefined {
    do {
      const server = this.at(route);
      if (server?.usable === true) return server;
    } while (this.advance(route));
    return undefined;
  }

  /** Turns to the next place on a key's way; false when there is none. */
  advance(route: Route): boolean {
    if (this.#whenDead === 'fail') return false;
    const next = this.#placement.next(route.spot, route.attempt);
    if (next === undefined) return false;
    route.spot = next;
    route.attempt++;
    return true;
  }
}
