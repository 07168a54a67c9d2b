// twemproxy in front of three memcacheds, and clients that go to the same memcacheds directly: each finds what the others stored.

import { Client, SomeErrors } from '../../lib/clients/pylibmc';
import {
  Memcached,
  Python,
  RawConnection,
  startServers,
  stopServers,
  type PythonObject,
} from '../support';
import { Twemproxy } from './twemproxy';

jest.setTimeout(30_000);

const KEYS = Array.from({ length: 100 }, (_, i) => `user:${i * 7919}`);

/** What the proxy is told, and the behaviors of a direct client that agree with it. */
interface Layout {
  readonly hash: string;
  readonly distribution: string;
  readonly weights: readonly number[];
  readonly behaviors: Readonly<Record<string, string | boolean>>;
  /** Set once the client is made. */
  readonly later?: Readonly<Record<string, string>>;
}

const HASHES: Readonly<Record<string, string>> = {
  one_at_a_time: 'default',
  md5: 'md5',
  crc32: 'crc',
  fnv1_64: 'fnv1_64',
  fnv1a_64: 'fnv1a_64',
  fnv1_32: 'fnv1_32',
  fnv1a_32: 'fnv1a_32',
  murmur: 'murmur',
  jenkins: 'jenkins',
};

const LAYOUTS: readonly Layout[] = [
  // The ring that twemproxy took from libmemcached: of weights, md5 for its points whatever hashes the keys.
  ...[
    [1, 1, 1],
    [1, 2, 5],
  ].map((weights) => ({
    hash: 'md5',
    distribution: 'ketama',
    weights,
    behaviors: { ketama_weighted: true },
  })),
  ...Object.entries(HASHES).map(([hash, ours]) => ({
    hash,
    distribution: 'ketama',
    weights: [1, 1, 3],
    behaviors: { ketama_weighted: true },
    later: { hash: ours },
  })),
  ...Object.entries(HASHES).map(([hash, ours]) => ({
    hash,
    distribution: 'modula',
    weights: [1, 1, 1],
    behaviors: { hash: ours },
  })),
];

let servers: readonly Memcached[];
let raws: readonly RawConnection[];
let python: Python;

beforeAll(async () => {
  // It sorts its servers by their text, which counts without a ring.
  const text = ({ name }: Memcached): string => `${name}:`;
  servers = (await startServers(3)).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  python = await Python.start({ modules: ['pylibmc'] });
});
beforeEach(() => Promise.all(raws.map((raw) => raw.flush())));
afterAll(async () => {
  await Promise.all(raws.map((raw) => raw.close()));
  await python.stop();
  await stopServers(servers);
});

const namesOf = (weights: readonly number[]): string[] =>
  weights.map((weight, i) => `${servers[i]?.name}:${weight}`);

/** The server of each key, by who holds it. */
async function holders(): Promise<number[]> {
  const found: number[] = [];
  for (const key of KEYS) {
    const held: number[] = [];
    for (const [i, raw] of raws.entries()) if (await raw.entry(key)) held.push(i);
    expect([key, held.length]).toEqual([key, 1]);
    found.push(...held);
  }
  return found;
}

const same = (value: (key: string, i: number) => unknown): Map<string, unknown> =>
  new Map(KEYS.map((key, i) => [key, value(key, i)]));

it.each(LAYOUTS)(
  '$hash, $distribution, weights $weights: as $behaviors, then $later',
  async ({ hash, distribution, weights, behaviors, later }) => {
    const list = namesOf(weights);
    await using proxy = await Twemproxy.start({ hash, distribution, servers: list });
    await using direct = new Client(list, { behaviors });
    if (later !== undefined) direct.behaviors.update(later);
    await using through = new Client([proxy.path]);
    const real = await python.create('pylibmc.Client', [[proxy.path]]);

    expect(await through.set_multi(same((key) => key))).toEqual([]);
    expect(await holders()).toEqual(KEYS.map((key) => direct.hash(key)));
    expect(await direct.get_multi(KEYS)).toEqual(same((key) => key));
    expect(await direct.set_multi(same((_key, i) => i))).toEqual([]);
    expect(await through.get_multi(KEYS)).toEqual(same((_key, i) => i));
    expect(await Promise.all(KEYS.map((key) => through.get(key)))).toEqual([...KEYS.keys()]);
    expect(await real.call('get_multi', [KEYS])).toEqual(same((_key, i) => i));
    expect(await real.call('delete_multi', [KEYS])).toBe(true);
    expect(await direct.get_multi(KEYS)).toEqual(new Map());
  },
);

