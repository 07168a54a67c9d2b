// Where the CPU time of one client goes in one workload: self time by function.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './processes';
import { table } from './report';
import type { Plan } from './rounds';
import type { Workload } from './workloads';

const PROFILED_MS = 2000;
const INTERVAL_US = 200;
const ROWS = 25;
/** What a profile says of time in which nothing ran. */
const IDLE = new Set(['(idle)', '(root)']);

interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** The functions with the most self time, as a Markdown table. */
export async function profile(plan: Plan, workload: Workload, client: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`];
    const { warmUpMs, build } = plan;
    const servers = plan.serversFor(workload);
    const job = { client, workload, servers, build, warmUpMs, runMs: PROFILED_MS, sampleMs: 0 };
    await measure(job, plan.python, flags);
    const [file = ''] = readdirSync(folder);
    const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    return `### ${client}: ${workload.title}\n\n${summarize(read)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function summarize({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node.callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const name = names.get(id) ?? '';
    const took = timeDeltas[i] ?? 0;
    if (IDLE.has(name)) return;
    total += took;
    times.set(name, (times.get(name) ?? 0) + took);
  });
  const rows = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, ROWS)
    .map(([name, took]) => [`${((took / total) * 100).toFixed(1)} %`, name]);
  return table(['self time', 'function'], rows);
}

function nameOf(frame: CpuProfile['nodes'][number]['callFrame']): string {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (frame.url === '') return name;
  const file = frame.url.startsWith('file:') ? basename(fileURLToPath(frame.url)) : frame.url;
  return `${name} ${file}:${frame.lineNumber + 1}`;
}
