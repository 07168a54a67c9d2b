// Clients of every kind on one memcached, several of each: connections of their own, as processes have.

import * as pylibmc from '../../lib/clients/pylibmc';
import * as pymemcache from '../../lib/clients/pymemcache';
import * as memcache from '../../lib/clients/python-memcached';
import type { CacheClient, CasClient, CountingClient } from '../../lib/patterns';
import type { Memcached } from '../support';

/** What all patterns need. */
export type AnyClient = CacheClient & CountingClient & CasClient & { disconnect_all(): void };

/** How each client is made for them. */
export const CLIENTS: Readonly<Record<string, (server: Memcached) => AnyClient>> = {
  'python-memcached': ({ name }) => new memcache.Client([name], { cache_cas: true }),
  pylibmc: ({ name }) => new pylibmc.Client([name], { behaviors: { cas: true } }),
  'pylibmc, binary': ({ name }) =>
    new pylibmc.Client([name], { binary: true, behaviors: { cas: true } }),
  pymemcache: ({ name }) => new pymemcache.Client(name, { default_noreply: false }),
  'pymemcache, pickles': ({ name }) =>
    new pymemcache.HashClient([name], {
      default_noreply: false,
      serde: pymemcache.pickle_serde,
    }),
};
