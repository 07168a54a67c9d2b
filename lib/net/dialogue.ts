// A plain conversation with one server, for what is not asked in passing: long replies, read ahead as far as one says.

import type { OnReadOpts, Socket } from 'node:net';
import {
  ConnectionError,
  ProtocolError,
  TimeoutError,
  TlsError,
  type MemcacheError,
} from '../errors';
import { MAX_LINE } from '../limits';
import type { Address, OpenSocket } from './address';
import { causeOf } from './causes';
import { readyEvent, tlsFault } from './tls';

const READ_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface DialogueOptions {
  readonly address: Address;
  /** The server as messages name it. */
  readonly name: string;
  readonly open: OpenSocket;
  /** Of connecting, and of each silence of the server, in milliseconds. */
  readonly timeout: number;
  /** Bytes that are held for the reader before the server is held back. */
  readonly ahead: number;
}

/** One connection, one reader. Whoever writes reads all of the reply before the next one writes. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #socket: Socket;
  /** What was read and not taken: `#head`, and behind it `#tail`. */
  #head: Buffer = Buffer.alloc(0);
  readonly #tail: Buffer[] = [];
  #length = 0;
  #isOpen = false;
  #end: MemcacheError | undefined;
  /** Goes on with what waits; set while something does. */
  #wake: (() => void) | undefined;

  private constructor(options: DialogueOptions) {
    const { name, open, address } = options;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const onread: OnReadOpts = {
      buffer,
      callback: (length) => this.#onRead(Buffer.from(buffer.subarray(0, length))),
    };
    this.#options = options;
    this.#socket = open(address, onread);
    this.#socket
      .on(readyEvent(this.#socket), () => this.#onReady())
      .on('error', (error) => this.#die(causeOf(this.#socket, error, name)))
      .on('end', () => this.#die(new ConnectionError('closed by the server', name)))
      .on('close', () => this.#die(new ConnectionError('connection closed', name)));
  }

  /** @throws {MemcacheError} no connection, or none in time */
  static async open(options: DialogueOptions): Promise<Dialogue> {
    const dialogue = new Dialogue(options);
    while (!dialogue.#isOpen) await dialogue.#more('no connection');
    return dialogue;
  }

  /** Sends bytes; a string's char codes are bytes. */
  write(bytes: string | Buffer): void {
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1');
    else this.#socket.write(bytes);
  }

  /**
   * The next line without its end, as char codes.
   * @throws {MemcacheError} the connection broke, the server is silent, or the line has no end
   */
  async line(): Promise<string> {
    for (;;) {
      const at = this.#head.indexOf(NEWLINE);
      if (at < 0 && this.#head.length <= MAX_LINE) {
        if (this.#tail.length === 0) await this.#more('no reply');
        this.#join(1);
        continue;
      }
      if (at < 0 || at > MAX_LINE) {
        throw this.#die(new ProtocolError(`a line over ${MAX_LINE} bytes`, this.#options.name));
      }
      const end = at > 0 && this.#head[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
      return this.#take(at + 1).latin1Slice(0, end);
    }
  }

  /** The next `count` bytes, which nothing else holds. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#length < count) await this.#more('no reply');
    this.#join(this.#tail.length);
    return Buffer.from(this.#take(count));
  }

  /** Closes the connection; what waits fails. */
  close(): void {
    this.#die(new ConnectionError('connection closed', this.#options.name));
  }

  #onReady(): void {
    const fault = tlsFault(this.#socket);
    if (fault !== undefined) this.#die(new TlsError(fault, this.#options.name));
    this.#isOpen = true;
    this.#wake?.();
  }

  #take(count: number): Buffer {
    const taken = this.#head.subarray(0, count);
    this.#head = this.#head.subarray(count);
    this.#length -= count;
    return taken;
  }

  /** Takes so many chunks to the head. */
  #join(chunks: number): void {
    if (this.#tail.length === 0) return;
    this.#head = Buffer.concat([this.#head, ...this.#tail.splice(0, chunks)]);
  }

  #onRead(chunk: Buffer): boolean {
    this.#tail.push(chunk);
    this.#length += chunk.length;
    this.#wake?.();
    // Who waits for a long value goes on at once, and resumes.
    return this.#length < this.#options.ahead;
  }

  /** Waits for anything to happen. */
  async #more(late: string): Promise<void> {
    if (this.#end !== undefined) throw this.#end;
    const { timeout, name } = this.#options;
    const timer = setTimeout(() => {
      this.#die(new TimeoutError(`${late} within ${timeout} ms`, name));
    }, timeout);
    const something = new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#isOpen) this.#socket.resume();
    await something;
    this.#wake = undefined;
    clearTimeout(timer);
  }

  #die(cause: MemcacheError): MemcacheError {
    this.#end ??= cause;
    this.#socket.destroy();
    this.#wake?.();
    return this.#end;
  }
}
