// What the engine must know of python-memcached: how it places keys, what it answers, how it treats dead servers.

import { ValueError } from '../../errors';
import type { AnswersOf, Dialect, FailurePolicy } from '../../engine/dialect';
import { MAX_INFLATED_BYTES } from '../../limits';
import { Computed, MISS, Raise, type Answers } from '../../net/operation';
import { rehashingBuckets } from '../../placement/buckets';
import { type Codec } from '../../value/codec';
import { zlibCompress, zlibDecompress } from '../../value/compression';
import { createFlagCodec, FLAG } from '../../value/flags';
import { createPickling } from '../../value/pickling';
import { textWire } from '../../wire/text';
import { Code, Command } from '../../wire/wire';
import { raisingAnswers } from '../shared/failure';
import type { DebugLog } from './debug-log';
import { serverHash } from './hash';
import { bytesRepr } from './key-check';
import type { Options } from './options';
import type { Release } from './releases';

/** How many servers are tried for one key, the first included (`Client._SERVER_RETRIES`). */
export const SERVER_RETRIES = 10;

/** Commands that releases with `retryOnce` send again when the server had dropped the connection. */
const RETRIED: ReadonlySet<Command> = new Set([Command.get, Command.gets, Command.set]);

export function createDialect(options: Options, codec: Codec, log: DebugLog): Dialect {
  const { release } = options;
  return {
    wire: textWire,
    decode: codec.decode,
    placement: rehashingBuckets({ hash: serverHash(release), tries: SERVER_RETRIES }),
    failure: failurePolicy(options),
    answers: options.failure.raises
      ? raisingAnswers(answersOf(release))
      : log.enabled
        ? loggedAnswers(release, log)
        : answersOf(release),
  };
}

function failurePolicy({
  release,
  failure,
  dead_retry,
  socket_timeout,
  flush_on_reconnect,
}: Options): FailurePolicy {
  return {
    whenDead: failure.whenDead,
    deadFor: dead_retry * 1000,
    timeout: socket_timeout === null ? Infinity : socket_timeout * 1000,
    flushOnReconnect: flush_on_reconnect,
    resend: release.retryOnce ? RETRIED : new Set(),
  };
}

export function createCodec(options: Options, log: DebugLog): Codec {
  const { release, compressor, decompressor } = options;
  const pickling = createPickling({
    python: release.python,
    protocol: options.pickleProtocol,
    pickler: options.pickler,
    unpickler: options.unpickler,
    persistentId: options.pid,
    persistentLoad: options.pload,
  });
  return createFlagCodec({
    ...release,
    dumps: pickling.dumps,
    loads: (bytes) => {
      try {
        return pickling.loads(bytes);
      } catch (error) {
        // A pickle that cannot be read is None, in every release (1.62:1284).
        log.log(`Pickle error: ${error instanceof Error ? error.message : String(error)}\n`);
        return null;
      }
    },
    compression: {
      flag: FLAG.compressed,
      compress: compressor ?? zlibCompress,
      decompress:
        decompressor === undefined
          ? (data) => zlibDecompress(data, MAX_INFLATED_BYTES)
          : // What is read lies in a shared buffer, and a caller's own function may keep or answer a view.
            (data) => decompressor(Buffer.from(data)),
    },
    onUnknown: (flags) => log.log(`unknown flags on get: ${flags.toString(16)}\n`),
  });
}

/** python-memcached answers failures with None and 0; only a counter's odd reply raises. */
function answersOf(release: Release): Readonly<Record<AnswersOf, Answers>> {
  const store: Answers = {
    [Code.stored]: true,
    [Code.notStored]: false,
    [Code.exists]: false,
    [Code.notFound]: false,
    [Code.refused]: false,
    [Code.failed]: 0,
  };
  return {
    get: { [Code.refused]: MISS, [Code.failed]: null },
    getMany: {},
    store,
    cas: store,
    delete: {
      [Code.deleted]: 1,
      [Code.notFound]: release.deleteMissing,
      [Code.refused]: release.deleteRefused,
      [Code.failed]: 0,
    },
    // Replies are not looked at; only a connection that failed after sending tells (1.62:460).
    deleteMany: {
      [Code.deleted]: 1,
      [Code.notFound]: 1,
      [Code.refused]: 1,
      [Code.failed]: 0,
      [Code.unreached]: 1,
    },
    count: {
      [Code.notFound]:
        release.countMissing === 'None'
          ? null
          : new Raise(() => notAnInt('NOT_FOUND', release.python)),
      // int(line) of whatever came: the text is Python's, bytes repr included
      [Code.refused]: new Raise((line) => notAnInt(line, release.python)),
      [Code.failed]: null,
      [Code.unreached]: release.countWithoutServer,
    },
    touch: { [Code.touched]: 1, [Code.notFound]: 0, [Code.refused]: 0, [Code.failed]: 0 },
    flushAll: { [Code.ok]: null, [Code.refused]: null, [Code.failed]: null },
    stats: { [Code.refused]: null, [Code.failed]: null },
    version: { [Code.refused]: null, [Code.failed]: null },
    verbosity: { [Code.ok]: null, [Code.refused]: null, [Code.failed]: null },
    quit: { [Code.ok]: null, [Code.refused]: null, [Code.failed]: null },
  };
}

function notAnInt(line: string, python: 2 | 3): ValueError {
  return new ValueError(`invalid literal for int() with base 10: ${lineRepr(line, python)}`);
}

/** A reply line as Python's %r shows it. */
function lineRepr(line: string, python: 2 | 3): string {
  return (python === 2 ? '' : 'b') + bytesRepr(line);
}

/** Replies that are a Code without a line. */
const WORDS: Partial<Record<Code, string>> = {
  [Code.notStored]: 'NOT_STORED',
  [Code.exists]: 'EXISTS',
  [Code.notFound]: 'NOT_FOUND',
};

const STORE_LOG = "while expecting 'STORED', got unexpected response '%s'";
const DELETE_MANY_LOG = "while expecting 'DELETED', got unexpected response '%s'";

/** The same answers, with a line in the log for each that is not the hoped-for one. */
function loggedAnswers(release: Release, log: DebugLog): Readonly<Record<AnswersOf, Answers>> {
  const answers = answersOf(release);
  const logged = (family: AnswersOf, text: string): Answers =>
    withLog(answers[family], text, (got) =>
      log.log(
        text.replace(/%[sr]/, (form) => (form === '%s' ? got : lineRepr(got, release.python))),
      ),
    );
  return {
    ...answers,
    store: logged('store', STORE_LOG),
    cas: logged('cas', STORE_LOG),
    delete: logged('delete', release.deleteLog),
    deleteMany: logged('deleteMany', DELETE_MANY_LOG),
    touch: logged('touch', release.touchLog),
  };
}

/** @param text tells, and so names the replies that are expected: these are not logged */
function withLog(answers: Answers, text: string, log: (got: string) => void): Answers {
  const logged: Partial<Record<Code, unknown>> = { ...answers };
  for (const code of [Code.notStored, Code.exists, Code.notFound, Code.refused]) {
    const word = WORDS[code];
    if (!(code in answers) || (word !== undefined && text.includes(word))) continue;
    const answer = answers[code];
    logged[code] = new Computed((line) => {
      log(word ?? line);
      return answer;
    });
  }
  return logged;
}
