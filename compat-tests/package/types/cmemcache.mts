// cmemcache's clients, as a TypeScript program sees them.
import { Client, StringClient, type Bytes } from 'memcache-py/cmemcache';

const { signal } = new AbortController();
const mc = new Client(['127.0.0.1:11211', ['127.0.0.1:11212', 3]], { failure: 'probe' });
const strings = new StringClient(['127.0.0.1:11211'], 1, { release: '0.95' });

// Any value in one client, bytes and flags in the other.
typeOf(mc.set('k', { a: 1 }, 60)).is<Promise<0 | 1>>();
typeOf(mc.add('k', [1], { time: 60n, signal })).is<Promise<0 | 1>>();
typeOf(mc.get('k')).is<Promise<unknown>>();
typeOf(mc.get_multi(['a', Buffer.from('b')])).is<Promise<Map<Bytes, unknown>>>();
typeOf(strings.set('k', 'text', 60, 12)).is<Promise<0 | 1>>();
typeOf(strings.replace('k', Buffer.from('v'), 60, { flags: 12 })).is<Promise<0 | 1>>();
typeOf(strings.get('k', { signal })).is<Promise<Buffer | null>>();
typeOf(strings.get_multi(['a'])).is<Promise<Map<Bytes, Buffer>>>();

typeOf(mc.incr('k', 5)).is<Promise<number | bigint | null>>();
typeOf(mc.decr('k', { delta: 5n })).is<Promise<number | bigint | null>>();
typeOf(mc.delete('k', 0)).is<Promise<number>>();
typeOf(mc.flush_all()).is<Promise<null>>();
typeOf(mc.get_stats()).is<Promise<[string, Record<string, string>][]>>();
typeOf(strings.get_multiflags(['a'])).is<Promise<Map<Bytes, unknown>>>();
typeOf(mc.set_servers([])).is<void>();
typeOf(mc.disconnect_all()).is<void>();
typeOf(mc[Symbol.asyncDispose]()).is<Promise<void>>();

// @ts-expect-error a StringClient stores bytes alone
void strings.set('k', { a: 1 });
// @ts-expect-error flags are for the StringClient
void mc.set('k', 1, { flags: 12 });
// @ts-expect-error a key is text or bytes
void mc.get(['tuple', 'k']);
// @ts-expect-error this client has no append
void mc.append('k', 'v');
// @ts-expect-error python-memcached's policy, not cmemcache's
new Client([], { failure: 'rehash' });
