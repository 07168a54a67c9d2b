// Values of every type both ways through one memcached, and their entries byte for byte.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { inspect } from 'node:util';
import { fc } from '../../lib/testing/random';
import { Client } from '../../lib';
import {
  PyByteArray,
  PyDate,
  PyDateTime,
  PyFrozenSet,
  PyObject,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyTuple,
} from '../../lib/value/pickle';
import { Memcached, Python, RawConnection, type RawEntry } from '../support';
import { RELEASE } from './pair';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const MEBIBYTE = 2 ** 20;
/** What a client can be told; -1: the highest of Python 3.11, 5. */
const PROTOCOLS = [0, 1, 2, 3, 4, 5, -1];

/** A Python expression, and the value that it is in JavaScript. */
type Row = readonly [python: string, javascript: unknown];

/** Stored without a pickle: text under flag 16, bytes under 0, ints under 2. */
const BARE: readonly Row[] = [
  ["''", ''],
  ["'text'", 'text'],
  ["'h\\xe9 \\u4e2d \\U0001f600 \\x00\\r\\nEND\\r\\n'", 'h\xe9 \u4e2d \u{1f600} \0\r\nEND\r\n'],
  ["'\\ufeffbom'", '\ufeffbom'],
  ["'x' * 100000", 'x'.repeat(100_000)],
  ["b''", Buffer.alloc(0)],
  ['bytes(range(256))', ALL_BYTES],
  ["b'\\xff' * 300000", Buffer.alloc(300_000, 0xff)],
  [`b'm' * ${MEBIBYTE}`, Buffer.alloc(MEBIBYTE, 'm')],
  ['0', 0],
  ['-1', -1],
  ['2**53 - 1', Number.MAX_SAFE_INTEGER],
  ['-(2**53 - 1)', Number.MIN_SAFE_INTEGER],
  ['2**53', 2n ** 53n],
  ['-2**63', -(2n ** 63n)],
  ['2**64', 2n ** 64n],
  ['-10**4000', -(10n ** 4000n)],
];

const utc = PyTimezone.utc;

/** Pickled under flag 1. */
const PICKLED: readonly Row[] = [
  ['True', true],
  ['False', false],
  ['None', null],
  ['1.5', 1.5],
  ['-0.0', -0],
  ["float('inf')", Infinity],
  ["float('-inf')", -Infinity],
  ["float('nan')", NaN],
  ['5e-324', 5e-324],
  ['1.7976931348623157e308', Number.MAX_VALUE],
  ['[]', []],
  ["[1, 'two', None, [True]]", [1, 'two', null, [true]]],
  ['[-1, 255, 256, 65535, 65536, 2**31 - 1]', [-1, 255, 256, 65535, 65536, 2 ** 31 - 1]],
  ['[-2**31, 2**31, 2**53, 2**2047]', [-(2 ** 31), 2 ** 31, 2n ** 53n, 2n ** 2047n]],
  ['[0.1, -1e-7, 1e22]', [0.1, -1e-7, 1e22]],
  ['list(range(2000))', Array.from({ length: 2000 }, (_, i) => i)],
  ["['h\\xe9 \\u4e2d \\U0001f600 \\\\ \\n \\x00']", ['h\xe9 \u4e2d \u{1f600} \\ \n \0']],
  ["[b'', b'\\x00\\xff', 'x' * 300]", [Buffer.alloc(0), Buffer.from([0, 255]), 'x'.repeat(300)]],
  ['()', new PyTuple()],
  ["(1, ('a', b'b'))", PyTuple.of<unknown>(1, PyTuple.of<unknown>('a', Buffer.from('b')))],
  ['(1, 2, 3, 4)', PyTuple.of(1, 2, 3, 4)],
  ['{}', {}],
  ["{'z': 1, 'a': {'c': [2]}}", { z: 1, a: { c: [2] } }],
  ["{1: 'one', None: 'two'}", new Map<unknown, string>().set(1, 'one').set(null, 'two')],
  ["{'__proto__': 1}", new Map([['__proto__', 1]])],
  ['set()', new Set()],
  ['{1}', new Set([1])],
  ['frozenset()', new PyFrozenSet()],
  ["frozenset(['x'])", new PyFrozenSet(['x'])],
  ["bytearray(b'abc')", PyByteArray.from(Buffer.from('abc'))],
  ['datetime.date(2024, 2, 29)', new PyDate(2024, 2, 29)],
  ['datetime.time(23, 59, 59, 999999)', new PyTime(23, 59, 59, 999999)],
  ['datetime.datetime(2024, 2, 29, 1, 2, 3, 4)', new PyDateTime(2024, 2, 29, 1, 2, 3, 4)],
  [
    'datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)',
    new PyDateTime(1, 1, 1, 0, 0, 0, 0, utc),
  ],
  ['datetime.timedelta(-1, 86399, 999999)', new PyTimedelta(-1, 86399, 999999)],
];

