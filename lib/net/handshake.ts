// What is said on a new connection before any request: one question and one reply at a time. No sockets, no timers.

import { ConnectionError, ProtocolError } from '../errors';
import type { Ask, Said } from '../wire/login';
import { Sink } from '../wire/sink';
import { Code, Step, type Decoder, type Request, type Wire } from '../wire/wire';

/** A question without its reply. */
interface Question {
  readonly request: Request;
  readonly answer: (said: Said) => void;
}

export class Handshake {
  readonly #wire: Wire;
  readonly #decoder: Decoder;
  readonly #write: (sink: Sink) => void;
  /** How many were asked: replies repeat the number where the protocol has a field for that. */
  #count = 0;
  #question: Question | undefined;

  /** @param write sends what is in a sink, which is the receiver's from then on */
  constructor(wire: Wire, write: (sink: Sink) => void) {
    this.#wire = wire;
    this.#decoder = wire.createDecoder();
    this.#write = write;
  }

  /** The promise never settles when the connection dies first: then nobody waits for it but the login itself. */
  readonly ask: Ask = (request) =>
    new Promise((answer) => {
      const sink = new Sink();
      this.#wire.encode(request, ++this.#count, sink);
      this.#question = { request, answer };
      this.#write(sink);
    });

  /**
   * Reads `bytes[from, to)`; as Conversation.read. What stands in errors is never the server's: it may repeat what it
   * was told.
   * @throws {ProtocolError} no reply to what was asked
   * @throws {ConnectionError} the server takes no more connections
   */
  read(bytes: Buffer, from: number, to: number): number {
    const question = this.#question;
    if (question === undefined) throw new ProtocolError('a reply to nothing that was asked');
    const { command, key } = question.request;
    const decoder = this.#decoder;
    let step: Step;
    try {
      step = decoder.read(command, key, this.#count, bytes, from, to);
    } catch (error) {
      if (error instanceof ConnectionError) throw new ConnectionError('the server refused');
      throw new ProtocolError('no reply to the login');
    }
    if (step === Step.more) return decoder.at;
    this.#question = undefined;
    const { code, text, at } = decoder;
    question.answer({ code, text });
    if (code === Code.refused) return to; // the end, whatever stands behind it
    if (at < to) throw new ProtocolError('more than the reply to the login');
    return at;
  }
}
