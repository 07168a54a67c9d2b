// What `debug` prints for replies that were not hoped for, by release: the texts differ, and so do the replies that count as odd.

import { Operation } from '../../net/operation';
import { Code, Command } from '../../wire/wire';
import type { AnswersOf } from '../../engine/dialect';
import { DebugLog } from './debug-log';
import { createCodec, createDialect } from './dialect';
import { resolveOptions } from './options';

/** What is printed, and what the call answers. */
async function logged(
  options: { release: string; python?: 2 | 3 },
  family: AnswersOf,
  code: Code,
  line = '',
): Promise<[printed: string, answer: unknown]> {
  const lines: string[] = [];
  const log = new DebugLog(
    () => true,
    (text) => lines.push(text),
    true,
  );
  const resolved = resolveOptions([{ ...options, debug: 1 }]);
  const { answers } = createDialect(resolved, createCodec(resolved, log), log);
  const op = new Operation(Command.delete, 'k', answers[family]);
  const answer = op.promise();
  op.answer(code, line);
  return [lines.join(''), await answer];
}

const ODD = 'ERROR odd';

it.each([
  ['1.43', 2, "MemCached: while expecting 'DELETED', got unexpected response 'NOT_FOUND'\n", 1],
  ['1.46', 2, '', 1],
  ['1.59', 3, '', 1],
  ['1.61', 3, '', 1],
  ['1.62', 3, "MemCached: delete expected DELETED, got: b'NOT_FOUND'\n", 0],
] as const)('%s on Python %i tells of a delete of a missing key: %j', async (...row) => {
  const [release, python, ...expected] = row;
  expect(await logged({ release, python }, 'delete', Code.notFound)).toEqual(expected);
});

it.each([
  ['1.45', 2, "while expecting 'DELETED', got unexpected response 'ERROR odd'"],
  ['1.53', 2, "Delete expected DELETED or NOT_FOUND, got: 'ERROR odd'"],
  ['1.59', 2, "delete expected DELETED or NOT_FOUND, got: 'ERROR odd'"],
  ['1.59', 3, "delete expected b'DELETED or NOT_FOUND', got: b'ERROR odd'"],
  ['1.60', 3, "delete expected DELETED or NOT_FOUND, got: b'ERROR odd'"],
  ['1.62', 3, "delete expected DELETED, got: b'ERROR odd'"],
] as const)('%s on Python %i tells of an error line to delete: %s', async (...row) => {
  const [release, python, text] = row;
  const [printed] = await logged({ release, python }, 'delete', Code.refused, ODD);
  expect(printed).toBe(`MemCached: ${text}\n`);
});

it.each([
  ['1.59', 2, "touch expected TOUCHED, got: 'NOT_FOUND'"],
  ['1.59', 3, "touch expected b'TOUCHED', got: b'NOT_FOUND'"],
  ['1.62', 3, "touch expected TOUCHED, got: b'NOT_FOUND'"],
] as const)('%s on Python %i tells of a touch of a missing key: %s', async (...row) => {
  const [release, python, text] = row;
  expect(await logged({ release, python }, 'touch', Code.notFound)).toEqual([
    `MemCached: ${text}\n`,
    0,
  ]);
});

it('tells of every key that delete_multi did not find, and answers 1', async () => {
  const text = "MemCached: while expecting 'DELETED', got unexpected response 'NOT_FOUND'\n";
  expect(await logged({ release: '1.62' }, 'deleteMany', Code.notFound)).toEqual([text, 1]);
});

it('shows a reply with quotes as Python does', async () => {
  const [printed] = await logged({ release: '1.62' }, 'delete', Code.refused, "ERROR it's");
  expect(printed).toBe('MemCached: delete expected DELETED, got: b"ERROR it\'s"\n');
});

it('prints nothing for what was hoped for', async () => {
  expect(await logged({ release: '1.62' }, 'delete', Code.deleted)).toEqual(['', 1]);
  expect(await logged({ release: '1.62' }, 'store', Code.stored)).toEqual(['', true]);
});
