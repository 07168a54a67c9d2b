// Finds the CPythons of this machine, and talks to one of them (python/server.py).
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Protocol, PythonRelease } from '../../lib/value/pickle';
import type { Description } from './describe';

const SERVER = join(__dirname, 'python', 'server.py');
const NAMES = /^python(2\.7|3(\.\d+)?)?$/;
const RELEASES: readonly PythonRelease[] = [
  '2.7',
  '3.6',
  '3.7',
  '3.8',
  '3.9',
  '3.10',
  '3.11',
  '3.12',
  '3.13',
];

/** One installed CPython. */
export interface Installed {
  readonly path: string;
  readonly version: string;
  readonly release: PythonRelease;
  /** Its highest pickle protocol. */
  readonly highest: Protocol;
}

/** Where version managers keep interpreters: one folder a version, each with bin/. */
function managed(): string[] {
  const home = homedir();
  const roots = [
    join(process.env['PYENV_ROOT'] ?? join(home, '.pyenv'), 'versions'),
    join(home, '.local/share/uv/python'),
    join(home, '.local/share/mise/installs/python'),
    join(home, '.asdf/installs/python'),
    '/opt/python',
  ];
  return roots.flatMap((root) =>
    existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [],
  );
}

function candidates(): string[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  const folders = ['/usr/bin', '/usr/local/bin', ...onPath, ...managed()];
  return [...new Set(folders)]
    .filter((folder) => folder !== '' && existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => NAMES.test(name))
        .map((name) => join(folder, name)),
    );
}

const PROBE =
  'import sys, platform, pickle; print("|".join([platform.python_implementation(), platform.python_version(), sys.executable, str(pickle.HIGHEST_PROTOCOL)]))';

function probe(path: string): Installed | undefined {
  try {
    const answer = execFileSync(path, ['-c', PROBE], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [implementation, version = '', executable = '', highest] = answer
      .toString()
      .trim()
      .split('|');
    const release = RELEASES.find((each) => version.startsWith(`${each}.`));
    if (implementation !== 'CPython' || release === undefined) return undefined;
    return { path: realpathSync(executable), version, release, highest: protocol(Number(highest)) };
  } catch {
    return undefined; // a shim of a version that is not selected, or no interpreter at all
  }
}

function protocol(number: number): Protocol {
  return number === 2 || number === 4 ? number : 5;
}

/** Every CPython found whose pickles we imitate, oldest first; each interpreter once. */
export function findPythons(): Installed[] {
  const found = new Map<string, Installed>();
  for (const path of new Set(candidates().map((each) => realpathSync(each)))) {
    const python = probe(path);
    if (python !== undefined) found.set(python.path, python);
  }
  const order = (python: Installed): number => RELEASES.indexOf(python.release);
  return [...found.values()].sort((a, b) => order(a) - order(b));
}

/** The protocols from 0 to the highest of this Python. */
export function protocolsOf(python: Installed): Protocol[] {
  const all: readonly Protocol[] = [0, 1, 2, 3, 4, 5];
  return all.filter((each) => each <= python.highest);
}

/** A value made by Python: its pickle and what it is. */
export interface Made {
  readonly pickle: string;
  readonly about: Description;
}

/** What Python found when it compared two values: null where they are equal type for type. */
export type Difference =
  null | { first: Description; second: Description } | { error: string; trace: string };

/** A step of a path into a value: see `step` in python/server.py. */
export type Step = readonly ['index' | 'entry', number] | readonly ['key' | 'attribute', string];

/** A change made here, for Python to repeat. Pickles are base64. */
export interface Change {
  readonly before: string;
  readonly after: string;
  readonly path: readonly Step[];
  readonly how: 'set' | 'delete' | 'push';
  readonly value: string;
}

/** What Python reads from a pickle. */
export type Reading = { type: string; repr: string } | { error: string };

interface Generate {
  readonly seed: number;
  readonly start: number;
  readonly count: number;
}

/** A running python/server.py. */
export class Python {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(readonly installed: Installed) {
    const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1', TZ: 'UTC' };
    this.#child = spawn(installed.path, [SERVER], { env });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  make(request: Generate & { kind: string; protocol: number }): Promise<Made[]> {
    return this.#ask({ op: 'make', ...request });
  }

  identity(request: Generate & { protocols: readonly number[] }): Promise<{ pickles: string[] }[]> {
    return this.#ask({ op: 'identity', ...request });
  }

  describe(pickles: readonly string[]): Promise<({ about: Description } | { error: string })[]> {
    return this.#ask({ op: 'describe', pickles });
  }

  compare(pairs: readonly (readonly [string, string])[]): Promise<Difference[]> {
    return this.#ask({ op: 'compare', pairs });
  }

  change(cases: readonly Change[]): Promise<Difference[]> {
    return this.#ask({ op: 'change', cases });
  }

  read(pickles: readonly string[]): Promise<Reading[]> {
    return this.#ask({ op: 'read', pickles });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    await closed;
  }

  async #ask<T>(request: object): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`Python ${this.installed.version}: ${this.#errors}`);
    // The server is our own: its answers have the form that its header gives.
    const reply = JSON.parse(line.value) as { answer: T } | { failed: string };
    if ('failed' in reply) throw new Error(`Python ${this.installed.version}: ${reply.failed}`);
    return reply.answer;
  }
}

/** Of the values of this run; PICKLE_SEED=N makes others. */
export const SEED = Number(process.env['PICKLE_SEED'] ?? 1);