/** Python objects that JavaScript has no literal for: what is read has to be the same when it is written back. */
const OBJECTS: readonly string[] = [
  "decimal.Decimal('-1.50E+3')",
  'fractions.Fraction(1, 3)',
  'complex(1, -0.0)',
  'uuid.UUID(int=7)',
  'range(1, 10, 3)',
  "collections.OrderedDict([('b', 1), ('a', 2)])",
  'collections.defaultdict(list, a=[1])',
  "collections.Counter('abca')",
  'collections.deque([1, 2], 5)',
  "KeyError('k')",
  'datetime.timezone(datetime.timedelta(hours=-3), "name")',
  'shop.Cart([1, 2.0], owner="ada")',
  'shop.Point(1, 2)',
  'shop.Colour.RED',
  'shop.Level.HIGH',
  'shop.Tag("html")',
  'shop.Table(a=1)',
  'shop.Reduced(5)',
  '[shop.Cart, len, shop.Cart([], owner=None)]',
];

let server: Memcached;
let python: Python;
let raw: RawConnection;
const clients = new Map<number, Client>();

beforeAll(async () => {
  server = await Memcached.start({ args: ['-I', '2m', '-m', '256'] });
  python = await Python.start({ modules: ['memcache'] });
  raw = await RawConnection.open(server);
  await python.exec('import sys\nsys.path.insert(0, folder)', {
    folder: join(__dirname, 'python'),
  });
  await python.exec('import collections, datetime, decimal, fractions, memcache, shop, uuid');
  await python.exec('from shop import shape');
  const made = `memcache.Client(['${server.name}'], pickleProtocol=p)`;
  await python.exec(`mc = {p: ${made} for p in range(-1, 6)}`);
  for (const protocol of PROTOCOLS) {
    const options = { release: RELEASE, pickleProtocol: protocol } as const;
    clients.set(protocol, new Client([server.name], options));
  }
});
afterAll(async () => {
  for (const client of clients.values()) client.disconnect_all();
  await raw.close();
  await python.stop();
  await server.stop();
});

function at(protocol: number): Client {
  const client = clients.get(protocol);
  if (client === undefined) throw new Error(`no client for protocol ${protocol}`);
  return client;
}

/** Stored by Python: its entry. */
async function theirs(source: string, protocol = 0, more = ''): Promise<RawEntry> {
  expect(await python.eval(`mc[${protocol}].set('p', ${source}${more})`)).toBe(true);
  return entry('p');
}

/** Stored by us: our entry. */
async function ours(value: unknown, protocol = 0, options = {}): Promise<RawEntry> {
  expect(await at(protocol).set('j', value, options)).toBe(true);
  return entry('j');
}

async function entry(key: string): Promise<RawEntry> {
  const found = await raw.entry(key);
  if (found === undefined) throw new Error(`no entry ${key}`);
  return found;
}

/** Bytes for comparing: as text that a failure can show, long ones by their hash. */
function shown(data: Buffer): string {
  if (data.length <= 1000) return data.toString('latin1');
  return `${data.length} bytes, sha1 ${createHash('sha1').update(data).digest('hex')}`;
}

/** What a server holds of an entry, for comparing. */
function stored({ flags, data }: RawEntry): [flags: number, data: string] {
  return [flags, shown(data)];
}

/** Whether Python finds under 'j' what an expression is, type for type. */
async function expectPythonToFind(source: string): Promise<void> {
  const same = `shape(mc[0].get('j')) == shape(${source})`;
  if ((await python.eval(same)) === true) return;
  expect(await python.eval(`repr(shape(mc[0].get('j')))`)).toBe(
    await python.eval(`repr(shape(${source}))`),
  );
}

describe.each(PROTOCOLS)('at pickle protocol %i', (protocol) => {
  it.each(PICKLED)(
    '%s is read, and written as Python writes it, byte for byte',
    async (source, value) => {
      const entry = await theirs(source, protocol);
      const read = await at(0).get('p');
      expect(read).toEqual(value);
      expect(inspect(read)).toBe(inspect(value)); // the class, and the sign of zero
      expect(stored(await ours(value, protocol))).toEqual(stored(entry));
      expect(stored(await ours(read, protocol))).toEqual(stored(entry));
      await expectPythonToFind(source);
    },
  );

  // Python does not pickle __slots__ below protocol 2.
  const objects = protocol === 0 || protocol === 1 ? OBJECTS : [...OBJECTS, 'shop.Slots(3)'];
  it.each(objects)('%s is read, and Python finds it again when it is written', async (source) => {
    await theirs(source, protocol);
    await ours(await at(protocol).get('p'), protocol);
    await expectPythonToFind(source);
  });
});

