// memcached (3rd-Eden): callbacks; types kept by flags of its own.

import Memcached from 'memcached';
import { pickKey, setEach, type BenchClient, type Connect } from './client';

export function connect({ servers }: Connect): BenchClient {
  const memcached = new Memcached([...servers], { maxValue: 4 * 1024 * 1024 });
  const client: BenchClient = {
    get: (key) =>
      new Promise((resolve, reject) => {
        memcached.get(key, (error: unknown, value: unknown) => {
          if (error === undefined || error === null) resolve(value);
          else reject(asError(error));
        });
      }),
    set: (key, value) =>
      new Promise((resolve, reject) => {
        memcached.set(key, value, 0, (error: unknown, stored) => {
          if (error === undefined || error === null) resolve(stored);
          else reject(asError(error));
        });
      }),
    getMulti: (keys) =>
      new Promise((resolve, reject) => {
        memcached.getMulti(keys as string[], (error: unknown, found: unknown) => {
          if (error === undefined || error === null) resolve(found);
          else reject(asError(error));
        });
      }),
    setMulti: (entries) => setEach(client, entries),
    pick: pickKey,
    close: () => memcached.end(),
  };
  return client;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
