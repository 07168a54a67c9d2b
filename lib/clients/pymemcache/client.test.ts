// What every method has beside pymemcache's: a signal, exceptions for every reply, ignore_exc, the pool's idle time, events.

import { ConnectionError, KeyError, TimeoutError, ValueError } from '../../errors';
import type { ServerEvent } from '../../engine/events';
import { startScripted, type Script, type ScriptedServer } from '../../testing/scripted-server';
import {
  Client,
  KeepaliveOpts,
  MemcacheClientError,
  MemcacheError,
  MemcacheIllegalInputError,
  MemcacheServerError,
  MemcacheUnexpectedCloseError,
  MemcacheUnknownCommandError,
  MemcacheUnknownError,
  PooledClient,
  type AnyClient,
  type CallOptions,
  type ClientOptions,
  type PooledClientOptions,
} from './index';
import { mayHaveHappened } from './failures';

const servers: ScriptedServer[] = [];
const clients: AnyClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(script: Script): Promise<string> {
  const server = await startScripted(script);
  servers.push(server);
  return `127.0.0.1:${server.port}`;
}

function open(server: string, options: ClientOptions = {}): Client {
  const client = new Client(server, { default_noreply: false, ...options });
  clients.push(client);
  return client;
}

function openPool(server: string, options: PooledClientOptions = {}): PooledClient {
  const client = new PooledClient(server, { default_noreply: false, ...options });
  clients.push(client);
  return client;
}

type Call = (client: AnyClient, options: CallOptions) => Promise<unknown>;

/** Every method that asks a server, with a signal where each method takes it. */
const CALLS: Readonly<Record<string, Call>> = {
  set: (c, o) => c.set('k', 'v', 5, o),
  add: (c, o) => c.add('k', 'v', 5, false, o),
  replace: (c, o) => c.replace('k', 'v', { flags: 3, ...o }),
  append: (c, o) => c.append('k', 'v', 5, false, 3, o),
  prepend: (c, o) => c.prepend('k', 'v', o),
  cas: (c, o) => c.cas('k', 'v', 1, o),
  set_many: (c, o) => c.set_many({ k: 'v' }, 5, o),
  set_multi: (c, o) => c.set_multi([['k', 'v']], o),
  delete: (c, o) => c.delete('k', false, o),
  delete_many: (c, o) => c.delete_many(['k'], o),
  delete_multi: (c, o) => c.delete_multi(['k'], { noreply: false, ...o }),
  incr: (c, o) => c.incr('k', 1, o),
  decr: (c, o) => c.decr('k', 1, false, o),
  touch: (c, o) => c.touch('k', 5, o),
  version: (c, o) => c.version(o),
  flush_all: (c, o) => c.flush_all(0, o),
  raw_command: (c, o) => c.raw_command('raw', o),
  shutdown: (c, o) => c.shutdown(true, o),
};

/** Those that ignore_exc concerns, and what they answer when they fail. */
const READS: Readonly<Record<string, readonly [call: Call, miss: unknown]>> = {
  get: [(c, o) => c.get('k', 'miss', o), 'miss'],
  gets: [(c, o) => c.gets('k', 1, 2, o), [1, 2]],
  gat: [(c, o) => c.gat('k', 5, 'miss', o), 'miss'],
  gats: [(c, o) => c.gats('k', 5, 1, 2, o), [1, 2]],
  get_many: [(c, o) => c.get_many(['k', 'l'], o), new Map()],
  get_multi: [(c, o) => c.get_multi(['k'], o), new Map()],
  gets_many: [(c, o) => c.gets_many(['k', 'l'], o), new Map()],
  stats: [(c, o) => c.stats('items', o), Object.create(null)],
  cache_memlimit: [(c, o) => c.cache_memlimit(64, o), true],
};

const ALL = [...Object.entries(CALLS), ...Object.entries(READS).map(([n, [call]]) => [n, call])];

