// Values of every type, in every serde, both ways between the real pymemcache 3.5.2 and ours: the same entries, the same values.

import {
  Client,
  PickleSerde,
  pickle_serde,
  python_memcache_deserializer,
  python_memcache_serializer,
  type ClientOptions,
  type Serde,
} from '../../lib/clients/pymemcache';
import {
  PyByteArray,
  PyDate,
  PyDateTime,
  PyFrozenSet,
  PyTimedelta,
  PyTuple,
  repr,
} from '../../lib/value/pickle';
import { Memcached, Python, RawConnection, type Outcome, type RawEntry } from '../support';

/** A Python expression, and the value that it is in JavaScript. */
type Row = readonly [python: string, javascript: unknown];

const ROWS: readonly Row[] = [
  ["''", ''],
  ["'ascii'", 'ascii'],
  ["'x' * 5000", 'x'.repeat(5000)],
  ["b''", Buffer.alloc(0)],
  ["b'\\xff\\r\\nget k\\r\\n'", Buffer.from('\xff\r\nget k\r\n', 'latin1')],
  ["b'y' * 50000", Buffer.alloc(50_000, 'y')],
  ['0', 0],
  ['-5', -5],
  ['2 ** 70', 2n ** 70n],
  ['True', true],
  ['False', false],
  ['None', null],
  ['1.5', 1.5],
  ['-0.0', -0],
  ['1e22', 1e22],
  ["float('inf')", Infinity],
  ['[]', []],
  ["[1, 'a', None, 2.5, b'b']", [1, 'a', null, 2.5, Buffer.from('b')]],
  ["(1, 'two')", PyTuple.of<unknown>(1, 'two')],
  ["{'a': 1, 'b': [True]}", { a: 1, b: [true] }],
  ["{1: 'a'}", new Map([[1, 'a']])],
  ['{7}', new Set([7])],
  ['frozenset()', new PyFrozenSet()],
  ["bytearray(b'abc')", PyByteArray.from(Buffer.from('abc'))],
  ['datetime.date(2024, 2, 29)', new PyDate(2024, 2, 29)],
  ['datetime.datetime(2024, 2, 29, 1, 2, 3, 4)', new PyDateTime(2024, 2, 29, 1, 2, 3, 4)],
  ['datetime.timedelta(-1, 86399, 999999)', new PyTimedelta(-1, 86399, 999999)],
];
const TEXTS: readonly Row[] = [
  ["'caf\\xe9'", 'caf\xe9'],
  ["'\\u20ac \\U0001f600'", '\u20ac \u{1f600}'],
];

/** Sorted keys and no white space, so that both sides write the same JSON. */
const jsonSerde: Serde = {
  serialize: (key, value) => [`${key.toString()}=${JSON.stringify(value)}`, 77],
  deserialize: (key, value, flags) => [String(key), value.toString(), flags],
};
const JSON_SERDE = `
import json
class JsonSerde:
    def serialize(self, key, value):
        return key.decode() + '=' + json.dumps(value, separators=(',', ':')), 77
    def deserialize(self, key, value, flags):
        return [key, value.decode(), flags]
`;

/** The same serde on both sides: arguments of Python's constructor, and of ours. */
const SERDES: Readonly<Record<string, readonly [python: string, ours: ClientOptions]>> = {
  default: ['', {}],
  utf8: ["encoding='utf8'", { encoding: 'utf8' }],
  'latin-1': ["encoding='latin-1'", { encoding: 'Latin-1' }],
  pickle_serde: ['serde=serde.pickle_serde', { serde: pickle_serde }],
  functions: [
    'serializer=serde.python_memcache_serializer, deserializer=serde.python_memcache_deserializer',
    { serializer: python_memcache_serializer, deserializer: python_memcache_deserializer },
  ],
  'half of them': [
    'serializer=serde.python_memcache_serializer',
    { serializer: python_memcache_serializer },
  ],
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, -1].map((version) => [
      `PickleSerde(${version})`,
      [`serde=serde.PickleSerde(${version})`, { serde: new PickleSerde(version) }],
    ]),
  ),
};

let server: Memcached;
let python: Python;
let raw: RawConnection;
const clients = new Map<string, Client>();

beforeAll(async () => {
  server = await Memcached.start();
  python = await Python.start({ modules: ['pymemcache'] });
  raw = await RawConnection.open(server);
  await python.exec('import datetime, pymemcache\nfrom pymemcache import serde\nmc = {}');
  for (const [name, [kwargs, options]] of Object.entries(SERDES)) {
    const made = `pymemcache.Client('${server.name}', default_noreply=False, ${kwargs})`;
    await python.exec(`mc[name] = ${made}`, { name });
    clients.set(name, new Client(server.name, { default_noreply: false, ...options }));
  }
});
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await raw.close();
  await python.stop();
  await server.stop();
});

