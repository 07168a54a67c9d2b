// A CommonJS module in TypeScript: every entry by `require`, with the same types as by `import`.
import memcache = require('memcache-py');
import cmemcache = require('memcache-py/cmemcache');
import django = require('memcache-py/django');
import expressSession = require('memcache-py/express-session');
import keyv = require('memcache-py/keyv');
import memcached2 = require('memcache-py/memcached2');
import patterns = require('memcache-py/patterns');
import pickle = require('memcache-py/pickle');
import pylibmc = require('memcache-py/pylibmc');
import pymemcache = require('memcache-py/pymemcache');

const mc = new memcache.Client(['127.0.0.1:11211']);
typeOf(mc.set('k', 1, { time: 60 })).is<Promise<boolean | 0>>();
typeOf(mc.get_multi(['k'])).is<Promise<Map<memcache.MultiKey, unknown>>>();
typeOf(new cmemcache.StringClient([]).get('k')).is<Promise<Buffer | null>>();
typeOf(new memcached2.Memcache([]).get('k')).is<Promise<string>>();
typeOf(new pylibmc.Client([]).incr('k')).is<Promise<number | bigint>>();
typeOf(new pymemcache.Client('127.0.0.1').touch('k', 1)).is<Promise<boolean>>();
typeOf(pymemcache.serde.pickle_serde).is<pymemcache.PickleSerde>();
typeOf(patterns.acquire(mc, 'k', { ttl: 1 })).is<Promise<patterns.Lock | null>>();
typeOf(new keyv.KeyvStore(mc).has('k')).is<Promise<boolean>>();
typeOf(pickle.dumps(1)).is<Buffer>();

const cache = new django.DjangoCache({ BACKEND: 'PyLibMCCache' });
typeOf(cache.client).is<pylibmc.Client>();
const sessions = new django.Sessions(cache);
declare const session: { Store: expressSession.StoreClass<Set<string>> };
typeOf(expressSession.djangoStore(session, sessions)).is<Set<string>>();

// @ts-expect-error an entry has no default export
memcache.default;
// @ts-expect-error a list of servers is a list
new memcache.Client(5);
// @ts-expect-error a key is no number here
void new pylibmc.Client([]).get(5);
