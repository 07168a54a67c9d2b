// Finds the CPythons of this machine, the oldest first: one of each release.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Releases whose pickles are recorded. */
export const RELEASES = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];

const PROBE =
  'import sys, platform; print("|".join([platform.python_implementation(), platform.python_version(), sys.executable]))';

/** Where version managers keep interpreters: one folder a version, each with bin/. */
const MANAGED = [
  join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions'),
  join(homedir(), '.local/share/uv/python'),
  join(homedir(), '.local/share/mise/installs/python'),
  join(homedir(), '.asdf/installs/python'),
  '/opt/python',
];

function folders() {
  const managed = MANAGED.filter((each) => existsSync(each)).flatMap((root) =>
    readdirSync(root).map((version) => join(root, version, 'bin')),
  );
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [...new Set([...managed, '/usr/bin', '/usr/local/bin', ...onPath])].filter(
    (folder) => folder !== '' && existsSync(folder),
  );
}

function probe(path) {
  const { status, stdout } = spawnSync(path, ['-c', PROBE], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  if (status !== 0) return undefined; // a shim of a version that is not selected, or no interpreter at all
  const [implementation, version, executable] = stdout.trim().split('|');
  const release = RELEASES.find((each) => version.startsWith(`${each}.`));
  if (implementation !== 'CPython' || release === undefined) return undefined;
  return { path: executable, version, release };
}

let found;

/** `{ path, version, release }` of one interpreter of each release that is installed. */
export function findCPythons() {
  if (found !== undefined) return found;
  const candidates = folders().flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^python(2\.7|3\.\d+)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const byRelease = new Map();
  for (const path of candidates) {
    const python = probe(path);
    if (python !== undefined && !byRelease.has(python.release)) {
      byRelease.set(python.release, python);
    }
  }
  found = RELEASES.flatMap((release) => byRelease.get(release) ?? []);
  return found;
}
