// A TCP proxy whose first connection can hold the server's replies back until they are late.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Gate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  #isShut = false;
  #held: Buffer[] = [];
  #first: Socket | undefined;
  #onHeld: (() => void) | undefined;

  private constructor(port: number) {
    this.#server = createServer((client) => {
      const target = connect(port, '127.0.0.1');
      const isFirst = this.#accepted++ === 0;
      if (isFirst) this.#first = client;
      for (const [from, to] of [
        [client, target],
        [target, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroySoon();
        });
      }
      client.on('data', (chunk) => target.write(chunk));
      target.on('data', (chunk) => {
        if (isFirst && this.#isShut) this.#hold(chunk);
        else client.write(chunk);
      });
    });
  }

  static async start(port: number): Promise<Gate> {
    const gate = new Gate(port);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** From now on the first connection's replies are held; resolves when there is one. */
  shut(): Promise<void> {
    this.#isShut = true;
    return new Promise((resolve) => (this.#onHeld = resolve));
  }

  /** Lets `count` bytes of what is held pass, the rest stays. */
  drip(count: number): void {
    const all = Buffer.concat(this.#held);
    this.#held = [all.subarray(count)];
    this.#first?.write(all.subarray(0, count));
  }

  /** Lets through what was held, late. */
  open(): void {
    this.#isShut = false;
    this.drip(Infinity);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#onHeld?.();
  }
}
