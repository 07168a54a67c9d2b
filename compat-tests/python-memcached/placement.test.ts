// Keys on many servers: where the real python-memcached puts a key, ours looks for it, and the other way round.

import { Client, type ServerArgument } from '../../lib';
import {
  Memcached,
  Python,
  RawConnection,
  refusingPort,
  startServers,
  stopServers,
  tuple,
  type PythonObject,
  type PythonValue,
} from '../support';
import { RELEASE } from './pair';

const KEYS = Array.from({ length: 300 }, (_, i) => `user:${i * 7919}:\u00e9${i}`);
/** Their 15-bit hash is 0, which releases before 1.60 take for 1. */
const ZERO_HASH = ['ob', 'kjf'];

/** How many servers, their weights, and which of them are down. */
const POOLS: readonly { name: string; weights: readonly number[]; dead: readonly number[] }[] = [
  { name: 'one server', weights: [1], dead: [] },
  { name: 'two servers', weights: [1, 1], dead: [] },
  { name: 'three servers with weights', weights: [1, 2, 3], dead: [] },
  { name: 'a weight of zero', weights: [0, 1, 1], dead: [] },
  { name: 'ten servers', weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], dead: [] },
  { name: 'two of four down', weights: [1, 1, 1, 1], dead: [1, 2] },
  { name: 'a heavy one of three down', weights: [1, 5, 1], dead: [1] },
  {
    name: 'nine of ten down',
    weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    dead: [0, 1, 2, 3, 4, 6, 7, 8, 9],
  },
];

let servers: readonly Memcached[];
let python: Python;
let closed: number;

beforeAll(async () => {
  servers = await startServers(10);
  python = await Python.start({ modules: ['memcache'] });
  closed = await refusingPort();
});
afterAll(async () => {
  await python.stop();
  await stopServers(servers);
});

describe.each(POOLS)('with $name', ({ weights, dead }) => {
  let ours: Client;
  let theirs: PythonObject;
  let names: ServerArgument[];

  beforeAll(async () => {
    for (const server of servers) await flush(server);
    names = weights.map((weight, i) => [
      dead.includes(i) ? `127.0.0.1:${closed}` : (servers[i]?.name ?? ''),
      weight,
    ]);
    ours = new Client(names, { release: RELEASE });
    const list = names.map(([name, weight]) => tuple(String(name), Number(weight)));
    theirs = await python.create('memcache.Client', [list]);
  });
  afterAll(() => ours.disconnect_all());

  it('each side finds what the other stored, key by key', async () => {
    const keys = [...KEYS, ...ZERO_HASH];
    const stored = await Promise.all(keys.map((key) => ours.set(key, key)));
    await python.exec(`stored = [${theirs.name}.set(k, k) for k in keys]`, { keys });
    // With most servers down some keys have none in ten tries: the same ones on both sides.
    expect(stored.map((answer) => answer === true)).toEqual(
      await python.eval('[a == True for a in stored]'),
    );
    const found = await Promise.all(keys.map((key) => ours.get(key)));
    expect(found).toEqual(await python.eval(`[${theirs.name}.get(k) for k in keys]`));
    expect(found).toEqual(keys.map((key, i) => (stored[i] === true ? key : null)));
  });

  it('many keys at once, behind a prefix', async () => {
    const mapping = new Map<PythonValue, PythonValue>(KEYS.map((key, i) => [key, i]));
    const failed = await ours.set_multi(mapping as Map<string, number>, { key_prefix: 'p:' });
    const read = await python.eval(`${theirs.name}.get_multi(keys, 'p:')`, { keys: KEYS });
    expect(read).toEqual(
      new Map(KEYS.flatMap((key, i) => (failed.includes(key) ? [] : [[key, i]]))),
    );
    await python.exec(`${theirs.name}.set_multi({k: k for k in keys}, key_prefix='q:')`, {
      keys: KEYS,
    });
    const ourRead = await ours.get_multi(KEYS, { key_prefix: 'q:' });
    expect(ourRead).toEqual(
      await python.eval(`${theirs.name}.get_multi(keys, 'q:')`, { keys: KEYS }),
    );
  });

  it('pairs go where their hash says', async () => {
    for (const hash of [0, 1, 7, -3, 2n ** 70n]) {
      await ours.set([hash, 'pair'], String(hash));
      expect(await theirs.call('get', [tuple(hash, 'pair')])).toBe(await ours.get([hash, 'pair']));
    }
  });
});

it('places keys whose hash is 0 as 1.60 and later do, by default', async () => {
  const names = servers.slice(0, 3).map(({ name }) => name);
  for (const server of servers) await flush(server);
  const [now, before] = [new Client(names), new Client(names, { release: '1.59' })];
  await now.set('ob', 'new');
  await before.set('ob', 'old');
  expect(await holders('ob')).toEqual(['new', 'old']); // buckets 0 and 1
  now.disconnect_all();
  before.disconnect_all();
});

/** What each server that has the key holds, in list order. */
async function holders(key: string): Promise<string[]> {
  const held: string[] = [];
  for (const server of servers) {
    const raw = await RawConnection.open(server);
    const entry = await raw.entry(key);
    if (entry !== undefined) held.push(entry.data.toString());
    await raw.close();
  }
  return held;
}

async function flush(server: Memcached): Promise<void> {
  const raw = await RawConnection.open(server);
  await raw.flush();
  await raw.close();
}
