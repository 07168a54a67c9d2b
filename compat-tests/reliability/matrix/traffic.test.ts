// Faults of the traffic itself: late, in pieces, cut, lost. No answer is wrong, none is late, and all is well after.

import { once } from 'node:events';
import type { Client, MemcacheError } from '../../../lib';
import { openSocket, type OpenSocket } from '../../../lib/net/address';
import { Memcached, RawConnection } from '../../support';
import type { Faults } from '../proxy';
import { BACKENDS, PLAIN_BACKENDS, TEXT_BACKENDS } from './backends';
import type { Caller } from './caller';
import {
  codeOf,
  codesOf,
  expectAll,
  expectInStep,
  HASTY,
  Lab,
  PATIENT,
  surely,
  until,
} from './lab';

/** On a busy machine; no test waits for it. */
jest.setTimeout(120_000);

describe.each(BACKENDS)('$name', (backend) => {
  let lab: Lab<Caller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 4: accept then silence: all that wait fail, and the connection is closed', async () => {
    const mc = lab.client({ ...HASTY, dead_retry: 30 });
    await lab.proxy.set({ blackhole: 'both' });
    await expectAll(lab.everyCall(mc), 'TIMEOUT');
    await lab.proxy.until(() => lab.proxy.open === 0);
    expect(lab.proxy.accepted).toBe(1);
    // A connection is open when its login is answered.
    const alive = backend.user === undefined ? ['alive'] : [];
    const dead = backend.losesLightly ? [] : ['dead'];
    expect(lab.happened).toEqual([...alive, 'timeout', ...dead]);
    await lab.proxy.heal();
    mc.forget_dead_hosts();
    await expectInStep(mc);
  });

  it('row 5: latency and jitter: order is kept, all succeed', async () => {
    const mc = lab.client(PATIENT);
    await lab.proxy.set({ latency: { ms: 30, jitter: 30 } });
    await expectInStep(mc);
    expect(lab.happened).toEqual(['alive']);
  });

  it('row 7: replies byte by byte: all succeed', async () => {
    const mc = lab.client(PATIENT);
    await lab.proxy.set({ split: 1 });
    await expectInStep(mc);
    const long = 'VALUE x 0 1\r\nEND\r\n'.repeat(600);
    await mc.set('long', long);
    expect(await mc.get('long')).toBe(long);
    expect(lab.happened).toEqual(['alive']);
  });

  it('row 8: a slow drip does not extend the deadline', async () => {
    const mc = lab.client(HASTY);
    await surely(() => mc.set('k', 'x'.repeat(10_000)));
    await lab.proxy.set({ drip: 1 });
    expect(await codeOf(mc.get('k'))).toBe('TIMEOUT');
    await lab.proxy.heal();
    await expectInStep(mc);
  });

  it.each(['up', 'down', 'both'] as const)('row 9: a stall %s, then everything at once: what was given up stays so', async (stall) => {
    const mc = lab.client(HASTY);
    await surely(() => mc.set_multi({ a: 'A', b: 'B', n: 1, c: 'C', gone: 1 }));
    await lab.proxy.set({ stall });
    await expectAll(lab.everyCall(mc), 'TIMEOUT');
    const next = mc.get('b').catch((error: unknown) => (error as MemcacheError).code);
    await lab.proxy.heal();
    expect(['B', 'TIMEOUT']).toContain(await next); // late on a busy machine
    await expectInStep(mc);
  }); // prettier-ignore

  it.each<[number, Faults, string]>([
    [11, { blackhole: 'up' }, '1'],
    [12, { blackhole: 'down' }, '2'],
  ])('row %i: %j: a write whose reply does not come is not sent again', async (_row, faults, held) => {
    const mc = lab.client(HASTY);
    await surely(() => mc.set('n', 1));
    await lab.proxy.set(faults);
    expect(await codeOf(mc.incr('n'))).toBe('TIMEOUT');
    await lab.proxy.heal();
    await expectInStep(mc);
    expect(await lab.held('n')).toBe(held);
  }); // prettier-ignore

  it.each<[number, string, (after: number) => Faults]>([
    [13, 'reset', (reset) => ({ reset })],
    [14, 'FIN', (truncate) => ({ truncate })],
  ])('row %i: %s after any number of bytes: no part of a value, and a fresh start', async (_row, _name, faults) => {
    const mc = lab.client({ ...PATIENT, dead_retry: 0 });
    const whole = lab.client(PATIENT);
    await whole.set_multi({ a: 'A\r\nEND\r\n', b: 'BBBB' });
    for (let after = 0; after < 90 || (backend.framing === 'binary' && after < 180); after++) {
      const count = `n${after}`; // of its own, as a write that failed may land later
      await whole.set(count, 5);
      await expectInStepShortly(mc);
      await lab.proxy.set(faults(after));
      const [a, ab, n] = await Promise.allSettled([mc.get('a'), mc.get_multi(['a', 'b']), mc.incr(count)]);
      if (a.status === 'fulfilled') expect(a.value).toBe('A\r\nEND\r\n');
      if (ab.status === 'fulfilled') {
        for (const [key, value] of ab.value) expect(value).toBe(key === 'a' ? 'A\r\nEND\r\n' : 'BBBB');
        if (backend.tellsOfMany) expect(ab.value.size).toBe(2);
      }
      if (n.status === 'fulfilled') expect(n.value).toBe(6);
      else expect(n.reason).toMatchObject({ code: 'CONNECTION' });
      expect(await lab.held(count)).toMatch(/^[56]$/); // never applied twice
      await lab.proxy.heal();
      mc.disconnect_all();
    }
    await expectInStep(mc);
    async function expectInStepShortly(client: typeof mc): Promise<void> {
      expect(await client.get('b')).toBe('BBBB');
    }
  }); // prettier-ignore

  it('row 15: FIN between replies: the next call is answered, and nothing is dead', async () => {
    const mc = lab.client(PATIENT);
    for (let i = 1; i <= 5; i++) {
      expect(await mc.set('n', i)).toBe(true);
      await lab.proxy.set({ halfClose: 0 });
      await lab.proxy.until(() => lab.proxy.open === 0);
      await lab.proxy.heal();
      expect(await mc.incr('n')).toBe(i + 1);
    }
    expect(lab.happened).not.toContain('dead');
  });

  it('row 23: replies exchanged: nobody gets the value of another key', async () => {
    const mc = lab.client({ ...PATIENT, dead_retry: 0 });
    await mc.set_multi({ a: 'A', b: 'B' });
    await lab.proxy.set({ swap: 1 });
    const a = codeOf(mc.get('a'));
    await new Promise(setImmediate); // a line of its own
    expect(await Promise.all([a, codeOf(mc.get('b'))])).toEqual(['PROTOCOL', 'PROTOCOL']);
    await lab.proxy.heal();
    await expectInStep(mc);
  });

  it('row 39: half of a set was sent: the outcome is unknown, the server drops it', async () => {
    const mc = lab.client(HASTY);
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    await surely(() => mc.set_multi(Object.fromEntries(keys.map((key) => [key, 'old']))));
    await lab.proxy.set({ stall: 'up' });
    const big = 'x'.repeat(1_000_000);
    expect(await codesOf(keys.map((key) => mc.set(key, big)))).toEqual({ TIMEOUT: 30 });
    await lab.proxy.heal();
    await surely(() => mc.get('k0')); // the proxy has much to pass on
    await expectInStep(mc);
    const held = await Promise.all(keys.map((key) => lab.held(key)));
    for (const value of held) expect(value === 'old' || value === big).toBe(true);
    expect(held).toContain('old');
  });
});

