// One contender in a process of its own: reads requests on stdin, verifies its answer, then times it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { CONTENDERS } from './contenders';

export interface Request {
  readonly shape: string;
  readonly protocol: number;
  readonly task: 'decode' | 'encode';
  readonly ms: number;
}

/** `path`: where the encoded value lies, for Python to check. */
export type Answer = { nanos: number; path?: string } | { cannot: string };

const [name = '', folder = ''] = process.argv.slice(2);
const contender = CONTENDERS[name]?.();
if (contender === undefined) throw new Error(`no contender ${name}`);

const values = new Map<string, unknown>();
const verified = new Map<string, string | undefined>();
let sink: unknown;

function valueOf(shape: string): unknown {
  if (!values.has(shape)) {
    values.set(shape, JSON.parse(readFileSync(join(folder, `${shape}.json`), 'utf8')));
  }
  return values.get(shape);
}

/** Maps, tuples and floats of the exact view as plain values; nothing that a comparison could miss. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, plain);
  if (value instanceof Map)
    return Object.fromEntries([...(value as Map<string, unknown>)].map(([k, v]) => [k, plain(v)]));
  if (typeof value !== 'object' || value === null) return value;
  // A whole float of the exact view.
  const number: unknown = value.valueOf();
  if (typeof number === 'number') return number;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** Nanoseconds of CPU in user mode a call: other programs of the machine count less than by the clock. */
function timed(call: () => unknown, ms: number): number {
  let calls = 0;
  let spent = 0;
  for (let batch = 1; spent < ms * 1e6;) {
    const start = process.cpuUsage();
    for (let i = 0; i < batch; i++) sink = call();
    const took = process.cpuUsage(start).user * 1e3;
    spent += took;
    calls += batch;
    if (took < 2e6) batch *= 2;
  }
  return spent / calls;
}

/** The call to time, or why there is none. Its answer has been verified. */
function callFor({ shape, protocol, task }: Request): (() => unknown) | string {
  const { protocols, prepare, decode, encode } = contender ?? {};
  if (protocols?.includes(protocol) === false) return 'protocol';
  const value = valueOf(shape);
  const pickle = readFileSync(join(folder, `${shape}.${protocol}.pickle`));
  if (task === 'encode') return encode === undefined ? 'no writer' : () => encode(value, protocol);
  if (decode === undefined || prepare === undefined) return 'no reader';
  const bytes = prepare(pickle, value);
  return () => decode(bytes);
}

/** Why the answer of a call is wrong, or undefined. A pickle is left to Python to check. */
function faultOf(request: Request, call: () => unknown): string | undefined {
  try {
    const answer = call();
    if (request.task === 'encode') writeFileSync(pathOf(request), answer as Buffer);
    else if (!isDeepStrictEqual(plain(answer), plain(valueOf(request.shape)))) return 'wrong value';
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.constructor.name : 'throws';
  }
}

function pathOf({ shape, protocol }: Request): string {
  return join(folder, `${name}.${shape}.${protocol}.out`);
}

function answer(request: Request): Answer {
  const call = callFor(request);
  if (typeof call === 'string') return { cannot: call };
  const id = `${request.task} ${request.shape} ${request.protocol}`;
  if (!verified.has(id)) verified.set(id, faultOf(request, call));
  const fault = verified.get(id);
  if (fault !== undefined) return { cannot: fault };
  const nanos = timed(call, request.ms);
  return request.task === 'encode' ? { nanos, path: pathOf(request) } : { nanos };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as Request))}\n`);
});
process.on('exit', () => void sink);
