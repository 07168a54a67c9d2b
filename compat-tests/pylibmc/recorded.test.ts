// Entries recorded from releases of pylibmc, on Python 2 and 3: ours as that release stores them alike, and reads them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { Client, type ReleaseName } from '../../lib/clients/pylibmc';
import { loads, Py2Int, Py2Long } from '../../lib/value/pickle';
import { describeValue, textOf } from '../pickle/describe';
import { Memcached, RawConnection } from '../support';

jest.setTimeout(30_000);

const PICKLE = 1;
const INTEGER = 2;
const LONG = 4;
const COMPRESSED = 8;
const SIXTEEN = 16;

interface Writer {
  readonly client: string;
  readonly version: string;
  readonly python: string;
  readonly options: string;
}

interface Entry {
  readonly by: readonly number[];
  readonly value: string;
  readonly flags?: number;
  readonly data?: string;
}

// The files are our own: fixtures/README.md says how they were made.
const text = (name: string): string =>
  readFileSync(join(__dirname, '../../fixtures/entries', name), 'utf8');
const ENTRIES = text('entries.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry);

/** Ours are named by what changed something. */
const RELEASES: Readonly<Record<string, ReleaseName>> = {
  '1.2.3': '1.2',
  '1.5.2': '1.5',
  '1.6.1': '1.6.1',
  '1.6.3': '1.6.3',
};

const WRITERS = (JSON.parse(text('writers.json')) as readonly Writer[]).flatMap(
  ({ client, version, python, options }, index) => {
    const release = RELEASES[version];
    if (client !== 'pylibmc' || release === undefined) return [];
    const generation: 2 | 3 = python.startsWith('2.') ? 2 : 3;
    return [{ version, python, options, index, release, generation }];
  },
);
type OneOf = (typeof WRITERS)[number];

/** An entry with its data, and with what is packed in it. */
function storedBy({
  index,
}: OneOf): { value: string; flags: number; data: Buffer; bytes: Buffer }[] {
  return ENTRIES.flatMap(({ by, value, flags, data }) => {
    if (!by.includes(index) || flags === undefined || data === undefined) return [];
    const stored = Buffer.from(data, 'base64');
    const bytes = (flags & COMPRESSED) === 0 ? stored : inflateSync(stored);
    return [{ value, flags, data: stored, bytes }];
  });
}

const exactOptions = (generation: 2 | 3) =>
  generation === 2 ? ({ exact: true, python: '2.7' } as const) : ({ exact: true } as const);

/** The value that Python was given, from what it stored. */
function valueOf(writer: OneOf, value: string, flags: number, bytes: Buffer): unknown {
  const type = flags & ~COMPRESSED;
  const isBool = value === 'True' || value === 'False';
  if (type === 0) return bytes;
  if (isBool) return value === 'True';
  if (type === SIXTEEN) return bytes.toString();
  if (type === INTEGER) return BigInt(bytes.toString());
  if (type === LONG) {
    const int = BigInt(bytes.toString());
    return writer.generation === 2 ? new Py2Long(int) : int;
  }
  const read = loads(bytes, exactOptions(writer.generation));
  return read instanceof Py2Int ? read.value : read;
}

function describePickle(pickle: Buffer, generation: 2 | 3): string {
  return textOf(describeValue(loads(pickle, exactOptions(generation)), generation));
}

let server: Memcached;
let raw: RawConnection;
beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

it('every release and Python was recorded', () => {
  const all = WRITERS.map(({ version, generation }) => `${version} on ${generation}`);
  expect([...new Set(all)].sort()).toEqual([
    '1.2.3 on 2',
    '1.5.2 on 2',
    '1.5.2 on 3',
    '1.6.1 on 2',
    '1.6.3 on 3',
  ]);
});

describe.each(WRITERS)('$version on $python, $options', (writer) => {
  const { options, release, generation } = writer;
  const stored = storedBy(writer);
  const protocol = /pickle_protocol=(\d)/.exec(options)?.[1];
  const level = /compress_level=(\d)/.exec(options)?.[1];
  const compressing = {
    min_compress_len: Number(/min_compress_len=(\d+)/.exec(options)?.[1] ?? 0),
    ...(level === undefined ? {} : { compress_level: Number(level) }),
  };
  let mc: Client;
  beforeAll(() => {
    const behaviors = protocol === undefined ? {} : { pickle_protocol: Number(protocol) };
    const binary = options === 'binary=True';
    mc = new Client([server.name], { release, python: generation, binary, behaviors });
  });
  afterAll(() => mc.disconnect_all());

  it('was recorded', () => expect(stored.length).toBeGreaterThan(60));

  it('values are stored alike', async () => {
    for (const { value, flags, bytes } of stored) {
      const given = valueOf(writer, value, flags, bytes);
      expect(await mc.set('k', given, compressing)).toBe(true);
      const written = await raw.entry('k');
      const data = written?.data ?? Buffer.alloc(0);
      const packed = (written?.flags ?? 0) & COMPRESSED;
      const inflated = packed === 0 ? data : inflateSync(data);
      expect({ value, flags: written?.flags }).toEqual({ value, flags });
      if ((flags & PICKLE) === 0) expect({ value, data: inflated }).toEqual({ value, data: bytes });
      else {
        const described = describePickle(inflated, generation);
        expect({ value, described }).toEqual({ value, described: describePickle(bytes, generation) }); // prettier-ignore
      }
    }
  });

  it('entries are read', async () => {
    for (const { value, flags, data, bytes } of stored) {
      await raw.store('k', flags, data);
      const read = await mc.get('k');
      if ((flags & PICKLE) === 0) {
        const given = valueOf(writer, value, flags, bytes);
        // 1.6 has no bool: it reads an int.
        const isInt = typeof given === 'boolean' && release.startsWith('1.6');
        const plain = given instanceof Py2Long ? given.value : given;
        const wanted = isInt ? BigInt(Number(given)) : plain;
        const found = typeof read === 'number' ? BigInt(read) : read;
        expect({ value, found }).toEqual({ value, found: wanted });
      } else if (typeof read === 'object' && read !== null) {
        // What was read is the same for Python when it is written back.
        await mc.set('k', read);
        const again = await raw.entry('k');
        const described = describePickle(again?.data ?? Buffer.alloc(0), generation);
        expect({ value, described }).toEqual({ value, described: describePickle(bytes, generation) }); // prettier-ignore
      } else {
        expect({ value, isNone: read === null }).toEqual({ value, isNone: value === 'None' });
      }
    }
  });
});

// Text and bools of other releases share a bit.
it.each<[data: string, flags: number, old: unknown, now: unknown]>([
  ['ascii', 16, 'ValueError', 'ascii'],
  ['12', 16, true, '12'],
  ['0', 16, false, '0'],
  ['1', 8, 'Error', 'Error'],
])('%j under flag %i is %j before 1.6 and %j since', async (data, flags, old, now) => {
  await raw.store('k', flags, data);
  for (const [release, wanted] of [
    ['1.5', old],
    ['1.6.3', now],
  ] as const) {
    // prettier-ignore
    await using mc = new Client([server.name], { release });
    const found = await mc.get('k').catch((error: unknown) => (error as Error).name);
    expect({ release, found }).toEqual({ release, found: wanted });
  }
});

it('0.7 to 0.9 have no compression: their bools have its bit', async () => {
  await using mc = new Client([server.name], { release: '0.9' });
  expect(await mc.set('k', true)).toBe(true);
  expect(await raw.entry('k')).toMatchObject({ flags: 8, data: Buffer.from('1') });
  expect(await mc.get('k')).toBe(true);
  await expect(mc.set('k', 'v', { min_compress_len: 1 })).rejects.toThrow('invalid keyword');
});