describe.each(TEXT_BACKENDS)("$name, python-memcached's releases", (backend) => {
  let lab: Lab<Client>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 15: FIN while a request is on its way: sent once more where the release does, else an error', async () => {
    const retries = lab.client({ ...PATIENT, release: '1.52', python: 2 });
    const mc = lab.client(PATIENT);
    await Promise.all([retries.set('n', 1), mc.get('n')]);
    await lab.proxy.set({ halfClose: 0 });
    await lab.proxy.heal();
    const calls = [retries.get('n'), mc.get('n'), mc.incr('n')];
    expect(await Promise.all(calls.map(codeOf))).toEqual(['none', 'CONNECTION', 'CONNECTION']);
    expect([1, 2]).toContain(await retries.get('n')); // at most once
  });
});

describe.each(PLAIN_BACKENDS)('$name, in the clear', (backend) => {
  let lab: Lab<Caller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 6: latency around the timeout: a late reply reaches nobody', async () => {
    const mc = lab.client({ ...HASTY, socket_timeout: 0.04 });
    const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
    await surely(() => mc.set_multi(Object.fromEntries(keys.map((key) => [key, key]))));
    await until(async () =>
      (await Promise.all(keys.map((key) => lab.held(key)))).every((held) => held !== undefined),
    );
    const seen: Record<string, number> = {};
    for (let round = 0; round < 20; round++) {
      // In time, about the timeout, and surely late.
      const ms = [0, 25, 45, 150][round % 4] ?? 0;
      await lab.proxy.set({ latency: { ms, jitter: ms / 2, way: 'down' } });
      const answers = await Promise.allSettled(keys.map((key) => mc.get(key)));
      for (const [i, answer] of answers.entries()) {
        if (answer.status === 'fulfilled') expect(answer.value).toBe(keys[i]);
        seen[answer.status] = (seen[answer.status] ?? 0) + 1;
      }
    }
    expect(seen['fulfilled']).toBeGreaterThan(0);
    expect(seen['rejected']).toBeGreaterThan(0);
    await lab.proxy.heal();
    await expectInStep(mc);
  });

  it('row 15: a server that closes idle connections is asked again', async () => {
    await using server = await Memcached.start({ args: [...backend.args, '-o', 'idle_timeout=1'] });
    // The server counts a kick before it closes, so only the socket tells when the client knows.
    let closed: Promise<unknown> | undefined;
    const open: OpenSocket = (address, onread) => {
      const socket = openSocket(address, onread);
      closed ??= once(socket, 'close');
      return socket;
    };
    const mc = lab.client(PATIENT, { open }, [server.name]);
    await mc.set('k', 1);
    await closed;
    expect(await mc.get('k')).toBe(1);
    await using raw = await RawConnection.open(server);
    raw.write('stats\r\n');
    expect(String(await raw.readUntil('END\r\n'))).toContain('STAT idle_kicks 1\r\n');
    expect(lab.happened).not.toContain('dead');
  });
});
