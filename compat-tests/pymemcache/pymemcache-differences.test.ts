// The rows of docs/compatibility.md about pymemcache: what it does, with the real one where it is installed, and what ours does.

import { deflateSync } from 'node:zlib';
import {
  Client,
  compressed_serde,
  CompressedSerde,
  ConnectionError,
  KeepaliveOpts,
  MemcacheIllegalInputError,
  MemcacheUnknownCommandError,
  MemcacheUnknownError,
  PooledClient,
  pickle_serde,
  TimeoutError,
  type AnyClient,
  type ClientOptions,
  type PooledClientOptions,
} from '../../lib/clients/pymemcache';
import { LONGEST_CALL } from '../../lib/clients/pymemcache/dialect';
import { startScripted, type Script, type ScriptedServer } from '../../lib/testing/scripted-server';
import { PyObject } from '../../lib/value/pickle';
import { LoggingProxy, Memcached, Python, RawConnection, type PythonValue } from '../support';

let python: Python;
let server: Memcached;
let raw: RawConnection;
const clients: AnyClient[] = [];
const scripted: ScriptedServer[] = [];

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec('import os, pymemcache\nfrom pymemcache import serde');
});
beforeEach(() => raw.flush());
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(scripted.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

function open(options: ClientOptions = {}, name = server.name): Client {
  const client = new Client(name, { default_noreply: false, ...options });
  clients.push(client);
  return client;
}

function openPool(options: PooledClientOptions = {}, name = server.name): PooledClient {
  const client = new PooledClient(name, { default_noreply: false, ...options });
  clients.push(client);
  return client;
}

async function serve(script: Script): Promise<string> {
  const each = await startScripted(script);
  scripted.push(each);
  return `127.0.0.1:${each.port}`;
}

/** Makes Python's client `c`. */
async function theirClient(rest = '', name = server.name, type = 'Client'): Promise<void> {
  await python.exec(`c = pymemcache.${type}('${name}', default_noreply=False${rest})`);
}

/** What Python answers, or the class of what it raises. */
async function theirs(source: string): Promise<PythonValue> {
  const outcome = await python.evalOutcome(source);
  return 'returned' in outcome ? outcome.returned : outcome.raised.type;
}

it('P3: a value that cannot be read closes no connection', async () => {
  await raw.store('bad', 2, 'x');
  await using proxy = await LoggingProxy.start(server);
  await theirClient(', serde=serde.pickle_serde', proxy.name);
  expect(await theirs("c.get('bad')")).toBe('ValueError');
  expect(await theirs("c.get('k')")).toBeNull();
  expect(proxy.connections).toHaveLength(2);

  proxy.clear();
  const client = open({ serde: pickle_serde }, proxy.name);
  await expect(client.get('bad')).rejects.toThrow("invalid literal for int() with base 10: b'x'");
  expect(await client.get('k')).toBeNull();
  expect(proxy.connections).toHaveLength(1);
});

it('P4: a call without timeouts is given up after an hour', async () => {
  let now = 0;
  let tick = (): void => undefined;
  const time = {
    now: () => now,
    every: (_ms: number, callback: () => void) => {
      tick = callback;
      return () => undefined;
    },
    afterReads: (callback: () => void) => callback(),
  };
  let heard: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (heard = resolve));
  const name = await serve(() => void heard());
  const call = open({ injected: { time } } as ClientOptions, name).get('k');
  const ended = expect(call).rejects.toThrow(TimeoutError);
  await asked;
  expect(LONGEST_CALL).toBe(60 * 60 * 1000);
  // The clock counts no more than two ticks of a program that was held.
  for (; now <= LONGEST_CALL + 1000; now += 250) tick();
  await ended;
});

it('P5: a pool has one connection, and calls beyond its size wait for their turn', async () => {
  await using proxy = await LoggingProxy.start(server);
  await theirClient(', max_pool_size=1', proxy.name, 'PooledClient');
  const nested = 'c.client_pool.get_and_release().__enter__().get("k"), c.get("k")';
  expect(await theirs(nested)).toBe('RuntimeError');

  proxy.clear();
  const pool = openPool({ max_pool_size: 1, lock_generator: () => undefined }, proxy.name);
  const calls = Array.from({ length: 100 }, (_, i) => pool.set(`k${i}`, i));
  expect(await Promise.all(calls)).toEqual(calls.map(() => true));
  expect(proxy.connections).toHaveLength(1);
});

it('P6: a pool encodes as it is told', async () => {
  await theirClient(", encoding='utf8'", server.name, 'PooledClient');
  expect(await theirs("c.set('k', 'caf\\xe9')")).toBe('MemcacheIllegalInputError');
  expect(await openPool({ encoding: 'utf8' }).set('k', 'caf\xe9')).toBe(true);
  expect((await raw.entry('k'))?.data.toString()).toBe('caf\xe9');
});

