// memcache-client (electrode): promises of wrapped values; types kept by flags of its own.

import { MemcacheClient } from 'memcache-client';
import { setEach, type BenchClient, type Connect } from './client';

interface Wrapped {
  value: unknown;
}

export function connect({ servers }: Connect): BenchClient {
  const memcache = new MemcacheClient({ server: servers[0] ?? '' });
  const client: BenchClient = {
    get: (key) => memcache.get(key),
    set: (key, value) => memcache.set(key, value),
    getMulti: (keys) => memcache.get(keys as string[]),
    setMulti: (entries) => setEach(client, entries),
    unwrap: (answer) => (answer as Wrapped | undefined)?.value,
    pick: (found, key) => (found as Record<string, Wrapped | undefined>)[key]?.value,
    close: () => memcache.shutdown(),
  };
  return client;
}
