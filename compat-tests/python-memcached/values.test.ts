// Values of every type both ways through one memcached, and entries byte for byte where Python's are canonical.

import { inspect } from 'node:util';
import { Client } from '../../lib';
import { PyByteArray, PyFrozenSet, PyTuple } from '../../lib/value/pickle';
import { Memcached, Python, RawConnection, type PythonObject } from '../support';
import { RELEASE } from './pair';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** A Python expression, and the value that it is in JavaScript. */
const VALUES: readonly [python: string, javascript: unknown][] = [
  ["''", ''],
  ["'text'", 'text'],
  ["'h\\xe9 \\u4e2d \\U0001f600 \\x00\\r\\n'", 'h\xe9 \u4e2d \u{1f600} \0\r\n'],
  ["'\\ufeffbom'", '\ufeffbom'],
  ["b''", Buffer.alloc(0)],
  ['bytes(range(256))', ALL_BYTES],
  ['0', 0],
  ['-1', -1],
  ['2**53 - 1', Number.MAX_SAFE_INTEGER],
  ['2**53', 2n ** 53n],
  ['-2**63', -(2n ** 63n)],
  ['2**200', 2n ** 200n],
  ['True', true],
  ['False', false],
  ['None', null],
  ['1.5', 1.5],
  ['-0.0', -0],
  ["float('inf')", Infinity],
  ["float('nan')", NaN],
  ['5e-324', 5e-324],
  ['[]', []],
  ["[1, 'two', None, [True]]", [1, 'two', null, [true]]],
  ['()', new PyTuple()],
  ["(1, ('a', b'b'))", PyTuple.of<unknown>(1, PyTuple.of<unknown>('a', Buffer.from('b')))],
  ['{}', {}],
  ["{'a': 1, 'b': {'c': [2]}}", { a: 1, b: { c: [2] } }],
  ["{'z': 1, 'a': 2}", { z: 1, a: 2 }],
  [
    "{1: 'one', 2: 'two'}",
    new Map([
      [1, 'one'],
      [2, 'two'],
    ]),
  ],
  ["{'__proto__': 1}", new Map([['__proto__', 1]])],
  ['{1}', new Set([1])],
  ["frozenset(['x'])", new PyFrozenSet(['x'])],
  ["bytearray(b'abc')", PyByteArray.from(Buffer.from('abc'))],
  ["'x' * 100000", 'x'.repeat(100_000)],
  ["b'\\xff' * 300000", Buffer.alloc(300_000, 0xff)],
];
/** With one way to write them: not a pickle of several strings or a set, whose bytes depend on Python's object identities. */
const CANONICAL = VALUES.filter(([python]) => !/^['"]?\{'z|frozenset|bytearray/.test(python));
const PROTOCOLS = [0, 1, 2, 3, 4, 5, -1];

describe('a value', () => {
  let server: Memcached;
  let python: Python;
  let theirs: PythonObject;
  let ours: Client;
  let raw: RawConnection;

  beforeAll(async () => {
    server = await Memcached.start({ args: ['-I', '2m'] });
    python = await Python.start({ modules: ['memcache'] });
    await python.exec('import memcache, pickle');
    theirs = await python.create('memcache.Client', [[server.name]]);
    ours = new Client([server.name], { release: RELEASE });
    raw = await RawConnection.open(server);
  });
  afterAll(async () => {
    ours.disconnect_all();
    await raw.close();
    await python.stop();
    await server.stop();
  });

  /** Whether Python's entry under `key` is the value of an expression, type for type. */
  const pythonFinds = (key: string, source: string): Promise<unknown> =>
    python.eval(`repr(${theirs.name}.get(key)) == repr(${source})`, { key });

  it.each(VALUES)(
    '%s is read as JavaScript, and Python finds what is written back',
    async (source, value) => {
      await python.exec(`${theirs.name}.set('p', ${source})`);
      const read = await ours.get('p');
      expect(read).toEqual(value);
      expect(inspect(read)).toBe(inspect(value)); // the class and the sign of zero too
      expect(await ours.set('back', read)).toBe(true);
      expect(await pythonFinds('back', source)).toBe(true);
    },
  );

  it.each(VALUES)('%s made in JavaScript is read by Python', async (source, value) => {
    expect(await ours.set('j', value)).toBe(true);
    expect(await pythonFinds('j', source)).toBe(true);
  });

  it.each(CANONICAL)(
    '%s is stored with the flags and bytes that Python stores',
    async (source, value) => {
      await python.exec(`${theirs.name}.set('p', ${source})`);
      await ours.set('j', value);
      const [made, stored] = [await raw.entry('j'), await raw.entry('p')];
      expect([made?.flags, made?.data]).toEqual([stored?.flags, stored?.data]);
    },
  );

  it.each(PROTOCOLS)('pickled at protocol %i is read by the other side', async (protocol) => {
    const source = "{'list': [1, 2.5, (None,)], 'bytes': b'\\x00', 'set': {1}}";
    const at = new Client([server.name], { release: RELEASE, pickleProtocol: protocol });
    await python.exec(
      `memcache.Client(['${server.name}'], pickleProtocol=${protocol}).set('p', ${source})`,
    );
    const read = await at.get('p');
    expect(read).toEqual({
      list: [1, 2.5, PyTuple.of(null)],
      bytes: Buffer.from([0]),
      set: new Set([1]),
    });
    await at.set('j', read);
    expect(await pythonFinds('j', source)).toBe(true);
    at.disconnect_all();
  });

  it.each<[string, unknown]>([
    ["'x' * 1000", 'x'.repeat(1000)],
    ["b'y' * 1000", Buffer.alloc(1000, 'y')],
    ["['z' * 1000]", ['z'.repeat(1000)]],
  ])('%s is compressed and inflated by both', async (source, value) => {
    await python.exec(`${theirs.name}.set('p', ${source}, min_compress_len=100)`);
    await ours.set('j', value, { min_compress_len: 100 });
    expect((await raw.entry('p'))?.flags).toBe((await raw.entry('j'))?.flags);
    expect((await raw.entry('j'))?.data.subarray(0, 2).toString('hex')).toBe('789c');
    expect(await ours.get('p')).toEqual(value);
    expect(await pythonFinds('j', source)).toBe(true);
  });

  it.each<[string, number, string, string]>([
    ['an unknown flag', 32, 'x', 'ValueError: Unknown flags on get: 20'],
    ['an int that is none', 2, 'abc', "ValueError: invalid literal for int() with base 10: b'abc'"],
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
  ])(
    '%s raises what Python raises, and the next call is right',
    async (_name, flags, data, message) => {
      await raw.store('bad', flags, Buffer.from(data, 'latin1'));
      const outcome = await theirs.outcome('get', ['bad']);
      if (!('raised' in outcome)) throw new Error('Python raised nothing');
      expect(`${outcome.raised.type}: ${outcome.raised.message}`).toBe(message);
      const error = await ours.get('bad').then(
        () => undefined,
        (e: Error) => `${e.name}: ${e.message}`,
      );
      expect(error).toBe(message);
      await ours.set('good', 1);
      expect(await ours.get('good')).toBe(1);
      expect(await ours.get_multi(['good', 'bad']).catch((e: Error) => e.name)).toBe(
        message.split(':')[0],
      );
      expect(await ours.get('good')).toBe(1);
    },
  );

  it('that is a broken pickle is null, as in Python', async () => {
    await raw.store('bad', 1, '(lp0\nI1\na');
    expect(await theirs.call('get', ['bad'])).toBeNull();
    expect(await ours.get('bad')).toBeNull();
  });
});
