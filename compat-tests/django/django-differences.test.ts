// The rows of docs/compatibility.md about Django: what it does, and what ours does.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DjangoCache,
  InvalidCacheBackendError,
  newSessionKey,
  NotSupportedError,
  RuntimeError,
  Sessions,
  UpdateError,
  type BackendName,
} from '../../lib/django';
import { PyObject } from '../../lib/value/pickle';
import { float, refusingPort } from '../support';
import { Site } from './site';

let site: Site;
const open: DjangoCache[] = [];

beforeAll(async () => {
  site = await Site.start({ backend: 'PyMemcacheCache' });
}, 30_000);
beforeEach(() => site.flush());
afterEach(() => {
  for (const cache of open.splice(0)) cache.close();
});
afterAll(() => site.stop());

function ours(LOCATION = site.location, BACKEND: BackendName = 'PyMemcacheCache'): DjangoCache {
  const cache = new DjangoCache({ BACKEND, LOCATION });
  open.push(cache);
  return cache;
}

const nobody = async (): Promise<string[]> => [`127.0.0.1:${await refusingPort()}`];

it.each<BackendName>(['MemcachedCache', 'PyLibMCCache', 'PyMemcacheCache'])(
  'D1: close of %s closes, and the next call connects again',
  async (backend) => {
    const cache = ours(site.location, backend);
    await cache.set('k', 1);
    cache.close();
    expect(await cache.get('k')).toBe(1);
  },
);

it('D2: a session that ends while it is stored stays ended', async () => {
  // What Django does: a get that finds it, and a set that brings it back.
  await site.python.exec('s = session()\ns["a"] = 1\ns.save()\ntheirs = s._cache.get');
  const key = (await site.python.eval('s.session_key')) as string;
  await site.python.exec(
    'def get(*args):\n    found = theirs(*args)\n    s._cache.delete(s.cache_key)\n    return found\ns._cache.get = get\ns.save()\ndel s._cache.get',
  );
  expect(await site.python.eval('session().exists(key)', { key })).toBe(true);
  const sessions = new Sessions(ours());
  const session = await sessions.open(key);
  await site.python.exec('s.delete()');
  await expect(session.save()).rejects.toThrow(UpdateError);
  expect(await session.exists(key)).toBe(false);
});

it('D3: a cache that cannot be read is no reason to log a user out', async () => {
  const sessions = new Sessions(ours(await nobody()));
  await expect(sessions.open(newSessionKey())).rejects.toThrow();
});

it('D4: only what can be a session key is looked up', async () => {
  await site.ask('default', 'set', ['django.contrib.sessions.cacheNot-A-Key', new Map([['a', 1]])]);
  expect(await site.python.eval('session("Not-A-Key")["a"]')).toBe(1);
  expect((await new Sessions(ours()).open('Not-A-Key')).session_key).toBeNull();
});

it('D5: a cache that does not store ends the creation of a session soon', async () => {
  const session = await new Sessions(ours(await nobody(), 'MemcachedCache')).open();
  await expect(session.save()).rejects.toThrow(RuntimeError);
});

it('D6: an entry that is no dict is no session', async () => {
  const key = newSessionKey();
  await site.ask('default', 'set', [`django.contrib.sessions.cache${key}`, 'text']);
  const error = site.python.eval('session(key)["a"]', { key });
  await expect(error).rejects.toMatchObject({ type: 'TypeError' });
  expect((await new Sessions(ours()).open(key)).is_empty()).toBe(true);
});

it('D7: sessions of cached_db are read, and not written', async () => {
  const key = newSessionKey();
  const name = `django.contrib.sessions.cached_db${key}`;
  await site.ask('default', 'set', [name, new Map([['a', 1]])]);
  const SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db';
  const session = await new Sessions(ours(), { SESSION_ENGINE }).open(key);
  expect(session.get('a')).toBe(1);
  for (const change of [session.save(), session.flush(), session.cycle_key()]) {
    await expect(change).rejects.toThrow(NotSupportedError);
  }
  expect(await site.ask('default', 'get', [name])).toEqual(new Map([['a', 1]]));
});

it('D8: delete over an old python-memcached answers what that answers', async () => {
  const cache = new DjangoCache({
    BACKEND: 'MemcachedCache',
    LOCATION: site.location,
    OPTIONS: { release: '1.59' },
  });
  open.push(cache);
  expect(await cache.delete('nothing')).toBe(true);
  expect(await ours(site.location, 'MemcachedCache').delete('nothing')).toBe(false);
});

it('D9: a whole float that stands alone is an int to JavaScript', async () => {
  await site.ask('default', 'set', ['k', float(2)]);
  await ours().incr_version('k');
  expect(await site.ask('default', 'get', ['k'], { version: 2 })).toBe(2);
});

it('D10: nothing is run or looked up to read an entry', async () => {
  await site.python.exec('import collections\nclass Spy:\n    pass\nSpy.__module__ = "builtins"');
  await site.python.exec('import builtins\nbuiltins.Spy = Spy\ncaches["default"].set("k", Spy())');
  expect(await ours().get('k')).toBeInstanceOf(PyObject);
});

it('D11: a call can be given up', async () => {
  const signal = AbortSignal.abort(new Error('given up'));
  await expect(ours().get('k', { signal })).rejects.toThrow('given up');
});

it('D12: replace stores only where there is a value', async () => {
  const cache = ours();
  expect(await cache.replace('k', 1)).toBe(false);
  await cache.set('k', 1);
  expect(await cache.replace('k', 2, 60)).toBe(true);
  expect(await site.ask('default', 'get', ['k'])).toBe(2);
});

it('MemcachedCache is not in Django 4.1', () => {
  const settings = { BACKEND: 'MemcachedCache', LOCATION: site.location } as const;
  expect(() => new DjangoCache(settings, { release: '4.1' })).toThrow(InvalidCacheBackendError);
});

it('every row of the page about Django is shown here, and there are no others', () => {
  const page = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const rows = Array.from(
    page.matchAll(/^\| (D\d+) \|.*`django-differences\.test\.ts`/gm),
    ([, row]) => row,
  );
  const source = readFileSync(__filename, 'utf8');
  const shown = Array.from(source.matchAll(/^(?:it\(|\s+)'(D\d+): /gm), ([, row]) => row);
  expect(rows).toEqual(shown);
});
