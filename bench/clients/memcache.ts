// memcache (jaredwray): strings only; a user adds the text and JSON conversions.

import { Memcache } from 'memcache';
import type { Material, Value } from '../workloads';
import { pickKey, setEach, type BenchClient, type Connect } from './client';

const ENCODE: Readonly<Record<Material, (value: Value) => string>> = {
  text: (value) => value as string,
  bytes: (value) => (value as Buffer).latin1Slice(),
  typed: (value) => (typeof value === 'number' ? String(value) : (value as string)),
  session: (value) => JSON.stringify(value),
  rows: (value) => JSON.stringify(value),
};

export async function connect({ servers, material }: Connect): Promise<BenchClient> {
  const memcache = new Memcache({ nodes: [...servers], maxValueSize: 4 * 1024 * 1024 });
  await memcache.connect();
  const encode = ENCODE[material];
  const dict = material === 'session' || material === 'rows';
  const client: BenchClient = {
    get: dict ? async (key) => parse(await memcache.get(key)) : (key) => memcache.get(key),
    set: (key, value) => memcache.set(key, encode(value)),
    getMulti: (keys) => memcache.gets(keys as string[]),
    setMulti: (entries) => setEach(client, entries),
    pick: (found, key) => {
      const value = pickKey(found, key) as string | undefined;
      return dict ? parse(value) : value;
    },
    close: () => memcache.disconnect(),
  };
  return client;
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
