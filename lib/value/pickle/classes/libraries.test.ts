// Values of numpy, pytz, dateutil and Django made in JavaScript: what they are here, and what is refused.
import { inspect } from 'node:util';
import {
  dumps,
  loads,
  PyDateTime,
  PyFixedZone,
  PyGlobal,
  PyLazyString,
  PyModel,
  PyNumpyArray,
  PyNumpyDtype,
  PyNumpyScalar,
  PyObject,
  type NumpyCode,
} from '../index';
import { recorded } from '../testing/class-recordings';

describe('a numpy scalar', () => {
  it.each([
    ['i8', 2n ** 63n - 1n, 'np.int64(9223372036854775807)'],
    ['u8', 2 ** 53 - 1, 'np.uint64(9007199254740991)'],
    ['i1', -128n, 'np.int8(-128)'],
    ['f4', 0.1, 'np.float32(0.1)'],
    ['f8', -0, 'np.float64(-0.0)'],
    ['b1', true, 'np.True_'],
  ] as const)('%s of %p', (code, value, shown) => {
    const scalar = PyNumpyScalar.of(code, value);
    expect(inspect(scalar)).toBe(shown);
    expect(inspect(loads(dumps(scalar, 4)))).toBe(shown);
  });

  it.each<[NumpyCode, number | bigint, string]>([
    ['i1', 128, '128 does not fit numpy.int8'],
    ['u1', -1, '-1 does not fit numpy.uint8'],
    ['u4', 2 ** 32, '4294967296 does not fit numpy.uint32'],
    ['i8', 2n ** 63n, '9223372036854775808 does not fit numpy.int64'],
    ['u8', -1n, '-1 does not fit numpy.uint64'],
  ])('%s has no room for %p', (code, value, message) => {
    expect(() => PyNumpyScalar.of(code, value)).toThrow(new RangeError(message));
  });

  it.each<[NumpyCode, number | bigint | boolean]>([
    ['i4', 1.5],
    ['i4', NaN],
    ['i8', 2 ** 53],
    ['i4', true],
    ['f8', 1n],
    ['b1', 1],
    ['c8' as NumpyCode, 1],
    ['toString' as NumpyCode, 1],
  ])('%s is not made of %p', (code, value) => {
    expect(() => PyNumpyScalar.of(code, value)).toThrow(TypeError);
  });
});

