// Which two values are one key: Python's own answer for every pair of a table, and that of the exact view.
import { execFileSync } from 'node:child_process';
import { loads, PyDict, PyFrozenSet, PySet } from '../../lib/value/pickle';
import { findPythons } from './pythons';

const KEYS = [
  ...['None', 'True', 'False', '0', '1', '-1', '2**53', '2**53 + 1', '2**64', '-(2**64)', '10**30'],
  ...['0.0', '-0.0', '1.0', '1.5', '2.0**53', '2.0**64', "float('inf')", "float('nan')", '1e30'],
  ...["''", "'1'", "'a'", "'\\u20ac'", "'\\ud800'", "'\\ud83d' + '\\ude00'", "'\\U0001f600'"],
  ...["b''", "b'1'", "b'a'", "b'\\xe2\\x82\\xac'", '...', 'NotImplemented', 'int', 'len'],
  ...['()', '(1,)', '(1.0,)', '(True,)', "('1',)", '((1,),)', '(1, 2)', '(2, 1)', "(b'a',)"],
  ...[
    'frozenset()',
    'frozenset([1])',
    'frozenset([1.0])',
    'frozenset([1, 2])',
    'frozenset([2, 1])',
  ],
  ...['frozenset([(1,)])', '(frozenset([1]),)', 'complex(1, 0)', 'complex(0, 1)', 'complex(0, 0)'],
  ...['range(3)', 'range(0, 3, 1)', 'range(0)', 'range(1, 1)', 'range(0, 4, 2)', 'range(0, 3, 2)'],
  ...[
    "decimal.Decimal('1')",
    "decimal.Decimal('1.0')",
    "decimal.Decimal('1.5')",
    "decimal.Decimal('-0')",
  ],
  ...["decimal.Decimal('1E+30')", "decimal.Decimal('Infinity')", "decimal.Decimal('0.1')", '0.1'],
  ...['fractions.Fraction(1)', 'fractions.Fraction(3, 2)', 'fractions.Fraction(1, 10)'],
  ...['uuid.UUID(int=1)', "uuid.UUID('00000000-0000-0000-0000-000000000001')"],
  ...[
    'datetime.date(2024, 1, 2)',
    'datetime.datetime(2024, 1, 2)',
    'datetime.datetime(2024, 1, 2, fold=1)',
  ],
  ...['datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)'],
  ...['datetime.datetime(2024, 1, 2, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))'],
  ...[
    'datetime.time(1)',
    'datetime.time(1, fold=1)',
    'datetime.timedelta(1)',
    'datetime.timedelta(0, 86400)',
  ],
  ...['datetime.timezone.utc', "datetime.timezone(datetime.timedelta(0), 'Z')"],
  ...[
    "ipaddress.ip_address('127.0.0.1')",
    'ipaddress.ip_address(2130706433)',
    "ipaddress.ip_address('::1')",
  ],
  ...["ipaddress.ip_network('127.0.0.1/32')", "ipaddress.ip_interface('127.0.0.1/32')"],
  ...[
    "pathlib.PurePosixPath('a/b')",
    "pathlib.PurePosixPath('a', 'b')",
    "pathlib.PureWindowsPath('a/b')",
  ],
  ...["pathlib.PureWindowsPath('A/B')", "pathlib.PosixPath('a/b')"],
];

/** Every pair once: both texts, a pickle of the two values, and how many keys a dict of them has. */
const ASK = `
import base64, datetime, decimal, fractions, ipaddress, json, pathlib, pickle, sys, uuid
texts = json.load(sys.stdin)
values = [(text, eval(text), eval(text)) for text in texts]
def pair(first, second):
    two = [first[1], second[2]]
    return [first[0], second[0], base64.b64encode(pickle.dumps(two, 4)).decode(), len(dict.fromkeys(two))]
print(json.dumps([pair(first, second) for i, first in enumerate(values) for second in values[i:]]))
`;

type Pair = [first: string, second: string, pickle: string, keys: number];

function pairsOfPython(): Pair[] {
  const newest = findPythons().at(-1);
  if (newest === undefined) throw new Error('no CPython is installed');
  const options = { input: JSON.stringify(KEYS), maxBuffer: 64 * 1024 * 1024 };
  return JSON.parse(execFileSync(newest.path, ['-c', ASK], options).toString()) as Pair[];
}

const PAIRS = pairsOfPython();

it('asks for every pair, equal ones and different ones', () => {
  expect(PAIRS.length).toBe((KEYS.length * (KEYS.length + 1)) / 2);
  expect(
    PAIRS.filter(([first, second, , keys]) => first !== second && keys === 1).length,
  ).toBeGreaterThan(50);
  expect(PAIRS.filter(([, , , keys]) => keys === 2).length).toBeGreaterThan(3000);
});

it.each([
  ['dict', (keys: unknown[]) => new PyDict(keys.map((key) => [key, 0])).size],
  ['set', (keys: unknown[]) => new PySet(keys).size],
  ['frozenset', (keys: unknown[]) => new PyFrozenSet(keys).size],
])('a %s of the exact view has the keys that it has in Python', (_, count) => {
  const different = PAIRS.filter(
    ([, , pickle, keys]) =>
      count(loads(Buffer.from(pickle, 'base64'), { exact: true }) as unknown[]) !== keys,
  );
  expect(different.map(([first, second, , keys]) => ({ first, second, keys }))).toEqual([]);
});
