// One entry of Django's CACHES, as it stands in settings.py, and what it means.

import { callable, oneOf } from '../clients/shared/parameters';
import { BACKENDS, type Backend, type BackendName, type OptionsOf } from './backends';
import { InvalidCacheBackendError } from './errors';
import { default_key_func, type KeyFunction, type Version } from './keys';
import { findRelease, type DjangoRelease, type Release } from './releases';
import { default_timeout } from './timeouts';

const MODULE = 'django.core.cache.backends.memcached.';

/** An entry of CACHES with this backend. */
export interface SettingsOf<Name extends BackendName> {
  /** The class, by its name alone or with its module. */
  BACKEND: Name | `django.core.cache.backends.memcached.${Name}`;
  /** Servers: a list, or text with `;` or `,` between them. */
  LOCATION?: string | readonly (string | readonly unknown[])[];
  /** Seconds; default 300; null: for ever. */
  TIMEOUT?: number | string | null;
  /** Before every key; default empty. */
  KEY_PREFIX?: string;
  /** Default 1. */
  VERSION?: Version;
  /** Makes the whole keys in place of `default_key_func`. */
  KEY_FUNCTION?: KeyFunction | null;
  /** Keyword arguments of the client, as in Python; also its `release` and `failure`. */
  OPTIONS?: OptionsOf[Name];
}

/** One entry of CACHES. */
export type CacheSettings = { [Name in BackendName]: SettingsOf<Name> }[BackendName];

/** What only this package has. */
export interface CacheOptions {
  /** The release of Django to be like; default: the newest one that has the backend. */
  release?: DjangoRelease;
  /** Milliseconds since 1970, for timeouts of more than 30 days; default: the clock. */
  now?: () => number;
}

/** Settings with every default. */
export interface Settings {
  readonly backend: Backend;
  readonly release: Release;
  readonly servers: readonly unknown[];
  readonly timeout: number | null;
  readonly key_prefix: string;
  readonly version: Version;
  readonly key_func: KeyFunction;
  readonly options: object;
}

/**
 * @throws {InvalidCacheBackendError} no memcached backend of that name, or not in this release
 * @throws {TypeError | ValueError} a setting of the wrong type, an unknown release
 */
export function resolveSettings(
  given: SettingsOf<BackendName>,
  release: DjangoRelease | undefined,
): Settings {
  const backend = findBackend(given.BACKEND, release);
  return {
    backend,
    release: findRelease(release ?? backend.newest),
    servers: serversOf(given.LOCATION ?? '', backend),
    timeout: default_timeout(given.TIMEOUT),
    key_prefix: textOf(given.KEY_PREFIX ?? '', 'KEY_PREFIX'),
    version: given.VERSION ?? 1,
    key_func:
      callable<KeyFunction>(given.KEY_FUNCTION ?? undefined, 'KEY_FUNCTION') ?? default_key_func,
    options: given.OPTIONS ?? {},
  };
}

function findBackend(name: unknown, release: DjangoRelease | undefined): Backend {
  const short =
    typeof name === 'string' && name.startsWith(MODULE) ? name.slice(MODULE.length) : name;
  const backend = oneOf<Backend>(BACKENDS, short, 'BACKEND');
  if (release !== undefined && backend === BACKENDS.MemcachedCache) {
    const { memcachedCache } = findRelease(release);
    if (!memcachedCache) {
      throw new InvalidCacheBackendError(`Django ${release} has no MemcachedCache`);
    }
  }
  return backend;
}

/** `re.split('[;,]', server)`; lists as they are. */
function serversOf(location: unknown, { unixPrefix }: Backend): readonly unknown[] {
  const servers: unknown = typeof location === 'string' ? location.split(/[;,]/) : location;
  if (!Array.isArray(servers)) throw new TypeError('LOCATION must be text or a list');
  if (unixPrefix === 'kept') return servers;
  return servers.map((each: unknown) =>
    typeof each === 'string' ? each.replace(/^unix:/, '') : each,
  );
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}
