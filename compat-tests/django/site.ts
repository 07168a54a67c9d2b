// A private memcached (or several) with a real Django site on it: python/site_settings.py.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findPython } from '../../scripts/pythons.cjs';
import type { BackendName, DjangoRelease } from '../../lib/django';
import {
  Python,
  PythonRaised,
  RawConnection,
  startServers,
  stopServers,
  type Memcached,
  type PythonValue,
} from '../support';

/** What each of Django's backends imports. */
export const MODULES: Readonly<Record<BackendName, string>> = {
  MemcachedCache: 'memcache',
  PyLibMCCache: 'pylibmc',
  PyMemcacheCache: 'pymemcache',
};

/** The release of the Django that is installed. */
export const RELEASE = installedRelease();
/** The backends that it has. */
export const BACKENDS = (Object.keys(MODULES) as BackendName[]).filter(
  (name) => name !== 'MemcachedCache' || RELEASE === '3.2' || RELEASE === '4.0',
);

function installedRelease(): DjangoRelease {
  const { path } = findPython(['django']);
  if (path === undefined) throw new Error('no Python has django');
  const source = 'import django; print("%d.%d" % django.VERSION[:2], end="")';
  return execFileSync(path, ['-c', source]).toString() as DjangoRelease;
}

export interface SiteOptions {
  readonly backend: BackendName;
  readonly servers?: number;
  readonly session_engine?: string;
  readonly session_cache?: string;
}

/** Everything that one site needs. */
export class Site implements AsyncDisposable {
  private constructor(
    readonly servers: readonly Memcached[],
    readonly raws: readonly RawConnection[],
    readonly python: Python,
  ) {}

  static async start({ servers: count = 1, ...options }: SiteOptions): Promise<Site> {
    const servers = await startServers(count);
    const SITE = JSON.stringify({ ...options, servers: servers.map(({ name }) => name) });
    const python = await Python.start({
      modules: ['django', MODULES[options.backend]],
      env: { SITE, PYTHONPATH: join(__dirname, 'python') },
    });
    await python.exec('from site_settings import *\nfrom django.core.cache import caches');
    const raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
    return new Site(servers, raws, python);
  }

  /** LOCATION. */
  get location(): string[] {
    return this.servers.map(({ name }) => name);
  }

  /** What a method of Django's own cache answers. */
  ask(
    alias: string,
    method: string,
    args: readonly PythonValue[],
    kwargs: Readonly<Record<string, PythonValue>> = {},
  ): Promise<PythonValue> {
    const names = { alias, method, args, kwargs: new Map(Object.entries(kwargs)) };
    return this.python.eval('ask(alias, method, args, kwargs)', names);
  }

  /** The class of the exception that it raises, and its message. */
  async raised(...ask: Parameters<Site['ask']>): Promise<string> {
    const error: unknown = await this.ask(...ask).catch((reason: unknown) => reason);
    if (error instanceof PythonRaised) return `${error.type}: ${error.message}`;
    throw new Error('it raised nothing');
  }

  async flush(): Promise<void> {
    await Promise.all(this.raws.map((raw) => raw.flush()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.raws.map((raw) => raw.close()));
    await this.python.stop();
    await stopServers(this.servers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
