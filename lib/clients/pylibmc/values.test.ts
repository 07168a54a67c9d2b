// Values to flags and bytes and back, by release and Python: as the releases of pylibmc wrote and read them.

import { deflateSync, inflateSync } from 'node:zlib';
import { ValueError } from '../../errors';
import { createPickling } from '../../value/pickling';
import { MemcachedError } from './errors';
import { releaseOf, pythonOf, type ReleaseName } from './releases';
import { compressed, createValues, entryOf, type Values } from './values';

function valuesOf(name: ReleaseName, python: 2 | 3): Values {
  const pickling = createPickling({
    python,
    protocol: -1,
    pickler: undefined,
    unpickler: undefined,
    persistentId: undefined,
    persistentLoad: undefined,
  });
  return createValues({ release: releaseOf(name), python, pickling });
}

function read(values: Values, flags: number, data: string | Buffer): unknown {
  const bytes = Buffer.from(data);
  return values.decode(flags, bytes, 0, bytes.length, false, false);
}

function written(values: Values, value: unknown): [flags: number, data: string] {
  const { flags, data } = values.encode(value);
  return [flags, typeof data === 'string' ? data : data.latin1Slice()];
}

const NONE_5 = '\x80\x05N.';
const NONE_2 = '\x80\x02N.';
const BIG = 2n ** 70n;

const WRITES: readonly (readonly [
  release: ReleaseName,
  python: 2 | 3,
  rows: readonly (readonly [value: unknown, flags: number, data: string | undefined])[],
])[] = [
  [
    '1.6.3',
    3,
    [
      ['ascii', 16, 'ascii'],
      ['', 16, ''],
      ['café', 16, 'caf\xc3\xa9'],
      [Buffer.from([0xff, 0]), 0, '\xff\0'],
      [new Uint8Array([1]), 0, '\x01'],
      [42, 4, '42'],
      [-5n, 4, '-5'],
      [BIG, 4, '1180591620717411303424'],
      [true, 2, '1'],
      [false, 2, '0'],
      [null, 1, NONE_5],
      [undefined, 1, NONE_5],
      [-0, 1, undefined],
      [1.5, 1, undefined],
      [1e300, 1, undefined],
      [[], 1, '\x80\x05]\x94.'],
    ],
  ],
  [
    '1.6.1',
    2,
    [
      ['x', 16, 'x'],
      [42, 2, '42'],
      [2n ** 63n, 4, '9223372036854775808'],
      [true, 2, '1'],
      [null, 1, NONE_2],
    ],
  ],
  [
    '1.5',
    3,
    [
      ['x', 1, undefined],
      [42, 4, '42'],
      [true, 16, '1'],
      [false, 16, '0'],
      [null, 1, NONE_5],
      [Buffer.from('x'), 0, 'x'],
    ],
  ],
  [
    '1.2',
    2,
    [
      [42, 2, '42'],
      [BIG, 4, '1180591620717411303424'],
      [true, 16, '1'],
    ],
  ],
  [
    '0.9',
    2,
    [
      [true, 8, '1'],
      [42, 2, '42'],
      [null, 1, NONE_2],
    ],
  ],
];

describe.each(WRITES)('release %s on Python %i', (release, python, rows) => {
  const values = valuesOf(release, python);

  it.each(rows)('writes %p with flags %i', (value, flags, data) => {
    const [given, bytes] = written(values, value);
    expect(given).toBe(flags);
    if (data !== undefined) expect(bytes).toBe(data);
    const back = read(values, given, Buffer.from(bytes, 'latin1'));
    const isCounted = typeof value === 'boolean' && flags === 2;
    const whole = value instanceof Uint8Array ? Buffer.from(value) : (value ?? null);
    const expected = isCounted ? Number(value) : whole;
    expect(back).toEqual(typeof expected === 'bigint' && expected === -5n ? -5 : expected);
  });
});

it('text that utf-8 cannot hold is refused', () => {
  expect(() => valuesOf('1.6.3', 3).encode('\ud800')).toThrow(ValueError);
});

