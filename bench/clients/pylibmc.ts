// Ours as pylibmc's Client, over the text and over the binary protocol, with the same methods otherwise.

import type { Value } from '../workloads';
import { pickKey, type Adapter } from './client';

/** The part of pylibmc's `Client` that the bench calls. */
interface Client {
  get(key: string): Promise<unknown>;
  set(key: string, value: Value): Promise<unknown>;
  get_multi(keys: readonly string[]): Promise<unknown>;
  set_multi(entries: ReadonlyMap<string, Value>): Promise<unknown>;
  disconnect_all(): void;
}

interface Package {
  Client: new (servers: readonly string[], options: { binary: boolean }) => Client;
}

function over(binary: boolean): Adapter {
  return {
    async connect({ servers, build }) {
      const { Client } = (await import(`${build}/clients/pylibmc/index.js`)) as Package;
      const mc = new Client(servers, { binary });
      return {
        get: (key) => mc.get(key),
        set: (key, value) => mc.set(key, value),
        getMulti: (keys) => mc.get_multi(keys),
        setMulti: (entries) => mc.set_multi(entries),
        pick: pickKey,
        close: () => mc.disconnect_all(),
      };
    },
  };
}

export const text = over(false);
export const binary = over(true);
