// The floor with strings: values are decoded as latin1, ints and JSON by their flags.

import type { Value } from '../workloads';
import { pickKey, setEach, type BenchClient, type Connect } from './client';
import { FloorClient } from './floor';

const INT = 2;
const ZERO = 48;
const MINUS = 45;

export function connect({ servers, material }: Connect): BenchClient {
  const dict = material === 'session' || material === 'rows';
  const floor = new FloorClient(servers[0], dict ? json : text);
  const client: BenchClient = {
    get: (key) => floor.get(key),
    set: dict
      ? (key, value) => floor.set(key, JSON.stringify(value), 0)
      : (key, value) =>
          typeof value === 'number'
            ? floor.set(key, `${value}`, INT)
            : floor.set(key, plain(value), 0),
    getMulti: (keys) => floor.getMulti(keys),
    setMulti:
      material === 'text'
        ? (entries) => floor.setMulti(entries as ReadonlyMap<string, string>, 0)
        : (entries) => setEach(client, entries),
    pick: pickKey,
    close: () => floor.close(),
  };
  return client;
}

function text(bytes: Buffer, from: number, to: number, flags: number): unknown {
  return flags === INT ? int(bytes, from, to) : bytes.latin1Slice(from, to);
}

function json(bytes: Buffer, from: number, to: number): unknown {
  return JSON.parse(bytes.latin1Slice(from, to));
}

function int(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  let value = 0;
  for (let i = negative ? from + 1 : from; i < to; i++) value = value * 10 + (bytes[i] ?? 0) - ZERO;
  return negative ? -value : value;
}

/** Bytes as a latin1 string: what this floor takes in the workloads of Buffers. */
function plain(value: Value): string {
  return Buffer.isBuffer(value) ? value.latin1Slice(0, value.length) : (value as string);
}
