// Entries and placements recorded from cmemcache 0.96: ours writes and reads the entries alike, and places keys alike.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCodec, createDialect, UNREADABLE } from '../../lib/clients/cmemcache/dialect';
import { resolveOptions, type ClientOptions } from '../../lib/clients/cmemcache/options';
import { KEYS, placesOf, rowsOf, walk } from '../../lib/placement/testing/recorded';
import type { Codec } from '../../lib/value/codec';
import { dumps, loads, Py2Int, Py2Long } from '../../lib/value/pickle';
import { describeValue, textOf } from '../pickle/describe';

interface Entry {
  readonly by: readonly number[];
  readonly value: string;
  readonly type: string;
  readonly repr: string;
  readonly get?: string;
  readonly flags?: number;
  readonly data?: string;
}

// The files are our own: fixtures/README.md says how they were made.
const text = (name: string): string =>
  readFileSync(join(__dirname, '../../fixtures/entries', name), 'utf8');
const WRITERS = JSON.parse(text('writers.json')) as readonly { readonly client: string }[];
const WRITER = WRITERS.findIndex(({ client }) => client === 'cmemcache');
const ENTRIES = text('entries.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry);
const STORED = ENTRIES.flatMap((entry) => {
  const { by, flags, data } = entry;
  if (!by.includes(WRITER) || flags === undefined || data === undefined) return [];
  return [{ ...entry, flags, bytes: Buffer.from(data, 'base64') }];
});

const PICKLE = 1;
const COMPRESSED = 8;
const TEXT = 16;

/** What the readers named in `readers` got from each entry: see fixtures/README.md. */
interface Readings {
  readonly readers: readonly string[];
  readonly rows: readonly {
    readonly read: readonly string[];
    readonly entries: readonly number[];
  }[];
}
const READINGS = JSON.parse(text('cross-readings.json')) as Readings;

function codecOf(options: ClientOptions = {}, lines: string[] = []): Codec {
  return createCodec(resolveOptions([options]), (line) => lines.push(line));
}

/** The value that Python was given, from what it stored: only types whose stored form is canonical. */
const VALUES: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  str: (bytes) => bytes,
  int: (bytes) => BigInt(bytes.toString()),
  long: (bytes) => new Py2Long(BigInt(bytes.toString())),
  bool: (bytes) => bytes.toString() === '1',
};

function describePickle(pickle: Buffer): string {
  return textOf(describeValue(loads(pickle, { exact: true, python: '2.7' }), 2));
}

it('more than a hundred entries were recorded, with every flag', () => {
  expect(STORED.length).toBeGreaterThan(100);
  expect(new Set(STORED.map(({ flags }) => flags))).toEqual(new Set([0, 1, 2, 4]));
});

/** Classes of their own that are stored as their base: no JavaScript value says so. */
const isSubclass = ({ type, flags }: { type: string; flags: number }): boolean =>
  flags !== PICKLE && VALUES[type] === undefined;

it.each(STORED.filter((entry) => !isSubclass(entry)))(
  'stores $value with flags $flags',
  ({ type, flags, bytes }) => {
    const pickled = flags === PICKLE;
    const value = pickled ? loads(bytes, { exact: true, python: '2.7' }) : VALUES[type]?.(bytes);
    const written = codecOf().encode(value instanceof Py2Int ? value.value : value, 0);
    const data = Buffer.from(written.data as string, 'latin1');
    expect(written.flags).toBe(flags);
    if (pickled) {
      expect(data.subarray(0, 2).toString('hex')).toBe('8002');
      expect(describePickle(data)).toBe(describePickle(bytes));
    } else {
      expect(data.equals(bytes)).toBe(true);
    }
  },
);

it.each(STORED)('reads $value of flags $flags', ({ value, flags, bytes, get }) => {
  const lines: string[] = [];
  const read = codecOf({}, lines).decode(flags, bytes, 0, bytes.length, true);
  // Where Python's own `get` could not load the pickle, ours may: it needs no classes.
  if (get === undefined || get !== 'None') {
    expect(read).not.toBe(UNREADABLE);
    expect(lines).toEqual([]);
  }
  if (flags === 0) expect((read as Buffer).equals(bytes)).toBe(true);
  else if (flags === PICKLE) expect(read === null).toBe(value === 'None');
  else expect(BigInt(read as number)).toBe(BigInt(bytes.toString()));
});

