// The real python-memcached and our Client, each with memcacheds of its own behind recording proxies.

import { Client, type ClientOptions } from '../../lib';
import {
  askOurs,
  askTheirs,
  Python,
  startSide,
  stopSide,
  type Call,
  type PythonObject,
  type Said,
  type Side,
  type Telling,
} from '../support';

/** The same, and what else can be seen of it. */
export interface Told extends Said {
  /** Bytes that the client sent; latin1. */
  readonly sent: string;
  /** What the client printed to stderr, its server named `<server>`. */
  readonly printed: string;
}

/** The release that Debian's python3-memcache is. */
export const RELEASE = '1.59';

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
    let printed = '';
    const telling: Telling = {
      printed: (text) => (printed = text.replaceAll(proxy.name, '<server>')),
    };
    const told = await askTheirs(this.theirs, each, telling);
    if (each.kwargs['noreply'] === true) await proxy.until(() => proxy.sent.endsWith('\r\n'));
    return { ...told, sent: proxy.sent, printed };
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
