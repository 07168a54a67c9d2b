// A private memcached on a free loopback port, stopped with this process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A server that has no port by then is broken. */
const STARTS_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 2;
/** memcached picks a free port and writes it into a file: no other process can take it in between. */
const ANY_PORT = '-1';

export class Memcached {
  #child;
  #folder = mkdtempSync(join(tmpdir(), 'memcache-py-'));
  /** For ends that do not come to `stop`. */
  #onExit = () => {
    this.#child?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  static async start() {
    const server = new Memcached();
    await server.#run();
    return server;
  }

  async #run() {
    const file = join(this.#folder, 'port');
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    this.#child = spawn('memcached', ['-l', '127.0.0.1', '-p', ANY_PORT, '-U', '0', ...user], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, MEMCACHED_PORT_FILENAME: file },
    });
    let failure;
    this.#child.on('error', (error) => (failure = error));
    this.#child.on('exit', (status) => (failure ??= new Error(`memcached ended with ${status}`)));
    process.on('exit', this.#onExit);
    const deadline = Date.now() + STARTS_WITHIN_MS;
    for (;;) {
      this.port = readPort(file);
      if (this.port !== undefined) return;
      if (failure !== undefined) throw failure;
      if (Date.now() > deadline) throw new Error('memcached does not start');
      await pause(LOOK_EVERY_MS);
    }
  }

  get name() {
    return `127.0.0.1:${this.port}`;
  }

  /** `memcached 1.6.18` */
  async version() {
    const reply = await this.#ask('version\r\n', '\r\n');
    return reply.replace('VERSION', 'memcached').trim();
  }

  /** Flags and length of an entry as the server holds it. */
  async entry(key) {
    const reply = await this.#ask(`get ${key}\r\n`, 'END\r\n');
    const [, , flags, bytes] = reply.slice(0, reply.indexOf('\r\n')).split(' ');
    return { flags: Number(flags), bytes: Number(bytes) };
  }

  async stop() {
    process.off('exit', this.#onExit);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One command on a connection of its own: the reply up to `end`. */
  async #ask(command, end) {
    const socket = connect(this.port, '127.0.0.1');
    socket.setEncoding('latin1').write(command);
    let reply = '';
    for await (const chunk of socket) {
      reply += chunk;
      if (reply.endsWith(end)) break;
    }
    return reply;
  }
}

/** `TCP INET: 37135`; the file appears whole, once the server listens. */
function readPort(file) {
  try {
    return Number(/^TCP INET: (\d+)$/m.exec(readFileSync(file, 'latin1'))[1]);
  } catch {
    return undefined;
  }
}
