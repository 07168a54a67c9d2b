// The floor with Buffers: every value is a copy of its bytes, or the very buffer it was read into.

import type { Value } from '../workloads';
import { pickKey, type BenchClient, type Connect } from './client';
import { FloorClient } from './floor';

export function connect({ servers }: Connect): BenchClient {
  const floor = new FloorClient(servers[0], copy);
  return {
    get: (key) => floor.get(key),
    set: (key, value) => floor.set(key, bytesOf(value), 0),
    getMulti: (keys) => floor.getMulti(keys),
    setMulti: (entries) => floor.setMulti(entries as ReadonlyMap<string, string>, 0),
    pick: pickKey,
    close: () => floor.close(),
  };
}

/** A big value has a buffer of its own, to its CRLF: from 0, and that alone. */
function copy(bytes: Buffer, from: number, to: number): Buffer {
  if (from === 0) return bytes.subarray(0, to);
  const value = Buffer.allocUnsafe(to - from);
  bytes.copy(value, 0, from, to);
  return value;
}

/** It takes part in the workloads of text and of Buffers only. */
function bytesOf(value: Value): string | Buffer {
  return value as string | Buffer;
}
