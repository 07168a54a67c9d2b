// Keyv and cache-manager over our clients, with Python on the same keys.

import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { createKeyv, KeyvStore, type KeyvClient, type KeyvDjango } from '../../lib/adapters/keyv';
import * as cmemcache from '../../lib/clients/cmemcache';
import * as pylibmc from '../../lib/clients/pylibmc';
import * as pymemcache from '../../lib/clients/pymemcache';
import * as memcache from '../../lib/clients/python-memcached';
import { DjangoCache } from '../../lib/django';
import { Memcached, Python, RawConnection } from '../support';

let server: Memcached;
let raw: RawConnection;
let python: Python;
const open: (KeyvClient | KeyvDjango)[] = [];

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: ['memcache'] });
  await python.exec(`import memcache\nmc = memcache.Client(['${server.name}'])`);
});
beforeEach(() => raw.flush());
afterEach(() => {
  for (const client of open.splice(0)) {
    if ('close' in client) client.close();
    else client.disconnect_all();
  }
});
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

const CLIENTS: Readonly<Record<string, () => KeyvClient | KeyvDjango>> = {
  'python-memcached': () => new memcache.Client([server.name]),
  pylibmc: () => new pylibmc.Client([server.name]),
  pymemcache: () =>
    new pymemcache.Client(server.name, { default_noreply: false, serde: pymemcache.pickle_serde }),
  'pymemcache, many servers': () =>
    new pymemcache.HashClient([server.name], {
      default_noreply: false,
      serde: pymemcache.pickle_serde,
    }),
  'a cache of Django': () =>
    new DjangoCache({ BACKEND: 'PyMemcacheCache', LOCATION: [server.name], KEY_PREFIX: 'p' }),
  cmemcache: () => new cmemcache.Client([server.name]),
};

function connect(name: string): KeyvClient | KeyvDjango {
  const client = CLIENTS[name]?.();
  if (client === undefined) throw new Error(`no client ${name}`);
  open.push(client);
  return client;
}

const keyOf = (client: KeyvClient | KeyvDjango, key: string): string =>
  'make_key' in client ? client.make_key(key) : key;

async function lifetime(key: string): Promise<number> {
  return Number(/^HD t(-?\d+)$/.exec(await raw.ask(`mg ${key} t\r\n`))?.[1]);
}

describe.each(Object.keys(CLIENTS))('Keyv over %s', (name) => {
  it('gives Python plain values, and reads what Python stored', async () => {
    const client = connect(name);
    const keyv = createKeyv(Keyv, client);
    expect(await keyv.set('k', { a: [1, 'b'] })).toBe(true);
    expect(await python.eval('mc.get(key)', { key: keyOf(client, 'k') })).toEqual(
      new Map([['a', [1, 'b']]]),
    );
    await python.exec('mc.set(key, {"n": [1, 2]})', { key: keyOf(client, 'k') });
    expect(await keyv.get('k')).toEqual({ n: [1, 2] });
    expect(await keyv.get('none')).toBeUndefined();
    expect([await keyv.has('k'), await keyv.has('none')]).toEqual([true, false]);
  });

  it('many keys are one request, in your order', async () => {
    const keyv = createKeyv(Keyv, connect(name));
    expect(await keyv.setMany([{ key: 'a', value: 1 }, { key: 'b', value: [2], ttl: 60_000 }])).toEqual([true, true]); // prettier-ignore
    expect(await keyv.get(['b', 'none', 'a'])).toEqual([[2], undefined, 1]);
    expect(await keyv.getMany(['b', 'none', 'a'])).toEqual([[2], undefined, 1]);
    expect(await keyv.getManyRaw(['none', 'a'])).toEqual([undefined, { value: 1 }]);
    expect(await keyv.has(['a', 'none'])).toEqual([true, false]);
    expect(await keyv.deleteMany(['a', 'b'])).toBe(true);
    expect(await keyv.delete(['a', 'b'])).toBe(false);
    expect(await keyv.delete('a')).toBe(false);
  });

  it('a stored None is null, and no miss', async () => {
    const keyv = createKeyv(Keyv, connect(name));
    await keyv.set('k', null);
    expect([await keyv.get('k'), await keyv.has('k')]).toEqual([null, true]);
  });

  it.each([
    [undefined, -1, -1],
    [0, -1, -1],
    [1, 0, 1],
    [90_500, 80, 91],
    [40 * 86_400_000, 40 * 86_400 - 20, 40 * 86_400 + 5],
  ])('a ttl of %p ms lives so long', async (ttl, least, most) => {
    const client = connect(name);
    const keyv = createKeyv(Keyv, client);
    await keyv.set('k', 'v', ttl);
    const seconds = await lifetime(keyOf(client, 'k'));
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });

  it('a namespace stands before the keys', async () => {
    const client = connect(name);
    const keyv = createKeyv(Keyv, client, { namespace: 'shop', ttl: 60_000 });
    await keyv.set('k', 1);
    expect(await raw.entry(keyOf(client, 'shop:k'))).toBeDefined();
    expect(await keyv.get('k')).toBe(1);
  });

  it('a value that the server refuses answers false, and leaves no old one', async () => {
    const keyv = createKeyv(Keyv, connect(name));
    const errors: unknown[] = [];
    keyv.on('error', (error: unknown) => errors.push(error));
    await keyv.set('k', 1);
    const isStored = await keyv.set('k', 'x'.repeat(2_000_000));
    expect(isStored).toBe(false);
    if (errors.length === 0) expect(await keyv.get('k')).toBeUndefined();
  });

  it('clear empties nothing unless it is told to', async () => {
    const client = connect(name);
    await expect(createKeyv(Keyv, client, { throwOnErrors: true }).clear()).rejects.toThrow(
      'clear a part',
    );
    const keyv = createKeyv(Keyv, client, { clear: 'everything', throwOnErrors: true });
    await keyv.set('k', 1);
    await keyv.clear();
    expect(await keyv.get('k')).toBeUndefined();
  });
});

it('a Keyv that serializes is refused: Python could not read its values', async () => {
  const client = connect('python-memcached');
  const keyv = new Keyv({ store: new KeyvStore(client), throwOnErrors: true });
  keyv.on('error', () => undefined);
  await expect(keyv.set('k', 1)).rejects.toThrow('serialize: undefined');
  expect(() => new KeyvStore(client, { clear: 'all' as never })).toThrow('clear must be');
});

it('wrong ttls are refused', async () => {
  const store = new KeyvStore(connect('python-memcached'));
  await expect(store.set('k', { value: 1 }, NaN)).rejects.toThrow('ttl must be a number');
  expect(await store.set('k', { value: 1 }, -5)).toBe(true);
  expect(await store.get('k')).toBeUndefined();
});

describe('cache-manager', () => {
  it('wraps, sets and deletes entries that Python shares', async () => {
    const cache = createCache({ stores: [createKeyv(Keyv, connect('python-memcached'))] });
    let made = 0;
    const make = (): { made: number } => ({ made: ++made });
    expect(await cache.wrap('k', make, 60_000)).toEqual({ made: 1 });
    expect(await cache.wrap('k', make, 60_000)).toEqual({ made: 1 });
    expect(await python.eval("mc.get('k')")).toEqual(new Map([['made', 1]]));
    await python.exec("mc.set('k', 'python')");
    expect(await cache.get('k')).toBe('python');
    await cache.mset([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]); // prettier-ignore
    expect(await cache.mget(['a', 'b', 'c'])).toEqual([1, 2, undefined]);
    expect(await cache.del('k')).toBe(true);
    expect(await python.eval("mc.get('k')")).toBeNull();
    await cache.disconnect();
  });
});
