// num_replicas on live servers: copies stand where the real pylibmc puts and finds them, and stand in for a dead server.

import { Client } from '../../lib/clients/pylibmc';
import {
  Python,
  RawConnection,
  startServers,
  stopServers,
  type Memcached,
  type PythonObject,
} from '../support';

jest.setTimeout(30_000);

const KEYS = Array.from({ length: 30 }, (_, i) => `user:${i * 7919}`);
const BEHAVIORS = { num_replicas: 1, ketama: true, retry_timeout: 60 };

let servers: readonly Memcached[];
let raws: readonly RawConnection[];
let python: Python;
let ours: Client;
let theirs: PythonObject;

beforeEach(async () => {
  servers = await startServers(3);
  raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  python = await Python.start({ modules: ['pylibmc'] });
  const names = servers.map(({ name }) => name);
  ours = new Client(names, { binary: true, behaviors: BEHAVIORS });
  const behaviors = new Map(Object.entries(BEHAVIORS));
  theirs = await python.create('pylibmc.Client', [names], { binary: true, behaviors });
});
afterEach(async () => {
  ours.disconnect_all();
  await python.stop();
  await Promise.all(raws.map((raw) => raw.close()));
  await stopServers(servers);
});

/** Which servers hold each key. */
async function holders(): Promise<number[][]> {
  const all: number[][] = [];
  for (const key of KEYS) {
    const held: number[] = [];
    for (const [i, raw] of raws.entries()) if (await raw.entry(key)) held.push(i);
    all.push(held);
  }
  return all;
}

/** The server of a key and the one behind it. */
const homes = (): number[][] =>
  KEYS.map((key) => [ours.hash(key), (ours.hash(key) + 1) % 3].sort((a, b) => a - b));

const pairs = (value: (key: string, i: number) => string | number): Map<string, string | number> =>
  new Map(KEYS.map((key, i) => [key, value(key, i)]));

/** A silent copy has been made when its server answers what was sent behind it; the keys have all servers for their own. */
async function settle(): Promise<void> {
  expect(new Set(KEYS.map((key) => ours.hash(key))).size).toBe(3);
  await Promise.all(KEYS.map((key) => ours.get(key)));
}

it('both store on the same two servers, read what the other stored, and delete from both', async () => {
  expect(await ours.set_multi(pairs((key) => key))).toEqual([]);
  await settle();
  expect(await holders()).toEqual(homes());
  expect(await theirs.call('get_multi', [KEYS])).toEqual(pairs((key) => key));
  expect(await theirs.call('delete_multi', [KEYS])).toBe(true);
  // It buffers what is silent until it asks that server for something.
  const flushed = '[mc.get(k) for k in keys]';
  await python.eval(flushed.replace('mc', theirs.name), { keys: KEYS });
  expect(await holders()).toEqual(KEYS.map(() => []));

  expect(await theirs.call('set_multi', [pairs((_key, i) => i)])).toEqual([]);
  await python.eval(flushed.replace('mc', theirs.name), { keys: KEYS });
  expect(await holders()).toEqual(homes());
  expect(await ours.get_multi(KEYS)).toEqual(pairs((_key, i) => i));
  expect(await ours.delete_multi(KEYS)).toBe(true);
  await settle();
  expect(await holders()).toEqual(KEYS.map(() => []));
});

it('copies stand in for a server that is dead, for both', async () => {
  expect(await ours.set_multi(pairs((key) => key))).toEqual([]);
  await settle();
  expect(await holders()).toEqual(homes());
  const lost = KEYS.filter((key) => ours.hash(key) === 0);
  expect(lost.length).toBeGreaterThan(0);
  await servers[0]?.kill();
  for (const key of lost) expect(await ours.get(key)).toBe(key);
  expect(await ours.get_multi(KEYS)).toEqual(pairs((key) => key));
  const read = `[${theirs.name}.get(k) for k in keys]`;
  expect(await python.eval(read, { keys: lost })).toEqual(lost);
});