describe('through the proxy', () => {
  let proxy: Twemproxy;
  let mc: Client;
  let real: PythonObject;
  beforeAll(async () => {
    const list = namesOf([1, 1, 1]);
    proxy = await Twemproxy.start({ hash: 'md5', distribution: 'ketama', servers: list });
    mc = new Client([proxy.path], { behaviors: { cas: true } });
    const behaviors = new Map([['cas', true]]);
    real = await python.create('pylibmc.Client', [[proxy.path]], { behaviors });
  });
  afterAll(async () => {
    mc.disconnect_all();
    await proxy.stop();
  });

  it('every command that it knows works, for the real client and for ours', async () => {
    expect(await mc.set('n', 5)).toBe(true);
    expect(await mc.add('n', 6)).toBe(false);
    expect(await real.call('incr', ['n', 2])).toBe(7);
    expect([await mc.incr('n', 3), await mc.decr('n')]).toEqual([10, 9]);
    expect(await mc.replace('n', 'text', 100)).toBe(true);
    expect(await mc.append('n', '!')).toBe(true);
    expect(await real.call('get', ['n'])).toBe('text!');
    const [value, id] = await mc.gets('n');
    expect(value).toBe('text!');
    expect(await mc.cas('n', 'new', id ?? 0)).toBe(true);
    expect(await mc.cas('n', 'newer', id ?? 0)).toBe(false);
    expect([await mc.touch('n', 100), await mc.delete('n'), await mc.delete('n')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('a command that it does not know breaks the connection: the call raises, the next one works', async () => {
    await mc.set('k', 'v');
    for (const ask of [() => mc.get_stats(), () => mc.flush_all()]) {
      await expect(ask()).rejects.toThrow(SomeErrors);
      expect(await mc.get('k')).toBe('v');
    }
    await expect(real.call('get_stats')).rejects.toThrow(expect.objectContaining({ name: 'SomeErrors' }) as Error); // prettier-ignore
  });

  it('calls beside one that it does not know are answered, or raise; none has another’s value', async () => {
    expect(await mc.set_multi(same((key) => key))).toEqual([]);
    const gets = KEYS.map((key) => mc.get(key));
    const stats = mc.get_stats();
    const more = KEYS.map((key) => mc.get(key));
    await expect(stats).rejects.toThrow(SomeErrors);
    const settled = await Promise.allSettled([...gets, ...more]);
    for (const [i, each] of settled.entries()) {
      if (each.status === 'fulfilled') expect(each.value).toBe(KEYS[i % KEYS.length]);
    }
    expect(await mc.get_multi(KEYS)).toEqual(same((key) => key));
  });

  it('_noreply: what is sent without waiting is stored, and reads behind it are right', async () => {
    await using silent = new Client([proxy.path], { behaviors: { _noreply: true } });
    expect(await silent.set_multi(same((_key, i) => i))).toEqual([]);
    expect(await silent.get_multi(KEYS)).toEqual(same((_key, i) => i));
    for (const key of KEYS) expect(await silent.delete(key)).toBe(true);
    expect(await silent.get_multi(KEYS)).toEqual(new Map());
  });

  it('it does not speak the binary protocol: every call raises', async () => {
    await using binary = new Client([proxy.path], { binary: true });
    await expect(binary.get('k')).rejects.toThrow();
    await expect(binary.set('k', 'v')).rejects.toThrow();
  });
});

it('a memcached behind it that is dead fails its own keys only', async () => {
  const list = namesOf([1, 1, 1]);
  await using proxy = await Twemproxy.start({
    hash: 'md5',
    distribution: 'ketama',
    servers: list,
  });
  await using mc = new Client([proxy.path]);
  await using direct = new Client(list, { behaviors: { ketama_weighted: true } });
  expect(await mc.set_multi(same((key) => key))).toEqual([]);
  const [raw] = raws;
  const [first] = servers;
  await raw?.close();
  await first?.kill();
  try {
    const isDead = (key: string): boolean => direct.hash(key) === 0;
    expect(new Set(KEYS.map(isDead))).toEqual(new Set([true, false]));
    // One after the other, as Python asks: the keys of the others are found.
    for (const key of KEYS) {
      const read = await mc.get(key).catch(() => 'raised');
      expect([key, ...(isDead(key) ? [] : [read])]).toEqual([key, ...(isDead(key) ? [] : [key])]);
      if (isDead(key)) expect([null, 'raised']).toContain(read);
    }
    // At once they share lines, which the proxy refuses as a whole: what is refused is asked again, each alone.
    await using fresh = new Client([proxy.path]);
    const settled = await Promise.allSettled(KEYS.map((key) => fresh.get(key)));
    for (const [i, each] of settled.entries()) {
      const key = KEYS[i] ?? '';
      const read = each.status === 'fulfilled' ? each.value : 'raised';
      expect(isDead(key) ? [null, 'raised'] : [key]).toContain(read);
    }
    const live = KEYS.filter((key) => !isDead(key));
    const isFound = async (): Promise<boolean> => (await mc.get_multi(live)).size === live.length;
    while (!(await isFound()));
  } finally {
    await first?.restart();
    if (first !== undefined) raws = [await RawConnection.open(first), ...raws.slice(1)];
  }
});
