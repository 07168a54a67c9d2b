// Finds a Python that can import given modules. Plain CommonJS: set-up runs it before any package exists.
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync } = require('node:fs');
const { delimiter, join } = require('node:path');

/** Where packages of the system put their modules. */
const SYSTEM_PYTHON = '/usr/bin/python3';

/** Prints, one a line, the modules of argv that cannot be imported. */
const PROBE = `
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception:
        print(name)
`;

/** Every Python 3 to try, the system's own first, then those on PATH: python3, python3.13, ... */
function candidates() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((each) => existsSync(each));
  const onPath = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^python3(\.\d+)?$/.test(name))
      .sort((a, b) => a.length - b.length)
      .map((name) => join(folder, name)),
  );
  return [...new Set([SYSTEM_PYTHON, ...onPath])].filter((path) => existsSync(path));
}

/** The modules that this Python lacks; undefined when it does not run. */
function missingModules(path, modules) {
  const { status, stdout } = spawnSync(path, ['-c', PROBE, ...modules], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.toString().split('\n').filter(Boolean) : undefined;
}

/**
 * The Python that has the most of `modules`: the first that has all, else the earliest best.
 * `{ path: undefined, missing: modules }` when no Python runs.
 */
function findPython(modules) {
  let best = { path: undefined, missing: [...modules] };
  for (const path of candidates()) {
    const missing = missingModules(path, modules);
    if (missing === undefined) continue;
    if (best.path === undefined || missing.length < best.missing.length) best = { path, missing };
    if (missing.length === 0) break;
  }
  return best;
}

module.exports = { findPython };
