// The deliberate differences of docs/compatibility.md, the real python-memcached 1.59 and ours side by side.

import { deflateSync } from 'node:zlib';
import { Client, OverflowError, ValueError, type ClientOptions } from '../../lib';
import { startScripted } from '../../lib/testing/scripted-server';
import {
  LoggingProxy,
  Memcached,
  Python,
  RawConnection,
  refusingPort,
  tuple,
  type PythonObject,
} from '../support';
import { RELEASE } from './pair';

let server: Memcached;
let python: Python;
let raw: RawConnection;
const clients: Client[] = [];

function open(options: ClientOptions = {}, names = [server.name]): Client {
  const client = new Client(names, { release: RELEASE, ...options });
  clients.push(client);
  return client;
}

function pythonClient(kwargs: Record<string, number | boolean> = {}): Promise<PythonObject> {
  return python.create('memcache.Client', [[server.name]], kwargs);
}

beforeAll(async () => {
  server = await Memcached.start();
  python = await Python.start({ modules: ['memcache'] });
  raw = await RawConnection.open(server);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect_all();
});
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

it('1, 2: an undecodable value in get_multi gives the next get another key in Python, and here does not', async () => {
  await raw.store('m1', 2, 'abc');
  for (const key of ['m2', 'm3']) await raw.store(key, 16, key);
  const theirs = await pythonClient();
  await theirs.outcome('get_multi', [['m1', 'm2', 'm3']]);
  expect(await theirs.call('get', ['m1'])).toBe('m2'); // Python's bug, live
  const ours = open();
  await expect(ours.get_multi(['m1', 'm2', 'm3'])).rejects.toThrow('invalid literal for int()');
  await expect(ours.get('m1')).rejects.toThrow('invalid literal for int()');
  expect(await ours.get('m3')).toBe('m3');
});

it('3: a key with a trailing newline is refused', async () => {
  const proxy = await LoggingProxy.start(server);
  const theirs = await python.create('memcache.Client', [[proxy.name]]);
  await theirs.call('get', ['q\n']);
  expect(proxy.sent).toBe('get q\n\r\n'); // Python sends a command of its own making
  await proxy.stop();
  await expect(open().get('q\n')).rejects.toBeInstanceOf(Client.MemcachedKeyCharacterError);
});

it('4: a too long value in set_multi is in the list, and costs the others nothing', async () => {
  const theirs = await pythonClient({ socket_timeout: 1, server_max_value_length: 10 });
  const mapping = new Map([
    ['short', 'x'],
    ['long', 'x'.repeat(11)],
  ]);
  await theirs.call('set_multi', [mapping]); // waits a second for a reply that nobody owes
  expect(await theirs.call('set', ['k', 1])).toBe(0); // and blames the server
  const ours = open({ server_max_value_length: 10 });
  expect(await ours.set_multi(mapping)).toEqual(['long']);
  expect(await ours.get('short')).toBe('x');
});

describe('5: set_multi names every key that was not acknowledged', () => {
  it('where the server does not answer', async () => {
    const frozen = await Memcached.start();
    const mapping = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    const timeout = { socket_timeout: 0.2 };
    const theirs = await python.create('memcache.Client', [[frozen.name]], timeout);
    const ours = open(timeout, [frozen.name]);
    // Both have a connection: it is the answer that does not come.
    await theirs.call('get', ['a']);
    await ours.get('a');
    await frozen.freeze();
    expect(await theirs.call('set_multi', [mapping])).toEqual([]);
    expect(await ours.set_multi(mapping)).toEqual(['a', 'b']);
    await frozen.stop();
  });

  it('where a key finds no server', async () => {
    const reports: number[] = [];
    const closed = `127.0.0.1:${await refusingPort()}`;
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    const names = [closed, closed, closed, server.name];
    const theirs = await python.create('memcache.Client', [names]);
    const ours = open({}, names);
    for (const [failed, found] of [
      [
        (await theirs.call('set_multi', [new Map(keys.map((key) => [key, 1]))])) as string[],
        (await theirs.call('get_multi', [keys])) as Map<string, number>,
      ],
      [
        (await ours.set_multi(new Map(keys.map((key) => [key, 1])))) as string[],
        (await ours.get_multi(keys)) as Map<string, number>,
      ],
    ] as const) {
      const lost = keys.filter((key) => !found.has(key));
      expect(lost.length).toBeGreaterThan(0); // their ten tries all met dead servers
      expect(failed).toEqual(failed.length === 0 ? [] : lost);
      reports.push(failed.length);
      await raw.flush();
    }
    expect(reports.map((length) => length > 0)).toEqual([false, true]); // Python told nobody
  });
});

