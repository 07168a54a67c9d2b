// The Client's placement on live servers and at random: `hash(key)` is the real pylibmc's, and each finds what the other stored.

import { fc } from '../../lib/testing/random';
import { Client } from '../../lib/clients/pylibmc';
import {
  Python,
  RawConnection,
  Source,
  startServers,
  stopServers,
  type Memcached,
  type PythonValue,
} from '../support';

type Behaviors = Readonly<Record<string, string | number | boolean>>;
/** Set on the client, or the client cloned. */
type Step = Behaviors | 'clone';

/** One client: made with behaviors, changed step by step. */
interface Estate {
  readonly servers: readonly string[];
  readonly with: Behaviors;
  readonly steps: readonly Step[];
}

/** Makes the same client in Python. */
const DRIVER = `
import json, pylibmc

def behaviors_of(data):
    return {k: v.encode() if k == 'namespace' else v for k, v in data.items()}

def made(estate):
    mc = pylibmc.Client(estate['servers'], behaviors=behaviors_of(estate['with']))
    for step in estate['steps']:
        if step == 'clone':
            mc = mc.clone()
        else:
            mc.behaviors = behaviors_of(step)
    return mc
`;

jest.setTimeout(30_000);

let python: Python;
beforeAll(async () => {
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec(DRIVER);
});
afterAll(() => python.stop());

/** Plain data, as Python's json reads it. */
function json(data: unknown): PythonValue {
  return new Source(`json.loads(${JSON.stringify(JSON.stringify(data))})`);
}

function made({ servers, with: behaviors, steps }: Estate): Client {
  let mc = new Client(servers, { behaviors });
  for (const step of steps) {
    if (step === 'clone') mc = mc.clone();
    else mc.behaviors.update(step);
  }
  return mc;
}

async function expectSameHash(estate: Estate, keys: readonly string[]): Promise<void> {
  const names = { estate: json(estate), keys };
  const theirs = await python.eval('(lambda mc: [mc.hash(k) for k in keys])(made(estate))', names);
  const mc = made(estate);
  expect(keys.map((key) => mc.hash(key))).toEqual(theirs);
}

/** How clients are set up, on the weights of their servers. */
const ESTATES: readonly [Behaviors, weights: readonly number[], steps?: Step[]][] = [
  [{}, [1, 1, 1]],
  [{}, [3, 1, 1]],
  ...['md5', 'crc', 'fnv1_64', 'fnv1a_64', 'fnv1_32', 'fnv1a_32', 'murmur', 'jenkins'].map(
    (hash): [Behaviors, number[]] => [{ hash }, [1, 1, 1, 1, 1]],
  ),
  [{ distribution: 'consistent', hash: 'md5' }, [1, 1, 1, 1]],
  [{ ketama: true }, [1, 1, 1, 1, 1]],
  [{ ketama: true }, [1, 5, 2]],
  [{ ketama: true, hash: 'fnv1a_32' }, [1, 1, 1]],
  [{ ketama: true, ketama_hash: 'md5' }, [1, 1, 1]],
  [{}, [1, 5, 2], [{ ketama: true }]],
  [{ ketama: true }, [1, 1, 1], [{ hash: 'md5' }]],
  [{ ketama_weighted: true }, [1, 1, 1, 1, 1]],
  [{ ketama_weighted: true }, [1, 2, 3, 4, 10]],
  [{ ketama_weighted: true, hash: 'crc' }, [2, 1, 1]],
  [{ ketama_weighted: true }, [1, 1, 1], ['clone']],
  [{ ketama_weighted: false }, [1, 1, 1]],
  [{ distribution: 'consistent weighted' }, [1, 2, 3]],
  [{ distribution: 'consistent ketama spy' }, [1, 1, 1]],
  [{ distribution: 'consistent ketama spy' }, [4, 1, 1]],
  [{ distribution: 'virtual bucket', hash: 'crc' }, [1, 1, 1, 1]],
  [{ ketama: true, _sort_hosts: true }, [1, 1, 1, 1]],
  [{ _sort_hosts: true }, [1, 1, 1, 1]],
  [{ namespace: 'ns:' }, [1, 1, 1, 1]],
  [{ namespace: 'ns:', _hash_with_prefix_key: true, ketama: true }, [1, 1, 1, 1]],
  [{ namespace: 'ns:', ketama: true, remove_failed: 1, dead_timeout: 60 }, [1, 1, 1, 1]],
];

const KEYS = [
  ...Array.from({ length: 60 }, (_, i) => `user:${i * 7919}`),
  ...Array.from({ length: 20 }, (_, i) => `été-${i}-\u{1f600}`),
];

