// What dumps writes for built-in types is what CPython writes, byte for byte, at every protocol.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SEED } from '../../lib/testing/random';
import { dumps, loads, type PythonRelease } from '../../lib/value/pickle';
import { findPythons, protocolsOf, Python } from './pythons';
import { expectNoFailures, failuresOf } from './report';
import { TABLE_VALUES } from './table-values';

const COUNT = 120;
const buffer = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** The highest protocol of a release. */
function highestOf(python: PythonRelease): number {
  if (python === '2.7') return 2;
  return python === '3.6' || python === '3.7' ? 4 : 5;
}

/** What differs, as hex around the first difference. */
function difference(found: Buffer, expected: Buffer): unknown {
  if (found.equals(expected)) return undefined;
  let at = 0;
  while (found[at] === expected[at]) at++;
  const near = (buffer: Buffer): string =>
    buffer.subarray(Math.max(0, at - 20), at + 40).toString('hex');
  return {
    at,
    found: near(found),
    expected: near(expected),
    lengths: [found.length, expected.length],
  };
}

describe.each(findPythons().map((python) => [python.version, python] as const))(
  'CPython %s',
  (_, installed) => {
    const protocols = protocolsOf(installed);
    let python: Python;

    beforeAll(() => {
      python = new Python(installed);
    });
    afterAll(() => python.stop());

    it('writes random built-in values as we do, read at one protocol and written at any other', async () => {
      const values = await python.identity({ seed: SEED, start: 0, count: COUNT, protocols });
      const failures = protocols.flatMap((from, column) =>
        failuresOf(
          values.map(({ pickles }) => ({ pickle: pickles[column] ?? '', pickles })),
          `${from} to others`,
          ({ pickle, pickles }) => {
            const value = loads(buffer(pickle), { exact: true, python: installed.release });
            for (const [to, expected] of pickles.entries()) {
              const wrong = difference(
                dumps(value, to, { python: installed.release }),
                buffer(expected),
              );
              if (wrong !== undefined) return { to, wrong };
            }
            return undefined;
          },
        ),
      );
      expectNoFailures(installed, failures, COUNT * protocols.length);
    });
  },
);

type Recorded = string | { length: number; sha256: string };

interface Row {
  readonly value: string;
  readonly written: readonly { releases: PythonRelease[]; bytes: Recorded[] }[];
}

const PATH = join(__dirname, '../../fixtures/pickle/table.json');
const ROWS = (JSON.parse(readFileSync(PATH, 'utf8')) as { rows: Row[] }).rows;

function matches(found: Buffer, recorded: Recorded): boolean {
  if (typeof recorded === 'string') return found.toString('base64') === recorded;
  return (
    found.length === recorded.length &&
    createHash('sha256').update(found).digest('hex') === recorded.sha256
  );
}

/** What each release wrote, at the protocols that it has. */
function* writtenBy(row: Row): Generator<{ python: PythonRelease; recorded: Recorded[] }> {
  for (const { releases, bytes } of row.written) {
    for (const python of releases)
      yield { python, recorded: bytes.slice(0, highestOf(python) + 1) };
  }
}

/** The protocols at which the value is written otherwise than recorded. */
function wrongProtocols(
  value: unknown,
  python: PythonRelease,
  recorded: readonly Recorded[],
): unknown[] {
  return recorded.flatMap((expected, protocol) => {
    const found = dumps(value, protocol, { python });
    return matches(found, expected)
      ? []
      : [{ protocol, found: found.toString('latin1').slice(0, 200) }];
  });
}

describe('the recorded table', () => {
  it.each(ROWS)(
    '$value is written as CPython writes it, whatever protocol it was read at',
    (row) => {
      for (const { python, recorded } of writtenBy(row)) {
        for (const pickle of recorded.filter((each) => typeof each === 'string')) {
          const value = loads(buffer(pickle), { exact: true, python });
          const wrong = wrongProtocols(value, python, recorded);
          expect({ python, pickle, wrong }).toEqual({ python, pickle, wrong: [] });
        }
      }
    },
  );

  const made = ROWS.filter(({ value }) => TABLE_VALUES.has(value));

  it('holds every value made in JavaScript', () => {
    expect(made.length).toBe(TABLE_VALUES.size);
  });

  it.each(made)('$value made in JavaScript is written as CPython 3 writes it', (row) => {
    for (const { python, recorded } of writtenBy(row)) {
      if (python === '2.7') continue; // the default str and int of Python 2 are other types
      const wrong = wrongProtocols(TABLE_VALUES.get(row.value)?.(), python, recorded);
      expect({ python, wrong }).toEqual({ python, wrong: [] });
    }
  });
});
