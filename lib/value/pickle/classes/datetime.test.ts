// datetime and its kin: CPython's bytes are read to every field and written back, and made the same from JavaScript.
import { inspect } from 'node:util';
import { dumps, loads, PicklingError, PyFixedZone, PyNamespace, PyObject, PyPath } from '../index';
import { PyDate, PyDateTime, PyTime } from './datetime';
import { PyTimedelta, PyTimezone } from './timedelta';
import { PyZoneInfo } from './zones';

/** name, repr, str, and pickles at protocols 0, 2 and 4, of CPython 3.11: `pickle.dumps(value, p).hex()`. */
const ROWS: readonly [string, string, string, readonly [string, string, string]][] = [
  [
    'datetime',
    'datetime.datetime(2024, 1, 2, 3, 4, 5, 6)',
    '2024-01-02 03:04:05.000006',
    [
      '636461746574696d650a6461746574696d650a70300a28635f636f646563730a656e636f64650a70310a285607e801020304055c75303030305c7530303030060a70320a566c6174696e310a70330a7470340a5270350a7470360a5270370a2e',
      '8002636461746574696d650a6461746574696d650a7100635f636f646563730a656e636f64650a7101580b00000007c3a80102030405000006710258060000006c6174696e3171038671045271058571065271072e',
      '8004952a000000000000008c086461746574696d65948c086461746574696d65949394430a07e8010203040500000694859452942e',
    ],
  ],
  [
    'aware',
    'datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(seconds=9000)))',
    '2024-01-02 03:04:05+02:30',
    [
      '636461746574696d650a6461746574696d650a70300a28635f636f646563730a656e636f64650a70310a285607e801020304055c75303030305c75303030305c75303030300a70320a566c6174696e310a70330a7470340a5270350a636461746574696d650a74696d657a6f6e650a70360a28636461746574696d650a74696d6564656c74610a70370a2849300a49393030300a49300a7470380a5270390a747031300a527031310a747031320a527031330a2e',
      '8002636461746574696d650a6461746574696d650a7100635f636f646563730a656e636f64650a7101580b00000007c3a80102030405000000710258060000006c6174696e317103867104527105636461746574696d650a74696d657a6f6e650a7106636461746574696d650a74696d6564656c74610a71074b004d28234b0087710852710985710a52710b86710c52710d2e',
      '80049558000000000000008c086461746574696d65948c086461746574696d65949394430a07e801020304050000009468008c0874696d657a6f6e6594939468008c0974696d6564656c74619493944b004d28234b008794529485945294869452942e',
    ],
  ],
  [
    'fold',
    "datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))",
    '2024-10-27 02:30:00+01:00',
    [
      '636461746574696d650a6461746574696d650a70300a28635f636f646563730a656e636f64650a70310a285607e85c75303030611b021e5c75303030305c75303030305c75303030305c75303030300a70320a566c6174696e310a70330a7470340a5270350a635f5f6275696c74696e5f5f0a676574617474720a70360a28637a6f6e65696e666f0a5a6f6e65496e666f0a70370a565f756e7069636b6c650a70380a7470390a527031300a28564575726f70652f4265726c696e0a7031310a49310a747031320a527031330a747031340a527031350a2e',
      '8002636461746574696d650a6461746574696d650a7100635f636f646563730a656e636f64650a7101580b00000007c3a80a1b021e00000000710258060000006c6174696e317103867104527105635f5f6275696c74696e5f5f0a676574617474720a7106637a6f6e65696e666f0a5a6f6e65496e666f0a710758090000005f756e7069636b6c65710886710952710a580d0000004575726f70652f4265726c696e710b4b0186710c52710d86710e52710f2e',
      '8004957f000000000000008c086461746574696d65948c086461746574696d65949394430a07e88a1b021e00000000948c086275696c74696e73948c07676574617474729493948c087a6f6e65696e666f948c085a6f6e65496e666f9493948c095f756e7069636b6c6594869452948c0d4575726f70652f4265726c696e944b0186945294869452942e',
    ],
  ],
  [
    'date',
    'datetime.date(2024, 2, 29)',
    '2024-02-29',
    [
      '636461746574696d650a646174650a70300a28635f636f646563730a656e636f64650a70310a285607e8021d0a70320a566c6174696e310a70330a7470340a5270350a7470360a5270370a2e',
      '8002636461746574696d650a646174650a7100635f636f646563730a656e636f64650a7101580500000007c3a8021d710258060000006c6174696e3171038671045271058571065271072e',
      '80049520000000000000008c086461746574696d65948c0464617465949394430407e8021d94859452942e',
    ],
  ],
  [
    'time',
    'datetime.time(1, 2, 3, 4, tzinfo=datetime.timezone.utc)',
    '01:02:03.000004+00:00',
    [
      '636461746574696d650a74696d650a70300a28635f636f646563730a656e636f64650a70310a28560102035c75303030305c7530303030040a70320a566c6174696e310a70330a7470340a5270350a636461746574696d650a74696d657a6f6e650a70360a28636461746574696d650a74696d6564656c74610a70370a2849300a49300a49300a7470380a5270390a747031300a527031310a747031320a527031330a2e',
      '8002636461746574696d650a74696d650a7100635f636f646563730a656e636f64650a71015806000000010203000004710258060000006c6174696e317103867104527105636461746574696d650a74696d657a6f6e650a7106636461746574696d650a74696d6564656c74610a71074b004b004b0087710852710985710a52710b86710c52710d2e',
      '8004954f000000000000008c086461746574696d65948c0474696d6594939443060102030000049468008c0874696d657a6f6e6594939468008c0974696d6564656c74619493944b004b004b008794529485945294869452942e',
    ],
  ],
  [
    'timedelta',
    'datetime.timedelta(days=-1, seconds=5, microseconds=6)',
    '-1 day, 0:00:05.000006',
    [
      '636461746574696d650a74696d6564656c74610a70300a28492d310a49350a49360a7470310a5270320a2e',
      '8002636461746574696d650a74696d6564656c74610a71004affffffff4b054b068771015271022e',
      '80049527000000000000008c086461746574696d65948c0974696d6564656c74619493944affffffff4b054b06879452942e',
    ],
  ],
  [
    'zone',
    "datetime.timezone(datetime.timedelta(days=-1, seconds=68400), 'EST')",
    'EST',
    [
      '636461746574696d650a74696d657a6f6e650a70300a28636461746574696d650a74696d6564656c74610a70310a28492d310a4936383430300a49300a7470320a5270330a564553540a70340a7470350a5270360a2e',
      '8002636461746574696d650a74696d657a6f6e650a7100636461746574696d650a74696d6564656c74610a71014affffffff4a300b01004b00877102527103580300000045535471048671055271062e',
      '80049543000000000000008c086461746574696d65948c0874696d657a6f6e6594939468008c0974696d6564656c74619493944affffffff4a300b01004b00879452948c0345535494869452942e',
    ],
  ],
];
const PROTOCOLS = [0, 2, 4] as const;

