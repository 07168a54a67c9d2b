// Results as Markdown.

import { clientsOf, entryOf } from './clients/index';
import type { Machine } from './machine';
import { SHARED_CPU } from './processes';
import { against, figures, type Figures, type Result } from './rounds';

export interface Peer {
  name: string;
  ratio: number;
}

/** The other Node client with the highest median ratio to the floor. */
export function bestPeer(result: Result): Peer | undefined {
  const peers = clientsOf('node').flatMap((name) => {
    const samples = result.samples.get(name);
    return samples === undefined ? [] : [{ name, ratio: figures(samples).rateRatio }];
  });
  peers.sort((a, b) => b.ratio - a.ratio);
  return peers[0];
}

/** Ours against everybody, with the targets; one row a workload. */
export function summary(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { workload } = result;
    const peer = bestPeer(result);
    return [
      workload.title,
      versus(result, peer?.name, workload.targets?.node, peer?.name),
      versus(result, workload.floor, workload.targets?.floor),
      versus(result, 'python-memcached', workload.targets?.python),
      versus(result, 'pylibmc', undefined),
      versus(result, 'pymemcache', undefined),
    ];
  });
  return table(
    [
      'ops/s of ours against',
      'best other Node client',
      'raw floor',
      'python-memcached',
      'pylibmc',
      'pymemcache',
    ],
    rows,
  );
}

/** All clients of one workload. */
export function details(result: Result): string {
  const rows = [...result.samples].map(([name, samples]) => row(name, figures(samples)));
  const failures = [...result.failures].map(
    ([name, reason]) => `\n${name} did not take part: ${reason}\n`,
  );
  return [
    `### ${result.workload.title} (\`${result.workload.name}\`)\n`,
    table(
      ['client', 'ops/s ÷ floor', 'CPU per op ÷ floor', 'p50 µs', 'p99 µs', 'RSS MB', 'heap MB'],
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
  flatness: string,
): string {
  const floors = clientsOf('floor').join(' and ');
  return `# Benchmarks

Written by \`${how.command}\`. Ratios, not absolute numbers: a shared machine changes its speed from
second to second, so every run is divided by the runs of the floor just before and after it, and the
figure is the median over ${how.rounds} rounds. p50 and p99 are for orientation.

## Ours against the others

Operations per second of ours divided by theirs: more is better. ✓ and ✗ tell whether the target in
brackets is reached.

${summary(results)}
${shortfalls(results)}
## What is measured

- **ours** is the built package, python-memcached's \`Client\` with its defaults: key checks, flags,
  typed values, timeouts and failure handling are on.
- **${floors}** are the floors, clients of our own that do nothing but the protocol on one
  socket (\`bench/clients/floor.ts\`), with strings and with Buffers. They join the gets of a tick and
  write once per tick, as ours does; they check no key and have no timeout.
- The peers run with their defaults; what a user must add to store a dict or to call them with
  promises is added.
- Each run is a process of its own that first verifies its client: every key written, read alone
  and by multi get, misses, and (ours and the floors) the order of commands in one tick. Then
  ${how.warmUpMs} ms of warming up and ${how.runMs} ms of measuring, one client and one workload after
  the other, against one private memcached.
- Callers run in a closed loop: each waits for its answer before it asks again. Python clients block,
  so they have one caller.${SHARED_CPU === undefined ? '' : ONE_CPU}
- CPU per op is user and system time of the client process, the garbage collector's threads
  included. RSS is the peak; heap is what is in use after the run and a collection.

${machineTable(machine)}
## Flatness

${flatness}
## Every client

${results.map(details).join('\n')}
## Again

    npm install
    npm run bench                        the tables above on your machine
    npm run bench -- --quick             fewer and shorter rounds
    npm run bench -- --only get-64,set-64 --clients ours,memjs --rounds 9
    npm run bench -- --before <folder>   beside another build of ours, as the client \`before\`
    npm run bench -- --flat              only the flatness checks
    npm run bench -- --plots             the plots in docs/performance/
    npm run bench -- --profile get-64    where the CPU time of ours goes
    npm run bench -- --write             this file

memcached must be on the PATH; Python clients that are not installed are left out.
`;
}

const ONE_CPU = `
- Workloads of one caller bind the server and the client's main thread to one CPU. They never work
  at the same time; on two CPUs of a virtual machine most of each call would be the waking of the
  other CPU. Node's own threads, for garbage and compiling, stay on the others.`;

/** The targets that were missed, by name. */
function shortfalls(results: readonly Result[]): string {
  const lines = results.flatMap((result) => {
    const { targets = {}, title, floor } = result.workload;
    const peer = bestPeer(result)?.name;
    const checks: [string | undefined, number | undefined][] = [
      [peer, targets.node],
      [floor, targets.floor],
      ['python-memcached', targets.python],
    ];
    return checks.flatMap(([other, target]) => {
      const ratio = other === undefined ? undefined : against(result, 'ours', other);
      if (other === undefined || ratio === undefined || target === undefined) return [];
      return ratio >= target
        ? []
        : [`- ${title}: ${decimals(ratio)} of ${other}, target ${target}`];
    });
  });
  return lines.length === 0 ? '' : `\nShort of the target:\n\n${lines.join('\n')}\n`;
}

function versus(
  result: Result,
  other: string | undefined,
  target: number | undefined,
  named?: string,
): string {
  const ratio = other === undefined ? undefined : against(result, 'ours', other);
  if (ratio === undefined) return '';
  const mark = target === undefined ? '' : ` ${ratio >= target ? '✓' : '✗'} (${target})`;
  return `${decimals(ratio)}${mark}${named === undefined ? '' : ` ${named}`}`;
}

function row(name: string, values: Figures): string[] {
  const group = entryOf(name).group;
  return [
    group === 'ours' ? `**${name}**` : name,
    `${decimals(values.rateRatio)} ± ${Math.round(values.spread * 100)} %`,
    decimals(values.cpuRatio),
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

export function megabytes(bytes: number): string {
  return decimals(bytes / 2 ** 20);
}
