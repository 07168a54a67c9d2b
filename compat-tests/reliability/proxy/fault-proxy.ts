// Accepts connections on a loopback port, and joins each to the server by two faulty pipes.

import { once } from 'node:events';
import {
  connect,
  createServer,
  type AddressInfo,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Faults, Way } from './faults';
import { FRAMINGS } from './framing';
import { Pipe } from './pipe';
import { Replies } from './replies';

export interface ProxyOptions {
  readonly framing?: keyof typeof FRAMINGS;
  /** Source of jitter, from 0 to 1; Math.random by default. */
  readonly random?: () => number;
  /** Clients must speak TLS with who has this certificate; the faults are those of what is said inside. */
  readonly identity?: { readonly cert: string; readonly key: string } | undefined;
}

/** One connection through the proxy. */
interface Link {
  readonly client: Socket;
  readonly changed: () => void;
}

export class FaultProxy implements AsyncDisposable {
  /** Connections accepted since the start. */
  accepted = 0;
  /** Bytes that have come to the proxy, each way, whether they passed or not. */
  readonly arrived: Record<Way, number> = { up: 0, down: 0 };
  readonly #target: NetConnectOpts;
  readonly #options: Required<Omit<ProxyOptions, 'identity'>> & Pick<ProxyOptions, 'identity'>;
  readonly #links = new Set<Link>();
  /** Ways to the server, which may outlive those to clients. */
  readonly #servers = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #listener: Server | undefined;
  #port = 0;
  #faults: Faults = {};

  private constructor(target: NetConnectOpts, options: ProxyOptions) {
    this.#target = target;
    this.#options = { framing: 'text', random: Math.random, ...options };
  }

  static async start(
    target: { readonly address: NetConnectOpts },
    options: ProxyOptions = {},
  ): Promise<FaultProxy> {
    const proxy = new FaultProxy(target.address, options);
    await proxy.set({});
    return proxy;
  }

  get name(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get address(): NetConnectOpts {
    return { host: '127.0.0.1', port: this.#port };
  }

  /** Connections that clients hold open now. */
  get open(): number {
    return this.#links.size;
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Replaces all faults; counts of bytes and replies begin anew. */
  async set(faults: Faults): Promise<void> {
    this.#faults = faults;
    if (faults.refuse === true) {
      this.#listener?.close();
      this.#listener = undefined;
      this.cut();
    } else if (this.#listener === undefined) {
      await this.#listen();
    }
    for (const link of this.#links) link.changed();
  }

  /** Ends all faults. */
  heal(): Promise<void> {
    return this.set({});
  }

  /** Resets every open connection. */
  cut(): void {
    for (const { client } of this.#links) client.resetAndDestroy();
  }

  /** Resolves when `test` holds; looks whenever bytes pass or a connection comes or goes. */
  async until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const { client } of this.#links) client.destroy();
    for (const server of this.#servers) server.destroy();
    await this.until(() => this.#links.size === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #listen(): Promise<void> {
    const { identity } = this.#options;
    this.#listener = createServer({ noDelay: true }, (client) =>
      this.#accept(identity === undefined ? client : secured(client, identity)),
    );
    this.#listener.listen(this.#port, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.#port = (this.#listener.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    this.accepted++;
    const { flap } = this.#faults;
    if (flap === 0) client.resetAndDestroy();
    else this.#join(client);
    if (flap !== undefined) setTimeout(() => client.resetAndDestroy(), flap).unref();
    this.#tell();
  }

  #join(client: Socket): void {
    // Half-open: a FIN passes when what was sent before it has.
    const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    this.#servers.add(server);
    const faults = (): Faults => this.#faults;
    const up = new Pipe(client, server, 'up', faults, this.#options.random);
    const down = new Pipe(server, client, 'down', faults, this.#options.random);
    const replies = new Replies(FRAMINGS[this.#options.framing], down, faults);
    const changed = (): void => {
      up.changed();
      down.changed();
      replies.changed();
    };
    const link = { client, changed };
    this.#links.add(link);
    this.#read(client, 'up', (bytes) => up.push(bytes));
    this.#read(server, 'down', (bytes) => replies.push(bytes));
    client.on('close', () => {
      this.#links.delete(link);
      up.push(); // what was on its way arrives, as on a network
      this.#tell();
    });
    server.on('error', () => client.resetAndDestroy());
    server.on('close', () => this.#servers.delete(server));
  }

  #read(from: Socket, way: Way, push: (bytes?: Buffer) => void): void {
    from.on('error', () => undefined); // 'close' tells
    from.on('end', () => push());
    from.on('data', (bytes: Buffer) => {
      this.arrived[way] += bytes.length;
      push(bytes);
      this.#tell();
    });
  }

  #tell(): void {
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  }
}

/** The server's end of TLS; it can be reset, which Node does for sockets of TCP alone. */
export function secured(socket: Socket, identity: { cert: string; key: string }): Socket {
  const options = { isServer: true, secureContext: createSecureContext(identity) };
  const client = new TLSSocket(socket, options).on('error', () => undefined);
  client.resetAndDestroy = () => {
    socket.resetAndDestroy();
    return client;
  };
  return client;
}
