// pymemcache's clients, as a TypeScript program sees them.
import {
  Client,
  FallbackClient,
  HashClient,
  MemcacheServerError,
  MockMemcacheClient,
  PooledClient,
  RetryingClient,
  serde,
  type Key,
  type ValueWithCas,
} from 'memcache-py/pymemcache';

const { signal } = new AbortController();
const mc = new Client(['127.0.0.1', 11211], {
  serde: serde.pickle_serde,
  default_noreply: false,
  key_prefix: 'p:',
});
const pooled = new PooledClient('127.0.0.1:11211', { max_pool_size: 4, timeout: null });
const hashed = new HashClient([['127.0.0.1', 11211], '127.0.0.1:11212'], { ignore_exc: true });

typeOf(mc.set('k', 'v', 60, false, 12)).is<Promise<boolean>>();
typeOf(mc.add(Buffer.from('k'), 1, { expire: 60n, signal })).is<Promise<boolean>>();
typeOf(pooled.replace('k', 1, 60, { noreply: null })).is<Promise<boolean>>();
typeOf(hashed.set([`route`, 'k'], 1, 60)).is<Promise<boolean>>();
typeOf(mc.set_many({ a: 1 }, { expire: 60 })).is<Promise<Key[]>>();
typeOf(hashed.set_multi(new Map([['a', 1]]))).is<Promise<Key[]>>();
typeOf(mc.cas('k', 1, 7n, { noreply: false })).is<Promise<boolean | null>>();

typeOf(mc.get('k')).is<Promise<unknown>>();
typeOf(mc.get('k', { default: 0 })).is<Promise<unknown>>();
typeOf(mc.gets('k', 'default', 'cas default')).is<Promise<[value: unknown, cas: unknown]>>();
typeOf(hashed.gets('k')).is<Promise<ValueWithCas | null>>();
typeOf(mc.gat('k', 60)).is<Promise<unknown>>();
typeOf(pooled.get_many(['a', 'b'])).is<Promise<Map<Key, unknown>>>();
typeOf(hashed.get_many(['a'], { gets: true })).is<Promise<Map<Key, unknown>>>();
typeOf(mc.gets_many(['a'])).is<Promise<Map<Key, ValueWithCas>>>();

typeOf(mc.incr('k', 5)).is<Promise<number | bigint | null>>();
typeOf(hashed.decr('k', 5n, true)).is<Promise<number | bigint | false | null>>();
typeOf(mc.touch('k', { expire: 60 })).is<Promise<boolean>>();
typeOf(mc.delete('k', false)).is<Promise<boolean>>();
typeOf(mc.delete_many(['a'])).is<Promise<true>>();
typeOf(mc.flush_all(5)).is<Promise<true>>();
typeOf(mc.stats('items')).is<Promise<Record<string, number | bigint | boolean | Buffer>>>();
typeOf(mc.version()).is<Promise<Buffer>>();
typeOf(mc.raw_command('version', '\r\n')).is<Promise<Buffer>>();
typeOf(mc.close()).is<void>();
typeOf(hashed.add_server('127.0.0.1', 11213)).is<void>();

const retrying = new RetryingClient(mc, { attempts: 2, retry_for: [MemcacheServerError] });
typeOf(retrying.get('k')).is<Promise<unknown>>();
typeOf(retrying.incr('k', 1)).is<Promise<number | bigint | null>>();
const mock = new MockMemcacheClient();
typeOf(mock.set('k', 1)).is<Promise<true>>();
typeOf(FallbackClient.prototype.set('k', 1)).is<Promise<null>>();

// @ts-expect-error incr needs the value
void mc.incr('k');
// @ts-expect-error pymemcache's time is expire
void mc.set('k', 1, { time: 60 });
// @ts-expect-error one client has one server
new Client(['127.0.0.1:11211', '127.0.0.1:11212', '127.0.0.1:11213']);
// @ts-expect-error pools are for the PooledClient
new Client('127.0.0.1', { max_pool_size: 4 });
// @ts-expect-error a tuple key is for the HashClient
void mc.get(['route', 'k']);
// @ts-expect-error what is retried has the client's methods alone
void retrying.no_such_method();
