// Every pickled entry that real clients stored is read to the right value and rewritten without loss.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { dumps, loads, Registry, type LoadOptions } from '../../lib/value/pickle';
import { describeValue, textOf } from './describe';
import { findPythons, Python, type Difference, type Installed } from './pythons';
import { expectNoFailures, failuresOf } from './report';

const FOLDER = join(__dirname, '../../fixtures/entries');
const PICKLED = 1;
const DEFLATED = 8;

interface Entry {
  readonly by: number[];
  readonly flags?: number;
  readonly data?: string;
}

/** What Python read from one pickle: python/record_readings.py. */
interface Reading {
  /** Digest of the pickle. */
  readonly pickle: string;
  readonly value: string;
  readonly python: string;
  /** Digest of the description. */
  readonly about?: string;
  readonly error?: string;
}

function lines(name: string): unknown[] {
  const text = readFileSync(join(FOLDER, name), 'utf8').trim();
  return text.split('\n').map((line): unknown => JSON.parse(line));
}

const WRITERS = JSON.parse(readFileSync(join(FOLDER, 'writers.json'), 'utf8')) as {
  python: string;
}[];
const ENTRIES = lines('entries.jsonl') as Entry[];
const READINGS = lines('readings.jsonl') as Reading[];

function digest(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}

/** The different pickles by digest, of the Pythons of one generation. */
function picklesBy(generation: 2 | 3): Map<string, Buffer> {
  const pickles = new Map<string, Buffer>();
  for (const { by, flags = 0, data } of ENTRIES) {
    const mine = by.some((writer) => WRITERS[writer]?.python.startsWith(`${generation}.`) === true);
    if (data === undefined || (flags & PICKLED) === 0 || !mine) continue;
    const stored = Buffer.from(data, 'base64');
    const pickle = (flags & DEFLATED) === 0 ? stored : inflateSync(stored);
    pickles.set(digest(pickle), pickle);
  }
  return pickles;
}

/** The two entries with persistent ids hold 'p1' and 'p2'; numbers stand for them, as in record_readings.py. */
const PID = 1_000_000;
const persistentLoad = (pid: unknown): number => Number(String(pid).slice(1)) + PID;
const persistentId = (value: unknown): string | undefined =>
  value === PID + 1 || value === PID + 2 ? `p${value - PID}` : undefined;

/** Calls are never run here; Python runs this one of fixmod.py's. */
const registry = new Registry().register('fixmod', 'make', { load: ({ args }) => [...args] });

function options(generation: 2 | 3, exact: boolean): LoadOptions {
  const common = exact ? { exact, persistentLoad, registry } : { persistentLoad };
  return generation === 2 ? { ...common, python: '2.7' } : common;
}

/** A scalar at the root has no container that would remember its protocol. */
function protocolOf(pickle: Buffer): number {
  return pickle[0] === 0x80 ? (pickle[1] ?? 0) : 0;
}

function describedDigest(pickle: Buffer, generation: 2 | 3): string {
  return digest(textOf(describeValue(loads(pickle, options(generation, true)), generation)));
}

/** The interpreter that reads entries of this generation; Django's own entries need one with Django. */
function readerOf(generation: 2 | 3): Installed | undefined {
  const found = findPythons().filter(({ release }) => release.startsWith(`${generation}.`));
  return found.find(({ path }) => path.startsWith('/usr/bin/')) ?? found.at(-1);
}

it('every pickled entry has a reading by Python, and every reading an entry', () => {
  const entries = [...picklesBy(2).keys(), ...picklesBy(3).keys()].sort();
  expect(READINGS.map(({ pickle }) => pickle).sort()).toEqual(entries);
  expect(ENTRIES.reduce((sum, { by }) => sum + by.length, 0)).toBe(5321);
});

it('what Python itself cannot read is a buffer object of Python 2', () => {
  const unreadable = READINGS.filter(({ error }) => error !== undefined);
  expect(unreadable.map(({ value, error }) => [value, error])).toEqual([
    ["buffer('abc')", 'TypeError: buffer() takes at least 1 argument (0 given)'],
    ["buffer('abc')", 'TypeError: buffer() takes at least 1 argument (0 given)'],
  ]);
});

describe.each([2, 3] as const)('entries written by Python %i', (generation) => {
  const pickles = picklesBy(generation);
  const readings = READINGS.filter(({ python }) => python.startsWith(`${generation}.`));
  const readable = readings
    .filter(({ error }) => error === undefined)
    .map((reading) => ({ ...reading, bytes: pickles.get(reading.pickle) ?? Buffer.alloc(0) }));

  it.each(readable)('$value is read as what Python reads ($pickle)', ({ bytes, about }) => {
    expect(describedDigest(bytes, generation)).toBe(about);
  });

  it.each(readable)('$value is rewritten without loss ($pickle)', ({ bytes, about }) => {
    const exact = loads(bytes, options(generation, true));
    expect(describedDigest(dumps(exact, undefined, { persistentId }), generation)).toBe(about);
    const plain = loads(bytes, options(generation, false));
    // A scalar alone has no container that would remember its type.
    if (typeof plain !== 'object' || plain === null) return;
    expect(describedDigest(dumps(plain, undefined, { persistentId }), generation)).toBe(about);
  });

  const installed = readerOf(generation);
  const others = readable.filter(({ value }) => !value.includes('Pers('));
  if (installed === undefined) return;
  it(`are read again by CPython ${installed.version} after a rewrite, and have lost nothing`, async () => {
    const python = new Python(installed);
    const pairs = others.map(({ bytes }) => {
      const plain = loads(bytes, options(generation, false));
      const isRemembered = typeof plain === 'object' && plain !== null;
      const written = isRemembered
        ? dumps(plain)
        : dumps(loads(bytes, options(generation, true)), protocolOf(bytes));
      return [bytes.toString('base64'), written.toString('base64')] as const;
    });
    const differences = await python.compare(pairs);
    await python.stop();
    const failures = failuresOf(
      others.map(({ bytes, value }) => ({ pickle: bytes.toString('base64'), value })),
      'as read',
      ({ value }, index) => withoutDjango(value, differences[index] ?? null),
    );
    expectNoFailures(installed, failures, others.length);
  });
});

/** The difference; nothing where this Python lacks the Django that the entry's classes come from. */
function withoutDjango(value: string, difference: Difference): unknown {
  if (difference === null) return undefined;
  const lacking = 'error' in difference && difference.error.includes("No module named 'django");
  return lacking && value === 'django-entry' ? undefined : { value, ...difference };
}
