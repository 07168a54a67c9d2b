// Placement by behaviors: where the real pylibmc puts a key, by its own word and on real servers, ours says it is.

import { fc } from '../../lib/testing/random';
import {
  DISTRIBUTIONS,
  placementOf,
  type DistributionName,
} from '../../lib/placement/distributions';
import { HASHES, type HashName } from '../../lib/placement/hashes';
import {
  changed,
  digits,
  layoutOf,
  placesOf,
  RECORDED,
  tablesOf,
  wire,
  type Behaviors,
  type Libmemcached,
  type Listed,
} from '../../lib/placement/testing/behaviors';
import { cloned, PLAIN, withServers } from '../../lib/placement/settings';
import {
  Python,
  RawConnection,
  Source,
  startServers,
  stopServers,
  type Memcached,
  type PythonValue,
} from '../support';

/**
 * `places` of any client: made with behaviors, changed one after the other, asked for keys. `hash` of a client is an index of the
 * library's own list, which is sorted in place where hosts are sorted.
 */
const DRIVER = `
import _pylibmc, json, pylibmc

NUMBERS = dict(pylibmc.hashers, murmur3=10)

def behaviors_of(data):
    return {k: v.encode() if k == 'namespace' else v for k, v in data.items()}

def spec(host, port, weight):
    if port == 0:
        return '%s' % host
    return '%s:%d:%d' % ('[%s]' % host if ':' in host else host, port, weight)

def client(servers, behaviors):
    if behaviors.get('hash') != 'murmur3':
        return pylibmc.Client([spec(*each) for each in servers], behaviors=behaviors_of(behaviors))
    tuples = [(4 if port == 0 else 1, host, port, weight) for host, port, weight in servers]
    numbers = dict(behaviors, hash=10, distribution=pylibmc.distributions[behaviors['distribution']])
    return _pylibmc.client(servers=tuples, behaviors=numbers)

def base36(index):
    return (base36(index // 36) if index >= 36 else '') + '0123456789abcdefghijklmnopqrstuvwxyz'[index % 36]

def places(request):
    servers = request['servers']
    mc = client(servers, request['with'])
    is_sorted = request['with'].get('_sort_hosts', False)
    for step in request['steps']:
        if step == 'clone':
            mc = mc.clone()
        else:
            mc.behaviors = behaviors_of(step)
            is_sorted = is_sorted or step.get('_sort_hosts', False)
    order = list(range(len(servers)))
    if is_sorted:
        order.sort(key=lambda i: (servers[i][0].encode(), servers[i][1]))
    return ''.join(base36(order[mc.hash(key)]) for key in request['keys'])
`;

let python: Python;

beforeAll(async () => {
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec(DRIVER);
});
afterAll(() => python.stop());

type Step = Behaviors | 'clone';

interface Case {
  readonly servers: readonly Listed[];
  readonly with: Behaviors;
  readonly steps: readonly Step[];
  readonly keys: readonly string[];
}

/** Plain data, as Python's json reads it. */
function json(data: unknown): PythonValue {
  return new Source(`json.loads(${JSON.stringify(JSON.stringify(data))})`);
}

function theirs(request: Case): Promise<PythonValue> {
  return python.eval('places(request)', { request: json(request) });
}

function never(): number {
  throw new Error('nothing here is random');
}

/** Where ours says that the keys are. */
function ours({ servers, with: made, steps, keys }: Case): string {
  const weights = servers.map(([, , weight]) => weight);
  let layout = withServers(changed(PLAIN, made), weights);
  for (const step of steps)
    layout = step === 'clone' ? cloned(layout, weights) : changed(layout, step);
  return digits(placementOf(layout, never)(placesOf(servers)), keys.map(wire));
}

/** Debian's library is built without it. */
const UNBUILT: HashName = 'hsieh';
const tables = tablesOf('pylibmc').filter(({ client }) => client.with?.hash !== UNBUILT);

function caseOf({ with: made = {}, later, clone }: Libmemcached, list: string): Case {
  const steps = [
    ...(later === undefined ? [] : [later]),
    ...(clone === true ? ['clone' as const] : []),
  ];
  return { servers: RECORDED.lists[list] ?? [], with: made, steps, keys: RECORDED.keys };
}

