// What the engine must know of python-memcached2: what it answers and raises, and that selectors place its keys.

import { ProtocolError, type MemcacheError } from '../../errors';
import type { AnswersOf, Dialect } from '../../engine/dialect';
import { Computed, Raise, type Answers } from '../../net/operation';
import { strRepr } from '../../value/pickle/quoted';
import { textWire } from '../../wire/text';
import { Code } from '../../wire/wire';
import { NonNumeric, NotFound, NotImplementedError, ServerDisconnect } from './errors';
import type { Options } from './options';
import { selecting } from './selecting';

/** All that the engine reads of an entry: the client makes its own of it. */
export type Held = readonly [value: string, flags: number];

/** No server is avoided: the key's own is asked, and says what is wrong. */
const ALL = { is_available: () => true };

export function createDialect(options: Options): Dialect {
  const { failure, socket_timeout } = options;
  return {
    wire: textWire,
    decode: (flags, bytes, from, to): Held => [bytes.latin1Slice(from, to), flags],
    placement: () =>
      selecting(failure.whenDead === 'fail' ? { ...options, server_pool: ALL } : options),
    failure: {
      whenDead: failure.whenDead,
      // The reconnector knows how long, and the selector asks it.
      deadFor: 0,
      timeout: socket_timeout * 1000,
      flushOnReconnect: false,
      resend: new Set(),
    },
    answers: answersOf(failure.unreached),
  };
}

/** What a get raises for a reply that is none. */
const unknownResponse = new Raise(
  (line) => new NotImplementedError(`Unknown response: ${strRepr(`${line}\r\n`.slice(0, 30))}`),
);

const unknownData = new Raise(unknownReply);

/** @param line without its end */
export function unknownReply(line: string): NotImplementedError {
  const shown = strRepr(`${line}\r\n`);
  return new NotImplementedError(`Unknown return data from server: "${shown}"`);
}

/** memcached's reply to incr and decr of an entry that holds no number. */
const NON_NUMERIC = 'CLIENT_ERROR cannot increment or decrement non-numeric value';

function answersOf(unreached: Options['failure']['unreached']): Dialect['answers'] {
  const lost: Answers = {
    [Code.failed]: new Raise(disconnected),
    [Code.unreached]: new Raise((line, cause) => new unreached(line, { cause })),
  };
  const get: Answers = { ...lost, [Code.refused]: unknownResponse };
  const plain: Answers = { ...lost, [Code.ok]: null, [Code.refused]: unknownData };
  /** The server's own words, as set_multi returns them; null: stored. */
  const store: Answers = {
    ...lost,
    [Code.stored]: null,
    [Code.notStored]: 'NOT_STORED',
    [Code.exists]: 'EXISTS',
    [Code.notFound]: 'NOT_FOUND',
    [Code.refused]: new Computed((line) => line),
  };
  const remove: Answers = { ...plain, [Code.deleted]: true, [Code.notFound]: false };
  const notFound = new Raise(() => new NotFound('there is no entry of the key'));
  return {
    get,
    getMany: get,
    store,
    cas: store,
    delete: remove,
    deleteMany: remove,
    count: {
      ...lost,
      [Code.notFound]: notFound,
      [Code.refused]: new Raise((line) =>
        line === NON_NUMERIC ? new NonNumeric('the entry holds no number') : unknownReply(line),
      ),
    },
    touch: { ...plain, [Code.touched]: null, [Code.notFound]: notFound },
    flushAll: plain,
    stats: { [Code.refused]: unknownData, [Code.failed]: null },
    version: plain,
    verbosity: plain,
    quit: plain,
  } satisfies Record<AnswersOf, Answers>;
}

/** No reply came: unexpected data is a NotImplementedError, all else a ServerDisconnect. */
function disconnected(line: string, cause: MemcacheError | undefined): Error {
  if (cause instanceof ProtocolError) return new NotImplementedError(line, { cause });
  return new ServerDisconnect(line, { cause });
}
