// The CPythons of this machine, and how to talk to one of them (python/server.py).
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Protocol } from '../../lib/value/pickle';
import { findCPythons, type InstalledCPython } from '../../scripts/cpythons.cjs';
import type { Description } from './describe';

const SERVER = join(__dirname, 'python', 'server.py');

/** One installed CPython. */
export type Installed = InstalledCPython;

/** Every CPython found whose pickles we imitate, oldest first; each interpreter once. */
export const findPythons = findCPythons;

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
