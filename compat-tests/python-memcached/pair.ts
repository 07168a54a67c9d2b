// The real python-memcached and our Client, each with memcacheds of its own behind recording proxies.

import { inspect } from 'node:util';
import { Client, type ClientOptions } from '../../lib';
import { isNamed } from '../../lib/clients/shared/arguments';
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
  readonly raised?: string;
}

/** The same, and what else can be seen of it. */
export interface Told extends Said {
  /** Bytes that the client sent; latin1. */
  readonly sent: string;
  /** What the client printed to stderr, its server named `<server>`. */
  readonly printed: string;
}

/** One call, as both sides understand it. */
export interface Call {
  readonly method: string;
  readonly args: readonly PythonValue[];
  readonly kwargs: Readonly<Record<string, PythonValue>>;
}

/** The release that Debian's python3-memcache is. */
export const RELEASE = '1.59';

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

export interface Side {
  readonly server: Memcached;
  readonly proxy: LoggingProxy;
}

export async function startSide(): Promise<Side> {
  const server = await Memcached.start();
  return { server, proxy: await LoggingProxy.start(server) };
}

export async function stopSide({ proxy, server }: Side): Promise<void> {
  await proxy.stop();
  await server.stop();
}

/** Both clients; each call is made on both. */
export class Pair {
  private constructor(
    readonly python: Python,
    readonly theirs: PythonObject,
    readonly ours: Client,
    readonly theirSide: Side,
    readonly ourSide: Side,
    readonly printed: string[],
  ) {}

  static async start(options: ClientOptions = {}, kwargs: Call['kwargs'] = {}): Promise<Pair> {
    const python = await Python.start({ modules: ['memcache'] });
    const [theirSide, ourSide] = await Promise.all([startSide(), startSide()]);
    const theirs = await python.create('memcache.Client', [[theirSide.proxy.name]], kwargs);
    const printed: string[] = [];
    const log = (line: string): void => void printed.push(line);
    const ours = new Client([ourSide.proxy.name], { release: RELEASE, log, ...options });
    return new Pair(python, theirs, ours, theirSide, ourSide, printed);
  }

  async stop(): Promise<void> {
    this.ours.disconnect_all();
    await this.python.stop();
    await stopSide(this.theirSide);
    await stopSide(this.ourSide);
  }

  /** What both sides say to one call. */
  async both(each: Call): Promise<{ theirs: Told; ours: Told }> {
    return { theirs: await this.askTheirs(each), ours: await this.askOurs(each) };
  }

  async askTheirs(each: Call): Promise<Told> {
    const { proxy } = this.theirSide;
    proxy.clear();
    const { stderr, ...told } = await askTheirs(this.theirs, each);
    if (each.kwargs['noreply'] === true) await proxy.until(() => proxy.sent.endsWith('\r\n'));
    return { ...told, sent: proxy.sent, printed: stderr.replaceAll(proxy.name, '<server>') };
  }

  async askOurs(each: Call): Promise<Told> {
    const { proxy } = this.ourSide;
    proxy.clear();
    this.printed.length = 0;
    const told = await askOurs(this.ours, each);
    if (each.kwargs['noreply'] === true) await proxy.until(() => proxy.sent.endsWith('\r\n'));
    // What we send beside Python's lines: the fence after commands without reply.
    const printed = this.printed.join('').replaceAll(proxy.name, '<server>');
    return { ...told, sent: proxy.sent.replace(/^version\r\n/, ''), printed };
  }
}

/** One call of the real client. */
export async function askTheirs(
  client: PythonObject,
  { method, args, kwargs }: Call,
): Promise<Said & { readonly stderr: string }> {
  const outcome = await client.outcome(method, args, kwargs);
  const { stderr } = outcome;
  if ('raised' in outcome)
    return { raised: `${outcome.raised.type}: ${outcome.raised.message}`, stderr };
  return { returned: comparable(outcome.returned), stderr };
}

/** The same call of ours. */
export async function askOurs(client: object, { method, args, kwargs }: Call): Promise<Said> {
  const named = Object.keys(kwargs).length > 0 ? [toJavaScript(kwargs)] : [];
  try {
    const made: unknown = Reflect.get(client, method);
    if (typeof made !== 'function') throw new Error(`no method ${method}`);
    const result: unknown = Reflect.apply(made, client, [...args.map(toJavaScript), ...named]);
    return { returned: comparable(await result) };
  } catch (error) {
    const { name, message } = error as Error;
    return { raised: `${name}: ${message}` };
  }
}

/** An argument as a TypeScript program gives it: tuples are arrays, keyword arguments an object. */
function toJavaScript(value: PythonValue | Call['kwargs']): unknown {
  if (value instanceof Tuple) return Array.from(value.items, toJavaScript);
  if (Array.isArray(value)) return (value as PythonValue[]).map(toJavaScript);
  if (value instanceof Map)
    return new Map(
      [...value].map(([k, v]) => [toJavaScript(k as PythonValue), toJavaScript(v as PythonValue)]),
    );
  if (isNamed(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toJavaScript(v)]));
  }
  return value;
}

/** Results of both sides in one form: dicts by sorted text, tuples as lists. */
function comparable(value: unknown): unknown {
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
  if (isNamed(value)) return comparable(new Map(Object.entries(value)));
  if (typeof value === 'bigint') return `${value}n`;
  return value;
}
