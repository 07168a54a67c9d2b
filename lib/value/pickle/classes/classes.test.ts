// What the standard classes offer JavaScript: accessors, checks, JSON, and Python's equality as dict keys.
import { inspect } from 'node:util';
import {
  dumps,
  loads,
  namedTuple,
  PicklingError,
  PyArray,
  PyComplex,
  PyCounter,
  PyDate,
  PyDateTime,
  PyDecimal,
  PyDefaultDict,
  PyDeque,
  PyDict,
  PyEnum,
  PyException,
  PyFixedZone,
  PyFloat,
  PyFraction,
  PyGlobal,
  PyIPAddress,
  PyLazyString,
  PyModel,
  PyNamespace,
  PyNumpyArray,
  PyNumpyScalar,
  PyObject,
  PyOrderedDict,
  PyPartial,
  PyPath,
  PyQuerySet,
  PyRange,
  PySafeString,
  PySlice,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyTuple,
  PyUUID,
  PyZoneInfo,
  Registry,
  repr,
} from '../index';
import { recorded } from '../testing/class-recordings';

describe('as dict keys, as in Python', () => {
  const berlin = new PyZoneInfo('Europe/Berlin');
  const noonInBerlin = new PyDateTime(2024, 7, 1, 12, 0, 0, 0, berlin);
  const tenInUtc = new PyDateTime(2024, 7, 1, 10, 0, 0, 0, PyTimezone.utc);
  const Point = namedTuple('shop', 'Point', ['x', 'y']);
  const Level = new PyEnum('shop', 'Level', { LOW: 1 }, 'IntEnum');
  const Color = new PyEnum('shop', 'Color', { RED: 1 });

  it.each<[string, unknown, unknown]>([
    ['Decimal and int', new PyDecimal('1.00'), 1],
    ['Decimal and float', new PyDecimal('0.5'), 0.5],
    ['Decimal and Fraction', new PyDecimal('0.1'), new PyFraction(1, 10)],
    ['Decimal and a large int', new PyDecimal('1E+30'), 10n ** 30n],
    ['-0 and 0', new PyDecimal('-0'), 0],
    ['Fraction and float', new PyFraction(-7, 2), -3.5],
    ['Fraction and True', new PyFraction(1), true],
    ['complex and float', new PyComplex(2.5), 2.5],
    ['Infinity', new PyDecimal('Infinity'), Infinity],
    ['UUID', new PyUUID(7n), new PyUUID('0'.repeat(31) + '7')],
    ['ranges of the same numbers', new PyRange(0, 10, 3), new PyRange(0, 12, 3)],
    ['empty ranges', new PyRange(5, 0), new PyRange(0, 0)],
    ['moments', noonInBerlin, tenInUtc],
    ['a Date and its moment', tenInUtc, PyDateTime.fromDate(new Date('2024-07-01T10:00:00Z'))],
    ['times', new PyTime(1, 0, 0, 0, PyTimezone.utc), new PyTime(1, 0, 0, 0, PyTimezone.utc)],
    ['days', new PyDate(2024, 1, 1), new PyDate(2024, 1, 1)],
    ['durations', new PyTimedelta(1), new PyTimedelta(0, 86400)],
    ['zones of one offset', PyTimezone.utc, new PyTimezone(new PyTimedelta(), 'Z')],
    ['addresses', PyIPAddress.of('IPv6Address', '::1'), PyIPAddress.of('IPv6Address', '0::1')],
    ['paths', PyPath.of('PurePosixPath', 'a//b'), PyPath.of('PurePosixPath', 'a', 'b')],
    ['Windows paths', PyPath.of('WindowsPath', 'C:/A'), PyPath.of('WindowsPath', 'c:\\a')],
    ['a named tuple and a tuple', new Point(1, 2), PyTuple.of(1, 2)],
    ['IntEnum and int', Level.of(1), 1],
    ['SafeString and str', new PySafeString('a'), 'a'],
  ])('%s are one key', (_, one, other) => {
    const dict = new PyDict<unknown, number>([[one, 1]]);
    expect(dict.get(other)).toBe(1);
    expect(new PyDict<unknown, number>([[other, 1]]).has(one)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['Decimals', new PyDecimal('0.1'), 0.1],
    ['Fractions', new PyFraction(1, 3), new PyFraction(2, 3)],
    ['complex', new PyComplex(1, 2), PyTuple.of(1, 2)],
    ['NaN', new PyDecimal('NaN'), new PyDecimal('NaN')],
    ['naive and aware', new PyDateTime(2024, 7, 1, 10), tenInUtc],
    ['a day and its midnight', new PyDate(2024, 7, 1), new PyDateTime(2024, 7, 1)],
    ['Enum and int', Color.get('RED'), 1],
    ['UUID and int', new PyUUID(7n), 7],
    ['paths of two systems', PyPath.of('PurePosixPath', 'a'), PyPath.of('PureWindowsPath', 'a')],
  ])('%s are two keys', (_, one, other) => {
    expect(new PyDict<unknown, number>([[one, 1]]).has(other)).toBe(false);
  });

  it.each([
    ['OrderedDict', new PyOrderedDict()],
    ['deque', new PyDeque()],
    ['array', new PyArray('i')],
    ['SimpleNamespace', new PyNamespace()],
    ['sNaN', new PyDecimal('sNaN')],
  ])('%s cannot be one', (_, value) => {
    expect(() => new PyDict().set(value, 1)).toThrow(TypeError);
  });
});

describe('Decimal', () => {
  it.each([
    ['.5', '0.5'],
    ['1e3', '1E+3'],
    ['00012', '12'],
    ['-0.00', '-0.00'],
    ['inf', 'Infinity'],
    ['nan007', 'NaN7'],
    ['5.', '5'],
    ['1e-7', '1E-7'],
    ['123E-2', '1.23'],
    ['0E+3', '0E+3'],
    ['12.5E+10', '1.25E+11'],
  ])('%s is shown as Python shows it: %s', (text, shown) => {
    expect(new PyDecimal(text).toString()).toBe(shown);
  });

  it.each(['', '.', 'e5', '1e', '1_0', ' 1', '1e1234567890123456789', 'Infinity1', '0x1'])(
    'refuses %j',
    (text) => {
      expect(() => new PyDecimal(text)).toThrow(TypeError);
    },
  );

  it('takes numbers by their shortest text', () => {
    expect([new PyDecimal(0.1), new PyDecimal(10n ** 30n)].map(String)).toEqual([
      '0.1',
      `1${'0'.repeat(30)}`,
    ]);
    expect(new PyDecimal('-1.50').asTuple()).toEqual({ sign: 1, digits: [1, 5, 0], exponent: -2 });
    expect(new PyDecimal('2.5').toNumber() + Number(new PyDecimal('1E+400'))).toBe(Infinity);
  });
});

it('Fraction divides what is too large for a number', () => {
  expect(new PyFraction(3n * 10n ** 400n, 2n * 10n ** 400n).toNumber()).toBe(1.5);
  expect(new PyFraction(10n ** 400n + 1n, 2n * 10n ** 400n).toNumber()).toBeCloseTo(0.5);
  expect(new PyFraction(1n, 10n ** 400n).toNumber()).toBe(0);
  expect(() => new PyFraction(1, 0)).toThrow(RangeError);
  expect(() => new PyFraction(0.5)).toThrow(TypeError);
});

it('complex is JSON as a pair', () => {
  expect(JSON.stringify(new PyComplex(1, -2.5))).toBe('[1,-2.5]');
});

it('UUID gives digits and bytes, and refuses what is none', () => {
  const uuid = new PyUUID('urn:uuid:12345678-1234-5678-1234-567812345678');
  expect(uuid.hex).toBe('12345678123456781234567812345678');
  expect(new PyUUID(uuid.bytes).int).toBe(uuid.int);
  expect(() => new PyUUID('1234')).toThrow(TypeError);
  expect(() => new PyUUID(2n ** 128n)).toThrow(TypeError);
});

it('range counts without making its numbers', () => {
  expect(new PyRange(0, 2n ** 70n).length).toBe(2n ** 70n);
  expect([...new PyRange(10, 0, -3)]).toEqual([10, 7, 4, 1]);
  expect(() => new PyRange(0, 1, 0)).toThrow(RangeError);
});

describe('collections', () => {
  it('a dict that is changed is written with what it holds', () => {
    const read = loads(
      recorded("collections.OrderedDict([('b', 1.0), ('a', 'x')])", 4),
    ) as PyOrderedDict;
    read.set('c', 3);
    read.delete('a');
    expect(repr(loads(dumps(read), { exact: true }))).toBe("OrderedDict({'b': 1.0, 'c': 3})");
    expect(JSON.stringify(read)).toBe('{"b":1,"c":3}');
  });

  it('Counter counts 0 for what it does not have', () => {
    const counter = new PyCounter([
      ['a', 1],
      ['b', 3],
    ]);
    expect(counter.get('z')).toBe(0);
    expect(counter.mostCommon()).toEqual([
      ['b', 3],
      ['a', 1],
    ]);
  });

  it('defaultdict keeps its factory and gives undefined for a missing key', () => {
    const dict = loads(dumps(new PyDefaultDict(new PyGlobal('builtins', 'list')))) as PyDefaultDict;
    expect(repr(dict.defaultFactory)).toBe("<class 'list'>");
    expect(dict.get('x')).toBeUndefined();
  });

  it('deque is an Array with a bound', () => {
    const deque = loads(recorded('collections.deque([1, 2.0, 3], 5)', 0)) as PyDeque;
    deque.push(4);
    expect(deque.maxlen).toBe(5);
    expect(Array.isArray(deque.slice(1)) && !(deque.slice(1) instanceof PyDeque)).toBe(true);
    expect(inspect(loads(dumps(deque)))).toBe('deque([1, 2.0, 3, 4], maxlen=5)');
    expect(() => deque.withMaxlen(-1)).toThrow(RangeError);
  });
});

describe('array.array', () => {
  it('gives a typed array that can be changed', () => {
    const array = loads(recorded("array.array('i', [1, -2, 3])", 4)) as PyArray;
    expect(array.values).toEqual(Int32Array.of(1, -2, 3));
    (array.values as Int32Array)[0] = 7;
    expect(inspect(loads(dumps(array)))).toBe("array('i', [7, -2, 3])");
    expect((loads(recorded("array.array('q', [-2 ** 62])", 2)) as PyArray).values).toEqual(
      BigInt64Array.of(-(2n ** 62n)),
    );
  });

  it('reads big-endian bytes of other machines', () => {
    const bytes = Buffer.from('0001fffe', 'hex');
    const form = PyObject.call(
      'array',
      '_array_reconstructor',
      new PyGlobal('array', 'array'),
      'h',
      5,
      bytes,
    );
    const read = loads(dumps(form, 4)) as PyArray;
    expect(read.toArray()).toEqual([1, -2]);
    expect(dumps(read, 4)).toEqual(dumps(form, 4));
  });

  it.each<[string, Iterable<number | bigint> | string]>([
    ['b', [128]],
    ['H', [-1]],
    ['i', [0.5]],
    ['Q', [2n ** 64n]],
    ['x', []],
    ['i', 'text'],
    ['u', [1]],
  ])('refuses what does not fit typecode %s', (typecode, values) => {
    expect(() => new PyArray(typecode, values)).toThrow();
  });
});

describe('array.array as it was read', () => {
  const again = (pickle: string, protocol: number): string =>
    dumps(loads(Buffer.from(pickle, 'latin1')), protocol).toString('latin1');

  it('keeps two surrogates apart that a string would join', () => {
    const pickle = 'carray\narray\n(Vu\n(lV\\ud83d\naV\\ude00\natR.';
    expect(loads(Buffer.from(pickle))).toBeInstanceOf(PyObject);
    expect(again(pickle, 2)).toMatch(/\xed\xa0\xbd[^]*\xed\xb8\x80/);
  });

  it('of a subclass is one of that class at every protocol', () => {
    const pickle =
      '\x80\x03carray\n_array_reconstructor\n(cshop\nPrices\nX\x01\0\0\0bK\x01C\x01\x05tR.';
    for (const protocol of [0, 4]) expect(again(pickle, protocol)).toContain('Prices');
  });
});

describe('exceptions', () => {
  // As python3 -c 'print(str(e), repr(e))' shows them.
  it.each<[string, unknown[], string, string]>([
    ['BlockingIOError', [11, 'x', 5], '[Errno 11] x', "BlockingIOError(11, 'x', 5)"],
    ['OSError', [2, 'x', null], '[Errno 2] x', "FileNotFoundError(2, 'x', None)"],
    ['OSError', [2, 'x', 'f'], "[Errno 2] x: 'f'", "FileNotFoundError(2, 'x')"],
    ['OSError', [1, 2, 3, 4, 5, 6], '(1, 2, 3, 4, 5, 6)', 'OSError(1, 2, 3, 4, 5, 6)'],
    [
      'UnicodeTranslateError',
      ['\xe9', 0, 1, 'r'],
      "can't translate character '\\xe9' in position 0: r",
      "UnicodeTranslateError('\xe9', 0, 1, 'r')",
    ],
  ])('%s%p are shown as in Python', (name, args, text, shown) => {
    const exception = new PyException(name, args);
    expect([exception.message, repr(exception)]).toEqual([text, shown]);
  });

  it('have a file name where Python has one', () => {
    const filename = (...args: unknown[]): unknown => new PyException('OSError', args).filename;
    expect([filename(2, 'x', 'f'), filename(2, 'x', null), filename(1, 2, 3, 4, 5, 6)]).toEqual([
      'f',
      undefined,
      undefined,
    ]);
  });

  it('can be thrown and caught, with their class, message and arguments', () => {
    const error = loads(recorded("OSError(2, 'No such file', 'a.txt')", 4)) as PyException;
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.errno, error.filename]).toEqual([
      'FileNotFoundError',
      "[Errno 2] No such file: 'a.txt'",
      2,
      'a.txt',
    ]);
    expect(() => new PyException('NoSuchError')).toThrow(TypeError);
  });

  it('keep attributes that can be changed', () => {
    const error = loads(
      recorded("(lambda e: (setattr(e, 'code', 5), e)[1])(ValueError('bad'))", 2),
    ) as PyException;
    expect(error.attributes?.get('code')).toBe(5);
    error.attributes?.set('code', 6);
    expect((loads(dumps(error)) as PyException).attributes?.get('code')).toBe(6);
  });
});

