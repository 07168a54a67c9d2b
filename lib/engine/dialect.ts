// What the engine must know of a client, as data: how it places keys, what it answers, and how it treats dead servers.

import type { DecodeValue } from '../net/conversation';
import type { Answers } from '../net/operation';
import type { PlacementFactory } from '../placement/placement';
import type { Command, Wire } from '../wire/wire';

/** What happens when a server cannot be used. */
export interface FailurePolicy {
  /** Ask the placement for another server, or fail the call. */
  readonly whenDead: 'next-server' | 'fail';
  /** How long a failed server is left alone, in milliseconds. */
  readonly deadFor: number;
  /** Only a server that cannot be connected has failed: a lost connection is made again by the next call. */
  readonly losesLightly?: true;
  /** Of one call, in milliseconds, connecting included; Infinity for none. */
  readonly timeout: number;
  /** Of connecting alone, TLS and login included, in milliseconds; absent: as long as the calls may wait. */
  readonly connectTimeout?: number | undefined;
  /** Empty a server that comes back before anything else is asked of it. */
  readonly flushOnReconnect: boolean;
  /** Commands that are sent once more when the server closed the connection without a byte of reply. */
  readonly resend: ReadonlySet<Command>;
}

/** A family of commands whose replies a client answers in one way. */
export type AnswersOf =
  | 'get'
  | 'getMany'
  | 'store'
  | 'cas'
  | 'delete'
  | 'deleteMany'
  | 'count'
  | 'touch'
  | 'flushAll'
  | 'stats'
  | 'version'
  | 'verbosity'
  | 'quit';

/** One Python client, as the engine sees it. */
export interface Dialect {
  readonly wire: Wire;
  readonly decode: DecodeValue;
  readonly placement: PlacementFactory;
  readonly failure: FailurePolicy;
  readonly answers: Readonly<Record<AnswersOf, Answers>>;
}
