// Persistent ids, extension codes and out-of-band buffers with every CPython found, both ways; pickleparser's Parser in a client.
import { execFileSync } from 'node:child_process';
import { Parser } from 'pickleparser';
import { Client, type ClientOptions } from '../../lib';
import {
  dumps,
  loads,
  PyGlobal,
  PyObject,
  PyPickleBuffer,
  PyTuple,
  type PythonRelease,
} from '../../lib/value/pickle';
import { Memcached } from '../support';
import { findPythons, protocolsOf, type Installed } from './pythons';

/** Runs a program whose input and output are JSON. */
function run<T>(python: Installed, program: string, input: unknown): T {
  const code = `from __future__ import print_function
import base64, io, json, pickle, sys
def encode(data): return base64.b64encode(data).decode('ascii')
request = json.load(sys.stdin)
${program}`;
  const printed = execFileSync(python.path, ['-c', code], { input: JSON.stringify(input) });
  return JSON.parse(printed.toString()) as T;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

const PYTHONS = findPythons().map((python) => [python.version, python] as const);

it('there are CPythons to ask', () => {
  expect(PYTHONS.length).toBeGreaterThan(0);
});

describe.each(PYTHONS)('CPython %s', (_, python) => {
  const options: { python: PythonRelease } = { python: python.release };
  const protocols = protocolsOf(python);

  it('gives and takes persistent ids', () => {
    const theirs = run<string[]>(
      python,
      `
class Row(object): pass
def dumped(protocol):
    out = io.BytesIO()
    pickler = type('P', (pickle.Pickler, object), {'persistent_id': lambda self, value: 'row:7' if isinstance(value, Row) else None})(out, protocol)
    row = Row()
    pickler.dump([row, 1, row])
    return encode(out.getvalue())
print(json.dumps([dumped(protocol) for protocol in request]))`,
      protocols,
    );
    const persistentLoad = (id: unknown): unknown => ({ found: id });
    for (const pickle of theirs) {
      const found = { found: 'row:7' };
      expect(loads(bytes(pickle), { ...options, persistentLoad })).toEqual([found, 1, found]);
    }
    const row = {};
    const persistentId = (value: unknown): unknown => (value === row ? 'row:8' : null);
    const ours = protocols.map((each) =>
      base64(dumps([row, 1, row], each, { ...options, persistentId })),
    );
    const read = run<string[]>(
      python,
      `
def loaded(text):
    unpickler = type('U', (pickle.Unpickler, object), {'persistent_load': lambda self, pid: 'found ' + str(pid)})(io.BytesIO(base64.b64decode(text)))
    return unpickler.load()
print(json.dumps([loaded(text) for text in request]))`,
      ours,
    );
    expect(read).toEqual(ours.map(() => ['found row:8', 1, 'found row:8']));
  });

  it.each([7, 300, 70_000])('knows a class by the extension code %i', (code) => {
    const register = `
import types
try:
    import copyreg
except ImportError:
    import copy_reg as copyreg
shop = types.ModuleType('shop')
sys.modules['shop'] = shop
class Cart(object): pass
Cart.__module__ = 'shop'
shop.Cart = Cart
copyreg.add_extension('shop', 'Cart', ${code})
cart = Cart()
cart.total = 5
`;
    const extensions = new Map([[code, new PyGlobal('shop', 'Cart')]]);
    const theirs = run<string[]>(
      python,
      `${register}
print(json.dumps([encode(pickle.dumps(cart, protocol)) for protocol in request]))`,
      protocols,
    );
    for (const pickle of theirs) {
      const cart = loads(bytes(pickle), { ...options, extensions }) as PyObject;
      expect([cart.module, cart.name, cart.getAttr('total')]).toEqual(['shop', 'Cart', 5]);
      expect(dumps(cart, undefined, { ...options, extensions })).toEqual(bytes(pickle));
    }
    const made = PyObject.instance('shop', 'Cart', { total: 6 });
    const ours = protocols.map((each) => base64(dumps(made, each, { ...options, extensions })));
    const read = run<[string, number][]>(
      python,
      `${register}
values = [pickle.loads(base64.b64decode(text)) for text in request]
print(json.dumps([[type(value).__name__, value.total] for value in values]))`,
      ours,
    );
    expect(read).toEqual(ours.map(() => ['Cart', 6]));
  });
});

describe.each(PYTHONS.filter(([, { highest }]) => highest === 5))('CPython %s', (_, python) => {
  it('passes buffers beside the pickle', () => {
    const [head = '', ...parts] = run<string[]>(
      python,
      `
buffers = []
head = pickle.dumps([pickle.PickleBuffer(b'ab'), pickle.PickleBuffer(bytearray(b'cd'))], 5, buffer_callback=buffers.append)
print(json.dumps([encode(head)] + [encode(buffer.raw()) for buffer in buffers]))`,
      null,
    );
    const value = loads(bytes(head), { buffers: parts.map(bytes) }) as PyPickleBuffer[];
    expect(value.map((each) => [String(each.bytes), each.readonly])).toEqual([
      ['ab', true],
      ['cd', false],
    ]);
    const beside: Uint8Array[] = [];
    const given = [
      new PyPickleBuffer(Buffer.from('ef'), true),
      new PyPickleBuffer(Buffer.from('gh')),
    ];
    const written = dumps(given, 5, { bufferCallback: (each) => void beside.push(each) });
    const read = run<string[]>(
      python,
      `
buffers = [base64.b64decode(text) for text in request[1:]]
print(json.dumps([bytes(each).decode() for each in pickle.loads(base64.b64decode(request[0]), buffers=buffers)]))`,
      [written, ...beside].map(base64),
    );
    expect(read).toEqual(['ef', 'gh']);
  });
});

describe('a client reads with pickleparser', () => {
  let server: Memcached;
  beforeAll(async () => (server = await Memcached.start()));
  afterAll(() => server.stop());

  it.each<[string, ClientOptions]>([
    ['as an object', { unpickler: new Parser() }],
    ['as a class', { unpickler: Parser }],
  ])('%s', async (_, options) => {
    const client = new Client([server.name], options);
    await client.set('k', { name: 'Ada', tags: PyTuple.of('a', 'b') });
    expect(await client.get('k')).toEqual({ name: 'Ada', tags: ['a', 'b'] });
    expect(await client.get_multi(['k'])).toEqual(
      new Map([['k', { name: 'Ada', tags: ['a', 'b'] }]]),
    );
    client.disconnect_all();
  });

  it('with its resolver of persistent ids as pload', async () => {
    const pid = (value: unknown): string | null => (value instanceof URL ? value.href : null);
    const pload = (id: unknown): unknown => `loaded ${String(id)}`;
    const client = new Client([server.name], { unpickler: Parser, pid, pload });
    await client.set('k', [new URL('http://a/')]);
    expect(await client.get('k')).toEqual(['loaded http://a/']);
    client.disconnect_all();
  });
});
