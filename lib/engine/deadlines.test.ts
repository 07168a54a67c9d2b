// One deadline a call, however many servers it is sent to one after another.

import { TimeoutError } from '../errors';
import { simulatedDialect } from '../net/testing/engine-target';
import { FakeSocket } from '../net/testing/fake-socket';
import { FakeTime } from '../net/testing/fake-time';
import { textWire } from '../wire/text';
import { Engine } from './engine';
import type { WireKey } from './keys';

const TIMEOUT = 100;
/** Shorter than the clock's tick, so that no connection lives until one. */
const REFUSED_AFTER = 9;
const SERVERS = 50;

it('holds on the way through servers that refuse faster than the clock ticks', async () => {
  const time = new FakeTime();
  const dialect = simulatedDialect(textWire, {
    whenDead: 'next-server',
    deadFor: 30_000,
    timeout: TIMEOUT,
    flushOnReconnect: false,
    resend: new Set(),
  });
  const placement: typeof dialect.placement = (servers) => ({
    ...dialect.placement(servers),
    next: (spot) => Number(spot) + 1,
  });
  const specs = Array.from({ length: SERVERS }, (_, port) => ({
    address: { kind: 'tcp', host: 'fake', port, family: 4 } as const,
    name: `s${port}`,
    weight: 1,
  }));
  const engine = new Engine({ ...dialect, placement }, specs, {
    observer: { happened: () => undefined },
    time,
    open: (_address, onread) => {
      if (onread === undefined) throw new TypeError('there is no TLS here');
      const socket = new FakeSocket(onread);
      time.after(REFUSED_AFTER, () => socket.fail('connect ECONNREFUSED'));
      return socket.asSocket();
    },
  });
  let error: unknown;
  let at = 0;
  engine.get('k0' as WireKey, undefined, null).catch((thrown: unknown) => {
    error = thrown;
    at = time.now();
  });
  await time.run(() => error !== undefined, 10 * TIMEOUT);
  expect((error as Error).cause).toBeInstanceOf(TimeoutError);
  expect(at).toBeGreaterThanOrEqual(TIMEOUT);
  expect(at).toBeLessThan(1.5 * TIMEOUT); // of 450 ms for all servers
  engine.disconnect();
  await time.run(() => false, 1);
  expect(time.intervals).toBe(0);
});
