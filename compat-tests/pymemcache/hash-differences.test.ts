// Rows P50 on of docs/compatibility.md: what the installed HashClient and its wrappers do, and what ours do instead.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HashClient,
  MockMemcacheClient,
  RetryingClient,
  type HashClientOptions,
} from '../../lib/clients/pymemcache';
import { ConnectionError, KeyError } from '../../lib/errors';
import { startScripted } from '../../lib/testing/scripted-server';
import {
  bytes,
  call,
  LoggingProxy,
  Python,
  PythonObject,
  RawConnection,
  startServers,
  stopServers,
  Tuple,
  type Memcached,
  type PythonValue,
} from '../support';
import { HashPair } from './hash-pair';
import { askPython } from './told';

const DOWN = '/nowhere/socket';
const no = { noreply: false } as const;

let python: Python;
let servers: [Memcached, Memcached];
const clients: HashClient[] = [];

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  servers = (await startServers(2)) as typeof servers;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await python.stop();
  await stopServers(servers);
});

async function start(
  names: readonly string[],
  kwargs: Readonly<Record<string, PythonValue>> = {},
): Promise<HashPair> {
  const pair = await HashPair.start(python, names, { kwargs, frozen: true });
  clients.push(pair.ours);
  return pair;
}

function open(names: readonly string[], options: HashClientOptions = {}): HashClient {
  const client = new HashClient(names, options);
  clients.push(client);
  return client;
}

/** Keys that belong to a node. */
function keysOf({ hasher }: HashClient, node: string, count = 2): string[] {
  const all = Array.from({ length: 200 }, (_, i) => `key${i}`);
  return all.filter((key) => hasher.get_node(key) === node).slice(0, count);
}

it('P50: set_many names the keys that were not stored where errors are ignored', async () => {
  const pair = await start([DOWN, servers[0].name], { ignore_exc: true });
  const lost = keysOf(pair.ours, DOWN);
  const kept = keysOf(pair.ours, servers[0].name);
  const values = new Map([...lost, ...kept].map((key) => [key, 'v']));
  expect(await pair.theirs.call('set_many', [values], no)).toEqual([]);
  expect(await pair.theirs.call('get_many', [lost])).toEqual(new Map());
  expect(await pair.ours.set_many(values, no)).toEqual(lost);
  // pymemcache does not count it as a failure either.
  expect(await python.eval(`len(${pair.theirs.name}._failed_clients)`)).toBe(1);
  const fresh = await start([DOWN], { ignore_exc: true });
  await fresh.theirs.call('set_many', [new Map([['k', 'v']])]);
  expect(await python.eval(`len(${fresh.theirs.name}._failed_clients)`)).toBe(0);
  let failures = 0;
  fresh.ours.events.on('dead', () => failures++);
  for (let i = 0; i < 3; i++) expect(await fresh.ours.set_many({ k: 'v' })).toEqual(['k']);
  expect(failures).toBe(1);
  // Nor of values that cannot be sent.
  const beyond = new Map([[kept[0] ?? '', '\xe9']]);
  expect(await pair.theirs.call('set_many', [beyond])).toEqual([]);
  expect(await pair.ours.set_many(beyond)).toEqual([kept[0]]);
});

it('P51: a server that is out does not fail calls that every server gets', async () => {
  const pair = await start([DOWN, servers[0].name], { retry_attempts: 0, ignore_exc: true });
  const [key = ''] = keysOf(pair.ours, DOWN);
  await pair.both(call('get', [key]));
  expect(await askPython(pair.theirs, call('flush_all', [], no))).toEqual({ raised: 'ValueError' });
  expect(await pair.ours.flush_all(no)).toBeNull();
});

it('P52: a server that is removed is removed, well or not, and stays so', async () => {
  const [first, second] = servers;
  const pair = await start([first.name, second.name], { dead_timeout: 1 });
  expect(await askPython(pair.theirs, call('remove_server', [first.host, first.port]))).toEqual({
    raised: 'KeyError',
  });
  await python.exec(
    `c = ${pair.theirs.name}; c._failed_clients[node] = {}; c.remove_server(node)`,
    { node: new Tuple([first.host, first.port]) },
  );
  pair.ours.remove_server(first.name);
  expect(() => pair.ours.remove_server(first.name)).toThrow(KeyError);
  await pair.advance(5000);
  await pair.both(call('get', ['k']));
  const { nodes } = pair.ours.hasher as { nodes?: string[] };
  expect([nodes, await python.eval('c.hasher.nodes')]).toEqual([
    [second.name],
    [second.name, first.name],
  ]);
});

it('P53: a server that is added as text is found by calls of many keys too', async () => {
  const pair = await start([], { default_noreply: false });
  const [{ port }] = servers;
  for (const text of [`[127.0.0.1]:${port}`, 'unix:/nowhere']) {
    await pair.theirs.call('add_server', [text]);
    pair.ours.add_server(text);
  }
  const keys = keysOf(pair.ours, `[127.0.0.1]:${port}`);
  // Named as it is written, there and here: the placement is the same.
  expect(await python.eval(`${pair.theirs.name}.hasher.get_node(key)`, { key: keys[0] ?? '' })).toBe(`[127.0.0.1]:${port}`); // prettier-ignore
  expect(await pair.theirs.call('set', [keys[0] ?? '', 'v'])).toBe(true);
  expect(await askPython(pair.theirs, call('get_many', [keys]))).toEqual({ raised: 'KeyError' });
  expect(await pair.ours.set_many(keys.map((key) => [key, 'v'] as const))).toEqual([]);
  expect((await pair.ours.get_many(keys)).size).toBe(keys.length);
});

