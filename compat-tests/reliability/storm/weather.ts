// What the storm does to servers: faults of the proxy and of processes, drawn from a seed.

import type { Random } from '../../../lib/net/testing/random';
import type { Memcached } from '../../support/servers';
import type { Faults, FaultProxy } from '../proxy';

/** `lying`: replies are also repeated, exchanged and made up, which no server does by itself. */
export type Weather = 'honest' | 'lying';

/** One server and the proxy before it. */
export interface Site {
  readonly memcached: Memcached;
  readonly proxy: FaultProxy;
}

export interface Trouble {
  readonly name: string;
  readonly begin: (site: Site, random: Random) => Promise<void> | void;
  readonly end: (site: Site) => Promise<void> | void;
}

/** Bytes of replies before a connection is cut: within the first lines, or within a big value. */
function soon(random: Random): number {
  return random.int(random.pick([20, 200, 20_000]));
}

const WAYS = ['up', 'down', 'both'] as const;

const HONEST: Readonly<Record<string, (random: Random) => Faults>> = {
  refuse: () => ({ refuse: true }),
  flap: (random) => ({ flap: random.int(60) }),
  latency: (random) => ({ latency: { ms: random.int(80), jitter: random.int(80) } }),
  'latency about the timeout': () => ({ latency: { ms: 280, jitter: 40, way: 'down' } }),
  split: (random) => ({ split: 1 + random.int(3), latency: { ms: 1 } }),
  drip: (random) => ({ drip: 1 + random.int(20) }),
  stall: (random) => ({ stall: random.pick(WAYS) }),
  blackhole: (random) => ({ blackhole: random.pick(WAYS) }),
  reset: (random) => ({ reset: soon(random) }),
  truncate: (random) => ({ truncate: soon(random) }),
  'half-close': (random) => ({ halfClose: random.int(20) }),
};

const LIES: Readonly<Record<string, (random: Random) => Faults>> = {
  duplicate: (random) => ({ duplicate: 1 + random.int(20) }),
  inject: (random) => ({
    inject: {
      every: 1 + random.int(20),
      bytes: random.pick(['STORED\r\n', 'END\r\n', '7\r\n', 'HELLO\r\n', '\0', 'ERROR\r\n']),
    },
  }),
  swap: (random) => ({ swap: 1 + random.int(20) }),
  'wrong key': (random) => ({ wrongKey: 1 + random.int(20) }),
  giant: (random) => ({ giant: 1 + random.int(20) }),
};

const PROCESSES: readonly Trouble[] = [
  { name: 'cut', begin: ({ proxy }) => proxy.cut(), end: () => undefined },
  {
    name: 'stopped (SIGSTOP)',
    begin: ({ memcached }) => memcached.freeze(),
    end: ({ memcached }) => memcached.thaw(),
  },
  {
    name: 'killed, restarted empty',
    begin: ({ memcached }) => memcached.kill(),
    end: ({ memcached }) => memcached.restart(),
  },
];

function ofProxy(table: Readonly<Record<string, (random: Random) => Faults>>): Trouble[] {
  return Object.entries(table).map(([name, draw]) => ({
    name,
    begin: ({ proxy }, random) => proxy.set(draw(random)),
    end: ({ proxy }) => proxy.heal(),
  }));
}

export const TROUBLES: Readonly<Record<Weather, readonly Trouble[]>> = {
  honest: [...ofProxy(HONEST), ...PROCESSES],
  lying: [...ofProxy({ ...HONEST, ...LIES, ...LIES }), ...PROCESSES],
};
