// The patterns over clients of the package, as a TypeScript program sees them.
import { Client } from 'memcache-py';
import { Client as Pylibmc } from 'memcache-py/pylibmc';
import { HashClient } from 'memcache-py/pymemcache';
import { acquire, count, get_or_set, Lock, Namespace, update } from 'memcache-py/patterns';

const mc = new Client([], { cache_cas: true });
const pylibmc = new Pylibmc([]);
const hashed = new HashClient([]);

typeOf(get_or_set(mc, 'k', () => 1, { time: 60 })).is<Promise<unknown>>();
typeOf(get_or_set(pylibmc, 'k', async () => [1])).is<Promise<unknown>>();
typeOf(count(hashed, 'k', { ttl: 60, delta: 2 })).is<Promise<number | bigint | null>>();
typeOf(acquire(mc, 'k', { ttl: 30 })).is<Promise<Lock | null>>();
typeOf(acquire(pylibmc, 'k', { ttl: 30, wait: 5 })).is<Promise<Lock | null>>();
typeOf(update(mc, 'k', (present) => [present], { time: 60 })).is<Promise<unknown>>();
typeOf(update(hashed, 'k', () => undefined)).is<Promise<unknown>>();
typeOf(Lock.prototype.release()).is<Promise<boolean>>();
typeOf(Lock.prototype.extend(30)).is<Promise<boolean>>();
const namespace = new Namespace(mc, 'users');
typeOf(namespace.key('ada')).is<Promise<string | null>>();
typeOf(namespace.invalidate()).is<Promise<boolean>>();

// @ts-expect-error a lock without an end is none
void acquire(mc, 'k');
// @ts-expect-error nor is a counter without expiry
void count(mc, 'k', { delta: 1 });
// @ts-expect-error a value is made by a function
void get_or_set(mc, 'k', 1);
// @ts-expect-error a Map is no client
new Namespace(new Map(), 'users');
