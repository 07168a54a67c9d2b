// Where and with what the figures were made.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { CAN_STAY_AWAKE } from './awake';
import { CLIENTS } from './clients/index';
import { BENCH, type Python } from './processes';

export interface Machine {
  date: string;
  commit: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  /** Processes that ran or waited for a CPU in the last minute: the bench wants to be alone. */
  load: number;
  /** Whether CPUs were kept from sleeping: awake.ts. */
  awake: boolean;
  system: string;
  node: string;
  memcached: string;
  python: string;
  /** The version of each client. */
  clients: Record<string, string>;
}

export function describeMachine(python: Python | undefined): Machine {
  const [first] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? NaN,
    awake: CAN_STAY_AWAKE,
    system: `${type()} ${release()}`,
    node: process.version,
    memcached: output('memcached', '-V').replace(/^memcached /, ''),
    python: python?.version ?? 'none',
    clients: { ...nodeVersions(), ...python?.clients },
  };
}

function commit(): string {
  const id = output('git', '-C', BENCH, 'rev-parse', '--short', 'HEAD');
  const changed = output('git', '-C', BENCH, 'status', '--porcelain', '--', '../lib', '.') !== '';
  return changed ? `${id} with changes` : id;
}

function output(program: string, ...args: string[]): string {
  const { status, stdout } = spawnSync(program, args);
  return status === 0 ? stdout.toString().trim() : 'unknown';
}

function nodeVersions(): Record<string, string> {
  const versions: Record<string, string> = { ours: versionIn(join(BENCH, '..')) };
  for (const [name, entry] of Object.entries(CLIENTS)) {
    if (entry.group !== 'node' || entry.package === undefined) continue;
    versions[name] = versionIn(join(BENCH, '..', 'node_modules', entry.package));
  }
  return versions;
}

function versionIn(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
