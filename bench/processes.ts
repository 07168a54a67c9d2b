// Starts the worker processes, Node's and Python's, one at a time.

import { execFile, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { entryOf } from './clients/index';
import type { Job, Measured } from './job';
import { keysOf, valuesOf } from './workloads';

/** The bench's folder: the compiled files are in `dist/` of it. */
export const BENCH = join(__dirname, '..');
const NODE_WORKER = join(__dirname, 'worker.js');
const PYTHON_WORKER = join(BENCH, 'worker.py');
const PYTHONS = ['/usr/bin/python3', 'python3', '/usr/local/bin/python3'];

/** A worker that has not ended by then hangs. */
const HANGS_MS = 60_000;
/** Values of a big workload go to Python as JSON. */
const OUTPUT_MAX = 64 * 1024 * 1024;

/** The CPU of server and client in the workloads that say so, where the system can bind to it. */
export const SHARED_CPU: string | undefined =
  process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0
    ? String(availableParallelism() - 1)
    : undefined;

/**
 * Binds the main thread of a process to the shared CPU. The other threads of Node, which collect
 * garbage and compile, stay free, as they are in production.
 */
export function bindToSharedCpu(pid: number): void {
  if (SHARED_CPU !== undefined) spawnSync('taskset', ['-c', '-p', SHARED_CPU, String(pid)]);
}

export interface Python {
  program: string;
  version: string;
  /** The version of each client that it can import. */
  clients: Readonly<Record<string, string>>;
}

/** The first Python that has the most of the clients. */
export function findPython(): Python | undefined {
  const found: Python[] = [];
  for (const program of PYTHONS) {
    const { status, stdout } = spawnSync(program, [PYTHON_WORKER, '--versions']);
    if (status !== 0) continue;
    const { python, clients } = JSON.parse(stdout.toString()) as {
      python: string;
      clients: Record<string, string>;
    };
    found.push({ program, version: python, clients });
  }
  const count = (python: Python): number => Object.keys(python.clients).length;
  found.sort((a, b) => count(b) - count(a));
  return found[0];
}

/** Runs one worker to its end. Rejects with what it complained of. */
export function measure(
  job: Job,
  python: Python | undefined,
  nodeFlags: readonly string[] = [],
): Promise<Measured> {
  if (entryOf(job.client).group !== 'python') {
    const args = ['--expose-gc', ...nodeFlags, NODE_WORKER, JSON.stringify(job)];
    return run(process.execPath, args, '');
  }
  if (python === undefined) throw new Error('no Python with memcached clients');
  const values = valuesOf(job.workload).map((value) =>
    Buffer.isBuffer(value) ? value.toString('latin1') : value,
  );
  const input = JSON.stringify({ ...job, keys: keysOf(job.workload), values });
  return run(python.program, [PYTHON_WORKER, SHARED_CPU ?? ''], input);
}

function run(program: string, args: readonly string[], input: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: OUTPUT_MAX, timeout: HANGS_MS };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Measured);
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim()));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
