// A bare socket to memcached: sends given bytes, and looks at entries exactly as they are stored.
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

const CRLF = Buffer.from('\r\n');
/** A server that does not answer by then never will. */
const ANSWERS_WITHIN_MS = 10_000;

/** One entry as the server holds it. */
export interface RawEntry {
  readonly flags: number;
  readonly data: Buffer;
  readonly cas: bigint;
}

/** One connection. Calls must follow one another: it does not queue. */
export class RawConnection implements AsyncDisposable {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake?.();
    });
    socket.on('error', (error) => (this.#ended = error));
    socket.on('close', () => {
      this.#ended ??= new Error('the server closed the connection');
      this.#wake?.();
    });
  }

  static async open(server: { readonly address: NetConnectOpts }): Promise<RawConnection> {
    const socket = connect(server.address);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends bytes; text is latin1, so that '\xff' is the byte 0xff. */
  write(bytes: Uint8Array | string): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends bytes and reads one line of the answer. */
  ask(bytes: Uint8Array | string): Promise<string> {
    this.write(bytes);
    return this.readLine();
  }

  /** The next line without its end, as latin1. */
  async readLine(): Promise<string> {
    const line = await this.readUntil(CRLF);
    return line.toString('latin1', 0, line.length - CRLF.length);
  }

  /** The next bytes up to and including `end`. */
  readUntil(end: Uint8Array | string): Promise<Buffer> {
    const mark = Buffer.from(end as string, 'latin1');
    return this.#take(() => {
      const at = this.#unread.indexOf(mark);
      return at < 0 ? undefined : at + mark.length;
    });
  }

  readBytes(count: number): Promise<Buffer> {
    return this.#take(() => (this.#unread.length < count ? undefined : count));
  }

  /** What `key` holds, or undefined. */
  async entry(key: Uint8Array | string): Promise<RawEntry | undefined> {
    this.write(Buffer.concat([Buffer.from('gets '), toBytes(key), CRLF]));
    const line = await this.readLine();
    if (line === 'END') return undefined;
    // VALUE <key> <flags> <bytes> <cas>
    const match = /^VALUE .+ (\d+) (\d+) (\d+)$/.exec(line);
    const [, flags, size, cas] = match ?? [];
    if (flags === undefined || size === undefined || cas === undefined)
      throw new Error(`gets answered ${line}`);
    const data = await this.readBytes(Number(size));
    await this.readUntil('\r\nEND\r\n');
    return { flags: Number(flags), data, cas: BigInt(cas) };
  }

  /** Stores exactly these bytes under these flags; throws unless the server stored them. */
  async store(
    key: Uint8Array | string,
    flags: number,
    data: Uint8Array | string,
    time = 0,
  ): Promise<void> {
    const bytes = toBytes(data);
    const tail = Buffer.from(` ${flags} ${time} ${bytes.length}\r\n`);
    this.write(Buffer.concat([Buffer.from('set '), toBytes(key), tail, bytes, CRLF]));
    const line = await this.readLine();
    if (line !== 'STORED') throw new Error(`set answered ${line}`);
  }

  /** Empties the server. */
  async flush(): Promise<void> {
    const line = await this.ask('flush_all\r\n');
    if (line !== 'OK') throw new Error(`flush_all answered ${line}`);
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits until `length` knows how many bytes to take, and takes them. */
  async #take(length: () => number | undefined): Promise<Buffer> {
    for (;;) {
      const count = length();
      if (count !== undefined) {
        const taken = this.#unread.subarray(0, count);
        this.#unread = this.#unread.subarray(count);
        return taken;
      }
      if (this.#ended !== undefined) throw this.#ended;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        const late = () => reject(new Error(`no answer after ${this.#unread.length} bytes`));
        timer = setTimeout(late, ANSWERS_WITHIN_MS);
      });
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}
