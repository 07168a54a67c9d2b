// What the worker asks of every client under test.

import type { Material, Value } from '../workloads';

export interface BenchClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: Value): Promise<unknown>;
  getMulti(keys: readonly string[]): Promise<unknown>;
  setMulti(entries: ReadonlyMap<string, Value>): Promise<unknown>;
  /** The value inside what `get` resolved to, where the client wraps it. Only used to verify. */
  unwrap?: (answer: unknown) => unknown;
  /** One key's value inside what `getMulti` resolved to. Only used to verify. */
  pick(found: unknown, key: string): unknown;
  close(): Promise<void> | void;
}

export interface Connect {
  /** `host:port` of each server. */
  servers: readonly string[];
  /** What the values of the workload are, so that a client without types can add what its user would. */
  material: Material;
  /** The folder of the build of ours to measure. */
  build: string;
}

/** One client's file. */
export interface Adapter {
  connect(to: Connect): BenchClient | Promise<BenchClient>;
}

/** Reads one key of a Map or of an object, whichever a client answers with. */
export function pickKey(found: unknown, key: string): unknown {
  if (found instanceof Map) return (found as ReadonlyMap<string, unknown>).get(key);
  return (found as Readonly<Record<string, unknown>>)[key];
}

/** For clients without a multi set: all sets at once, as their users do it. */
export function setEach(
  client: Pick<BenchClient, 'set'>,
  entries: ReadonlyMap<string, Value>,
): Promise<unknown> {
  const sets: Promise<unknown>[] = [];
  for (const [key, value] of entries) sets.push(client.set(key, value));
  return Promise.all(sets);
}

/** `host` and `port` of a server name. */
export function address(server: string | undefined): { host: string; port: number } {
  const [host, port] = (server ?? '').split(':');
  if (host === undefined || port === undefined) throw new Error(`not host:port: ${String(server)}`);
  return { host, port: Number(port) };
}
