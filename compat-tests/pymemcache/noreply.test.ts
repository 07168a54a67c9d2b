// Calls without a reply: what a server objects to them is read away, and never taken for the answer to another call.

import { connect } from 'node:net';
import { Client, MemcacheIllegalInputError } from '../../lib/clients/pymemcache';
import { startScripted, type ScriptedServer } from '../../lib/testing/scripted-server';
import { Memcached, Python, RawConnection } from '../support';

let python: Python;
let server: Memcached;
let raw: RawConnection;
const clients: Client[] = [];

function open(name: string): Client {
  const client = new Client(name);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
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
  await python.stop();
});

/** What Python's get answers, or the class of what it raises. */
async function theirGet(theirs: string, key: string): Promise<unknown> {
  const outcome = await python.evalOutcome(`${theirs}.get('${key}')`);
  return 'raised' in outcome ? outcome.raised.type : outcome.returned;
}

describe('P1: a memcached in front of which somebody objects to values of more than 100 bytes, silent or not', () => {
  let objecting: ScriptedServer;
  let name: string;
  beforeAll(async () => {
    objecting = await startScripted((received, socket) => {
      // Each command whole, as these clients send them in one piece.
      const long = /^set \S+ \d+ \d+ \d{3,}(?: noreply)?\r\nx+\r\n/gm;
      for (const _each of received.matchAll(long))
        socket.write('SERVER_ERROR object too large\r\n');
      forward(socket, received.replaceAll(long, ''));
      return undefined;
    });
    name = `127.0.0.1:${objecting.port}`;
  });
  afterAll(() => objecting.close());

  const upstreams = new WeakMap<object, ReturnType<typeof connect>>();
  function forward(socket: Parameters<Parameters<typeof startScripted>[0]>[1], text: string): void {
    let upstream = upstreams.get(socket);
    if (upstream === undefined) {
      upstream = connect(server.address);
      upstreams.set(socket, upstream);
      upstream.on('data', (data) => socket.write(data));
      socket.on('close', () => upstream?.destroy());
    }
    if (text !== '') upstream.write(text, 'latin1');
  }
  const TOO_LONG = 'x'.repeat(200);

  it('pymemcache reads the objection as the answer to the next call', async () => {
    await python.exec(`import pymemcache\nc = pymemcache.Client(name)`, { name });
    await raw.store('mine', 0, 'v');
    expect(await python.eval(`c.set('big', 'x' * 200)`)).toBe(true);
    expect(await theirGet('c', 'mine')).toBe('MemcacheServerError');
    expect(await theirGet('c', 'mine')).toEqual(Buffer.from('v'));
  });

  it('ours answers the next call, on the same connection', async () => {
    const client = open(name);
    await client.set('mine', 'v', { noreply: false });
    const accepted = objecting.accepted();
    expect(await client.set('big', TOO_LONG)).toBe(true);
    expect(await client.get('mine')).toEqual(Buffer.from('v'));
    expect(await client.get('big')).toBeNull();
    expect(objecting.accepted()).toBe(accepted);
  });

  it('and those of the same moment', async () => {
    const client = open(name);
    await client.set('n', '5', { noreply: false });
    const answers = await Promise.all([
      client.set('big', TOO_LONG),
      client.incr('n', 1),
      client.set('big', TOO_LONG),
      client.set('big2', TOO_LONG),
      client.get('n'),
      client.set('n', '7'),
      client.get_many(['n', 'big']),
    ]);
    const seven = new Map([['n', Buffer.from('7')]]);
    expect(answers).toEqual([true, 6, true, true, Buffer.from('6'), true, seven]);
  });
});

it('P2: a number that the server cannot read makes a command of the value; ours does not send it', async () => {
  await raw.store('mine', 0, 'v');
  await python.exec(`import pymemcache\nc = pymemcache.Client(name)`, { name: server.name });
  const set = (expire: string): Promise<unknown> =>
    python.eval(`c.set('k', 'delete mine', ${expire})`);
  expect(await set('True')).toBe(true);
  expect(await theirGet('c', 'mine')).not.toEqual(Buffer.from('v'));
  expect(await raw.entry('mine')).toBeUndefined();

  await raw.store('mine', 0, 'v');
  const client = open(server.name);
  for (const expire of [true as never, 2n ** 64n, -(2n ** 64n)]) {
    const call = client.set('k', 'delete mine', expire);
    await expect(call).rejects.toThrow(MemcacheIllegalInputError);
  }
  for (const flags of [-1, 2n ** 32n, '0 0 1' as never]) {
    const call = client.set('k', 'delete mine', { flags });
    await expect(call).rejects.toThrow(MemcacheIllegalInputError);
  }
  await expect(client.cas('k', 'delete mine', 2n ** 64n)).rejects.toThrow(
    MemcacheIllegalInputError,
  );
  await expect(client.set('', 'delete mine')).rejects.toThrow(MemcacheIllegalInputError);
  expect(await client.get('mine')).toEqual(Buffer.from('v'));
});

it.each(['', ' '])('P2: the key %j makes a command of the value too', async (key) => {
  await raw.store('mine', 0, 'v');
  const theirs = await python.create('pymemcache.Client', [server.name]);
  expect(await theirs.call('set', [key, 'delete mine'])).toBe(true);
  await theirs.outcome('get', ['k']);
  expect(await raw.entry('mine')).toBeUndefined();
  await expect(open(server.name).set(key, 'v')).rejects.toThrow(MemcacheIllegalInputError);
});

it('what was answered as sent is sent, however soon the client closes', async () => {
  const client = open(server.name);
  const values = new Map(Array.from({ length: 40 }, (_, i) => [`k${i}`, 'v'.repeat(900_000)]));
  expect(await client.set_many(values)).toEqual([]);
  client.close();
  // Another connection, which the server may read first: ask until it has come to the last one.
  const incr = (key: string): Promise<string> => raw.ask(`incr ${key} 1\r\n`);
  while ((await incr('k39')) === 'NOT_FOUND');
  for (const key of values.keys()) expect(await incr(key)).toMatch(/^CLIENT_ERROR/);
});