it('6: key_encoder is applied once, or twice on request', async () => {
  // The second time it gets the bytes that the first made.
  const key_encoder = (key: unknown): unknown =>
    Buffer.concat([Buffer.from('e-'), Buffer.from(key as string)]);
  const once = open({ release: '1.62', key_encoder });
  await once.set_multi({ k: 1 });
  expect(await once.get('k')).toBe(1);
  expect(await once.get_multi(['k'])).toEqual(new Map([['k', 1]]));
  expect((await raw.entry('e-k'))?.data.toString()).toBe('1');
  await open({ release: '1.62', key_encoder, key_encoder_twice: true }).set_multi({ j: 1 });
  expect((await raw.entry('e-e-j'))?.data.toString()).toBe('1');
});

it('7: cas of a pair without an id keeps the hash that chooses the server', async () => {
  const second = await Memcached.start();
  const names = [server.name, second.name];
  const theirs = await python.create('memcache.Client', [names]);
  const ours = open({}, names);
  const lost: boolean[] = [];
  for (let hash = 0; hash < 12; hash++) {
    const key = `pair${hash}`;
    await theirs.call('cas', [tuple(hash, key), 'v']);
    lost.push((await theirs.call('get', [tuple(hash, key)])) === null);
    expect(await ours.cas([hash, `our${hash}`], 'v')).toBe(true);
    expect(await ours.get([hash, `our${hash}`])).toBe('v');
  }
  expect(lost).toContain(true); // Python's value is not always where its hash says
  await second.stop();
});

describe('8', () => {
  it('get_slabs and get_slab_stats work', async () => {
    await open().set('k', 'v');
    for (const method of ['get_slabs', 'get_slab_stats']) {
      const theirs = await pythonClient();
      expect(await theirs.outcome(method)).toHaveProperty('raised.type', 'TypeError');
    }
    const [[name, slabs] = ['', {}]] = await open().get_slabs();
    expect(name).toBe(`${server.name} (1)`);
    expect(Number(slabs['1']?.['number'])).toBeGreaterThan(0);
    const [[, stats] = ['', {}]] = await open().get_slab_stats();
    expect(Number(stats['active_slabs'])).toBeGreaterThan(0);
    expect(stats['1']).toHaveProperty('chunk_size');
  });

  it('debug changes nothing but what is printed', async () => {
    const other = await Memcached.start();
    const theirs = await python.create('memcache.Client', [[other.name]], { debug: 1 });
    const ours = open({ debug: 1, log: () => undefined }, [other.name]);
    await theirs.call('set', ['k', 1]);
    await ours.set('k', 1);
    await other.restart(); // Python meets the closed connection, and formats it as a line
    expect(await theirs.outcome('delete_multi', [['k']])).toHaveProperty(
      'raised.type',
      'AttributeError',
    );
    expect(await ours.delete_multi(['k'])).toBe(1);
    await other.stop();
  });
});

it.each(['a b', 'a\nb', 'a\rb', 'a\0b'])(
  '9: %j is refused even without key checks',
  async (key) => {
    const ours = open({ check_keys: false });
    await expect(ours.get(key)).rejects.toBeInstanceOf(Client.MemcachedKeyCharacterError);
    await expect(ours.set_multi({ [key]: 1 })).rejects.toBeInstanceOf(
      Client.MemcachedKeyCharacterError,
    );
    await expect(ours.get_multi(['ok'], key)).rejects.toBeInstanceOf(
      Client.MemcachedKeyCharacterError,
    );
    await expect(ours.delete([1, key])).rejects.toBeInstanceOf(Client.MemcachedKeyCharacterError);
  },
);

it('9: a key that is too long is refused even without key checks: its value would be a command', async () => {
  const ours = open({ check_keys: false });
  const key = 'k'.repeat(251);
  await expect(ours.set(key, 'flush_all')).rejects.toBeInstanceOf(Client.MemcachedKeyLengthError);
  await expect(ours.set_multi({ [key]: 1 })).rejects.toBeInstanceOf(Client.MemcachedKeyLengthError);
  await expect(ours.set_multi({ a: 1 }, { key_prefix: key })).rejects.toBeInstanceOf(
    Client.MemcachedKeyLengthError,
  );
  const theirs = await pythonClient({ check_keys: false });
  await raw.store('kept', 0, 'x');
  await theirs.call('set', [key, 'flush_all']);
  expect(await open().get('kept')).toBeNull();
});