describe('without a pickle', () => {
  it.each(BARE)('%s is read, and written as Python writes it, byte for byte', async (...row) => {
    const [source, value] = row;
    const entry = await theirs(source);
    const read = await at(0).get('p');
    expect(Buffer.isBuffer(read)).toBe(Buffer.isBuffer(value));
    if (Buffer.isBuffer(read)) expect(shown(read)).toBe(shown(value as Buffer));
    else expect(read).toBe(value);
    expect(stored(await ours(value))).toEqual(stored(entry));
    await expectPythonToFind(source);
  });

  it('the default client writes text, bytes and ints under the flags of 1.62', async () => {
    const mc = new Client([server.name]);
    for (const [value, flags, data] of [
      ['\u20ac', 16, '\xe2\x82\xac'],
      [Buffer.from('b'), 0, 'b'],
      [new Uint8Array([255]), 0, '\xff'],
      [7, 2, '7'],
      [7n, 2, '7'],
    ] as const) {
      expect(await mc.set('j', value)).toBe(true);
      expect(stored(await entry('j'))).toEqual([flags, data]);
    }
    mc.disconnect_all();
  });

  it('a value of one byte more than a mebibyte is not stored, by neither', async () => {
    const source = `b'x' * ${MEBIBYTE + 1}`;
    expect(await python.eval(`mc[0].set('p', ${source})`)).toBe(0);
    expect(await at(0).set('j', Buffer.alloc(MEBIBYTE + 1))).toBe(0);
    expect(await at(0).set('j', Buffer.alloc(MEBIBYTE + 1), { min_compress_len: 1 })).toBe(true);
  });
});

describe('compressed', () => {
  it.each<[name: string, python: string, javascript: unknown, min: number, compressed: boolean]>([
    ['text of the limit', "'x' * 100", 'x'.repeat(100), 100, false],
    ['text beyond the limit', "'x' * 101", 'x'.repeat(101), 100, true],
    ['few letters of many bytes', "'\\xe9' * 51", '\xe9'.repeat(51), 100, true],
    ['bytes', "b'y' * 100", Buffer.alloc(100, 'y'), 99, true],
    ['a list', "['z' * 1000]", ['z'.repeat(1000)], 99, true],
    ['a bool', 'True', true, 1, false],
    ['an int', '10 ** 999', 10n ** 999n, 1, false],
    ['what would not be shorter', 'bytes(range(200))', ALL_BYTES.subarray(0, 200), 1, false],
    ['any length below zero', "'x' * 50", 'x'.repeat(50), -1, true],
    ['the empty text', "''", '', -1, false],
  ])('%s is inflated by the other', async (_name, source, value, min, compressed) => {
    const made = await theirs(source, 0, `, min_compress_len=${min}`);
    const written = await ours(value, 0, { min_compress_len: min });
    expect([made.flags & 8, written.flags]).toEqual([compressed ? 8 : 0, made.flags]);
    if (compressed) {
      // Two zlibs may pack differently; the format, and what is packed, are one.
      expect(written.data.toString('hex', 0, 2)).toBe('789c');
      expect(inflateSync(written.data)).toEqual(inflateSync(made.data));
    } else {
      expect(stored(written)).toEqual(stored(made));
    }
    expect(await at(0).get('p')).toEqual(value);
    await expectPythonToFind(source);
  });
});

describe('any value', () => {
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(tie('value'), { maxLength: 5 }).map((items) => PyTuple.from(items)),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 5 }),
      fc.array(fc.tuple(fc.integer(), tie('value')), { maxLength: 5 }).map((all) => new Map(all)),
      fc.array(fc.maxSafeInteger(), { maxLength: 5 }).map((items) => new Set(items)),
    ),
    leaf: fc.oneof(
      fc.constantFrom(null, true, false),
      fc.double().filter((x) => !Number.isInteger(x) || Object.is(x, -0)),
      fc.maxSafeInteger(),
      fc
        .bigInt()
        .map((n) => (BigInt(Number(n)) === n && Number.isSafeInteger(Number(n)) ? 1n << 60n : n)),
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  }));
  // Shrinking is no help with 600 values at once: the failure shows the one.
  const samples = fc.sample(anything, { numRuns: 600 });

  it.each(PROTOCOLS)(
    'is the same after Python has stored it anew at protocol %i',
    async (protocol) => {
      const mc = at(protocol);
      const keys = samples.map((_value, i) => `any${i}`);
      expect(await mc.set_multi(new Map(keys.map((key, i) => [key, samples[i]])))).toEqual([]);
      await python.exec(`mc[${protocol}].set_multi(mc[0].get_multi(keys))`, { keys });
      const read = await mc.get_multi(keys);
      for (const [i, key] of keys.entries()) {
        expect(read.get(key)).toStrictEqual(asRead(samples[i]));
      }
    },
  );
});

