// Runs lines such as `memcache-py get user:1` in this process, on a terminal or in a pipe of our own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { main } from '../../lib/cli/main';
import { findPython } from '../../scripts/pythons.cjs';

export interface Ran {
  readonly code: number;
  /** What came on stdout and stderr, in order. */
  readonly output: string;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Where {
  readonly env?: Readonly<Record<string, string>>;
  /** Both streams are a terminal. */
  readonly terminal?: boolean;
  readonly stdin?: string | Buffer;
}

/** Runs the words of a command line behind `memcache-py`. */
export async function run(words: readonly string[], where: Where = {}): Promise<Ran> {
  const all: Buffer[] = [];
  const stream = (): {
    stream: Writable & { isTTY: boolean; columns: number };
    parts: Buffer[];
  } => {
    const parts: Buffer[] = [];
    const writable = new Writable({
      write(chunk: Buffer, _encoding, done) {
        parts.push(chunk);
        all.push(chunk);
        done();
      },
    });
    const isTTY = where.terminal === true;
    return { stream: Object.assign(writable, { isTTY, columns: 100 }), parts };
  };
  const out = stream();
  const err = stream();
  const stdin = where.stdin === undefined ? new PassThrough() : Readable.from([where.stdin]);
  const env = { ...where.env };
  const code = await main(words, { stdin, stdout: out.stream, stderr: err.stream, env });
  return {
    code,
    output: Buffer.concat(all).toString(),
    stdout: Buffer.concat(out.parts),
    stderr: Buffer.concat(err.parts).toString(),
  };
}

/** The words of a line as a shell sees them: quotes of both kinds, no variables. */
export function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** Stores the entries of python/seed.py by the real clients. */
export function seed(servers: readonly string[]): void {
  const { path, missing } = findPython(['memcache', 'pylibmc', 'pymemcache']);
  if (path === undefined || missing.length > 0) throw new Error(`no Python has ${missing.join()}`);
  const script = join(__dirname, 'python', 'seed.py');
  const { status, stderr } = spawnSync(path, ['-W', 'ignore', script, ...servers]);
  if (status !== 0) throw new Error(`seed.py: ${stderr.toString()}`);
}
