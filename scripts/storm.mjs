// A long storm: npm run storm -- --seconds 60 --seed 1 --servers 3; or histories in memory, on all CPUs: -- --histories 50000 --seed 1
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import ts from 'typescript';

const require = createRequire(import.meta.url);
const COMPILER = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
// The sources as they are: nothing has to be built.
require.extensions['.ts'] = (module, path) =>
  module._compile(ts.transpile(readFileSync(path, 'utf8'), COMPILER, path), path);

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    servers: { type: 'string', default: '3' },
    backend: { type: 'string', default: '' },
    histories: { type: 'string' },
  },
});
const seed = Number(values.seed);

function print(name, counts, faults, violations) {
  const struck = [...faults.values()].reduce((sum, times) => sum + times, 0);
  const { reads, hits, writes, done } = counts;
  console.log(
    `${name}: ${reads} reads, ${hits} hits, ${writes} writes, ${done} acknowledged, ` +
      `${struck} faults of ${faults.size} kinds, ${violations.length} violations`,
  );
  for (const each of violations.slice(0, 20)) console.log(`  ${JSON.stringify(each)}`);
  if (violations.length > 0) process.exitCode = 1;
}

/** Each backend for the whole time, one after another. */
async function rage() {
  const { BACKENDS } = require('../compat-tests/reliability/storm/backends.ts');
  const { storm } = require('../compat-tests/reliability/storm/storm.ts');
  const options = { seed, seconds: Number(values.seconds), servers: Number(values.servers) };
  for (const backend of BACKENDS.filter(({ name }) => name.includes(values.backend))) {
    const { counts, troubles, violations } = await storm(backend, options);
    print(`${backend.name}, ${values.servers} servers, seed ${seed}`, counts, troubles, violations);
  }
}

/** Histories first, first + step, ... of one thread; each seed has a safe and a live one, backends take turns. */
async function simulate({ histories, first, step }) {
  const { simulate } = require('../lib/net/testing/simulation.ts');
  const { BACKENDS } = require('../lib/net/testing/backends.ts');
  const counts = { reads: 0, hits: 0, writes: 0, done: 0 };
  const faults = new Map();
  const violations = [];
  for (let i = first; i < histories; i += step) {
    const mode = i % 2 === 0 ? 'safety' : 'liveness';
    const number = i >> 1;
    const backend = BACKENDS[number % BACKENDS.length];
    const result = await simulate(seed + number, mode, backend);
    add(counts, Object.entries(result.counts));
    for (const [name, times] of result.struck) faults.set(name, (faults.get(name) ?? 0) + times);
    const where = { seed: seed + number, mode, backend: backend.name };
    for (const each of result.violations) violations.push({ ...where, ...each });
  }
  return { counts, faults, violations };
}

function add(sums, entries) {
  for (const [name, count] of entries) sums[name] = (sums[name] ?? 0) + count;
}

/** The histories shared out among threads, one a CPU. */
async function simulateAll(histories) {
  const step = availableParallelism();
  const started = performance.now();
  const parts = await Promise.all(
    Array.from({ length: step }, (_, first) => {
      const worker = new Worker(new URL(import.meta.url), {
        argv: process.argv.slice(2),
        workerData: { histories, first, step },
      });
      return new Promise((resolve, reject) =>
        worker.once('message', resolve).once('error', reject),
      );
    }),
  );
  const counts = {};
  const faults = {};
  for (const part of parts) {
    add(counts, Object.entries(part.counts));
    add(faults, part.faults);
  }
  const rate = Math.round((histories / (performance.now() - started)) * 60_000);
  const violations = parts.flatMap((part) => part.violations);
  const name = `${histories} histories, ${rate} a minute, from seed ${seed}`;
  print(name, counts, new Map(Object.entries(faults)), violations);
}

if (!isMainThread) parentPort.postMessage(await simulate(workerData));
else await (values.histories === undefined ? rage() : simulateAll(Number(values.histories)));