const MADE: Readonly<Record<string, unknown>> = {
  datetime: new PyDateTime(2024, 1, 2, 3, 4, 5, 6),
  aware: new PyDateTime(2024, 1, 2, 3, 4, 5, 0, new PyTimezone(new PyTimedelta(0, 9000))),
  fold: new PyDateTime(2024, 10, 27, 2, 30, 0, 0, new PyZoneInfo('Europe/Berlin'), 1),
  date: new PyDate(2024, 2, 29),
  time: new PyTime(1, 2, 3, 4, PyTimezone.utc),
  timedelta: new PyTimedelta(-1, 5, 6),
  zone: new PyTimezone(new PyTimedelta(0, -18_000), 'EST'),
};

describe.each(ROWS)('%s', (name, repr, str, pickles) => {
  it.each(PROTOCOLS.map((protocol, i) => [protocol, pickles[i] ?? ''] as const))(
    'at protocol %i is read, shown as Python shows it, and written back',
    (protocol, hex) => {
      const value = loads(Buffer.from(hex, 'hex'));
      expect(dumps(value, protocol).toString('hex')).toBe(hex);
      expect(dumps(MADE[name], protocol).toString('hex')).toBe(hex);
      // Below protocol 4 Python itself forgets fold, and with it the offset.
      if (name === 'fold' && protocol < 4) return;
      expect(inspect(value)).toBe(repr);
      expect(String(value)).toBe(str);
    },
  );
});

