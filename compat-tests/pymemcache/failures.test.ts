// Servers that are dead, hang, close or come back: the real pymemcache 3.5.2 and ours raise the same, ignore the same, and recover.

import { connect } from 'node:net';
import {
  Client,
  ConnectionError,
  MemcacheUnexpectedCloseError,
  PooledClient,
  TimeoutError,
  type AnyClient,
  type ClientOptions,
} from '../../lib/clients/pymemcache';
import { startScripted } from '../../lib/testing/scripted-server';
import { LoggingProxy, Memcached, Python, refusingPort, type PythonValue } from '../support';

let python: Python;
const clients: AnyClient[] = [];

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec('import pymemcache');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => python.stop());

/** Python's exceptions of sockets are of many classes, ours of two. */
const CLASSES: Readonly<Record<string, string>> = {
  ConnectionRefusedError: 'ConnectionError',
  ConnectionResetError: 'ConnectionError',
  BrokenPipeError: 'ConnectionError',
  FileNotFoundError: 'ConnectionError',
  timeout: 'TimeoutError',
};

type Type = 'Client' | 'PooledClient';
const TYPES = { Client, PooledClient } as const;

function open(type: Type, server: string, options: ClientOptions = {}): AnyClient {
  const client = new TYPES[type](server, options);
  clients.push(client);
  return client;
}

/** What Python's client answers, or the class of what it raises. */
async function theirs(source: string): Promise<PythonValue> {
  const outcome = await python.evalOutcome(source);
  if ('returned' in outcome) return outcome.returned;
  return CLASSES[outcome.raised.type] ?? outcome.raised.type;
}

async function ours(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return (error as Error).name;
  }
}

/** The same call on both sides, by the Python source of its arguments. */
const CALLS: readonly (readonly [string, (client: AnyClient) => Promise<unknown>])[] = [
  ["set('k', 'v')", (c) => c.set('k', 'v')],
  ["set('k', 'v', noreply=False)", (c) => c.set('k', 'v', { noreply: false })],
  ["add('k', 'v')", (c) => c.add('k', 'v')],
  ["cas('k', 'v', 1)", (c) => c.cas('k', 'v', 1)],
  ["set_many({'k': 'v'})", (c) => c.set_many({ k: 'v' })],
  ["get('k', 'miss')", (c) => c.get('k', 'miss')],
  ["get_many(['k', 'l'])", (c) => c.get_many(['k', 'l'])],
  ["list(c.gets('k'))", (c) => c.gets('k')],
  ["gets_many(['k'])", (c) => c.gets_many(['k'])],
  ["delete('k')", (c) => c.delete('k')],
  ["delete_many(['k'])", (c) => c.delete_many(['k'])],
  ["incr('k', 1)", (c) => c.incr('k', 1)],
  ["decr('k', 1, noreply=True)", (c) => c.decr('k', 1, true)],
  ["touch('k', 5)", (c) => c.touch('k', 5)],
  ['flush_all()', (c) => c.flush_all()],
  ['version()', (c) => c.version()],
];

describe.each<[Type, boolean]>([
  ['Client', false],
  ['Client', true],
  ['PooledClient', false],
  ['PooledClient', true],
])('%s with ignore_exc %p', (type, ignore_exc) => {
  const made = (server: string): string =>
    `c = pymemcache.${type}('${server}', ignore_exc=${ignore_exc ? 'True' : 'False'})`;

  it.each(CALLS)('%s with nobody there', async (source, call) => {
    const server = `127.0.0.1:${await refusingPort()}`;
    await python.exec(made(server));
    const called = source.startsWith('list') ? source : `c.${source}`;
    expect(await ours(() => call(open(type, server, { ignore_exc })))).toEqual(
      await theirs(called),
    );
  });
});

it('a socket that is not there', async () => {
  await python.exec("c = pymemcache.Client('unix:/nowhere/at/all')");
  expect(await theirs("c.get('k')")).toBe('ConnectionError');
  await expect(open('Client', '/nowhere/at/all').get('k')).rejects.toThrow(ConnectionError);
});

