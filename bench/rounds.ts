// Interleaved rounds: every run of a client is divided by the runs of the floor around it.
//
// The speed of a shared machine drifts by a factor of two within seconds. Figures taken minutes
// apart cannot be compared; neighbouring runs can.

import { clientsOf, entryOf } from './clients/index';
import type { Job, Measured } from './job';
import { measure, type Python } from './processes';
import { geometricMean, median, spread } from './stats';
import type { Workload } from './workloads';

/** The floor runs again after so many clients. */
const CLIENTS_BETWEEN = 3;
/** A peer of less than this part of the best peer in the first round does not run again. */
const HOPELESS = 1 / 3;

export interface Sample extends Measured {
  /** `rate` and `cpu` divided by those of the neighbouring runs of the floor. */
  rateRatio: number;
  cpuRatio: number;
}

export interface Result {
  workload: Workload;
  /** One sample a round, by client; the floor has one for each of its runs as the base. */
  samples: Map<string, Sample[]>;
  /** The runs that the samples are divided by. */
  bases: Measured[];
  /** What a client answered wrong, or why it could not run. */
  failures: Map<string, string>;
}

/** Medians over the rounds. */
export interface Figures {
  rateRatio: number;
  cpuRatio: number;
  /** Half of the quartile distance of `rateRatio`, as a part of it. */
  spread: number;
  rate: number;
  cpu: number;
  p50: number;
  p99: number;
  rss: number;
  heap: number | undefined;
}

export interface Plan {
  rounds: number;
  warmUpMs: number;
  runMs: number;
  build: string;
  /** The folder of the other build of ours: the client `before`. */
  before: string | undefined;
  python: Python | undefined;
  /** The servers for a workload. */
  serversFor: (workload: Workload) => readonly string[];
  /** Told before each run. */
  tell: (line: string) => void;
}

/**
 * All rounds of one workload.
 * @param reference what the floor runs as the base: in a series of workloads, one for them all
 */
export async function compare(
  plan: Plan,
  workload: Workload,
  clients: readonly string[],
  reference = workload,
): Promise<Result> {
  const result: Result = { workload, samples: new Map(), bases: [], failures: new Map() };
  const isSeries = reference !== workload;
  let others = clients.filter((name) => takesPart(name, workload, isSeries));
  for (let round = 0; round < plan.rounds; round++) {
    plan.tell(`${workload.name}, round ${round + 1} of ${plan.rounds}`);
    await runRound(plan, result, rotate(others, round), reference);
    if (round === 0 && !isSeries) others = withoutHopeless(result, others);
  }
  return result;
}

export function figures(samples: readonly Sample[]): Figures {
  const middle = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const heaps = samples.flatMap(({ heap }) => (heap === undefined ? [] : [heap]));
  return {
    rateRatio: middle((sample) => sample.rateRatio),
    cpuRatio: middle((sample) => sample.cpuRatio),
    spread: spread(samples.map((sample) => sample.rateRatio)),
    rate: middle((sample) => sample.rate),
    cpu: middle((sample) => sample.cpu),
    p50: middle((sample) => sample.p50),
    p99: middle((sample) => sample.p99),
    rss: middle((sample) => sample.rss),
    heap: heaps.length === 0 ? undefined : median(heaps),
  };
}

/** What pairs of runs say: the median of their ratios, and how far to trust it. */
export interface Ratio {
  median: number;
  /** Half of the quartile distance, as a part of the median. */
  spread: number;
}

/** Ops/s of one client over another's of the same round. */
export function against(result: Result, client: string, other: string): Ratio | undefined {
  const ours = result.samples.get(client) ?? [];
  const theirs = result.samples.get(other) ?? [];
  const isFloor = other === result.workload.floor;
  const pairs = isFloor ? ours.length : Math.min(ours.length, theirs.length);
  if (pairs === 0) return undefined;
  const ratios = ours
    .slice(0, pairs)
    .map(({ rateRatio }, i) => (isFloor ? rateRatio : rateRatio / (theirs[i]?.rateRatio ?? NaN)));
  return { median: median(ratios), spread: spread(ratios) };
}

/** The other Node clients, best first. */
export function peersOf(result: Result): { name: string; ratio: number }[] {
  return clientsOf('node')
    .flatMap((name) => {
      const samples = result.samples.get(name);
      return samples === undefined ? [] : [{ name, ratio: figures(samples).rateRatio }];
    })
    .sort((a, b) => b.ratio - a.ratio);
}

/** Those that go on after the first round: time is better spent on who may be the best. */
function withoutHopeless(result: Result, clients: readonly string[]): string[] {
  const peers = peersOf(result);
  const least = (peers[0]?.ratio ?? 0) * HOPELESS;
  const hopeless = peers.filter(({ ratio }) => ratio < least).map(({ name }) => name);
  return clients.filter((name) => !hopeless.includes(name));
}

/** A floor runs beside the others only in a series; elsewhere the workload's own is the base. */
function takesPart(name: string, workload: Workload, isSeries: boolean): boolean {
  const { group, materials } = entryOf(name);
  if (group === 'python') return workload.python === true;
  if (group === 'floor' && !isSeries) return false;
  return materials === undefined || materials.includes(workload.material);
}

async function runRound(
  plan: Plan,
  result: Result,
  clients: readonly string[],
  reference: Workload,
): Promise<void> {
  let before = await runFloor(plan, result, reference);
  for (let from = 0; from < clients.length; from += CLIENTS_BETWEEN) {
    const runs: [string, Measured][] = [];
    for (const name of clients.slice(from, from + CLIENTS_BETWEEN)) {
      const measured = await runClient(plan, result, name);
      if (measured !== undefined) runs.push([name, measured]);
    }
    const after = await runFloor(plan, result, reference);
    const rate = geometricMean([before.rate, after.rate]);
    const cpu = geometricMean([before.cpu, after.cpu]);
    for (const [name, measured] of runs) {
      add(result, name, measured, measured.rate / rate, measured.cpu / cpu);
    }
    before = after;
  }
}

async function runFloor(plan: Plan, result: Result, reference: Workload): Promise<Measured> {
  const { floor } = reference;
  const measured = await measure(jobOf(plan, reference, floor), plan.python);
  result.bases.push(measured);
  if (reference === result.workload) add(result, floor, measured, 1, 1);
  return measured;
}

async function runClient(plan: Plan, result: Result, name: string): Promise<Measured | undefined> {
  if (result.failures.has(name)) return undefined;
  try {
    return await measure(jobOf(plan, result.workload, name), plan.python);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const lines = text.split('\n');
    const reason = lines.find((line) => line.includes('Error')) ?? lines[0] ?? text;
    result.failures.set(name, reason);
    plan.tell(`${name} cannot take part in ${result.workload.name}: ${reason}`);
    return undefined;
  }
}

function jobOf(plan: Plan, workload: Workload, client: string): Job {
  const { warmUpMs, runMs } = plan;
  const build = client === 'before' ? (plan.before ?? plan.build) : plan.build;
  return {
    client,
    workload,
    servers: plan.serversFor(workload),
    build,
    warmUpMs,
    runMs,
    sampleMs: 0,
  };
}

function add(
  result: Result,
  name: string,
  measured: Measured,
  rateRatio: number,
  cpuRatio: number,
): void {
  const samples = result.samples.get(name) ?? [];
  samples.push({ ...measured, rateRatio, cpuRatio });
  result.samples.set(name, samples);
}

/** Each round starts with another client, so that none always follows the same. */
function rotate<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
