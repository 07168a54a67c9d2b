// One call in flight: its request, its caller, and what it answers for each way the reply can end.

import type { MemcacheError } from '../errors';
import { Code, type Command, type Request } from '../wire/wire';

/** An answer that is an exception: made when it is needed, from the error line or from what failed. */
export class Raise {
  constructor(readonly error: (line: string, cause: MemcacheError | undefined) => unknown) {}
}

/** An answer that is made when it is needed, from the error line. */
export class Computed {
  constructor(readonly value: (line: string) => unknown) {}
}

/** What a client answers, by the Code of the reply. */
export type Answers = Readonly<Partial<Record<Code, unknown>>>;

/** A read entry whose flags and cas id the caller wants too. */
export interface Hit {
  readonly value: unknown;
  readonly flags: number;
  /** Decimal digits; empty when the server sent none. */
  readonly cas: string;
}

/** An answer that means: what a miss answers, which each call may choose. */
export const MISS = Symbol('miss');

/** In a Gathering: no entry came for this key. */
export const ABSENT = Symbol('absent');

/** Where the keys of one get of many collect their values, whatever server they come from. */
export interface Gathering {
  /** By the key's position in the asked list; ABSENT until an entry comes. */
  readonly values: unknown[];
}

/** A key's way through the servers, for keys that travel together. */
export interface Route {
  spot: number | bigint | string;
  attempt: number;
}

type Settle = (result: unknown) => void;

let lastResolve: Settle;
let lastReject: Settle;
/** Shared by all operations: no closure is made per call. */
function executor(resolve: Settle, reject: Settle): void {
  lastResolve = resolve;
  lastReject = reject;
}

/** All operations have this one shape, fields in this order, so that the hot path stays monomorphic. */
export class Operation implements Request {
  readonly command: Command;
  readonly key: string;
  readonly answers: Answers;
  resolve: Settle = ignore;
  reject: Settle = ignore;

  // The rest of the request.
  keys: readonly string[] | undefined = undefined;
  flags = 0;
  time = '';
  data: string | Buffer = '';
  cas = '';
  delta = '';
  noreply = false;
  tail = '';

  // Of reads.
  /** What a miss answers; of a silent request, what having sent it answers. */
  miss: unknown = null;
  /** The caller wants a Hit rather than the bare value. */
  full = false;
  /** Of a get of many: where the values go, and the position of `keys[i]` there. */
  gathering: Gathering | undefined = undefined;
  places: readonly number[] = NO_PLACES;
  /** Of a get of many: the way of each key; undefined while all are on their first try of a lone server. */
  routes: readonly Route[] | undefined = undefined;
  /** Of a get of many: the next expected key. */
  next = 0;
  /** The first error in decoding one of many values; told when the reply is over. */
  spoiled: unknown = undefined;

  // Kept by the connection.
  /** The last of the gets that share a line. */
  closesLine = true;
  settled = false;
  /** On the monotonic clock, in milliseconds. */
  deadline = Infinity;

  // Kept by the engine.
  /** Where it goes, and how often another server was tried. */
  spot: number | bigint | string | undefined = undefined;
  attempt = 0;
  /** Meant for one server: never sent to another. */
  pinned = false;
  /** Was sent once on a connection that the server closed; not to be sent a third time. */
  resent = false;

  constructor(command: Command, key: string, answers: Answers) {
    this.command = command;
    this.key = key;
    this.answers = answers;
  }

  /** The promise of this call. Call it once. */
  promise(): Promise<unknown> {
    const promise = new Promise<unknown>(executor);
    this.resolve = lastResolve;
    this.reject = lastReject;
    return promise;
  }

  /** Answers a reply that ended in `code`; `line` is the text of an error line. */
  answer(code: Code, line: string): void {
    this.#settle(this.answers[code], line, undefined);
  }

  /** Answers that no reply came to what was sent. */
  fail(cause: MemcacheError): void {
    this.#settle(this.answers[Code.failed], cause.message, cause);
  }

  /** Answers that nothing was sent. */
  giveUp(cause: MemcacheError): void {
    const { answers } = this;
    const answer = Code.unreached in answers ? answers[Code.unreached] : answers[Code.failed];
    this.#settle(answer, cause.message, cause);
  }

  #settle(answer: unknown, line: string, cause: MemcacheError | undefined): void {
    if (this.settled) return;
    this.settled = true;
    if (answer === MISS) this.resolve(this.miss);
    else if (answer instanceof Raise) this.reject(answer.error(line, cause));
    else if (answer instanceof Computed) this.resolve(answer.value(line));
    else this.resolve(answer);
  }
}

const NO_PLACES: readonly number[] = [];

function ignore(): void {}
