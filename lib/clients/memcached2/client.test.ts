// What a server can do to Memcache, and what all methods have: a signal, and no other names.

import { ProtocolError, TimeoutError, ValueError } from '../../errors';
import type { ServerEvent } from '../../engine/events';
import {
  Memcache,
  MultiStorageException,
  NoAvailableServers,
  NonNumeric,
  NotImplementedError,
  ReconnectorSimple,
  ServerDisconnect,
  ServerPool,
  type CallOptions,
  type MemcacheOptions,
} from './index';
import type { Script } from '../../testing/scripted-server';
import { closing, serve } from './testing/scripted';

function open<V = string>(uris: string[], options: MemcacheOptions<V> = {}): Memcache<V> {
  return closing(new Memcache<V>(uris, options));
}

async function start(script: Script, options: MemcacheOptions<string> = {}) {
  const { server, uri } = await serve(script);
  return { server, uri, mc: open([uri], options) };
}

type Call = (mc: Memcache, options: CallOptions) => Promise<unknown>;

/** Every method that asks a server, with a signal where it takes it. */
const CALLS: Readonly<Record<string, Call>> = {
  add: (mc, o) => mc.add('k', 'v', { flags: 1, ...o }),
  append: (mc, o) => mc.append('k', 'v', o),
  decr: (mc, o) => mc.decr('k', 2, o),
  delete: (mc, o) => mc.delete('k', o),
  delete_all: (mc, o) => mc.delete_all('k', o),
  flush_all: (mc, o) => mc.flush_all(o),
  get: (mc, o) => mc.get('k', true, o),
  get_multi: (mc, o) => mc.get_multi(['k', 'l'], { get_cas: false, ...o }),
  incr: (mc, o) => mc.incr('k', o),
  prepend: (mc, o) => mc.prepend('k', 'v', o),
  replace: (mc, o) => mc.replace('k', 'v', 1, 5, o),
  set: (mc, o) => mc.set('k', 'v', 1, { exptime: 5, ...o }),
  set_multi: (mc, o) => mc.set_multi([['k', 'v']], {}, true, o),
  stats: (mc, o) => mc.stats(o),
  stats_items: (mc, o) => mc.stats_items(o),
  stats_settings: (mc, o) => mc.stats_settings(o),
  stats_sizes: (mc, o) => mc.stats_sizes(o),
  stats_slabs: (mc, o) => mc.stats_slabs(o),
  touch: (mc, o) => mc.touch('k', 5, o),
};
const ALL = Object.entries(CALLS);
const STATS = ALL.filter(([name]) => name.startsWith('stats'));
const NOT_STATS = ALL.filter(([name]) => !name.startsWith('stats'));

