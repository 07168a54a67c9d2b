// Values of the standard classes, as each CPython wrote them: read, shown, written back, and made in JavaScript.
import { createHash } from 'node:crypto';
import { dumps, loads, Registry, repr, str, type PythonRelease } from '../index';
import { ROWS, type Recorded } from '../testing/class-recordings';
import { MADE, REGISTRY } from '../testing/class-values';

function matches(found: Buffer, recorded: Recorded): boolean {
  if (typeof recorded === 'string') return found.toString('base64') === recorded;
  const sha256 = createHash('sha256').update(found).digest('hex');
  return recorded?.length === found.length && recorded.sha256 === sha256;
}

interface Case {
  readonly row: string;
  readonly python: PythonRelease;
  readonly protocol: number;
  readonly recorded: Exclude<Recorded, null>;
}

const CASES: readonly Case[] = ROWS.flatMap((row) =>
  row.written.flatMap(({ releases, bytes }) =>
    releases.flatMap((python) =>
      bytes.flatMap((recorded, protocol) => {
        const highest = python === '2.7' ? 2 : python === '3.6' || python === '3.7' ? 4 : 5;
        if (recorded === null || protocol > highest) return [];
        return [{ row: row.value, python, protocol, recorded }];
      }),
    ),
  ),
);

/** What goes wrong, one line a case, so that one run shows all of it. */
function failures(cases: readonly Case[], run: (item: Case) => string | undefined): string[] {
  return cases.flatMap((item) => {
    let wrong: string | undefined;
    try {
      wrong = run(item);
    } catch (error) {
      wrong = String(error);
    }
    return wrong === undefined ? [] : [`${item.row} ${item.python} p${item.protocol}: ${wrong}`];
  });
}

function bytesOf({ recorded }: Case): Buffer {
  if (typeof recorded !== 'string') throw new Error('not recorded in full');
  return Buffer.from(recorded, 'base64');
}

const isWhole = ({ recorded }: Case): boolean => typeof recorded === 'string';

/** Python has several equal texts in this value, where the writer here has one: it refers to it by the memo. */
const SHARES_LESS = /^tz\.gettz/;

/**
 * Shown otherwise, on purpose: numpy aligns the items of arrays, types without a view and classes that are not
 * known here have no repr but that of an object, Django's models have a `__str__`, and Python 2 its own names.
 */
const SHOWN_OTHERWISE = /^(numpy\.(array|complex|datetime)|User|StandardError|xrange|shop\.Broken)/;

/** Python itself has no other name for these classes below protocol 3: they come back as OSError and ImportError. */
const NAMELESS_BELOW_3 = /^(FileNotFoundError\('x'|TimeoutError|ModuleNotFoundError)/;

function isShownAlike({ row, protocol }: Case): boolean {
  if (NAMELESS_BELOW_3.test(row) && protocol < 3) return false;
  // Below protocol 4 pickles have no fold.
  if (row.includes('fold=1') && protocol < 4) return false;
  return !SHOWN_OTHERWISE.test(row);
}

describe('the recorded values of standard classes', () => {
  it('are many', () => {
    expect(CASES.length).toBeGreaterThan(5000);
  });

  it.each([
    ['default', false],
    ['exact', true],
  ])('are written back byte for byte as they were read (%s view)', (_, exact) => {
    const cases = CASES.filter((item) => isWhole(item) && !SHARES_LESS.test(item.row));
    const wrong = failures(cases, (item) => {
      const value = loads(bytesOf(item), { exact, python: item.python, registry: REGISTRY });
      const again = dumps(value, item.protocol, { python: item.python, registry: REGISTRY });
      return again.equals(bytesOf(item)) ? undefined : again.toString('latin1');
    });
    expect(wrong).toEqual([]);
  });

  it('are the same value once more, where equal texts come to share a memo entry', () => {
    const wrong = failures(
      CASES.filter((item) => isWhole(item) && SHARES_LESS.test(item.row)),
      (item) => {
        const again = dumps(loads(bytesOf(item)), item.protocol);
        const more = dumps(loads(again, { exact: true }), item.protocol);
        return again.equals(more) && again.length <= bytesOf(item).length
          ? undefined
          : 'not the same';
      },
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['default', false],
    ['exact', true],
  ])('are shown as Python shows them (%s view)', (_, exact) => {
    const shown = new Map(ROWS.map((row) => [row.value, row]));
    const newest = CASES.filter((item) => {
      const row = shown.get(item.row);
      return (
        isWhole(item) &&
        isShownAlike(item) &&
        row?.repr !== null &&
        row?.written.at(-1)?.releases.at(-1) === item.python
      );
    });
    const wrong = failures(newest, (item) => {
      const value = loads(bytesOf(item), { exact, python: item.python, registry: REGISTRY });
      const row = shown.get(item.row);
      const found = [repr(value), str(value)];
      return found[0] === row?.repr && found[1] === row?.str ? undefined : found.join(' | ');
    });
    expect(wrong).toEqual([]);
  });
});

describe('a value made in JavaScript', () => {
  it('has a row in the table of recorded values', () => {
    const known = new Set(ROWS.map((row) => row.value));
    expect([...MADE.keys()].filter((value) => !known.has(value))).toEqual([]);
  });

  it('is written byte for byte as each release of CPython 3 writes it', () => {
    const cases = CASES.filter((item) => MADE.has(item.row) && item.python !== '2.7');
    const wrong = failures(cases, (item) => {
      const made = dumps(MADE.get(item.row)?.(), item.protocol, {
        python: item.python,
        registry: REGISTRY,
      });
      return matches(made, item.recorded) ? undefined : made.toString('latin1');
    });
    expect(wrong).toEqual([]);
  });

  it('is shown as Python shows it', () => {
    const rows = ROWS.filter(({ value, repr: shown }) => MADE.has(value) && shown !== null);
    const wrong = rows
      .filter(({ value }) => !SHOWN_OTHERWISE.test(value))
      .flatMap((row) => {
        const value = MADE.get(row.value)?.();
        const found = [repr(value), str(value)];
        return found[0] === row.repr && found[1] === row.str
          ? []
          : [`${row.value}: ${found.join(' | ')}`];
      });
    expect(wrong).toEqual([]);
  });
});

it('a registry of named tuples and enums is one as any other', () => {
  expect(REGISTRY).toBeInstanceOf(Registry);
});
