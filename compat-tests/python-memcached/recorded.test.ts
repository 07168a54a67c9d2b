// Entries recorded from releases of python-memcached: ours writes them alike, and reads what each release read.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { UnicodeEncodeError } from '../../lib';
import { DebugLog } from '../../lib/clients/python-memcached/debug-log';
import { createCodec } from '../../lib/clients/python-memcached/dialect';
import { resolveOptions } from '../../lib/clients/python-memcached/options';
import type { Codec } from '../../lib/value/codec';
import { loads, Py2Int, Py2Long } from '../../lib/value/pickle';
import { describeValue, textOf } from '../pickle/describe';

const FOLDER = join(__dirname, '../../fixtures/entries');
const PICKLE = 1;
const LONG = 4;
const COMPRESSED = 8;
const TEXT = 16;

interface Writer {
  readonly client: string;
  readonly version: string;
  readonly python: string;
  /** Text for the clients that have no such options. */
  readonly options: string | { readonly protocol: string; readonly min_compress_len: number };
}

interface Entry {
  readonly by: readonly number[];
  readonly value: string;
  readonly type: string;
  readonly flags?: number;
  readonly data?: string;
  readonly error?: string;
  readonly note?: string;
}

interface Readings {
  readonly readers: readonly string[];
  readonly rows: readonly {
    readonly read: readonly string[];
    readonly entries: readonly number[];
  }[];
}

// The files are our own: fixtures/README.md says how they were made.
const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const WRITERS = JSON.parse(text('writers.json')) as readonly Writer[];
const ENTRIES = text('entries.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry);
const READINGS = JSON.parse(text('cross-readings.json')) as Readings;

const PROTOCOLS: Readonly<Record<string, number>> = { default: 0, 2: 2, HIGHEST: -1 };

function codecOf(options: object, lines: string[] = []): Codec {
  const resolved = resolveOptions([options]);
  const log = new DebugLog(
    () => true,
    (line) => lines.push(line),
    true,
  );
  return createCodec(resolved, log);
}

/** The entry's bytes, inflated. */
function bytesOf({ flags = 0, data = '' }: Entry): Buffer {
  const stored = Buffer.from(data, 'base64');
  return (flags & COMPRESSED) === 0 ? stored : inflateSync(stored);
}

/** The value that Python was given, from what it stored: only types whose stored form is canonical. */
const VALUES: Readonly<Record<string, (bytes: Buffer, generation: 2 | 3) => unknown>> = {
  bytes: (bytes) => bytes,
  str: (bytes, generation) => (generation === 2 ? bytes : bytes.toString()),
  unicode: (bytes) => textOfUnicode(bytes),
  int: (bytes) => BigInt(bytes.toString()),
  long: (bytes) => new Py2Long(BigInt(bytes.toString())),
  bool: (bytes) => ['1', 'True'].includes(bytes.toString()),
};

/** Python 2 stores lone surrogates too. */
function textOfUnicode(bytes: Buffer): string {
  return bytes.equals(Buffer.from('eda080', 'hex')) ? '\ud800' : bytes.toString();
}

function valueOf(entry: Entry, generation: 2 | 3): unknown {
  const bytes = bytesOf(entry);
  if (((entry.flags ?? 0) & PICKLE) === 0) return VALUES[entry.type]?.(bytes, generation);
  const value = loads(bytes, { ...exactOptions(generation), persistentLoad });
  // A pickled int of Python 2 beyond 32 bits; alone it would be stored by its type.
  return value instanceof Py2Int ? value.value : value;
}

const exactOptions = (generation: 2 | 3) =>
  generation === 2 ? ({ exact: true, python: '2.7' } as const) : ({ exact: true } as const);

/** The entries with persistent ids hold 'p1' and 'p2'; objects stand for them. */
const PERSISTENT: Readonly<Record<string, object>> = { p1: { p: 1 }, p2: { p: 2 } };
const persistentLoad = (pid: unknown): unknown => PERSISTENT[String(pid)];
const persistentId = (value: unknown): string | null =>
  Object.keys(PERSISTENT).find((pid) => PERSISTENT[pid] === value) ?? null;

function describePickle(pickle: Buffer, generation: 2 | 3): string {
  const numbers = (pid: unknown): number => 1_000_000 + Number(String(pid).slice(1));
  return textOf(
    describeValue(
      loads(pickle, { ...exactOptions(generation), persistentLoad: numbers }),
      generation,
    ),
  );
}

/** Classes of their own whose instances older releases stored as their base: no JavaScript value says so. */
const SUBCLASSES = ['MyStr', 'MyInt', 'Num'];

const OURS = WRITERS.flatMap((writer, index) =>
  writer.client === 'python-memcached' && typeof writer.options === 'object'
    ? [
        {
          ...writer,
          options: writer.options,
          index,
          generation: writer.python.startsWith('2.') ? (2 as const) : (3 as const),
        },
      ]
    : [],
);

describe.each(OURS)(
  '$version on $python, protocol $options.protocol, min_compress_len $options.min_compress_len',
  ({ version, options, index, generation }) => {
    const codec = codecOf({
      release: version,
      python: generation,
      pickleProtocol: PROTOCOLS[options.protocol],
      pid: persistentId,
    });
    const mine = ENTRIES.filter(({ by }) => by.includes(index));
    const stored = mine.filter(
      ({ type, flags, data }) =>
        data !== undefined && !(SUBCLASSES.includes(type) && ((flags ?? 0) & PICKLE) === 0),
    );

    it('was recorded', () => {
      expect(mine.length).toBeGreaterThan(0);
      const names = Object.keys(PROTOCOLS);
      expect(names).toContain(options.protocol);
    });

    it.each(stored)('stores $value with flags $flags', (entry) => {
      const flags = entry.flags ?? 0;
      const value = valueOf(entry, generation);
      const written = codec.encode(value, options.min_compress_len);
      const data = Buffer.from(written.data as string, 'latin1');
      expect(written.flags | COMPRESSED).toBe(flags | COMPRESSED);
      const inflated = (written.flags & COMPRESSED) === 0 ? data : inflateSync(data);
      if ((flags & PICKLE) === 0) {
        expect(written.flags).toBe(flags);
        expect(inflated.equals(bytesOf(entry))).toBe(true);
        return;
      }
      // Pickles may differ in their memo, so one may be worth compressing where the other is not.
      expect(describePickle(inflated, generation)).toBe(describePickle(bytesOf(entry), generation));
    });
  },
);

it('text that is no utf-8 is refused by Python 3 alone, as recorded', () => {
  const refused = ENTRIES.filter(({ error = '' }) => error.startsWith('UnicodeEncodeError'));
  const recorded = refused.flatMap(({ value, by }) => by.map((index) => ({ value, index })));
  const ours = recorded.filter(({ index }) => OURS.some((writer) => writer.index === index));
  expect(ours.length).toBeGreaterThan(0);
  for (const { value, index } of ours) {
    const writer = OURS.find((each) => each.index === index);
    expect([value, writer?.generation]).toEqual(["u'\\ud800'", 3]);
    const codec = codecOf({ release: writer?.version, python: 3 });
    expect(() => codec.encode('\ud800', 0)).toThrow(UnicodeEncodeError);
  }
});

describe.each(READINGS.readers)('%s', (reader) => {
  const [, release = '', python = ''] = /^python-memcached (\S+) on Python (\d)/.exec(reader) ?? [];
  const generation = Number(python) as 2 | 3;
  const place = READINGS.readers.indexOf(reader);
  const rows = READINGS.rows.flatMap(({ read, entries }) =>
    entries.map((line) => ({ line, outcome: read[place] ?? '', entry: ENTRIES[line] })),
  );

  it('read more than a thousand entries', () => {
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.every(({ entry }) => entry?.data !== undefined)).toBe(true);
  });

  it.each(rows)('entry $line is $outcome', ({ entry, outcome }) => {
    if (entry === undefined) throw new Error('no such entry');
    const lines: string[] = [];
    const codec = codecOf({ release, python: generation }, lines);
    const data = Buffer.from(entry.data ?? '', 'base64');
    const read = (): unknown => codec.decode(entry.flags ?? 0, data, 0, data.length, true);
    const check = CHECKS.find(([pattern]) => pattern.test(outcome))?.[1];
    if (check === undefined) throw new Error(`no check for ${outcome}`);
    check(read, entry, outcome, lines);
  });
});

