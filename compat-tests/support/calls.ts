// One call, as a real Python client and ours both understand it, and what it comes to on either side.

import { inspect } from 'node:util';
import { Float, Tuple, type PythonValue } from './codec';
import { LoggingProxy } from './proxy';
import type { PythonObject, Raised } from './python';
import { Memcached, type MemcachedOptions } from './servers';

/** A method with its arguments. */
export interface Call {
  readonly method: string;
  readonly args: readonly PythonValue[];
  readonly kwargs: Readonly<Record<string, PythonValue>>;
}

/** A call for a table: `call('set', ['k', 'v'], { time: 60 })`. */
export function call(
  method: string,
  args: readonly PythonValue[] = [],
  kwargs: Call['kwargs'] = {},
): Call {
  return { method, args, kwargs };
}

/** A call as Python writes it, for the name of a test. */
export function show({ method, args, kwargs }: Call): string {
  const shown = args.map((arg) => inspect(arg, { maxStringLength: 20, breakLength: Infinity }));
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${inspect(value)}`);
  return `${method}(${[...shown, ...named].join(', ')})`;
}

/** What a call came to, on either side: comparable. */
export interface Said {
  readonly returned?: unknown;
  /** Class and message of the exception. */
  readonly raised?: string;
}

/** A memcached of one side, behind a recording proxy. */
export interface Side {
  readonly server: Memcached;
  readonly proxy: LoggingProxy;
}

export async function startSide(options: MemcachedOptions = {}): Promise<Side> {
  const server = await Memcached.start(options);
  return { server, proxy: await LoggingProxy.start(server) };
}

export async function stopSide({ proxy, server }: Side): Promise<void> {
  await proxy.stop();
  await server.stop();
}

/** How a client's answers are told, where that is not as they are. */
export interface Telling {
  /** Of an exception of Python's, and of an error of ours. */
  readonly raised?: (
    raised: Pick<Raised, 'type' | 'message'> & Partial<Raised> & { readonly thrown?: Error },
  ) => string;
  /** What Python returns in the place of ours. */
  readonly returned?: (value: unknown) => unknown;
  /** Takes what Python printed to stderr. */
  readonly printed?: (text: string) => void;
}

const classAndMessage: NonNullable<Telling['raised']> = ({ type, message }) =>
  `${type}: ${message}`;

/** One call of the real client. */
export async function askTheirs(
  client: PythonObject,
  { method, args, kwargs }: Call,
  { raised = classAndMessage, printed }: Telling = {},
): Promise<Said> {
  const outcome = await client.outcome(method, args, kwargs);
  printed?.(outcome.stderr);
  if ('raised' in outcome) return { raised: raised(outcome.raised) };
  return { returned: comparable(outcome.returned) };
}

/** The same call of ours. */
export async function askOurs(
  client: object,
  asked: Call,
  { raised = classAndMessage, returned = (value) => value }: Telling = {},
): Promise<Said> {
  const outcome = await outcomeOf(client, asked);
  if ('returned' in outcome) return { returned: comparable(returned(outcome.returned)) };
  const { name, message } = outcome.thrown;
  return { raised: raised({ type: name, message, thrown: outcome.thrown }) };
}

/** What a call of ours returned, or the error it threw: as Python's where there is no such method. */
async function outcomeOf(
  client: object,
  { method, args, kwargs }: Call,
): Promise<{ readonly returned: unknown } | { readonly thrown: Error }> {
  const made: unknown = Reflect.get(client, method);
  if (typeof made !== 'function') {
    const message = `'${client.constructor.name}' object has no attribute '${method}'`;
    return { thrown: Object.assign(new Error(message), { name: 'AttributeError' }) };
  }
  const named = Object.keys(kwargs).length > 0 ? [toJavaScript(kwargs)] : [];
  try {
    const result: unknown = Reflect.apply(made, client, [...args.map(toJavaScript), ...named]);
    return { returned: await result };
  } catch (error) {
    return { thrown: error as Error };
  }
}

/** An argument as a TypeScript program gives it: tuples are arrays, keyword arguments an object. */
export function toJavaScript(value: PythonValue | Call['kwargs']): unknown {
  if (value instanceof Tuple) return Array.from(value.items, toJavaScript);
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return (value as PythonValue[]).map(toJavaScript);
  if (value instanceof Map) {
    const pairs = [...(value as Map<PythonValue, PythonValue>)];
    return new Map(pairs.map(([k, v]) => [toJavaScript(k), toJavaScript(v)]));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value as Call['kwargs']);
  return Object.fromEntries(entries.map(([k, v]) => [k, toJavaScript(v)]));
}

/** Results of both sides in one form: dicts by sorted text, tuples as lists. */
export function comparable(value: unknown): unknown {
  if (value === undefined) return null; // a method that returns nothing
  if (value instanceof Tuple) return value.items.map(comparable);
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return (value as unknown[]).map(comparable);
  if (Buffer.isBuffer(value)) return `b:${value.toString('latin1')}`;
  if (value instanceof Map) {
    const pairs = Array.from(value as Map<unknown, unknown>, ([k, v]) => [
      comparable(k),
      comparable(v),
    ]);
    return { dict: pairs.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
  }
  if (isObject(value)) return comparable(new Map(Object.entries(value)));
  if (typeof value === 'bigint') return `${value}n`;
  return value;
}

function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
