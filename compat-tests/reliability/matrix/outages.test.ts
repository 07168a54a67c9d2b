// Servers that are gone: refusing, flapping, killed, frozen, full; one, several or all of them.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Client } from '../../../lib';
import { RawConnection } from '../../support';
import { BACKENDS, PLAIN_BACKENDS, TEXT_BACKENDS } from './backends';
import type { Caller } from './caller';
import {
  Attempts,
  codeOf,
  codesOf,
  expectAll,
  expectInStep,
  HASTY,
  Lab,
  nth,
  PATIENT,
  StillClock,
  surely,
  until,
} from './lab';

/** On a busy machine; no test waits for it. */
jest.setTimeout(120_000);

describe.each(BACKENDS)('$name', (backend) => {
  let lab: Lab<Caller>;
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 1: connection refused: fails at once, and nobody tries while the server is dead', async () => {
    lab = await Lab.start(backend);
    const attempts = new Attempts();
    const clock = new StillClock();
    const mc = lab.client(PATIENT, { open: attempts.open, time: clock.time });
    await lab.proxy.set({ refuse: true });
    await expectAll(lab.everyCall(mc), 'CONNECTION');
    await expectAll(lab.everyCall(mc), 'CONNECTION');
    expect(attempts.count).toBe(1);
    expect(lab.happened).toEqual(['dead']);
    await lab.proxy.heal();
    clock.ms += 30_001;
    await expectInStep(mc);
    expect(attempts.count).toBe(2);
  });

  it('row 3: accept then reset: no loop of connections', async () => {
    lab = await Lab.start(backend);
    const mc = lab.client(PATIENT);
    await lab.proxy.set({ flap: 0 });
    await expectAll([...lab.everyCall(mc), ...lab.everyCall(mc)], 'CONNECTION');
    await expectAll(lab.everyCall(mc), 'CONNECTION');
    expect(lab.proxy.accepted).toBeLessThanOrEqual(2); // one resend
    await lab.proxy.heal();
    mc.forget_dead_hosts();
    await expectInStep(mc);
  });

  it('row 17: killed and restarted empty: misses, then all is well', async () => {
    lab = await Lab.start(backend);
    const mc = lab.client(HASTY);
    await surely(() => mc.set('k', 1));
    const calls = codesOf(lab.everyCall(mc));
    await lab.server.kill();
    await calls;
    expect(await codeOf(mc.get('k'))).toBe('CONNECTION');
    await lab.server.restart();
    await surely(() => mc.set('other', 1));
    expect(await mc.get('k')).toBeNull();
    await expectInStep(mc);
  });

  it('row 19: frozen and thawed: a write may land late, but is never acknowledged wrongly', async () => {
    lab = await Lab.start(backend);
    const mc = lab.client(HASTY);
    await surely(() => mc.set('k', 'old'));
    await surely(() => mc.set('n', 1));
    await lab.server.freeze();
    expect(await codesOf([mc.set('k', 'late'), mc.incr('n')])).toEqual({ TIMEOUT: 2 });
    lab.server.thaw();
    await surely(() => mc.get('k'));
    expect(['old', 'late']).toContain(await mc.get('k'));
    await expectInStep(mc);
    expect([1, 2]).toContain(await mc.get('n')); // at most once
  });

  it.each([
    [40, 'silent', { blackhole: 'both' }],
    [41, 'slow', { drip: 20 }],
  ] as const)("row %i: get_multi with one server of three %s: the others' values come", async (_row, _name, faults) => {
    lab = await Lab.start(backend, 3);
    // Time enough for the others on a busy machine.
    const mc = lab.client({ socket_timeout: 1, dead_retry: 30, failure: 'miss' });
    const [first = [], ...others] = await lab.fill(mc, 60);
    await lab.proxy.set(faults);
    const found = await mc.get_multi([...first, ...others.flat()]);
    for (const [key, value] of found) expect(value).toBe(key);
    for (const key of others.flat()) expect(found.get(key)).toBe(key);
    expect(found.size).toBeLessThan(60);
    expect(lab.happened).toContain('timeout');
  }); // prettier-ignore

  it('row 44: a flapping server costs a bounded number of connections, and other keys stay where they are', async () => {
    lab = await Lab.start(backend, 2);
    const clock = new StillClock();
    const mc = lab.client({ dead_retry: 30 }, { time: clock.time });
    const [, theirs = []] = await lab.fill(mc, 40);
    for (let round = 1; round <= 6; round++) {
      const before = lab.proxy.accepted;
      await lab.proxy.set(round % 2 === 1 ? { flap: 0 } : {});
      if (round % 2 === 1) lab.proxy.cut();
      clock.ms += 30_001;
      await Promise.allSettled(Array.from({ length: 100 }, (_, i) => mc.get(`mine${i}`)));
      expect(await mc.get_multi(theirs)).toEqual(new Map(theirs.map((key) => [key, key])));
      expect(lab.proxy.accepted - before).toBeLessThanOrEqual(2);
    }
    expect(nth(lab.proxies, 1).accepted).toBe(1);
  });

  it('row 45: 1,000 callers of a dead server make one attempt, and one when it is back', async () => {
    lab = await Lab.start(backend);
    const attempts = new Attempts();
    const clock = new StillClock();
    const mc = lab.client(PATIENT, { open: attempts.open, time: clock.time });
    const callers = (): Promise<unknown>[] =>
      Array.from({ length: 1000 }, (_, i) => mc.get(`k${i}`));
    await lab.proxy.set({ refuse: true });
    expect(await codesOf(callers())).toEqual({ CONNECTION: 1000 });
    expect(await codesOf(callers())).toEqual({ CONNECTION: 1000 });
    expect(attempts.count).toBe(1);
    clock.ms += 30_001;
    expect(await codesOf(callers())).toEqual({ CONNECTION: 1000 });
    expect(attempts.count).toBe(2);
    await lab.proxy.heal();
    clock.ms += 30_001;
    expect(await codesOf(callers())).toEqual({ none: 1000 });
    expect([attempts.count, lab.proxy.accepted]).toEqual([3, 1]);
  });

  it('row 47: a server with no connection left is an error, and serves when there is one', async () => {
    lab = await Lab.start({
      ...backend,
      args: [...backend.args, '-c', '64', '-o', 'maxconns_fast'],
    });
    const mc = lab.client(HASTY);
    const others: RawConnection[] = [];
    for (let isFull = false; !isFull;) {
      const raw = await RawConnection.open(lab.server);
      others.push(raw);
      isFull = (await raw.ask('version\r\n').catch(() => 'ERROR')).startsWith('ERROR');
    }
    const [code = ''] = Object.keys(await codesOf([mc.get('k')]));
    expect(['CONNECTION', 'PROTOCOL', 'SERVER']).toContain(code);
    for (const raw of others) await raw.close();
    await surely(() => mc.get('k'));
    await expectInStep(mc);
  });
});

