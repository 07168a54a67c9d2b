// The binary protocol beside the text one: the same client of ours, the same calls.

import { clientsOf } from './clients/index';
import { decimals, percent, table } from './report';
import { against, compare, type Plan, type Ratio, type Result } from './rounds';
import type { Workload } from './workloads';

/** One caller, many callers, and many keys a call; small values, where a wire's own cost shows. */
export const ABOUT_WIRES = 'get-1,set-1,get-64,set-64,multi-1,multi-8';

/** All rounds: each wire against the floor, and one against the other. */
export async function compareWires(plan: Plan, workloads: readonly Workload[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const workload of workloads) {
    results.push(await compare(plan, workload, clientsOf('wire')));
  }
  return results;
}

export function wireTable(results: readonly Result[]): string {
  const head = ['ops/s', 'text ÷ floor', 'binary ÷ floor', 'binary ÷ text'];
  return table(
    head,
    results.map((result) => [result.workload.title, ...ratios(result).map(shown)]),
  );
}

function ratios(result: Result): (Ratio | undefined)[] {
  const { floor } = result.workload;
  return [
    against(result, 'pylibmc-text', floor),
    against(result, 'pylibmc-binary', floor),
    against(result, 'pylibmc-binary', 'pylibmc-text'),
  ];
}

function shown(ratio: Ratio | undefined): string {
  return ratio === undefined ? '' : `${decimals(ratio.median)} ± ${percent(ratio.spread)}`;
}
