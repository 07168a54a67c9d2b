// FallbackClient: what it asks of which client, with what arguments, and what it makes of the answers.

import { FallbackClient, type Cache } from './fallback';
import { MockMemcacheClient } from './mock';

/** Notes what it is asked, and answers what it is told. */
class Noting {
  readonly asked: unknown[][] = [];
  constructor(readonly answers: Readonly<Record<string, unknown>> = {}) {}
}

function noting(answers: Readonly<Record<string, unknown>> = {}): Cache & Noting {
  const target = new Noting(answers);
  return new Proxy(target, {
    get: (_target, name) => {
      if (name in target) return Reflect.get(target, name) as unknown;
      return (...args: unknown[]): unknown => {
        target.asked.push([name, ...args]);
        return Promise.resolve(answers[String(name)] ?? null);
      };
    },
  }) as unknown as Cache & Noting;
}

const none = { signal: undefined };

it.each<[string, (client: FallbackClient) => Promise<unknown>, unknown[]]>([
  ['set', (c) => c.set('k', 'v'), ['k', 'v', 0, true, none]],
  ['set', (c) => c.set('k', 'v', 5, false), ['k', 'v', 5, false, none]],
  ['add', (c) => c.add('k', 'v', { expire: 5 }), ['k', 'v', 5, true, none]],
  ['replace', (c) => c.replace('k', 'v', 5, { noreply: false }), ['k', 'v', 5, false, none]],
  ['append', (c) => c.append('k', 'v'), ['k', 'v', 0, true, none]],
  ['prepend', (c) => c.prepend('k', 'v'), ['k', 'v', 0, true, none]],
  ['cas', (c) => c.cas('k', 'v', '7'), ['k', 'v', '7', 0, true, none]],
  ['cas', (c) => c.cas('k', 'v', 7, 5, false), ['k', 'v', 7, 5, false, none]],
  ['incr', (c) => c.incr('k', 1), ['k', 1, true, none]],
  ['decr', (c) => c.decr('k', 1, false), ['k', 1, false, none]],
  ['delete', (c) => c.delete('k'), ['k', true, none]],
  ['touch', (c) => c.touch('k', 5), ['k', 5, true, none]],
  ['flush_all', (c) => c.flush_all(), [0, true, none]],
  ['flush_all', (c) => c.flush_all(5, { noreply: false }), [5, false, none]],
])('%s asks the first client alone, and answers null', async (method, call, args) => {
  const [first, second] = [noting({ [method]: true }), noting()];
  expect(await call(new FallbackClient([first, second]))).toBeNull();
  expect(first.asked).toEqual([[method, ...args]]);
  expect(second.asked).toEqual([]);
});

it('passes a signal on', async () => {
  const first = noting();
  const { signal } = new AbortController();
  const client = new FallbackClient([first]);
  await client.set('k', 'v', { signal });
  await client.get('k', { signal });
  expect(first.asked).toEqual([
    ['set', 'k', 'v', 0, true, { signal }],
    ['get', 'k', { signal }],
  ]);
  await expect(client.set('k', 'v', { signal: 5 } as never)).rejects.toThrow(TypeError);
});

const full = new Map([['k', 'v']]);
it.each<[string, (client: FallbackClient) => Promise<unknown>, unknown[], unknown, number]>([
  ['the first value', (c) => c.get('k'), [null, 0, 'v'], 0, 2],
  ['null', (c) => c.get('k'), [null, null], null, 2],
  ['the first that has any', (c) => c.get_many(['k', 'l']), [new Map(), full, full], full, 2],
  ['an empty list', (c) => c.get_many(['k']), [new Map(), new Map()], [], 2],
  [
    'the first pair',
    (c) => c.gets('k'),
    [
      [null, null],
      ['v', '1'],
    ],
    [null, null],
    1,
  ],
  ['the first pair that is one', (c) => c.gets('k'), [null, ['v', '1']], ['v', '1'], 2],
  ['no pair', (c) => c.gets('k'), [null], null, 1],
  ['the first that has any pair', (c) => c.gets_many(['k']), [new Map(), full], full, 2],
  ['an empty list of pairs', (c) => c.gets_many(['k']), [new Map()], [], 1],
])('a read answers %s', async (_name, call, answers, told, asked) => {
  const caches = answers.map((each) =>
    noting({ get: each, gets: each, get_many: each, gets_many: each }),
  );
  expect(await call(new FallbackClient(caches))).toEqual(told);
  expect(caches.filter((each) => each.asked.length > 0)).toHaveLength(asked);
});

it('asks every client for all keys, also of an iterator', async () => {
  const caches = [noting({ get_many: new Map() }), noting({ get_many: full })];
  const client = new FallbackClient(caches);
  await client.get_many(['k', 'l'].values());
  expect(caches.map(({ asked }) => asked)).toEqual([
    [['get_many', ['k', 'l'], none]],
    [['get_many', ['k', 'l'], none]],
  ]);
});

it('throws what a client throws, and asks no other', async () => {
  const failing = { ...noting(), get: () => Promise.reject(new Error('down')) } as unknown as Cache;
  const second = noting({ get: 'v' });
  await expect(new FallbackClient([failing, second]).get('k')).rejects.toThrow('down');
  expect(second.asked).toEqual([]);
});

it('closes all, and does nothing for quit and stats', async () => {
  const caches = [noting(), noting()];
  const client = new FallbackClient(caches);
  expect([await client.quit(), await client.stats()]).toEqual([null, null]);
  client.close();
  await client[Symbol.asyncDispose]();
  expect(caches.map(({ asked }) => asked)).toEqual([
    [['close'], ['close']],
    [['close'], ['close']],
  ]);
});

it('needs a client', () => {
  expect(() => new FallbackClient([])).toThrow('there are no caches');
});

it('says so where a client has no gets', async () => {
  const client = new FallbackClient([new MockMemcacheClient()]);
  await client.set('k', 'v');
  expect(await client.get('k')).toEqual(Buffer.from('v'));
  await expect(client.gets('k')).rejects.toThrow(TypeError);
  await expect(client.gets_many(['k'])).rejects.toThrow(TypeError);
});