describe('named tuples and enums', () => {
  // dogpile.cache stores this named tuple: the value, and {'ct': creation time, 'v': version}.
  const CachedValue = namedTuple('dogpile.cache.api', 'CachedValue', ['payload', 'metadata']);
  const registry = new Registry([CachedValue.known]);

  it('fields are properties, and can be changed and unpacked', () => {
    const bytes = dumps(new CachedValue({ a: 1 }, { ct: new PyFloat(1700000000), v: 1 }), 4, {
      registry,
    });
    const cached = loads(bytes, { registry }) as InstanceType<typeof CachedValue>;
    expect([...cached]).toEqual([{ a: 1 }, { ct: 1700000000, v: 1 }]);
    expect(dumps(cached, 4, { registry })).toEqual(bytes);
    cached.payload = 'new';
    expect(inspect(loads(dumps(cached, 0, { registry }), { registry, exact: true }))).toBe(
      "CachedValue(payload='new', metadata={'ct': 1700000000.0, 'v': 1})",
    );
    expect(JSON.stringify(cached)).toBe('{"payload":"new","metadata":{"ct":1700000000,"v":1}}');
  });

  it('are written without a registry, as with one', () => {
    const cached = new CachedValue({ a: 1 }, { v: 1 });
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      const bytes = dumps([cached, cached], protocol);
      expect(bytes).toEqual(dumps([cached, cached], protocol, { registry }));
      const [first, second] = loads(bytes, { registry }) as unknown[];
      expect(first).toBeInstanceOf(CachedValue);
      expect(second).toBe(first);
      const unknown = loads(bytes) as PyObject[];
      expect([unknown[0]?.module, unknown[0]?.name]).toEqual(['dogpile.cache.api', 'CachedValue']);
    }
  });

  it('refuses fields and values that do not fit', () => {
    expect(() => namedTuple('m', 'T', ['a', 'a'])).toThrow(TypeError);
    expect(() => namedTuple('m', 'T', ['_a'])).toThrow(TypeError);
    expect(() => namedTuple('m', 'T', ['constructor'])).toThrow(TypeError);
    expect(() => new CachedValue(1)).toThrow(TypeError);
    const other = PyObject.call('dogpile.cache.api', 'CachedValue', 1);
    expect(loads(dumps(other), { registry })).toBeInstanceOf(PyObject);
  });

  it('members of an enum are one object each', () => {
    const Color = new PyEnum('shop', 'Color', { RED: 1, CRIMSON: 1, BLUE: 'b' });
    const colors = new Registry([Color.known]);
    const read = loads(dumps([Color.get('RED'), Color.of('b')]), { registry: colors }) as unknown[];
    expect(read[0]).toBe(Color.get('CRIMSON'));
    expect(read[1]).toBe(Color.get('BLUE'));
    expect([...Color].map(({ name }) => name)).toEqual(['RED', 'BLUE']);
    expect(() => Color.of(5)).toThrow(RangeError);
    expect(loads(dumps(PyObject.call('shop', 'Color', 9)), { registry: colors })).toBeInstanceOf(
      PyObject,
    );
  });
});