describe.each(ALL)('%s', (name, call) => {
  it('takes a signal, and rejects with its reason', async () => {
    const { server, mc } = await start(() => undefined);
    const reason = new Error('enough');
    await expect(call(mc, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.received.join('')).toBe('');
  });

  it('takes no other name', async () => {
    const { mc } = await start(() => undefined);
    await expect(async () => call(mc, { noreply: true } as CallOptions)).rejects.toThrow(
      new TypeError(`${name}() got an unexpected keyword argument 'noreply'`),
    );
  });

  it('raises NotImplementedError, or tells, what the server refused', async () => {
    const { mc } = await start(() => 'SERVER_ERROR out of memory\r\n');
    const outcome = await call(mc, {}).catch((error: unknown) => error);
    if (name === 'set_multi') {
      expect(outcome).toEqual(new Map([['k', 'SERVER_ERROR out of memory']]));
    } else if (name.startsWith('get')) {
      expect(outcome).toEqual(
        new NotImplementedError("Unknown response: 'SERVER_ERROR out of memory\\r\\n'"),
      );
    } else {
      const told = `Unknown return data from server: "'SERVER_ERROR out of memory\\r\\n'"`;
      expect(outcome).toEqual(new NotImplementedError(told));
    }
  });
});

/** What a call of set_multi is raised for, of others the error itself. */
function causeOf(error: unknown): unknown {
  return error instanceof MultiStorageException ? error.cause : error;
}

describe.each(NOT_STATS)('%s', (_name, call) => {
  it('raises ServerDisconnect when the connection ends before the reply', async () => {
    const { mc } = await start((_received, socket) => void socket.end());
    const error = causeOf(await call(mc, {}).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(ServerDisconnect);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('raises ServerDisconnect when no reply comes in time', async () => {
    const { mc } = await start(() => undefined, { socket_timeout: 0.05 });
    const error = causeOf(await call(mc, {}).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(ServerDisconnect);
    expect((error as Error).cause).toBeInstanceOf(TimeoutError);
  });

  it('raises NotImplementedError for what is no reply', async () => {
    const { mc } = await start(() => 'HTTP/1.1 400 Bad Request\r\n\r\n');
    const error = causeOf(await call(mc, {}).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(NotImplementedError);
    expect((error as Error).cause).toBeInstanceOf(ProtocolError);
  });

  it('raises NoAvailableServers when no server can be reached, and ServerDisconnect if told so', async () => {
    const { server, uri, mc } = await start(() => undefined);
    const strict = open([uri], { failure: 'raise' });
    await server.close();
    for (const [client, type] of [
      [mc, NoAvailableServers],
      [strict, ServerDisconnect],
    ] as const) {
      for (let i = 0; i < 2; i++) {
        const error = causeOf(await call(client, {}).catch((thrown: unknown) => thrown));
        expect(error).toBeInstanceOf(type);
      }
    }
  });
});

it.each(STATS)('%s answers null for a server that does not answer', async (_name, call) => {
  const good = await serve(() => 'STAT a 1\r\nEND\r\n');
  const bad = await serve((_received, socket) => void socket.end());
  const answer = await call(open([bad.uri, good.uri, bad.uri]), {});
  expect(answer).toEqual([null, expect.anything(), null]);
});

describe('servers that fail', () => {
  it('are left to the others by the selector, until the reconnector lets them be tried', async () => {
    const first = await serve((_received, socket) => void socket.end());
    const second = await serve(() => 'STORED\r\n');
    const uris = [first.uri, second.uri];
    const told: string[] = [];
    class Watching extends ReconnectorSimple {
      down = new Set<string>();
      override connectable(uri: string): boolean {
        return !this.down.has(uri);
      }
      override had_error(uri: string): void {
        told.push(`error ${uris.indexOf(uri)}`);
        this.down.add(uri);
      }
      override had_success(uri: string): void {
        told.push(`success ${uris.indexOf(uri)}`);
      }
    }
    const reconnector = new Watching();
    const mc = open(uris, { server_pool: new ServerPool(reconnector) });
    const key = 'key1'; // of the first server
    expect(mc.hasher.hash(key) % 2).toBe(0);
    await expect(mc.set(key, 'v')).rejects.toThrow(ServerDisconnect);
    await expect(mc.set(key, 'v')).resolves.toBeNull();
    expect(first.server.accepted()).toBe(1);
    reconnector.down.clear();
    await expect(mc.set(key, 'v')).rejects.toThrow(ServerDisconnect);
    expect(told).toEqual(['success 0', 'error 0', 'success 1', 'success 0', 'error 0']);
  });

  it('are not tried by other clients of their pool', async () => {
    const server_pool = new ServerPool();
    const { server, uri } = await serve((_received, socket) => void socket.end());
    await expect(open([uri], { server_pool }).get('k')).rejects.toThrow(ServerDisconnect);
    await expect(open([uri], { server_pool }).get('k')).rejects.toThrow(NoAvailableServers);
    expect(server.accepted()).toBe(1);
    await expect(open([uri]).get('k')).rejects.toThrow(ServerDisconnect);
    expect(server.accepted()).toBe(2);
  });

  it('are told as events', async () => {
    const { uri, mc } = await start((_received, socket) => void socket.end());
    const dead = new Promise<ServerEvent>((resolve) => mc.events.once('dead', resolve));
    await expect(mc.get('k')).rejects.toThrow(ServerDisconnect);
    expect(`memcached://${(await dead).server}/`).toBe(uri);
  });

  it('by default are asked again after 30 seconds, and there are 3 for a call', async () => {
    const { mc } = await start(() => undefined);
    expect(mc.server_pool.reconnector).toMatchObject({ timeout: 30 });
  });
});

describe('set_multi', () => {
  it('tells the keys that were answered when others are not', async () => {
    const { mc } = await start((received, socket) => {
      if (received.includes('set c')) socket.end('STORED\r\nNOT_STORED\r\n');
      return undefined;
    });
    const sent = mc.set_multi(['a', 'b', 'c'].map((key) => [key, 'v'] as const));
    const error: unknown = await sent.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MultiStorageException);
    expect(error).toMatchObject({
      message: 'ServerDisconnect received, probably server died',
      results: new Map([
        ['a', null],
        ['b', 'NOT_STORED'],
      ]),
    });
  });

  it('sends nothing when a value cannot be stored', async () => {
    const { server, mc } = await start(() => 'STORED\r\n');
    for (const bad of [
      ['b', 5],
      ['b', '\u20ac'],
      ['b', 'v', { exptime: 2 ** 31 }],
      ['b', 'v', { time: 5 }],
      ['b', 'v', 5],
    ]) {
      const data = [['a', 'v'], bad] as unknown as [string, string][];
      await expect(mc.set_multi(data)).rejects.toThrow(Error);
    }
    await expect(mc.set_multi([['a', 'v']], { time: 5 } as object)).rejects.toThrow(TypeError);
    expect(server.received.join('')).toBe('');
  });

  it('takes options and wishes by position and by name', async () => {
    const { server, mc } = await start(() => 'NOT_STORED\r\n');
    const data: [string, string][] = [['a', 'v']];
    const all = new Map([['a', 'NOT_STORED']]);
    const options = { flags: 5, exptime: 6 };
    await expect(mc.set_multi(data)).resolves.toEqual(all);
    await expect(mc.set_multi(data, options)).resolves.toEqual(all);
    await expect(mc.set_multi(data, options, { return_failed: false })).resolves.toEqual(new Map());
    await expect(mc.set_multi(data, { options, return_failed: false })).resolves.toEqual(new Map());
    await expect(mc.set_multi(data, options, false)).resolves.toEqual(all);
    await expect(mc.set_multi(data, options, false, false)).resolves.toEqual(new Map());
    const plain = 'set a 0 0 1\r\nv\r\n';
    expect(server.received.join('')).toBe(plain + 'set a 5 6 1\r\nv\r\n'.repeat(5));
  });
});

it('counters are exact, and know the reply for no number', async () => {
  const replies = [
    '18446744073709551615\r\n',
    'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n',
  ];
  const { mc } = await start(() => replies.shift());
  await expect(mc.incr('n')).resolves.toBe(18446744073709551615n);
  await expect(mc.incr('n')).rejects.toThrow(NonNumeric);
  await expect(mc.incr('n', '1\r\nflush_all')).rejects.toThrow(ValueError);
});

it('touch needs a time', async () => {
  const { mc } = await start(() => undefined);
  await expect(mc.touch('k', {} as { exptime: number })).rejects.toThrow(
    new TypeError("touch() missing 1 required positional argument: 'exptime'"),
  );
});

it('cache raises what is no miss, and what the function throws', async () => {
  const { mc } = await start((received) =>
    received.startsWith('get bad') ? 'ERROR\r\n' : 'END\r\n',
  );
  const compute = jest.fn(() => 'x');
  await expect(mc.cache('bad', compute)).rejects.toThrow(NotImplementedError);
  expect(compute).not.toHaveBeenCalled();
  const broken = (): string => {
    throw new RangeError('broken');
  };
  await expect(mc.cache('k', broken)).rejects.toThrow(RangeError);
});

describe('parameters', () => {
  const uris = ['memcached://a/'];
  it.each([
    [[{ value_wrapper: 'str' }], 'value_wrapper must be a function'],
    [[null, { select: 1 }], "__init__() got an unexpected keyword argument 'select'"],
    [[{ selector: {} }], 'selector must have a method select'],
    [[{ hasher: () => 0 }], 'hasher must have a method hash'],
    [[{ server_pool: [] }], 'server_pool must have a method is_available'],
    [[{ socket_timeout: '3' }], 'socket_timeout must be a number'],
    [[{ tls: true }], 'tls must be an object of options for tls.connect'],
    [[{ username: 'u' }], 'username and password must be given together'],
    [[{ release: '0.3' }], "__init__() got an unexpected keyword argument 'release'"],
  ])('%j is refused', (given, message) => {
    const construct = (): Memcache => new Memcache(uris, ...(given as []));
    expect(construct).toThrow(new TypeError(message));
  });

  it.each([{ failure: 'miss' }, { socket_timeout: -1 }])('%j is refused', (options) => {
    expect(() => new Memcache(uris, options as object)).toThrow(ValueError);
  });

  it('null stands for none, as None', () => {
    const mc = new Memcache(uris, null, null, null, null, { socket_timeout: null });
    expect(mc.value_wrapper).toBeNull();
    expect(mc.server_uris).toEqual(uris);
  });
});
