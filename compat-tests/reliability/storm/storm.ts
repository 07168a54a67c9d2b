// A storm: a self-verifying load on real servers in random trouble, every answer judged by the history of its key.

import { setTimeout as pause } from 'node:timers/promises';
import { History, type Violation } from '../../../lib/net/testing/history';
import { Load, type Target } from '../../../lib/net/testing/load';
import { seal } from '../../../lib/net/testing/payload';
import { Random } from '../../../lib/net/testing/random';
import { startServers, stopServers } from '../../support/servers';
import { Authority } from '../../transport/authority';
import { FaultProxy } from '../proxy';
import type { Backend } from './backends';
import { DEAD_RETRY, SOCKET_TIMEOUT } from './targets';
import { TROUBLES, type Site } from './weather';

export interface StormOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly servers: number;
}

export interface Report {
  readonly counts: History['counts'];
  /** How often each trouble came. */
  readonly troubles: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
}

/**
 * What a call may take: one deadline, and what a busy machine adds. That a deadline is kept to the tick is proved
 * with a fake clock; here what hangs or adds up timeouts is found.
 */
const LIMIT_MS = SOCKET_TIMEOUT * 1000 + 10_000;
const KEYS = Array.from({ length: 12 }, (_, i) => `v${i}`);
const READERS = 12;
/** Rounds after the last trouble, `DEAD_RETRY` apart, until everything must have been found well. */
const ROUNDS = 10;

export async function storm(backend: Backend, options: StormOptions): Promise<Report> {
  const { servers } = options;
  const { args, framing, isSecured } = backend;
  const authority = isSecured ? new Authority() : undefined;
  const identity = authority?.issue();
  const memcacheds = await startServers(servers, { args });
  const sites: Site[] = [];
  try {
    for (const memcached of memcacheds) {
      const proxy = await FaultProxy.start(memcached, { framing, identity });
      sites.push({ memcached, proxy });
    }
    return await rage(backend, sites, options, authority?.root.cert ?? '');
  } finally {
    await Promise.all(sites.map(({ proxy }) => proxy.stop()));
    await stopServers(memcacheds);
    authority?.remove();
  }
}

async function rage(
  backend: Backend,
  sites: readonly Site[],
  { seed, seconds }: StormOptions,
  ca: string,
): Promise<Report> {
  const random = new Random(seed);
  const history = new History({ now: () => performance.now(), limit: LIMIT_MS });
  history.waive(backend.waives(sites.length));
  const names = sites.map(({ proxy }) => proxy.name);
  const { target, close } = backend.connect(names, ca);
  const end = performance.now() + seconds * 1000;
  const troubles = new Map<string, number>();
  const goesOn = (): boolean => performance.now() < end;
  const load = new Load({
    history,
    target,
    random,
    keys: KEYS,
    pause: () => pause(random.next() * 4),
    goesOn,
  });
  await Promise.all([
    load.run(READERS),
    ...sites.map((site) => trouble(site, backend, random, goesOn, troubles)),
  ]);
  await recover(target, history);
  close();
  return { counts: history.counts, troubles, violations: history.verdict() };
}

/** One trouble after another for one server, with quiet times between; all are over in the end. */
async function trouble(
  site: Site,
  { weather }: Backend,
  random: Random,
  goesOn: () => boolean,
  troubles: Map<string, number>,
): Promise<void> {
  while (goesOn()) {
    await pause(random.next() * 300);
    const next = random.pick(TROUBLES[weather]);
    if (next === undefined) return;
    troubles.set(next.name, (troubles.get(next.name) ?? 0) + 1);
    await next.begin(site, random);
    await pause(random.next() * 600);
    await next.end(site);
  }
}

/** Every key can be written and read again. */
async function recover(target: Target, history: History): Promise<void> {
  let ill: readonly string[] = KEYS;
  for (let round = 0; round < ROUNDS && ill.length > 0; round++) {
    await pause(DEAD_RETRY * 1000);
    const well = await Promise.all(ill.map((key) => isWell(key, target, history)));
    ill = ill.filter((_key, i) => well[i] !== true);
  }
  for (const key of ill) history.accuse('unrecovered', key, 'fails although all is well');
}

async function isWell(key: string, target: Target, history: History): Promise<boolean> {
  const write = history.write(key, 'value');
  const text = seal(key, write.number, 10);
  const { outcome } = await target.set(key, text);
  history.wrote(write, outcome);
  const read = history.read([key]);
  const found = await target.get(key);
  history.found(read, [found]);
  return outcome === 'done' && found === text;
}