describe('ipaddress', () => {
  it.each<[Parameters<typeof PyIPAddress.of>[0], string, string]>([
    ['IPv6Address', '1::', '1::'],
    ['IPv6Address', '1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['IPv6Address', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['IPv6Address', '0:1:0:1:0:1:0:1', '0:1:0:1:0:1:0:1'],
    ['IPv6Address', '64:FF9B::1.2.3.4', '64:ff9b::102:304'],
    ['IPv4Network', '10.0.0.1', '10.0.0.1/32'],
  ])('%s %s is %s', (type, text, shown) => {
    expect(String(PyIPAddress.of(type, text))).toBe(shown);
  });

  it.each<[Parameters<typeof PyIPAddress.of>[0], string]>([
    ['IPv4Address', '1.2.3'],
    ['IPv4Address', '1.2.3.256'],
    ['IPv4Address', '01.2.3.4'],
    ['IPv4Address', '1.2.3.4/8'],
    ['IPv4Address', '1.2.3.4%a'],
    ['IPv4Network', '10.0.0.1/8'],
    ['IPv4Network', '10.0.0.0/33'],
    ['IPv6Address', '1::2::3'],
    ['IPv6Address', '1:2:3:4:5:6:7'],
    ['IPv6Address', '1:2:3:4:5:6:7:8:9'],
    ['IPv6Address', '1:2:3:4:5:6:7::8'],
    ['IPv6Address', ':1'],
    ['IPv6Address', '12345::'],
  ])('%s refuses %s', (type, text) => {
    expect(() => PyIPAddress.of(type, text)).toThrow();
  });

  it('gives numbers and bytes', () => {
    const network = PyIPAddress.of('IPv4Interface', '10.1.2.3/24');
    expect([network.version, network.int, network.prefixLength]).toEqual([4, 0x0a010203n, 24]);
    expect(network.packed).toEqual(Buffer.of(10, 1, 2, 3));
    expect(PyIPAddress.of('IPv6Address', 'fe80::1%eth0').scopeId).toBe('eth0');
  });
});

describe('pathlib', () => {
  // PureWindowsPath(text).__reduce__()[1] of CPython 3.12.
  it.each<[string, string[]]>([
    ['//host/share', ['\\\\host\\share\\']],
    ['\\\\?\\C:\\a', ['\\\\?\\C:\\', 'a']],
    ['C:a', ['C:', 'a']],
    ['c:/', ['c:\\']],
    ['a/../b', ['a', '..', 'b']],
    ['a:b/c', ['a:', 'b', 'c']],
    ['C:/./a//b', ['C:\\', 'a', 'b']],
    ['//host', ['\\\\host']],
    ['//host/', ['\\\\host\\']],
    ['//./x', ['\\\\.\\x']],
  ])('Windows: %s has the parts that Python gives it', (text, parts) => {
    expect(PyPath.of('PureWindowsPath', text).parts).toEqual(parts);
  });

  it('joins segments as Python does', () => {
    expect(String(PyPath.of('PosixPath', 'a', '/b', 'c/'))).toBe('/b/c');
    expect(String(PyPath.of('PureWindowsPath', 'C:/a', '/b'))).toBe('C:\\b');
    expect(String(PyPath.of('PureWindowsPath', 'C:/a', 'D:b'))).toBe('D:b');
    expect(PyPath.of('PosixPath', '/srv/data.csv').name).toBe('data.csv');
  });
});

describe('time zones', () => {
  const aware = (zone: PyZoneInfo | PyFixedZone): string =>
    new PyDateTime(2024, 7, 1, 12, 0, 0, 0, zone).toDate().toISOString();

  it('of pytz and dateutil are known where Python names them', () => {
    expect(aware(loads(recorded("pytz.timezone('Etc/GMT+3')", 2)) as PyFixedZone)).toBe(
      '2024-07-01T15:00:00.000Z',
    );
    expect(aware(loads(recorded("tz.gettz('Europe/Berlin')", 4)) as PyFixedZone)).toBe(
      '2024-07-01T10:00:00.000Z',
    );
    expect(aware(loads(recorded("tz.tzoffset('X', 3600)", 4)) as PyFixedZone)).toBe(
      '2024-07-01T11:00:00.000Z',
    );
    expect(aware(PyFixedZone.pytzUtc())).toBe('2024-07-01T12:00:00.000Z');
  });

  it('that nobody knows give no moment', () => {
    expect(() => aware(new PyZoneInfo('No/Such'))).toThrow(TypeError);
  });

  it('a Date that is none has no pickle', () => {
    expect(() => dumps(new Date(NaN))).toThrow(PicklingError);
    expect(() => dumps(new Date(8.64e15))).toThrow(PicklingError);
  });
});

describe('objects of other values', () => {
  it('SimpleNamespace and partial can be read and edited', () => {
    const namespace = loads(recorded('types.SimpleNamespace(a=1, b=2.0)', 4)) as PyNamespace;
    namespace.set('a', 5);
    expect(inspect(loads(dumps(namespace)))).toBe('namespace(a=5, b=2.0)');
    expect(JSON.stringify(namespace)).toBe('{"a":5,"b":2}');
    const partial = loads(recorded('functools.partial(int, base=2)', 2)) as PyPartial;
    partial.keywords = { base: 16 };
    expect(inspect(loads(dumps(partial)))).toBe("functools.partial(<class 'int'>, base=16)");
  });

  it('slice keeps any values', () => {
    expect(inspect(loads(dumps(new PySlice('a', new PyFloat(1)))))).toBe("slice('a', 1.0, None)");
  });
});

describe('numpy', () => {
  it('scalars are numbers with their type', () => {
    const scalar = loads(recorded('numpy.int64(3)', 2)) as PyNumpyScalar;
    expect([scalar.value, scalar.dtype.name, Number(scalar) + 1]).toEqual([3, 'int64', 4]);
    expect((loads(recorded("numpy.str_('ab')", 4)) as PyNumpyScalar).value).toBe('ab');
  });

  it.each([0, 2, 4, 5])('arrays have data, shape and order at protocol %d', (protocol) => {
    const array = loads(
      recorded("numpy.array([[1, 2], [3, 4]], order='F')", protocol),
    ) as PyNumpyArray;
    expect([array.shape, array.order, array.dtype?.name]).toEqual([[2, 2], 'F', 'int64']);
    expect(array.data).toEqual(BigInt64Array.of(1n, 3n, 2n, 4n));
    expect(array.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    ["numpy.array([1, 2], dtype='>i4')", [1, 2]],
    ['numpy.array([True, False])', [true, false]],
    ['numpy.array(5.0)', 5],
    ["numpy.array([1, 'x', None], dtype=object)", [1, 'x', null]],
    ["numpy.array(['a', 'bc'])", undefined],
  ])('%s', (row, items) => {
    expect((loads(recorded(row, 4)) as PyNumpyArray).toArray()).toEqual(items);
  });
});

describe('Django', () => {
  it('a safe string is a string', () => {
    const safe = loads(recorded("safestring.SafeString('<b>')", 4)) as PySafeString;
    expect([String(safe), JSON.stringify({ safe }), safe.text]).toEqual([
      '<b>',
      '{"safe":"<b>"}',
      '<b>',
    ]);
  });

  it('a lazy string gives what is to be translated', () => {
    const lazy = loads(recorded("gettext_lazy('hello')", 4)) as PyLazyString;
    expect([String(lazy), String(lazy.func)]).toEqual([
      'hello',
      'django.utils.translation.gettext',
    ]);
  });

  it('a model instance gives its fields, and one changed field is written back', () => {
    const user = loads(recorded("User(id=1, username='ann')", 4)) as PyModel;
    expect(user).toBeInstanceOf(PyModel);
    expect([user.model, user.fields().get('username')]).toEqual(['auth.User', 'ann']);
    user.setAttr('username', 'bob');
    const again = loads(dumps(user)) as PyModel;
    expect(again.fields().get('username')).toBe('bob');
    expect(inspect(again)).toBe('<User object id=1>');
  });

  it('a query set that was not run has no results', () => {
    const users = loads(recorded('User.objects.filter(id=1)', 4)) as PyQuerySet;
    expect([String(users.model), users.results]).toEqual(['django.contrib.auth.models.User', []]);
  });
});