describe('entries of other writers', () => {
  const now = valuesOf('1.6.3', 3);
  const old = valuesOf('1.5', 3);
  const first = valuesOf('0.9', 2);

  it.each<[Values, number, string, unknown]>([
    [now, 16, 'ascii', 'ascii'],
    [now, 16, '1', '1'],
    [now, 2, '7', 7],
    [now, 4, ' 1_000 ', 1000],
    [now, 32, 'x', Buffer.from('x')],
    [now, 48, 'x', 'x'],
    [now, 65536, 'x', Buffer.from('x')],
    [now, 33, NONE_2, null],
    [old, 16, '12', true],
    [old, 16, '0', false],
    [first, 8, '1', true],
    [first, 16, 'x', Buffer.from('x')],
  ])('%#: flags %i', (values, flags, data, value) => {
    const bytes = Buffer.from(data, 'latin1');
    expect(values.decode(flags, bytes, 0, bytes.length, true, false)).toEqual(value);
  });

  it.each([3, 6, 5, 17, 18, 20, 22])('two types at once are unknown flags: %i', (flags) => {
    expect(() => read(now, flags, '1')).toThrow(
      new MemcachedError(`unknown memcached key flags ${flags}`),
    );
  });

  it.each<[Values, number, string]>([
    [old, 16, 'ascii'],
    [now, 2, ''],
    [now, 4, '4x'],
    [now, 4, '42L'],
  ])('%#: no int', (values, flags, data) => {
    expect(() => read(values, flags, data)).toThrow(
      new ValueError(`invalid literal for int() with base 10: '${data}'`),
    );
  });

  it('shared bytes are copied', () => {
    const shared = Buffer.from('abc');
    const value = now.decode(0, shared, 0, 3, false, false);
    shared.fill(0);
    expect(value).toEqual(Buffer.from('abc'));
  });
});

describe('compression', () => {
  const values = valuesOf('1.6.3', 3);
  const text = { flags: 16, data: 'a'.repeat(100) };

  it('is for data of that length and more, of any type, that gets shorter', () => {
    expect(compressed(text, 0, -1)).toBe(text);
    expect(compressed(text, 101, -1)).toBe(text);
    expect(compressed(text, 50, 0)).toBe(text);
    const packed = compressed(text, 100, -1);
    expect(packed.flags).toBe(24);
    expect(inflateSync(packed.data as Buffer).toString()).toBe(text.data);
    expect(read(values, 24, packed.data)).toBe(text.data);
    const short = { flags: 4, data: '12' };
    expect(compressed(short, 1, 9)).toBe(short);
    expect(compressed({ flags: 4, data: '1'.repeat(200) }, 1, 9).flags).toBe(12);
  });

  it.each([
    [1, 0x01],
    [6, 0x9c],
    [9, 0xda],
    [-1, 0x9c],
  ])('level %i begins as zlib says', (level, second) => {
    const { data } = compressed(text, 1, level);
    expect((data as Buffer).subarray(0, 2)).toEqual(Buffer.from([0x78, second]));
  });

  it('of no zlib stream is an error', () => {
    const wrong = /^Failed to decompress value: inflate$/;
    expect(() => read(values, 8, '1')).toThrow(wrong);
    expect(() => read(values, 8, deflateSync(Buffer.from('abc')).subarray(0, 6))).toThrow(wrong);
  });

  it('is unknown before 1.0', () => {
    const { inflate } = valuesOf('0.9', 2);
    expect(inflate(8, Buffer.from('1'))).toEqual(Buffer.from('1'));
  });
});

describe("what a user's serialize answers", () => {
  it('is bytes and flags', () => {
    expect(entryOf([new Uint8Array([65]), 7])).toEqual({ flags: 7, data: Buffer.from('A') });
  });

  it.each([
    [[Buffer.from('x')]],
    ['x'],
    [[Buffer.from('x'), 1.5]],
    [[Buffer.from('x'), -1]],
    [null],
  ])('%#: or a ValueError', (pair) => {
    expect(() => entryOf(pair)).toThrow(new ValueError('serialize() must return (bytes, flags)'));
  });

  it('text is no bytes', () => {
    expect(() => entryOf(['x', 0])).toThrow(new TypeError('expected bytes, str found'));
  });
});

describe('releases', () => {
  it('run on their Pythons', () => {
    expect(pythonOf(releaseOf(undefined), undefined)).toBe(3);
    expect(pythonOf(releaseOf('1.2'), undefined)).toBe(2);
    expect(pythonOf(releaseOf('1.5'), 2)).toBe(2);
    expect(() => pythonOf(releaseOf('1.6.3'), 2)).toThrow(ValueError);
    expect(() => pythonOf(releaseOf('1.2'), 3)).toThrow(ValueError);
    expect(() => releaseOf('2.0')).toThrow(ValueError);
  });
});
