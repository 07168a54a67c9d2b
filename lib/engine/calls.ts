// What callers of the engine give to its methods, and get from them.

import type { OpenSocket } from '../net/address';
import type { TimeSource } from '../net/clock';
import type { Tally } from '../net/tally';
import type { TlsOptions } from '../net/tls';
import type { Spot } from '../placement/placement';
import type { Credentials } from '../wire/login';
import { Command, type Entry, type RequestOptions } from '../wire/wire';
import type { AnswersOf } from './dialect';
import type { WireKey } from './keys';
import type { Observer, ServerSpec } from './server';

/** What a changing command sends beside its key, and what it answers when it asked for no reply. */
export interface ChangeOptions extends RequestOptions {
  readonly sent: unknown;
}

/** Keys that one command changes. */
export interface Batch {
  readonly wires: readonly WireKey[];
  /** The spot that was given for each; undefined where none was. */
  readonly spots: readonly (Spot | undefined)[] | undefined;
  /** Of storage commands, the entry of each. */
  readonly entries?: readonly Entry[];
}

export interface EngineOptions {
  readonly observer: Observer;
  readonly random?: () => number;
  readonly time?: TimeSource;
  readonly open?: OpenSocket;
  /** Counts on: of a client that makes one engine after another. */
  readonly tally?: Tally;
  /** Every connection is under TLS, or there is none. */
  readonly tls?: TlsOptions | undefined;
  /** Every connection begins with a login, in the way of the dialect's wire. */
  readonly auth?: Credentials | undefined;
}

/** A counter's change, which makes it where it is not there. Numbers are decimal text. */
export interface Made {
  readonly delta: string;
  readonly initial: string;
  /** When what was made expires. */
  readonly time: string;
}

/** Bytes of a caller's, and how the reply ends; char codes are bytes. */
export interface Raw {
  /** Without the CR LF at its end. */
  readonly command: string | Buffer;
  readonly end: string;
}

/** One server's answer to a command that all servers get. */
export interface ServerAnswer {
  readonly server: ServerSpec;
  readonly answer: unknown;
}

/** Commands that change one key, and whose replies a client answers alike. */
export const CHANGES = {
  [Command.set]: 'store',
  [Command.add]: 'store',
  [Command.replace]: 'store',
  [Command.append]: 'store',
  [Command.prepend]: 'store',
  [Command.cas]: 'cas',
  [Command.delete]: 'delete',
  [Command.incr]: 'count',
  [Command.decr]: 'count',
  [Command.touch]: 'touch',
} as const satisfies Partial<Record<Command, AnswersOf>>;
export type Change = keyof typeof CHANGES;

/** What servers are asked that concerns no key. */
export interface Everywhere {
  readonly command: Command;
  readonly answers: AnswersOf;
  readonly key?: string;
  readonly options?: RequestOptions;
}

export const ALL_SERVERS = {
  flushAll: { command: Command.flushAll, answers: 'flushAll' },
  stats: { command: Command.stats, answers: 'stats' },
  version: { command: Command.version, answers: 'version' },
  verbosity: { command: Command.verbosity, answers: 'verbosity' },
  quit: { command: Command.quit, answers: 'quit' },
} as const satisfies Record<string, Everywhere>;
