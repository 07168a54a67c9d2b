// The conductor of `npm run bench`: reads the options, starts the servers, has the parts done.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keepAwake } from './awake';
import { CLIENTS, entryOf } from './clients/index';
import { checkFlatness } from './flatness';
import { describeMachine } from './machine';
import { drawPlots } from './plots';
import { BENCH, findPython, SHARED_CPU } from './processes';
import { profile } from './profile';
import { benchmarks, details, machineTable, summary } from './report';
import { compare, figures, type Plan, type Result } from './rounds';
import { startServer, type Server } from './server';
import { targetTable } from './targets';
import { ABOUT_WIRES, compareWires, wireTable } from './wires';
import { WORKLOADS, type Workload } from './workloads';

const OPTIONS = {
  targets: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  clients: { type: 'string' },
  rounds: { type: 'string' },
  build: { type: 'string', default: join(BENCH, '..', 'dist') },
  before: { type: 'string' },
  json: { type: 'string', default: join(BENCH, 'dist', 'results.json') },
  write: { type: 'boolean', default: false },
  plots: { type: 'boolean', default: false },
  flat: { type: 'boolean', default: false },
  wires: { type: 'boolean', default: false },
  profile: { type: 'string' },
} as const;

const FULL = { rounds: 3, warmUpMs: 500, runMs: 600 };
/** Fewer runs a round leave time for more rounds. */
const TARGETS = { rounds: 5, warmUpMs: 700, runMs: 700 };
const QUICK = { rounds: 2, warmUpMs: 200, runMs: 200 };

const ROOT = join(BENCH, '..');
/** Where the plots are, from the root. */
const PLOTS = 'docs/performance';

/** memcached's threads: one for us, as one connection uses one, and one to accept. */
const SERVER_THREADS = 2;

async function main(): Promise<void> {
  const { values: options } = parseArgs({ options: OPTIONS });
  const servers: Server[] = [];
  const fallAsleep = keepAwake();
  const stop = (): Promise<void[]> => {
    fallAsleep();
    return Promise.all(servers.map((server) => server.stop()));
  };
  process.once('SIGINT', () => void stop().then(() => process.exit(130)));
  try {
    const plan = await makePlan(options, servers);
    if (options.profile !== undefined) await profileAll(plan, options);
    else if (options.plots) await drawPlots(plan, servers, join(ROOT, PLOTS));
    else if (options.wires) {
      const only = options.only ?? ABOUT_WIRES;
      const results = await compareWires(plan, chosenWorkloads({ only }));
      console.log([...results.map(details), wireTable(results)].join('\n'));
    } else if (options.flat) console.log(await checkFlatness(plan, servers));
    else await compareAll(plan, servers, options);
  } finally {
    await stop();
  }
}

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function makePlan(options: Options, servers: Server[]): Promise<Plan> {
  const shared = await startServer(SERVER_THREADS, 1, false);
  servers.push(shared);
  const bound = SHARED_CPU === undefined ? shared : await startServer(1, 1, true);
  if (bound !== shared) servers.push(bound);
  const length = options.quick ? QUICK : options.targets ? TARGETS : FULL;
  return {
    ...length,
    rounds: options.rounds === undefined ? length.rounds : Number(options.rounds),
    build: resolve(options.build),
    before: options.before === undefined ? undefined : resolve(options.before),
    python: findPython(),
    serversFor: (workload) => (workload.oneCpu === true ? bound : shared).names,
    tell: (line) => console.error(line),
  };
}

async function compareAll(plan: Plan, servers: Server[], options: Options): Promise<void> {
  const clients = chosenClients(options, plan);
  const machine = describeMachine(plan.python);
  const results: Result[] = [];
  for (const workload of chosenWorkloads(options)) {
    const needed = options.targets ? neededFor(workload, clients) : clients;
    const result = await compare(plan, workload, needed);
    results.push(result);
    console.log(details(result));
  }
  console.log(targetTable(results));
  console.log(summary(results));
  console.log(machineTable(machine));
  const json = results.map(({ workload, samples, failures }) => ({
    workload: workload.name,
    clients: Object.fromEntries([...samples].map(([name, runs]) => [name, figures(runs)])),
    runs: Object.fromEntries(samples),
    failures: Object.fromEntries(failures),
  }));
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify({ machine, results: json }, undefined, 1)}\n`);
  if (!options.write) return;
  const flatness = await checkFlatness(plan, servers);
  const aboutWires = chosenWorkloads({ only: ABOUT_WIRES });
  const wires = wireTable(await compareWires(plan, aboutWires));
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  const text = benchmarks(
    machine,
    results,
    { command, ...plan },
    { flatness, wires },
    plotsDrawn(),
  );
  writeFileSync(join(ROOT, 'BENCHMARKS.md'), text);
}

function plotsDrawn(): string[] {
  const folder = join(ROOT, PLOTS);
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.filter((name) => name.endsWith('.svg')).map((name) => `${PLOTS}/${name}`);
}

async function profileAll(plan: Plan, options: Options): Promise<void> {
  const only = options.profile === 'all' ? undefined : options.profile;
  for (const workload of chosenWorkloads({ ...options, only })) {
    for (const client of options.clients?.split(',') ?? ['ours']) {
      console.log(await profile(plan, workload, client));
    }
  }
}

/** Those that the workload's targets name. */
function neededFor({ targets = {} }: Workload, clients: readonly string[]): readonly string[] {
  return clients.filter((name) => {
    const { group } = entryOf(name);
    if (group === 'node') return targets.node !== undefined;
    return group === 'python' ? name === 'python-memcached' && targets.python !== undefined : true;
  });
}

function chosenWorkloads(options: {
  only?: string | undefined;
  targets?: boolean | undefined;
}): readonly Workload[] {
  if (options.only === undefined) {
    return options.targets === true
      ? WORKLOADS.filter(({ targets }) => targets !== undefined)
      : WORKLOADS;
  }
  return options.only.split(',').map((name) => {
    const workload = WORKLOADS.find((one) => one.name === name);
    if (workload !== undefined) return workload;
    const names = WORKLOADS.map((one) => one.name).join(', ');
    throw new Error(`unknown workload ${name}; there are ${names}`);
  });
}

/** All but those that one part alone measures. */
function standard(): string[] {
  return Object.keys(CLIENTS).filter((name) => entryOf(name).group !== 'wire');
}

/** All clients, without those that cannot run here. */
function chosenClients(options: Options, plan: Plan): readonly string[] {
  const names = options.clients?.split(',') ?? standard();
  if (names.includes('ours') && !existsSync(join(plan.build, 'index.js'))) {
    throw new Error(`no build of ours in ${plan.build}`);
  }
  return names.filter((name) => {
    if (name === 'before') return plan.before !== undefined;
    if (entryOf(name).group !== 'python' || plan.python?.clients[name] !== undefined) return true;
    plan.tell(`${name} is left out: no Python found that has it`);
    return false;
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