it('every recorded table is what the installed library gives', async () => {
  expect(tables.length).toBeGreaterThan(1000);
  for (const { client, list, is } of tables) {
    expect({ client, list, is: await theirs(caseOf(client, list)) }).toEqual({ client, list, is });
  }
}, 120_000);

it('keys of equal float points are where the installed library puts them', async () => {
  const { list, keys, is } = RECORDED.floats;
  const request = caseOf({ client: 'pylibmc', with: { ketama_weighted: true } }, list);
  expect(await theirs({ ...request, keys })).toBe(is);
});

it('rings of weights have the points of 32-bit floats', async () => {
  const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
  // Of these numbers of equal servers, 32 bits give 25 to 100 other points than 64; adding n servers costs the library n rings.
  const numbers = [...Array.from({ length: 24 }, (_, i) => i + 2), 47, 50, 55, 61, 71, 94, 100];
  const equal = numbers.map((n) => new Array<number>(n).fill(1));
  // Each has other points where a step is made in 64 bits.
  const unequal = [
    [5, 3, 4],
    [5, 2, 5, 5, 3, 4],
    [1, 2, 2, 4, 3, 3, 5, 3, 1],
    [1, 65535],
  ];
  for (const weights of [...equal, ...unequal]) {
    const servers = weights.map((each, i): Listed => [`10.0.0.${i + 1}`, 11211, each]);
    await alike({ servers, with: { ketama_weighted: true }, steps: [], keys });
  }
}, 60_000);

const hash = fc.constantFrom(
  ...(Object.keys(HASHES) as HashName[]).filter((name) => name !== UNBUILT && name !== 'murmur3'),
);
const distribution = fc.constantFrom(
  ...(Object.keys(DISTRIBUTIONS) as DistributionName[]).filter((name) => name !== 'random'),
);
const behaviors: fc.Arbitrary<Behaviors> = fc.record(
  {
    hash,
    distribution,
    ketama: fc.boolean(),
    ketama_weighted: fc.boolean(),
    _sort_hosts: fc.boolean(),
  },
  { requiredKeys: [] },
);
const host = fc.oneof(
  fc.ipV4(),
  fc.constantFrom('a', 'localhost', 'cache1.example.com', 'cache10.example.com', '::1', 'fe80::2'),
);
const port = fc.oneof(fc.constantFrom(11211, 11212, 1, 65535), fc.integer({ min: 1, max: 65535 }));
const weight = fc.oneof(
  fc.constant(1),
  fc.constantFrom(2, 3, 7, 100),
  fc.integer({ min: 1, max: 65535 }),
);
const tcp: fc.Arbitrary<Listed> = fc.tuple(host, port, weight);
const unix: fc.Arbitrary<Listed> = fc.tuple(
  fc.constantFrom('/a', '/tmp/mc1.sock', '/tmp/mc2.sock', '/x:11211'),
  fc.constant(0),
  fc.constant(1),
);
const lists = (sizes: { minLength: number; maxLength: number }) =>
  fc.oneof({ weight: 4, arbitrary: fc.array(tcp, sizes) }, fc.array(unix, sizes));
const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });

async function alike(request: Case): Promise<void> {
  expect(ours(request)).toBe(await theirs(request));
}

