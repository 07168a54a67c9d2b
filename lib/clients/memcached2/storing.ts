// How values are stored: the entry that is sent, and what the server's reply to it means.

import { ValueError } from '../../errors';
import type { Entry } from '../../engine/engine';
import type { StoreOptions, Wanted } from './calls';
import { casText, checkFlags, checkValue, exptimeText, type Key, type Value } from './checks';
import { unknownReply } from './dialect';
import {
  CASFailure,
  MemcachedException,
  MultiStorageException,
  NotFound,
  NotImplementedError,
  NotStored,
} from './errors';

/** Commands that store. */
type Store = 'set' | 'add' | 'replace' | 'append' | 'prepend' | 'cas';

/** One entry on its way. */
export interface Storing {
  readonly command: Store;
  readonly entry: Entry;
  readonly time: string;
  readonly cas: string;
}

/** The server's reply to storing; null: stored. */
export type Word = string | null;

/** @throws what cannot be stored throws */
export function storingOf(command: Store, value: Value, options: StoreOptions): Storing {
  const { flags, exptime, cas_unique } = options;
  const hasCas = cas_unique !== undefined && cas_unique !== null;
  return {
    command: hasCas ? 'cas' : command,
    entry: { flags: checkFlags(flags), data: checkValue(value) },
    time: exptimeText(exptime),
    cas: hasCas ? casText(cas_unique) : '',
  };
}

const NOT_STORED: Readonly<Record<string, () => Error>> = {
  NOT_STORED: () => new NotStored('there is an entry of the key, or none, against the condition'),
  EXISTS: () => new CASFailure('the entry has changed'),
  NOT_FOUND: () => new NotFound('there is no entry of the key'),
};

/** @throws what the server's reply to storing means, unless it is that the value was stored */
export function throwWord(word: Word): null {
  if (word === null) return null;
  throw NOT_STORED[word]?.() ?? unknownReply(word);
}

/**
 * What set_multi answers.
 * @param answers of each of `keys`, in this order
 * @throws {MultiStorageException} a key could not be sent or was refused, or was not answered
 */
export function resultsOf(
  keys: readonly Key[],
  answers: readonly PromiseSettledResult<Word>[],
  { return_successful, return_failed }: Required<Wanted>,
): Map<Key, Word> {
  const results = new Map<Key, Word>();
  let lost: Error | undefined;
  let isRefused = false;
  for (const [i, key] of keys.entries()) {
    const word = wordOf(answers[i] as PromiseSettledResult<Word>);
    if (word instanceof Error) {
      lost ??= word;
      continue;
    }
    isRefused ||= word !== null && word.startsWith('CLIENT_ERROR');
    if (word === null ? return_successful : return_failed) results.set(key, word);
  }
  if (lost !== undefined) {
    const message = 'ServerDisconnect received, probably server died';
    throw new MultiStorageException(message, results, { cause: lost });
  }
  if (isRefused) {
    throw new MultiStorageException('CLIENT_ERROR received, possibly key is too long.', results);
  }
  return results;
}

/** The reply, or what kept it from coming; a key that must not be sent is refused as memcached would. */
function wordOf(answer: PromiseSettledResult<Word>): Word | Error {
  if (answer.status === 'fulfilled') return answer.value;
  const { reason } = answer as { reason: unknown };
  if (reason instanceof ValueError) return `CLIENT_ERROR ${reason.message}`;
  if (reason instanceof MemcachedException || reason instanceof NotImplementedError) return reason;
  throw reason;
}
