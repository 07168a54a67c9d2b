// FallbackClient beside the real one, each over two memcacheds: what is read from where, and what every call answers.

import {
  Client,
  FallbackClient,
  HashClient,
  MockMemcacheClient,
  PooledClient,
  type Cache,
} from '../../lib/clients/pymemcache';
import {
  bytes,
  call,
  Python,
  PythonObject,
  RawConnection,
  show,
  startServers,
  stopServers,
  type Call,
  type Memcached,
} from '../support';
import { askOurs, askPython } from './told';

/** Each side's new and old server. */
interface Side {
  readonly new: RawConnection;
  readonly old: RawConnection;
}

let python: Python;
let servers: Memcached[];
let sides: readonly [theirs: Side, ours: Side];
let theirs: PythonObject;
let ours: FallbackClient;

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  servers = await startServers(4);
  const [newer = '', older = '', ourNew = '', ourOld = ''] = servers.map(({ name }) => name);
  const raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  const [a, b, c, d] = raws as [RawConnection, RawConnection, RawConnection, RawConnection];
  sides = [
    { new: a, old: b },
    { new: c, old: d },
  ];
  await python.exec(
    `
from pymemcache.client.base import Client
from pymemcache.fallback import FallbackClient
theirs = FallbackClient([Client(newer), Client(older, ignore_exc=True)])`,
    { newer, older },
  );
  theirs = new PythonObject(python, 'theirs');
  ours = new FallbackClient([new Client(ourNew), new Client(ourOld, { ignore_exc: true })]);
});
afterAll(async () => {
  ours.close();
  await python.stop();
  for (const side of sides) {
    await side.new.close();
    await side.old.close();
  }
  await stopServers(servers);
});
beforeEach(async () => {
  for (const side of sides) {
    await side.new.flush();
    await side.old.flush();
    await side.new.store('both', 0, 'new');
    await side.old.store('both', 0, 'old');
    await side.old.store('aged', 0, 'old');
    await side.new.store('n', 0, '10');
    await side.old.store('m', 0, '20');
  }
});

const no = { noreply: false } as const;
const CALLS: readonly Call[] = [
  call('get', ['both']),
  call('get', ['aged']),
  call('get', ['none']),
  call('get_many', [['both', 'aged']]),
  call('get_many', [['aged', 'none']]),
  call('get_many', [['none']]),
  call('get_many', [[]]),
  call('gets', ['aged']),
  call('gets', ['none']),
  call('gets_many', [['none']]),
  call('set', ['aged', 'v']),
  call('set', ['aged', 'v', 60, false]),
  call('set', ['aged', 'v'], { expire: 5 }),
  call('add', ['aged', 'v'], no),
  call('add', ['both', 'v'], no),
  call('replace', ['aged', 'v'], no),
  call('replace', ['both', 'v'], no),
  call('append', ['both', 'v'], no),
  call('prepend', ['both', 'v']),
  call('cas', ['both', 'v', 1]),
  call('cas', ['aged', 'v', bytes('1'), 0, false]),
  call('delete', ['aged'], no),
  call('delete', ['both']),
  call('incr', ['n', 1]),
  call('incr', ['m', 1], no),
  call('decr', ['n', 1], no),
  call('decr', ['both', 1], no),
  call('touch', ['aged', 5], no),
  call('touch', ['both', 5]),
  call('flush_all'),
  call('flush_all', [0, false]),
  call('stats'),
  call('quit'),
  call('get', ['a b']),
  call('set', ['a b', 'v']),
  call('close'),
  call('version'),
  call('set_many', [new Map([['k', 'v']])]),
];

it.each(CALLS.map((each) => [show(each), each] as const))('%s', async (_shown, each) => {
  expect(await askOurs(ours, each)).toEqual(await askPython(theirs, each));
  // What was changed, once what may have had no reply was done: a read on the same connection comes after it.
  const read = call('get', ['both']);
  expect(await askOurs(ours, read)).toEqual(await askPython(theirs, read));
  for (const key of ['both', 'aged', 'n', 'm']) {
    for (const age of ['new', 'old'] as const) {
      const [their, our] = await Promise.all(sides.map((side) => side[age].entry(key)));
      expect([age, key, our?.data]).toEqual([age, key, their?.data]);
    }
  }
});

it('takes every client of this package', async () => {
  const [newer = '', older = ''] = servers.map(({ name }) => name);
  const caches: Cache[] = [
    new MockMemcacheClient(),
    new PooledClient(newer),
    new HashClient([older]),
    new Client(older),
  ];
  const client = new FallbackClient(caches);
  await client.set('mine', 'v');
  expect(await client.get('mine')).toEqual(Buffer.from('v'));
  expect(await client.get('aged')).toEqual(Buffer.from('old'));
  expect(await client.get_many(['aged', 'none'])).toEqual(new Map([['aged', Buffer.from('old')]]));
  client.close();
});
