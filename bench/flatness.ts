// Shows that no cost grows with the wrong thing: pending calls, servers, bytes, time.

import { measure } from './processes';
import { comparePoint, REFERENCE, withCallers, withServers, withSize } from './plots';
import { decimals, megabytes, table } from './report';
import { figures, type Plan } from './rounds';
import { startServer, type Server } from './server';
import { slope } from './stats';
import type { Workload } from './workloads';

const PENDING = [1, 100, 1000, 10_000, 100_000];
const SERVERS = [1, 5, 20, 100];
const SIZES = [100, 1000, 10_000, 100_000, 1_000_000];
/** A cost in CPU time is steadier than a rate. */
const FLAT_ROUNDS = 2;
/** So many that each of 100 servers still has lines of many keys to answer. */
const CALLERS_OF_SERVERS = 4096;
/** 100,000 callers need this long to come into step. */
const FLAT_WARM_UP_MS = 500;
const FLAT_RUN_MS = 600;

const SUSTAINED_MS = 20_000;
const SAMPLE_MS = 1000;
const SUSTAINED: Workload = {
  ...REFERENCE,
  name: 'sustained',
  callers: 512,
  op: 'mixed',
  setShare: 0.1,
};

/** Runs all checks; what they found, as Markdown. */
export async function checkFlatness(plan: Plan, servers: Server[]): Promise<string> {
  const rounds = Math.min(plan.rounds, FLAT_ROUNDS);
  const longer = { ...plan, rounds, warmUpMs: FLAT_WARM_UP_MS, runMs: FLAT_RUN_MS };
  const many = await startServer(2, Math.max(...SERVERS), false);
  servers.push(many);
  const counts = PENDING.map((count) => [count, withCallers(count)] as const);
  const pending = await costs(longer, counts);
  const pendingOfFloor = await costs(longer, counts, undefined, REFERENCE.floor);
  const spread = await costs(
    longer,
    SERVERS.map((count) => [count, withServers(count, CALLERS_OF_SERVERS)]),
    many.names,
  );
  const reading = await costs(
    longer,
    SIZES.map((size) => [size, withSize('get', size)]),
  );
  const writing = await costs(
    longer,
    SIZES.map((size) => [size, withSize('set', size)]),
  );
  return [
    'CPU per operation of ours, divided by that of the floor in one reference workload',
    `(${REFERENCE.title}), which runs before and after each:\n`,
    table(
      ['calls pending at once (get 100 B)', ...labels(pending)],
      [
        ['ours', ...values(pending)],
        ['the floor', ...values(pendingOfFloor)],
      ],
    ),
    table(
      [`servers (get 100 B, ${CALLERS_OF_SERVERS} at a time)`, ...labels(spread)],
      [['ours', ...values(spread)]],
    ),
    table(
      ['bytes of a value (8 at a time)', ...labels(reading)],
      [
        ['get', ...values(reading)],
        ['set', ...values(writing)],
        ['get, per KB', ...perKilobyte(reading)],
        ['set, per KB', ...perKilobyte(writing)],
      ],
    ),
    await sustained(longer),
  ].join('\n');
}

type Cost = readonly [x: number, cpuRatio: number];

async function costs(
  plan: Plan,
  points: readonly (readonly [number, Workload])[],
  names?: readonly string[],
  client = 'ours',
): Promise<Cost[]> {
  const found: Cost[] = [];
  for (const [x, workload] of points) {
    const result = await comparePoint(plan, workload, [client], names?.slice(0, x));
    found.push([x, figures(result.samples.get(client) ?? []).cpuRatio]);
  }
  return found;
}

async function sustained(plan: Plan): Promise<string> {
  const { build, warmUpMs, python } = plan;
  const servers = plan.serversFor(SUSTAINED);
  plan.tell(`memory under a sustained load, ${SUSTAINED_MS / 1000} s`);
  const { memory = [], rate } = await measure(
    {
      ...{ client: 'ours', workload: SUSTAINED, servers, build, warmUpMs },
      ...{ runMs: SUSTAINED_MS, sampleMs: SAMPLE_MS },
    },
    python,
  );
  const row = (name: string, sizes: number[]): string[] => {
    const [first = NaN] = sizes;
    const last = sizes.at(-1) ?? NaN;
    const change = (slope(sizes) * 60_000) / SAMPLE_MS;
    return [name, megabytes(first), megabytes(Math.max(...sizes)), megabytes(last), signed(change)];
  };
  return [
    `Memory under ${SUSTAINED.callers} callers (90 % get, 10 % set of 100 B) for`,
    `${SUSTAINED_MS / 1000} s, ${(rate * SUSTAINED_MS * 1e-9).toFixed(1)} million calls,`,
    `a sample each second after a collection:\n`,
    table(
      ['MB', 'first', 'most', 'last', 'trend per minute'],
      [
        row(
          'heap',
          memory.map(({ heap }) => heap),
        ),
        row(
          'RSS',
          memory.map(({ rss }) => rss),
        ),
      ],
    ),
  ].join('\n');
}

function labels(found: readonly Cost[]): string[] {
  return found.map(([x]) => x.toLocaleString('en'));
}

function values(found: readonly Cost[]): string[] {
  return found.map(([, ratio]) => decimals(ratio));
}

function perKilobyte(found: readonly Cost[]): string[] {
  return found.map(([size, ratio]) => decimals((ratio * 1000) / size));
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${megabytes(Math.abs(bytes))}`;
}
