// The real HashClient and ours over the same servers: a key_prefix each, which is not hashed, keeps their entries apart.

import { HashClient, type HashClientOptions } from '../../lib/clients/pymemcache';
import { systemTime } from '../../lib/net/clock';
import {
  bytes,
  type Call,
  type Python,
  type PythonObject,
  type PythonValue,
  type Said,
} from '../support';
import { RELEASE } from './pair';
import { askOurs, askPython } from './told';

/** Its clock stands where the test puts it; None: as all others. */
const SETUP = `
import time as real_time
import pymemcache.client.hash
from pymemcache.client.hash import HashClient

class Clock(object):
    now = None
    def time(self):
        return real_time.time() if self.now is None else self.now

clock = Clock()
pymemcache.client.hash.time = clock

def drop(client):
    for each in client.clients.values():
        each.close()
`;

export interface HashPairOptions {
  /** Of Python's constructor, and of ours where `options` does not say it otherwise. */
  readonly kwargs?: Readonly<Record<string, PythonValue>>;
  readonly options?: HashClientOptions;
  /** Both clocks stand still until `advance`. */
  readonly frozen?: boolean;
}

/** Both clients; each call is made on both. */
export class HashPair {
  readonly #clock: { now: number | undefined };

  private constructor(
    readonly python: Python,
    readonly theirs: PythonObject,
    readonly ours: HashClient,
    clock: { now: number | undefined },
  ) {
    this.#clock = clock;
  }

  static async start(
    python: Python,
    servers: readonly string[],
    { kwargs = {}, options = {}, frozen = false }: HashPairOptions = {},
  ): Promise<HashPair> {
    const clock = { now: frozen ? 0 : undefined };
    const time = { ...systemTime, now: () => clock.now ?? systemTime.now() };
    await python.exec(SETUP);
    await python.exec('clock.now = now', { now: frozen ? 0 : null });
    const theirs = await python.create('pymemcache.client.hash.HashClient', [servers], {
      key_prefix: bytes('p:'),
      ...kwargs,
    });
    const all = {
      release: RELEASE,
      key_prefix: bytes('o:'),
      ...kwargs,
      ...options,
      injected: { time },
    };
    return new HashPair(python, theirs, new HashClient(servers, all as HashClientOptions), clock);
  }

  /** What Python says, and then ours. */
  async both(each: Call): Promise<{ theirs: Said; ours: Said }> {
    return { theirs: await askPython(this.theirs, each), ours: await askOurs(this.ours, each) };
  }

  async advance(ms: number): Promise<void> {
    this.#clock.now = (this.#clock.now ?? 0) + ms;
    await this.python.exec('clock.now = now', { now: this.#clock.now / 1000 });
  }

  /** Closes all connections and nothing else: Python's `close` also tells its servers well or dead. */
  async drop(): Promise<void> {
    this.ours.close();
    await this.python.exec(`drop(${this.theirs.name})`);
  }
}