it('P54: a key_prefix may be text', async () => {
  const [{ name }] = servers;
  const theirs = await python.create('pymemcache.client.hash.HashClient', [[name]], {
    key_prefix: 'p:',
  });
  expect(await askPython(theirs, call('get', ['k']))).toEqual({ raised: 'TypeError' });
  await using raw = await RawConnection.open(servers[0]);
  await open([name], { key_prefix: 'text:' }).set('k', 'v', no);
  expect((await raw.entry('text:k'))?.data).toEqual(bytes('v'));
});

it('P55: a server that fails keeps no other from its part of a call', async () => {
  const pair = await start([DOWN, servers[0].name]);
  const [lost = ''] = keysOf(pair.ours, DOWN);
  const [kept = ''] = keysOf(pair.ours, servers[0].name);
  const values = new Map([
    [lost, 'v'],
    [kept, 'v'],
  ]);
  await pair.both(call('delete', [kept], no));
  const { theirs, ours } = await pair.both(call('set_many', [values], no));
  expect([theirs, ours]).toEqual([{ raised: 'OSError' }, { raised: 'OSError' }]);
  expect([await pair.theirs.call('get', [kept]), await pair.ours.get(kept)]).toEqual([
    null,
    bytes('v'),
  ]);
});

it('P56: close only closes', async () => {
  const pair = await start([DOWN], { retry_attempts: 1 });
  const get = call('get', ['k', 'miss']);
  const failed = { raised: 'OSError' };
  expect(await pair.both(get)).toEqual({ theirs: failed, ours: failed });
  await pair.advance(1250);
  await pair.both(call('close'));
  expect(await pair.both(get)).toEqual({ theirs: failed, ours: failed });
  // The second failure for ours, whose tries are used up; the first again for Python, where closing was a success.
  expect(await pair.both(get)).toEqual({ theirs: { returned: 'miss' }, ours: failed });
});

it('P57: calls that fail together are one failure', async () => {
  const server = await startScripted((_received, socket) => void socket.resetAndDestroy());
  const client = open([`127.0.0.1:${server.port}`], {
    retry_attempts: 1,
    retry_timeout: 3600,
  });
  const together = Array.from({ length: 20 }, () => client.get('k'));
  for (const each of together) await expect(each).rejects.toThrow(ConnectionError);
  // Counted one by one, its tries would be used up, and its keys have no server.
  expect(await client.get('k', 'left alone')).toBe('left alone');
  await server.close();
});

it('P58: RetryingClient repeats no change that may have been made', async () => {
  let count = 0;
  const server = await startScripted((received, socket) => {
    if (received.startsWith('incr')) count++;
    socket.end();
    return undefined;
  });
  const name = `127.0.0.1:${server.port}`;
  await python.exec(
    'from pymemcache.client.retrying import RetryingClient\n' +
      'from pymemcache.client.hash import HashClient\n' +
      'retrying = RetryingClient(HashClient([name]), attempts=5)',
    { name },
  );
  await askPython(new PythonObject(python, 'retrying'), call('incr', ['k', 1]));
  expect(count).toBe(5);
  const client = new RetryingClient(open([name]), { attempts: 5 });
  await expect(client.incr('k', 1)).rejects.toThrow('closed by the server');
  expect(count).toBe(6);
  await server.close();
});

it('P61: MockMemcacheClient gives its serde bytes to read, and keeps its own', async () => {
  const seen: unknown[] = [];
  const client = new MockMemcacheClient({
    serde: {
      serialize: (_key, value) => [value, 0],
      deserialize: (_key, value) => (seen.push(Buffer.from(value)), value),
    },
  });
  await client.set('k', 'text');
  ((await client.get('k')) as Buffer).fill(0);
  expect(await client.get('k')).toEqual(bytes('text'));
  expect(seen).toEqual([bytes('text'), bytes('text')]);
});

it('P62: a key that is named twice is asked once', async () => {
  await using proxy = await LoggingProxy.start(servers[0]);
  const pair = await start([proxy.name]);
  await pair.theirs.call('get_many', [['k', 'k']]);
  expect(proxy.sent).toBe('get p:k p:k\r\n');
  proxy.clear();
  expect(await pair.ours.get_many(['k', 'k'])).toEqual(new Map());
  expect(proxy.sent).toBe('get o:k\r\n');
});

it('every row names a test, and every test a row', () => {
  const page = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const rows = Array.from(page.matchAll(/^\| (P[5-9]\d) \|.*`([\w-]+\.test\.ts)` \|$/gm));
  const here = rows.filter(([, , file]) => file === 'hash-differences.test.ts');
  const titles = readFileSync(__filename, 'utf8').matchAll(/^it\('(P\d+):/gm);
  expect(Array.from(titles, ([, row]) => row)).toEqual(here.map(([, row]) => row));
  const others = rows.filter(([, , file]) => file !== 'hash-differences.test.ts');
  expect(others.map(([, row, file]) => [row, file])).toEqual([
    ['P59', 'aws.test.ts'],
    ['P60', 'aws.test.ts'],
  ]);
});
