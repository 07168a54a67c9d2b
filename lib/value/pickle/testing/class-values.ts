// JavaScript's own values for rows of fixtures/pickle/classes.json, by the Python expression of the row.
import {
  Ellipsis,
  namedTuple,
  NoneType,
  NotImplemented,
  PyArray,
  PyComplex,
  PyCounter,
  PyDate,
  PyDateTime,
  PyDecimal,
  PyDefaultDict,
  PyDeque,
  PyEnum,
  PyException,
  PyFloat,
  PyFraction,
  PyGlobal,
  PyIPAddress,
  PyNamespace,
  PyOrderedDict,
  PyPartial,
  PyPath,
  PyRange,
  PySlice,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyTuple,
  PyTypeOf,
  PyUUID,
  PyZoneInfo,
  Registry,
  type IPType,
  type PathType,
} from '../index';
import { LIBRARY_VALUES } from './library-values';

const INT = new PyGlobal('builtins', 'int');

const Point = namedTuple('shop', 'Point', ['x', 'y']);
const CachedValue = namedTuple('shop', 'CachedValue', ['payload', 'metadata']);
const Color = new PyEnum('shop', 'Color', { RED: 1, GREEN: 'green', PAIR: PyTuple.of(1, 2) });
const Level = new PyEnum('shop', 'Level', { LOW: 1, HIGH: 10 }, 'IntEnum');
const Access = new PyEnum('shop', 'Access', { READ: 1, WRITE: 2, EXEC: 4 }, 'Flag');
const Bits = new PyEnum('shop', 'Bits', { A: 1, B: 2 }, 'IntFlag');

/** The classes of the rows' module `shop`. */
export const REGISTRY = new Registry(
  [Point, CachedValue, Color, Level, Access, Bits].map(({ known }) => known),
);

type Make = readonly [row: string, make: () => unknown];

const decimal = (text: string): Make => [`decimal.Decimal('${text}')`, () => new PyDecimal(text)];
const DECIMALS =
  '0 -0 1 -1.50 1E+3 1E-7 0.000001 0E-10 123456789.123456789 1E+1000 NaN -NaN NaN123 sNaN Infinity -Infinity';

const NUMBERS: readonly Make[] = [
  ...DECIMALS.split(' ').map(decimal),
  ['fractions.Fraction(1, 3)', () => new PyFraction(1, 3)],
  ['fractions.Fraction(-7, 2)', () => new PyFraction(7, -2)],
  ['fractions.Fraction(5)', () => new PyFraction(5)],
  ['fractions.Fraction(0)', () => new PyFraction(0, 7)],
  ['fractions.Fraction(2 ** 70, 3)', () => new PyFraction(2n ** 71n, 6)],
  ['complex(1, 2)', () => new PyComplex(1, 2)],
  ['complex(0.5, -1.5)', () => new PyComplex(0.5, -1.5)],
  ['complex(-0.0, -0.0)', () => new PyComplex(-0, -0)],
  ["complex(float('inf'), 1e16)", () => new PyComplex(Infinity, 1e16)],
  ['complex(0, 1)', () => new PyComplex(0, 1)],
  ['complex(0, -0.0)', () => new PyComplex(0, -0)],
  [
    "uuid.UUID('12345678-1234-5678-1234-567812345678')",
    () => new PyUUID('{12345678-1234-5678-1234-567812345678}'),
  ],
  ['uuid.UUID(int=0)', () => new PyUUID(0n)],
  [
    "uuid.UUID('ffffffff-ffff-ffff-ffff-ffffffffffff')",
    () => new PyUUID('FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'),
  ],
  ['range(0)', () => new PyRange(0, 0)],
  ['range(1, 10)', () => new PyRange(1, 10)],
  ['range(0, 10, 3)', () => new PyRange(0, 10, 3)],
  ['range(5, -5, -2)', () => new PyRange(5, -5, -2)],
  ['range(2 ** 70)', () => new PyRange(0, 2n ** 70n)],
  ['slice(None)', () => new PySlice(null, null)],
  ['slice(1, 2)', () => new PySlice(1, 2)],
  ['slice(1, None, -1)', () => new PySlice(1, null, -1)],
  ["slice('a', 2.0)", () => new PySlice('a', new PyFloat(2))],
  ['Ellipsis', () => Ellipsis],
  ['NotImplemented', () => NotImplemented],
  ['type(None)', () => NoneType],
  ['type(Ellipsis)', () => new PyTypeOf(Ellipsis)],
  ['type(NotImplemented)', () => new PyTypeOf(NotImplemented)],
  ['[type(None), type(None)]', () => [NoneType, NoneType]],
];