it('37: a time or a cas id that memcached cannot read is refused: the value would be a command', async () => {
  const hidden = 'set injected 0 0 1\r\nx';
  const client = await pythonClient();
  expect(await client.call('set', ['k', hidden, 10 ** 23])).toBe(false);
  expect((await raw.entry('injected'))?.data.toString()).toBe('x'); // so it is with Python
  await raw.ask('delete injected\r\n');

  const mc = open({ cache_cas: true });
  for (const time of [1e23, 2n ** 63n, -(2n ** 63n) - 1n])
    await expect(mc.set('k', hidden, time)).rejects.toThrow(OverflowError);
  mc.cas_ids.set('k', '18446744073709551616');
  await expect(mc.cas('k', hidden)).rejects.toThrow(ValueError);
  expect(await raw.entry('injected')).toBeUndefined();
  expect(await mc.set('k', 'v', 2n ** 63n - 1n)).toBe(true);
}); // prettier-ignore

it('10: a pickle that would run a program is an object with a name', async () => {
  const marker = `executed-${process.pid}`;
  const pickle = `cos\nsystem\n(S'echo ${marker}'\ntR.`;
  await raw.store('evil', 1, pickle);
  const value = await open().get('evil');
  expect(value).toMatchObject({
    module: expect.stringMatching(/^(os|posix)$/) as string,
    name: 'system',
  });
});

it('13: a delete with a time deletes', async () => {
  const theirs = await pythonClient();
  await theirs.call('set', ['k', 1]);
  expect(await theirs.call('delete', ['k', 5])).toBe(0); // memcached 1.6 refuses the line
  expect(await theirs.call('get', ['k'])).toBe(1);
  expect(await open().delete('k', 5)).toBe(1);
  expect(await open().get('k')).toBeNull();
});

it('16: an unknown line in get_multi ends the wait, and what was found is returned', async () => {
  const liar = await startScripted(() => 'VALUE a 16 1\r\nA\r\nGARBAGE\r\n');
  const ours = open({}, [`127.0.0.1:${liar.port}`]);
  expect(await ours.get_multi(['a', 'b'])).toEqual(new Map([['a', 'A']]));
  await liar.close();
});

it('17: stats that answer one word give an empty object', async () => {
  const theirs = await pythonClient();
  expect(await theirs.outcome('get_stats', ['reset'])).toHaveProperty('raised.type', 'IndexError');
  const [[name, stats] = ['', { x: '' }]] = await open().get_stats('reset');
  expect([name, Object.keys(stats)]).toEqual([`${server.name} (1)`, []]);
});

it('18: a stats argument cannot be a command', async () => {
  await open().set('k', 1);
  await expect(open().get_stats('items\r\nflush_all')).rejects.toThrow('control characters');
  await expect(open().incr('k', '1\r\nflush_all')).rejects.toThrow('control characters');
  expect(await open().get('k')).toBe(1);
});

it('19: a zip bomb is refused', async () => {
  const big = await Memcached.start({ args: ['-I', '8m'] });
  const bomb = await RawConnection.open(big);
  await bomb.store('bomb', 8, deflateSync(Buffer.alloc(200 * 1024 * 1024)));
  await expect(open({}, [big.name]).get('bomb')).rejects.toThrow('longer than the limit');
  await bomb.close();
  await big.stop();
});

it('release: a delete of a missing key answers 1 before 1.62, and 0 since', async () => {
  expect(await open({ release: '1.61' }).delete('never')).toBe(1);
  expect(await open({ release: '1.62' }).delete('never')).toBe(0);
});

it('30: a counter whose server has gone answers null, where Python fails on the empty line', async () => {
  const other = await Memcached.start();
  const theirs = await python.create('memcache.Client', [[other.name]]);
  const ours = open({}, [other.name]);
  await theirs.call('set', ['n', 1]);
  await ours.set('n', 1);
  await other.kill();
  expect(await theirs.outcome('incr', ['n'])).toHaveProperty('raised.type', 'ValueError');
  expect(await ours.incr('n')).toBeNull();
  await other.stop();
});

it('38: calls are counted whether a server is found or not', async () => {
  const theirs = await python.create('memcache.Client', [[]]);
  const ours = open({}, []);
  await theirs.call('get', ['k']);
  await theirs.call('get_multi', [['k']]);
  await ours.get('k');
  await ours.get_multi(['k']);
  expect(await theirs.get('stats')).toEqual(new Map([['get_multi', 1]]));
  expect(ours.stats).toEqual({ get: 1, get_multi: 1 });
});