describe('releases before 0.96', () => {
  it.each(['0.94', '0.95'] as const)(
    '%s stores text as it is, and refuses what is not ASCII',
    (release) => {
      const codec = codecOf({ release });
      expect(codec.encode('abc', 0)).toMatchObject({ flags: 0, data: 'abc' });
      expect(() => codec.encode('\xe9', 0)).toThrow(
        "'ascii' codec can't encode character u'\\xe9'",
      );
      expect(codec.encode(5, 0)).toMatchObject({ flags: 2, data: '5' });
    },
  );
});

describe('what cmemcache does not know', () => {
  const read = (flags: number, data: Buffer | string, lines: string[] = []): unknown => {
    const bytes = Buffer.from(data as string, 'latin1');
    return codecOf({}, lines).decode(flags, bytes, 0, bytes.length, true);
  };

  // As python-memcached writes them: compressed bytes, text, compressed text; and nobody's.
  it.each([8, 16, 24, 32])('flags %d are told and unreadable', (flags) => {
    const lines: string[] = [];
    expect(read(flags, 'abc', lines)).toBe(UNREADABLE);
    expect(lines).toEqual([`unknown flags on get: ${flags.toString(16)}\n`]);
  });

  it('a compressed pickle is a bad pickle', () => {
    const lines: string[] = [];
    expect(read(9, Buffer.from('789c', 'hex'), lines)).toBe(UNREADABLE);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Pickle error\.\.\.\n./);
  });

  it('a pickled None is a value', () => {
    expect(read(1, dumps(null, 2))).toBeNull();
  });
});

// Of 2,855 recorded entries cmemcache 0.96 read each as python-memcached 1.53 does on the same Python, but for flags 8 and 16.
describe('entries of python-memcached', () => {
  const reader = READINGS.readers.indexOf('python-memcached 1.53 on Python 2.7');
  const rows = READINGS.rows.flatMap(({ read, entries }) =>
    entries.flatMap((line) => {
      const { flags, data = '' } = ENTRIES[line] ?? {};
      const known = flags === undefined || (flags & (COMPRESSED | TEXT)) === 0;
      const outcome = known ? (read[reader] ?? '') : 'None: unknown';
      return flags === undefined
        ? []
        : [{ line, flags, outcome, bytes: Buffer.from(data, 'base64') }];
    }),
  );

  it('are more than a thousand', () => {
    expect(reader).not.toBe(-1);
    expect(rows.length).toBeGreaterThan(1000);
  });

  it.each(rows)('line $line of flags $flags is $outcome', ({ flags, outcome, bytes }) => {
    const lines: string[] = [];
    const value = codecOf({}, lines).decode(flags, bytes, 0, bytes.length, true);
    const isRead = value !== UNREADABLE;
    expect(lines).toHaveLength(isRead ? 0 : 1);
    if (outcome === 'bytes') expect((value as Buffer).equals(bytes)).toBe(true);
    else if (outcome === 'int' || outcome === 'long')
      expect(BigInt(value as number)).toBe(BigInt(bytes.toString()));
    else if (outcome === 'value') expect(isRead).toBe(true);
    // Other pickles that Python could not load for want of a class, ours may read: it needs none.
    else if (flags !== PICKLE || outcome.includes('persistent')) expect(isRead).toBe(false);
    else expect(outcome).toMatch(/^None: /);
  });
});

describe('keys', () => {
  const place = createDialect(resolveOptions([])).placement;

  it.each(rowsOf('cmemcache 0.96', 'places'))('$list, dead: $dead', ({ list, dead, is }) => {
    const placement = place(placesOf(list));
    const places = KEYS.map((key) => walk(placement, placement.start(key), dead).place);
    expect(places.join('')).toBe(is);
  });

  it.each(rowsOf('cmemcache 0.96', 'hashes'))('hash as mc_hash_key does', ({ is }) => {
    const placement = place([]);
    expect(KEYS.map((key) => placement.start(key))).toEqual(is);
  });
});
