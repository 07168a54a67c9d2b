// python-memcached's Client, as a TypeScript program sees it.
import {
  Client,
  cmemcache_hash,
  SERVER_MAX_KEY_LENGTH,
  type ClientOptions,
  type Key,
  type MultiKey,
  type Slabs,
  type Stats,
} from 'memcache-py';

const { signal } = new AbortController();
const mc = new Client(['127.0.0.1:11211', ['127.0.0.1:11212', 3], 'unix:/tmp/socket'], {
  cache_cas: true,
  failure: 'raise',
  release: '1.62',
  python: 2,
  socket_timeout: null,
});
new Client(new Set(['127.0.0.1:11211']), 1, 2, { pid: (value) => value });

// Storing: by position, by name, and both.
typeOf(mc.set('k', 1)).is<Promise<boolean | 0>>();
typeOf(mc.add(Buffer.from('k'), 1, 60, 0, true, { signal })).is<Promise<boolean | 0>>();
typeOf(mc.replace([7n, 'k'], 1, 60n, { noreply: true })).is<Promise<boolean | 0>>();
typeOf(mc.append('k', 'v', { time: { totalSeconds: () => 5 } })).is<Promise<boolean | 0>>();
typeOf(mc.prepend('k', 'v', true)).is<Promise<boolean | 0>>();
typeOf(mc.cas('k', 'v', 0, 0)).is<Promise<boolean | 0>>();
typeOf(mc.set_multi({ a: 1 }, 60, 'p:', 0, false)).is<Promise<MultiKey[]>>();
typeOf(mc.set_multi(new Map([[1, 'a']]), { key_prefix: 'p:' })).is<Promise<MultiKey[]>>();

// Reading: values are unknown until a program has looked.
typeOf(mc.get('k')).is<Promise<unknown>>();
typeOf(mc.get('k', 'default', { signal })).is<Promise<unknown>>();
typeOf(mc.get('k', { default: 0, signal })).is<Promise<unknown>>();
typeOf(mc.gets('k')).is<Promise<unknown>>();
typeOf(mc.get_multi(['a', 1, [3, 'b']], 'p:')).is<Promise<Map<MultiKey, unknown>>>();
typeOf(mc.get_multi(new Set(['a']), { key_prefix: 'p:' })).is<Promise<Map<MultiKey, unknown>>>();

// Counting, touching, deleting.
typeOf(mc.incr('k')).is<Promise<number | bigint | null>>();
typeOf(mc.incr('k', '5', true)).is<Promise<number | bigint | null>>();
typeOf(mc.decr('k', { delta: 5n })).is<Promise<number | bigint | null>>();
typeOf(mc.touch('k', 60)).is<Promise<0 | 1>>();
typeOf(mc.delete('k', null, true)).is<Promise<0 | 1>>();
typeOf(mc.delete_multi(['a', 2], { key_prefix: 'p:', noreply: true })).is<Promise<0 | 1>>();
typeOf(mc.flush_all({ signal })).is<Promise<null>>();

// About servers and the client.
typeOf(mc.get_stats('items')).is<Promise<[string, Stats][]>>();
typeOf(mc.get_slabs()).is<Promise<[string, Slabs][]>>();
typeOf(mc.get_slab_stats()).is<Promise<[string, Record<string, Stats | string>][]>>();
typeOf(mc.set_servers(['127.0.0.1:11211'])).is<void>();
typeOf(mc.check_key('k', { key_extra_len: 2 })).is<void>();
typeOf(mc.disconnect_all()).is<void>();
typeOf(mc.quit_all()).is<Promise<null>>();
typeOf(mc.cas_ids).is<Map<string, string>>();
typeOf(mc.stats).is<Record<string, number>>();
typeOf(mc[Symbol.asyncDispose]()).is<Promise<void>>();
typeOf(SERVER_MAX_KEY_LENGTH).is<number>();
typeOf(cmemcache_hash('k')).is<number>();
typeOf<ClientOptions['failure']>(undefined).is<'rehash' | 'miss' | 'raise' | undefined>();
mc.events.on('dead', ({ server }) => typeOf(server).is<string>());
const error: Error = new Client.MemcachedKeyLengthError('too long');
const key: Key = [1, Buffer.from('k')];
export { error, key };

// @ts-expect-error a list of servers is a list
new Client(5);
// @ts-expect-error there is no such option
new Client([], { no_such_option: 1 });
// @ts-expect-error no such release
new Client([], { release: '9.99' });
// @ts-expect-error a key is no Date
void mc.get(new Date());
// @ts-expect-error a value is missing
void mc.set('k');
// @ts-expect-error seconds are no text
void mc.set('k', 1, 'soon');
// @ts-expect-error set has no such parameter
void mc.set('k', 1, { expire: 60 });
// @ts-expect-error nor does incr take time
void mc.incr('k', { time: 60 });
// @ts-expect-error one key is no list of keys
void mc.get_multi(5);
// @ts-expect-error append takes no fifth parameter by position
void mc.append('k', 'v', 0, 0, false, {}, 1);
// @ts-expect-error what was read is unknown
void mc.get('k').then((value) => value.length);
