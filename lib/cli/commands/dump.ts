// `memcache-py dump`: entries as they are stored, with flags and time to live, into a file that `restore` reads.

import { open, truncate, type FileHandle } from 'node:fs/promises';
import { endLine, entryLine, headerLine, readLines, type Dumped } from '../dump-file';
import { Exit, UsageError } from '../errors';
import { FILTERS, listing } from '../listing';
import { fetched, type Sampled } from '../sample';
import type { Command, Session } from '../session';
import { plural, shownKey } from '../text';

export const dump: Command = {
  usage: 'FILE [--prefix TEXT] [--match GLOB] [--resume]',
  about: [
    'Writes the entries of all servers into a file, a line of JSON each: key, flags, when it expires, and the bytes as they',
    'are stored. FILE `-` is stdout. --resume goes on with a dump that was interrupted, leaving out the keys it has.',
  ],
  options: {
    ...FILTERS,
    resume: { type: 'boolean', help: 'go on with this file' },
  },
  run,
};

/** Where lines go, and the keys that are there. */
interface Target {
  readonly had: ReadonlySet<string>;
  readonly write: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function run(session: Session): Promise<Exit> {
  const { args, terminal } = session;
  const [path, ...more] = args.positionals;
  if (path === undefined || more.length > 0) throw new UsageError('dump needs one file, or -');
  if (path === '-' && args.has('resume')) throw new UsageError('--resume needs a file');
  const target = path === '-' ? await toStdout(session) : await toFile(session, path);
  let count = target.had.size;
  let exit: Exit = Exit.hit;
  try {
    const missing = leftOut(listing(session, session.servers), target.had);
    for await (const { found, refused } of fetched(session, missing)) {
      await target.write(found.map((each) => entryLine(dumped(each))).join(''));
      count += found.length;
      for (const { wire } of refused) {
        exit = Exit.miss;
        await session.complain(`${shownKey(wire)}: the text protocol cannot ask for this key`);
      }
    }
    await target.write(endLine(count));
  } finally {
    await target.close();
  }
  terminal.note(`${plural(count, 'entry', 'entries')} dumped`);
  return exit;
}

/** The time that is left by our own clock: the servers' may differ, from each other too. */
function dumped({ key, entry }: Sampled): Dumped {
  const { flags, data, ttl } = entry;
  const expires =
    ttl === undefined
      ? Math.max(0, key.expires)
      : ttl < 0
        ? 0
        : Math.floor(Date.now() / 1000) + ttl;
  return { wire: key.wire, flags, expires, data };
}

async function* leftOut<T extends { readonly wire: string }>(
  keys: AsyncIterable<T>,
  had: ReadonlySet<string>,
): AsyncGenerator<T, void, void> {
  for await (const key of keys) if (!had.has(key.wire)) yield key;
}

async function toStdout({ terminal, servers }: Session): Promise<Target> {
  await terminal.write(headerLine(servers.map(({ name }) => name)));
  return {
    had: new Set(),
    write: (text) => terminal.write(text),
    close: () => Promise.resolve(),
  };
}

async function toFile({ args, servers }: Session, path: string): Promise<Target> {
  const had = args.has('resume') ? await keysOf(path) : undefined;
  const file = await opened(path, had === undefined ? 'wx' : 'a');
  if (had === undefined) await file.appendFile(headerLine(servers.map(({ name }) => name)));
  return {
    had: had ?? new Set(),
    // All of the text, however little the system writes at once.
    write: (text) => file.appendFile(text),
    close: () => file.close(),
  };
}

/** The keys that an interrupted dump has; cuts off a line that was not finished. */
async function keysOf(path: string): Promise<Set<string>> {
  const had = new Set<string>();
  let end = 0;
  for await (const { entry, isEnd, next } of readLines(path, 0)) {
    if (isEnd) throw new UsageError(`${path} is a whole dump: nothing to go on with`);
    if (entry !== undefined) had.add(entry.wire);
    end = next;
  }
  if (end === 0) throw new UsageError(`${path} is no dump of this command`);
  await truncate(path, end);
  return had;
}

async function opened(path: string, flags: 'wx' | 'a'): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new UsageError(`${path} is there already (--resume goes on with it)`);
    throw new UsageError(message);
  }
}
