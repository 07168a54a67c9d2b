// The Keyv store, as a TypeScript program sees it.
import { Client } from 'memcache-py';
import { DjangoCache } from 'memcache-py/django';
import { createKeyv, KeyvStore, type KeyvEntry } from 'memcache-py/keyv';

/** What Keyv's own class has, as far as it matters here. */
declare class Keyv {
  constructor(options: object);
  get(key: string): Promise<unknown>;
}

const mc = new Client([]);
const store = new KeyvStore(mc, { clear: 'everything' });
new KeyvStore(new DjangoCache({ BACKEND: 'PyMemcacheCache' }));

typeOf(store.get<number>('k')).is<Promise<KeyvEntry<number> | undefined>>();
typeOf(store.getMany<string>(['a'])).is<Promise<(KeyvEntry<string> | undefined)[]>>();
typeOf(store.set('k', { value: 1 }, 1000)).is<Promise<boolean>>();
typeOf(store.setMany([{ key: 'a', value: 1, ttl: 1000 }])).is<Promise<boolean[]>>();
typeOf(store.has('k')).is<Promise<boolean>>();
typeOf(store.delete('k')).is<Promise<boolean>>();
typeOf(store.deleteMany(['a'])).is<Promise<boolean>>();
typeOf(store.clear()).is<Promise<void>>();
typeOf(createKeyv(Keyv, mc, { namespace: 'n', ttl: 1000 })).is<Keyv>();

// @ts-expect-error clearing is refused or clears everything
new KeyvStore(mc, { clear: true });
// @ts-expect-error a store needs a client
new KeyvStore();
// @ts-expect-error createKeyv is given the class, not one of its objects
createKeyv(new Keyv({}), mc);
