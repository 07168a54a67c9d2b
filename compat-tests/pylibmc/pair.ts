// The real pylibmc 1.6.3 and our Client, each with a memcached of its own behind a recording proxy.

import { Client } from '../../lib/clients/pylibmc';
import * as support from '../support';
import {
  Python,
  startSide,
  stopSide,
  type Call,
  type LoggingProxy,
  type PythonObject,
  type PythonValue,
  type Said,
  type Side,
} from '../support';

/** What a call came to, and what it sent. */
export interface Told extends Said {
  /** Commands that the client sent, one a line: see `commandsOf`. */
  readonly sent: readonly string[];
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
    await stopSide(this.theirSide);
    await stopSide(this.ourSide);
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

const TELLING: support.Telling = { raised: ({ type, message }) => essence(type, message) };

/** One call of the real client. */
export const askTheirs = (mc: PythonObject, each: Call): Promise<Said> =>
  support.askTheirs(mc, each, TELLING);

/** The same call of ours. */
export const askOurs = (mc: Client, each: Call): Promise<Said> =>
  support.askOurs(mc, each, TELLING);

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
