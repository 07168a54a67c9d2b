// What the engine must know of cmemcache and libmemcache: how keys are placed, what is answered, when a server is dead.

import type { AnswersOf, Dialect } from '../../engine/dialect';
import type { Answers } from '../../net/operation';
import { probingBuckets } from '../../placement/buckets';
import { crc15OrOne } from '../../placement/crc32';
import type { Codec } from '../../value/codec';
import { createFlagCodec } from '../../value/flags';
import { PyText } from '../../value/pickle';
import { createPickling } from '../../value/pickling';
import { textWire } from '../../wire/text';
import { Code } from '../../wire/wire';
import { raisingAnswers } from '../shared/failure';
import { checkAscii } from './checks';
import type { Options } from './options';

/** Larger weights count as this one (_cmemcache.c, do_set_servers). */
const MAX_WEIGHT = 15;
/** Values that are not bytes or ints are always pickled so. */
const PICKLE_PROTOCOL = 2;

/** What `getflags` answers, and all that the engine reads of an entry: each method makes its own of it. */
export type Held = [data: Buffer, flags: number];

/** What an entry is read as that is a bad pickle, or has unknown flags. */
export const UNREADABLE = Symbol('unreadable');

export function createDialect(options: Options): Dialect {
  const { failure, dead_retry, socket_timeout, inverted_delete } = options;
  const answers = answersOf(inverted_delete);
  return {
    wire: textWire,
    decode: (flags, bytes, from, to, owned): Held => {
      const data = bytes.subarray(from, to);
      return [owned ? data : Buffer.from(data), flags];
    },
    placement: probingBuckets({ hash: crc15OrOne, maxWeight: MAX_WEIGHT }),
    failure: {
      whenDead: failure.whenDead,
      deadFor: dead_retry * 1000,
      timeout: socket_timeout * 1000,
      flushOnReconnect: false,
      resend: new Set(),
    },
    answers: failure.raises ? raisingAnswers(answers) : answers,
  };
}

/** @param debug takes what `debuglog` prints */
export function createCodec(options: Options, debug: (line: string) => void): Codec {
  const { release, pickler, unpickler } = options;
  const pickling = createPickling({
    python: 2,
    protocol: PICKLE_PROTOCOL,
    pickler,
    unpickler,
    persistentId: undefined,
    persistentLoad: undefined,
  });
  const codec = createFlagCodec({
    python: 2,
    text: release.text === 'ascii' ? 'unflagged' : 'pickle',
    bool: 'digit',
    long: true,
    unflagged: 'bytes',
    dumps: pickling.dumps,
    loads: (bytes) => {
      try {
        return pickling.loads(bytes);
      } catch (error) {
        debug(`Pickle error...\n${error instanceof Error ? error.message : String(error)}`);
        return UNREADABLE;
      }
    },
    unknownFlags: 'onUnknown',
    onUnknown: (flags) => {
      debug(`unknown flags on get: ${flags.toString(16)}\n`);
      return UNREADABLE;
    },
    compression: { flag: 0, compress: (data) => data, decompress: (data) => data },
  });
  if (release.text === 'pickle') return codec;
  const checked = (value: unknown): unknown =>
    typeof value === 'string' || value instanceof PyText ? checkAscii(String(value)) : value;
  return { ...codec, encode: (value, min) => codec.encode(checked(value), min) };
}

/** What `delete` answers. libmemcache's codes are true where nothing was deleted, and false where it was. */
const DELETED: Answers = {
  [Code.deleted]: 1,
  [Code.notFound]: 0,
  [Code.refused]: 0,
  [Code.failed]: 0,
};
const INVERTED: Answers = {
  [Code.deleted]: 0,
  [Code.notFound]: 1,
  [Code.refused]: -5,
  [Code.failed]: -1,
};

function answersOf(inverted_delete: boolean): Readonly<Record<AnswersOf, Answers>> {
  const nothing: Answers = { [Code.ok]: null, [Code.refused]: null, [Code.failed]: null };
  const store: Answers = {
    [Code.stored]: 1,
    [Code.notStored]: 0,
    [Code.exists]: 0,
    [Code.notFound]: 0,
    [Code.refused]: 0,
    [Code.failed]: 0,
  };
  const remove = inverted_delete ? INVERTED : DELETED;
  return {
    get: nothing,
    getMany: {},
    store,
    cas: store,
    delete: remove,
    deleteMany: remove,
    // cmemcache answers 0 for an error and for no server, which a counter can be too.
    count: { [Code.notFound]: null, [Code.refused]: null, [Code.failed]: null },
    touch: nothing,
    flushAll: nothing,
    stats: nothing,
    version: nothing,
    verbosity: nothing,
    quit: nothing,
  };
}