describe.each(TEXT_BACKENDS)('$name, as Python answers it', (backend) => {
  let lab: Lab<Client>;
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 42: all servers dead: answers at once after they are known to be', async () => {
    lab = await Lab.start(backend, 3);
    const attempts = new Attempts();
    const clock = new StillClock();
    const mc = lab.client({ dead_retry: 30 }, { open: attempts.open, time: clock.time });
    for (const proxy of lab.proxies) await proxy.set({ refuse: true });
    for (let i = 0; i < 50; i++) await mc.set(`k${i}`, 1);
    expect(attempts.count).toBe(3);
    expect(await Promise.all(lab.everyCall(mc))).toEqual([null, null, new Map(), 0, null, 0, 0, 0]);
    expect(attempts.count).toBe(3);
  });

  it.each([
    ['rehash', false, 'old'],
    ['miss', false, 'old'],
    ['rehash', true, null],
  ] as const)('row 43: policy %s, flush %s: a server that comes back with old data', async (failure, flush_on_reconnect, back) => {
    lab = await Lab.start(backend, 2);
    const mc = lab.client({ dead_retry: 30, failure, flush_on_reconnect });
    const key = nth(nth(await lab.fill(mc, 20), 0), 0);
    await mc.set(key, 'old');
    await lab.proxy.set({ refuse: true });
    await until(async () => (await mc.get(key)) !== 'old');
    // By rehash another server acknowledges; by miss nobody does, and nothing older than that is read.
    expect(await mc.set(key, 'new')).toBe(failure === 'rehash' ? true : 0);
    expect(await mc.get(key)).toBe(failure === 'rehash' ? 'new' : null);
    await lab.proxy.heal();
    mc.forget_dead_hosts();
    expect(await mc.get(key)).toBe(back);
  }); // prettier-ignore
});

describe.each(PLAIN_BACKENDS)('$name, in the clear', (backend) => {
  let lab: Lab<Caller>;
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 2: connecting hangs: the deadline includes it', async () => {
    // A full backlog: the kernel drops the SYN.
    lab = await Lab.start({ ...backend, args: [...backend.args, '-b', '1'] });
    const mc = lab.client(HASTY, {}, [lab.server.name]);
    await lab.server.freeze();
    const queue = Array.from({ length: 20 }, () => connect(lab.server.address).unref());
    await Promise.race(queue.map((socket) => once(socket, 'connect')));
    for (const call of lab.everyCall(mc)) {
      await expect(call).rejects.toThrow('no connection within 400 ms');
    }
    for (const socket of queue) socket.destroy();
    lab.server.thaw();
    await surely(() => mc.set('k', 1));
    await expectInStep(mc);
  });
});
