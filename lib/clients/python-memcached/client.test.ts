// What this client has beside Python's: a signal for every call, what failing servers mean, and events.

import { ServerError, ConnectionError, MemcacheError } from '../../errors';
import type { ServerEvent } from '../../engine/events';
import { startScripted, type Script, type ScriptedServer } from '../../testing/scripted-server';
import { Client } from './client';
import type { ClientOptions } from './options';
import type { CallOptions } from './signatures';

const servers: ScriptedServer[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(script: Script, options: ClientOptions = {}) {
  const server = await startScripted(script);
  servers.push(server);
  const mc = new Client([`127.0.0.1:${server.port}`], options);
  clients.push(mc);
  return { server, mc };
}

/** Every method that asks a server, with a signal where each method takes it. */
const CALLS: Readonly<Record<string, (mc: Client, options: CallOptions) => Promise<unknown>>> = {
  add: (mc, o) => mc.add('k', 1, o),
  append: (mc, o) => mc.append('k', 'v', 0, o),
  cas: (mc, o) => mc.cas('k', 1, 0, 0, o),
  decr: (mc, o) => mc.decr('k', o),
  delete: (mc, o) => mc.delete('k', o),
  delete_multi: (mc, o) => mc.delete_multi(['k', 'l'], o),
  flush_all: (mc, o) => mc.flush_all(o),
  get: (mc, o) => mc.get('k', o),
  'get with a default': (mc, o) => mc.get('k', 'x', o),
  'get with a default by name': (mc, o) => mc.get('k', { default: 'x', ...o }),
  get_multi: (mc, o) => mc.get_multi(['k', 'l'], 'p', o),
  get_slab_stats: (mc, o) => mc.get_slab_stats(o),
  get_slabs: (mc, o) => mc.get_slabs(o),
  get_stats: (mc, o) => mc.get_stats(o),
  'get_stats of': (mc, o) => mc.get_stats('items', o),
  gets: (mc, o) => mc.gets('k', o),
  incr: (mc, o) => mc.incr('k', 2, o),
  prepend: (mc, o) => mc.prepend('k', 'v', o),
  quit_all: (mc, o) => mc.quit_all(o),
  replace: (mc, o) => mc.replace('k', 'v', { time: 5, ...o }),
  set: (mc, o) => mc.set('k', 'v', 0, 0, false, o),
  set_multi: (mc, o) => mc.set_multi({ k: 1, l: 2 }, o),
  touch: (mc, o) => mc.touch('k', 5, o),
};

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  it('that is aborted under way rejects with the reason', async () => {
    const { server, mc } = await start((received) =>
      received === 'version\r\n' ? 'VERSION 1\r\n' : undefined,
    );
    void mc.get('before');
    await until(() => server.received.join('') !== '');
    const controller = new AbortController();
    const pending = call(mc, { signal: controller.signal });
    const sent = server.received.join('').length;
    await until(() => server.received.join('').length > sent);
    controller.abort();
    await expect(pending).rejects.toBe(controller.signal.reason);
  });

  it('takes no other thing for a signal, and null for none', async () => {
    const { mc } = await start((_received, socket) => void socket.destroy());
    await expect(call(mc, { signal: {} as AbortSignal })).rejects.toThrow(
      new TypeError('signal must be an AbortSignal'),
    );
    await expect(call(mc, { signal: null }).catch(pythonError)).resolves.toBeDefined();
  });

  it('throws what failed, and asks no other server, where failures are raised', async () => {
    const { server: other } = await start(() => 'END\r\n');
    const { server, mc } = await start((_received, socket) => void socket.destroy(), {
      failure: 'raise',
    });
    const quits = name === 'quit_all';
    if (quits) void mc.get('k').catch(() => undefined);
    const result = call(mc, {}).catch((error: unknown) => error);
    expect(await result).toBeInstanceOf(MemcacheError);
    expect(server.accepted()).toBe(1);
    expect(other.accepted()).toBe(0);
  });
});

it('an object with other names than get’s parameters is a default', async () => {
  const { mc } = await start((received) => 'END\r\n'.repeat(received.split('\r\n').length - 1));
  expect(await mc.get('k', { a: 1 })).toEqual({ a: 1 });
  expect(await mc.get('k', {})).toEqual({});
  expect(await mc.get('k', { default: 5, a: 1 })).toEqual({ default: 5, a: 1 });
  expect(await mc.get('k', { default: { default: 5 } })).toEqual({ default: 5 });
  expect(await mc.get('k', { default: 5 }, {})).toEqual({ default: 5 });
});

it('an error reply is thrown where failures are raised', async () => {
  const { mc } = await start(() => 'SERVER_ERROR out of memory storing object\r\n', {
    failure: 'raise',
  });
  await expect(mc.set('k', 1)).rejects.toBeInstanceOf(ServerError);
  await expect(mc.get('k')).rejects.toThrow('out of memory storing object');
  await expect(mc.incr('k')).rejects.toThrow('invalid literal for int()'); // as Python
});

it('of two servers the living one is asked by rehash, and not by miss or raise', async () => {
  const up = await startScripted((received) => 'END\r\n'.repeat(received.split('\r\n').length - 1));
  const down = await startScripted(() => undefined);
  await down.close();
  servers.push(up);
  for (const failure of ['rehash', 'miss', 'raise'] as const) {
    const mc = new Client([`127.0.0.1:${down.port}`, `127.0.0.1:${up.port}`], { failure });
    clients.push(mc);
    const answers = await Promise.all(
      [0, 1].map((hash) => mc.get([hash, 'k'], 'absent').catch((error: unknown) => error)),
    );
    const [ofDown, ofUp] = answers;
    expect(ofUp).toBe('absent');
    if (failure === 'raise') expect(ofDown).toBeInstanceOf(ConnectionError);
    else expect(ofDown).toBe(failure === 'rehash' ? 'absent' : null);
  }
});

it('tells what happens to servers', async () => {
  const { server, mc } = await start((_received, socket) => void socket.destroy());
  const events: [string, ServerEvent][] = [];
  for (const name of ['alive', 'dead'] as const) {
    mc.events.on(name, (event) => void events.push([name, event]));
  }
  expect(await mc.get('k')).toBeNull();
  await until(() => events.length === 2);
  const name = `127.0.0.1:${server.port}`;
  expect(events).toMatchObject([
    ['alive', { server: name }],
    ['dead', { server: name, cause: { code: 'CONNECTION' }, until: expect.any(Number) as number }],
  ]);
});

/** A method of Python may raise on a connection that fails; what it raises is not of this test. */
function pythonError(error: unknown): unknown {
  expect(error).not.toBeInstanceOf(TypeError);
  return error;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('sends what is asked behind a quit_all once the server has closed for it', async () => {
  const heard: string[] = [];
  const server = await startScripted((received, socket, connection) => {
    heard.push(`${connection} ${received}`);
    if (!received.includes('quit')) return undefined;
    setTimeout(() => {
      heard.push('closed');
      socket.end(`${connection + 2}\r\n`);
    }, 50); // longer than it takes to connect
    return undefined;
  });
  const mc = new Client([`127.0.0.1:${server.port}`]);
  const calls = [mc.incr('k'), mc.quit_all(), mc.incr('k'), mc.quit_all()];
  expect(await Promise.all(calls.slice(0, 3))).toEqual([2, null, 3]);
  expect(heard.slice(0, 2)).toEqual(['0 incr k 1\r\nquit\r\n', 'closed']);
  mc.disconnect_all();
  await Promise.allSettled(calls);
  await server.close();
});
