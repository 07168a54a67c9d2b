// Finds the CPythons of this machine whose pickles are imitated and recorded.
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, realpathSync } = require('node:fs');
const { homedir } = require('node:os');
const { delimiter, join } = require('node:path');

const RELEASES = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];

const NAMES = /^python(2\.7|3(\.\d+)?)?$/;

const PROBE =
  'import sys, platform, pickle; print("|".join([platform.python_implementation(), platform.python_version(), sys.executable, str(pickle.HIGHEST_PROTOCOL)]))';

/** Where version managers keep interpreters: one folder a version, each with bin/. */
const MANAGED = [
  join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions'),
  join(homedir(), '.local/share/uv/python'),
  join(homedir(), '.local/share/mise/installs/python'),
  join(homedir(), '.asdf/installs/python'),
  '/opt/python',
];

function candidates() {
  const managed = MANAGED.filter((each) => existsSync(each)).flatMap((root) =>
    readdirSync(root).map((version) => join(root, version, 'bin')),
  );
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [...new Set([...managed, '/usr/bin', '/usr/local/bin', ...onPath])]
    .filter((folder) => folder !== '' && existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => NAMES.test(name))
        .map((name) => join(folder, name)),
    )
    .filter((path) => existsSync(path)); // a link may lead nowhere
}

/** The interpreter of this path; undefined for a shim of a version that is not selected, or another Python. */
function probe(path) {
  const { status, stdout } = spawnSync(path, ['-c', PROBE], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const [implementation, version, executable, highest] = stdout.trim().split('|');
  const release = RELEASES.find((each) => version.startsWith(`${each}.`));
  if (implementation !== 'CPython' || release === undefined) return undefined;
  return { path: realpathSync(executable), version, release, highest: Number(highest) };
}

/** Every interpreter once, the oldest release first; of one release those of version managers first. */
function findCPythons() {
  const found = new Map();
  for (const path of new Set(candidates().map((each) => realpathSync(each)))) {
    const python = probe(path);
    if (python !== undefined && !found.has(python.path)) found.set(python.path, python);
  }
  const order = ({ release }) => RELEASES.indexOf(release);
  return [...found.values()].sort((a, b) => order(a) - order(b));
}

module.exports = { findCPythons };
