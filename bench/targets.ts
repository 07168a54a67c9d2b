// The targets of ours beside what was measured, as Markdown.

import { decimals, percent, table } from './report';
import { against, peersOf, type Ratio, type Result } from './rounds';
import type { Targets } from './workloads';

/** Whom ours is measured against, and which target that has. */
interface Column {
  head: string;
  target: keyof Targets;
  other: (result: Result) => string | undefined;
  /** True when the other's name is not in the head. */
  named: boolean;
}

const COLUMNS: readonly Column[] = [
  {
    head: 'the best other Node client',
    target: 'node',
    other: (result) => peersOf(result)[0]?.name,
    named: true,
  },
  { head: 'our raw floor', target: 'floor', other: ({ workload }) => workload.floor, named: false },
  {
    head: 'python-memcached',
    target: 'python',
    other: () => 'python-memcached',
    named: false,
  },
];

interface Check {
  column: Column;
  target: number;
  other: string | undefined;
  /** Undefined when one of the two did not run. */
  ratio: Ratio | undefined;
}

/** One row a workload that has targets; what falls short is marked, and named below. */
export function targetTable(results: readonly Result[]): string {
  const withTargets = results.filter(({ workload }) => workload.targets !== undefined);
  const head = COLUMNS.flatMap((column) => [`against ${column.head}`, 'measured']);
  const rows = withTargets.map((result) => {
    const checks = checksOf(result);
    const mark = checks.some(isShort) ? ' **✗**' : '';
    const cells = COLUMNS.flatMap((column) => cellsOf(checks.find((c) => c.column === column)));
    return [`${result.workload.title}${mark}`, ...cells];
  });
  const short = withTargets.flatMap((result) =>
    checksOf(result)
      .filter(isShort)
      .map((check) => `- ${result.workload.title}: ${sentence(check)}${reach(result, check)}\n`),
  );
  const shortfalls = short.length === 0 ? 'No target is missed.\n' : `Short:\n\n${short.join('')}`;
  return `${table(['ops/s of ours', ...head], rows)}\n${shortfalls}`;
}

function checksOf(result: Result): Check[] {
  const targets = result.workload.targets ?? {};
  return COLUMNS.flatMap((column) => {
    const target = targets[column.target];
    if (target === undefined) return [];
    const other = column.other(result);
    const ratio = other === undefined ? undefined : against(result, 'ours', other);
    return [{ column, target, other, ratio }];
  });
}

function cellsOf(check: Check | undefined): [string, string] {
  if (check === undefined) return ['', ''];
  const { column, target, other, ratio } = check;
  if (ratio === undefined) return [`≥ ${target}`, 'not measured'];
  const figure = `${decimals(ratio.median)} ± ${percent(ratio.spread)}`;
  const name = column.named ? ` ${other ?? ''}` : '';
  return [`≥ ${target}`, `${isShort(check) ? `**${figure} ✗**` : `${figure} ✓`}${name}`];
}

function isShort({ ratio, target }: Check): boolean {
  return ratio !== undefined && ratio.median < target;
}

function sentence({ other, ratio, target }: Check): string {
  return `${decimals(ratio?.median ?? NaN)} of ${other ?? ''}, target ${target}`;
}

/** What the floor itself reaches: beyond that no client of Node's sockets comes on this machine. */
function reach(result: Result, { column, other }: Check): string {
  if (other === undefined || column.target === 'floor') return '';
  const floor = against(result, result.workload.floor, other);
  return floor === undefined ? '' : ` (the floor itself: ${decimals(floor.median)})`;
}