describe('Python 2, which lacks classes of Python 3', () => {
  it.each<[what: string, value: unknown, instead: string]>([
    ['a Date', new Date(0), 'datetime.timezone: write a PyDateTime without a tzinfo'],
    ['a zone', PyTimezone.utc, 'datetime.timezone'],
    ['a zone that Python 3 wrote', loads(dumps(PyTimezone.utc, 2)), 'datetime.timezone'],
    ['a zone of the database', new PyZoneInfo('Europe/Berlin'), 'zoneinfo.ZoneInfo: write'],
    ['a namespace', new PyNamespace({ a: 1 }), 'types.SimpleNamespace: write a dict'],
    ['a path', PyPath.of('PurePosixPath', 'a'), 'pathlib: write the text'],
  ])('is not given %s', (_, value, instead) => {
    for (const protocol of [0, 1, 2]) {
      const write = () => dumps([value], protocol, { python: '2.7' });
      expect(write).toThrow(PicklingError);
      expect(write).toThrow(`Python 2 has no ${instead}`);
    }
  });

  it('is given times that it can read', () => {
    const naive = PyDateTime.fromDate(new Date(0), null);
    const aware = new PyDateTime(1970, 1, 1, 0, 0, 0, 0, PyFixedZone.pytzUtc());
    const pickle = dumps([naive, aware], 2, { python: '2.7' });
    const [first, second] = loads(pickle, { python: '2.7' }) as PyDateTime[];
    expect(first?.tzinfo).toBeNull();
    expect(second?.toDate()).toEqual(new Date(0));
  });

  it('gets a path back that it wrote', () => {
    const pickle = Buffer.from("cpathlib\nPurePosixPath\n(S'a'\ntR.", 'latin1');
    const path = loads(pickle, { python: '2.7' });
    expect(path).toBeInstanceOf(PyPath);
    const back = dumps(path, 0, { python: '2.7' });
    expect(String(loads(back, { python: '2.7' }))).toBe('a');
  });
});

describe('a moment', () => {
  it.each<[string, PyDateTime, string]>([
    ['in a fixed zone', MADE['aware'] as PyDateTime, '2024-01-02T00:34:05.000Z'],
    [
      'in summer',
      new PyDateTime(2024, 7, 1, 12, 0, 0, 0, new PyZoneInfo('Europe/Berlin')),
      '2024-07-01T10:00:00.000Z',
    ],
    [
      'in winter',
      new PyDateTime(2024, 1, 1, 12, 0, 0, 0, new PyZoneInfo('Europe/Berlin')),
      '2024-01-01T11:00:00.000Z',
    ],
    [
      'the first 2:30',
      new PyDateTime(2024, 10, 27, 2, 30, 0, 0, new PyZoneInfo('Europe/Berlin'), 0),
      '2024-10-27T00:30:00.000Z',
    ],
    ['the second 2:30', MADE['fold'] as PyDateTime, '2024-10-27T01:30:00.000Z'],
    [
      'in the first century',
      new PyDateTime(50, 1, 1, 0, 0, 0, 0, PyTimezone.utc),
      '0050-01-01T00:00:00.000Z',
    ],
  ])('%s', (_name, value, iso) => {
    expect(value.toDate().toISOString()).toBe(iso);
  });

  it('without a zone is local time, or UTC on request', () => {
    const naive = new PyDateTime(2024, 1, 2, 3, 4, 5, 678_901);
    expect(naive.toDate()).toEqual(new Date(2024, 0, 2, 3, 4, 5, 678));
    expect(naive.toDate({ naive: 'utc' }).toISOString()).toBe('2024-01-02T03:04:05.678Z');
  });

  it('of a Date is written as an aware datetime in UTC', () => {
    const date = new Date('2024-01-02T03:04:05.678Z');
    const value = loads(dumps(date, 4));
    expect(inspect(value)).toBe(
      'datetime.datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc)',
    );
    expect((value as PyDateTime).toDate()).toEqual(date);
  });
});

it.each<[string, PyObject]>([
  ['month 13', PyObject.call('datetime', 'date', Buffer.from([7, 232, 13, 1]))],
  ['29 February of 2023', PyObject.call('datetime', 'date', Buffer.from([7, 231, 2, 29]))],
  ['too few bytes', PyObject.call('datetime', 'datetime', Buffer.from([7, 232]))],
  ['a zone that is none', PyObject.call('datetime', 'time', Buffer.alloc(6), 'UTC')],
  ['an offset of two days', PyObject.call('datetime', 'timezone', new PyTimedelta(2))],
  ['text for days', PyObject.call('datetime', 'timedelta', 'x', 0, 0)],
])('%s stays an object that is written back as it was', (_name, form) => {
  const bytes = dumps(form, 4);
  const value = loads(bytes);
  expect(value).toBeInstanceOf(PyObject);
  expect(dumps(value, 4)).toEqual(bytes);
});

it('a timedelta that is not normalized is read as Python reads it, and written back as it was', () => {
  const bytes = dumps(PyObject.call('datetime', 'timedelta', 0, 90_000, 0), 4);
  const value = loads(bytes);
  expect(String(value)).toBe('1 day, 1:00:00');
  expect(dumps(value, 4)).toEqual(bytes);
});

it('refuses fields that no Python date has', () => {
  expect(() => new PyDate(2023, 2, 29)).toThrow(RangeError);
  expect(() => new PyDateTime(2024, 1, 1, 24)).toThrow(RangeError);
  expect(() => new PyTimedelta(1e9)).toThrow(RangeError);
  expect(() => new PyTimedelta(0.5)).toThrow(TypeError);
  expect(() => PyDateTime.fromDate(new Date(NaN))).toThrow(RangeError);
});
