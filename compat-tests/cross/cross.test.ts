// Every writer, every reader, every type: what a front reads is what the real client of its kind reads from the same entry.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { Memcached, Python, RawConnection, type RawEntry } from '../support';
import { agree } from './agree';
import { ALONE, TWINS, WRITERS, type Front, type Open } from './fronts';
import { ORACLES } from './oracles';
import { byHash, byLength, told } from './told';
import { VALUES } from './values';

jest.setTimeout(60_000);

interface Recorded {
  readonly readers: readonly string[];
  readonly rows: readonly {
    readonly writer: string;
    readonly value: string;
    readonly set?: string;
    readonly flags?: number;
    readonly data?: string;
    readonly read: readonly string[];
  }[];
}

// The file is our own: its `about` says how it was made.
const RECORDED = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/entries/cross-reading.json'), 'utf8'),
) as Recorded;

const COMPRESSED = 8;
const CLIENTS = ['memcache', 'pylibmc', 'pymemcache', 'django'];
const SOURCES = [...VALUES.keys()];
const MANY_VALUES = 20;

/** How many of the values a writer has no form for; of all others none. */
const REFUSED: Readonly<Record<string, number>> = {
  // Its str() is not ASCII.
  'pymemcache 3.5.2 default': 4,
  'cmemcache 0.95': 3,
  // No text of ASCII, and no bytes.
  'cmemcache 0.96 StringClient': 17,
  // No text, or beyond latin-1.
  'python-memcached2': 19,
};

/** Texts by client: of each value, or of each key. */
type Told = ReadonlyMap<string, readonly string[]>;

interface Stored {
  readonly entry: RawEntry;
  /** The value's Python source. */
  readonly source: string;
}

let server: Memcached;
let raw: RawConnection;
let python: Python;
let twins: ReadonlyMap<string, Front>;
let alone: ReadonlyMap<string, Front>;
let writers: ReadonlyMap<string, Front>;

function openAll(fronts: Readonly<Record<string, Open>>): Map<string, Front> {
  return new Map(Object.entries(fronts).map(([kind, open]) => [kind, open(server.port)]));
}

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: CLIENTS });
  [twins, alone, writers] = [openAll(TWINS), openAll(ALONE), openAll(WRITERS)];
});
afterAll(async () => {
  for (const fronts of [twins, alone, writers]) for (const front of fronts.values()) front.close();
  await raw.close();
  await python.stop();
  await server.stop();
});

describe('recorded', () => {
  it('entries are read as the recorded clients read them', async () => {
    const differing: unknown[] = [];
    for (const [i, { writer, flags = 0, data, read }] of RECORDED.rows.entries()) {
      const key = `recorded/${i}`;
      if (data !== undefined) await raw.store(key, flags, Buffer.from(data, 'base64'));
      for (const [r, reader] of RECORDED.readers.entries()) {
        const ours = await told(() => front(reader).get(key), byLength);
        const expected = read[r] ?? '';
        if (!agree(expected, ours, flags)) differing.push({ writer, reader, expected, ours });
      }
    }
    expect(differing).toEqual([]);
    expect(RECORDED.rows.length * RECORDED.readers.length).toBe(1935);
  });

  it('values are stored as the recorded clients stored them', async () => {
    const rows = RECORDED.rows.filter(({ set }) => set !== undefined);
    expect(rows).toHaveLength(192);
    for (const [i, { writer, value, flags, data, set = '' }] of rows.entries()) {
      const key = `written/${i}`;
      expect(SOURCES).toContain(value);
      const ours = await told(() => front(writer).set(key, VALUES.get(value)), byLength);
      const entry = await raw.entry(key);
      // Of an exception the beginning was recorded, of all else the repr.
      const answer = ours.replace(/^(bool|NoneType) /, '').slice(0, set.length);
      const came = [answer, entry?.flags, entry?.data.toString('base64')];
      expect([writer, value, ...came]).toEqual([writer, value, set, flags, data]);
    }
  });
});

/** The front of a client that was recorded. */
function front(kind: string): Front {
  const found = twins.get(kind);
  if (found === undefined) throw new Error(`no front for ${kind}`);
  return found;
}

