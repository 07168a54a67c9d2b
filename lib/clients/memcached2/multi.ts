// What set_multi answers, or raises, for what became of each key.

import { ValueError } from '../../errors';
import type { Wanted } from './calls';
import type { Key } from './checks';
import { MemcachedException, MultiStorageException, NotImplementedError } from './errors';

/** The server's reply to one key; null: stored. */
export type Word = string | null;

/**
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
