// What goes over the wire and through memory, counted: requests before answers, keys of a line, writes of a tick, allocations of a value.

import { Socket } from 'node:net';
import { Client } from '../../lib';
import { MAX_JOINED_GETS, MAX_KEYS_PER_LINE } from '../../lib/limits';
import { startScripted, type ScriptedServer } from '../../lib/testing/scripted-server';
import { Memcached, startServers, stopServers } from '../support';

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('a get_multi over many servers', () => {
  it('asks all of them before any has answered', async () => {
    const COUNT = 12;
    const held: Socket[] = [];
    const hold = (_asked: string, socket: Socket): undefined => {
      // One server that waits for its turn would keep all others from answering.
      if (held.push(socket) === COUNT) for (const each of held) each.write('END\r\n');
    };
    const servers = await Promise.all(Array.from({ length: COUNT }, () => startScripted(hold)));
    await using mc = new Client(servers.map(({ port }) => `127.0.0.1:${port}`));
    expect(await mc.get_multi(named('k', 500))).toEqual(new Map());
    expect(servers.map(({ accepted }) => accepted())).toEqual(servers.map(() => 1));
    expect(held).toHaveLength(COUNT);
    await Promise.all(servers.map((server) => server.close()));
  });
});

describe('a line of gets', () => {
  let server: ScriptedServer;
  /** The keys of each line. */
  let lines: string[][];

  beforeEach(async () => {
    lines = [];
    let unread = '';
    server = await startScripted((received) => {
      const whole = (unread + received).split('\r\n');
      unread = whole.pop() ?? '';
      for (const line of whole) lines.push(line.split(' ').slice(1));
      return 'END\r\n'.repeat(whole.length);
    });
  });
  afterEach(() => server.close());

  it.each<[string, number, (mc: Client, keys: string[]) => Promise<unknown>]>([
    ['a get_multi', MAX_KEYS_PER_LINE, (mc, keys) => mc.get_multi(keys)],
    [
      'the gets of a tick',
      MAX_JOINED_GETS,
      (mc, keys) => Promise.all(keys.map((key) => mc.get(key))),
    ],
  ])('has a bounded number of the keys of %s', async (_what, most, ask) => {
    await using mc = new Client([`127.0.0.1:${server.port}`]);
    const keys = named('k', 5000);
    for (const connected of [false, true]) {
      lines = [];
      await ask(mc, keys);
      expect({ connected, keys: lines.flat() }).toEqual({ connected, keys });
      expect(lines).toHaveLength(Math.ceil(keys.length / most));
      expect(Math.max(...lines.map(({ length }) => length))).toBe(most);
    }
  });
});

describe('what a tick asks', () => {
  let servers: Memcached[];
  beforeAll(async () => (servers = await startServers(3)));
  afterAll(() => stopServers(servers));
  afterEach(() => jest.restoreAllMocks());

  const mapping = (prefix: string, size: number): Map<string, Buffer> =>
    new Map(named(prefix, 100).map((key) => [key, Buffer.alloc(size, key)]));

  it.each<[string, (mc: Client) => Promise<unknown>[]]>([
    ['one set_multi', (mc) => [mc.set_multi(mapping('a', 50))]],
    ['one delete_multi', (mc) => [mc.delete_multi(named('a', 100))]],
    ['values that are sent as they are', (mc) => [mc.set_multi(mapping('b', 5000))]],
    [
      'many calls of all kinds',
      (mc) => [
        mc.set_multi(mapping('c', 50)),
        mc.delete_multi(named('a', 100)),
        mc.get_multi(named('c', 100)),
        ...named('c', 100).map((key) => mc.get(key)),
        ...named('d', 100).map((key) => mc.set(key, key)),
        mc.set_multi(mapping('b', 5000)),
      ],
    ],
  ])('goes out in one write a server: %s', async (_what, ask) => {
    for (const count of [1, 3]) {
      await using mc = new Client(servers.slice(0, count).map(({ name }) => name));
      await mc.get_multi(named('warm', 100));
      const alone = jest.spyOn(Socket.prototype, '_write');
      const joined = jest.spyOn(Socket.prototype as Required<Socket>, '_writev');
      const answers = ask(mc);
      await new Promise((sent) => process.nextTick(sent));
      const writes = alone.mock.calls.length + joined.mock.calls.length;
      expect({ count, writes }).toEqual({ count, writes: count });
      jest.restoreAllMocks();
      await Promise.all(answers);
    }
  });
});

describe('the memory of a value', () => {
  const ALLOCATORS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat'] as const;
  let server: Memcached;
  let mc: Client;
  beforeAll(async () => (server = await Memcached.start()));
  beforeEach(() => (mc = new Client([server.name])));
  afterEach(() => {
    jest.restoreAllMocks();
    mc.disconnect_all();
  });
  afterAll(() => server.stop());

  /** How many Buffers of at least `size` bytes are made meanwhile. */
  async function allocations(size: number, work: () => Promise<unknown>): Promise<number> {
    const made = ALLOCATORS.map((name) => jest.spyOn(Buffer, name));
    await work();
    const large = made.flatMap(({ mock }) =>
      mock.results.filter(({ value }) => Buffer.isBuffer(value) && value.length >= size),
    );
    jest.restoreAllMocks();
    return large.length;
  }

  const getEach = (keys: string[]) => () => Promise.all(keys.map((key) => mc.get(key)));

  it.each([100, 1000, 100_000, 1_000_000])('of %i bytes is allocated once', async (size) => {
    const keys = named('bytes', 20);
    await mc.set_multi(new Map(keys.map((key) => [key, Buffer.alloc(size, key)])));
    const one = keys.slice(0, 1);
    // Small values of one read share it: what is left of the last one is kept for a moment, too.
    const some = size > 10_000 ? keys : one;
    expect(await allocations(size, getEach(some))).toBe(some.length);
    expect(await allocations(size, () => mc.get_multi(some))).toBe(some.length);
  });

  it('holds no more than its own bytes', async () => {
    const size = 100_000;
    await mc.set('own', Buffer.alloc(size, 'x'));
    const value = (await mc.get('own')) as Buffer;
    expect(value).toHaveLength(size);
    expect(value.buffer.byteLength).toBeLessThanOrEqual(size + 2);
  });

  it('is not copied on its way out', async () => {
    const size = 100_000;
    const values = new Map(named('out', 20).map((key) => [key, Buffer.alloc(size, key)]));
    const sets = () => Promise.all([...values].map(([key, value]) => mc.set(key, value)));
    expect(await allocations(size, sets)).toBe(0);
    expect(await allocations(size, () => mc.set_multi(values))).toBe(0);
  });
});
