// A private memcached on free loopback ports, stopped with the bench.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHARED_CPU } from './processes';

/** Megabytes: nothing that the bench stores may be evicted. */
const MEMORY_MB = 1024;
/** Values up to 1 MB, and their item headers. */
const ITEM_MAX = '2m';
/** Every plot's callers, were each to have a connection of its own. */
const CONNECTIONS = 8192;
const STDIO: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
const START_TRIES = 200;
const START_WAIT_MS = 25;

export interface Server {
  /** `host:port` of each port it listens on. */
  names: readonly string[];
  stop(): Promise<void>;
}

/**
 * One memcached process that listens on `ports` ports: to a client, as many servers.
 * @param bound run it on the CPU that it shares with the clients
 */
export async function startServer(threads: number, ports: number, bound: boolean): Promise<Server> {
  const names = (await freePorts(ports)).map((port) => `127.0.0.1:${port}`);
  const args = [
    ...['-l', names.join(','), '-U', '0'],
    ...['-m', String(MEMORY_MB), '-I', ITEM_MAX, '-t', String(threads)],
    ...['-c', String(CONNECTIONS), ...(process.getuid?.() === 0 ? ['-u', 'root'] : [])],
  ];
  const child =
    bound && SHARED_CPU !== undefined
      ? spawn('taskset', ['-c', SHARED_CPU, 'memcached', ...args], { stdio: STDIO })
      : spawn('memcached', args, { stdio: STDIO });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  child.on('error', (error) => (complaint += error.message));
  await Promise.all(names.map((name) => answering(name, child, () => complaint)));
  return {
    names,
    stop: async () => {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** Ports that were free a moment ago, all different as all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(
    Array.from({ length: count }, async () => {
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      return holder;
    }),
  );
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => once(holder.close(), 'close')));
  return ports;
}

async function answering(name: string, child: ChildProcess, why: () => string): Promise<void> {
  const [host = '', port = ''] = name.split(':');
  for (let i = 0; i < START_TRIES && child.exitCode === null && child.pid !== undefined; i++) {
    const socket = connect(Number(port), host);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(START_WAIT_MS);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`memcached does not answer on ${name}: ${why()}`);
}