describe('on live servers', () => {
  let servers: readonly Memcached[];
  let raws: readonly RawConnection[];
  beforeAll(async () => {
    servers = await startServers(5);
    raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  });
  afterAll(async () => {
    await Promise.all(raws.map((raw) => raw.close()));
    await stopServers(servers);
  });
  beforeEach(() => Promise.all(raws.map((raw) => raw.flush())));

  // The last server first, so that sorting is noticed.
  const listOf = (weights: readonly number[]): string[] =>
    weights.map((weight, i) => `${servers[i]?.name}:${weight}`).reverse();

  it.each(ESTATES.map(([made, weights, steps]) => [made, weights, steps ?? []] as const))(
    '%j, weights %j, then %j',
    async (behaviors, weights, steps) => {
      const estate = { servers: listOf(weights), with: behaviors, steps };
      const names = { estate: json(estate), keys: KEYS };
      await using ours = made(estate);
      await expectSameHash(estate, KEYS);
      await python.exec('theirs = made(estate)', names);
      expect(await python.eval('theirs.set_multi({k: k for k in keys})', names)).toEqual([]);
      expect(await ours.get_multi(KEYS)).toEqual(new Map(KEYS.map((key) => [key, key])));
      expect(await ours.set_multi(new Map(KEYS.map((key, i) => [key, i])))).toEqual([]);
      const read = await python.eval('[theirs.get(k) for k in keys]', names);
      expect(read).toEqual([...KEYS.keys()]);
      expect(await Promise.all(KEYS.map((key) => ours.get(key)))).toEqual([...KEYS.keys()]);
      // Nothing was stored twice: an entry elsewhere would be found by nobody.
      const counts = await Promise.all(raws.map(itemsOf));
      expect(counts.reduce((sum, count) => sum + count)).toBe(KEYS.length);
    },
  );

  it('the same over the binary protocol', async () => {
    const weighted = listOf([1, 2, 3, 4, 10]);
    await using ours = new Client(weighted, {
      binary: true,
      behaviors: { ketama_weighted: true, namespace: 'ns:', _hash_with_prefix_key: true },
    });
    const names = { servers: weighted, keys: KEYS };
    await python.exec(
      "theirs = pylibmc.Client(servers, binary=True, behaviors={'ketama_weighted': True, 'namespace': b'ns:', '_hash_with_prefix_key': True})",
      names,
    );
    expect(await ours.set_multi(new Map(KEYS.map((key) => [key, key])))).toEqual([]);
    expect(await python.eval('theirs.get_multi(keys)', names)).toEqual(
      new Map(KEYS.map((key) => [key, key])),
    );
    expect(await python.eval('theirs.delete_multi(keys)', names)).toBe(true);
    expect(await ours.get_multi(KEYS)).toEqual(new Map());
  });

  async function itemsOf(raw: RawConnection): Promise<number> {
    raw.write('stats\r\n');
    const stats = await raw.readUntil('END\r\n');
    return Number(/curr_items (\d+)/.exec(stats.toString())?.[1]);
  }
});

describe('anything at random', () => {
  const host = fc.oneof(
    fc.ipV4(),
    fc.constantFrom('a', 'localhost', 'cache1.example.com', 'cache10.example.com', '[::1]', '\xe9'),
  );
  const port = fc.oneof(fc.constantFrom(11211, 11212), fc.integer({ min: 1, max: 65535 }));
  const weight = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 65535 }));
  const tcp = fc.oneof(
    host,
    fc.tuple(host, port).map((parts) => parts.join(':')),
    fc.tuple(host, port, weight).map((parts) => parts.join(':')),
  );
  const unix = fc.constantFrom('/a', '/tmp/mc1.sock', '/tmp/mc2.sock', '/x:11211');
  const behaviors = fc.record(
    {
      hash: fc.constantFrom('default', 'md5', 'crc', 'fnv1_64', 'fnv1a_64', 'fnv1_32', 'fnv1a_32', 'murmur', 'jenkins'), // prettier-ignore
      distribution: fc.constantFrom('modula', 'consistent', 'consistent ketama', 'consistent ketama spy', 'consistent weighted', 'virtual bucket'), // prettier-ignore
      ketama: fc.boolean(),
      ketama_weighted: fc.boolean(),
      ketama_hash: fc.constantFrom('md5', 'crc'),
      _sort_hosts: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const named = fc.record(
    { namespace: fc.stringMatching(/^[!-~]{1,127}$/), _hash_with_prefix_key: fc.boolean() },
    { requiredKeys: [] },
  );
  const key = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.stringMatching(/^[!-~]{100,250}$/),
  );

  it('lists, keys, and behaviors set one after the other, with clones between', async () => {
    const request = fc.record({
      servers: fc.oneof(
        { weight: 4, arbitrary: fc.array(tcp, { minLength: 1, maxLength: 9 }) },
        fc.array(unix, { minLength: 1, maxLength: 9 }),
      ),
      with: fc.tuple(behaviors, named).map(([one, other]) => ({ ...one, ...other })),
      steps: fc.array(
        fc.oneof({ weight: 3, arbitrary: behaviors }, named, fc.constant('clone' as const)),
        { maxLength: 4 },
      ),
    });
    const keys = fc.array(key, { minLength: 40, maxLength: 40 });
    await fc.assert(fc.asyncProperty(request, keys, expectSameHash), {
      numRuns: 100,
    });
  });
});
