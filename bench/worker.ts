// One process, one client, one workload: verifies, warms up, measures, prints one line of JSON.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchClient } from './clients/client';
import { entryOf } from './clients/index';
import type { Job, Measured } from './job';
import { bindToSharedCpu } from './processes';
import { quantile } from './stats';
import { verify } from './verify';
import { keysOf, valuesOf, type Value, type Workload } from './workloads';

/** The warm-up is looked at this often... */
const SLICE_MS = 100;
/** ...and over when so many slices on end... */
const STEADY_SLICES = 2;
/** ...were not this much faster than the best before them... */
const STEADY = 1.05;
/** ...or when it took so long: a rate that swings need not settle. */
const WARM_UP_MAX_MS = 2500;

/** Shared by the callers of one run. */
interface Run {
  calls: number;
  over: boolean;
  /** Microseconds of each call of the first caller. */
  times: number[];
}

/** Makes one caller's calls, one after the other. */
type Step = () => Promise<unknown>;

async function main(job: Job): Promise<void> {
  const { workload, servers, build } = job;
  if (workload.oneCpu === true) bindToSharedCpu(process.pid);
  const entry = entryOf(job.client);
  const adapter = await entry.load?.();
  if (adapter === undefined) throw new Error(`${job.client} does not run in Node`);
  const client = await adapter.connect({ servers, build, material: workload.material });
  const keys = keysOf(workload);
  const values = valuesOf(workload);
  await verify(client, entry, workload, keys, values);
  const batches = batchesOf(workload, keys, values);
  const result = await measure(job, (caller) =>
    stepOf(client, workload, keys, values, batches, caller),
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await client.close();
}

async function measure(job: Job, step: (caller: number) => Step): Promise<Measured> {
  const run: Run = { calls: 0, over: false, times: [] };
  const callers = [timedCaller(run, step(0))];
  for (let i = 1; i < job.workload.callers; i++) callers.push(caller(run, step(i)));
  await warmUp(run, job.warmUpMs);
  run.times.length = 0;
  const calls = run.calls;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const memory = job.sampleMs > 0 ? await sampleMemory(job) : await sleep(job.runMs, undefined);
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const done = run.calls - calls;
  run.over = true;
  const [p50, p99] = [quantile(run.times, 0.5), quantile(run.times, 0.99)];
  await Promise.all(callers);
  run.times.length = 0;
  globalThis.gc?.();
  return {
    rate: (done * 1000) / took,
    cpu: (user + system) / done,
    p50,
    p99,
    rss: process.resourceUsage().maxRSS * 1024,
    heap: process.memoryUsage().heapUsed,
    ...(memory === undefined ? {} : { memory }),
  };
}

/** Runs until the compiler has done its part: until the rate of calls no longer rises. */
async function warmUp(run: Run, leastMs: number): Promise<void> {
  const start = performance.now();
  let best = 0;
  let steady = 0;
  for (let from = start; ;) {
    const calls = run.calls;
    await sleep(SLICE_MS);
    const now = performance.now();
    const rate = (run.calls - calls) / (now - from);
    steady = rate > best * STEADY ? 0 : steady + 1;
    best = Math.max(best, rate);
    from = now;
    const took = now - start;
    if ((steady >= STEADY_SLICES && took >= leastMs) || took >= WARM_UP_MAX_MS) return;
  }
}

async function sampleMemory(job: Job): Promise<{ heap: number; rss: number }[]> {
  const samples: { heap: number; rss: number }[] = [];
  for (let left = job.runMs; left > 0; left -= job.sampleMs) {
    await sleep(job.sampleMs);
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ heap: heapUsed, rss });
  }
  return samples;
}

async function caller(run: Run, step: Step): Promise<void> {
  while (!run.over) {
    await step();
    run.calls++;
  }
}

/** One caller alone is timed, as a clock per call would weigh on the fast clients. */
async function timedCaller(run: Run, step: Step): Promise<void> {
  while (!run.over) {
    const start = performance.now();
    await step();
    run.times.push((performance.now() - start) * 1000);
    run.calls++;
  }
}

function stepOf(
  client: BenchClient,
  workload: Workload,
  keys: readonly string[],
  values: readonly Value[],
  batches: readonly Batch[],
  caller: number,
): Step {
  // Callers start evenly spread over the keys.
  let at = Math.floor((caller * keys.length) / workload.callers) % keys.length;
  const next = (): number => (at = at + 1 === keys.length ? 0 : at + 1);
  const random = randomBits(caller + 1);
  const share = (workload.setShare ?? 0) * 2 ** 32;
  const get = (): Promise<unknown> => client.get(keys[next()] ?? '');
  const set = (): Promise<unknown> => {
    const i = next();
    return client.set(keys[i] ?? '', values[i] ?? '');
  };
  const batch = (): Batch => batches[next() % batches.length] ?? { keys, entries: new Map() };
  const steps: Record<Workload['op'], Step> = {
    get,
    set,
    mixed: () => (random() < share ? set() : get()),
    get_multi: () => client.getMulti(batch().keys),
    set_multi: () => client.setMulti(batch().entries),
  };
  return steps[workload.op];
}

interface Batch {
  keys: readonly string[];
  entries: ReadonlyMap<string, Value>;
}

/** What multi calls ask for; none for the calls of one key. */
function batchesOf(
  workload: Workload,
  keys: readonly string[],
  values: readonly Value[],
): readonly Batch[] {
  const size = workload.batch ?? Infinity;
  const batches: Batch[] = [];
  for (let from = 0; from + size <= keys.length; from += size) {
    const part = keys.slice(from, from + size);
    const entries = new Map(part.map((key, i) => [key, values[from + i] ?? '']));
    batches.push({ keys: part, entries });
  }
  return batches;
}

/** Unsigned 32-bit numbers that are the same in every run (xorshift). */
function randomBits(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

main(JSON.parse(process.argv[2] ?? '') as Job).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
  // A client with a socket open would keep the failed process alive.
  process.exit();
});