describe('a numpy array', () => {
  it('has a copy of the numbers it is made of, also of a part of a buffer', () => {
    const numbers = Int16Array.of(9, 1, -2, 3, 4, 9);
    const array = PyNumpyArray.from(numbers.subarray(1, 5), [2, 2]);
    numbers.fill(0);
    expect([array.shape, array.order, array.dtype]).toEqual([[2, 2], 'C', PyNumpyDtype.of('i2')]);
    expect([array.toArray(), array.data, array.form]).toEqual([
      [
        [1, -2],
        [3, 4],
      ],
      Int16Array.of(1, -2, 3, 4),
      undefined,
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5])('is read as it was made, protocol %i', (protocol) => {
    const array = PyNumpyArray.from([true, false, true], [3, 1]);
    const read = loads(dumps(array, protocol)) as PyNumpyArray;
    expect([read.dtype?.name, read.shape, read.toArray()]).toEqual([
      'bool',
      [3, 1],
      [[true], [false], [true]],
    ]);
  });

  it('of bytes is one of uint8, whatever its class', () => {
    expect(PyNumpyArray.from(Buffer.of(1, 255)).dtype?.name).toBe('uint8');
  });

  it.each([
    [[3]],
    [[-2, -1]],
    [[0.5, 4]],
    [[NaN]],
    [[]],
    [[2 ** 53, 0]],
    [new Array<number>(33).fill(1)],
  ])('of two numbers has no shape %p', (shape) => {
    expect(() => PyNumpyArray.from(Uint8Array.of(1, 2), shape)).toThrow(RangeError);
  });

  it('of none has no sides that overflow', () => {
    expect(PyNumpyArray.from(new Uint8Array(), [1000, 0]).toArray()).toEqual([]);
    expect(() => PyNumpyArray.from(new Uint8Array(), [2 ** 50, 2 ** 50, 0])).toThrow(RangeError);
  });

  it.each([[[1, 2]], [new Uint8ClampedArray(1)], [new DataView(new ArrayBuffer(8))], ['ab']])(
    'is not made of %p',
    (data) => {
      expect(() => PyNumpyArray.from(data as never)).toThrow(TypeError);
    },
  );

  it('goes to out-of-band buffers at protocol 5', () => {
    const buffers: Uint8Array[] = [];
    const bufferCallback = (buffer: Uint8Array): boolean => {
      buffers.push(buffer);
      return false;
    };
    const pickle = dumps(PyNumpyArray.from(Uint8Array.of(1, 2)), 5, { bufferCallback });
    expect(buffers.map((each) => [...each])).toEqual([[1, 2]]);
    expect((loads(pickle, { buffers }) as PyNumpyArray).toArray()).toEqual([1, 2]);
  });
});

describe("numpy's functions", () => {
  const made = (numpy?: 1 | 2): unknown => [
    PyNumpyScalar.of('f8', 1, { numpy }),
    PyNumpyArray.from(Uint8Array.of(1), [1], { numpy }),
  ];
  const names = (pickle: Buffer): string[] => [
    ...new Set(pickle.toString('latin1').match(/numpy\.\w+\.\w+/g)),
  ];

  it.each([
    [4, undefined, '3.13', ['numpy._core.multiarray']],
    [5, 2, '3.9', ['numpy._core.multiarray', 'numpy._core.numeric']],
    [5, 1, '3.12', ['numpy.core.multiarray', 'numpy.core.numeric']],
    [4, 2, '3.8', ['numpy.core.multiarray']],
    [2, undefined, '2.7', ['numpy.core.multiarray']],
  ] as const)(
    'at protocol %i, of numpy %s, for Python %s: %p',
    (protocol, numpy, python, expected) => {
      expect(names(dumps(made(numpy), protocol, { python }))).toEqual(expected);
    },
  );
});

describe('a fixed zone', () => {
  it.each([
    [PyFixedZone.pytzOffset(-330), 'pytz.FixedOffset(-330)', -19800],
    [PyFixedZone.pytzOffset(0), '<UTC>', 0],
    [PyFixedZone.dateutilOffset('X', 3600), "tzoffset('X', 3600)", 3600],
    [PyFixedZone.dateutilOffset(null, -1), 'tzoffset(None, -1)', -1],
    [PyFixedZone.dateutilUtc(), 'tzutc()', 0],
  ])('%p', (zone, shown, seconds) => {
    expect([inspect(zone), zone.utcoffset]).toEqual([shown, seconds]);
    const read = loads(dumps(new PyDateTime(2024, 1, 2, 0, 0, 0, 0, zone), 4)) as PyDateTime;
    const moment = new Date(Date.UTC(2024, 0, 2) - seconds * 1000);
    expect([inspect(read.tzinfo), read.toDate()]).toEqual([shown, moment]);
  });

  it.each([1440, -1440, 0.5, NaN, Infinity])('has no offset of %p minutes', (minutes) => {
    expect(() => PyFixedZone.pytzOffset(minutes)).toThrow(RangeError);
    expect(() => PyFixedZone.dateutilOffset('X', minutes * 60 + 0.5)).toThrow(RangeError);
  });

  it.each(["tz.tzoffset('X', 3600)", 'tz.tzutc()', 'tz.tzlocal()'])(
    'of dateutil, %s, changes its form with the protocol as in Python',
    (row) => {
      const bytes = [0, 1, 2, 3, 4, 5].map((protocol) => recorded(row, protocol));
      for (const from of bytes) {
        const zone = loads(from, { exact: true });
        expect(bytes.map((_, protocol) => dumps(zone, protocol))).toEqual(bytes);
      }
    },
  );
});

describe('Django', () => {
  it('takes any lazy function of text', () => {
    const reverse = new PyGlobal('django.urls.base', 'reverse');
    const lazy = PyLazyString.of(reverse, ['home'], { urlconf: 'shop.urls' });
    const read = loads(dumps(lazy)) as PyLazyString;
    expect([String(read.func), [...read.args], read.form.args[2]]).toEqual([
      'django.urls.base.reverse',
      ['home'],
      { urlconf: 'shop.urls' },
    ]);
  });

  const FIELDS = { id: 1, username: 'ann' };

  it('a model instance of the recorded fields is written byte for byte', () => {
    const row = "User(id=1, username='ann')";
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      const user = loads(recorded(row, protocol)) as PyModel;
      const made = PyModel.of('auth.User', user.fields(), {
        django: String(user.getAttr('_django_version')),
      });
      expect(dumps(made, protocol)).toEqual(recorded(row, protocol));
    }
  });

  it('a model instance tells whether and where it is stored', () => {
    const state = (db?: string): unknown =>
      (PyModel.of('auth.User', FIELDS, { django: '5.2', db }).getAttr('_state') as PyObject).state;
    expect(state()).toEqual({ fields_cache: {} });
    expect(state('default')).toEqual({ adding: false, db: 'default', fields_cache: {} });
  });

  it('a model instance is read, changed and shown as one that Django wrote', () => {
    const user = PyModel.of('auth.User', FIELDS, { django: '5.2' }).setAttr('username', 'bob');
    const read = loads(dumps(user)) as PyModel;
    expect([read.model, [...read.fields()], inspect(read)]).toEqual([
      'auth.User',
      [
        ['id', 1],
        ['username', 'bob'],
      ],
      '<User object id=1>',
    ]);
  });

  it.each(['User', 'auth.', '.User', 'django.auth.User', ''])('has no model %p', (model) => {
    expect(() => PyModel.of(model, FIELDS, { django: '5.2' })).toThrow(TypeError);
  });
});
