// python-memcached2's Memcache and mapping, as a TypeScript program sees them.
import {
  ExceptionsAreMissesMapping,
  ExceptionsAreMissesMemcache,
  Memcache,
  SelectorFractalSharding,
  ValueDictionary,
  ValueSuperStr,
  type Key,
  type SlabStats,
  type Stats,
  type Word,
} from 'memcache-py/memcached2';

const { signal } = new AbortController();
const servers = ['memcached://127.0.0.1:11211/'];
const mc = new Memcache(servers);
const typed = new Memcache(servers, { value_wrapper: ValueSuperStr });
const shown = new Memcache(servers, ValueDictionary, new SelectorFractalSharding());
const missing = new ExceptionsAreMissesMemcache(servers);
const mapping = new ExceptionsAreMissesMapping(servers);

typeOf(mc.set('k', 'v', 12, 60)).is<Promise<null>>();
typeOf(mc.set('k', 'v', { flags: 12, cas_unique: 7n })).is<Promise<null>>();
typeOf(mc.add('k', 'v', 12, { exptime: 60, signal })).is<Promise<null>>();
typeOf(mc.append('k', 'v')).is<Promise<null>>();
typeOf(
  mc.set_multi([
    ['a', '1'],
    ['b', '2', { flags: 1 }],
  ]),
).is<Promise<Map<Key, Word>>>();
typeOf(mc.cache('k', (key) => `${key}`)).is<Promise<string>>();

// What get gives is what the value_wrapper makes.
typeOf(mc.get('k')).is<Promise<string>>();
typeOf(typed.get('k', true)).is<Promise<ValueSuperStr>>();
typeOf(shown.get('k', { get_cas: true })).is<Promise<ValueDictionary>>();
typeOf(missing.get('k')).is<Promise<string | null>>();
typeOf(mc.get_multi(['a', 1])).is<Promise<Map<Key, string>>>();
typeOf(mapping.get('k')).is<Promise<string | null>>();
typeOf(mapping.get('k', 0 as const)).is<Promise<string | 0>>();
typeOf(mapping.has('k')).is<Promise<boolean>>();

typeOf(mc.incr('k', 5)).is<Promise<number | bigint>>();
typeOf(mc.decr('k', { value: 5n })).is<Promise<number | bigint>>();
typeOf(mc.touch('k', 60)).is<Promise<null>>();
typeOf(mc.delete('k')).is<Promise<boolean>>();
typeOf(mc.flush_all()).is<Promise<null>>();
typeOf(mc.stats()).is<Promise<(Stats | null)[]>>();
typeOf(mc.stats_slabs()).is<Promise<(SlabStats | null)[]>>();
typeOf(mc.close()).is<void>();

// @ts-expect-error memcached2 stores text alone
void mc.set('k', { a: 1 });
// @ts-expect-error touch needs the time
void mc.touch('k');
// @ts-expect-error a server is a URI
new Memcache([['127.0.0.1', 11211]]);
// @ts-expect-error add knows no cas_unique
void mc.add('k', 'v', { cas_unique: 7 });
// @ts-expect-error a mapping's values are text
void mapping.set('k', 1);
