// Django's own caches and ours on the same servers: the same keys, entries, lifetimes and answers, both ways.

import { DjangoCache, type CacheKey, type CacheSettings } from '../../lib/django';
import { bytes, float, tuple, type PythonValue } from '../support';
import { BACKENDS, RELEASE, Site } from './site';

const BIG = Buffer.alloc(2_000_000, 'x');

describe.each(BACKENDS)('%s', (backend) => {
  let site: Site;
  const open: DjangoCache[] = [];

  function ours(more: Partial<CacheSettings> = {}): DjangoCache {
    const settings = { BACKEND: backend, LOCATION: site.location, ...more } as CacheSettings;
    const cache = new DjangoCache(settings, { release: RELEASE });
    open.push(cache);
    return cache;
  }

  beforeAll(async () => {
    site = await Site.start({ backend, servers: 3 });
  }, 30_000);
  beforeEach(() => site.flush());
  afterEach(() => {
    for (const cache of open.splice(0)) cache.close();
  });
  afterAll(() => site.stop());

  const VALUES: readonly (readonly [ours: unknown, theirs: PythonValue])[] = [
    ['text', 'text'],
    ['t\u00e9xt \u{1f600}', 't\u00e9xt \u{1f600}'],
    ['', ''],
    [Buffer.from('\0\xff', 'latin1'), bytes('\0\xff')],
    [42, 42],
    [-5, -5],
    [2n ** 70n, 2n ** 70n],
    [1.5, float(1.5)],
    [
      [1, 'a', null],
      [1, 'a', null],
    ],
    [{ a: { b: [true] } }, new Map([['a', new Map([['b', [true]]])]])],
  ];

  it.each(VALUES)('what one stores as %p the other reads', async (mine, its) => {
    await ours().set('k', mine);
    expect(await site.ask('default', 'get', ['k'])).toEqual(its);
    await site.ask('default', 'set', ['back', its]);
    expect(await ours().get('back')).toEqual(mine);
  });

  const SCALARS: typeof VALUES = [
    [true, true],
    [null, null],
  ];

  it.each([...VALUES, ...SCALARS])('stores %p byte for byte as Django does', async (mine, its) => {
    const cache = ours();
    await cache.set('mine', mine);
    await site.ask('default', 'set', ['its', its]);
    const entry = await held(':1:mine');
    expect(entry).toEqual(await held(':1:its'));
    expect(entry).toBeDefined();
  });

  /** Flags and bytes, wherever they are. */
  async function held(key: string): Promise<{ flags: number; data: Buffer } | undefined> {
    for (const raw of site.raws) {
      const entry = await raw.entry(key);
      if (entry !== undefined) return { flags: entry.flags, data: entry.data };
    }
    return undefined;
  }

  it('a value that was read and changed keeps its Python types', async () => {
    await site.ask('default', 'set', [
      'k',
      new Map<string, PythonValue>([
        ['t', tuple(1, float(2))],
        ['n', 1],
      ]),
    ]);
    const cache = ours();
    const value = (await cache.get('k')) as { n: number };
    value.n = 5;
    await cache.set('k', value);
    expect(await site.ask('default', 'get', ['k'])).toEqual(
      new Map<string, PythonValue>([
        ['t', tuple(1, float(2))],
        ['n', 5],
      ]),
    );
  });

  it('keys of all kinds are on the same server under the same name', async () => {
    const cache = ours({ KEY_PREFIX: 'shop', VERSION: 3 });
    const keys: [CacheKey, PythonValue][] = [
      ['plain', 'plain'],
      [7, 7],
      [1.5, float(1.5)],
      [true, true],
      [2n ** 65n, 2n ** 65n],
      ['sch\u00f6n', 'sch\u00f6n'],
      ['\u00a0', '\u00a0'],
      ...Array.from({ length: 60 }, (_, i): [string, string] => [
        `user:${i * 7919}`,
        `user:${i * 7919}`,
      ]),
    ];
    await Promise.all(keys.map(([mine], i) => cache.set(mine, i)));
    const read = await Promise.all(keys.map(([, its]) => site.ask('shop', 'get', [its])));
    expect(read).toEqual(keys.map((_, i) => i));
    expect(await site.ask('shop', 'get', ['plain'], { version: 3 })).toBe(0);
    expect(await cache.get('plain', { version: 4 })).toBeNull();
    expect(await held('shop:3:plain')).toBeDefined();
  });

  it('KEY_FUNCTION makes the whole key', async () => {
    const cache = ours({
      KEY_PREFIX: 'c',
      KEY_FUNCTION: (key, prefix, version) => `${version}/${prefix}/${String(key).toUpperCase()}`,
    });
    await cache.set('k', 1);
    expect(await site.ask('custom', 'get', ['k'])).toBe(1);
    expect(await held('1/c/K')).toBeDefined();
  });

  it('refuses the keys that Django refuses, in its words', async () => {
    const cache = ours();
    const good = 'a'.repeat(247);
    await cache.set(good, 1);
    expect(await site.ask('default', 'get', [good])).toBe(1);
    for (const key of ['a b', 'a\nb', '\x7f', 'a'.repeat(248), "it's\t"]) {
      const error = await site.raised('default', 'get', [key]);
      for (const method of ['get', 'delete', 'incr', 'touch', 'has_key', 'incr_version'] as const) {
        await expect(cache[method](key)).rejects.toThrow(error.replace('InvalidCacheKey: ', ''));
      }
      for (const method of ['set', 'add', 'get_or_set'] as const) {
        await expect(cache[method](key, 1)).rejects.toThrow(
          expect.objectContaining({ name: 'InvalidCacheKey' }) as Error,
        );
      }
      await expect(cache.get_many(['ok', key])).rejects.toThrow('Cache key');
      await expect(
        cache.set_many([
          ['ok', 1],
          [key, 1],
        ]),
      ).rejects.toThrow('Cache key');
      await expect(cache.delete_many(['ok', key])).rejects.toThrow('Cache key');
    }
    expect(await cache.get('ok')).toBeNull();
  });

  it('refuses a key whose UTF-8 is too long for memcached, as its client does', async () => {
    const key = '\u00e9'.repeat(200);
    expect(await site.raised('default', 'get', [key])).toMatch(/Error: /);
    await expect(ours().get(key)).rejects.toThrow();
  });

  const TIMEOUTS: readonly (readonly [mine: number | null, its: PythonValue])[] = [
    [null, null],
    [60, 60],
    [59.9, float(59.9)],
    [2_592_000, 2_592_000],
    [2_592_001, 2_592_001],
    [31_536_000, 31_536_000],
  ];

  it.each(TIMEOUTS)('timeout %p is the same lifetime', async (mine, its) => {
    const cache = ours();
    await cache.set('mine', 1, mine);
    await cache.add('added', 1, { timeout: mine });
    await cache.set('touched', 1, 5);
    expect(await cache.touch('touched', mine)).toBe(true);
    await cache.set_many({ many: 1 }, mine);
    await site.ask('default', 'set', ['its', 1], { timeout: its });
    const expected = await lifetime(':1:its');
    // A second may begin between two commands.
    for (const key of ['mine', 'added', 'touched', 'many']) {
      expect(Math.abs((await lifetime(`:1:${key}`)) - expected)).toBeLessThanOrEqual(5);
    }
  });

  /** Seconds that an entry still lives; -1: for ever. */
  async function lifetime(key: string): Promise<number> {
    for (const raw of site.raws) {
      const ttl = /^HD t(-?\d+)$/.exec(await raw.ask(`mg ${key} t\r\n`))?.[1];
      if (ttl !== undefined) return Number(ttl);
    }
    throw new Error(`no ${key}`);
  }

  it('TIMEOUT is the lifetime where none is given', async () => {
    await ours({ TIMEOUT: 60 }).set('a', 1);
    await ours({ TIMEOUT: null }).set('b', 1);
    await ours().set('c', 1);
    expect(await lifetime(':1:a')).toBeGreaterThan(50);
    expect(await lifetime(':1:a')).toBeLessThanOrEqual(60);
    expect(await lifetime(':1:b')).toBe(-1);
    expect(await lifetime(':1:c')).toBeGreaterThan(290);
  });

  it.each([0, -1, -100, 0.5])('timeout %p expires at once', async (timeout) => {
    const cache = ours();
    await cache.set('k', 1);
    await cache.set('k', 2, timeout);
    expect(await cache.get('k')).toBeNull();
    await cache.set('k', 1);
    expect(await cache.touch('k', timeout)).toBe(true);
    expect(await site.ask('default', 'get', ['k'])).toBeNull();
  });

  it('add, touch, delete and has_key answer as Django', async () => {
    const cache = ours();
    const story = [
      ['add', 'k', 1], ['add', 'k', 2], ['has_key', 'k'], ['touch', 'k'], ['touch', 'no'],
      ['get', 'no', 'nothing'], ['delete', 'k'], ['has_key', 'k'],
    ] as const; // prettier-ignore
    const mine: unknown[] = [];
    for (const [method, ...args] of story) {
      mine.push(await (cache[method] as (...all: unknown[]) => Promise<unknown>)(...args));
    }
    const its: PythonValue[] = [];
    for (const [method, ...args] of story) its.push(await site.ask('default', method, args));
    expect(mine).toEqual([true, false, true, true, false, 'nothing', true, false]);
    expect(its).toEqual(mine);
  });

  it('the methods of many keys answer by your own keys', async () => {
    const cache = ours({ KEY_PREFIX: 'shop', VERSION: 3 });
    const data = new Map<CacheKey, unknown>([
      ['a', 1],
      [2, 'two'],
      ['n', null],
    ]);
    expect(await cache.set_many(data)).toEqual([]);
    expect(await site.ask('shop', 'get_many', [['a', 2, 'n', 'no']])).toEqual(data);
    expect(await cache.get_many<CacheKey>(['a', 2, 'n', 'no'])).toEqual(data);
    expect(await cache.delete_many(['a', 2])).toBeNull();
    expect(await cache.get_many(['a', 'n'])).toEqual(new Map([['n', null]]));
    expect(await cache.clear()).toBeNull();
    expect(await site.ask('shop', 'get_many', [['n']])).toEqual(new Map());
  });

  it('counts together with Django', async () => {
    const cache = ours();
    await cache.set('n', 10);
    expect(await site.ask('default', 'incr', ['n', 5])).toBe(15);
    expect(await cache.incr('n')).toBe(16);
    expect(await cache.incr('n', -6)).toBe(10);
    expect(await cache.decr('n', 4)).toBe(6);
    expect(await cache.decr('n', -4)).toBe(10);
    expect(await cache.decr('n', { delta: 100 })).toBe(0);
    await site.ask('default', 'set', ['n', 2n ** 60n]);
    expect(await cache.incr('n', 7n)).toBe(2n ** 60n + 7n);
    expect(await site.ask('default', 'get', ['n'])).toBe(2n ** 60n + 7n);
  });

  it('a counter that there is not is the ValueError of Django', async () => {
    for (const method of ['incr', 'decr', 'incr_version', 'decr_version'] as const) {
      const message = (await site.raised('default', method, ['no'])).replace('ValueError: ', '');
      await expect(ours()[method]('no')).rejects.toMatchObject({ name: 'ValueError', message });
    }
    await expect(ours().incr('no', { delta: 3, version: 2 })).rejects.toThrow(
      "Key ':2:no' not found",
    );
  });

  it('a negative delta of a key that there is not: as Django 3.2, and ValueError since 4.0', async () => {
    const its = await site.ask('default', 'incr', ['no', -1]).catch((error: Error) => error.name);
    const mine = await ours()
      .incr('no', -1)
      .catch((error: Error) => error.name);
    expect(mine).toEqual(its);
  });

  it('moves a value between versions', async () => {
    const cache = ours();
    await cache.set('k', [1]);
    expect(await cache.incr_version('k')).toBe(2);
    expect(await site.ask('default', 'get', ['k'])).toBeNull();
    expect(await site.ask('default', 'get', ['k'], { version: 2 })).toEqual([1]);
    expect(await cache.incr_version('k', 5, 2)).toBe(7);
    expect(await cache.decr_version('k', { delta: 6, version: 7 })).toBe(1);
    expect(await cache.get('k')).toEqual([1]);
    expect(await cache.has_key('k', { version: 7 })).toBe(false);
  });

  it('a stored None and a default answer as Django', async () => {
    const cache = ours();
    await cache.set('none', null);
    const its = await site.ask('default', 'get', ['none', 'miss']);
    expect(await cache.get('none', 'miss')).toEqual(its);
    expect(await cache.has_key('none')).toEqual(await site.ask('default', 'has_key', ['none']));
    expect(await cache.get_or_set('none', 5)).toEqual(
      await site.ask('default', 'get_or_set', ['none', 5]),
    );
  });

  it('get_or_set stores what its function makes, once', async () => {
    const cache = ours();
    let calls = 0;
    const make = (): Promise<string> => Promise.resolve(`made ${++calls}`);
    expect(await cache.get_or_set('k', make, 60)).toBe('made 1');
    expect(await cache.get_or_set('k', make)).toBe('made 1');
    expect(await site.ask('default', 'get', ['k'])).toBe('made 1');
    // Somebody else was faster.
    const slow = async (): Promise<string> => {
      await site.ask('default', 'set', ['race', 'theirs']);
      return 'ours';
    };
    expect(await cache.get_or_set('race', slow)).toBe('theirs');
  });

  it('a value that the server refuses does not leave the old one, as in Django', async () => {
    const cache = ours();
    await cache.set('k', 1);
    const its = await site.raised('default', 'set', ['k', BIG]).catch(() => 'nothing');
    const mine = await cache.set('k', BIG).then(
      () => 'nothing',
      (error: Error) => error.name,
    );
    expect(mine === 'nothing').toBe(its === 'nothing');
    if (mine === 'nothing') expect(await cache.get('k')).toBeNull();
  });

  it('takes a signal on every method', async () => {
    const cache = ours();
    const signal = AbortSignal.abort(new Error('given up'));
    const calls: Promise<unknown>[] = [
      cache.add('k', 1, { signal }), cache.set('k', 1, { signal }), cache.set('k', 1, 5, 1, { signal }),
      cache.get('k', { signal }), cache.get('k', 5, { signal }), cache.get_many(['k'], { signal }),
      cache.get_or_set('k', 1, { signal }), cache.has_key('k', { signal }), cache.touch('k', { signal }),
      cache.set_many({ k: 1 }, { signal }), cache.delete('k', { signal }), cache.delete_many(['k'], { signal }),
      cache.incr('k', { signal }), cache.decr('k', 2, { signal }), cache.incr_version('k', { signal }),
      cache.clear({ signal }), cache.replace('k', 1, { signal }),
    ]; // prettier-ignore
    for (const call of calls) await expect(call).rejects.toThrow('given up');
  });
});