it('P4: a server that hangs is given up after the timeout, and asked again afterwards', async () => {
  await using server = await Memcached.start();
  const { name } = server;
  const client = open('Client', name, { timeout: 1, default_noreply: false });
  await python.exec('c = pymemcache.Client(name, timeout=1, default_noreply=False)', { name });
  expect([await theirs("c.set('p', 'v')"), await client.set('j', 'v')]).toEqual([true, true]);
  await server.freeze();
  const given = [
    expect(client.get('j')).rejects.toThrow(TimeoutError),
    expect(client.incr('j', 1)).rejects.toThrow(TimeoutError),
  ];
  expect(await theirs("c.get('p')")).toBe('TimeoutError');
  await Promise.all(given);
  server.thaw();
  // What it was asked meanwhile is worked off by then: the answers went to connections that are closed.
  const patient = open('Client', name);
  expect(await patient.get('j')).toEqual(Buffer.from('v'));
  expect(await theirs("c.get('p')")).toEqual(Buffer.from('v'));
  expect(await client.get('j')).toEqual(Buffer.from('v'));
});

it('a connection that cannot be made within connect_timeout is given up', async () => {
  // A full queue of connections: the kernel answers no more of them.
  await python.exec(
    "import socket\nl = socket.socket()\nl.bind(('127.0.0.1', 0))\nl.listen(0)\nport = l.getsockname()[1]",
  );
  const full = (await python.eval('port')) as number;
  const held = Array.from({ length: 8 }, () => connect({ host: '127.0.0.1', port: full }));
  for (const socket of held) socket.on('error', () => undefined);
  await python.exec(`c = pymemcache.Client(('127.0.0.1', ${full}), connect_timeout=0.2)`);
  expect(await theirs("c.get('k')")).toBe('TimeoutError');
  const client = open('Client', `127.0.0.1:${full}`, { connect_timeout: 0.2 });
  await expect(client.get('k')).rejects.toThrow(new TimeoutError('no connection within 200 ms'));
  for (const socket of held) socket.destroy();
  await python.exec('l.close()');
});

it('a server that dies in the middle of a call', async () => {
  await using server = await Memcached.start();
  await using proxy = await LoggingProxy.start(server);
  const client = open('Client', proxy.name, { default_noreply: false });
  await client.set('k', 'v');
  await server.freeze();
  const call = client.get('k');
  const change = client.incr('k', 1);
  await proxy.until(() => proxy.sent.includes('incr k 1\r\n'));
  proxy.cut();
  await expect(call).rejects.toThrow();
  await expect(change).rejects.toThrow();
  server.thaw();
  expect(await client.get('k')).toEqual(Buffer.from('v'));
});

it('P17: a server that was restarted is asked again, by ours without an error', async () => {
  await using server = await Memcached.start();
  const { name } = server;
  const client = open('Client', name, { default_noreply: false });
  await python.exec('c = pymemcache.Client(name, default_noreply=False)', { name });
  expect([await theirs("c.set('p', 'v')"), await client.set('j', 'v')]).toEqual([true, true]);
  await server.restart();
  expect(['MemcacheUnexpectedCloseError', 'ConnectionError']).toContain(await theirs("c.get('p')"));
  expect(await theirs("c.get('p')")).toBeNull();
  expect(await client.get('j')).toBeNull();
});

it('P18: quit without a connection makes none', async () => {
  const name = `127.0.0.1:${await refusingPort()}`;
  await python.exec('c = pymemcache.Client(name)', { name });
  expect(await theirs('c.quit()')).toBe('ConnectionError');
  expect(await open('Client', name).quit()).toBeNull();
});

it('a server that closes instead of answering', async () => {
  const server = await startScripted((_received, socket) => void socket.end());
  const name = `127.0.0.1:${server.port}`;
  await python.exec('c = pymemcache.Client(name)', { name });
  for (const [source, call] of CALLS.filter(([text]) => /^(get|incr|version)/.test(text))) {
    expect(await theirs(`c.${source}`)).toBe('MemcacheUnexpectedCloseError');
    const error: unknown = await call(open('Client', name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MemcacheUnexpectedCloseError);
  }
  await server.close();
});
