// A TCP proxy in front of a memcached that records every byte each way, per connection.
import { once } from 'node:events';
import {
  connect,
  createServer,
  type AddressInfo,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net';

/** What went over one connection. */
export class Recording {
  readonly #toServer: Buffer[] = [];
  readonly #toClient: Buffer[] = [];

  /** What the client sent. */
  get sent(): Buffer {
    return Buffer.concat(this.#toServer);
  }

  /** What the server answered. */
  get received(): Buffer {
    return Buffer.concat(this.#toClient);
  }

  recordSent(chunk: Buffer): void {
    this.#toServer.push(chunk);
  }

  recordReceived(chunk: Buffer): void {
    this.#toClient.push(chunk);
  }
}

/** Listens on a free loopback port and forwards to one server. */
export class LoggingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: NetConnectOpts;
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #recordings: Recording[] = [];
  #open = new Map<Socket, Recording>();

  private constructor(target: NetConnectOpts) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(target: { readonly address: NetConnectOpts }): Promise<LoggingProxy> {
    const proxy = new LoggingProxy(target.address);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get name(): string {
    return `127.0.0.1:${this.port}`;
  }

  get address(): NetConnectOpts {
    return { host: '127.0.0.1', port: this.port };
  }

  /** One recording a connection since the start or the last `clear`, oldest first. */
  get connections(): readonly Recording[] {
    return this.#recordings;
  }

  /** All that clients sent, connection after connection; latin1. */
  get sent(): string {
    return this.#recordings.map((each) => each.sent.toString('latin1')).join('');
  }

  /** All that the server answered, connection after connection; latin1. */
  get received(): string {
    return this.#recordings.map((each) => each.received.toString('latin1')).join('');
  }

  /** Forgets the bytes so far; connections that are open go on in new recordings. */
  clear(): void {
    this.#recordings = [];
    this.#open = new Map();
  }

  /** Resolves when `test` holds, looking whenever bytes pass: for `noreply`, which no reply ends. */
  async until(test: (proxy: this) => boolean): Promise<void> {
    while (!test(this)) {
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** What was sent while `action` ran, and its result. Only for actions that end with a reply. */
  async record<T>(
    action: () => Promise<T>,
  ): Promise<{ result: T; sent: string; received: string }> {
    this.clear();
    const result = await action();
    return { result, sent: this.sent, received: this.received };
  }

  /** Breaks every connection, as a network does; the port stays open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accept(client: Socket): void {
    const server = connect(this.#target);
    this.#recordingOf(client);
    this.#forward(client, server, (chunk) => this.#recordingOf(client).recordSent(chunk));
    this.#forward(server, client, (chunk) => this.#recordingOf(client).recordReceived(chunk));
  }

  #recordingOf(client: Socket): Recording {
    let recording = this.#open.get(client);
    if (recording === undefined) {
      recording = new Recording();
      this.#open.set(client, recording);
      this.#recordings.push(recording);
    }
    return recording;
  }

  #forward(from: Socket, to: Socket, record: (chunk: Buffer) => void): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      record(chunk);
      to.write(chunk);
      for (const wake of this.#watchers) wake();
      this.#watchers.clear();
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroySoon();
    });
  }
}
