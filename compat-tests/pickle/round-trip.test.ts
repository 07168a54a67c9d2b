// Values made by every CPython found: read as what they are, written back without loss, changed in one field.
import { SEED } from '../../lib/testing/random';
import { dumps, loads, type LoadOptions } from '../../lib/value/pickle';
import { changeOneField } from './change';
import { describeValue } from './describe';
import {
  findPythons,
  protocolsOf,
  Python,
  type Difference,
  type Installed,
  type Made,
} from './pythons';
import { expectNoFailures, failuresOf, type Failure } from './report';

const PYTHONS = findPythons();
/** Values a protocol; all CPythons together make thousands. */
const COUNT = 80;

function loadOptions(python: Installed, exact: boolean): LoadOptions {
  return python.release === '2.7' ? { exact, python: '2.7' } : { exact };
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** What JavaScript cannot tell is remembered beside a container: a scalar at the root has none. */
function remembers(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

it('finds a CPython 3', () => {
  const found = PYTHONS.map((python) => `${python.version} (${python.path})`).join(', ');
  process.stdout.write(`pickle tests use CPython ${found}; SEED=${SEED}\n`);
  expect(PYTHONS.some((python) => python.release.startsWith('3.'))).toBe(true);
});

describe.each(PYTHONS.map((python) => [python.version, python] as const))(
  'CPython %s',
  (_, installed) => {
    const generation = installed.release === '2.7' ? 2 : 3;
    const made = new Map<number, Made[]>();
    let python: Python;

    beforeAll(async () => {
      python = new Python(installed);
      for (const protocol of protocolsOf(installed)) {
        made.set(
          protocol,
          await python.make({ seed: SEED, start: 0, count: COUNT, kind: 'all', protocol }),
        );
      }
    });
    afterAll(() => python.stop());

    function each(check: (value: Made, protocol: number, index: number) => unknown): Failure[] {
      return [...made].flatMap(([protocol, values]) =>
        failuresOf(values, protocol, (value, index) => check(value, protocol, index)),
      );
    }

    const total = COUNT * protocolsOf(installed).length;

    it('writes values that the exact view shows as what they are', () => {
      const failures = each(({ pickle, about }) => {
        const found = describeValue(loads(bytes(pickle), loadOptions(installed, true)), generation);
        return JSON.stringify(found) === JSON.stringify(about) ? undefined : { found, about };
      });
      expectNoFailures(installed, failures, total);
    });

    const { highest } = installed;
    it.each<[string, boolean, number | undefined]>([
      ['the default view wrote back', false, undefined],
      ['the exact view wrote back', true, undefined],
      ['the default view wrote at the highest protocol', false, highest],
      ['the exact view wrote at the highest protocol', true, highest],
    ])('reads what %s, type for type', async (_view, exact, to) => {
      const pairs: (readonly [string, string])[] = [];
      const failures = each(({ pickle }, protocol) => {
        const value = loads(bytes(pickle), loadOptions(installed, exact));
        if (!exact && !remembers(value)) return;
        const asRead = remembers(value) ? undefined : protocol;
        const written =
          to === undefined ? dumps(value, asRead) : dumps(value, to, { python: installed.release });
        pairs.push([pickle, written.toString('base64')]);
      });
      const differences = await python.compare(pairs);
      expectNoFailures(installed, [...failures, ...differing(pairs, differences)], total);
      expect(pairs.length).toBeGreaterThan(total / 2);
    });

    it('sees one field changed in JavaScript, and the rest as it was', async () => {
      const changes = [];
      const failures: Failure[] = [];
      for (const [protocol, values] of made) {
        for (const [index, { pickle }] of values.entries()) {
          try {
            const change = changeOneField(pickle, SEED + index, generation);
            if (change !== undefined) changes.push(change);
          } catch (wrong) {
            failures.push({ index, protocol, pickle, wrong });
          }
        }
      }
      const differences = await python.change(changes);
      const pairs = changes.map(({ before, after }) => [before, after] as const);
      expectNoFailures(installed, [...failures, ...differing(pairs, differences)], changes.length);
      expect(changes.length).toBeGreaterThan(total / 10);
    });
  },
);

function differing(
  pairs: readonly (readonly [string, string])[],
  differences: readonly Difference[],
): Failure[] {
  return differences.flatMap((wrong, index) => {
    const [pickle = '', after = ''] = pairs[index] ?? [];
    const written = Buffer.from(after, 'base64').toString('hex').slice(0, 800);
    return wrong === null
      ? []
      : [{ index, protocol: 'as read', pickle, wrong: { ...wrong, written } }];
  });
}
