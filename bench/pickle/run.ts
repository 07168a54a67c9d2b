// Times all contenders in interleaved rounds, and writes RESULTS.md.
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Request } from './worker';

const SOURCE = join(__dirname, '../../pickle');
const PYTHON = process.env['PYTHON'] ?? 'python3';
const SHAPES = [
  'session',
  'rows',
  'nested',
  'string',
  'ints',
  'floats',
  'whole floats',
  'mixed floats',
];
const PROTOCOLS = (process.env['PROTOCOLS'] ?? '0,2,4,5').split(',').map(Number);
const TASKS = ['decode', 'encode'] as const;
/** Rounds of all contenders; the median counts. The first is a warm-up and does not. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const MS = Number(process.env['MS'] ?? 40);
const CPYTHON = 'CPython C';
const NODE = ['memcache-py', 'memcache-py exact', 'pickleparser', 'jpickle', 'JSON', 'v8'];
const NAMES = [...NODE, CPYTHON];

/** A contender's process. */
class Runner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(
    readonly name: string,
    folder: string,
  ) {
    const [command, args] =
      name === CPYTHON
        ? [PYTHON, [join(SOURCE, 'shapes.py'), '--contend', folder]]
        : [process.execPath, [join(__dirname, 'worker.js'), name, folder]];
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask<T>(request: object): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`${this.name} ended`);
    return JSON.parse(line.value) as T;
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** What one contender did with one task: nanoseconds a call, or why there are none. */
type Result = number | string;

async function measure(runners: readonly Runner[], request: Request): Promise<Map<string, Result>> {
  const times = new Map<string, number[]>();
  const results = new Map<string, Result>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const runner of runners) {
      if (results.has(runner.name)) continue;
      const answer = await runner.ask<Answer>(request);
      if ('cannot' in answer) results.set(runner.name, answer.cannot);
      else if (round === 0) await check(runners, runner, request, answer.path);
      else times.set(runner.name, [...(times.get(runner.name) ?? []), answer.nanos]);
    }
  }
  for (const [name, each] of times) results.set(name, median(each));
  return results;
}

/** A pickle written by a contender must be the value for Python. */
async function check(
  runners: readonly Runner[],
  runner: Runner,
  request: Request,
  path?: string,
): Promise<void> {
  if (path === undefined || !runner.name.startsWith('memcache-py')) return;
  const python = runners.find(({ name }) => name === CPYTHON);
  const answer = await python?.ask<{ same: boolean }>({ ...request, task: 'check', path });
  if (answer?.same !== true)
    throw new Error(`${runner.name} wrote another ${request.shape} at ${request.protocol}`);
}

function duration(nanos: number): string {
  if (nanos < 1e3) return `${nanos.toFixed(0)} ns`;
  if (nanos < 1e6) return `${(nanos / 1e3).toPrecision(3)} µs`;
  return `${(nanos / 1e6).toPrecision(3)} ms`;
}

function cell(result: Result | undefined, ours: Result | undefined): string {
  if (typeof result !== 'number') return result === undefined ? '' : `(${result})`;
  return typeof ours === 'number'
    ? `${duration(result)} · ${(result / ours).toFixed(2)}`
    : duration(result);
}

function row(request: Request, size: number, results: ReadonlyMap<string, Result>): string {
  const ours = results.get('memcache-py');
  const cells = NAMES.filter(
    (name) => request.task === 'decode' || name !== 'memcache-py exact',
  ).map((name) =>
    name === 'memcache-py' && typeof ours === 'number'
      ? duration(ours)
      : cell(results.get(name), ours),
  );
  return `| ${request.shape} | ${request.protocol} | ${size.toLocaleString('en')} | ${cells.join(' | ')} |`;
}

function table(task: string, lines: readonly string[]): string {
  const names = NAMES.filter((name) => task === 'decode' || name !== 'memcache-py exact');
  const head = `| value | protocol | bytes | ${names.join(' | ')} |\n|---|---|---|${names.map(() => '---|').join('')}`;
  return `## ${task === 'decode' ? 'Decode' : 'Encode'}\n\n${head}\n${lines.join('\n')}\n`;
}

function header(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: SOURCE })
    .toString()
    .trim();
  const python = execFileSync(PYTHON, ['--version']).toString().trim();
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  return `# Pickle bench

CPU time (user mode) of one call, and its ratio to ours (above 1: slower than we are). Medians of ${ROUNDS} rounds of ${MS} ms; in each
round every contender runs once, in a process of its own. Every answer was verified before it was timed; a word in brackets
says why there is none. JSON and v8 encode the same value in their own format. jpickle takes text, so the conversion counts.

Machine: ${machine}, load ${loadavg()[0]?.toFixed(1)} at the end. Node ${process.version}, ${python}. ${new Date().toISOString().slice(0, 10)}, commit ${commit}.
Repeat: \`npm run bench:pickle\` (\`ROUNDS=5 MS=40 PROTOCOLS=0,2,4,5 PYTHON=python3\`).
`;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pickle-bench-'));
  execFileSync(PYTHON, [join(SOURCE, 'shapes.py'), folder]);
  const runners = NAMES.map((name) => new Runner(name, folder));
  const tables: string[] = [];
  for (const task of TASKS) {
    const lines: string[] = [];
    for (const shape of SHAPES) {
      for (const protocol of PROTOCOLS) {
        const request = { shape, protocol, task, ms: MS };
        const { size } = statSync(join(folder, `${shape}.${protocol}.pickle`));
        const line = row(request, size, await measure(runners, request));
        process.stdout.write(`${task} ${line}\n`);
        lines.push(line);
      }
    }
    tables.push(table(task, lines));
  }
  for (const runner of runners) runner.stop();
  rmSync(folder, { recursive: true });
  writeFileSync(join(SOURCE, 'RESULTS.md'), [header(), ...tables].join('\n'));
}

void main();
