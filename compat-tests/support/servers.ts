// Private memcached servers on loopback ports or unix sockets: start, freeze, kill, restart.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { adopt, hasEnded, kill } from './children';

/** A server that does not accept by then is broken. */
const STARTS_WITHIN_MS = 10_000;
/** Between two looks at a starting server, which has no event to wait for. */
const LOOK_EVERY_MS = 2;
/** Asks memcached for a free port, which it writes into MEMCACHED_PORT_FILENAME: no race. */
const ANY_PORT = -1;

export interface MemcachedOptions {
  /** More command-line arguments, such as `['-I', '4m']`. */
  readonly args?: readonly string[];
  /** Where it listens: IPv4 loopback (default), IPv6 loopback or a unix socket. */
  readonly on?: '127.0.0.1' | '::1' | 'unix';
  /** A port that must be this one; any free port by default. */
  readonly port?: number;
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One memcached process of our own. */
export class Memcached implements AsyncDisposable {
  readonly host: '127.0.0.1' | '::1' | 'unix';
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'memcached-'));
  #child: ChildProcess | undefined;
  #port: number;
  #complaint = '';

  private constructor(options: MemcachedOptions) {
    this.host = options.on ?? '127.0.0.1';
    this.#args = options.args ?? [];
    this.#env = options.env ?? {};
    this.#port = options.port ?? ANY_PORT;
  }

  /** Starts a server; resolves when it accepts connections. */
  static async start(options: MemcachedOptions = {}): Promise<Memcached> {
    const server = new Memcached(options);
    try {
      await server.#run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The server's name as python-memcached and most clients take it. */
  get name(): string {
    if (this.host === 'unix') return `unix:${this.path}`;
    return this.host === '::1' ? `inet6:[::1]:${this.#port}` : `127.0.0.1:${this.#port}`;
  }

  /** The TCP port; throws for a unix socket. */
  get port(): number {
    if (this.host === 'unix') throw new Error('a unix socket has no port');
    return this.#port;
  }

  /** The path of the unix socket. */
  get path(): string {
    return join(this.#folder, 'socket');
  }

  /** What `net.connect` needs to reach it. */
  get address(): NetConnectOpts {
    return this.host === 'unix' ? { path: this.path } : { host: this.host, port: this.#port };
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('memcached is not running');
    return pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && !hasEnded(this.#child);
  }

  /** Ends it at once, as a crash does; connections are reset and the port refuses. */
  async kill(): Promise<void> {
    if (this.#child !== undefined) await kill(this.#child);
  }

  /** Stops answering while connections stay open and are still accepted by the kernel. */
  async freeze(): Promise<void> {
    process.kill(this.pid, 'SIGSTOP');
    await this.#untilState((state) => state === 'T');
  }

  /** Answers again, what came meanwhile first. */
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Starts again where it listened before, empty. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#run();
  }

  /** Ends it and removes what it left. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    const portFile = join(this.#folder, 'port');
    rmSync(portFile, { force: true });
    rmSync(this.path, { force: true });
    const child = spawn('memcached', this.#arguments(), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...this.#env, MEMCACHED_PORT_FILENAME: portFile },
    });
    this.#child = child;
    this.#complaint = '';
    child.stderr.on('data', (text: Buffer) => (this.#complaint += text.toString()));
    child.on('error', (error) => (this.#complaint += `${error.message}\n`));
    adopt(child);
    if (this.host !== 'unix') this.#port = await this.#until(() => readPort(portFile));
    await this.#until(() => accepts(this.address));
  }

  #arguments(): string[] {
    const where =
      this.host === 'unix' ? ['-s', this.path] : ['-l', this.host, '-p', String(this.#port)];
    // memcached refuses to run as root unless told to.
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    return [...where, '-U', '0', ...user, ...this.#args];
  }

  /** The first answer that is not undefined; rejects when the server ends or takes too long. */
  async #until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + STARTS_WITHIN_MS;
    for (;;) {
      const answer = await look();
      if (answer !== undefined) return answer;
      if (!this.isRunning) throw new Error(`memcached ended: ${this.#complaint.trim()}`);
      if (Date.now() > deadline) throw new Error(`memcached is late: ${this.#complaint.trim()}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Waits for a process state as `ps` names it; a signal takes effect a little later. */
  #untilState(test: (state: string) => boolean): Promise<true> {
    return this.#until(() => {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(this.pid)]);
      return test(stdout.toString().trim().charAt(0)) || undefined;
    });
  }
}

/** Starts `count` servers at once; when one fails, none is left. */
export async function startServers(
  count: number,
  options?: MemcachedOptions,
): Promise<Memcached[]> {
  const starts = Array.from({ length: count }, () => Memcached.start(options));
  const settled = await Promise.allSettled(starts);
  const servers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed === undefined) return servers;
  await stopServers(servers);
  throw failed.reason;
}

export async function stopServers(servers: readonly Memcached[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** A loopback port that refuses connections: it was free a moment ago, and nobody listens. */
export async function refusingPort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}

/** `TCP INET: 37135`; the file appears whole, once the server listens. */
function readPort(file: string): number | undefined {
  try {
    const port = /^TCP INET6?: (\d+)$/m.exec(readFileSync(file, 'latin1'))?.[1];
    return port === undefined ? undefined : Number(port);
  } catch {
    return undefined;
  }
}

async function accepts(address: NetConnectOpts): Promise<true | undefined> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
