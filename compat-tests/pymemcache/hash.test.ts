// HashClient with the real pymemcache 3.5.2 beside it: where keys are, on real servers, and what every method answers.

import { fc } from '../../lib/testing/random';
import { HashClient, RendezvousHash, type ServerArgument } from '../../lib/clients/pymemcache';
import {
  bytes,
  call,
  float,
  Memcached,
  Python,
  show,
  Source,
  startServers,
  stopServers,
  Tuple,
  type Call,
  type PythonValue,
} from '../support';
import { HashPair } from './hash-pair';
import { RELEASE } from './pair';

let python: Python;
let servers: Memcached[];

beforeAll(async () => {
  const [many, unix] = await Promise.all([
    startServers(5),
    startServers(1, { on: 'unix' }),
    (async () => (python = await Python.start({ modules: ['pymemcache'] })))(),
  ]);
  servers = [...many, ...unix];
});
afterAll(async () => {
  await python.stop();
  await stopServers(servers);
});

describe('placement', () => {
  /** A server as both sides write it. */
  interface Written {
    readonly theirs: PythonValue;
    readonly ours: ServerArgument;
  }

  function waysToWrite(server: Memcached): readonly Written[] {
    if (server.host === 'unix') {
      const [path, named] = [server.path, `unix:${server.path}`];
      return [path, named].map((text) => ({ theirs: text, ours: text }));
    }
    const { host, port } = server;
    const texts = [`${host}:${port}`, `[${host}]:${port}`];
    const pair: Written = { theirs: new Tuple([host, port]), ours: [host, port] };
    return [pair, ...texts.map((text) => ({ theirs: text, ours: text }))];
  }

  const key = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((n) => String.fromCharCode(n)) }),
    fc.string({ unit: fc.constantFrom('é', '€', '\u{1f600}', 'a', '\x01') }),
    fc
      .uint8Array({ maxLength: 40 })
      .map((each) => Buffer.from(each.map((byte) => (byte < 0x21 ? 0x21 + byte : byte)))),
  );
  const keys = fc.uniqueArray(
    key.filter((each) => each.length > 0 && each.length < 60),
    { minLength: 20, maxLength: 40, selector: (each) => Buffer.from(each).toString('latin1') },
  );

  it('finds every key where the other client put it, on random lists of live servers', async () => {
    let run = 0;
    const list = fc
      .shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 })
      .chain((indexes) => fc.tuple(...indexes.map((i) => fc.tuple(fc.constant(i), fc.nat(2)))));
    await fc.assert(
      fc.asyncProperty(list, keys, fc.boolean(), async (chosen, own, isPrefixed) => {
        const written = chosen.map(([i, way]) => {
          const ways = waysToWrite(servers[i] as Memcached);
          return ways[way % ways.length] as Written;
        });
        const key_prefix = bytes(isPrefixed ? `${++run}:` : '');
        const kwargs = { allow_unicode_keys: true, key_prefix, default_noreply: false };
        const theirs = await python.create(
          'pymemcache.client.hash.HashClient',
          [written.map((each) => each.theirs)],
          kwargs,
        );
        await using ours = new HashClient(
          written.map((each) => each.ours),
          { release: RELEASE, ...kwargs },
        );
        const value = (writer: string, i: number): string => `${writer} ${run} ${i}`;
        const stored = (writer: string): PythonValue[] =>
          own.map((_, i) => bytes(value(writer, i)));

        await theirs.call('set_many', [new Map(own.map((each, i) => [each, value('py', i)]))]);
        expect(await Promise.all(own.map((each) => ours.get(each)))).toEqual(stored('py'));
        const many = await ours.get_many(own);
        expect(own.map((each) => many.get(each))).toEqual(stored('py'));

        await ours.set_many(new Map(own.map((each, i) => [each, value('js', i)])));
        const found: unknown = await python.eval(`[${theirs.name}.get(key) for key in keys]`, {
          keys: own,
        });
        expect(found).toEqual(stored('js'));
        await python.exec(`${theirs.name}.close()`);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('follows servers that are added and removed', async () => {
    const [gone, ...rest] = servers.slice(0, 4) as [Memcached, ...Memcached[]];
    const names = [gone, ...rest].map(({ name }) => name);
    const pair = await HashPair.start(python, names.slice(0, 2), {
      kwargs: { key_prefix: bytes('') },
    });
    const own = Array.from({ length: 60 }, (_, i) => `moving${i}`);
    const written = new Map(own.map((key) => [key, key]));
    const agree = async (): Promise<void> => {
      await pair.theirs.call('set_many', [written], { noreply: false });
      expect([...(await pair.ours.get_many(own)).keys()].sort()).toEqual([...own].sort());
      await pair.theirs.call('delete_many', [own], { noreply: false });
    };
    await agree();
    for (const added of rest.slice(1)) {
      pair.ours.add_server('127.0.0.1', added.port);
      await pair.theirs.call('add_server', ['127.0.0.1', added.port]);
      await agree();
    }
    pair.ours.remove_server(['127.0.0.1', gone.port]);
    // pymemcache removes no server that is well: this one is made to look failed.
    const { name } = pair.theirs;
    await python.exec(`${name}._failed_clients[node] = {}; ${name}.remove_server(node)`, {
      node: new Tuple(['127.0.0.1', gone.port]),
    });
    await agree();
    await pair.drop();
  });
});

it('RendezvousHash with a seed finds the nodes that Python’s does', async () => {
  const nodes = ['127.0.0.1:11211', 'caf\xe9:1', '/path', '::1:11212'];
  const own = Array.from({ length: 100 }, (_, i) => `key${'\u{1f600}'.repeat(i % 3)}${i}`);
  for (const seed of [0, 1, 42, 2 ** 31, 2 ** 32 - 1]) {
    const found = await python.eval('[hasher(nodes, seed).get_node(key) for key in keys]', {
      hasher: new Source('pymemcache.client.rendezvous.RendezvousHash'),
      nodes,
      seed,
      keys: own,
    });
    const ours = new RendezvousHash(nodes, seed);
    expect(own.map((key) => ours.get_node(key))).toEqual(found);
  }
});

const no = { noreply: false } as const;
const yes = { noreply: true } as const;
const dict = (...pairs: [PythonValue, PythonValue][]): Map<PythonValue, PythonValue> =>
  new Map(pairs);
/** Keys that are spread over all servers. */
const MANY = Array.from({ length: 12 }, (_, i) => `key${i}`);

/** Calls in order. */
const CALLS: readonly Call[] = [
  call('set', ['k', 'v']),
  call('get', ['k']),
  call('get', ['none']),
  call('get', ['none', 'default']),
  call('get', ['none'], { default: 5 }),
  call('set', ['k', 'w', 60, false, 7]),
  call('set', ['k', 'w'], { expire: -1, noreply: false }),
  call('get', ['k']),
  call('set', ['k', 'v'.repeat(2 ** 20 + 100)], no),
  call('set', ['k', 'v'], { expire: '5' }),
  call('add', ['a', 'v'], no),
  call('add', ['a', 'v'], no),
  call('add', ['a', 'v']),
  call('replace', ['a', 'w'], no),
  call('replace', ['none', 'w'], no),
  call('append', ['a', 'x'], no),
  call('prepend', ['a', 'u'], no),
  call('append', ['none', 'x'], no),
  call('prepend', ['none', 'x'], no),
  call('get', ['a']),
  call('cas', ['none', 'v', '1']),
  call('cas', ['a', 'v', '1']),
  call('cas', ['a', 'v', '1'], yes),
  call('cas', ['a', 'v', 'x']),
  call('gets', ['none']),
  call('gets', ['none', 1]),
  call('gets', ['none'], { default: 1, cas_default: 2 }),
  call('set', ['n', '10'], no),
  call('incr', ['n', 5]),
  call('incr', ['n', 5], yes),
  call('decr', ['n', 100]),
  call('incr', ['none', 1]),
  call('decr', ['none', 1]),
  call('incr', ['a', 1]),
  call('incr', ['n', float(1.5)]),
  call('touch', ['a', 60], no),
  call('touch', ['none', 60], no),
  call('touch', ['a']),
  call('delete', ['a'], no),
  call('delete', ['a'], no),
  call('delete', ['a']),
  call('set_many', [dict(...MANY.map((key): [string, string] => [key, `of ${key}`]))], no),
  call('get_many', [MANY]),
  call('get_multi', [[...MANY, 'none', 'key3']]),
  call('set_many', [dict(['m1', 'a'], ['m2', 'b'])]),
  call('set_multi', [dict(['m1', 'c'])], { expire: 60, noreply: false, flags: 3 }),
  call('set_many', [dict()]),
  call('get_many', [['m1', 'm2']]),
  call('get_many', [[]]),
  call('gets_many', [['none']]),
  call('gets_multi', [[]]),
  call('get_many', [['none']], { gets: true }),
  call('delete_many', [['m1', 'none']], no),
  call('delete_multi', [['m2']]),
  call('delete_many', [[]]),
  call('get_many', [['m1', 'm2']]),
  call('get', ['a b']),
  call('get', ['a\n']),
  call('get', ['caf\xe9']),
  call('get', ['k'.repeat(249)]),
  call('get', [5]),
  call('get', [null]),
  call('set_many', [dict(['a', 1], ['a b', 2])], no),
  call('get_many', [['a', 'a b']]),
  call('delete_many', [['a', 'a b']]),
  call('get', []),
  call('flush_all', [], no),
  call('get_many', [MANY]),
  call('flush_all', [60], yes),
  call('flush_all', ['x']),
  call('remove_server', ['127.0.0.1:1']),
  call('remove_server', [5, 5]),
  call('add_server', [5, 5]),
  call('quit'),
  call('get', ['k']),
  call('close'),
  call('get', ['k']),
  call('disconnect_all'),
  call('version'),
  call('check_key', ['k']),
];

describe.each([
  ['Client', {}],
  ['PooledClient', { use_pooling: true, max_pool_size: 4, pool_idle_timeout: 30 }],
  ['errors ignored', { ignore_exc: true }],
])('every method answers as Python: %s', (name, kwargs) => {
  let pair: HashPair;
  beforeAll(async () => {
    pair = await HashPair.start(
      python,
      servers.slice(0, 5).map(({ name }) => name),
      { kwargs },
    );
  });
  afterAll(() => pair.drop());

  it.each(CALLS.map((each, i) => [i, show(each).slice(0, 60), each] as const))(
    '%i %s',
    async (_i, _shown, each) => {
      // PooledClient.gets of 3.5.2 has no defaults.
      if (name === 'PooledClient' && each.method === 'gets') each = call('gets', ['none']);
      const { theirs, ours } = await pair.both(each);
      expect(ours).toEqual(theirs);
    },
  );
});
