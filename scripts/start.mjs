// `npm start`: builds the package if it is not built from these sources, and shows it at work.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = [
  'lib',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
];
const BUILT = 'dist/index.js';

/** When a file, or the newest file of a folder, was written. */
function writtenAt(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return -Infinity;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => writtenAt(join(path, name))));
}

function build() {
  const newest = Math.max(...SOURCES.map((name) => writtenAt(join(ROOT, name))));
  if (newest < writtenAt(join(ROOT, BUILT))) return;
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

build();
const { show } = await import('./demo/main.mjs');
process.exitCode = (await show()) ? 0 : 1;
