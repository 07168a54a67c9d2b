// HashClient while servers are down and come back, with the real pymemcache 3.5.2 beside it on the same clock.

import { fc } from '../../lib/testing/random';
import { HashClient, TimeoutError } from '../../lib/clients/pymemcache';
import { startScripted } from '../../lib/testing/scripted-server';
import { call, Python, startServers, stopServers, type Call, type Memcached } from '../support';
import { HashPair } from './hash-pair';

let python: Python;
let servers: [Memcached, Memcached, Memcached];

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  servers = (await startServers(3)) as typeof servers;
});
afterAll(async () => {
  await python.stop();
  await stopServers(servers);
});

async function startAll(): Promise<void> {
  for (const server of servers) if (!server.isRunning) await server.restart();
}

function names(): string[] {
  return servers.map(({ name }) => name);
}

/** Keys of one server, while all are in. */
function keysOf(client: HashClient, { name }: Memcached, count: number): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) {
    if (client.hasher.get_node(`k${i}`) === name) keys.push(`k${i}`);
  }
  return keys;
}

async function expectSame(pair: HashPair, each: Call): Promise<unknown> {
  const { theirs, ours } = await pair.both(each);
  expect(ours).toEqual(theirs);
  return ours.raised ?? ours.returned;
}

const no = { noreply: false } as const;

describe('the life of a server that goes down', () => {
  it.each([
    [0, ['OSError', 'moved']],
    [1, ['OSError', 'left alone', 'OSError', 'OSError', 'moved']],
    [2, ['OSError', 'left alone', 'OSError', 'left alone', 'OSError', 'OSError', 'moved']],
  ] as const)('with retry_attempts %i: %j', async (retry_attempts, steps) => {
    await startAll();
    const kwargs = { retry_attempts, retry_timeout: 1, dead_timeout: 30 };
    const pair = await HashPair.start(python, names(), { kwargs, frozen: true });
    const [down] = servers;
    const [key = ''] = keysOf(pair.ours, down, 1);
    await expectSame(pair, call('flush_all', [], no));
    await expectSame(pair, call('set', [key, 'v'], no));
    await pair.drop();
    await down.kill();
    for (const step of steps) {
      // Both answer alike at every step; what they answer shows where in its life the server is.
      const told = await expectSame(pair, call('get', [key, 'left alone']));
      if (step === 'moved')
        expect(told).toBe('left alone'); // a miss, on another server
      else expect(told).toBe(step);
      if (step === 'left alone') await pair.advance(1250);
    }
    expect(await expectSame(pair, call('set', [key, 'elsewhere'], no))).toBe(true);
    await down.restart();
    await pair.advance(29_000);
    expect(await expectSame(pair, call('get', [key]))).toBe('b:elsewhere');
    await pair.advance(31_000);
    expect(await expectSame(pair, call('get', [key]))).toBeNull();
    expect(await expectSame(pair, call('set', [key, 'back'], no))).toBe(true);
    await pair.drop();
  });
});

/** Calls of one key, and of two of one server. */
const CALLS: readonly ((key: string, other: string) => Call)[] = [
  (k) => call('get', [k]),
  (k) => call('get', [k, 'd']),
  (k) => call('gets', [k]),
  (k) => call('gets', [k, 'd']),
  (k) => call('set', [k, 'v']),
  (k) => call('set', [k, 'v'], no),
  (k) => call('add', [k, 'v']),
  (k) => call('replace', [k, 'v'], no),
  (k) => call('append', [k, 'v']),
  (k) => call('prepend', [k, 'v']),
  (k) => call('cas', [k, 'v', '1']),
  (k) => call('incr', [k, 1]),
  (k) => call('decr', [k, 1]),
  (k) => call('touch', [k, 5]),
  (k) => call('delete', [k]),
  (k) => call('delete_many', [[k]]),
  (k, other) => call('get_many', [[k, other]]),
  (k, other) => call('gets_many', [[k, other]]),
  () => call('flush_all'),
];
const setMany = (k: string, other: string): Call =>
  call('set_many', [
    new Map([
      [k, 'v'],
      [other, 'w'],
    ]),
  ]);

describe.each([
  ['left alone', {}, [...CALLS, setMany], ['OSError']],
  // What set_many answers is a row of the compatibility page.
  ['down, and errors are ignored', { ignore_exc: true, retry_attempts: 1000 }, CALLS, []],
  ['out, and it was the only one', { retry_attempts: 0 }, CALLS.slice(0, -1), ['OSError']],
  [
    'out, the only one, and errors are ignored',
    { retry_attempts: 0, ignore_exc: true },
    [...CALLS.slice(0, -1), setMany],
    [null],
  ],
] as const)('while a server is %s', (_name, kwargs, calls, first) => {
  let pair: HashPair;
  let keys: string[];
  beforeAll(async () => {
    const [one] = servers;
    await startAll();
    pair = await HashPair.start(python, [one.name], { kwargs, frozen: true });
    keys = keysOf(pair.ours, one, 2);
    await expectSame(pair, call('set', [keys[0] ?? '', 'v'], no));
    await pair.drop();
    await one.kill();
    for (const told of first) {
      expect(await expectSame(pair, call('get', [keys[0] ?? '']))).toBe(told);
    }
  });
  afterAll(() => pair.drop());

  it.each(calls.map((make) => [make('k', 'o').method, make] as const))(
    '%s answers alike',
    async (_method, make) => {
      // Time for another try, where there is one.
      if (first.length === 0) await pair.advance(1250);
      await expectSame(pair, make(keys[0] ?? '', keys[1] ?? ''));
    },
  );
});