describe('what cannot be read', () => {
  it.each<[string, number, string, string]>([
    ['an unknown flag', 32, 'x', 'ValueError: Unknown flags on get: 20'],
    ['an int that is none', 2, 'abc', "ValueError: invalid literal for int() with base 10: b'abc'"],
    ['an empty int', 2, '', "ValueError: invalid literal for int() with base 10: b''"],
    ['a long that is none', 4, '12L', "ValueError: invalid literal for int() with base 10: b'12L'"],
    [
      'text that is no utf-8',
      16,
      '\xff',
      "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ],
    [
      'no zlib stream',
      8,
      'abc',
      'error: Error -3 while decompressing data: incorrect header check',
    ],
    [
      'a cut zlib stream',
      8,
      'x\x9c',
      'error: Error -5 while decompressing data: incomplete or truncated stream',
    ],
  ])('%s: raises what Python raises, and the next call is right', async (...row) => {
    const [, flags, data, message] = row;
    await raw.store('bad', flags, Buffer.from(data, 'latin1'));
    await raw.store('good', 2, '1');
    const outcome = await python.evalOutcome("mc[0].get('bad')");
    if (!('raised' in outcome)) throw new Error('Python raised nothing');
    expect(`${outcome.raised.type}: ${outcome.raised.message}`).toBe(message);
    for (const ask of [
      () => at(0).get('bad'),
      () => at(0).gets('bad'),
      () => at(0).get_multi(['good', 'bad', 'good']),
    ]) {
      const error = await ask().then(String, (e: Error) => `${e.name}: ${e.message}`);
      expect(error).toBe(message);
      expect(await at(0).get('good')).toBe(1);
    }
  });

  it.each([
    ['a cut pickle', '(lp0\nI1\na'],
    ['nothing', ''],
    ['no pickle', 'abc'],
    ['one of a future protocol', '\x80\x06N.'],
  ])('%s is null, as in Python', async (_name, data) => {
    await raw.store('bad', 1, Buffer.from(data, 'latin1'));
    expect(await python.eval("mc[0].get('bad')")).toBeNull();
    expect(await at(0).get('bad')).toBeNull();
    // A bad pickle is a value of a get_multi: None.
    expect(await python.eval("mc[0].get_multi(['bad'])")).toEqual(new Map([['bad', null]]));
    expect(await at(0).get_multi(['bad'])).toEqual(new Map([['bad', null]]));
  });

  it('a class that Python does not have is null there, and an object here', async () => {
    const cart = PyObject.instance('nowhere', 'Gone', { n: 1 });
    await at(2).set('j', cart);
    expect(await python.eval("mc[0].get('j')")).toBeNull();
    const read = await at(0).get('j');
    expect(read).toBeInstanceOf(PyObject);
    expect(inspect(read)).toBe(inspect(cart));
  });

  it.each<[python: string, javascript: unknown]>([
    ["'a\\ud800'", 'a\ud800'],
    ['10 ** 4300', 10n ** 4300n],
  ])('%s is refused before anything is sent, with the same words', async (source, value) => {
    await raw.store('j', 2, '1');
    const outcome = await python.evalOutcome(`mc[0].set('j', ${source})`);
    if (!('raised' in outcome)) throw new Error('Python raised nothing');
    await expect(at(0).set('j', value)).rejects.toMatchObject({
      name: outcome.raised.type,
      message: outcome.raised.message,
    });
    expect(await at(0).get('j')).toBe(1);
  });

  it.each<[python: string, javascript: unknown]>([
    ['lambda: 0', () => 0],
    ['[10 ** 4300]', [10n ** 4300n]],
  ])('%s has no pickle, and is refused before anything is sent', async (source, value) => {
    await raw.store('j', 2, '1');
    await expect(python.eval(`mc[0].set('j', ${source})`)).rejects.toThrow();
    await expect(at(0).set('j', value)).rejects.toThrow();
    expect(await at(0).get('j')).toBe(1);
  });
});

/** A value as it is read: a dict is an object where one can hold it, and a Map otherwise. */
function asRead(value: unknown): unknown {
  if (value instanceof Map && value.size > 0) {
    return new Map(Array.from(value, ([key, each]) => [key as unknown, asRead(each)]));
  }
  if (value instanceof PyTuple) return PyTuple.from(Array.from(value, asRead));
  if (Array.isArray(value)) return value.map(asRead);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  if (value instanceof Set) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, asRead(each)] as const);
  return Object.hasOwn(value, '__proto__') ? new Map(entries) : Object.fromEntries(entries);
}
