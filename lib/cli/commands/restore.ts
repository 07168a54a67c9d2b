// `memcache-py restore`: stores the entries of a dump where the chosen client looks for them.

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isWireKey } from '../../engine/keys';
import type { ServerSpec } from '../../engine/server';
import { MAX_KEY_LENGTH } from '../../limits';
import type { RawEntry } from '../admin';
import { isCount, objectOf, readLines, type Dumped } from '../dump-file';
import { Exit, UsageError } from '../errors';
import { Progress } from '../progress';
import type { Command, Session } from '../session';
import { escaped, plural, shownKey } from '../text';

export const restore: Command = {
  usage: 'FILE [--add] [--resume | --restart]',
  about: [
    'Stores the entries of a dump as they were, with their flags and the time they have left, on the servers where the',
    'client looks for them now. How far it has come stands in FILE.progress: --resume goes on there after an interruption.',
    'Exit code 1 when a server did not take an entry, or the dump was interrupted before its end.',
  ],
  options: {
    add: { type: 'boolean', help: 'leave alone what is stored already' },
    resume: { type: 'boolean', help: 'go on where the last restore of this file stopped' },
    restart: { type: 'boolean', help: 'begin again' },
  },
  run,
};

/** Entries, and bytes, that are sent before their answers are read: less than the kernel holds, so that nobody waits for nobody. */
const BATCH = 512;
const BATCH_BYTES = 64 * 1024;
/** Longer times are Unix times to memcached. */
const MAX_RELATIVE = 30 * 24 * 60 * 60;

interface Counts {
  stored: number;
  expired: number;
  /** Left alone by --add. */
  kept: number;
  refused: number;
}

async function run(session: Session): Promise<Exit> {
  const { args, terminal } = session;
  const [path, ...more] = args.positionals;
  if (path === undefined || more.length > 0) throw new UsageError('restore needs one file');
  const journal = new Journal(session, path);
  const progress = new Progress(terminal, 'bytes of the dump', journal.size);
  const writer = new Writer(session);
  let isWhole = false;
  let at = journal.offset;
  progress.add(at);
  try {
    for await (const { entry, isEnd, next } of readLines(path, at)) {
      isWhole = isEnd;
      if (entry !== undefined && (await writer.add(entry))) journal.reached(at);
      progress.add(next - at);
      at = next;
    }
    await writer.flush();
  } finally {
    progress.end();
  }
  journal.end();
  return tell(session, writer.counts, isWhole);
}

function tell({ terminal }: Session, counts: Counts, isWhole: boolean): Exit {
  const { stored, expired, kept, refused } = counts;
  const parts = [
    `${plural(stored, 'entry', 'entries')} restored`,
    ...(expired > 0 ? [`${expired} had expired`] : []),
    ...(kept > 0 ? [`${kept} were there already`] : []),
    ...(refused > 0 ? [`${refused} were refused`] : []),
  ];
  terminal.note(parts.join(', '));
  if (!isWhole)
    terminal.note('memcache-py: the dump was interrupted before its end: entries may be missing');
  return refused === 0 && isWhole ? Exit.hit : Exit.miss;
}

/** Gathers entries by server, and sends them batch by batch. */
class Writer {
  readonly counts: Counts = { stored: 0, expired: 0, kept: 0, refused: 0 };
  readonly #session: Session;
  readonly #name: 'set' | 'add';
  readonly #batches = new Map<ServerSpec, RawEntry[]>();
  #entries = 0;
  #bytes = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#name = session.args.has('add') ? 'add' : 'set';
  }

  /** @returns true when everything that was added before has been stored */
  async add({ wire, flags, expires, data }: Dumped): Promise<boolean> {
    const isFull = this.#entries >= BATCH || this.#bytes + data.length > BATCH_BYTES;
    if (isFull) await this.flush();
    // Nothing in a file may become a command of its own; the binary protocol has such keys.
    if (!isWireKey(wire) || wire.length > MAX_KEY_LENGTH) {
      this.#refuse(wire, 'the text protocol has no such key');
      return isFull;
    }
    const time = timeOf(expires);
    if (time === undefined) {
      this.counts.expired++;
      return isFull;
    }
    const server = this.#session.home(wire);
    const batch = this.#batches.get(server) ?? [];
    batch.push({ wire, flags, expires: time, data });
    this.#batches.set(server, batch);
    this.#entries++;
    this.#bytes += data.length;
    return isFull;
  }

  async flush(): Promise<void> {
    for (const [server, batch] of this.#batches) {
      const answers = await (await this.#session.admin(server)).store(this.#name, batch);
      for (const [i, answer] of answers.entries()) this.#count(answer, batch[i]);
    }
    this.#batches.clear();
    this.#entries = this.#bytes = 0;
  }

  #count(answer: string, entry: RawEntry | undefined): void {
    if (answer === 'STORED') this.counts.stored++;
    else if (answer === 'NOT_STORED') this.counts.kept++;
    else this.#refuse(entry?.wire ?? '', answer);
  }

  #refuse(wire: string, why: string): void {
    this.counts.refused++;
    this.#session.terminal.note(`memcache-py: ${shownKey(wire)}: ${escaped(why)}`);
  }
}

/** The time to send; undefined: it is over. */
function timeOf(expires: number): number | undefined {
  if (expires === 0) return 0;
  const left = expires - Math.floor(Date.now() / 1000);
  if (left <= 0) return undefined;
  return left > MAX_RELATIVE ? expires : left;
}

/** How far the restore of a file has come, in a file beside it that is whole at every moment. */
class Journal {
  readonly size: number;
  readonly offset: number;
  readonly #path: string;
  /** What must be the same to go on. */
  readonly #run: string;

  constructor(session: Session, path: string) {
    const { args, servers, placement } = session;
    this.size = sizeOf(path);
    this.#path = `${path}.progress`;
    this.#run = JSON.stringify([
      this.size,
      servers.map(({ name, weight }) => [name, weight]),
      placement,
    ]);
    if (args.has('resume') && args.has('restart')) {
      throw new UsageError('--resume and --restart exclude each other');
    }
    const before = args.has('restart') ? undefined : this.#read();
    if (before !== undefined && !args.has('resume')) {
      throw new UsageError(
        `${this.#path} is there: an earlier restore stopped (--resume goes on, --restart begins again)`,
      );
    }
    this.offset = before ?? 0;
  }

  /** Everything up to here has been stored. */
  reached(offset: number): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify({ run: this.#run, offset }));
    renameSync(`${this.#path}.new`, this.#path);
  }

  end(): void {
    rmSync(this.#path, { force: true });
  }

  #read(): number | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return undefined;
    }
    const { run, offset } = objectOf(text) ?? {};
    if (run === this.#run && isCount(offset, this.size)) return offset;
    throw new UsageError(
      `${this.#path} is of another dump, other servers or another client (--restart begins again)`,
    );
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
