// Keys on many servers: where the real python-memcached puts a key, ours puts and finds it, and the other way round.

import { Client, useNewServerHashFunction, useOldServerHashFunction } from '../../lib';
import {
  Memcached,
  Python,
  RawConnection,
  refusingPort,
  startServers,
  stopServers,
  tuple,
  type PythonObject,
} from '../support';
import { RELEASE } from './pair';

/** 300 keys of several shapes, and two whose 15-bit hash is 0: releases before 1.60 take that for 1. */
const KEYS = [
  ...Array.from({ length: 150 }, (_, i) => `user:${i * 7919}`),
  ...Array.from({ length: 100 }, (_, i) => `${i}`),
  ...Array.from({ length: 50 }, (_, i) => `\u00e9t\u00e9-${i}-\u{1f600}`),
  'ob',
  'kjf',
];

/** Weights of the servers, and which of them are down. */
interface Pool {
  readonly weights: readonly number[];
  readonly dead: readonly number[];
}

const POOLS: readonly Pool[] = [
  ...Array.from({ length: 10 }, (_, i) => ({
    weights: new Array<number>(i + 1).fill(1),
    dead: [],
  })),
  { weights: [1, 2, 3], dead: [] },
  { weights: [0, 1, 1], dead: [] },
  { weights: [2, 0, 0, 1, 20], dead: [] },
  { weights: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], dead: [] },
  { weights: [1, 1], dead: [0] },
  { weights: [1, 1, 1], dead: [2] },
  { weights: [1, 1, 1, 1], dead: [1, 2] },
  { weights: [1, 5, 1], dead: [1] },
  { weights: [3, 0, 2], dead: [0] },
  { weights: [1, 1, 1, 1, 1, 1, 1], dead: [0, 3, 6] },
  { weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], dead: [0, 1, 2, 3, 4, 6, 7, 8, 9] },
];

/** Each hash that a release on Python 3 can have: ours by options, Python's by the module's own switches. */
const HASHES = [
  { name: '1.59', python: 'memcache.cmemcache_hash', release: '1.59', old: false },
  {
    // What 1.60 made of that function.
    name: '1.62',
    python: 'lambda key: (zlib.crc32(key) >> 16) & 0x7fff',
    release: '1.62',
    old: false,
  },
  { name: 'useOldServerHashFunction()', python: 'zlib.crc32', release: RELEASE, old: true },
] as const;

let servers: readonly Memcached[];
let raws: readonly RawConnection[];
let python: Python;
let refusing: string;

beforeAll(async () => {
  servers = await startServers(10);
  raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  python = await Python.start({ modules: ['memcache'] });
  await python.exec('import memcache, zlib');
  refusing = `127.0.0.1:${await refusingPort()}`;
});
afterAll(async () => {
  await Promise.all(raws.map((raw) => raw.close()));
  await python.stop();
  await stopServers(servers);
});

/** The servers of a pool, the dead ones by a port that refuses. */
function namesOf({ weights, dead }: Pool): [name: string, weight: number][] {
  return weights.map((weight, i) => {
    const name = dead.includes(i) ? refusing : servers[i]?.name;
    if (name === undefined) throw new Error(`no server ${i}`);
    return [name, weight];
  });
}

async function flush(): Promise<void> {
  await Promise.all(raws.map((raw) => raw.flush()));
}

/** Per key the servers that hold it, by their place in the list. */
async function holders(keys: readonly string[]): Promise<string[]> {
  const wires = keys.map((key) => Buffer.from(key).toString('latin1'));
  const held = await Promise.all(raws.map((raw) => heldBy(raw, wires)));
  return wires.map((key) => held.flatMap((found, i) => (found.has(key) ? [i] : [])).join());
}

async function heldBy(raw: RawConnection, wires: readonly string[]): Promise<Set<string>> {
  raw.write(`get ${wires.join(' ')}\r\nversion\r\n`);
  // VALUE <key> <flags> <bytes>\r\n<data>\r\n ... END: no value of these tests looks like such a line
  const reply = await raw.readUntil('END\r\nVERSION ');
  await raw.readLine();
  const lines = reply.toString('latin1').matchAll(/^VALUE (\S+) \d+ \d+\r$/gm);
  return new Set(Array.from(lines, ([, key = '']) => key));
}

