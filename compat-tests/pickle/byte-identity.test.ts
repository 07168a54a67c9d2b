// What dumps writes for built-in types is what CPython writes, byte for byte, at every protocol.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumps, loads, type LoadOptions, type PythonRelease } from '../../lib/value/pickle';
import { findPythons, protocolsOf, Python, SEED } from './pythons';
import { expectNoFailures, failuresOf } from './report';
import { TABLE_VALUES } from './table-values';

const COUNT = 120;
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

function exactOf(python: PythonRelease): LoadOptions {
  return python === '2.7' ? { exact: true, python } : { exact: true };
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
            const value = loads(bytes(pickle), exactOf(installed.release));
            for (const [to, expected] of pickles.entries()) {
              const wrong = difference(
                dumps(value, to, { python: installed.release }),
                bytes(expected),
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

describe('the recorded table', () => {
  it.each(ROWS)(
    '$value is written as CPython writes it, whatever protocol it was read at',
    ({ written }) => {
      for (const { releases, bytes: recorded } of written) {
        for (const python of releases) {
          for (const pickle of recorded) {
            if (typeof pickle !== 'string') continue;
            const value = loads(bytes(pickle), exactOf(python));
            const found = recorded.map((_each, protocol) => dumps(value, protocol, { python }));
            expect([
              python,
              pickle,
              found.map((each, i) => matches(each, recorded[i] ?? '')),
            ]).toEqual([python, pickle, recorded.map(() => true)]);
          }
        }
      }
    },
  );

  const made = ROWS.filter(({ value }) => TABLE_VALUES.has(value));

  it('holds every value made in JavaScript', () => {
    expect(
      [...TABLE_VALUES.keys()].filter((value) => !ROWS.some((row) => row.value === value)),
    ).toEqual([]);
  });

  it.each(made)(
    '$value made in JavaScript is written as CPython 3 writes it',
    ({ value, written }) => {
      for (const { releases, bytes: recorded } of written) {
        for (const python of releases.filter((release) => release !== '2.7')) {
          for (const [protocol, expected] of recorded.entries()) {
            const found = dumps(TABLE_VALUES.get(value)?.(), protocol, { python });
            expect([
              python,
              protocol,
              matches(found, expected),
              found.toString('latin1').slice(0, 200),
            ]).toEqual([python, protocol, true, expect.anything()]);
          }
        }
      }
    },
  );
});
