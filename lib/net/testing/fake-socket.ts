// A socket in memory: as much of net.Socket as a connection uses, with two pipes that deliver in random cuts.

import { EventEmitter } from 'node:events';
import type { OnReadOpts, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FakeTime } from './fake-time';
import type { Random } from './random';

/** How a pipe ends when it is empty. */
export type End = 'fin' | 'reset';

/** One way of a connection: bytes that travel. */
export class Pipe {
  /** Nothing is delivered before then; Infinity: ever. */
  stalledUntil = 0;
  bytes = '';
  #end: End | undefined;
  #isClosed = false;
  #isScheduled = false;

  constructor(
    private readonly time: FakeTime,
    private readonly random: Random,
    /** At most so many bytes at once. */
    private readonly cut: number,
    private readonly receive: (bytes: string) => void,
    private readonly over: (end: End) => void,
  ) {}

  push(bytes: string): void {
    if (this.#isClosed || this.#end !== undefined) return;
    this.bytes += bytes;
    this.#schedule(2);
  }

  /** Ends when what is in it has been delivered. */
  end(how: End): void {
    this.#end ??= how;
    this.#schedule(2);
  }

  /** Delivers nothing more. */
  close(): void {
    this.#isClosed = true;
    this.bytes = '';
  }

  /** @param latency the most it takes, in milliseconds */
  #schedule(latency: number): void {
    if (this.#isScheduled || this.#isClosed || this.stalledUntil === Infinity) return;
    this.#isScheduled = true;
    const stall = Math.max(this.stalledUntil - this.time.now(), 0);
    this.time.after(stall + this.random.next() * latency, () => this.#deliver());
  }

  #deliver(): void {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    if (this.stalledUntil > this.time.now()) return this.#schedule(2);
    const { bytes, random } = this;
    if (bytes !== '') {
      const most = Math.min(bytes.length, this.cut);
      // Small values in small cuts, big ones in big cuts; mostly everything at once.
      const size = random.chance(0.6) ? most : 1 + random.int(most);
      this.bytes = bytes.slice(size);
      this.receive(bytes.slice(0, size));
    }
    if (this.bytes !== '') this.#schedule(0.1);
    else if (this.#end !== undefined && !this.#isClosed) {
      this.#isClosed = true;
      this.over(this.#end);
    }
  }
}

/** What a simulated network does with a socket. */
export interface Peer {
  /** The client sent bytes. */
  sent(bytes: string): void;
  /** Bytes that were not taken yet. */
  readonly backlog: number;
  /** The client has closed. */
  left(): void;
}

export class FakeSocket extends EventEmitter {
  destroyed = false;
  peer: Peer | undefined;
  /** What the connection must wait for before it writes. */
  protected readonly readyEvent: string = 'connect';
  #isReady = false;
  readonly #buffer: Buffer;
  readonly #onread: (length: number) => void;

  constructor(onread: OnReadOpts) {
    super();
    const { buffer } = onread;
    if (!Buffer.isBuffer(buffer)) throw new TypeError('the buffer to read into is made beforehand');
    this.#buffer = buffer;
    this.#onread = (length) => void onread.callback(length, buffer);
  }

  get writableLength(): number {
    return this.peer?.backlog ?? 0;
  }

  write(data: string | Buffer): boolean {
    if (!this.#isReady) throw new Error('written to before it was ready');
    this.peer?.sent(typeof data === 'string' ? data : data.toString('latin1'));
    return true;
  }

  cork(): void {}
  uncork(): void {}
  ref(): void {}
  unref(): void {}

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.peer?.left();
    process.nextTick(() => this.emit('close'));
  }

  /** It may be written to. */
  ready(): void {
    if (this.destroyed) return;
    this.#isReady = true;
    this.emit(this.readyEvent);
  }

  /** Bytes arrive; as many at once as the buffer takes. */
  receive(bytes: string): void {
    const { length } = this.#buffer;
    for (let at = 0; at < bytes.length && !this.destroyed; at += length)
      this.#onread(this.#buffer.write(bytes.slice(at, at + length), 'latin1'));
  }

  /** The server's end, as the kernel tells of it. */
  finish(end: End): void {
    if (this.destroyed) return;
    if (end === 'fin') this.emit('end');
    else this.fail('read ECONNRESET');
  }

  fail(message: string, code?: string): void {
    if (this.destroyed) return;
    this.emit('error', Object.assign(new Error(message), { code }));
    this.destroy();
  }

  /** Checked border: the connection's tests fail loudly when it uses more of a socket than there is here. */
  asSocket(): Socket {
    return this as unknown as Socket;
  }
}

/** The same as if under TLS: nothing is encrypted, and a handshake comes before everything else. */
export class FakeTlsSocket extends FakeSocket {
  authorizationError: Error | null = null;
  protected override readonly readyEvent = 'secureConnect';
  #protocol = 'TLSv1.3';
  #isSecure = false;

  /** The handshake has ended well, though perhaps with an old version. */
  override ready(protocol = 'TLSv1.3'): void {
    this.#protocol = protocol;
    this.#isSecure = true;
    super.ready();
  }

  getProtocol(): string {
    return this.#protocol;
  }

  /** The server is not who it should be. */
  distrust(): void {
    this.authorizationError = new Error('certificate has expired');
    this.fail('certificate has expired', 'CERT_HAS_EXPIRED');
  }

  override receive(bytes: string): void {
    if (this.#isSecure) super.receive(bytes);
    else this.fail('wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER');
  }

  override finish(end: End): void {
    if (this.#isSecure) super.finish(end);
    else this.fail('the socket was disconnected before the handshake was over');
  }
}

// The connection knows TLS by the class of its socket. Nothing of that class's own is ever reached.
Object.setPrototypeOf(
  FakeTlsSocket.prototype,
  Object.create(TLSSocket.prototype, {
    ...Object.getOwnPropertyDescriptors(EventEmitter.prototype),
    ...Object.getOwnPropertyDescriptors(FakeSocket.prototype),
  }) as object,
);