describe.each(HASHES)('with the hash of $name', ({ python: source, release, old }) => {
  beforeAll(async () => {
    await python.exec(`memcache.serverHashFunction = ${source}`);
    if (old) useOldServerHashFunction();
  });
  afterAll(() => useNewServerHashFunction());

  describe.each(POOLS)('servers of weights $weights, of which $dead are down', (pool) => {
    let ours: Client;
    let theirs: PythonObject;

    beforeAll(async () => {
      const names = namesOf(pool);
      ours = new Client(names, { release });
      const list = names.map(([name, weight]) => tuple(name, weight));
      theirs = await python.create('memcache.Client', [list]);
    });
    beforeEach(flush);
    afterAll(() => ours.disconnect_all());

    it('both store a key on the same server, and find it there', async () => {
      const stored = await Promise.all(KEYS.map((key) => ours.set(key, `${key} of ours`)));
      const byUs = await holders(KEYS);
      const read = await python.eval(`[${theirs.name}.get(k) for k in keys]`, { keys: KEYS });
      expect(read).toEqual(KEYS.map((key, i) => (stored[i] === true ? `${key} of ours` : null)));

      await flush();
      const source = `[${theirs.name}.set(k, k + ' of Python') is True for k in keys]`;
      // With most servers down some keys have none in ten tries: the same ones for both.
      expect(await python.eval(source, { keys: KEYS })).toEqual(stored.map((s) => s === true));
      expect(await holders(KEYS)).toEqual(byUs);
      expect(await Promise.all(KEYS.map((key) => ours.get(key)))).toEqual(
        KEYS.map((key, i) => (stored[i] === true ? `${key} of Python` : null)),
      );
    });

    it('many keys at once, behind a prefix', async () => {
      const prefixed = KEYS.map((key) => `p:${key}`);
      const failed = await ours.set_multi(new Map(KEYS.map((key, i) => [key, i])), {
        key_prefix: 'p:',
      });
      const byUs = await holders(prefixed);
      const there = KEYS.flatMap((key, i) => (failed.includes(key) ? [] : [[key, i] as const]));
      const read = `${theirs.name}.get_multi(keys, 'p:')`;
      expect(await python.eval(read, { keys: KEYS })).toEqual(new Map(there));

      await flush();
      const write = `${theirs.name}.set_multi({k: i for i, k in enumerate(keys)}, key_prefix='p:')`;
      await python.exec(write, { keys: KEYS });
      expect(await holders(prefixed)).toEqual(byUs);
      expect(await ours.get_multi(KEYS, { key_prefix: 'p:' })).toEqual(new Map(there));

      await ours.delete_multi(KEYS, { key_prefix: 'p:' });
      expect(await holders(prefixed)).toEqual(KEYS.map(() => ''));
    });

    it('pairs, where their hash says', async () => {
      const hashes: (number | bigint | boolean)[] = [0, 1, 7, -3, 12345, 2n ** 70n, -(2n ** 40n)];
      // True is 1, but where a server is dead Python goes on from the text 'True'.
      if (pool.dead.length === 0) hashes.push(true);
      const keys = hashes.map((hash) => `pair${hash}`);
      for (const [i, hash] of hashes.entries()) await ours.set([hash, keys[i] ?? ''], i);
      const byUs = await holders(keys);
      for (const [i, hash] of hashes.entries()) {
        const found = byUs[i] === '' ? null : i;
        expect(await theirs.call('get', [tuple(hash, keys[i] ?? '')])).toBe(found);
      }
      await flush();
      const pairs = hashes.map((hash, i) => [hash, keys[i] ?? ''] as const);
      for (const [hash, key] of pairs) await theirs.call('set', [tuple(hash, key), key]);
      expect(await holders(keys)).toEqual(byUs);
      expect(await Promise.all(pairs.map((pair) => ours.get(pair)))).toEqual(
        keys.map((key, i) => (byUs[i] === '' ? null : key)),
      );
      // Of a pair it is the hash alone that counts, also behind a prefix.
      await flush();
      await ours.set_multi(
        pairs.map(([hash, key]) => [[hash, key], key] as const),
        { key_prefix: 'p:' },
      );
      expect(await holders(keys.map((key) => `p:${key}`))).toEqual(byUs);
      const tuples = pairs.map(([hash, key]) => tuple(hash, key));
      expect(await python.eval(`${theirs.name}.get_multi(keys, 'p:')`, { keys: tuples })).toEqual(
        new Map(keys.flatMap((key, i) => (byUs[i] === '' ? [] : [[key, key]]))),
      );
    });
  });
});

describe('a list of servers', () => {
  it('without any, or without any of weight, stores nothing and asks nobody', async () => {
    for (const names of [[], [[refusing, 0]], [[refusing, -1]]] as [string, number][][]) {
      const list = names.map(([name, weight]) => tuple(name, weight));
      const theirs = await python.create('memcache.Client', [list]);
      const ours = new Client(names, { release: RELEASE });
      expect([await theirs.call('set', ['k', 1]), await theirs.call('get', ['k'])]).toEqual([
        0,
        null,
      ]);
      expect([await ours.set('k', 1), await ours.get('k')]).toEqual([0, null]);
    }
  });

  it('changes where keys go at once, and back', async () => {
    await flush();
    await python.exec('memcache.serverHashFunction = memcache.cmemcache_hash');
    const [two, three] = [2, 3].map((n) => servers.slice(0, n).map(({ name }) => name));
    const ours = new Client(two ?? [], { release: RELEASE });
    const theirs = await python.create('memcache.Client', [two ?? []]);
    await Promise.all(KEYS.map((key) => ours.set(key, 2)));
    ours.set_servers(three ?? []);
    await theirs.call('set_servers', [three ?? []]);
    await Promise.all(KEYS.map((key) => ours.add(key, 3)));
    const values = await Promise.all(KEYS.map((key) => ours.get(key)));
    expect(new Set(values)).toEqual(new Set([2, 3]));
    expect(await python.eval(`[${theirs.name}.get(k) for k in keys]`, { keys: KEYS })).toEqual(
      values,
    );
    ours.set_servers(two ?? []);
    expect(await ours.get_multi(KEYS)).toEqual(new Map(KEYS.map((key) => [key, 2])));
    ours.disconnect_all();
  });

  it('takes the default release for 1.62, where a hash of 0 is 0', async () => {
    await flush();
    const names = servers.slice(0, 3).map(({ name }) => name);
    const [now, before] = [new Client(names), new Client(names, { release: '1.59' })];
    await now.set('ob', 'new');
    expect(await holders(['ob'])).toEqual(['0']);
    await before.set('ob', 'old');
    expect(await holders(['ob'])).toEqual(['0,1']);
    now.disconnect_all();
    before.disconnect_all();
  });
});
