// The real pymemcache and ours, each with a memcached of its own behind a recording proxy.

import { inspect } from 'node:util';
import { Client, PooledClient, type ClientOptions } from '../../lib/clients/pymemcache';
import {
  bytes,
  Float,
  LoggingProxy,
  Memcached,
  Python,
  Tuple,
  type MemcachedOptions,
  type PythonObject,
  type PythonValue,
  type Raised,
} from '../support';

/** What a call came to, on either side: comparable. */
export interface Told {
  readonly returned?: unknown;
  readonly raised?: string;
  /** Bytes that the client sent; latin1. */
  readonly sent: string;
}

/** One call, as both sides understand it. */
export interface Call {
  readonly method: string;
  readonly args: readonly PythonValue[];
  readonly kwargs: Readonly<Record<string, PythonValue>>;
}

/** The release that Debian's python3-pymemcache is. */
export const RELEASE = '3.5.2';

/** A call for a table: `call('set', ['k', 'v'], { expire: 60 })`. */
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

export interface PairOptions {
  readonly type?: 'Client' | 'PooledClient';
  /** Of Python's constructor, and of ours where `options` does not say it otherwise. */
  readonly kwargs?: Call['kwargs'];
  readonly options?: ClientOptions;
  readonly server?: MemcachedOptions;
}

interface Side {
  readonly server: Memcached;
  readonly proxy: LoggingProxy;
}

async function startSide(options: MemcachedOptions = {}): Promise<Side> {
  const server = await Memcached.start(options);
  return { server, proxy: await LoggingProxy.start(server) };
}

const CLASSES = { Client, PooledClient } as const;

/** Both clients; each call is made on both. */
export class Pair {
  private constructor(
    readonly python: Python,
    readonly theirs: PythonObject,
    readonly ours: Client | PooledClient,
    readonly theirSide: Side,
    readonly ourSide: Side,
  ) {}

  static async start({ type = 'Client', ...given }: PairOptions = {}): Promise<Pair> {
    const python = await Python.start({ modules: ['pymemcache'] });
    await python.exec('import pymemcache, pymemcache.serde');
    const [theirSide, ourSide] = await Promise.all([
      startSide(given.server),
      startSide(given.server),
    ]);
    const kwargs = given.kwargs ?? {};
    const theirs = await python.create(`pymemcache.${type}`, [theirSide.proxy.name], kwargs);
    const options = { ...(kwargs as ClientOptions), ...given.options };
    const ours = new CLASSES[type](ourSide.proxy.name, { release: RELEASE, ...options });
    return new Pair(python, theirs, ours, theirSide, ourSide);
  }

  async stop(): Promise<void> {
    this.ours.close();
    await this.python.stop();
    for (const { proxy, server } of [this.theirSide, this.ourSide]) {
      await proxy.stop();
      await server.stop();
    }
  }

  /** What both sides say to one call. */
  async both(each: Call): Promise<{ theirs: Told; ours: Told }> {
    const [theirs, ours] = await Promise.all([this.askTheirs(each), this.askOurs(each)]);
    return { theirs, ours };
  }

  async askTheirs(asked: Call): Promise<Told> {
    const { method, args, kwargs } = asked;
    const { proxy } = this.theirSide;
    proxy.clear();
    const outcome = await this.theirs.outcome(method, args, kwargs);
    if ('raised' in outcome) return { raised: raisedText(outcome.raised), sent: proxy.sent };
    await settled(proxy, asked);
    return { returned: comparable(outcome.returned), sent: proxy.sent };
  }

  async askOurs(asked: Call): Promise<Told> {
    const { method, args, kwargs } = asked;
    const { proxy } = this.ourSide;
    proxy.clear();
    const named = Object.keys(kwargs).length > 0 ? [toJavaScript(kwargs)] : [];
    const told: { returned?: unknown; raised?: string } = {};
    try {
      const ours: object = this.ours;
      const made: unknown = Reflect.get(ours, method);
      if (typeof made !== 'function') throw new Error(`no method ${method}`);
      const result: unknown = Reflect.apply(made, ours, [...args.map(toJavaScript), ...named]);
      told.returned = comparable(await result);
    } catch (error) {
      const { name, message } = error as Error;
      told.raised = `${name}: ${message}`;
    }
    if (told.raised === undefined) await settled(proxy, asked);
    // What we send beside Python's lines: the fence after commands without reply.
    return { ...told, sent: proxy.sent.replace(/^version\r\n(?=.)/s, '') };
  }
}

/** Methods that may send no reply, which nothing but the bytes at the proxy ends. */
const SILENT = /^(set|add|replace|append|prepend|cas|delete|incr|decr|touch|flush_all|__)/;

/** A call that may have asked for no reply, and sent something, has sent all of it. */
async function settled(proxy: LoggingProxy, { method, args, kwargs }: Call): Promise<void> {
  if (!SILENT.test(method) || kwargs['noreply'] === false) return;
  const isAsked = kwargs['noreply'] === true || args.includes(true);
  if (!isAsked && /^(cas|incr|decr)/.test(method)) return;
  await proxy.until(() => proxy.sent.endsWith('\r\n'));
}

/** The message, or the bytes that pymemcache gives in its place. */
export function raisedText({ type, args, message }: Raised): string {
  const [first] = Array.isArray(args) ? (args as PythonValue[]) : [];
  return `${type}: ${Buffer.isBuffer(first) ? first.toString('latin1') : message}`;
}

/** An argument as a TypeScript program gives it: tuples are arrays, keyword arguments an object. */
export function toJavaScript(value: PythonValue | Call['kwargs']): unknown {
  if (value instanceof Tuple) return Array.from(value.items, toJavaScript);
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return (value as PythonValue[]).map(toJavaScript);
  if (value instanceof Map)
    return new Map(
      [...value].map(([k, v]) => [k as PythonValue, toJavaScript(v as PythonValue)] as const),
    );
  const prototype: unknown =
    typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype) return value;
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
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null) {
    // Of stats, whose names are bytes in Python.
    const named = Object.entries(value).map(([name, v]) => [bytes(name), v] as const);
    return comparable(new Map(named));
  }
  if (typeof value === 'bigint') return `${value}n`;
  return value;
}
