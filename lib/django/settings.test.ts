// An entry of CACHES is taken as it stands in settings.py, or refused with the name of what is wrong.

import { ValueError } from '../errors';
import { InvalidCacheBackendError } from './errors';
import { findRelease } from './releases';
import { resolveSettings, type CacheSettings } from './settings';

const BACKEND = 'PyMemcacheCache';

it('has the defaults of Django', () => {
  const settings = resolveSettings({ BACKEND, LOCATION: 'a:1' }, undefined);
  expect(settings).toMatchObject({
    servers: ['a:1'],
    timeout: 300,
    key_prefix: '',
    version: 1,
    options: {},
    release: { name: '5.2' },
  });
  expect(settings.key_func('k', '', 1)).toBe(':1:k');
});

it.each([
  ['a:1;b:2,unix:/tmp/s', 'PyMemcacheCache', ['a:1', 'b:2', 'unix:/tmp/s']],
  ['a:1;unix:/tmp/s', 'PyLibMCCache', ['a:1', '/tmp/s']],
  [['a:1', ['b', 2]], 'PyMemcacheCache', ['a:1', ['b', 2]]],
] as const)('LOCATION %j of %s is %j', (LOCATION, backend, servers) => {
  const settings = { BACKEND: backend, LOCATION } as CacheSettings;
  expect(resolveSettings(settings, undefined).servers).toEqual(servers);
});

it('takes the class with its module', () => {
  const name = 'django.core.cache.backends.memcached.MemcachedCache';
  expect(resolveSettings({ BACKEND: name }, undefined).release.name).toBe('4.0');
});

it.each<[object, new (message: string) => Error, string]>([
  [{ BACKEND: 'LocMemCache' }, ValueError, 'BACKEND must be one of MemcachedCache, PyLibMCCache'],
  [{ BACKEND: 'toString' }, ValueError, 'BACKEND must be one of'],
  [{}, ValueError, 'BACKEND must be one of'],
  [{ BACKEND, LOCATION: 5 }, TypeError, 'LOCATION must be text or a list'],
  [{ BACKEND, KEY_PREFIX: 5 }, TypeError, 'KEY_PREFIX must be a string'],
  [{ BACKEND, KEY_FUNCTION: 'shop.keys.make' }, TypeError, 'KEY_FUNCTION must be a function'],
])('%j is refused', (settings, Class, message) => {
  const resolve = (): unknown => resolveSettings(settings as CacheSettings, undefined);
  expect(resolve).toThrow(Class);
  expect(resolve).toThrow(message);
});

it('a release adds up its rows', () => {
  expect(findRelease('3.2')).toMatchObject({ memcachedCache: true, expiryMoment: 'datetime', negativeDeltaOfNothing: 'answered' }); // prettier-ignore
  expect(findRelease('4.0')).toMatchObject({ memcachedCache: true, expiryMoment: 'datetime', negativeDeltaOfNothing: 'ValueError' }); // prettier-ignore
  expect(findRelease('5.2')).toMatchObject({ memcachedCache: false, expiryMoment: 'iso', negativeDeltaOfNothing: 'ValueError' }); // prettier-ignore
  expect(() => findRelease('2.2')).toThrow(ValueError);
  const old = (): unknown => resolveSettings({ BACKEND: 'MemcachedCache' }, '4.1');
  expect(old).toThrow(InvalidCacheBackendError);
});
