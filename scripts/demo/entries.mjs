// Acts 1 and 2: entries of every kind, from Python to Node and from Node to Python.
import { inspect, isDeepStrictEqual } from 'node:util';
import { PyFrozenSet, PyTuple } from 'memcache-py/pickle';

/** Longer values are compressed, by both sides. */
const COMPRESS_FROM = 1000;

/** What Python stores, and what Node reads; where that is not said, only the way back is checked. */
const PYTHON_VALUES = [
  { python: 'None', reads: null },
  { python: 'True', reads: true },
  { python: '-42', reads: -42 },
  { python: '2 ** 70', reads: 2n ** 70n },
  { python: '1.5', reads: 1.5 },
  { python: "'Grüße, 中文 😀'", reads: 'Grüße, 中文 😀' },
  { python: "b'\\x00\\xff'", reads: Buffer.from([0x00, 0xff]) },
  { python: "'long ' * 20000", reads: 'long '.repeat(20000) },
  { python: "[1, 1.0, 'two', None]", reads: [1, 1, 'two', null] },
  { python: "(1, ('nested',))", reads: PyTuple.of(1, PyTuple.of('nested')) },
  { python: "{'a': {'b': [True]}}", reads: { a: { b: [true] } } },
  {
    python: "{1: 'one', '1': 'text'}",
    reads: new Map([
      [1, 'one'],
      ['1', 'text'],
    ]),
  },
  { python: '{1, 2, 3}', reads: new Set([1, 2, 3]) },
  { python: "frozenset(['x'])", reads: new PyFrozenSet(['x']) },
  { python: "bytearray(b'abc')" },
  { python: 'datetime.datetime(2026, 2, 28, 12, 30, 0, 123456)' },
  { python: 'datetime.timedelta(days=-1, seconds=1)' },
  { python: "decimal.Decimal('1.10')" },
];

/** What Node stores, and the Python expression that it is equal to. */
const NODE_VALUES = [
  { node: () => null, python: 'None' },
  { node: () => true, python: 'True' },
  { node: () => -42, python: '-42' },
  { node: () => 2n ** 70n, python: '2 ** 70' },
  { node: () => 1.5, python: '1.5' },
  { node: () => 'Grüße, 中文 😀', python: "'Grüße, 中文 😀'" },
  { node: () => Buffer.from([0x00, 0xff]), python: "b'\\x00\\xff'" },
  { node: () => 'long '.repeat(20000), python: "'long ' * 20000" },
  { node: () => [1, 1.5, 'two', null], python: "[1, 1.5, 'two', None]" },
  { node: () => PyTuple.of(1, PyTuple.of('nested')), python: "(1, ('nested',))" },
  { node: () => ({ a: { b: [true] } }), python: "{'a': {'b': [True]}}" },
  { node: () => new Map([[1, 'one']]), python: "{1: 'one'}" },
  { node: () => new Set([1, 2, 3]), python: '{1, 2, 3}' },
  {
    node: () => new Date(Date.UTC(2026, 1, 28)),
    python: 'datetime.datetime(2026, 2, 28, tzinfo=datetime.timezone.utc)',
  },
];

function shown(value) {
  return inspect(value, { compact: true, breakLength: Infinity, maxStringLength: 40 });
}

async function storedAs(server, key) {
  const { flags, bytes } = await server.entry(key);
  return `${flags}, ${bytes} B`;
}

/** Python stores; Node reads and stores what it read under another key; Python compares the two. */
export async function fromPython({ python, servers: [server], open }) {
  const mc = await open([server.name]);
  const rows = [];
  for (const [at, { python: source, reads }] of PYTHON_VALUES.entries()) {
    const { stored } = await python.ask('store', { key: `py${at}`, source });
    const value = await mc.get(`py${at}`);
    const isRight = reads === undefined || isDeepStrictEqual(value, reads);
    await mc.set(`back${at}`, value, { min_compress_len: COMPRESS_FROM });
    const back = await python.ask('read', { key: `back${at}`, source });
    const entry = await storedAs(server, `py${at}`);
    rows.push({
      ok: stored && isRight && back.same,
      cells: [source, entry, shown(value), back.repr],
    });
  }
  return {
    title: 'Python stores, Node reads, Node stores what it read, Python finds its own value again',
    columns: ['Python stores', 'flags, size', 'Node reads', 'Python gets back'],
    rows,
  };
}

export async function fromNode({ python, servers: [server], open }) {
  const mc = await open([server.name]);
  const rows = [];
  for (const [at, { node, python: source }] of NODE_VALUES.entries()) {
    const stored = await mc.set(`js${at}`, node(), { min_compress_len: COMPRESS_FROM });
    const { same, repr } = await python.ask('read', { key: `js${at}`, source });
    const code = node.toString().replace(/^\(\) => /, '');
    rows.push({
      ok: stored === true && same,
      cells: [code, await storedAs(server, `js${at}`), repr],
    });
  }
  return {
    title: 'Node stores, Python reads',
    columns: ['Node stores', 'flags, size', 'Python reads'],
    rows,
  };
}
