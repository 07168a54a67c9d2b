// Results as Markdown.

import { basename } from 'node:path';
import { clientsOf, entryOf } from './clients/index';
import type { Machine } from './machine';
import { SHARED_CPU } from './processes';
import { against, figures, peersOf, type Figures, type Result } from './rounds';
import { targetTable } from './targets';

/** Ours against everybody; one row a workload. */
export function summary(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const peer = peersOf(result)[0]?.name;
    return [
      result.workload.title,
      peer === undefined ? '' : `${versus(result, peer)} ${peer}`,
      versus(result, result.workload.floor),
      ...clientsOf('python').map((name) => versus(result, name)),
    ];
  });
  const head = ['ops/s of ours against', 'best other Node client', 'raw floor'];
  return table([...head, ...clientsOf('python')], rows);
}

/** All clients of one workload. */
export function details(result: Result): string {
  const rows = [...result.samples].map(([name, samples]) =>
    row(name, figures(samples), samples.length),
  );
  const failures = [...result.failures].map(
    ([name, reason]) => `\n${name} did not take part: ${reason}\n`,
  );
  return [
    `### ${result.workload.title} (\`${result.workload.name}\`)\n`,
    table(
      [
        ...['client', 'runs', 'ops/s ÷ floor', 'CPU per op ÷ floor', 'CPU µs per op'],
        ...['p50 µs', 'p99 µs', 'RSS MB', 'heap MB'],
      ],
      rows,
    ),
    ...failures,
  ].join('\n');
}

export function machineTable(machine: Machine): string {
  const versions = Object.entries(machine.clients).map(([name, version]) => `${name} ${version}`);
  return table(
    ['', ''],
    [
      ['date', machine.date],
      ['commit', machine.commit],
      ['CPU', `${machine.cpu}, ${machine.cores} cores`],
      ['memory', `${machine.memoryGb} GB`],
      ['load when it began', decimals(machine.load)],
      ['CPUs kept awake', machine.awake ? 'yes' : 'no'],
      ['system', machine.system],
      ['Node', machine.node],
      ['memcached', machine.memcached],
      ['Python', machine.python],
      ['clients', versions.join(', ')],
    ],
  );
}

/** The whole of BENCHMARKS.md. */
export function benchmarks(
  machine: Machine,
  results: readonly Result[],
  how: { command: string; rounds: number; warmUpMs: number; runMs: number },
  parts: { flatness: string; wires: string },
  plots: readonly string[],
): string {
  const floors = clientsOf('floor').join(' and ');
  return `# Benchmarks

Written by \`${how.command}\`. Ratios, not absolute numbers: a shared machine changes its speed from
second to second, so every run is divided by the runs of the floor just before and after it, and the
figure is the median over ${how.rounds} rounds, ± half the distance of its quartiles. p50, p99 and CPU µs
are for orientation.

## Targets

Operations per second of ours divided by theirs: more is better. ✗ marks what falls short.

${targetTable(results)}
## Ours against the others

${summary(results)}
## What is measured

- **ours** is the built package, python-memcached's \`Client\` with its defaults: key checks, flags,
  typed values, timeouts and failure handling are on.
- **${floors}** are the floors, clients of our own that do nothing but the protocol on one
  socket (\`bench/clients/floor.ts\`), with strings and with Buffers. They join the gets of a tick and
  write once per tick, as ours does; they check no key and have no timeout.
- The peers run with their defaults; what a user must add to store a dict or to call them with
  promises is added.
- Each run is a process of its own that first verifies its client: every key written, read alone
  and by multi get, misses, and (ours and the floors) the order of commands in one tick. Then it
  warms up for ${how.warmUpMs} ms at least, until its rate no longer rises, and is measured for
  ${how.runMs} ms; one client and one workload after the other, against one private memcached.
- A peer that in the first round is below a third of the best peer does not run again: see the
  number of runs.
- Callers run in a closed loop: each waits for its answer before it asks again. Python clients block,
  so they have one caller.${SHARED_CPU === undefined ? '' : ONE_CPU}
- CPU per op is user and system time of the client process, the garbage collector's threads
  included. RSS is the peak; heap is what is in use after the run and a collection.

${machineTable(machine)}
## Flatness

${parts.flatness}
## The binary protocol beside the text one

The same client, pylibmc's, over both wires.

${parts.wires}
${plotSection(plots)}## Every client

${results.map(details).join('\n')}
## Again

    npm install
    npm run bench                        the tables above on your machine, in about ten minutes
    npm run bench -- --targets           only what the table of targets needs, in about six
    npm run bench -- --quick             fewer and shorter rounds
    npm run bench -- --only get-64,set-64 --clients ours,memjs --rounds 9
    npm run bench -- --before <folder>   beside another build of ours, as the client \`before\`
    npm run bench -- --flat              only the flatness checks
    npm run bench -- --plots             the plots in docs/performance/
    npm run bench -- --wires             the binary protocol beside the text one
    npm run bench -- --profile get-64    where the CPU time of ours goes
    npm run bench -- --targets --write   this file

memcached must be on the PATH; Python clients that are not installed are left out.
`;
}

const ONE_CPU = `
- Workloads of one caller bind the server and the client's main thread to one CPU. They never work
  at the same time; on two CPUs of a virtual machine most of each call would be the waking of the
  other CPU. Node's own threads, for garbage and compiling, stay on the others.`;

/** @param plots paths from the project's root */
function plotSection(plots: readonly string[]): string {
  if (plots.length === 0) return '';
  const images = plots.map((path) => `![${basename(path, '.svg')}](${path})\n`);
  return `## Scaling\n\nDrawn by \`npm run bench -- --plots\`.\n\n${images.join('\n')}\n`;
}

function versus(result: Result, other: string): string {
  const ratio = against(result, 'ours', other);
  return ratio === undefined ? '' : `${decimals(ratio.median)} ± ${percent(ratio.spread)}`;
}

function row(name: string, values: Figures, runs: number): string[] {
  const group = entryOf(name).group;
  return [
    group === 'ours' ? `**${name}**` : name,
    String(runs),
    `${decimals(values.rateRatio)} ± ${percent(values.spread)}`,
    decimals(values.cpuRatio),
    decimals(values.cpu),
    decimals(values.p50),
    decimals(values.p99),
    megabytes(values.rss),
    values.heap === undefined ? '' : megabytes(values.heap),
  ];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

/** Three significant digits. */
export function decimals(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(digits);
}

export function percent(part: number): string {
  return Number.isNaN(part) ? '?' : `${Math.round(part * 100)} %`;
}

export function megabytes(bytes: number): string {
  return decimals(bytes / 2 ** 20);
}
