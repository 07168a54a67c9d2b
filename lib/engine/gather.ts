// Calls of many keys: spreads them over the servers, all before any answer, and collects what comes with one counter.

import type { MemcacheError } from '../errors';
import { MAX_KEYS_PER_LINE } from '../limits';
import { ABSENT, Many, Operation, type Answers, type Route } from '../net/operation';
import type { Spot } from '../placement/placement';
import { Command, type RequestOptions } from '../wire/wire';
import type { Router } from './router';
import { noServer, type Server } from './server';

/** Counts the parts of one call; settles when the last has settled. */
export class Gather {
  readonly values: unknown[];
  readonly promise: Promise<unknown[]>;
  #resolve: (values: unknown[]) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  /** Parts that have not settled, and one for whoever is still adding parts. */
  #parts = 1;
  #error: { readonly thrown: unknown } | undefined;

  /** All parts that were ever added, where somebody may want to abandon them. */
  readonly #all: Operation[] | undefined;

  constructor(size: number, empty: unknown, all?: Operation[]) {
    this.#all = all;
    this.values = new Array<unknown>(size).fill(empty);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Makes `op` a part whose answer is the value at `place`. */
  answerAt(op: Operation, place: number): Operation {
    op.place = place;
    return this.#add(op, answerPart);
  }

  /** Makes `op` a part that puts its values where they belong itself. */
  collect(op: Operation): Operation {
    return this.#add(op, endPart);
  }

  #add(op: Operation, resolve: Operation['resolve']): Operation {
    this.#parts++;
    this.#all?.push(op);
    op.whole = this;
    // Called on the operation, so that one function serves all parts.
    op.resolve = resolve;
    op.reject = failPart;
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

function answerPart(this: Operation, value: unknown): void {
  const gather = this.whole as Gather;
  gather.values[this.place] = value;
  gather.done();
}

function endPart(this: Operation): void {
  (this.whole as Gather).done();
}

function failPart(this: Operation, error: unknown): void {
  (this.whole as Gather).fail(error);
}

/** Keys that travel together: their bytes, their places in the result, their ways. */
interface Part {
  readonly keys: string[];
  readonly places: number[];
  readonly routes: Route[];
}

/** Which command reads many keys, and what it sends beside them: an Operation has both. */
export interface Reading {
  readonly command: Command;
  readonly options: RequestOptions;
}

/** Gets of many keys. */
export class ManyGets {
  readonly #router: Router;
  readonly #answers: Answers;

  constructor(router: Router, answers: Answers) {
    this.#router = router;
    this.#answers = answers;
  }

  /**
   * The values in the order asked; ABSENT where none came.
   * @param all takes every request that is made, as long as the call lasts
   */
  get(
    reading: Reading,
    keys: readonly string[],
    spots: readonly (Spot | undefined)[] | undefined,
    all?: Operation[],
  ): Promise<unknown[]> {
    const gather = new Gather(keys.length, ABSENT, all);
    const { only } = this.#router;
    if (only?.connected === true && spots === undefined && keys.length <= MAX_KEYS_PER_LINE) {
      // One server that is there: the list goes out as it is; ways are made only if it fails.
      this.#send(only, gather, reading, new Many(keys, gather.values, undefined, undefined), 0);
    } else {
      const routes = keys.map((key, i) => this.#router.start(key, spots?.[i]));
      this.#scatter(gather, reading, { keys: [...keys], places: [...keys.keys()], routes }, 0);
    }
    gather.done();
    return gather.promise;
  }

  /** Takes back a part of which no byte was sent: unless its server is alive, its keys go on, each its own way. */
  reroute(op: Operation, many: Many, cause: MemcacheError, isAlive: boolean): void {
    const gather = op.whole as Gather;
    const part = emptyPart();
    const lost = emptyPart();
    for (const [i, key] of many.keys.entries()) {
      const route = many.routes?.[i] ?? this.#router.start(key, undefined);
      add(isAlive || this.#router.advance(route) ? part : lost, key, many.placeOf(i), route);
    }
    this.#scatter(gather, op, part, op.deadline);
    this.#lose(gather, op, lost, cause);
    op.resolve(undefined);
  }

  #scatter(gather: Gather, reading: Reading, all: Part, deadline: number): void {
    const parts = new Map<Server, Part>();
    const lost = emptyPart();
    for (let i = 0; i < all.keys.length; i++) {
      const route = all.routes[i] as Route;
      const server = this.#router.usable(route);
      if (server === undefined) {
        add(lost, all.keys[i] as string, all.places[i] as number, route);
        continue;
      }
      let part = parts.get(server);
      if (part === undefined) parts.set(server, (part = emptyPart()));
      add(part, all.keys[i] as string, all.places[i] as number, route);
    }
    for (const [server, part] of parts) this.#sendPart(server, gather, reading, part, deadline);
    const [route] = lost.routes;
    this.#lose(gather, reading, lost, noServer(route && this.#router.at(route)));
  }

  #lose(gather: Gather, { command }: Reading, lost: Part, cause: MemcacheError): void {
    if (lost.keys.length === 0) return;
    const op = gather.collect(new Operation(command, '', this.#answers));
    op.many = new Many(lost.keys, gather.values, lost.places, lost.routes);
    op.giveUp(cause, this.#router.tally);
  }

  /** In lines of a bounded number of keys. */
  #sendPart(server: Server, gather: Gather, reading: Reading, part: Part, deadline: number): void {
    for (let from = 0; from < part.keys.length; from += MAX_KEYS_PER_LINE) {
      const to = from + MAX_KEYS_PER_LINE;
      const places = part.places.slice(from, to);
      const many = new Many(
        part.keys.slice(from, to),
        gather.values,
        places,
        part.routes.slice(from, to),
      );
      this.#send(server, gather, reading, many, deadline);
    }
  }

  #send(server: Server, gather: Gather, reading: Reading, many: Many, deadline: number): void {
    const { command, options } = reading;
    const op = gather.collect(new Operation(command, '', this.#answers));
    op.options = options;
    op.full = command === Command.gets || command === Command.gats;
    op.many = many;
    op.deadline = deadline;
    server.ask(op);
  }
}

function emptyPart(): Part {
  return { keys: [], places: [], routes: [] };
}

function add(part: Part, key: string, place: number, route: Route): void {
  part.keys.push(key);
  part.places.push(place);
  part.routes.push(route);
}

function ignore(): void {}
