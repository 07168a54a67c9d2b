// pylibmc's Client and pools, as a TypeScript program sees them.
import {
  Client,
  ClientPool,
  MemcachedError,
  Error as PylibmcError,
  Reservation,
  ThreadMappedPool,
  translate_server_spec,
  type CasId,
  type Key,
  type LiveBehaviors,
  type ServerStats,
  type ServerTuple,
} from 'memcache-py/pylibmc';

const { signal } = new AbortController();
const mc = new Client(['127.0.0.1:11211', [1, 'localhost', 11211]], {
  behaviors: { ketama: true, hash: 'md5', cas: 1 },
  binary: true,
});
new Client(['127.0.0.1'], { tcp_nodelay: true }, true, 'user', 'password');

typeOf(mc.set('k', [1], 60)).is<Promise<boolean>>();
typeOf(mc.add(Buffer.from('k'), 1, { time: 60, min_compress_len: 100 })).is<Promise<boolean>>();
typeOf(mc.replace('k', 1, 60, 100, { signal })).is<Promise<boolean>>();
typeOf(mc.append('k', 'v')).is<Promise<boolean>>();
typeOf(mc.set_multi({ a: 1 }, 60, { key_prefix: 'p:' })).is<Promise<Key[]>>();
typeOf(mc.add_multi({ a: 1 })).is<Promise<Key[]>>();
typeOf(mc.cas('k', 1, 7n, 60)).is<Promise<boolean>>();

typeOf(mc.get('k')).is<Promise<unknown>>();
typeOf(mc.get('k', 'default', { signal })).is<Promise<unknown>>();
typeOf(mc.gets('k')).is<Promise<[value: unknown, cas: CasId | null]>>();
typeOf(mc.get_multi(['a'], { key_prefix: 'p:' })).is<Promise<Map<Key, unknown>>>();
typeOf(mc.__contains__('k')).is<Promise<boolean>>();

typeOf(mc.incr('k', 5)).is<Promise<number | bigint>>();
typeOf(mc.decr('k', { delta: 5n })).is<Promise<number | bigint>>();
typeOf(mc.incr_multi(['a', 'b'], { delta: 2 })).is<Promise<null>>();
typeOf(mc.touch('k', 60)).is<Promise<boolean>>();
typeOf(mc.delete('k')).is<Promise<boolean>>();
typeOf(mc.delete_multi(['a'], 'p:')).is<Promise<boolean>>();
typeOf(mc.flush_all()).is<Promise<true>>();
typeOf(mc.get_stats('items')).is<Promise<ServerStats[]>>();
typeOf(mc.behaviors).is<LiveBehaviors>();
mc.behaviors = { no_block: true };
typeOf(mc.hash('k')).is<number>();
typeOf(mc.clone()).is<Client>();
typeOf(mc.serialize(1)).is<[bytes: Uint8Array, flags: number]>();
typeOf(mc.disconnect_all()).is<void>();
typeOf(translate_server_spec('host:11211')).is<ServerTuple>();

const pool = new ClientPool(mc, 4);
typeOf(pool.reserve()).is<Promise<Reservation<Client>>>();
typeOf(pool.reserve((client) => client.hash('k'))).is<Promise<number>>();
typeOf(pool.reserve(async (client) => client.touch('k', 1), false)).is<Promise<boolean>>();
typeOf(new ThreadMappedPool(mc).reserve()).is<Reservation<Client>>();
typeOf(PylibmcError).is<typeof MemcachedError>();

// @ts-expect-error cas needs the id that gets gave
void mc.cas('k', 1);
// @ts-expect-error there is no such behavior
new Client([], { behaviors: { no_such_behavior: 1 } });
// @ts-expect-error pylibmc's set has no noreply
void mc.set('k', 1, { noreply: true });
// @ts-expect-error touch needs the time
void mc.touch('k');
// @ts-expect-error a pool is made of clients
new ClientPool('127.0.0.1:11211', 4);
// @ts-expect-error a weight of a tuple is written into the address
new Client([['127.0.0.1:11211', 3]]);