function at(serde: string): Client {
  const client = clients.get(serde);
  if (client === undefined) throw new Error(`no client with serde ${serde}`);
  return client;
}

function stored(entry: RawEntry | undefined): unknown {
  return entry === undefined ? 'nothing' : [entry.flags, entry.data.toString('latin1')];
}

function textOf(outcome: Outcome): string {
  if ('returned' in outcome) return outcome.returned as string; // a repr
  return `${outcome.raised.type}: ${outcome.raised.message}`;
}

async function told(call: () => Promise<unknown>): Promise<string> {
  try {
    return repr(await call());
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

describe.each(Object.keys(SERDES))('%s', (serde) => {
  it.each([...ROWS, ...TEXTS])('%s', async (source, value) => {
    const theirs = await python.evalOutcome(`repr(mc[s].set('p', ${source}))`, { s: serde });
    const ours = await told(() => at(serde).set('j', value));
    expect(ours).toBe(textOf(theirs));
    if (!('returned' in theirs)) return;
    expect(stored(await raw.entry('j'))).toEqual(stored(await raw.entry('p')));
    // Each reads what the other wrote as it reads its own.
    const theirRead = await python.eval(`repr(mc[s].get('j'))`, { s: serde });
    expect(theirRead).toBe(await python.eval(`repr(mc[s].get('p'))`, { s: serde }));
    expect(await told(() => at(serde).get('p'))).toBe(theirRead);
    const read = await at(serde).get('p');
    if (serde.startsWith('pickle') || serde.startsWith('Pickle')) expect(read).toEqual(value);
  });
});

it('a serde of your own is asked with the same arguments', async () => {
  await python.exec(`${JSON_SERDE}\nmine = JsonSerde()`);
  const made = `pymemcache.Client('${server.name}', serde=mine, key_prefix=b'p:', default_noreply=False)`;
  await python.exec(`jc = ${made}`);
  const ours = new Client(server.name, {
    serde: jsonSerde,
    key_prefix: 'p:',
    default_noreply: false,
  });
  expect(await ours.set('k', { a: [1, null] })).toBe(true);
  const [flags, data] = stored(await raw.entry('p:k')) as [number, string];
  expect(await python.eval(`jc.set('k', {'a': [1, None]})`)).toBe(true);
  expect(stored(await raw.entry('p:k'))).toEqual([flags, data]);
  expect([flags, data]).toEqual([77, 'p:k={"a":[1,null]}']);
  expect(await ours.get('k')).toEqual(await python.eval(`jc.get('k')`));
  expect(Object.fromEntries(await ours.get_many(['k']))).toEqual({
    k: ['k', 'p:k={"a":[1,null]}', 77],
  });
  ours.close();
});

describe('entries of others', () => {
  /** Flags and bytes: of python-memcached, pylibmc, cmemcache, django, and nobody. */
  const ENTRIES: readonly (readonly [flags: number, data: string])[] = [
    [0, 'bytes'],
    [16, 'text'],
    [16, '\xff'],
    [2, '5'],
    [2, ' 5 '],
    [2, 'x'],
    [2, ''],
    [4, '18446744073709551616'],
    [4, '12L'],
    [3, '1'],
    [6, '7'],
    [17, '1'],
    [18, '1'],
    [1, 'I01\n.'],
    [1, 'N.'],
    [1, 'garbage'],
    [1, ''],
    [1, '\x80\x05]\x94(K\x01K\x02e.'],
    [1, '(lp0\nI1\na.trailing'],
    [8, 'x\x9cK\xaa,\x06\x00\x02g\x01='],
    [9, 'x\x9c\xab`\x8e\xd5\x03\x00'],
    [10, 'x\x9c3\x01\x00\x005\x005'],
    [24, 'x\x9cK\xaa,\x06\x00\x02g\x01='],
    [32, 'x'],
    [33, 'N.'],
    [48, 'x'],
    [65536, 'x'],
    [2 ** 32 - 1, 'x'],
    [2 ** 31, 'x'],
  ];

  it.each(ENTRIES)('flags %d with %j', async (flags, data) => {
    await raw.store('e', flags, Buffer.from(data, 'latin1'));
    for (const serde of ['default', 'pickle_serde']) {
      const read = await python.evalOutcome(`repr(mc[s].get('e'))`, { s: serde });
      expect(await told(() => at(serde).get('e'))).toBe(textOf(read));
    }
  });
});