it('P7: many keys may come from an iterator', async () => {
  await raw.store('a', 0, 'v');
  await theirClient();
  expect(await theirs("c.get_many(iter(['a', 'b']))")).toBe('KeyError');
  const found = new Map([['a', Buffer.from('v')]]);
  expect(await open().get_many(['a', 'b'].values())).toEqual(found);
});

it('P8: an entry of another key is no answer', async () => {
  const name = await serve(() => 'VALUE other 0 1\r\nv\r\nEND\r\n');
  await theirClient('', name);
  expect(await theirs("c.get('k')")).toBe('KeyError');
  await expect(open({}, name).get('k')).rejects.toThrow(MemcacheUnknownError);
});

it('P9: replies of stats without rows are answers', async () => {
  await theirClient();
  expect(await theirs("c.stats('reset')")).toBe('MemcacheUnknownError');
  expect(await open().stats('reset')).toEqual(Object.create(null));
});

it('P10: unpickling runs nothing', async () => {
  await theirClient(', serde=serde.pickle_serde');
  await python.exec(
    'class Evil:\n  def __reduce__(self):\n    return os.putenv, ("PWNED", "yes")\n' +
      "c.set('k', Evil())",
  );
  expect(await theirs("c.get('k')")).toBeNull(); // what putenv returned
  expect(await open({ serde: pickle_serde }).get('k')).toBeInstanceOf(PyObject);
});

it('P11: compressed_serde inflates no more than its limit', async () => {
  const bomb = deflateSync(Buffer.alloc(65 * 1024 * 1024));
  await raw.store('bomb', 8, bomb);
  await expect(open({ serde: compressed_serde }).get('bomb')).rejects.toThrow(
    'the value is longer than the limit for inflated values',
  );
  // Nor does it stop at an int of more bytes than its limit, which is text that Python's zlib does not take.
  const client = open({ serde: new CompressedSerde({ min_compress_len: 10 }) });
  expect(await client.set('n', 10n ** 40n)).toBe(true);
  expect((await raw.entry('n'))?.flags).toBe(8 | 2);
  expect(await client.get('n')).toBe(10n ** 40n);
});

it('P12: raw commands have a connection of their own', async () => {
  await using proxy = await LoggingProxy.start(server);
  const client = open({}, proxy.name);
  await client.set('k', 'v');
  expect(await client.raw_command('get k', 'END\r\n')).toEqual(Buffer.from('VALUE k 0 1\r\nv\r\n'));
  expect(await client.raw_command(Buffer.from('mn'))).toEqual(Buffer.from('MN'));
  expect(await client.raw_command('mg k v', { end_tokens: '\r\n' })).toEqual(Buffer.from('VA 1'));
  await expect(client.raw_command('nonsense')).rejects.toThrow(
    new MemcacheUnknownCommandError('nonsense'),
  );
  // Nobody else waits where the end never comes.
  const controller = new AbortController();
  const endless = client.raw_command('mn', 'never', { signal: controller.signal });
  const ended = expect(endless).rejects.toThrow('enough');
  expect(await client.get('k')).toEqual(Buffer.from('v'));
  controller.abort(new Error('enough'));
  await ended;
  expect(await client.get('k')).toEqual(Buffer.from('v'));
  await expect(client.raw_command('\xe9')).rejects.toThrow("'ascii' codec can't encode");
  const unicode = open({ allow_unicode_keys: true });
  await expect(unicode.raw_command('\xe9')).rejects.toThrow(MemcacheUnknownCommandError);
});

it('P13: server strings that name no server are refused at once', async () => {
  for (const name of ['::1', 'ho st', ':11211', 'unix:']) {
    await python.exec(`c = pymemcache.Client('${name}')`);
    expect(() => new Client(name)).toThrow('Unknown server provided');
  }
});

it('P14: sockets are those of Node', async () => {
  const options = { no_delay: false, socket_keepalive: new KeepaliveOpts({ idle: 10, cnt: 3 }) };
  expect(await open(options).set('k', 'v')).toBe(true);
  const foreign = { socket_module: {} } as ClientOptions;
  expect(() => new Client('h', foreign)).toThrow('sockets are those of Node');
  const context = { tls_context: {} } as ClientOptions;
  expect(() => new Client('h', context)).toThrow('use `tls`');
});

