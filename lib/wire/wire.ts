// What a wire is: commands to bytes, bytes to replies. Text and binary implement it; pure, no sockets, no timers.

import type { Credentials, Login } from './login';
import type { Sink } from './sink';

/** Commands as small integers, so that what differs between them is an array row. */
export const Command = {
  get: 0,
  gets: 1,
  /** Reads, and gives the entry a new expiry time. */
  gat: 2,
  gats: 3,
  set: 4,
  add: 5,
  replace: 6,
  append: 7,
  prepend: 8,
  cas: 9,
  delete: 10,
  incr: 11,
  decr: 12,
  touch: 13,
  flushAll: 14,
  stats: 15,
  version: 16,
  verbosity: 17,
  quit: 18,
  /** Of the binary protocol only: the mechanisms, the beginning of an authentication, and its further steps. */
  saslList: 19,
  saslAuth: 20,
  saslStep: 21,
  /** Of the text protocol only: bytes of the caller's, read up to what the caller says is the reply's end. */
  raw: 22,
} as const;
export type Command = (typeof Command)[keyof typeof Command];

/** How a reply ended; also the index of what a client answers for it. */
export const Code = {
  stored: 0,
  notStored: 1,
  exists: 2,
  notFound: 3,
  deleted: 4,
  touched: 5,
  ok: 6,
  /** The end of the entries of a get: what was not among them is a miss. */
  end: 7,
  /** A counter's new value, in `Decoder.number`. */
  number: 8,
  /** The server's version, or what a raw command was answered, in `Decoder.text`. */
  version: 9,
  /** Names and values, in `Decoder.rows`. */
  rows: 10,
  /** An error line, in `Decoder.text`; whether the connection may live on, in `Decoder.inSync`. */
  refused: 11,
  /** No reply to what was sent: whether it was done is unknown. Never made by a decoder. */
  failed: 12,
  /** Nothing was sent: no server could be reached. Answered as `failed` where a client does not tell them apart. */
  unreached: 13,
  /** What a SASL step must answer, in `Decoder.text`. */
  challenge: 14,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** What one step of reading found. */
export const Step = {
  /** The reply is not whole; the bytes from `at` on are wanted again, with more behind them. */
  more: 0,
  /** One entry of the expected key is in `data[start, end)`. */
  entry: 1,
  /** An entry, but of the key in `Decoder.key`; nothing was consumed. */
  otherKey: 2,
  /** The reply is over: see `code`. */
  done: 3,
  /** As `entry`, and the reply is over. */
  onlyEntry: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** An entry's data with its flags. */
export interface Entry {
  readonly flags: number;
  /** A string's char codes are bytes. */
  readonly data: string | Buffer;
}

/** What a command sends beside its key and data. Numbers are decimal text, checked where they come in. */
export interface RequestOptions {
  /** Expiry time in seconds (memcached's rules); empty: none is sent. */
  readonly time: string;
  /** Of incr and decr. */
  readonly delta: string;
  /** Of incr and decr: what a counter that is not there begins with, expiring at `time`; absent: none is made. */
  readonly initial?: string;
  /** Of cas. */
  readonly cas: string;
  /** Ask the server not to reply. */
  readonly noreply: boolean;
  /** What the emulated client sends before the line's end (python-memcached: a space). */
  readonly tail: string;
}

/** What goes on the wire for one command. */
export interface Request {
  readonly command: Command;
  /**
   * The wire key: char codes are the bytes. For `stats` its arguments, for `verbosity` the level, for SASL the
   * mechanism, for `raw` the reply's end.
   */
  readonly key: string;
  readonly options: RequestOptions;
  /** Of storage commands; of SASL and `raw` what is said. */
  readonly entry: Entry;
}

/** The options of a command that sends none. */
export const NO_OPTIONS: RequestOptions = {
  time: '',
  delta: '',
  cas: '',
  noreply: false,
  tail: '',
};

/** The entry of a command without data. */
export const NO_ENTRY: Entry = { flags: 0, data: '' };

const NO_BYTES = Buffer.alloc(0);

/** Reads the replies of one connection, in order. Holds what was read until the next step. */
export abstract class Decoder {
  /** Offset behind what was consumed. */
  at = 0;
  /** How many replies to silent requests were read over. */
  objections = 0;

  // Of Step.entry:
  flags = 0;
  data: Buffer = NO_BYTES;
  start = 0;
  end = 0;
  /** `data` belongs to this entry alone and may be handed out without a copy. */
  owned = false;
  /** The entry's cas id as decimal digits; empty when none was sent. */
  cas = '';

  // Of Step.otherKey:
  key = '';

  // Of Step.done:
  code: Code = Code.end;
  text = '';
  number: number | bigint = 0;
  rows: readonly (readonly [name: string, value: string])[] = [];
  inSync = true;

  /**
   * Reads on in `bytes[from, to)` for request `serial`, made by `encode`, whose next expected entry has `key`.
   * @throws {ProtocolError} the bytes are nothing that the protocol allows here
   * @throws {TooLargeError} an announced length is over the limit
   */
  abstract read(
    command: Command,
    key: string,
    serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step;

  /** The same for a request made by `encodeGets`. */
  abstract readGets(
    command: Command,
    key: string,
    serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step;

  /**
   * Reads over what may come while nothing is asked: objections to silent requests sent before `serial`.
   * @returns the offset behind them
   * @throws {ProtocolError} anything else
   */
  abstract skip(serial: number, bytes: Buffer, from: number, to: number): number;

  /** Lets go of a value that was handed out. */
  release(): void {
    this.data = NO_BYTES;
    this.owned = false;
  }
}

/** One protocol. */
export interface Wire {
  readonly name: string;
  /**
   * What a server objects to a silent request can be taken for the reply to the next one: another request between
   * the two must prove that there was none.
   */
  readonly needsFences: boolean;
  /**
   * Appends one request.
   * @param serial its place among the requests that are answered (of a silent one, the next one's): replies repeat it
   *   where the protocol has a field for that
   */
  encode(request: Request, serial: number, sink: Sink): void;
  /** Appends one request for the entries of many keys; `time` as in RequestOptions, of gat and gats. */
  encodeGets(
    command: Command,
    keys: readonly string[],
    time: string,
    serial: number,
    sink: Sink,
  ): void;
  createDecoder(): Decoder;
  /**
   * What proves to a server of this protocol who the user is.
   * @throws {ValueError} credentials that the protocol cannot say
   */
  createLogin(credentials: Credentials): Login;
  /** What only one of the protocols can say safely. */
  readonly offers: {
    readonly verbosity: boolean;
    /** Counters that are made when they are not there. */
    readonly initial: boolean;
    readonly raw: boolean;
  };
}
