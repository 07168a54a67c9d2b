// Makes the fixtures again that can be made on this machine from the real Python programs, and says which cannot.
//
//     npm run fixtures                 writes them
//     npm run fixtures -- --check      writes nothing; fails where a committed one differs
//     ... -- --folder other/fixtures   compares, or writes, those in another folder
//     ... -- --only placement          only those with this in their path
//
// Exit status: 0 all that could be made is as committed (or was written); 1 something differs; 64 bad arguments.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import cpythons from './cpythons.cjs';
import pythons from './pythons.cjs';

const ROOT = join(import.meta.dirname, '..');
/** EX_USAGE of sysexits.h. */
const USAGE = 64;

/** What no machine makes again by itself. */
const NEVER = [
  [
    'entries/writers.json, entries.jsonl, cross-readings.json',
    'stored and read by old releases of five clients',
  ],
  [
    'placement/behaviors.json',
    'murmur3 has no name in pylibmc, and hsieh is not in the installed library',
  ],
  ['memcached2/answers.json, ways.json', 'a module that no package has'],
  ['frameworks/entries.json', 'frameworks that the set-up does not install'],
  ['entries/cross-reading.json', 'entries of old releases, read by old releases'],
  [
    'placement/recorded.json',
    'clients that no package has any more: all but the installed python-memcached',
  ],
];

/** One interpreter of each release. */
const CPYTHONS = cpythons
  .findCPythons()
  .filter(({ release }, i, all) => release !== all[i - 1]?.release);

/** Scripts write beside themselves, so they run in a copy of the tree. */
function copyOfTree(fixtures) {
  const scratch = mkdtempSync(join(tmpdir(), 'fixtures-'));
  cpSync(fixtures, join(scratch, 'fixtures'), { recursive: true });
  for (const folder of ['compat-tests/pickle/python', 'compat-tests/python-memcached/python']) {
    cpSync(join(ROOT, folder), join(scratch, folder), { recursive: true });
  }
  return scratch;
}

function runPython(path, args, cwd) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { status, stdout, stderr, error } = spawnSync(path, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} ${args[0]}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Bytes of each release for each value, as text. */
function writtenIn(file) {
  const { rows } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    rows.flatMap(({ value, written }) =>
      written.flatMap(({ releases, bytes }) =>
        releases.map((release) => [`${release} ${value}`, bytes]),
      ),
    ),
  );
}

/**
 * A table of pickles, made by one interpreter of each release. With fewer, or without the libraries whose classes are in it,
 * what they write is compared, and nothing is written.
 */
function pickleTable(name, script, { samePatch }) {
  const path = `pickle/${name}`;
  return {
    path,
    make(scratch, fixtures) {
      const committed = join(fixtures, path);
      const recorded = new Set(JSON.parse(readFileSync(committed, 'utf8')).versions);
      const usable = CPYTHONS.filter(({ version }) => !samePatch || recorded.has(version));
      if (usable.length === 0) return { cannot: [`${path}: no CPython that it was made with`] };
      const paths = usable.map((python) => python.path);
      const file = join(scratch, 'compat-tests/pickle/python', script);
      runPython(paths.at(-1), [file, ...paths], scratch);
      const before = writtenIn(committed);
      const after = writtenIn(join(scratch, 'fixtures', path));
      const lost = [...before.keys()].filter((key) => !after.has(key)).length;
      return {
        made: `${path}: CPython ${usable.map(({ version }) => version).join(', ')}`,
        differs: [...after]
          .filter(([key, bytes]) => !startsAlike(before.get(key), bytes))
          .map(([key]) => key),
        incomplete: lost > 0,
        cannot:
          lost > 0
            ? [`${path}: ${lost} pickles of CPythons and libraries that are not installed`]
            : [],
      };
    },
  };
}

/** Rows stand for a release at the protocols that it has; those of its group may have more. */
function startsAlike(before, after) {
  if (before === undefined) return false;
  return after.every((bytes, protocol) => {
    const other = before[protocol];
    return other === undefined || JSON.stringify(other) === JSON.stringify(bytes);
  });
}

/** Each entry is read by its writer's own release; those of Django by the system's Python. */
const READERS = ['2.7', '3.6', '3.7', '3.11', '3.13'];

