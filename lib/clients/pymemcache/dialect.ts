// What the engine must know of pymemcache: what is answered for each reply, and that failures are thrown.

import type { AnswersOf, Dialect } from '../../engine/dialect';
import type { Answers } from '../../net/operation';
import type { PlacementFactory } from '../../placement/placement';
import { textWire } from '../../wire/text';
import { Code } from '../../wire/wire';
import { failed, refused, unreached } from './failures';
import type { Options } from './options';

/** What the engine reads of an entry: the serde makes a value of it, and wants the caller's key for that. */
export type Held = readonly [data: Buffer, flags: number];

/** pymemcache waits for ever; a call that hangs this long, in milliseconds, is told to its caller. */
export const LONGEST_CALL = 3_600_000;

/** The one server of a Client. */
export const oneServer: PlacementFactory = () => ({
  start: () => 0,
  server: () => 0,
  next: () => undefined,
});

/** @param deadFor how long a failed server is left alone, in milliseconds; Client tries again with every call */
export function createDialect(
  options: Options,
  placement: PlacementFactory = oneServer,
  deadFor = 0,
): Dialect {
  const { timeout, connect_timeout } = options;
  return {
    wire: textWire,
    decode: (flags, bytes, from, to, owned): Held => {
      const data = bytes.subarray(from, to);
      return [owned ? data : Buffer.from(data), flags];
    },
    placement,
    failure: {
      whenDead: 'fail',
      deadFor,
      // Of the whole call, for which pymemcache has two limits one after the other.
      timeout: timeout === undefined ? LONGEST_CALL : timeout + (connect_timeout ?? 0),
      connectTimeout: connect_timeout,
      flushOnReconnect: false,
      resend: new Set(),
    },
    answers: ANSWERS,
  };
}

/** Of calls that have no answer but the one of the server. */
export const THROWN: Answers = {
  [Code.refused]: refused,
  [Code.failed]: failed,
  [Code.unreached]: unreached,
};

// base.py, STORE_RESULTS_VALUE
const STORE: Answers = {
  ...THROWN,
  [Code.stored]: true,
  [Code.notStored]: false,
  [Code.exists]: false,
  [Code.notFound]: null,
};
const DELETE: Answers = { ...THROWN, [Code.deleted]: true, [Code.notFound]: false };
const OK: Answers = { ...THROWN, [Code.ok]: true };

const ANSWERS: Readonly<Record<AnswersOf, Answers>> = {
  get: THROWN,
  getMany: THROWN,
  store: STORE,
  cas: STORE,
  delete: DELETE,
  deleteMany: DELETE,
  count: { ...THROWN, [Code.notFound]: null },
  touch: { ...THROWN, [Code.touched]: true, [Code.notFound]: false },
  flushAll: OK,
  stats: THROWN,
  version: THROWN,
  verbosity: OK,
  // The server has closed the connection, or there was none: that is what was asked.
  quit: { [Code.ok]: null, [Code.failed]: null, [Code.unreached]: null },
};