it('P15: any number of calls may be under way, and each may be given up', async () => {
  const client = open();
  const controller = new AbortController();
  const calls = Array.from({ length: 50 }, (_, i) => client.set(`k${i}`, String(i)));
  const given = client.get('k1', null, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  expect(await Promise.all(calls)).toEqual(calls.map(() => true));
  expect((await client.get_many(calls.map((_, i) => `k${i}`))).size).toBe(50);
});

it('P16: gat, gats and the defaults of a pool’s gets are there in every release', async () => {
  await theirClient();
  expect(await theirs("c.gat('k', 5)")).toBe('AttributeError');
  const pool = openPool({ release: '3.5.2' });
  await pool.set('k', 'v');
  expect(await pool.gat('k', 100)).toEqual(Buffer.from('v'));
  const [value, cas] = await pool.gats('k', { expire: 0 });
  expect(value).toEqual(Buffer.from('v'));
  expect(await pool.cas('k', 'w', cas as Buffer)).toBe(true);
  expect(await pool.gat('none', 5, 'miss')).toBe('miss');
  expect(await pool.gats('none', 5, 1, 2)).toEqual([1, 2]);
  expect(await pool.gets('none', 1, 2)).toEqual([1, 2]);
  // A negative time is at once, as everywhere.
  expect(await pool.gat('k', -1)).toEqual(Buffer.from('w'));
  expect(await pool.get('k')).toBeNull();
});

describe('releases', () => {
  it('3.5.2 puts the prefix before the arguments of stats and cache_memlimit', async () => {
    await using proxy = await LoggingProxy.start(server);
    await theirClient(", key_prefix=b'p:'", proxy.name);
    await theirs("c.stats('items')");
    await theirs('c.cache_memlimit(64)');
    const sent = proxy.sent;
    proxy.clear();
    const old = open({ key_prefix: 'p:', release: '3.5.2' }, proxy.name);
    await old.stats('items').catch(() => undefined);
    await expect(old.cache_memlimit(64)).rejects.toThrow(MemcacheUnknownCommandError);
    expect(proxy.sent).toBe(sent);
    expect(sent).toContain('stats p:items\r\n');
    proxy.clear();
    const client = open({ key_prefix: 'p:' }, proxy.name);
    await client.stats('items');
    expect(await client.cache_memlimit(64)).toBe(true);
    expect(proxy.sent).toBe('stats items\r\ncache_memlimit 64\r\n');
    await expect(client.cache_memlimit(1)).rejects.toThrow(
      new MemcacheUnknownError('MEMLIMIT_TOO_SMALL cannot set ma'),
    );
    await expect(client.cache_memlimit(-1)).rejects.toThrow(MemcacheIllegalInputError);
  });

  it('3.5.2 on Python 2 checks keys of bytes as text', async () => {
    const key = Buffer.from('\xe9', 'latin1');
    const old = open({ release: '3.5.2', python: 2 });
    await expect(old.get(key)).rejects.toThrow('Non-ASCII key');
    expect(await open({ release: '3.5.2' }).get(key)).toBeNull();
  });
});

it('P19: many keys can be iterated, and flags are a number', async () => {
  const none = null as unknown as string[];
  await theirClient();
  expect(await theirs('c.get_many(None)')).toEqual(new Map());
  expect(await theirs('c.delete_many(None)')).toBe(true);
  for (const ours of [open().get_many(none), open().delete_many(none)])
    await expect(ours).rejects.toThrow(TypeError);
  expect(await theirs("c.set('k', 'v', flags='7')")).toBe(true);
  const text = { flags: '7' as unknown as number };
  await expect(open().set('k', 'w', text)).rejects.toThrow(MemcacheIllegalInputError);
  expect((await raw.entry('k'))?.flags).toBe(7);
});

describe('the ends of a server', () => {
  it('quit closes the connection; the next call connects again', async () => {
    await using proxy = await LoggingProxy.start(server);
    const client = open({}, proxy.name);
    await client.set('k', 'v');
    expect(await client.quit()).toBeNull();
    expect(proxy.sent).toMatch(/quit\r\n$/);
    expect(await client.get('k')).toEqual(Buffer.from('v'));
    expect(proxy.connections).toHaveLength(2);
  });

  it('shutdown ends one that lets itself be ended, and is refused by others', async () => {
    await expect(open().shutdown()).rejects.toThrow(new MemcacheUnknownCommandError('shutdown'));
    for (const graceful of [false, true]) {
      await using ending = await Memcached.start({ args: ['--enable-shutdown'] });
      const client = open({}, ending.name);
      expect(await client.shutdown(graceful)).toBeNull();
      let gone: unknown;
      do gone = await client.version().catch((error: unknown) => error);
      while (!(gone instanceof ConnectionError));
    }
  });
});
