// Entries recorded from pymemcache 3.5.2 and 4.0.0 on five Pythons: ours reads each, and writes it again byte for byte.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { CompressedSerde, PickleSerde, type Serde } from '../../lib/clients/pymemcache';
import { findEncoding, valueBytes } from '../../lib/clients/pymemcache/text';
import { loads, Py2Long, repr } from '../../lib/value/pickle';
import { describeValue, textOf } from '../pickle/describe';

interface Entry {
  readonly by: readonly number[];
  readonly value: string;
  readonly flags?: number;
  readonly data?: string;
  /** The repr of what Python read again. */
  readonly get: string;
  /** The repr of what `set` answered, or what it raised. */
  readonly set: string;
}

interface Writer {
  readonly client: string;
  readonly version: string;
  readonly python: string;
  readonly options: string;
}

// The files are our own: fixtures/README.md says how they were made.
const text = (name: string): string =>
  readFileSync(join(__dirname, '../../fixtures/entries', name), 'utf8');
const WRITERS = (JSON.parse(text('writers.json')) as readonly Writer[]).map((each, index) => ({
  ...each,
  index,
}));
const ENTRIES = text('entries.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry);

const PICKLE = 1;
const LONG = 4;
const COMPRESSED = 8;
const KEY = Buffer.from('k');

type Python = 2 | 3;

/** The highest protocol of the Pythons that have not 5. */
const HIGHEST: Readonly<Record<string, number>> = { '2.7.18': 2, '3.6.15': 4 };

/** What a writer's `options` say, as a serde that reads exactly: 1.0 is no 1. */
const SERDES: readonly (readonly [RegExp, (python: Python, highest: number) => Serde])[] = [
  [/^serde=pickle_serde$|^serializer=/, exactly],
  [/^serde=PickleSerde\(2\)$/, (python) => exactly(python, 2)],
  [/^serde=compressed_serde$/, (...given) => new CompressedSerde({ serde: exactly(...given) })],
];

function exactly(python: Python, version: number): Serde {
  const reading = { exact: true, python: python === 2 ? '2.7' : '3.13' } as const;
  return new PickleSerde(version, { python, unpickler: (bytes: Buffer) => loads(bytes, reading) });
}

function pythonOf({ python }: Writer): Python {
  return python.startsWith('2') ? 2 : 3;
}

function serdeOf(writer: Writer): Serde | undefined {
  const row = SERDES.find(([pattern]) => pattern.test(writer.options));
  return row?.[1](pythonOf(writer), HIGHEST[writer.python] ?? 5);
}

/** The stored entries of a writer. */
function storedBy(index: number): (Entry & { flags: number; bytes: Buffer })[] {
  return ENTRIES.flatMap((entry) => {
    const { by, flags, data } = entry;
    if (!by.includes(index) || flags === undefined || data === undefined) return [];
    return [{ ...entry, flags, bytes: Buffer.from(data, 'base64') }];
  });
}

const OURS = WRITERS.filter(({ client }) => client === 'pymemcache');
const WITH_SERDE = OURS.flatMap((writer) => {
  const serde = serdeOf(writer);
  return serde === undefined ? [] : [{ ...writer, serde }];
});
const WITHOUT = OURS.filter((writer) => serdeOf(writer) === undefined);

it('twelve writers are recorded', () => {
  expect([WITH_SERDE.length, WITHOUT.length]).toEqual([8, 4]);
  for (const { index } of WITH_SERDE) expect(storedBy(index).length).toBeGreaterThan(60);
});

/** As bytes that do not depend on the zlib at hand. */
function plain(stored: unknown, flags: number): string {
  const bytes = typeof stored === 'string' ? Buffer.from(stored) : Buffer.from(stored as Buffer);
  return ((flags & COMPRESSED) === 0 ? bytes : inflateSync(bytes)).toString('latin1');
}

/** What Python shows as here: not what was cut, nor a class that only Python has, nor what 3.12 shows otherwise. */
function isShown({ value, get }: Entry): boolean {
  return get.length < 200 && !/Point|Plain|Sub|OrderedDict|\[\.\.\.\]/.test(value + get);
}

describe.each(WITH_SERDE)('$version on Python $python with $options', (writer) => {
  const python = pythonOf(writer);

  it.each(storedBy(writer.index))('$value', (entry) => {
    const { flags, bytes, get } = entry;
    const read = writer.serde.deserialize('k', Buffer.from(bytes), flags);
    const isLong = python === 2 && flags === LONG;
    const value = isLong ? new Py2Long(BigInt(read as number | bigint)) : read;
    const [stored, written] = writer.serde.serialize(KEY, value);
    expect(written).toBe(flags);
    if (writer.python in HIGHEST && flags === PICKLE) {
      // cPickle of Python 2 numbers its memo from 1; 3.6 frames the shortest pickles.
      expect(described(stored as Buffer, python)).toBe(described(bytes, python));
    } else {
      expect(plain(stored, written)).toBe(plain(bytes, flags));
      if (python === 3 && isShown(entry)) expect(repr(read)).toBe(get);
    }
  });
});

function described(pickle: Buffer, python: Python): string {
  const reading = { exact: true, python: python === 2 ? '2.7' : '3.13' } as const;
  return textOf(describeValue(loads(pickle, reading), python));
}

describe.each(WITHOUT)('$version on Python $python with $options', (writer) => {
  const encode = findEncoding(writer.options.includes('utf8') ? 'utf8' : 'ascii');
  const { python } = writer;
  const pickled = WITH_SERDE.find(
    (each) => each.options === 'serde=pickle_serde' && each.python === python,
  );
  // Other values are stored as their str(), which is Python 3's here.
  const isKnown = (flags: number): boolean => pythonOf(writer) === 3 || flags !== PICKLE;
  const values = new Map(
    storedBy(pickled?.index ?? -1)
      .filter(({ flags }) => isKnown(flags))
      .map(({ value, flags, bytes }) => [value, pickled?.serde.deserialize('k', bytes, flags)]),
  );
  const rows = ENTRIES.filter(
    (entry) => entry.by.includes(writer.index) && values.has(entry.value) && isShown(entry),
  );

  it.each(rows)('$value', ({ value, flags, data, set }) => {
    const store = (): string | Buffer => valueBytes(values.get(value), encode);
    if (flags === undefined) {
      expect(store).toThrow(/^Data values must be binary-safe/);
      expect(set).toContain('Data values must be binary-safe');
    } else {
      const bytes = Buffer.from(data ?? '', 'base64');
      expect(Buffer.from(store() as string, 'latin1').toString('latin1')).toBe(
        bytes.toString('latin1'),
      );
    }
  });
});

it('every flag was recorded', () => {
  const flags = new Set(OURS.flatMap(({ index }) => storedBy(index).map((each) => each.flags)));
  expect([...flags].sort((a, b) => a - b)).toEqual([0, PICKLE, 2, 4, 8, 9, 16, 24]);
});
