// What both clients have beside cmemcache's: options, a signal for every call, what failing servers mean, and events.

import { ConnectionError, ServerError, ValueError } from '../../errors';
import type { ServerEvent } from '../../engine/events';
import { startScripted, type Script, type ScriptedServer } from '../../testing/scripted-server';
import { Client, StringClient, type CallOptions, type ClientOptions } from './index';

const servers: ScriptedServer[] = [];
const clients: (Client | StringClient)[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(script: Script, options: ClientOptions = {}) {
  const server = await startScripted(script);
  servers.push(server);
  const names = [`127.0.0.1:${server.port}`];
  const mc = new Client(names, options);
  const strings = new StringClient(names, options);
  clients.push(mc, strings);
  return { server, mc, strings };
}

type Call = (mc: Client, strings: StringClient, options: CallOptions) => Promise<unknown>;

/** Every method that asks a server, with a signal where each method takes it. */
const CALLS: Readonly<Record<string, Call>> = {
  'Client.set': (mc, _strings, o) => mc.set('k', 1, 5, o),
  'Client.add': (mc, _strings, o) => mc.add('k', 1, { time: 5, ...o }),
  'Client.replace': (mc, _strings, o) => mc.replace('k', 1, o),
  'Client.get': (mc, _strings, o) => mc.get('k', o),
  'Client.get_multi': (mc, _strings, o) => mc.get_multi(['k', 'l'], o),
  'StringClient.set': (_mc, strings, o) => strings.set('k', 'v', 5, 3, o),
  'StringClient.add': (_mc, strings, o) => strings.add('k', 'v', 5, { flags: 3, ...o }),
  'StringClient.replace': (_mc, strings, o) => strings.replace('k', 'v', o),
  'StringClient.get': (_mc, strings, o) => strings.get('k', o),
  'StringClient.get_multi': (_mc, strings, o) => strings.get_multi(['k', 'l'], o),
  getflags: (mc, _strings, o) => mc.getflags('k', o),
  get_multiflags: (mc, _strings, o) => mc.get_multiflags(['k', 'l'], o),
  delete: (mc, _strings, o) => mc.delete('k', 0, o),
  incr: (mc, _strings, o) => mc.incr('k', 2, o),
  decr: (mc, _strings, o) => mc.decr('k', o),
  get_stats: (mc, _strings, o) => mc.get_stats(o),
  flush_all: (mc, _strings, o) => mc.flush_all(o),
};

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  it('takes a signal, and rejects with its reason', async () => {
    const { server, mc, strings } = await start(() => undefined);
    const reason = new Error('enough');
    await expect(call(mc, strings, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.received.join('')).toBe('');
  });

  it('takes no other name', async () => {
    const { mc, strings } = await start(() => undefined);
    const options = { noreply: true } as CallOptions;
    const method = name.replace(/.*\./, '');
    await expect(call(mc, strings, options)).rejects.toThrow(
      new TypeError(`${method}() got an unexpected keyword argument 'noreply'`),
    );
  });

  it("with failure 'raise' throws what the server refused, and that it cannot be reached", async () => {
    const { server, mc, strings } = await start(() => 'SERVER_ERROR out of memory\r\n', {
      failure: 'raise',
    });
    await expect(call(mc, strings, {})).rejects.toThrow(ServerError);
    await server.close();
    for (const client of [mc, strings]) client.disconnect_all();
    await expect(call(mc, strings, {})).rejects.toThrow(ConnectionError);
  });
});

describe('options', () => {
  it.each<[object, new (message: string) => Error]>([
    [{ failure: 'rehash' }, ValueError],
    [{ release: '0.97' }, ValueError],
    [{ python: 3 }, ValueError],
    [{ dead_retry: -1 }, ValueError],
    [{ socket_timeout: '2' }, TypeError],
    [{ log: 'stderr' }, TypeError],
    [{ pickleProtocol: 2 }, TypeError],
  ])('%p are refused', (options, Class) => {
    expect(() => new Client([], options as ClientOptions)).toThrow(Class);
  });

  it('debug is the second argument, and can be switched', () => {
    const lines: string[] = [];
    const mc = new Client([], 1, { log: (line) => lines.push(line) });
    mc.debuglog('one');
    mc.debug = false;
    mc.debuglog('two');
    expect(lines).toEqual(['MemCached: one\n']);
    expect(new StringClient([]).debug).toBe(false);
  });

  it('may be given one by one as undefined', async () => {
    const mc = new Client([], { python: 2, release: '0.96', dead_retry: Infinity });
    expect(await mc.get('k')).toBeNull();
  });
});

it('tells what happens to servers', async () => {
  const { server, mc } = await start((_received, socket) => void socket.destroy());
  const dead = new Promise<ServerEvent>((resolve) => mc.events.on('dead', resolve));
  expect(await mc.get('k')).toBeNull();
  expect((await dead).server).toBe(`127.0.0.1:${server.port}`);
});

it('ends with its block', async () => {
  const { server } = await start(() => 'END\r\n');
  const names = [`127.0.0.1:${server.port}`];
  {
    await using mc = new StringClient(names);
    expect(await mc.get('k')).toBeNull();
  }
  expect(server.accepted()).toBe(1);
});