describe.each(ALL as [string, Call][])('%s', (name, call) => {
  it('takes a signal, and rejects with its reason, whatever is ignored', async () => {
    let asked = 0;
    const server = await serve(() => void asked++);
    const reason = new Error('enough');
    for (const client of [open(server), open(server, { ignore_exc: true })]) {
      const signal = AbortSignal.abort(reason);
      await expect(call(client, { signal })).rejects.toBe(reason);
    }
    expect(asked).toBe(0);
  });

  it('takes no other name', async () => {
    const client = open('127.0.0.1:1');
    const options = { time: 5 } as CallOptions;
    const method = name.replace('multi', 'many');
    await expect(call(client, options)).rejects.toThrow(
      new TypeError(`${method}() got an unexpected keyword argument 'time'`),
    );
  });

  it.each<[string, new (message: string) => Error, string]>([
    ['SERVER_ERROR out of memory\r\n', MemcacheServerError, 'out of memory'],
    ['CLIENT_ERROR bad data chunk\r\n', MemcacheClientError, 'bad data chunk'],
    ['ERROR\r\n', MemcacheUnknownCommandError, ''],
  ])('throws what the server answers: %j', async (reply, Class, message) => {
    const client = open(await serve(() => reply));
    const error: unknown = await call(client, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Class);
    expect((error as Error).constructor).toBe(Class);
    if (message === '') expect((error as Error).message).toContain(name.slice(0, 3));
    else expect((error as Error).message).toBe(message);
    expect(mayHaveHappened(error)).toBe(false);
  });

  it('throws that nobody listens, and that nothing was sent', async () => {
    const server = await serve(() => undefined);
    await servers[0]?.close();
    const error: unknown = await call(open(server), {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(mayHaveHappened(error)).toBe(false);
  });

  if (name === 'shutdown') return;

  it('throws that the server closed, and that it may have happened', async () => {
    const client = open(await serve((_received, socket) => void socket.end()));
    const error: unknown = await call(client, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MemcacheUnexpectedCloseError);
    expect(error).toBeInstanceOf(MemcacheServerError);
    expect(mayHaveHappened(error)).toBe(true);
  });
});

describe.each(Object.entries(READS))('%s with ignore_exc', (_name, [call, miss]) => {
  it.each<[string, Script]>([
    ['SERVER_ERROR', () => 'SERVER_ERROR out of memory\r\n'],
    ['nonsense', () => 'nonsense\r\n'],
    ['a close', (_received, socket) => void socket.end()],
  ])('misses where there is %s', async (_what, script) => {
    const server = await serve(script);
    expect(await call(open(server, { ignore_exc: true }), {})).toEqual(miss);
    expect(await call(openPool(server, { ignore_exc: true }), {})).toEqual(miss);
    await expect(call(openPool(server), {})).rejects.toThrow();
  });

  it('misses where nobody listens', async () => {
    const server = await serve(() => undefined);
    await servers[0]?.close();
    expect(await call(open(server, { ignore_exc: true }), {})).toEqual(miss);
  });
});

describe('ignore_exc', () => {
  it('lets changes throw', async () => {
    const client = open(await serve(() => 'SERVER_ERROR no\r\n'), { ignore_exc: true });
    await expect(client.set('k', 'v')).rejects.toThrow(MemcacheServerError);
    await expect(client.version()).rejects.toThrow(MemcacheServerError);
  });

  it('ignores what a serde throws', async () => {
    const server = await serve(() => 'VALUE k 0 1\r\nv\r\nEND\r\n');
    const deserializer = (): never => {
      throw new ValueError('bad value');
    };
    expect(await open(server, { ignore_exc: true, deserializer }).get('k', 5)).toBe(5);
    await expect(open(server, { deserializer }).get('k')).rejects.toThrow('bad value');
  });

  it('ignores bad keys in a pool only', async () => {
    const options = { ignore_exc: true };
    await expect(open('127.0.0.1:1', options).get('a b')).rejects.toThrow(
      MemcacheIllegalInputError,
    );
    const pool = openPool('127.0.0.1:1', options);
    expect(await pool.get('a b', 5)).toBe(5);
    expect(await pool.get_many(['a b'])).toEqual(new Map());
    await expect(pool.get('k', 1, { signal: 5 as never })).rejects.toThrow(TypeError);
  });
});

describe('exceptions', () => {
  it('stand in the hierarchy of pymemcache', () => {
    const chain = (Class: abstract new (...args: never[]) => Error): string[] => {
      const names: string[] = [];
      for (let each: unknown = Class; each !== MemcacheError;) {
        names.push((each as { name: string }).name);
        each = Object.getPrototypeOf(each);
      }
      return names;
    };
    expect(chain(MemcacheUnknownCommandError).at(-1)).toBe('MemcacheClientError');
    expect(chain(MemcacheIllegalInputError).at(-1)).toBe('MemcacheClientError');
    expect(chain(MemcacheUnexpectedCloseError).at(-1)).toBe('MemcacheServerError');
    expect(chain(MemcacheUnknownError)).toEqual(['MemcacheUnknownError']);
    expect(new MemcacheUnknownError('x').name).toBe('MemcacheUnknownError');
  });

  it('a reply of another command is unknown, and closes the connection', async () => {
    const server = await serve(() => 'STORED\r\n');
    const client = open(server);
    await expect(client.get('k')).rejects.toThrow(MemcacheUnknownError);
    expect(await client.set('k', 'v')).toBe(true);
    expect(servers[0]?.accepted()).toBe(2);
  });

  it('a call that waits too long is told so, and that it may have happened', async () => {
    const client = open(await serve(() => undefined), { timeout: 0.05 });
    const error: unknown = await client.incr('k', 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(mayHaveHappened(error)).toBe(true);
  });

  it('a connection that breaks is no exception of pymemcache', async () => {
    const client = open(await serve((_received, socket) => void socket.resetAndDestroy()));
    const error: unknown = await client.incr('k', 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(mayHaveHappened(error)).toBe(true);
    expect((error as ConnectionError).server).toBe(`127.0.0.1:${servers[0]?.port}`);
  });

  it('of calls that fail together, only those that were sent may have happened', async () => {
    let heard = (): void => undefined;
    const received = new Promise<void>((resolve) => (heard = resolve));
    const client = open(await serve(() => void heard()));
    const sent = client.incr('k', 1).catch((error: unknown) => error);
    await received;
    const unsent = client.incr('k', 1).catch((error: unknown) => error);
    client.close();
    expect([await sent, await unsent].map(mayHaveHappened)).toEqual([true, false]);
  });

  it('mapping syntax throws KeyError for what is not there', async () => {
    const client = open(await serve(() => 'END\r\n'));
    await expect(client.__getitem__('k')).rejects.toThrow(new KeyError('k'));
  });
});

describe('constructor', () => {
  it.each<[object, new (message: string) => Error]>([
    [{ timeout: '2' }, TypeError],
    [{ timeout: -1 }, ValueError],
    [{ connect_timeout: NaN }, ValueError],
    [{ serde: {} }, TypeError],
    [{ serializer: 5 }, TypeError],
    [{ key_prefix: 5 }, TypeError],
    [{ key_prefix: '\xe9' }, ValueError],
    [{ encoding: 'rot13' }, MemcacheIllegalInputError],
    [{ encoding: 5 }, TypeError],
    [{ socket_keepalive: true }, ValueError],
    [{ socket_module: {} }, TypeError],
    [{ tls_context: {} }, TypeError],
    [{ release: '3.5' }, ValueError],
    [{ release: '4.0', python: 2 }, ValueError],
    [{ python: 4 }, ValueError],
    [{ max_pool_size: 5 }, TypeError],
    [{ nope: 5 }, TypeError],
  ])('%p are refused', (options, Class) => {
    expect(() => new Client('h', options as ClientOptions)).toThrow(Class);
  });

  it.each<[PooledClientOptions]>([
    [{ max_pool_size: -1 }],
    [{ max_pool_size: 1.5 }],
    [{ pool_idle_timeout: -1 }],
  ])('a pool of %p is refused', (options) => {
    expect(() => new PooledClient('h', options)).toThrow(ValueError);
  });

  it('calls lock_generator once', () => {
    let calls = 0;
    openPool('h', { lock_generator: () => calls++, max_pool_size: 0, pool_idle_timeout: 0 });
    expect(calls).toBe(1);
  });

  it('takes a plain object as a serde by position', async () => {
    const serde = { serialize: () => ['x', 7] as const, deserialize: () => 'y' };
    let sent = '';
    const server = await serve((received) => {
      sent += received;
      return 'STORED\r\n';
    });
    const client = new Client(server, serde, { default_noreply: false });
    clients.push(client);
    expect(await client.set('k', 5)).toBe(true);
    expect(sent).toBe('set k 7 0 1\r\nx\r\n');
  });

  it.each([[[0]], [[1, 0]], [[{ cnt: 0 }]], [['1']]])('KeepaliveOpts(%j) is refused', (args) => {
    expect(() => new KeepaliveOpts(...(args as []))).toThrow(ValueError);
  });

  it('KeepaliveOpts has defaults', () => {
    expect(new KeepaliveOpts({ intvl: 3 })).toEqual({ idle: 1, intvl: 3, cnt: 5 });
    expect(open('h', { socket_keepalive: new KeepaliveOpts(5, 6, 7) })).toBeInstanceOf(Client);
  });
});

describe('a pool with pool_idle_timeout', () => {
  it('replaces a connection that was not used for longer, and no other', async () => {
    let now = 0;
    const time = { now: () => now, every: () => () => undefined, afterReads: () => undefined };
    const server = await serve(() => 'END\r\n');
    const options = { pool_idle_timeout: 10, injected: { time } } as PooledClientOptions;
    const pool = openPool(server, options);
    const accepted = servers[0]?.accepted ?? (() => 0);
    for (const [at, connections] of [
      [0, 1],
      [9_000, 1],
      [19_000, 1],
      [29_001, 2],
      [30_000, 2],
    ] as const) {
      now = at;
      expect(await pool.get('k')).toBeNull();
      expect(accepted()).toBe(connections);
    }
  });
});

it('a default may be a plain object that holds other names', async () => {
  const client = open(await serve(() => 'END\r\n'));
  expect(await client.get('k', { a: 1 })).toEqual({ a: 1 });
  expect(await client.get('k', {})).toEqual({});
  expect(await client.get('k', { default: { default: 1 } })).toEqual({ default: 1 });
  expect(await client.gets('k', { a: 1 }, [2])).toEqual([{ a: 1 }, [2]]);
  expect(await client.gets('k', 1, { cas_default: 2 })).toEqual([1, 2]);
  expect(await client.gats('k', { expire: 5, default: 1 })).toEqual([1, null]);
});

it('check_key answers the bytes that are sent', () => {
  const client = open('h', { key_prefix: 'p:' });
  expect(client.check_key('k')).toEqual(Buffer.from('p:k'));
  expect(client.check_key('k', '')).toEqual(Buffer.from('k'));
  expect(() => client.check_key('a b')).toThrow(MemcacheIllegalInputError);
});

it('tells what happens to the server', async () => {
  const client = open(await serve((_received, socket) => void socket.destroy()));
  const dead = new Promise<ServerEvent>((resolve) => client.events.on('dead', resolve));
  await expect(client.get('k')).rejects.toThrow();
  expect((await dead).server).toBe(`127.0.0.1:${servers[0]?.port}`);
});

it('ends with its block', async () => {
  const server = await serve(() => 'END\r\n');
  {
    await using client = new Client(server);
    expect(await client.get('k')).toBeNull();
  }
  expect(servers[0]?.accepted()).toBe(1);
});
