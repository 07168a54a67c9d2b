// A private twemproxy (nutcracker) in front of memcacheds, on a unix socket of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { refusingPort } from '../support';
import { adopt, hasEnded, kill } from '../support/children';

/** One that does not accept by then is broken. */
const STARTS_WITHIN_MS = 10_000;
/** Between two looks at a starting proxy, which has no event to wait for. */
const LOOK_EVERY_MS = 2;
/** It needs a port for its statistics, which another process may take first. */
const ATTEMPTS = 5;

export interface TwemproxyOptions {
  readonly hash: string;
  readonly distribution: string;
  /** `host:port:weight`, as it is written in the proxy's file. */
  readonly servers: readonly string[];
}

export class Twemproxy implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'twemproxy-'));
  #child: ChildProcess | undefined;
  #complaint = '';

  /** Starts a proxy; resolves when it accepts connections. */
  static async start(options: TwemproxyOptions): Promise<Twemproxy> {
    const proxy = new Twemproxy();
    try {
      writeFileSync(proxy.#file('pool.yml'), poolOf(options, proxy.path));
      for (let attempt = 1; !(await proxy.#run()); attempt++) {
        if (attempt === ATTEMPTS) throw new Error(`nutcracker ended: ${proxy.#complaint.trim()}`);
      }
      return proxy;
    } catch (error) {
      await proxy.stop();
      throw error;
    }
  }

  /** The unix socket on which it listens: what clients are given as their server. */
  get path(): string {
    return this.#file('socket');
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await kill(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  /** Whether it came up. */
  async #run(): Promise<boolean> {
    const statistics = ['-a', '127.0.0.1', '-s', String(await refusingPort())];
    const child = spawn('nutcracker', ['-c', this.#file('pool.yml'), ...statistics], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (text: Buffer) => (this.#complaint += text.toString()));
    child.on('error', (error) => (this.#complaint += `${error.message}\n`));
    adopt(child);
    const deadline = Date.now() + STARTS_WITHIN_MS;
    while (!hasEnded(child)) {
      if (await accepts(this.path)) return true;
      if (Date.now() > deadline) throw new Error(`nutcracker is late: ${this.#complaint.trim()}`);
      await pause(LOOK_EVERY_MS);
    }
    return false;
  }
}

function poolOf({ hash, distribution, servers }: TwemproxyOptions, path: string): string {
  const lines = [
    'pool:',
    `  listen: ${path}`,
    `  hash: ${hash}`,
    `  distribution: ${distribution}`,
    '  auto_eject_hosts: false',
    '  servers:',
    ...servers.map((server) => `   - ${server}`),
  ];
  return `${lines.join('\n')}\n`;
}

async function accepts(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
