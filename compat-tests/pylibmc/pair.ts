// The real pylibmc 1.6.3 and our Client, each with a memcached of its own behind a recording proxy.

import { inspect } from 'node:util';
import { Client } from '../../lib/clients/pylibmc';
import {
  Float,
  LoggingProxy,
  Memcached,
  Python,
  Tuple,
  type PythonObject,
  type PythonValue,
} from '../support';

/** What a call came to, on either side: comparable. */
export interface Said {
  readonly returned?: unknown;
  /** Class and message of the exception. */
  readonly raised?: string;
}

/** What a call came to, and what it sent. */
export interface Told extends Said {
  /** Commands that the client sent, one a line: see `commandsOf`. */
  readonly sent: readonly string[];
}

/** One call, as both sides understand it. */
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

/** How both clients are made. */
export interface Made {
  readonly binary: boolean;
  readonly behaviors?: Readonly<Record<string, number | boolean | string>>;
}

/** A dict of behaviors; a namespace must be bytes there. */
export function toPython(
  behaviors: NonNullable<Made['behaviors']>,
): ReadonlyMap<PythonValue, PythonValue> {
  const toBytes = ([name, value]: [string, number | boolean | string]): [string, PythonValue] =>
    name === 'namespace' ? [name, Buffer.from(String(value))] : [name, value];
  return new Map(Object.entries(behaviors).map(toBytes));
}

interface Side {
  readonly server: Memcached;
  readonly proxy: LoggingProxy;
}

async function startSide(): Promise<Side> {
  const server = await Memcached.start();
  return { server, proxy: await LoggingProxy.start(server) };
}

/** Both clients; each call is made on both. */
export class Pair implements AsyncDisposable {
  private constructor(
    readonly python: Python,
    readonly theirs: PythonObject,
    readonly ours: Client,
    readonly theirSide: Side,
    readonly ourSide: Side,
    readonly binary: boolean,
  ) {}

  static async start({ binary, behaviors = {} }: Made): Promise<Pair> {
    const python = await Python.start({ modules: ['pylibmc'] });
    const [theirSide, ourSide] = await Promise.all([startSide(), startSide()]);
    const theirs = await python.create('pylibmc.Client', [[theirSide.proxy.name]], {
      binary,
      behaviors: toPython(behaviors),
    });
    const ours = new Client([ourSide.proxy.name], { binary, behaviors });
    return new Pair(python, theirs, ours, theirSide, ourSide, binary);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ours.disconnect_all();
    await this.python.stop();
    for (const { proxy, server } of [this.theirSide, this.ourSide]) {
      await proxy.stop();
      await server.stop();
    }
  }

  /** What both sides say to one call. */
  async both(each: Call): Promise<{ theirs: Told; ours: Told }> {
    return { theirs: await this.askTheirs(each), ours: await this.askOurs(each) };
  }

  /** All that both have sent so far. */
  sent(): [theirs: string[], ours: string[]] {
    const { binary } = this;
    return [commandsOf(this.theirSide.proxy, binary), commandsOf(this.ourSide.proxy, binary)];
  }

  async askTheirs(each: Call): Promise<Told> {
    const { proxy } = this.theirSide;
    proxy.clear();
    const said = await askTheirs(this.theirs, each);
    return { ...said, sent: commandsOf(proxy, this.binary) };
  }

  async askOurs(each: Call): Promise<Told> {
    const { proxy } = this.ourSide;
    proxy.clear();
    const said = await askOurs(this.ours, each);
    return { ...said, sent: commandsOf(proxy, this.binary) };
  }
}

/** A call of the real client. */
export async function askTheirs(mc: PythonObject, { method, args, kwargs }: Call): Promise<Said> {
  const outcome = await mc.outcome(method, args, kwargs);
  if ('returned' in outcome) return { returned: comparable(outcome.returned) };
  return { raised: essence(outcome.raised.type, outcome.raised.message) };
}

/** The same call of ours. */
export async function askOurs(mc: Client, { method, args, kwargs }: Call): Promise<Said> {
  const named = Object.keys(kwargs).length > 0 ? [toJavaScript(kwargs)] : [];
  try {
    const made: unknown = Reflect.get(mc, method);
    if (typeof made !== 'function') throw new Error(`no method ${method}`);
    const result: unknown = Reflect.apply(made, mc, [...args.map(toJavaScript), ...named]);
    return { returned: comparable(await result) };
  } catch (error) {
    const { name, message } = error as Error;
    return { raised: essence(name, message) };
  }
}

/** Class, code and call of an exception, without what names a moment, a port, an address or a line of the library's source. */
export function essence(type: string, message: string): string {
  const [, what = message] = /^(error \d+ from \w+(?:\(.*?\))?)(?::.*)?$/s.exec(message) ?? [];
  return `${type}: ${what}`;
}

const HEADER = 24;

/** What was sent, one command each: lines of the text protocol, or packets as hex without their opaques. */
export function commandsOf(proxy: LoggingProxy, binary: boolean): string[] {
  const { sent } = proxy;
  if (!binary) return sent.split(/(?<=\r\n)/);
  const packets: string[] = [];
  for (let at = 0; at < sent.length;) {
    const packet = Buffer.from(sent.slice(at), 'latin1');
    const size = HEADER + packet.readUInt32BE(8);
    packet.fill(0, 12, 16);
    packets.push(packet.toString('hex', 0, size));
    at += size;
  }
  return packets;
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
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, toJavaScript(v as PythonValue)]),
    );
  }
  return value;
}

/** Results of both sides in one form: dicts by sorted text, tuples as lists. */
export function comparable(value: unknown): unknown {
  if (value === undefined) return null; // a method that returns nothing
  if (value instanceof Tuple) return value.items.map(comparable);
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return (value as unknown[]).map(comparable);
  if (Buffer.isBuffer(value)) return `b:${value.toString('hex')}`;
  if (value instanceof Map) {
    const pairs = Array.from(value as Map<unknown, unknown>, ([k, v]) => [
      comparable(k),
      comparable(v),
    ]);
    return { dict: pairs.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null) {
    return comparable(new Map(Object.entries(value)));
  }
  if (typeof value === 'bigint') return `${value}n`;
  return value;
}
