// The rows of docs/compatibility.md about python-memcached2: what it does was measured (0.3, HEAD), what ours does is shown here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OverflowError, ValueError } from '../../lib';
import {
  ExceptionsAreMissesMapping,
  ExceptionsAreMissesMemcache,
  HasherZero,
  InvalidURI,
  Memcache,
  MultiStorageException,
  NoAvailableServers,
  NotFound,
  NotImplementedError,
  ReconnectorTime,
  SelectorConsistentHashing,
  SelectorFirst,
  SelectorFractalSharding,
  ServerDisconnect,
  ServerPool,
  ValueDictionary,
  ValueSuperStr,
  type MemcacheOptions,
} from '../../lib/clients/memcached2';
import { startScripted } from '../../lib/testing/scripted-server';
import {
  LoggingProxy,
  Memcached,
  RawConnection,
  refusingPort,
  startServers,
  stopServers,
} from '../support';

let server: Memcached;
let raw: RawConnection;
const clients: Memcache<unknown, unknown>[] = [];

function uriOf({ port }: { readonly port: number }): string {
  return `memcached://127.0.0.1:${port}/`;
}

function opened<C extends Memcache<unknown, unknown>>(client: C): C {
  clients.push(client);
  return client;
}

function open<V = string>(options: MemcacheOptions<V> = {}, uris = [uriOf(server)]): Memcache<V> {
  return opened(new Memcache<V>(uris, options));
}

async function nobody(): Promise<string> {
  return uriOf({ port: await refusingPort() });
}

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
});
beforeEach(() => raw.flush());
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

it('M1: delete is sent once, and answers whether there was an entry', async () => {
  await using proxy = await LoggingProxy.start(server);
  const mc = open({}, [uriOf(proxy)]);
  await mc.set('k', 'v');
  const { sent, result } = await proxy.record(() => mc.delete('k'));
  expect([sent, result]).toEqual(['delete k\r\n', true]);
  await mc.set('k', 'w');
  await expect(mc.get('k')).resolves.toBe('w');
});

it('M2: a cas id of a missing key is NotFound', async () => {
  await expect(open().set('k', 'v', { cas_unique: 1 })).rejects.toThrow(NotFound);
  const misses = opened(new ExceptionsAreMissesMemcache([uriOf(server)]));
  await expect(misses.set('k', 'v', { cas_unique: 1 })).resolves.toBeNull();
});

it('M3: options of one key in set_multi are of that key', async () => {
  const mc = open({ value_wrapper: ValueDictionary });
  await mc.set_multi([
    ['a', '1', { flags: 3 }],
    ['b', '2'],
  ]);
  expect([(await mc.get('a')).flags, (await mc.get('b')).flags]).toEqual([3, 0]);
});

it('M4: update_cas takes the new cas id, so that the next set is conditional too', async () => {
  const mc = open({ value_wrapper: ValueSuperStr });
  await mc.set('k', 'v');
  const value = await mc.get('k', true);
  await value.set('w', { update_cas: true });
  expect(value.cas_unique).toBe(Number((await raw.entry('k'))?.cas));
  await value.set('x', { update_cas: true });
  await raw.store('k', 0, 'other');
  await expect(value.set('y')).rejects.toThrow('the entry has changed');
});

it('M5: keys that would split or break a command are refused, and nothing is sent', async () => {
  await using proxy = await LoggingProxy.start(server);
  const mc = open({}, [uriOf(proxy)]);
  for (const key of ['a b', 'a\r\nflush_all', 'a\n', 'a\0', '', 'k'.repeat(251)]) {
    const calls = [
      mc.get(key),
      mc.get_multi(['k', key]),
      mc.set(key, 'v'),
      mc.add(key, 'v'),
      mc.replace(key, 'v'),
      mc.append(key, 'v'),
      mc.prepend(key, 'v'),
      mc.delete(key),
      mc.delete_all(key),
      mc.touch(key, 1),
      mc.incr(key),
      mc.decr(key),
      mc.cache(key, () => 'v'),
    ];
    for (const call of calls) await expect(call).rejects.toThrow(ValueError);
  }
  expect(proxy.sent).toBe('');
  const sent = mc.set_multi([
    ['a', '1'],
    ['b c', '2'],
    ['d', '3'],
  ]);
  const error: unknown = await sent.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MultiStorageException);
  const { results } = error as MultiStorageException;
  expect([results.get('a'), results.get('b c'), results.get('d')]).toEqual([
    null,
    expect.stringMatching(/^CLIENT_ERROR /),
    null,
  ]);
  await expect(mc.get('d')).resolves.toBe('3');
});

it('M6: a key that is no text is the same text for every method and any number of servers', async () => {
  for (const mc of [open(), open({}, [uriOf(server), uriOf(server)])]) {
    await mc.set(5, 'five');
    await mc.set_multi([[null, 'none']]);
    await expect(mc.get('5')).resolves.toBe('five');
    await expect(mc.get_multi([5, null, true])).resolves.toEqual(
      new Map<unknown, string>([
        [5, 'five'],
        [null, 'none'],
      ]),
    );
  }
});

