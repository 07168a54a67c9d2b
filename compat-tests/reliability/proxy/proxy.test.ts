// The proxy itself, seen by a bare socket: a proxy that lies about its lies would make every test of faults lie.

import { Memcached, RawConnection } from '../../support';
import { FaultProxy, type Faults } from '.';

let server: Memcached;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await Memcached.start();
});
beforeEach(async () => {
  proxy = await FaultProxy.start(server);
});
afterEach(() => proxy.stop());
afterAll(() => server.stop());

/** Reads until the connection is closed, by FIN or reset. */
async function untilClosed(raw: RawConnection): Promise<{ heard: string; how: string }> {
  let heard = '';
  for (;;) {
    try {
      heard += (await raw.readBytes(1)).toString('latin1');
    } catch (error) {
      return { heard, how: (error as Error).message };
    }
  }
}

const KEPT = '\r\n'; // a data block that looks like the end of a line
const SET_AND_GET = `set k 5 0 ${KEPT.length}\r\n${KEPT}\r\nget k nothing\r\nversion\r\n`;
const STORED = 'STORED\r\n';
const FOUND = `VALUE k 5 2\r\n${KEPT}\r\nEND\r\n`;
const VERSION = /VERSION [\d.]+\r\n$/;

it.each<[string, Faults, string]>([
  ['nothing', {}, STORED + FOUND],
  ['latency', { latency: { ms: 1, jitter: 5 } }, STORED + FOUND],
  ['split', { split: 1 }, STORED + FOUND],
  ['drip', { drip: 1 }, STORED + FOUND],
  ['duplicate', { duplicate: 2 }, STORED + FOUND + FOUND],
  ['inject', { inject: { every: 2, bytes: '\xff\r\n' } }, `${STORED}\xff\r\n${FOUND}`],
  ['swap', { swap: 1 }, FOUND + STORED],
  ['wrongKey', { wrongKey: 1 }, STORED + FOUND.replace('k', 'x')],
  ['giant', { giant: 1 }, STORED + FOUND.replace('k 5 2', 'k 5 2147483648')],
  ['all of a kind', { split: 3, duplicate: 1, wrongKey: 2, latency: { ms: 2 } },
    STORED + STORED + FOUND.replace('k', 'x') + FOUND.replace('k', 'x')],
])('%s passes on what it should, and connections from before feel it', async (_name, faults, sent) => {
  await using raw = await RawConnection.open(proxy);
  expect(await raw.ask('version\r\n')).toMatch(/^VERSION/);
  await proxy.set(faults);
  raw.write(SET_AND_GET);
  expect((await raw.readBytes(sent.length)).toString('latin1')).toBe(sent);
  await proxy.heal();
  expect((await raw.readUntil(VERSION.source.slice(0, 7))).toString()).toMatch('VERSION');
}); // prettier-ignore

it.each<[string, Faults, string, RegExp]>([
  ['truncate', { truncate: 12 }, (STORED + FOUND).slice(0, 12), /server closed/],
  ['reset', { reset: 12 }, (STORED + FOUND).slice(0, 12), /ECONNRESET/],
  ['halfClose', { halfClose: 2 }, STORED + FOUND, /server closed/],
])('%s ends the connection exactly there', async (_name, faults, heard, how) => {
  await proxy.set(faults);
  await using raw = await RawConnection.open(proxy);
  raw.write(SET_AND_GET);
  expect(await untilClosed(raw)).toEqual({ heard, how: expect.stringMatching(how) as string });
  await proxy.until(() => proxy.open === 0);
});

it.each(['up', 'down', 'both'] as const)('a stall %s keeps what comes, until it ends', async (stall) => {
  await using raw = await RawConnection.open(proxy);
  await proxy.set({ stall });
  raw.write('set s 0 0 1\r\n1\r\n');
  await proxy.until(() => (stall === 'down' ? proxy.arrived.down > 0 : proxy.arrived.up > 0));
  await using direct = await RawConnection.open(server);
  if (stall === 'down') expect((await direct.entry('s'))?.data.toString()).toBe('1');
  else expect(await direct.entry('s')).toBeUndefined();
  await proxy.heal();
  expect(await raw.readLine()).toBe('STORED');
  await direct.flush();
}); // prettier-ignore

it('a blackhole loses what comes', async () => {
  await using raw = await RawConnection.open(proxy);
  await proxy.set({ blackhole: 'up' });
  raw.write('set lost 0 0 1\r\n1\r\n');
  await proxy.until(() => proxy.arrived.up > 0);
  await proxy.heal();
  expect(await raw.entry('lost')).toBeUndefined();
});

it('a stalled way up is read on only a little', async () => {
  await using raw = await RawConnection.open(proxy);
  await proxy.set({ stall: 'up' });
  const value = Buffer.alloc(900_000);
  for (let i = 0; i < 30; i++) raw.write(Buffer.concat([Buffer.from('set k 0 0 900000\r\n'), value]));
  await proxy.until(() => proxy.arrived.up > 64 * 1024);
  await new Promise(setImmediate);
  expect(proxy.arrived.up).toBeLessThan(1_000_000);
}); // prettier-ignore

it('refuses on the port that it keeps, and counts who came', async () => {
  await using raw = await RawConnection.open(proxy);
  await proxy.set({ refuse: true });
  expect((await untilClosed(raw)).how).toMatch(/ECONNRESET/);
  await expect(RawConnection.open(proxy)).rejects.toThrow('ECONNREFUSED');
  await proxy.heal();
  await using again = await RawConnection.open(proxy);
  expect(await again.ask('version\r\n')).toMatch(/^VERSION/);
  expect([proxy.accepted, proxy.open]).toEqual([2, 1]);
  proxy.cut();
  expect((await untilClosed(again)).how).toMatch(/ECONNRESET/);
});

it.each([0, 5])('flaps: resets connections after %s ms', async (flap) => {
  await proxy.set({ flap });
  // The reset can be there before the connection is seen to be open.
  const end = RawConnection.open(proxy).then(untilClosed, (error: Error) => ({
    how: error.message,
  }));
  expect((await end).how).toMatch(/ECONNRESET/);
});

it('passes on that the server is gone', async () => {
  await using other = await Memcached.start();
  await using before = await FaultProxy.start(other);
  await using raw = await RawConnection.open(before);
  expect(await raw.ask('version\r\n')).toMatch(/^VERSION/);
  await other.kill();
  expect(await untilClosed(raw)).toMatchObject({ heard: '' });
  await using late = await RawConnection.open(before);
  expect(await untilClosed(late)).toMatchObject({ heard: '' });
});