/** An object that holds itself. */
function knot<T>(object: T, put: (object: T) => void): T {
  put(object);
  return object;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const COLLECTIONS: readonly Make[] = [
  ['collections.OrderedDict()', () => new PyOrderedDict()],
  ["collections.OrderedDict([('a', 1)])", () => new PyOrderedDict([['a', 1]])],
  [
    "collections.OrderedDict([('b', 1.0), ('a', 'x')])",
    () =>
      new PyOrderedDict<string, unknown>([
        ['b', new PyFloat(1)],
        ['a', 'x'],
      ]),
  ],
  [
    'collections.OrderedDict([(1, 2), ((1, 2), None)])',
    () =>
      new PyOrderedDict<unknown, unknown>([
        [1, 2],
        [PyTuple.of(1, 2), null],
      ]),
  ],
  [
    'collections.OrderedDict((i, i) for i in range(1001))',
    () => new PyOrderedDict(numbers(1001).map((i) => [i, i])),
  ],
  [
    '(lambda d: (d.update(me=d), d)[1])(collections.OrderedDict())',
    () => knot(new PyOrderedDict(), (dict) => dict.set('me', dict)),
  ],
  ['collections.defaultdict()', () => new PyDefaultDict()],
  ['collections.defaultdict(int)', () => new PyDefaultDict(INT)],
  ["collections.defaultdict(int, {'a': 1})", () => new PyDefaultDict(INT, [['a', 1]])],
  [
    "collections.defaultdict(list, [('a', [1]), ('b', [])])",
    () =>
      new PyDefaultDict(new PyGlobal('builtins', 'list'), [
        ['a', [1]],
        ['b', []],
      ]),
  ],
  [
    '(lambda d: (d.update(me=d), d)[1])(collections.defaultdict(dict))',
    () => knot(new PyDefaultDict(new PyGlobal('builtins', 'dict')), (dict) => dict.set('me', dict)),
  ],
  ['collections.Counter()', () => new PyCounter()],
  ["collections.Counter({'a': 2})", () => new PyCounter([['a', 2]])],
  ['collections.deque()', () => new PyDeque()],
  ['collections.deque([1])', () => PyDeque.from([1])],
  [
    'collections.deque([1, 2.0, 3], 5)',
    () => PyDeque.of<unknown>(1, new PyFloat(2), 3).withMaxlen(5),
  ],
  ['collections.deque([], 0)', () => new PyDeque().withMaxlen(0)],
  ["collections.deque(['a', 'b'])", () => PyDeque.of('a', 'b')],
  [
    '(lambda d: (d.append(d), d)[1])(collections.deque())',
    () => knot(new PyDeque(), (deque) => deque.push(deque)),
  ],
  ['collections.deque(range(1001))', () => PyDeque.from(numbers(1001))],
];

const UTC = (): PyTimezone => PyTimezone.utc;
const hours = (count: number, name?: string): PyTimezone =>
  new PyTimezone(new PyTimedelta(0, count * 3600), name);
const at = (tzinfo: PyTimezone | null, fold: 0 | 1 = 0): PyDateTime =>
  new PyDateTime(2024, 1, 2, 3, 4, 5, 6, tzinfo, fold);
const AT = 'datetime.datetime(2024, 1, 2, 3, 4, 5, 6';

const DATES: readonly Make[] = [
  ['datetime.datetime(2024, 1, 2)', () => new PyDateTime(2024, 1, 2)],
  ['datetime.datetime(1, 1, 1)', () => new PyDateTime(1, 1, 1)],
  [
    'datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)',
    () => new PyDateTime(9999, 12, 31, 23, 59, 59, 999999),
  ],
  [`${AT})`, () => at(null)],
  [`${AT}, tzinfo=datetime.timezone.utc)`, () => at(UTC())],
  [
    `${AT}, tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30)))`,
    () => at(hours(-3.5)),
  ],
  [`${AT}, fold=1)`, () => at(null, 1)],
  ['datetime.date(2024, 2, 29)', () => new PyDate(2024, 2, 29)],
  ['datetime.time()', () => new PyTime()],
  ['datetime.time(1, 2, 3, 4)', () => new PyTime(1, 2, 3, 4)],
  ['datetime.time(1, 2, tzinfo=datetime.timezone.utc)', () => new PyTime(1, 2, 0, 0, UTC())],
  ['datetime.time(1, fold=1)', () => new PyTime(1, 0, 0, 0, null, 1)],
  ['datetime.timedelta()', () => new PyTimedelta()],
  ['datetime.timedelta(1, 2, 3)', () => new PyTimedelta(1, 2, 3)],
  ['datetime.timedelta(microseconds=-1)', () => new PyTimedelta(0, 0, -1)],
  ['datetime.timedelta(999999999)', () => new PyTimedelta(999999999)],
  ['datetime.timedelta(days=-5)', () => new PyTimedelta(-5)],
  ['datetime.timezone.utc', UTC],
  ["datetime.timezone(datetime.timedelta(hours=5, minutes=30), 'IST')", () => hours(5.5, 'IST')],
  ["datetime.timezone(datetime.timedelta(0), 'Z')", () => hours(0, 'Z')],
  [
    '[datetime.timezone.utc, datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)]',
    () => [PyTimezone.utc, new Date(Date.UTC(2024, 0, 1))],
  ],
  ["zoneinfo.ZoneInfo('Europe/Berlin')", () => new PyZoneInfo('Europe/Berlin')],
  [
    "datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
    () => new PyDateTime(2024, 10, 27, 2, 30, 0, 0, new PyZoneInfo('Europe/Berlin'), 1),
  ],
];

const OBJECTS: readonly Make[] = [
  ["array.array('i')", () => new PyArray('i')],
  ["array.array('i', [1, -2, 3])", () => new PyArray('i', [1, -2, 3])],
  ["array.array('b', [-1, 0, 1])", () => new PyArray('b', [-1, 0, 1])],
  ["array.array('B', [0, 255])", () => new PyArray('B', [0, 255])],
  ["array.array('h', [-300, 300])", () => new PyArray('h', [-300, 300])],
  ["array.array('H', [300])", () => new PyArray('H', [300])],
  ["array.array('I', [4294967295])", () => new PyArray('I', [4294967295])],
  ["array.array('l', [-2 ** 40, 7])", () => new PyArray('l', [-(2 ** 40), 7n])],
  ["array.array('L', [2 ** 40])", () => new PyArray('L', [2 ** 40])],
  ["array.array('q', [-2 ** 62])", () => new PyArray('q', [-(2n ** 62n)])],
  ["array.array('Q', [2 ** 63])", () => new PyArray('Q', [2n ** 63n])],
  ["array.array('f', [1.0, 0.5])", () => new PyArray('f', [1, 0.5])],
  ["array.array('d', [1.0, 0.1, -0.0])", () => new PyArray('d', [1, 0.1, -0])],
  ["array.array('u', u'a\\u20ac')", () => new PyArray('u', 'a\u20ac')],
  ["array.array('u', u'\\U0001f600')", () => new PyArray('u', '\u{1f600}')],
  ["array.array('w', u'a\\U0001f600')", () => new PyArray('w', 'a\u{1f600}')],
  ['types.SimpleNamespace()', () => new PyNamespace()],
  ['types.SimpleNamespace(a=1, b=2.0)', () => new PyNamespace({ a: 1, b: new PyFloat(2) })],
  [
    '(lambda n: (setattr(n, "me", n), n)[1])(types.SimpleNamespace())',
    () => knot(new PyNamespace(), (namespace) => namespace.set('me', namespace)),
  ],
  ['functools.partial(int)', () => new PyPartial(INT)],
  ['functools.partial(int, base=2)', () => new PyPartial(INT, [], { base: 2 })],
  [
    'functools.partial(max, 1, 2)',
    () => new PyPartial(new PyGlobal('builtins', 'max'), PyTuple.of(1, 2)),
  ],
  ['shop.Point(1, 2)', () => new Point(1, 2)],
  ["shop.Point(1.0, 'y')", () => new Point(new PyFloat(1), 'y')],
  ['[shop.Point(1, 2), shop.Point(3, 4)]', () => [new Point(1, 2), new Point(3, 4)]],
  [
    "shop.CachedValue({'a': 1}, {'ct': 1700000000.5, 'v': 1})",
    () => new CachedValue({ a: 1 }, { ct: 1700000000.5, v: 1 }),
  ],
  ['shop.Color.RED', () => Color.get('RED')],
  ['shop.Color.GREEN', () => Color.of('green')],
  ['shop.Color.PAIR', () => Color.of(PyTuple.of(1, 2))],
  ['[shop.Color.RED, shop.Color.RED]', () => [Color.of(1), Color.get('RED')]],
  ['shop.Level.HIGH', () => Level.get('HIGH')],
  ['shop.Access.READ', () => Access.get('READ')],
  ['shop.Access.READ | shop.Access.EXEC', () => Access.of(5)],
  ['shop.Access(0)', () => Access.of(0)],
  ['shop.Bits.A | shop.Bits.B', () => Bits.of(3)],
];

const error = (row: string, name: string, ...args: unknown[]): Make => [
  row,
  () => new PyException(name, args),
];

function withAttributes(exception: PyException, entries: [string, unknown][]): PyException {
  exception.attributes = new Map(entries);
  return exception;
}

const ERRORS: readonly Make[] = [
  error('Exception()', 'Exception'),
  error("ValueError('bad')", 'ValueError', 'bad'),
  error("ValueError('bad', 1.0)", 'ValueError', 'bad', new PyFloat(1)),
  error("KeyError('k')", 'KeyError', 'k'),
  error('TypeError(1, 2)', 'TypeError', 1, 2),
  error('StopIteration(5)', 'StopIteration', 5),
  error('KeyboardInterrupt()', 'KeyboardInterrupt'),
  error("OSError('x')", 'OSError', 'x'),
  error("OSError(2, 'No such file')", 'OSError', 2, 'No such file'),
  error("OSError(2, 'No such file', 'a.txt')", 'FileNotFoundError', 2, 'No such file', 'a.txt'),
  error("OSError(2, 'No', 'a', None, 'b')", 'OSError', 2, 'No', 'a', null, 'b'),
  error("PermissionError(13, 'no')", 'PermissionError', 13, 'no'),
  error("FileNotFoundError('x')", 'FileNotFoundError', 'x'),
  error("ImportError('no')", 'ImportError', 'no'),
  [
    "ImportError('no', name='m', path='p')",
    () =>
      withAttributes(new PyException('ImportError', ['no']), [
        ['name', 'm'],
        ['path', 'p'],
      ]),
  ],
  [
    "UnicodeDecodeError('ascii', b'\\xff', 0, 1, 'bad')",
    () => new PyException('UnicodeDecodeError', ['ascii', Buffer.of(0xff), 0, 1, 'bad']),
  ],
  error(
    "UnicodeEncodeError('ascii', u'\\xff', 0, 1, 'bad')",
    'UnicodeEncodeError',
    'ascii',
    '\xff',
    0,
    1,
    'bad',
  ),
  [
    "SyntaxError('bad', ('f.py', 1, 2, 'text'))",
    () => new PyException('SyntaxError', ['bad', PyTuple.of<unknown>('f.py', 1, 2, 'text')]),
  ],
  error("AttributeError('x')", 'AttributeError', 'x'),
  error('ZeroDivisionError(u"\\xe9")', 'ZeroDivisionError', '\xe9'),
  [
    "(lambda e: (setattr(e, 'code', 5), e)[1])(ValueError('bad'))",
    () => withAttributes(new PyException('ValueError', ['bad']), [['code', 5]]),
  ],
  [
    "ExceptionGroup('g', [ValueError(1), KeyError(2)])",
    () => {
      const errors = [new PyException('ValueError', [1]), new PyException('KeyError', [2])];
      return new PyException('ExceptionGroup', ['g', errors]);
    },
  ],
  error('UserWarning("w")', 'UserWarning', 'w'),
  error('AssertionError()', 'AssertionError'),
];

const ip = (kind: string, type: IPType, text: string): Make => [
  `ipaddress.ip_${kind}('${text}')`,
  () => PyIPAddress.of(type, text),
];
const path = (type: PathType, text: string, shown = `'${text}'`): Make => [
  `pathlib.${type}(${shown})`,
  () => PyPath.of(type, text),
];

const NETWORK: readonly Make[] = [
  ip('address', 'IPv4Address', '127.0.0.1'),
  ip('address', 'IPv6Address', '::1'),
  ip('address', 'IPv6Address', 'fe80::1%eth0'),
  ip('address', 'IPv6Address', '::ffff:1.2.3.4'),
  ip('address', 'IPv6Address', '2001:db8:0:0:1:0:0:1'),
  ip('network', 'IPv4Network', '10.0.0.0/8'),
  ip('network', 'IPv6Network', '2001:db8::/32'),
  ip('interface', 'IPv4Interface', '10.0.0.1/24'),
  ip('interface', 'IPv6Interface', '2001:db8::1/64'),
  ip('interface', 'IPv6Interface', 'fe80::1%eth0/64'),
  ip('network', 'IPv4Network', '0.0.0.0/0'),
  ['pathlib.PurePosixPath()', () => PyPath.of('PurePosixPath')],
  path('PurePosixPath', '/a/b.txt'),
  ["pathlib.PurePosixPath('a', 'b')", () => PyPath.of('PurePosixPath', 'a', 'b')],
  path('PurePosixPath', '/'),
  path('PurePosixPath', '//a/b'),
  path('PosixPath', '/tmp'),
  path('PureWindowsPath', 'C:/a/b'),
  path('PureWindowsPath', 'a\\b', "'a\\\\b'"),
  path('PureWindowsPath', '//host/share/x'),
  path('PureWindowsPath', 'C:'),
  path('PureWindowsPath', '/a'),
  path('PurePosixPath', 'a//b/./c/'),
];

/** Each made anew. */
export const MADE: ReadonlyMap<string, () => unknown> = new Map([
  ...NUMBERS,
  ...COLLECTIONS,
  ...DATES,
  ...OBJECTS,
  ...ERRORS,
  ...NETWORK,
  ...LIBRARY_VALUES,
]);
