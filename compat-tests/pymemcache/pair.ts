// The real pymemcache and ours, each with a memcached of its own behind a recording proxy.

import { Client, PooledClient, type ClientOptions } from '../../lib/clients/pymemcache';
import {
  askOurs,
  askTheirs,
  bytes,
  Python,
  startSide,
  stopSide,
  type Call,
  type LoggingProxy,
  type MemcachedOptions,
  type PythonObject,
  type PythonValue,
  type Said,
  type Side,
  type Telling,
} from '../support';

/** What a call came to, and what it sent. */
export interface Told extends Said {
  /** Bytes that the client sent; latin1. */
  readonly sent: string;
}

/** The release that Debian's python3-pymemcache is. */
export const RELEASE = '3.5.2';

export interface PairOptions {
  readonly type?: 'Client' | 'PooledClient';
  /** Of Python's constructor, and of ours where `options` does not say it otherwise. */
  readonly kwargs?: Call['kwargs'];
  readonly options?: ClientOptions;
  readonly server?: MemcachedOptions;
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
    await stopSide(this.theirSide);
    await stopSide(this.ourSide);
  }

  /** What both sides say to one call. */
  async both(each: Call): Promise<{ theirs: Told; ours: Told }> {
    const [theirs, ours] = await Promise.all([this.askTheirs(each), this.askOurs(each)]);
    return { theirs, ours };
  }

  async askTheirs(asked: Call): Promise<Told> {
    const { proxy } = this.theirSide;
    proxy.clear();
    const said = await askTheirs(this.theirs, asked, TELLING);
    if (said.raised === undefined) await settled(proxy, asked);
    return { ...said, sent: proxy.sent };
  }

  async askOurs(asked: Call): Promise<Told> {
    const { proxy } = this.ourSide;
    proxy.clear();
    const said = await askOurs(this.ours, asked, TELLING);
    if (said.raised === undefined) await settled(proxy, asked);
    // What we send beside Python's lines: the fence after commands without reply.
    return { ...said, sent: proxy.sent.replace(/^version\r\n(?=.)/s, '') };
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

/** How both sides' answers are told. */
export const TELLING = {
  /** The message, or the bytes that pymemcache gives in its place. */
  raised: ({ type, args, message }) => {
    const [first] = Array.isArray(args) ? (args as PythonValue[]) : [];
    return `${type}: ${Buffer.isBuffer(first) ? first.toString('latin1') : message}`;
  },
  /** The names of stats are bytes in Python. */
  returned: (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== null) return value;
    return new Map(Object.entries(value).map(([name, each]) => [bytes(name), each as unknown]));
  },
} satisfies Telling;
