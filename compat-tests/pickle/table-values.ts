// JavaScript's own values for rows of fixtures/pickle/table.json.
import { PyByteArray, PyFloat, PyFrozenSet, PyTuple } from '../../lib/value/pickle';

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
const mapped = (size: number): Map<number, number> => new Map(range(size).map((i) => [i, i]));

function knot<T extends unknown[]>(make: (list: unknown[]) => T): T {
  const list: unknown[] = [];
  const made = make(list);
  list.push(made);
  return made;
}

const INTS = [
  '0',
  '1',
  '255',
  '256',
  '65535',
  '65536',
  '-1',
  '-128',
  '-129',
  '2147483647',
  '2147483648',
  '-2147483648',
  '-2147483649',
];
const BIG = [
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
];

/** Made anew for each use. By the Python expression of the row. */
export const TABLE_VALUES: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ...INTS.map((text) => [text, () => Number(text)] as const),
  ...BIG.map((text) => [text, () => BigInt(text)] as const),
  ['None', () => null],
  ['True', () => true],
  ['False', () => false],
  ['0.0', () => new PyFloat(0)],
  ['-0.0', () => -0],
  ['1.0', () => new PyFloat(1)],
  ['0.1', () => 0.1],
  ['-2.5', () => -2.5],
  ['1e16', () => new PyFloat(1e16)],
  ['1e22', () => 1e22],
  ['1e-4', () => 1e-4],
  ['1e-5', () => 1e-5],
  ['1.5e-7', () => 1.5e-7],
  ['5e-324', () => 5e-324],
  ['1.7976931348623157e308', () => Number.MAX_VALUE],
  ["float('inf')", () => Infinity],
  ["float('-inf')", () => -Infinity],
  ["abs(float('nan'))", () => NaN],
  ["u''", () => ''],
  ["u'abc'", () => 'abc'],
  ["u'\\xe9'", () => '\xe9'],
  ["u'\\u20ac'", () => '\u20ac'],
  ["u'\\U0001f600'", () => '\u{1f600}'],
  ["u'\\ud800'", () => '\ud800'],
  ["u'\\ufeffbom'", () => '\ufeffbom'],
  ["u'\\x00\\r\\x1a\\x7f'", () => '\0\r\x1a\x7f'],
  ["u'x' * 255", () => 'x'.repeat(255)],
  ["u'x' * 256", () => 'x'.repeat(256)],
  ["b''", () => Buffer.alloc(0)],
  ["b'abc'", () => Buffer.from('abc')],
  ["b'\\xff\\x00'", () => Buffer.of(0xff, 0)],
  ["b'x' * 256", () => Buffer.alloc(256, 'x')],
  ['bytearray()', () => new PyByteArray()],
  ["bytearray(b'abc\\xff')", () => PyByteArray.from([97, 98, 99, 255])],
  ['[]', () => []],
  ['[1]', () => [1]],
  ['[[], [[]], [[1], [2]]]', () => [[], [[]], [[1], [2]]]],
  ['()', () => PyTuple.of()],
  ['(1, 2, 3)', () => PyTuple.of(1, 2, 3)],
  ['(1, 2, 3, 4)', () => PyTuple.of(1, 2, 3, 4)],
  ['{}', () => ({})],
  ["{u'a': 1, u'b': 2}", () => ({ a: 1, b: 2 })],
  ['{(1, 2): u"t"}', () => new Map([[PyTuple.of(1, 2), 't']])],
  ['set([1])', () => new Set([1])],
  ['set([1, 2, 3])', () => new Set([1, 2, 3])],
  ['frozenset([1, 2])', () => new PyFrozenSet([1, 2])],
  ["{u'x': u'x', u'y': [u'x', u'y']}", () => ({ x: 'x', y: ['x', 'y'] })],
  [
    '(lambda l: [l, l])([1])',
    () => {
      const list = [1];
      return [list, list];
    },
  ],
  ['(lambda l: (lambda t: (l.append(t), t)[1])((l,)))([])', () => knot((list) => PyTuple.of(list))],
  [
    '(lambda l: (lambda t: (l.append(t), t)[1])((l, 1, 2, 3)))([])',
    () => knot((list) => PyTuple.of<unknown>(list, 1, 2, 3)),
  ],
  ...[255, 999, 1000, 1001, 1002, 2000, 2001].map(
    (size) => [`list(range(${size}))`, () => range(size)] as const,
  ),
  ...[999, 1000, 1001, 2000].map(
    (size) => [`dict((i, i) for i in range(${size}))`, () => mapped(size)] as const,
  ),
  ...[999, 1000, 1001].map((size) => [`set(range(${size}))`, () => new Set(range(size))] as const),
  ['frozenset(range(1001))', () => new PyFrozenSet(range(1001))],
  ['tuple(range(1001))', () => PyTuple.from(range(1001))],
  ...[65535, 65536, 65537].map((size) => [`u'x' * ${size}`, () => 'x'.repeat(size)] as const),
  ["[u'x' * 65536, 1]", () => ['x'.repeat(65536), 1]],
  ["b'x' * 65536", () => Buffer.alloc(65536, 'x')],
  [
    "[b'x' * 65535, b'y' * 65536, 1]",
    () => [Buffer.alloc(65535, 'x'), Buffer.alloc(65536, 'y'), 1],
  ],
  ["bytearray(b'x' * 65536)", () => PyByteArray.from(Buffer.alloc(65536, 'x'))],
  ["[u'x' * 60000, u'y' * 6000, [u'z']]", () => ['x'.repeat(60000), 'y'.repeat(6000), ['z']]],
  ["u'\\u20ac' * 30000", () => '\u20ac'.repeat(30000)],
  ['2 ** 2039 - 1', () => 2n ** 2039n - 1n],
  ['2 ** 2039', () => 2n ** 2039n],
  ['-2 ** 2039', () => -(2n ** 2039n)],
  ['-2 ** 2047', () => -(2n ** 2047n)],
  ['[10 ** 700]', () => [10n ** 700n]],
]);