it('M7: cache of ExceptionsAreMissesMemcache computes what is not there, and stores it', async () => {
  const misses = opened(new ExceptionsAreMissesMemcache([uriOf(server)]));
  const compute = jest.fn((key: unknown, more: string) => Promise.resolve(`${String(key)}${more}`));
  await expect(misses.cache('k', compute, '!')).resolves.toBe('k!');
  await expect(misses.cache('k', compute, '?')).resolves.toBe('k!');
  expect(compute).toHaveBeenCalledTimes(1);
});

it('M8: a mapping’s selector and hasher are these', async () => {
  // New ones: a server goes on counting entries for a while that were flushed.
  const servers = await startServers(3);
  const mapping = new ExceptionsAreMissesMapping(
    servers.map(uriOf),
    new SelectorFirst(),
    new HasherZero(),
  );
  opened(mapping.memcache);
  await mapping.update({ a: '1', b: '2', c: '3' });
  await expect(mapping.getitem('a')).resolves.toBe('1');
  const counts = (await mapping.memcache.stats()).map((stats) => stats?.['curr_items']);
  expect([counts, await mapping.size()]).toEqual([[3, 0, 0], 3]);
  await stopServers(servers);
});

it('M9: SelectorConsistentHashing has total_buckets buckets', () => {
  const uris = ['memcached://a/', 'memcached://b/', 'memcached://c/'];
  const hash = (key: string): number => Number(key) || 0;
  const pool = new ServerPool();
  const placed = (selector: SelectorConsistentHashing): string[] =>
    ['0', '1', '2', '5', '8'].map((key) => selector.select(uris, hash, key, pool));
  const [a, b, c] = uris;
  expect(placed(new SelectorConsistentHashing(2))).toEqual([b, b, a, a, a]);
  expect(placed(new SelectorConsistentHashing())).toEqual([b, b, c, c, c]);
});

it('M10: SelectorFractalSharding asks every server that is left', () => {
  const uris = Array.from({ length: 4 }, (_, i) => `memcached://10.0.0.${i}/`);
  for (let hash = 0; hash < 24; hash++) {
    const asked: string[] = [];
    const is_available = (uri: string): boolean => asked.push(uri) === uris.length;
    new SelectorFractalSharding().select(uris, () => hash, 'k', { is_available });
    expect([...asked].sort()).toEqual(uris);
  }
});

describe('servers that are down', () => {
  it('M11: are left to others for the time of the reconnector; failure raise asks no others', async () => {
    let now = 0;
    await using other = await Memcached.start();
    const uris = [uriOf(server), uriOf(other)];
    const server_pool = new ServerPool(new ReconnectorTime(30, () => now));
    const mc = open({ server_pool }, uris);
    const strict = open({ failure: 'raise' }, uris);
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const home = (key: string): number => mc.hasher.hash(key) % 2;
    for (const key of keys) await mc.set(key, 'before');
    await other.kill();
    // What was under way when the connection ended may be lost; then the selector knows.
    await mc.set(keys.find((key) => home(key) === 1) ?? '', 'x').catch(() => null);
    for (const key of keys) await mc.set(key, 'meanwhile');
    for (const key of keys) await expect(mc.get(key)).resolves.toBe('meanwhile');
    for (const key of keys) {
      if (home(key) === 1) await expect(strict.get(key)).rejects.toThrow(ServerDisconnect);
      else await expect(strict.get(key)).resolves.toBe('meanwhile');
    }
    await other.restart();
    now = 29.9;
    for (const key of keys) await mc.set(key, 'later');
    await using rawOther = await RawConnection.open(other);
    const held = await Promise.all([rawOther.entry(keys.find((key) => home(key) === 1) ?? '')]);
    expect(held).toEqual([undefined]);
    now = 30;
    for (const key of keys) await mc.set(key, 'after');
    for (const key of keys.filter((each) => home(each) === 1)) {
      await expect(rawOther.entry(key)).resolves.toMatchObject({ data: Buffer.from('after') });
    }
  });

  it('M12: raise ServerDisconnect and NoAvailableServers, which tell the cause, and are swallowed as misses', async () => {
    const uri = await nobody();
    const error: unknown = await open({}, [uri])
      .get('k')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoAvailableServers);
    expect(error).toMatchObject({ cause: { code: 'CONNECTION' } });
    await expect(open({}, ['memcached://nosuch.invalid/']).get('k')).rejects.toThrow(
      NoAvailableServers,
    );
    await expect(open().get('k')).rejects.toThrow('there is no entry of the key');
    const misses = opened(new ExceptionsAreMissesMemcache([uri]));
    await expect(misses.get('k')).resolves.toBeNull();
    await expect(misses.set('k', 'v')).resolves.toBeNull();
  });

  it('M13: end a call by socket_timeout', async () => {
    const silent = await startScripted(() => undefined);
    const mc = open({ socket_timeout: 0.05 }, [uriOf(silent)]);
    await expect(mc.get('k')).rejects.toThrow(ServerDisconnect);
    await silent.close();
  });

  it('M14: are null in statistics, and throw from flush_all and delete_all, which ask all others first', async () => {
    await using proxy = await LoggingProxy.start(server);
    const uris = [await nobody(), uriOf(proxy)];
    const mc = open({}, uris);
    const all = [mc.stats(), mc.stats_items(), mc.stats_settings(), mc.stats_slabs()];
    for (const stats of all) await expect(stats).resolves.toEqual([null, expect.anything()]);
    await raw.store('k', 0, 'v');
    await expect(mc.delete_all('k')).rejects.toThrow(NoAvailableServers);
    await expect(raw.entry('k')).resolves.toBeUndefined();
    await expect(mc.flush_all()).rejects.toThrow(NoAvailableServers);
  });
});

