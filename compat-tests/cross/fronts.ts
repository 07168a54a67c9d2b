// Our fronts in all their variants, as writers and readers of the cross table. Pickles are read exactly: 1.0 is no 1.

import { Client as PythonMemcached, type ClientOptions } from '../../lib';
import * as cmemcache from '../../lib/clients/cmemcache';
import { Memcache } from '../../lib/clients/memcached2';
import * as pylibmc from '../../lib/clients/pylibmc';
import * as pymemcache from '../../lib/clients/pymemcache';
import { DjangoCache, type BackendName, type SettingsOf } from '../../lib/django';
import { loads } from '../../lib/value/pickle';

/** One front in one variant. */
export interface Front {
  readonly set: (key: string, value: unknown) => Promise<unknown>;
  readonly get: (key: string) => Promise<unknown>;
  readonly close: () => void;
}

export type Open = (port: number) => Front;

const unpickler = (bytes: Uint8Array): unknown =>
  loads(Buffer.from(bytes), { exact: true, python: '3.11' });
const unpickler2 = (bytes: Uint8Array): unknown =>
  loads(Buffer.from(bytes), { exact: true, python: '2.7' });

function pythonMemcached(options: ClientOptions, min_compress_len = 0): Open {
  return (port) => {
    const read = options.python === 2 ? unpickler2 : unpickler;
    const mc = new PythonMemcached([`127.0.0.1:${port}`], { unpickler: read, ...options });
    return {
      set: (key, value) => mc.set(key, value, { min_compress_len }),
      get: (key) => mc.get(key),
      close: () => mc.disconnect_all(),
    };
  };
}

function cmemcached(release: cmemcache.ReleaseName): Open {
  return (port) => {
    const mc = new cmemcache.Client([`127.0.0.1:${port}`], { release, unpickler: unpickler2 });
    return {
      set: (key, value) => mc.set(key, value),
      get: (key) => mc.get(key),
      close: () => mc.disconnect_all(),
    };
  };
}

function stringClient(port: number): Front {
  const mc = new cmemcache.StringClient([`127.0.0.1:${port}`]);
  return {
    // Of another type it throws.
    set: (key, value) => mc.set(key, value as string),
    get: (key) => mc.get(key),
    close: () => mc.disconnect_all(),
  };
}

function pylib(options: pylibmc.ClientOptions, more: { min_compress_len?: number } = {}): Open {
  return (port) => {
    const mc = new pylibmc.Client([`127.0.0.1:${port}`], { unpickler, ...options });
    return {
      set: (key, value) => mc.set(key, value, more),
      get: (key) => mc.get(key),
      close: () => mc.disconnect_all(),
    };
  };
}

function pymem(options: pymemcache.ClientOptions): Open {
  return (port) => {
    const all = { default_noreply: false, ...options };
    const mc = new pymemcache.Client(['127.0.0.1', port], all);
    return {
      set: (key, value) => mc.set(key, value),
      get: (key) => mc.get(key),
      close: () => mc.close(),
    };
  };
}

function memcached2(port: number): Front {
  const mc = new Memcache([`memcached://127.0.0.1:${port}/`]);
  return {
    // Of another type it throws.
    set: (key, value) => mc.set(key, value as string),
    get: (key) => mc.get(key),
    close: () => mc.close(),
  };
}

function django<Name extends BackendName>(BACKEND: Name, OPTIONS: object): Open {
  return (port) => {
    const settings = {
      BACKEND,
      LOCATION: `127.0.0.1:${port}`,
      KEY_FUNCTION: (key: unknown) => String(key),
      OPTIONS,
    } as SettingsOf<Name>;
    const cache = new DjangoCache(settings, { release: '3.2' });
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      close: () => cache.close(),
    };
  };
}

const release = '3.5.2';
const pickle_serde = new pymemcache.PickleSerde({ unpickler });
const { serialize: serializer, deserialize: deserializer } = pickle_serde;

/** Of which the real client is here, or was recorded. */
export const TWINS: Readonly<Record<string, Open>> = {
  'python-memcached 1.59': pythonMemcached({ release: '1.59' }),
  'python-memcached 1.59 min_compress_len=1': pythonMemcached({ release: '1.59' }, 1),
  'pylibmc 1.6.3': pylib({}),
  'pylibmc 1.6.3 min_compress_len=1': pylib({}, { min_compress_len: 1 }),
  'pylibmc 1.6.3 binary': pylib({ binary: true }),
  'pymemcache 3.5.2 default': pymem({ release }),
  'pymemcache 3.5.2 pickle_serde': pymem({ release, serde: pickle_serde }),
  'pymemcache 3.5.2 python_memcache_(de)serializer': pymem({ release, serializer, deserializer }),
  'pymemcache 4.0.0 compressed_serde': pymem({
    serde: new pymemcache.CompressedSerde({ serde: pickle_serde }),
  }),
  'django 3.2 MemcachedCache': django('MemcachedCache', { release: '1.59', unpickler }),
  'django 3.2 PyLibMCCache': django('PyLibMCCache', { unpickler }),
  'django 3.2 PyMemcacheCache': django('PyMemcacheCache', { release, serde: pickle_serde }),
};

/** Of which there is no real client here: what they read is what a twin reads, or follows from the entry (oracles.ts). */
export const ALONE: Readonly<Record<string, Open>> = {
  'python-memcached 1.62': pythonMemcached({}),
  'python-memcached 1.62, protocol 2': pythonMemcached({ pickleProtocol: 2 }),
  'python-memcached 1.62, protocol -1': pythonMemcached({ pickleProtocol: -1 }),
  'python-memcached 1.58': pythonMemcached({ release: '1.58' }),
  'python-memcached 1.59 on Python 2': pythonMemcached({ release: '1.59', python: 2 }),
  'python-memcached 1.57 on Python 2': pythonMemcached({ release: '1.57', python: 2 }),
  'python-memcached 1.53 on Python 2': pythonMemcached({ release: '1.53', python: 2 }),
  'cmemcache 0.96': cmemcached('0.96'),
  'cmemcache 0.95': cmemcached('0.95'),
  'cmemcache 0.96 StringClient': stringClient,
  'python-memcached2': memcached2,
};

/** What these write is read by all others. */
export const WRITERS: Readonly<Record<string, Open>> = {
  'pylibmc 1.6.1, protocol 2': pylib({ release: '1.6.1', behaviors: { pickle_protocol: 2 } }),
  'pylibmc 1.5 on Python 2': pylib({ release: '1.5', python: 2 }),
  'pylibmc 0.9 on Python 2': pylib({ release: '0.9' }),
  'pymemcache 4.0.0 pickle_serde': pymem({ serde: new pymemcache.PickleSerde() }),
  'pymemcache 3.5.2 pickle_serde on Python 2': pymem({
    release,
    python: 2,
    serde: new pymemcache.PickleSerde({ python: 2 }),
  }),
  'pymemcache 4.0.0 default, utf-8': pymem({ encoding: 'utf-8' }),
};