describe('what counts as a failure', () => {
  /** What `get` comes to three times in a row, with no time between. */
  async function threeGets(names: readonly string[], kwargs = {}): Promise<unknown[]> {
    const pair = await HashPair.start(python, names, { kwargs, frozen: true });
    const told: unknown[] = [];
    for (let i = 0; i < 3; i++) told.push(await expectSame(pair, call('get', ['k', 'miss'])));
    await pair.drop();
    return told;
  }

  it.each([
    ['closes the connection', 'MemcacheUnexpectedCloseError', undefined],
    ['answers nonsense', 'MemcacheUnknownError', 'HELLO\r\n'],
    ['refuses', 'MemcacheServerError', 'SERVER_ERROR busy\r\n'],
    ['knows nothing', 'MemcacheUnknownCommandError', 'ERROR\r\n'],
  ])('not a server that %s', async (_what, raised, reply) => {
    const server = await startScripted((_received, socket) => {
      if (reply === undefined) socket.end();
      return reply;
    });
    expect(await threeGets([`127.0.0.1:${server.port}`])).toEqual([raised, raised, raised]);
    await server.close();
  });

  it('a server that resets the connection', async () => {
    const server = await startScripted((_received, socket) => void socket.resetAndDestroy());
    expect(await threeGets([`127.0.0.1:${server.port}`])).toEqual(['OSError', 'miss', 'miss']);
    await server.close();
  });

  it('a server that does not answer in time', async () => {
    const server = await startScripted(() => undefined);
    const names = [`127.0.0.1:${server.port}`];
    const theirs = await python.create('pymemcache.client.hash.HashClient', [names], {
      timeout: 0.1,
      retry_timeout: 3600,
    });
    await using ours = new HashClient(names, { timeout: 0.1, retry_timeout: 3600 });
    expect((await theirs.outcome('get', ['k']) as { raised?: { bases: string[] } }).raised?.bases).toContain('OSError'); // prettier-ignore
    await expect(ours.get('k')).rejects.toThrow(TimeoutError);
    expect([await theirs.call('get', ['k', 'miss']), await ours.get('k', 'miss')]).toEqual([
      'miss',
      'miss',
    ]);
    await server.close();
  });
});

describe('any history of one call after the other', () => {
  type Step =
    | { readonly kind: 'call'; readonly call: Call }
    | { readonly kind: 'advance'; readonly ms: number }
    | { readonly kind: 'kill' | 'restart'; readonly server: number };

  const key = fc.nat(11).map((i) => `key${i}`);
  const value = fc.nat(99).map(String);
  const made = fc.oneof(
    key.map((k) => call('get', [k, 'miss'])),
    fc.tuple(key, value, fc.boolean()).map(([k, v, noreply]) => call('set', [k, v], { noreply })),
    fc.tuple(key, value).map(([k, v]) => call('add', [k, v], no)),
    key.map((k) => call('incr', [k, 1])),
    key.map((k) => call('delete', [k], no)),
    key.map((k) => call('touch', [k, 100], no)),
    key.map((k) => call('get_many', [[k]])),
    fc.tuple(key, value).map(([k, v]) => call('set_many', [new Map([[k, v]])], no)),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: made.map((each) => ({ kind: 'call', call: each }) as const) },
    {
      weight: 5,
      arbitrary: fc
        .constantFrom(250, 750, 1250, 5000, 5250)
        .map((ms) => ({ kind: 'advance', ms }) as const),
    },
    {
      weight: 1,
      arbitrary: fc.nat(2).map((server) => ({ kind: 'kill', server }) as const),
    },
    {
      weight: 1,
      arbitrary: fc.nat(2).map((server) => ({ kind: 'restart', server }) as const),
    },
  );

  async function take(pair: HashPair, { kind, ...rest }: Step): Promise<void> {
    if ('call' in rest) return void (await expectSame(pair, rest.call));
    if ('ms' in rest) return pair.advance(rest.ms);
    const server = servers[rest.server];
    if (server === undefined || server.isRunning !== (kind === 'kill')) return;
    // Both meet the change when they connect: what they make of open connections is tested elsewhere.
    await pair.drop();
    await (kind === 'kill' ? server.kill() : server.restart());
  }

  it('has the same answers', async () => {
    const kwargs = fc.record({
      retry_attempts: fc.nat(2),
      retry_timeout: fc.constantFrom(0, 1),
      dead_timeout: fc.constantFrom(0, 5),
    });
    const steps = fc.array(step, { minLength: 40, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(kwargs, steps, async (patience, history) => {
        await startAll();
        const pair = await HashPair.start(python, names(), { kwargs: patience, frozen: true });
        await expectSame(pair, call('flush_all', [], no));
        for (const each of history) await take(pair, each);
        await pair.drop();
      }),
      { numRuns: 15 },
    );
  }, 90_000);
});
