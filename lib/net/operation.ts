// One call in flight: its request, its caller, and what it answers for each way the reply can end.

import type { MemcacheError } from '../errors';
import type { Tally } from './tally';
import {
  Code,
  NO_ENTRY,
  NO_OPTIONS,
  Command,
  type Entry,
  type Request,
  type RequestOptions,
} from '../wire/wire';

/** An answer that is an exception: made when it is needed, from the error line or from what failed, and for which call. */
export class Raise {
  constructor(readonly error: MakeAnswer) {}
}

/** An answer that is made when it is needed, from the same. */
export class Computed {
  constructor(readonly value: MakeAnswer) {}
}

type MakeAnswer = (line: string, cause: MemcacheError | undefined, call: Operation) => unknown;

/** What a client answers, by the Code of the reply. */
export type Answers = Readonly<Partial<Record<Code, unknown>>>;

/** A read entry whose flags and cas id the caller wants too. */
export interface Hit {
  readonly value: unknown;
  readonly flags: number;
  /** Decimal digits; empty when the server sent none. */
  readonly cas: string;
  /** Size as stored. */
  readonly bytes: number;
}

/** An answer that means: what a miss answers, which each call may choose. */
export const MISS = Symbol('miss');

/** Among the values of many keys: no entry came for this one. */
export const ABSENT = Symbol('absent');

/** A key's way through the servers. */
export interface Route {
  spot: number | bigint | string;
  attempt: number;
}

/** Of the requests whose replies prove that what the server objected to those before them has all come. */
const FENCE: RequestOptions = { ...NO_OPTIONS };

/** A request that nobody waits for, between a silent one and the next. */
export function fence(): Operation {
  const op = new Operation(Command.version, '', {});
  op.options = FENCE;
  op.abandon(); // no other server need be asked
  return op;
}

export function isFence(op: Operation): boolean {
  return op.options === FENCE;
}

/** The keys that one get of many asks a server for, and how far its reply has come. */
export class Many {
  /** The next expected key. */
  next = 0;
  /** Entries that came. */
  found = 0;
  /** The first error in decoding one of the values; told when the reply is over. */
  spoiled: { readonly thrown: unknown } | undefined = undefined;

  /**
   * @param values takes the value of `keys[i]` at `places[i]`; ABSENT until it comes
   * @param places undefined: of every key at its own index
   * @param routes the way of each key; undefined: all are on their first try
   */
  constructor(
    readonly keys: readonly string[],
    readonly values: unknown[],
    readonly places: readonly number[] | undefined,
    readonly routes: readonly Route[] | undefined,
  ) {}

  placeOf(index: number): number {
    return this.places === undefined ? index : (this.places[index] ?? -1);
  }
}

type Settle = (result: unknown) => void;

let lastResolve: Settle = ignore;
let lastReject: Settle = ignore;
/** Shared by all operations: no closure is made per call. */
function executor(resolve: Settle, reject: Settle): void {
  lastResolve = resolve;
  lastReject = reject;
}

function ignore(): void {}

/** Takes the answer of a call whose caller has gone. */
function drop(): void {}

/** All operations have this one shape, so that the hot path stays monomorphic; few fields, so that it stays small. */
export class Operation implements Request {
  // What is sent.
  readonly command: Command;
  readonly key: string;
  options: RequestOptions = NO_OPTIONS;
  entry: Entry = NO_ENTRY;

  // Who is answered, and how. Both are called on the operation.
  readonly answers: Answers;
  resolve: Settle = ignore;
  reject: Settle = ignore;
  /** What a miss answers; of a silent request, what having sent it answers. */
  miss: unknown = null;
  /** The keys of a get of many. */
  many: Many | undefined = undefined;
  /** Of a call that is part of another: that one, and this one's place in it. */
  whole: unknown = undefined;
  place = 0;

  // Kept by the connection.
  /** On the monotonic clock, in whole milliseconds (a small integer costs no allocation); 0: none. */
  deadline = 0;
  /** The last of the gets that share a line. */
  closesLine = true;
  settled = false;

  // Kept by the engine.
  /** Where it goes, and how often another server was tried. */
  spot: number | bigint | string | undefined = undefined;
  attempt = 0;
  /** The caller wants a Hit rather than the bare value. */
  full = false;
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
    lastResolve = lastReject = ignore; // who holds them holds the answer
    return promise;
  }

  /**
   * The caller has gone. The request keeps its place in the conversation, where its reply is read and checked as any
   * other and then dropped: so nobody else's reply can shift. What was not sent yet is not sent (Outbox.withdraw).
   */
  abandon(): void {
    this.resolve = this.reject = drop;
  }

  get abandoned(): boolean {
    return this.resolve === drop;
  }

  /** Whether somebody wants the answer. */
  get awaited(): boolean {
    return this.resolve !== drop && this.resolve !== ignore;
  }

  /** Answers a reply that ended in `code`; `line` is the text of an error line. */
  answer(code: Code, line: string): void {
    this.#settle(this.answers[code], line, undefined);
  }

  /** What it counts for: each key of a get of many that had no entry; what nobody asked, nothing. */
  get unanswered(): number {
    if (this.many !== undefined) return this.many.keys.length - this.many.found;
    return isFence(this) ? 0 : 1;
  }

  /** Answers that no reply came to what was sent. */
  fail(cause: MemcacheError, tally: Tally): void {
    this.#lose(this.answers[Code.failed], cause, tally);
  }

  /** Answers that nothing was sent; what was to be sent again was sent once, so that its effect is unknown. */
  giveUp(cause: MemcacheError, tally: Tally): void {
    const { answers } = this;
    const isUnsent = !this.resent && Code.unreached in answers;
    this.#lose(answers[isUnsent ? Code.unreached : Code.failed], cause, tally);
  }

  #lose(answer: unknown, cause: MemcacheError, tally: Tally): void {
    if (!this.settled) tally.errors += this.unanswered;
    this.#settle(answer, cause.message, cause);
  }

  #settle(answer: unknown, line: string, cause: MemcacheError | undefined): void {
    if (this.settled) return;
    this.settled = true;
    if (answer === MISS) this.resolve(this.miss);
    else if (answer instanceof Raise) this.reject(answer.error(line, cause, this));
    else if (answer instanceof Computed) this.resolve(answer.value(line, cause, this));
    else this.resolve(answer);
  }
}
