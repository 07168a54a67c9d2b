// Django's memcached backends, one row each: which client, with which options, and where the three differ.

import * as pylibmc from '../clients/pylibmc';
import * as pymemcache from '../clients/pymemcache';
import * as memcache from '../clients/python-memcached';
import type { CallOptions } from '../clients/shared/arguments';
import { KeyError, ValueError } from '../errors';
import type { DjangoRelease } from './releases';

/** The last arguments of a client's method: its signal, if there is one. */
export type Tail = [] | [CallOptions];

/** What the cache calls on its client: names that the libraries have in common. */
export interface LibraryClient {
  add(key: string, value: unknown, time: number, ...tail: Tail): Promise<unknown>;
  decr(key: string, delta: number | bigint, ...tail: Tail): Promise<unknown>;
  delete(key: string, ...tail: Tail): Promise<unknown>;
  delete_multi(keys: string[], ...tail: Tail): Promise<unknown>;
  disconnect_all(): void;
  flush_all(...tail: Tail): Promise<unknown>;
  get(key: string, miss: unknown, ...tail: Tail): Promise<unknown>;
  get_multi(keys: string[], ...tail: Tail): Promise<ReadonlyMap<unknown, unknown>>;
  incr(key: string, delta: number | bigint, ...tail: Tail): Promise<unknown>;
  replace(key: string, value: unknown, time: number, ...tail: Tail): Promise<unknown>;
  set(key: string, value: unknown, time: number, ...tail: Tail): Promise<unknown>;
  set_multi(
    mapping: ReadonlyMap<string, unknown>,
    time: number,
    ...tail: Tail
  ): Promise<readonly unknown[]>;
  touch(key: string, time: number, ...tail: Tail): Promise<unknown>;
}

/** OPTIONS of the settings, by backend: keyword arguments of its client. */
export interface OptionsOf {
  /** Of python-memcached's Client; `pickleProtocol` is the highest by default. */
  MemcachedCache: memcache.ClientOptions;
  /** Of pylibmc's Client. */
  PyLibMCCache: pylibmc.ClientOptions;
  /** Of pymemcache's HashClient; `allow_unicode_keys`, no `default_noreply` and `pickle_serde` by default. */
  PyMemcacheCache: pymemcache.HashClientOptions;
}
/** Classes of django.core.cache.backends.memcached. */
export type BackendName = keyof OptionsOf;

/** The clients, by backend. */
export interface ClientOf {
  /** python-memcached's Client. */
  MemcachedCache: memcache.Client;
  /** pylibmc's Client. */
  PyLibMCCache: pylibmc.Client;
  /** pymemcache's HashClient. */
  PyMemcacheCache: pymemcache.HashClient;
}

/** One backend. */
export interface Backend<Client extends LibraryClient = LibraryClient> {
  /** Makes the client; it checks servers and options itself. */
  readonly connect: (servers: readonly unknown[], options: object) => Client;
  /** What LOCATION calls a unix socket is passed on as it is, or without `unix:`. */
  readonly unixPrefix: 'kept' | 'stripped';
  /** The client's own "there is no such key" of incr, decr and replace (LibraryValueNotFoundException). */
  readonly isNotFound: (error: unknown) => boolean;
  /** A stored None cannot be told from a miss (`_missing_key = None`). */
  readonly noneIsMissing: boolean;
  /** touch with a timeout of 0 deletes. */
  readonly touchZeroDeletes: boolean;
  /** The last release of Django that has it. */
  readonly newest: DjangoRelease;
}

export const BACKENDS: { readonly [Name in BackendName]: Backend<ClientOf[Name]> } = {
  MemcachedCache: {
    connect: (servers, options) =>
      new memcache.Client(servers as readonly memcache.ServerArgument[], {
        pickleProtocol: -1,
        ...options,
      }),
    unixPrefix: 'kept',
    // Before 1.45 a missing key raised ValueError; what is no number still does.
    isNotFound: (error) => error instanceof ValueError,
    noneIsMissing: true,
    touchZeroDeletes: false,
    newest: '4.0',
  },
  PyLibMCCache: {
    connect: (servers, options) =>
      new pylibmc.Client(servers as readonly pylibmc.ServerArgument[], options),
    unixPrefix: 'stripped',
    isNotFound: (error) => error instanceof pylibmc.NotFound,
    noneIsMissing: false,
    touchZeroDeletes: true,
    newest: '5.2',
  },
  PyMemcacheCache: {
    connect: (servers, options) =>
      new pymemcache.HashClient(servers as readonly pymemcache.ServerArgument[], {
        allow_unicode_keys: true,
        default_noreply: false,
        serde: pymemcache.pickle_serde,
        ...options,
      }),
    unixPrefix: 'kept',
    isNotFound: (error) => error instanceof KeyError,
    noneIsMissing: false,
    touchZeroDeletes: false,
    newest: '5.2',
  },
};
