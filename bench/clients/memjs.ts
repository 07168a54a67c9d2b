// memjs: binary protocol, Buffers only; a user adds the text and JSON conversions.

import { Client } from 'memjs';
import type { Material, Value } from '../workloads';
import { pickKey, setEach, type BenchClient, type Connect } from './client';

/** What a user of Buffers adds to store and read the values of a workload. */
const ENCODE: Readonly<Record<Material, (value: Value) => string | Buffer>> = {
  text: (value) => value as string,
  bytes: (value) => value as Buffer,
  typed: (value) => (typeof value === 'number' ? String(value) : (value as string)),
  session: (value) => JSON.stringify(value),
  rows: (value) => JSON.stringify(value),
};

export function connect({ servers, material }: Connect): BenchClient {
  const memjs = Client.create(servers.join(','));
  const encode = ENCODE[material];
  const read = readers(material);
  const get = async (key: string): Promise<unknown> => {
    const { value } = await memjs.get(key);
    return value === null ? null : read(value);
  };
  const client: BenchClient = {
    // The promise of the client itself where nothing needs converting.
    get: material === 'text' || material === 'bytes' ? (key) => memjs.get(key) : get,
    set: (key, value) => memjs.set(key, encode(value), { expires: 0 }),
    getMulti: async (keys) => {
      const values = await Promise.all(keys.map((key) => memjs.get(key)));
      const found: [string, Buffer][] = [];
      values.forEach(({ value }, i) => {
        if (value !== null) found.push([keys[i] ?? '', value]);
      });
      return new Map(found);
    },
    setMulti: (entries) => setEach(client, entries),
    unwrap: material === 'text' || material === 'bytes' ? valueOf : (answer) => answer,
    pick: (found, key) => {
      const value = pickKey(found, key);
      return Buffer.isBuffer(value) ? read(value) : value;
    },
    close: () => memjs.close(),
  };
  return client;
}

function readers(material: Material): (value: Buffer) => unknown {
  if (material === 'bytes') return (value) => value;
  if (material === 'session' || material === 'rows')
    return (value) => JSON.parse(value.toString()) as unknown;
  return (value) => value.toString();
}

function valueOf(answer: unknown): unknown {
  return (answer as { value: unknown }).value;
}