describe('live', () => {
  let theirs: Told;
  const stored = new Map<string, Stored>();

  const keyOf = (whose: 'ours' | 'theirs', kind: string, i: number): string =>
    `${whose}/${kind.replaceAll(' ', '_')}/${i}`;

  async function keep(key: string, source: string): Promise<RawEntry | undefined> {
    const entry = await raw.entry(key);
    if (entry !== undefined) stored.set(key, { entry, source });
    return entry;
  }

  /** Two libraries deflate one text differently. */
  function inflated(entry: RawEntry | undefined): unknown {
    if (entry === undefined) return undefined;
    const { flags, data } = entry;
    const plain = (flags & COMPRESSED) === 0 ? data : inflateSync(data);
    return [flags & ~COMPRESSED, plain.toString('latin1')];
  }

  const isCompressed = (entry: RawEntry | undefined): boolean =>
    ((entry?.flags ?? 0) & COMPRESSED) !== 0;

  it('every front stores what the real client of its kind stores, and answers the same', async () => {
    const folder = join(__dirname, 'python');
    const code =
      'import sys\nsys.path.insert(0, folder)\nimport clients\ntable = clients.Table(port)';
    await python.exec(code, { folder, port: server.port });
    theirs = (await python.eval('table.write(sources)', { sources: SOURCES })) as typeof theirs;
    expect([...theirs.keys()]).toEqual(
      [...twins.keys()].filter((kind) => !/compressed/.test(kind)),
    );
    for (const [kind, { set }] of [...twins, ...alone, ...writers]) {
      for (const [i, source] of SOURCES.entries()) {
        const answer = await told(() => set(keyOf('ours', kind, i), VALUES.get(source)), byHash);
        const ours = await keep(keyOf('ours', kind, i), source);
        const its = theirs.get(kind);
        if (its === undefined) continue;
        const other = await keep(keyOf('theirs', kind, i), source);
        expect([kind, source, answer, inflated(ours)]).toEqual([
          kind,
          source,
          its[i],
          inflated(other),
        ]);
        // Where a byte decides whether it is worth it, they may differ; not of a thousand of the same.
        if (source.includes('*')) expect(isCompressed(ours)).toBe(isCompressed(other));
      }
    }
  });

  it('writers refuse what they cannot store, and nothing else', () => {
    const refused = [...twins.keys(), ...alone.keys(), ...writers.keys()].flatMap((kind) => {
      const isMissing = (_source: string, i: number): boolean =>
        !stored.has(keyOf('ours', kind, i));
      const count = SOURCES.filter(isMissing).length;
      return count === 0 ? [] : [[kind, count] as const];
    });
    expect(Object.fromEntries(refused)).toEqual(REFUSED);
  });

  it('every front reads from every entry what the real client of its kind reads', async () => {
    const keys = [...stored.keys()];
    const read = (await python.eval('table.read(keys)', { keys })) as Told;
    expect([...read.keys()]).toEqual([...twins.keys()]);
    const cells = keys.map(
      (_key, k) => new Map(Array.from(read, ([kind, all]) => [kind, all[k] ?? ''])),
    );
    const differing: unknown[] = [];
    let unknown = 0;
    for (const [kind, { get }] of [...twins, ...alone]) {
      const texts = await Promise.all(keys.map((key) => told(() => get(key), byHash)));
      for (const [k, key] of keys.entries()) {
        const { entry, source } = stored.get(key) as Stored;
        const cell = cells[k] as Map<string, string>;
        const oracle = ORACLES.get(kind);
        const expected =
          oracle === undefined ? cell.get(kind) : await oracle({ entry, source, read: cell });
        const ours = texts[k] ?? '';
        cell.set(kind, ours);
        if (expected === undefined) unknown++;
        else if (!agree(expected, ours, entry.flags))
          differing.push({ key, source, kind, expected, ours });
      }
    }
    expect(differing).toEqual([]);
    // Pickles of bytes and dates, of which only Python 2 could say what it reads.
    expect(unknown / (keys.length * (twins.size + alone.size))).toBeLessThan(0.05);
    expect(keys.length).toBeGreaterThan(MANY_VALUES * (twins.size + alone.size));
  });
});
