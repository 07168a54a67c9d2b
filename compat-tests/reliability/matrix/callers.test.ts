// Programs that are hard on their cache: closing in the middle, blocked, with a jumping clock, overloading.

import { MAX_QUEUED, MAX_QUEUED_BYTES } from '../../../lib/limits';
import type { Client } from '../../../lib';
import { BACKENDS, PLAIN_BACKENDS, TEXT_BACKENDS } from './backends';
import type { Caller } from './caller';
import { codeOf, codesOf, expectInStep, HASTY, Lab, PATIENT } from './lab';

/** On a busy machine; no test waits for it. */
jest.setTimeout(120_000);

describe.each(BACKENDS)('$name', (backend) => {
  let lab: Lab<Caller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it.each(['while connecting', 'while replies are on the way'])('row 57: disconnect_all %s settles every call once', async (when) => {
    const mc = lab.client(PATIENT);
    if (when !== 'while connecting') await mc.set('a', 1);
    await lab.proxy.set({ stall: 'down' });
    const settled: string[] = [];
    const calls = lab.everyCall(mc).map(async (call, i) => {
      settled.push(`${i} ${await codeOf(call)}`);
      mc.disconnect_all(); // inside a callback, and again
    });
    if (when !== 'while connecting') await lab.proxy.until(() => lab.proxy.arrived.up > 100);
    mc.disconnect_all();
    mc.disconnect_all();
    await Promise.all(calls);
    expect(settled.sort()).toEqual(calls.map((_, i) => `${i} CLOSED`));
    await lab.proxy.until(() => lab.proxy.open === 0);
    await lab.proxy.heal();
    await expectInStep(mc); // as in Python, a later call connects again
  }); // prettier-ignore

  it('row 62: more calls than one server may queue: refused at once, the rest is answered', async () => {
    const mc = lab.client(PATIENT);
    await mc.set('k', 'v');
    await lab.proxy.set({ stall: 'up' });
    const over = 1000;
    let refused = 0;
    const calls = Array.from({ length: MAX_QUEUED + over }, () =>
      mc.get('k').catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'OVERLOADED' });
        refused++;
      }),
    );
    await new Promise(setImmediate);
    expect(refused).toBe(over);
    expect(lab.happened).toContain('overload');
    await lab.proxy.heal();
    await Promise.all(calls);
    expect(refused).toBe(over);
    await expectInStep(mc);
  });

  it('row 63: a server that stops reading fills no memory', async () => {
    const mc = lab.client(PATIENT);
    await mc.set('k', 'v');
    await lab.proxy.set({ stall: 'up' });
    const big = Buffer.alloc(1_000_000, 'x');
    const most = Math.ceil(MAX_QUEUED_BYTES / big.length);
    let refused = 0;
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < most + 100; i++) {
      const call = mc.set(`big${i % 10}`, big);
      calls.push(call.catch((error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/OVERLOADED|CLOSED/) as string });
        refused++;
      }));
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    expect(refused).toBeGreaterThan(50); // the kernel and the proxy hold a few
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(2 * MAX_QUEUED_BYTES);
    mc.disconnect_all();
    await Promise.all(calls);
    expect(refused).toBe(calls.length);
    await lab.proxy.heal();
    expect(await codesOf([mc.get('k')])).toEqual({ none: 1 });
  }); // prettier-ignore

  it('row 63: what a server that stops reading cannot take stays here, can be withdrawn, and is sent in order when it reads', async () => {
    const mc = lab.client(PATIENT);
    await mc.set('k', 'v');
    await lab.proxy.set({ stall: 'up' });
    const big = Buffer.alloc(1_000_000, 'x');
    const flood = Array.from({ length: 40 }, () => mc.set('big', big)); // more than kernel and proxy hold
    await new Promise(setImmediate);
    const gone = new AbortController();
    const withdrawn = mc.delete('k', { signal: gone.signal });
    const silent = mc.delete('quiet', { noreply: true });
    const last = [mc.set('big', 'last'), mc.get('big')];
    await new Promise(setImmediate);
    gone.abort(new Error('changed my mind'));
    await expect(withdrawn).rejects.toThrow('changed my mind');
    await lab.proxy.heal();
    expect(await codesOf(flood)).toEqual({ none: 40 });
    expect(Number(await silent)).toBe(1);
    expect(await Promise.all(last)).toEqual([true, 'last']);
    expect(await mc.get('k')).toBe('v');
    await expectInStep(mc);
  });
});

describe.each(TEXT_BACKENDS)('$name, as only python-memcached can', (backend) => {
  let lab: Lab<Client>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 58: set_servers with requests in flight: they finish at the old server, no reply strays', async () => {
    await using other = await Lab.start(backend);
    const mc = lab.client(PATIENT);
    await mc.set('k', 'old');
    await lab.proxy.set({ latency: { ms: 30 } });
    const calls = Array.from({ length: 50 }, () => mc.get('k'));
    mc.set_servers([other.proxy.name]);
    expect(await mc.get('k')).toBeNull();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'old'));
    await lab.proxy.until(() => lab.proxy.open === 0);
    await expectInStep(mc);
    mc.disconnect_all();
  });

  it.each([3_600_000, -3_600_000])('row 61: the system clock jumps by %i ms: deadlines and dead times stay', async (jump) => {
    const mc = lab.client({ ...HASTY, socket_timeout: 1, dead_retry: 30 });
    await mc.set('k', 'v');
    const real = Date.now;
    const spy = jest.spyOn(Date, 'now').mockImplementation(() => real() + jump);
    try {
      expect(await mc.get('k')).toBe('v');
      await lab.proxy.set({ stall: 'both' });
      const call = mc.get('k');
      spy.mockImplementation(() => real() - jump);
      expect(await codeOf(call)).toBe('TIMEOUT');
      spy.mockImplementation(() => real() + 10 * jump);
      await lab.proxy.heal();
      expect(await codeOf(mc.get('k'))).toBe('CONNECTION'); // still dead
      expect(lab.proxy.accepted).toBe(1);
    } finally {
      spy.mockRestore();
    }
    mc.forget_dead_hosts();
    await expectInStep(mc);
  }); // prettier-ignore
});

describe.each(PLAIN_BACKENDS)('$name, in the clear', (backend) => {
  let lab: Lab<Caller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 60: a program that blocks for long marks nobody dead: what arrived is read first', async () => {
    // The proxy lives in this process and would be blocked too.
    const options = { ...HASTY, socket_timeout: 0.3, dead_retry: 30 };
    const mc = lab.client(options, {}, [lab.server.name]);
    await mc.set('k', 'v');
    for (let round = 0; round < 2; round++) {
      const calls = [mc.get('k'), mc.get('nothing')];
      const until = performance.now() + 900; // three timeouts
      while (performance.now() < until);
      expect(await Promise.all(calls)).toEqual(['v', null]);
    }
    expect(lab.happened).toEqual(['alive']);
  });
});
