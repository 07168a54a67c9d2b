// Throughput and p99 over concurrency, value size and number of servers, drawn as SVG.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, figures, type Plan, type Result } from './rounds';
import { startServer, type Server } from './server';
import { median } from './stats';
import { drawCharts, type Chart, type Series } from './svg';
import type { Workload } from './workloads';

/** The same in every chart; told apart by the colour-blind, and on white and black alike (after Okabe and Ito). */
const COLOURS: Readonly<Record<string, string>> = {
  ours: '#d55e00',
  'raw-string': '#7f7f7f',
  'raw-buffer': '#7f7f7f',
  memjs: '#0072b2',
  memcached: '#009e73',
  'memcache-client': '#cc79a7',
  memcache: '#b8860b',
};
const ALL = Object.keys(COLOURS).filter((name) => name !== 'raw-buffer');
const WITH_BYTES = ALL.map((name) => (name === 'raw-string' ? 'raw-buffer' : name));
/** The floors and memcache-client know no more than one server. */
const WITH_PLACEMENT = ['ours', 'memjs', 'memcached', 'memcache'];

const ROUNDS_MAX = 2;
const PLOT_SERVER_THREADS = 2;

/** A workload at each x. */
interface Plot {
  file: string;
  title: string;
  xTitle: string;
  clients: readonly string[];
  points: readonly (readonly [number, Workload])[];
}

/** What every run of every plot is divided by, so that a slow minute bends no line. */
export const REFERENCE: Workload = {
  name: 'reference',
  title: 'get 100 B, 64 at a time',
  callers: 64,
  op: 'get',
  material: 'text',
  size: 100,
  keys: 1000,
  floor: 'raw-string',
};

export function withCallers(callers: number): Workload {
  return { ...REFERENCE, name: `${callers} callers`, callers };
}

export function withSize(op: 'get' | 'set', size: number): Workload {
  const name = `${op} ${size} B`;
  return { ...REFERENCE, name, callers: 8, op, material: 'bytes', size, keys: 64 };
}

export function withServers(servers: number, callers: number): Workload {
  return { ...REFERENCE, name: `${servers} servers`, callers };
}

const CALLERS = [1, 4, 16, 64, 256, 1024, 4096];
const SIZES = [10, 100, 1000, 10_000, 100_000, 1_000_000];
const SERVERS = [1, 2, 5, 10, 20, 50];

const PLOTS: readonly Plot[] = [
  {
    file: 'concurrency.svg',
    title: 'get 100 B',
    xTitle: 'callers',
    clients: ALL,
    points: CALLERS.map((callers) => [callers, withCallers(callers)]),
  },
  {
    file: 'value-size-get.svg',
    title: 'get, 8 callers',
    xTitle: 'bytes of a value',
    clients: WITH_BYTES,
    points: SIZES.map((size) => [size, withSize('get', size)]),
  },
  {
    file: 'value-size-set.svg',
    title: 'set, 8 callers',
    xTitle: 'bytes of a value',
    clients: WITH_BYTES,
    points: SIZES.map((size) => [size, withSize('set', size)]),
  },
  {
    file: 'servers.svg',
    title: 'get 100 B, 512 callers',
    xTitle: 'servers',
    clients: WITH_PLACEMENT,
    points: SERVERS.map((servers) => [servers, withServers(servers, 512)]),
  },
];

/** Measures and writes every plot to `folder`. */
export async function drawPlots(plan: Plan, servers: Server[], folder: string): Promise<void> {
  const many = await startServer(PLOT_SERVER_THREADS, Math.max(...SERVERS), false);
  servers.push(many);
  mkdirSync(folder, { recursive: true });
  for (const plot of PLOTS) {
    const results: (readonly [number, Result])[] = [];
    for (const [x, workload] of plot.points) {
      const names = plot.xTitle === 'servers' ? many.names.slice(0, x) : undefined;
      results.push([x, await comparePoint(plan, workload, plot.clients, names)]);
    }
    writeFileSync(join(folder, plot.file), drawCharts(charts(plot, results)));
    plan.tell(`wrote ${plot.file}`);
  }
}

/** One point of a series: the floor runs the reference beside it. */
export function comparePoint(
  plan: Plan,
  workload: Workload,
  clients: readonly string[],
  names?: readonly string[],
): Promise<Result> {
  const rounds = Math.min(plan.rounds, ROUNDS_MAX);
  const serversFor = (asked: Workload): readonly string[] =>
    asked === workload && names !== undefined ? names : plan.serversFor(asked);
  return compare({ ...plan, rounds, serversFor }, workload, clients, REFERENCE);
}

function charts(plot: Plot, results: readonly (readonly [number, Result])[]): Chart[] {
  const usual = median(results.flatMap(([, { bases }]) => bases.map(({ rate }) => rate)));
  const series = (y: (x: number, result: Result, client: string) => number): Series[] =>
    plot.clients.map((name) => ({
      name,
      colour: COLOURS[name] ?? 'black',
      points: results.flatMap(([x, result]) =>
        result.samples.has(name) ? [[x, y(x, result, name)] as const] : [],
      ),
    }));
  const figuresOf = (result: Result, name: string) => figures(result.samples.get(name) ?? []);
  const { title, xTitle } = plot;
  return [
    {
      title: `${title}: throughput`,
      xTitle,
      yTitle: 'operations per second',
      series: series((_x, result, name) => figuresOf(result, name).rateRatio * usual),
    },
    {
      title: `${title}: 99 % of answers within`,
      xTitle,
      yTitle: 'microseconds',
      series: series((_x, result, name) => figuresOf(result, name).p99),
    },
  ];
}