it('M15: a client has one connection a server, of its own', async () => {
  const counted = await startScripted(() => 'END\r\n');
  const [one, two] = [open({}, [uriOf(counted)]), open({}, [uriOf(counted)])];
  const calls = Array.from({ length: 20 }, (_, i) => one.get(`k${i}`).catch(() => null));
  await Promise.all(calls);
  expect(counted.accepted()).toBe(1);
  await two.get('k').catch(() => null);
  expect(counted.accepted()).toBe(2);
  await counted.close();
});

it('M16: statistics of a later memcached are converted where they still are numbers', async () => {
  await using fresh = await Memcached.start({ args: ['-o', 'track_sizes'] });
  const mc = open({}, [uriOf(fresh)]);
  await mc.set('k', 'v');
  const [[size] = []] = (await mc.stats_sizes()).map((each) => each ?? []);
  expect(size?.[0]).toBeGreaterThan(0);
  expect(size?.[1]).toBe(1);
  await expect(open().stats_sizes()).resolves.toEqual([[]]);
  const [settings] = await mc.stats_settings();
  expect(settings).toMatchObject({ cas_enabled: true, growth_factor: 1.25, maxconns: 1024 });
  const [stats] = await mc.stats();
  expect(stats).toMatchObject({ pid: fresh.pid, curr_items: 1, accepting_conns: '1' });
  const [items] = await mc.stats_items();
  expect(items).toMatchObject({ '1': { number: 1, evicted: 0 } });
  const [slabs] = await mc.stats_slabs();
  expect(slabs).toMatchObject({ active_slabs: 1, slabs: { '1': { used_chunks: 1 } } });
});

it('M17: numbers that memcached would cut, or could not read, are refused', async () => {
  const mc = open();
  await raw.store('kept', 0, 'v');
  for (const [options, error] of [
    [{ exptime: 2 ** 32 + 1 }, OverflowError],
    [{ exptime: 10n ** 30n }, OverflowError],
    [{ exptime: 1.5 }, TypeError],
    [{ flags: 2 ** 32 }, OverflowError],
    [{ flags: -1 }, OverflowError],
    [{ cas_unique: -1 }, OverflowError],
    [{ cas_unique: 2n ** 64n }, OverflowError],
  ] as const) {
    await expect(mc.set('k', 'flush_all', options)).rejects.toThrow(error);
  }
  await expect(raw.entry('kept')).resolves.toBeDefined();
  await expect(raw.entry('k')).resolves.toBeUndefined();
});

it('M18: a value of set_multi that is no text is told before anything is sent', async () => {
  const mc = open();
  const data = [
    ['a', '1'],
    ['b', 2],
  ] as unknown as [string, string][];
  await expect(mc.set_multi(data)).rejects.toThrow(
    new TypeError("object of type 'int' has no len()"),
  );
  await expect(raw.entry('a')).resolves.toBeUndefined();
});

it('M19: a URI that is none is told by the constructor', () => {
  expect(() => new Memcache(['memcached://h'])).toThrow(
    new InvalidURI('Invalid URI: memcached://h'),
  );
  expect(() => new ExceptionsAreMissesMapping(['h:11211'])).toThrow(InvalidURI);
  expect(() => new Memcache('memcached://h/')).toThrow(new InvalidURI('Invalid URI: m'));
});

it('M20: a reply of another key is never a value, nor left for the next call', async () => {
  const liar = await startScripted((received) =>
    received.startsWith('get k') ? 'VALUE other 0 1\r\nx\r\nEND\r\n' : 'END\r\n',
  );
  const mc = open({}, [uriOf(liar)]);
  await expect(mc.get('k')).rejects.toThrow(NotImplementedError);
  await expect(mc.get('l')).rejects.toThrow('there is no entry of the key');
  await liar.close();
});

it('every row of the page about python-memcached2 is shown here, and there are no others', () => {
  const page = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const rows = Array.from(
    page.matchAll(/^\| (M\d+) \|.*`memcached2-differences\.test\.ts`/gm),
    ([, row]) => row,
  );
  const titles = Array.from(
    readFileSync(__filename, 'utf8').matchAll(/^ *it\('(M\d+): /gm),
    ([, row]) => row,
  );
  expect(rows).toEqual(titles);
  expect(rows.length).toBeGreaterThan(0);
});
