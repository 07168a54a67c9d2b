// Django's cache and sessions, as a TypeScript program sees them.
import {
  DjangoCache,
  Session,
  Sessions,
  default_key_func,
  type CacheKey,
  type Version,
} from 'memcache-py/django';
import type { Client as Memcache } from 'memcache-py';
import type { Client as Pylibmc } from 'memcache-py/pylibmc';
import type { HashClient } from 'memcache-py/pymemcache';

const { signal } = new AbortController();
const LOCATION = ['127.0.0.1:11211'];
const cache = new DjangoCache({ BACKEND: 'PyMemcacheCache', LOCATION, TIMEOUT: null, VERSION: 2 });
const path = 'django.core.cache.backends.memcached.PyLibMCCache';
const pylibmc = new DjangoCache({ BACKEND: path, OPTIONS: { binary: true } });
const old = new DjangoCache({ BACKEND: 'MemcachedCache', LOCATION }, { release: '3.2' });

// The client below is the one of the backend.
typeOf(cache.client).is<HashClient>();
typeOf(pylibmc.client).is<Pylibmc>();
typeOf(old.client).is<Memcache>();

typeOf(cache.set('k', [1], 60)).is<Promise<null>>();
typeOf(cache.add(7, 1, null, 2)).is<Promise<boolean>>();
typeOf(cache.get_or_set('k', () => 1, { timeout: 60, version: 2 })).is<Promise<unknown>>();
typeOf(cache.set_many({ a: 1 }, 60, { signal })).is<Promise<CacheKey[]>>();
typeOf(cache.get('k')).is<Promise<unknown>>();
typeOf(cache.get('k', 'default', 2)).is<Promise<unknown>>();
typeOf(cache.get('k', { default: 0, version: 2 })).is<Promise<unknown>>();
typeOf(cache.get_many(['a', 7])).is<Promise<Map<'a' | 7, unknown>>>();
typeOf(cache.has_key('k', 2)).is<Promise<boolean>>();
typeOf(cache.touch('k', { timeout: null })).is<Promise<boolean>>();
typeOf(cache.incr('k', 5, { version: 2 })).is<Promise<number | bigint | null>>();
typeOf(cache.incr_version('k')).is<Promise<number | bigint | string>>();
typeOf(cache.delete('k', { version: 2 })).is<Promise<boolean>>();
typeOf(cache.delete_many(['a', 7])).is<Promise<null>>();
typeOf(cache.clear()).is<Promise<null>>();
typeOf(cache.make_key('k')).is<string>();
typeOf(cache.version).is<Version>();
typeOf(cache.close()).is<void>();
typeOf(default_key_func('k', 'p', 1)).is<string>();

const sessions = new Sessions(cache, { SESSION_COOKIE_AGE: 3600 });
typeOf(sessions.open('cookie')).is<Promise<Session>>();
typeOf(sessions.open(null)).is<Promise<Session>>();
declare const session: Session;
typeOf(session.user_id).is<string | null>();
typeOf(session.session_key).is<string | null>();
typeOf(session.get('cart', [])).is<unknown>();
typeOf(session.set('cart', [1])).is<void>();
typeOf(session.save()).is<Promise<void>>();
typeOf(session.get_expiry_date()).is<Date>();

// @ts-expect-error there is no such backend
new DjangoCache({ BACKEND: 'LocMemCache' });
// @ts-expect-error an option of another backend's client
new DjangoCache({ BACKEND: 'PyLibMCCache', OPTIONS: { max_pool_size: 4 } });
// @ts-expect-error Django's time is timeout
void cache.set('k', 1, { time: 60 });
// @ts-expect-error a value is missing
void cache.set('k');
// @ts-expect-error sessions are in a cache, not in a client
new Sessions(cache.client);
// @ts-expect-error no such engine
new Sessions(cache, { SESSION_ENGINE: 'django.contrib.sessions.backends.file' });