/** What Python reads from the pickled entries. */
const readings = {
  path: 'entries/readings.jsonl',
  make(scratch, fixtures) {
    const readers = READERS.map((wanted) => CPYTHONS.find(({ release }) => release === wanted));
    const django = pythons.findPython(['django', 'memcache']);
    const [recorded] =
      readFileSync(join(fixtures, this.path), 'utf8').match(/(?<="python": ")3[^"]+/) ?? [];
    const isSame =
      django.path !== undefined &&
      runPython(django.path, ['-V'], scratch).startsWith(`Python ${recorded}.`);
    const needs = `CPython ${READERS.join(', ')}, and ${recorded} with Django`;
    if (readers.includes(undefined) || django.missing.length > 0 || !isSame)
      return { cannot: [`${this.path}: needs ${needs}`] };
    const script = join(scratch, 'compat-tests/pickle/python/record_readings.py');
    runPython(django.path, [script, ...readers.map(({ path }) => path), django.path], scratch);
    return compared(this.path, scratch, fixtures, needs);
  },
};

/** The release of an installed python-memcached, as far as placement tells: `__version__` does not. */
const PROBE = `
import sys, memcache
text = hasattr(memcache.Client, '_FLAG_TEXT')
print('1.62' if memcache.cmemcache_hash(b'ob') == 0 else '1.59' if text else '1.58')
`;

/** Where the installed python-memcached puts keys; only connecting is answered in its place. */
const placement = {
  path: 'placement/recorded.json',
  make(scratch, fixtures) {
    const { path, missing } = pythons.findPython(['memcache']);
    if (missing.length > 0) return { cannot: [`${this.path}: no Python has python-memcached`] };
    const client = `python-memcached ${runPython(path, ['-c', PROBE], scratch).trim()} on Python 3`;
    const script = join(scratch, 'compat-tests/python-memcached/python/record_placement.py');
    runPython(path, [script, client, join(scratch, 'fixtures', this.path)], scratch);
    return compared(this.path, scratch, fixtures, client);
  },
};

function compared(path, scratch, fixtures, by) {
  const before = readFileSync(join(fixtures, path), 'utf8').split('\n');
  const after = readFileSync(join(scratch, 'fixtures', path), 'utf8').split('\n');
  const known = new Set(before);
  const differs = after.filter((line) => !known.has(line)).map((line) => line.slice(0, 100));
  if (differs.length === 0 && before.length !== after.length) differs.push('lines are missing');
  return { made: `${path}: ${by}`, differs, incomplete: false, cannot: [] };
}

const FIXTURES = [
  pickleTable('table.json', 'record_table.py', { samePatch: false }),
  // Standard classes change within a release too.
  pickleTable('classes.json', 'record_classes.py', {
    samePatch: true,
  }),
  readings,
  placement,
];

/** Whether the committed fixture is right, or has been written. */
function treat(fixture, scratch, fixtures, check) {
  const { made, differs = [], incomplete = false, cannot } = fixture.make(scratch, fixtures);
  for (const what of cannot) console.log(`cannot   ${what}`);
  if (made === undefined) return true;
  if (differs.length === 0) {
    console.log(`same     ${made}`);
    return true;
  }
  const isWritten = !check && !incomplete;
  console.log(`${isWritten ? 'written ' : 'DIFFERS '} ${made}: ${differs.length} differ`);
  for (const each of differs.slice(0, 10)) console.log(`         ${each}`);
  if (isWritten)
    copyFileSync(join(scratch, 'fixtures', fixture.path), join(fixtures, fixture.path));
  return isWritten;
}

const OPTIONS = {
  check: { type: 'boolean' },
  folder: { type: 'string' },
  only: { type: 'string' },
};

function argumentsGiven() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error(error.message);
    process.exit(USAGE);
  }
}

const { check = false, folder = join(ROOT, 'fixtures'), only = '' } = argumentsGiven();
const fixtures = resolve(folder);
const scratch = copyOfTree(fixtures);
try {
  const good = FIXTURES.filter(({ path }) => path.includes(only)).map((fixture) =>
    treat(fixture, scratch, fixtures, check),
  );
  for (const [path, why] of NEVER) console.log(`cannot   ${path}: ${why}`);
  process.exitCode = good.every(Boolean) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