describe('anything at random', () => {
  it('lists, keys, and settings one after the other, with clones between', async () => {
    const step = fc.oneof({ weight: 3, arbitrary: behaviors }, fc.constant('clone' as const));
    const request: fc.Arbitrary<Case> = fc.record({
      servers: lists({ minLength: 1, maxLength: 9 }),
      with: behaviors,
      steps: fc.array(step, { maxLength: 4 }),
      keys: fc.array(key, { minLength: 40, maxLength: 40 }),
    });
    await fc.assert(fc.asyncProperty(request, alike), { numRuns: 400 });
  }, 120_000);

  it('long lists on rings', async () => {
    const request: fc.Arbitrary<Case> = fc.record({
      servers: fc.array(tcp, { minLength: 10, maxLength: 36 }),
      with: fc.oneof(
        fc.constant({ ketama_weighted: true }),
        fc.record({ hash, ketama: fc.constant(true) }),
      ),
      steps: fc.constant([]),
      keys: fc.array(key, { minLength: 100, maxLength: 100 }),
    });
    await fc.assert(fc.asyncProperty(request, alike), { numRuns: 60 });
  }, 120_000);

  it('murmur3, by its number', async () => {
    const request: fc.Arbitrary<Case> = fc.record({
      servers: lists({ minLength: 1, maxLength: 9 }),
      with: fc.record({ hash: fc.constant<HashName>('murmur3'), distribution }),
      steps: fc.constant([]),
      keys: fc.array(key, { minLength: 40, maxLength: 40 }),
    });
    await fc.assert(fc.asyncProperty(request, alike), { numRuns: 60 });
  }, 120_000);

  it('namespaces that are hashed', async () => {
    const request: fc.Arbitrary<Case> = fc.record({
      servers: lists({ minLength: 2, maxLength: 9 }),
      with: fc.record(
        {
          hash,
          distribution,
          namespace: fc.stringMatching(/^[!-~]{1,127}$/),
          _hash_with_prefix_key: fc.boolean(),
        },
        { requiredKeys: ['hash', 'distribution'] },
      ),
      steps: fc.constant([]),
      // Some with NUL; some too long with the namespace.
      keys: fc.array(fc.oneof(key, fc.stringMatching(/^[!-~]{100,250}$/)), {
        minLength: 40,
        maxLength: 40,
      }),
    });
    await fc.assert(fc.asyncProperty(request, alike), { numRuns: 100 });
  }, 120_000);
});

/** Clients as people run them. */
const ESTATES: readonly (readonly [Behaviors, readonly number[]])[] = [
  [{}, [1, 1, 1]],
  [{}, [3, 1, 1]],
  [{ hash: 'md5', distribution: 'consistent' }, [1, 1, 1, 1]],
  [{ ketama: true }, [1, 1, 1, 1, 1]],
  [{ ketama: true }, [1, 5, 2]],
  [{ ketama: true, hash: 'fnv1a_32' }, [1, 1, 1]],
  [{ ketama_weighted: true }, [1, 1, 1, 1, 1]],
  [{ ketama_weighted: true }, [1, 2, 3, 4, 10]],
  [{ distribution: 'consistent ketama spy' }, [1, 1, 1]],
  [{ distribution: 'virtual bucket', hash: 'crc' }, [1, 1, 1, 1]],
  [{ ketama: true, _sort_hosts: true }, [1, 1, 1, 1]],
  [{ namespace: 'ns:', _hash_with_prefix_key: true, ketama: true }, [1, 1, 1, 1]],
  [{ namespace: 'ns:', ketama: true }, [1, 1, 1, 1]],
];

const STORED = [
  ...Array.from({ length: 200 }, (_, i) => `user:${i * 7919}`),
  ...Array.from({ length: 50 }, (_, i) => `été-${i}-\u{1f600}`),
];

describe('on real servers', () => {
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

  async function holderOf(text: string): Promise<string> {
    const held = await Promise.all(raws.map((raw) => raw.entry(Buffer.from(text))));
    return held.flatMap((entry, index) => (entry === undefined ? [] : [index])).join();
  }

  it.each(ESTATES)(
    '%j, weights %j',
    async (made, weights) => {
      // The last server first, so that sorting would be noticed.
      const list = weights
        .map((each, index): Listed => ['127.0.0.1', servers[index]?.port ?? 0, each])
        .reverse();
      const source = '(lambda mc: [mc.set(key, 1) for key in keys])(client(servers, made))';
      const names = { servers: json(list), made: json(made), keys: STORED };
      expect(await python.eval(source, names)).toEqual(STORED.map(() => true));
      const layout = layoutOf({ client: 'pylibmc', with: made }, list);
      const placement = placementOf(layout, never)(placesOf(list));
      for (const each of STORED) {
        const index = list.length - 1 - placement.server(placement.start(wire(each)));
        expect([each, await holderOf((made.namespace ?? '') + each)]).toEqual([each, `${index}`]);
      }
    },
    60_000,
  );
});