type Check = (read: () => unknown, entry: Entry, outcome: string, lines: string[]) => void;

/** Where Python could not load a pickle for want of a class or of the protocol, ours may: it needs neither. */
const BEYOND_PYTHON =
  /unsupported pickle protocol|no attribute|No module named|not a type object|isn't a type object|not a subtype|buffer|state is not a dictionary|must be str, not unicode|got type str/;
const isBeyond = (outcome: string): boolean =>
  BEYOND_PYTHON.test(outcome) && !outcome.includes('persistent_load');

const CHECKS: readonly (readonly [outcome: RegExp, check: Check])[] = [
  [/^text$/, (read, entry) => expect(read()).toBe(textOfUnicode(bytesOf(entry)))],
  [/^bytes$/, (read, entry) => expect((read() as Buffer).equals(bytesOf(entry))).toBe(true)],
  [/^(int|long)$/, (read, entry, outcome) => {
    expect(BigInt(read() as number)).toBe(BigInt(bytesOf(entry).toString()));
    // Python 2 reads an int beyond 64 bits as a long, whatever the flag.
    if (outcome === 'long' && ((entry.flags ?? 0) & LONG) === 0) {
      expect(typeof read()).toBe('bigint');
    }
  }],
  [/^value$/, (read, entry, _outcome, lines) => {
    const value = read();
    expect(lines).toEqual([]);
    if (entry.value !== 'None') expect(value).not.toBeNull();
  }],
  [/^None: /, (read, entry, outcome, lines) => {
    const value = read();
    if (isBeyond(outcome) && (value !== null || entry.value === 'None')) return expect(lines).toEqual([]);
    expect(value).toBeNull();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^MemCached: Pickle error: [^]+\n\n$/);
  }],
  [/^UnicodeDecodeError/, (read, _entry, outcome) => {
    expect(read).toThrow(expect.objectContaining({ name: 'UnicodeDecodeError' }) as Error);
    const [, start, reason] = /: (\d+), \d+, '([^']+)'/.exec(outcome) ?? [];
    if (reason !== undefined) expect(read).toThrow(new RegExp(`position ${start}(-\\d+)?: ${reason}$`));
  }],
  [/^(ValueError|UnboundLocalError): /, (read, entry, outcome, lines) => {
    const [, name = '', , message = ''] = /^(\w+): (['"])(.*)\2$/.exec(outcome) ?? [];
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name }) as Error);
    expect(lines[0]).toBe('MemCached: unknown flags on get: 10\n\n');
    expect((entry.flags ?? 0) & TEXT).toBe(TEXT);
  }],
]; // prettier-ignore
