// Ours, as the built package gives it to users: python-memcached's Client with its defaults.

import type { Value } from '../workloads';
import { pickKey, type BenchClient, type Connect } from './client';

/** The part of the package's `Client` that the bench calls. */
interface Client {
  get(key: string): Promise<unknown>;
  set(key: string, value: Value): Promise<unknown>;
  get_multi(keys: readonly string[]): Promise<unknown>;
  set_multi(entries: ReadonlyMap<string, Value>): Promise<unknown>;
  disconnect_all(): void;
}

interface Package {
  Client: new (servers: readonly string[]) => Client;
}

export async function connect({ servers, build }: Connect): Promise<BenchClient> {
  const { Client } = (await import(`${build}/index.js`)) as Package;
  const ours = new Client(servers);
  return {
    get: (key) => ours.get(key),
    set: (key, value) => ours.set(key, value),
    getMulti: (keys) => ours.get_multi(keys),
    setMulti: (entries) => ours.set_multi(entries),
    pick: pickKey,
    close: () => ours.disconnect_all(),
  };
}
