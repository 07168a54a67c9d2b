// Calls of many keys: spreads them over the servers, all before any answer, and collects what comes with one counter.

import type { MemcacheError } from '../errors';
import { MAX_KEYS_PER_LINE } from '../limits';
import { ABSENT, Operation, type Answers, type Gathering, type Route } from '../net/operation';
import { Command } from '../wire/wire';
import { noServer, type Router } from './router';
import type { Server } from './server';

/** Counts the parts of one call; settles when the last has settled. */
export class Gather implements Gathering {
  readonly values: unknown[];
  readonly promise: Promise<unknown[]>;
  #resolve: (values: unknown[]) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  /** Parts that have not settled, and one for whoever is still adding parts. */
  #parts = 1;
  #error: { readonly thrown: unknown } | undefined;

  constructor(size: number, empty: unknown) {
    this.values = new Array<unknown>(size).fill(empty);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Makes `op` a part whose answer is the value at `place`. */
  answerAt(op: Operation, place: number): Operation {
    this.#parts++;
    op.resolve = (value) => {
      this.values[place] = value;
      this.done();
    };
    op.reject = (error) => this.fail(error);
    return op;
  }

  /** Makes `op` a part whose entries go where `op.places` says. */
  collect(op: Operation): Operation {
    this.#parts++;
    op.gathering = this;
    op.resolve = () => this.done();
    op.reject = (error) => this.fail(error);
    return op;
  }

  /** Adding parts has ended, or a part has. */
  done(): void {
    if (--this.#parts > 0) return;
    if (this.#error !== undefined) this.#reject(this.#error.thrown);
    else this.#resolve(this.values);
  }

  /** A part has failed: the first error is told when all parts are over. */
  fail(error: unknown): void {
    this.#error ??= { thrown: error };
    this.done();
  }
}

/** Keys that travel together: their bytes, their places in the result, their ways. */
interface Part {
  readonly keys: string[];
  readonly places: number[];
  readonly routes: Route[];
}

/** Gets of many keys. */
export class ManyGets {
  readonly #router: Router;
  readonly #answers: Answers;

  constructor(router: Router, answers: Answers) {
    this.#router = router;
    this.#answers = answers;
  }

  /** The values in the order asked; ABSENT where none came. */
  get(
    command: Command,
    keys: readonly string[],
    spots: readonly (number | bigint | string | undefined)[] | undefined,
  ): Promise<unknown[]> {
    const gather = new Gather(keys.length, ABSENT);
    const { only } = this.#router;
    if (only?.connected === true) {
      // One server that is there: the list goes out as it is; ways are made only if it fails.
      this.#send(only, gather, command, keys, countTo(keys.length), undefined, undefined);
    } else {
      const routes = keys.map((key, i) => this.#router.start(key, spots?.[i]));
      this.#scatter(gather, command, { keys: [...keys], places: countTo(keys.length), routes });
    }
    gather.done();
    return gather.promise;
  }

  /** Takes back a part whose server failed before a byte of it was sent: its keys go on, each its own way. */
  reroute(op: Operation, cause: MemcacheError): void {
    const { keys = [], places, gathering } = op;
    if (!(gathering instanceof Gather)) return op.giveUp(cause);
    const part: Part = { keys: [], places: [], routes: [] };
    for (const [i, key] of keys.entries()) {
      const route = op.routes?.[i] ?? this.#router.start(key, undefined);
      const place = places[i];
      if (place !== undefined && this.#router.advance(route)) add(part, key, place, route);
    }
    if (part.keys.length > 0) this.#scatter(gathering, op.command, part, op);
    if (part.keys.length < keys.length) op.giveUp(cause);
    else op.resolve(undefined);
  }

  #scatter(gather: Gather, command: Command, all: Part, earlier?: Operation): void {
    const parts = new Map<Server, Part>();
    let lost = false;
    for (const [i, key] of all.keys.entries()) {
      const route = all.routes[i];
      const place = all.places[i];
      if (route === undefined || place === undefined) continue;
      const server = this.#router.usable(route);
      if (server === undefined) {
        lost = true;
        continue;
      }
      let part = parts.get(server);
      if (part === undefined) parts.set(server, (part = { keys: [], places: [], routes: [] }));
      add(part, key, place, route);
    }
    for (const [server, { keys, places, routes }] of parts) {
      this.#send(server, gather, command, keys, places, routes, earlier);
    }
    if (lost) gather.collect(new Operation(command, '', this.#answers)).giveUp(noServer());
  }

  #send(
    server: Server,
    gather: Gather,
    command: Command,
    keys: readonly string[],
    places: readonly number[],
    routes: readonly Route[] | undefined,
    earlier: Operation | undefined,
  ): void {
    for (let from = 0; from < keys.length; from += MAX_KEYS_PER_LINE) {
      const whole = keys.length <= MAX_KEYS_PER_LINE;
      const slice = <T>(list: readonly T[]): readonly T[] =>
        whole ? list : list.slice(from, from + MAX_KEYS_PER_LINE);
      const op = gather.collect(new Operation(command, '', this.#answers));
      op.full = command === Command.gets;
      op.keys = slice(keys);
      op.places = slice(places);
      op.routes = routes && slice(routes);
      if (earlier !== undefined) op.deadline = earlier.deadline;
      sendTo(server, op);
    }
  }
}

/** To that server and no other; a port that does not exist fails the call. */
export function sendTo(server: Server, op: Operation): void {
  try {
    if (!server.send(op)) op.giveUp(noServer());
  } catch (error) {
    op.reject(error);
  }
}

function add(part: Part, key: string, place: number, route: Route): void {
  part.keys.push(key);
  part.places.push(place);
  part.routes.push(route);
}

function countTo(n: number): number[] {
  const places = new Array<number>(n);
  for (let i = 0; i < n; i++) places[i] = i;
  return places;
}

function ignore(): void {}
