// Reads replies of the binary protocol. Pure: bytes in, replies out.
//
// The hot path is one scanner: a hit is known by three words of its header and the key's bytes, without an object or a
// string. Every other packet, and every surprise, is taken apart by `#head` and judged by the tables of packets.

import { ProtocolError, TooLargeError } from '../errors';
import {
  MAX_LINE,
  MAX_STATS_BYTES,
  MAX_STATS_ROWS,
  MAX_VALUE_BYTES,
  SMALL_VALUE_BYTES,
} from '../limits';
import {
  checkGreeting,
  codeOf,
  ENTRY_EXTRAS,
  GATKQ,
  GETKQ,
  hasShape,
  HEADER_BYTES,
  hex,
  isHarmless,
  isInSync,
  loudOpaque,
  NOOP,
  OPCODES,
  Payload,
  PAYLOADS,
  RESPONSE_MAGIC,
  SILENT_OPCODES,
  silentOpaque,
} from './binary-packets';
import { Code, Command, Decoder, Step } from './wire';

/** From an entry's packet to its key. */
const KEY_OFFSET = HEADER_BYTES + ENTRY_EXTRAS;
/** Extras length, data type and status of a hit, as one word. */
const HIT = ENTRY_EXTRAS << 24;

export class BinaryDecoder extends Decoder {
  /** The exact buffer of a packet that is being received, filled up to `#filled`. */
  #big: Buffer | undefined;
  #filled = 0;
  /** Rows of a `stats` reply that is being received, and how long they were on the wire. */
  #rows: (readonly [string, string])[] = [];
  #rowBytes = 0;
  /** What was said first of a key of the line that is being read, instead of an entry. */
  #refusal = '';

  // Of the request: what its replies must have.
  #asked = 0;
  #serial = 0;

  // Of the packet at `at`:
  #opcode = 0;
  #keyLength = 0;
  #extras = 0;
  #status = 0;
  #body = 0;
  #opaque = 0;

  read(
    command: Command,
    key: string,
    serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step {
    this.#asked = OPCODES[command][0];
    this.#serial = serial;
    return this.#read(command, key, bytes, from, to);
  }

  readGets(
    command: Command,
    key: string,
    serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step {
    this.#asked = command <= Command.gets ? GETKQ : GATKQ;
    this.#serial = serial;
    return this.#read(command, key, bytes, from, to);
  }

  skip(serial: number, bytes: Buffer, from: number, to: number): number {
    this.#serial = serial;
    if (this.#find(bytes, from, to)) throw new ProtocolError('a reply to nothing that was asked');
    return this.at;
  }

  /** Reads on in `bytes`, where first stands what a big packet lacks. */
  #read(command: Command, key: string, bytes: Buffer, from: number, to: number): Step {
    const big = this.#big;
    if (big === undefined) return this.#reply(command, key, bytes, from, to);
    const copied = bytes.copy(big, this.#filled, from, to);
    const at = (this.at = from + copied);
    this.#filled += copied;
    if (this.#filled < big.length) return Step.more;
    this.#big = undefined;
    const step = this.#reply(command, key, big, 0, big.length);
    this.owned = true;
    this.at = at;
    // More is wanted behind a row.
    return step === Step.more && at < to ? this.#reply(command, key, bytes, at, to) : step;
  }

  #reply(command: Command, key: string, bytes: Buffer, from: number, to: number): Step {
    if (PAYLOADS[command] !== Payload.entry) return this.#result(command, bytes, from, to);
    const keyAt = from + KEY_OFFSET;
    if (
      keyAt + key.length > to ||
      wordAt(bytes, from) !== headOf(this.#asked, key.length) ||
      wordAt(bytes, from + 4) !== HIT ||
      wordAt(bytes, from + 12) !== loudOpaque(this.#serial) ||
      !isKey(key, bytes, keyAt)
    ) {
      return this.#surprise(command, key, bytes, from, to);
    }
    this.at = from;
    this.#body = wordAt(bytes, from + 8) >>> 0;
    return this.#value(command, bytes, keyAt + key.length, to);
  }

  // <header><flags><key><value>
  /** The value that begins at `start`, of the packet at `at`. */
  #value(command: Command, bytes: Buffer, start: number, to: number): Step {
    const from = this.at;
    const end = from + HEADER_BYTES + this.#body;
    if (end < start) throw new ProtocolError('a body is shorter than what stands in it');
    if (!this.#isWhole(bytes, to, MAX_VALUE_BYTES + start - from - HEADER_BYTES)) return Step.more;
    const hasCas = command === Command.gets || command === Command.gats;
    this.flags = wordAt(bytes, from + HEADER_BYTES) >>> 0;
    this.cas = hasCas ? String(uint64(bytes, from + 16)) : '';
    this.data = bytes;
    this.start = start;
    this.end = end;
    this.owned = false;
    this.at = end;
    return this.#isLine ? Step.entry : Step.onlyEntry;
  }

  /** Not the expected entry in one piece: unfinished, another key, a miss, the line's end, an error, or nonsense. */
  #surprise(command: Command, key: string, bytes: Buffer, from: number, to: number): Step {
    const isLine = this.#isLine;
    for (let at = from; this.#find(bytes, at, to); at = this.at) {
      if (isLine && this.#opcode === NOOP) return this.#endLine();
      this.#checkOpcode();
      if (this.#status === 0) return this.#hit(command, key, bytes, to);
      const code = this.#failure(command);
      if (!this.#isWhole(bytes, to, MAX_LINE)) return Step.more;
      if (code === Code.end) return this.#miss(key, bytes);
      const text = this.#words(bytes);
      if (!isLine || !isInSync(command, this.#status)) return this.#refuse(command, code, text);
      this.#refusal ||= text; // told at the line's end, for all that had no entry
      this.at = this.#next;
    }
    return Step.more;
  }

  /** An entry, maybe of another key. */
  #hit(command: Command, key: string, bytes: Buffer, to: number): Step {
    const keyAt = this.at + KEY_OFFSET;
    const length = this.#keyLength;
    if (this.#extras !== ENTRY_EXTRAS || length === 0 || length > MAX_LINE - KEY_OFFSET) {
      throw new ProtocolError('an entry without flags or a key of sound length');
    }
    if (keyAt + length > to) return Step.more;
    if (length === key.length && isKey(key, bytes, keyAt)) {
      return this.#value(command, bytes, keyAt + length, to);
    }
    this.key = bytes.latin1Slice(keyAt, keyAt + length);
    return Step.otherKey;
  }

  // <header>, and the key or words
  #miss(key: string, bytes: Buffer): Step {
    const length = this.#keyLength;
    if (this.#isLine) throw new ProtocolError('a miss where misses are silent');
    const isWhole = length === this.#body && length === key.length;
    if (length > 0 && !(isWhole && isKey(key, bytes, this.at + HEADER_BYTES))) {
      throw new ProtocolError('a miss of another key');
    }
    return this.#finish(Code.end, '');
  }

  /** The noop behind a line of gets. */
  #endLine(): Step {
    if (this.#status !== 0 || this.#body !== 0) throw new ProtocolError('a noop that says more');
    const refusal = this.#refusal;
    this.#refusal = '';
    return this.#finish(refusal === '' ? Code.end : Code.refused, refusal);
  }

  /** The reply to a command that reads no entries. */
  #result(command: Command, bytes: Buffer, from: number, to: number): Step {
    const payload = PAYLOADS[command];
    for (let at = from; this.#find(bytes, at, to); at = this.at) {
      this.#checkOpcode();
      if (this.#status !== 0) {
        const code = this.#failure(command);
        if (!this.#isWhole(bytes, to, MAX_LINE)) return Step.more;
        if (code === Code.challenge) return this.#finish(code, this.#textOf(bytes));
        return this.#refuse(command, code, this.#words(bytes));
      }
      if (!hasShape(payload, this.#extras, this.#keyLength, this.#body)) {
        throw new ProtocolError('a body of another shape than the command’s');
      }
      const limit = payload === Payload.row ? MAX_STATS_BYTES - this.#rowBytes : MAX_LINE;
      if (!this.#isWhole(bytes, to, limit)) return Step.more;
      if (payload === Payload.row && this.#keyLength > 0) this.#row(bytes);
      else if (command !== Command.quit) return this.#success(command, payload, bytes);
      this.at = this.#next; // behind the reply to quit comes the connection's end
    }
    return Step.more;
  }

  #success(command: Command, payload: Payload, bytes: Buffer): Step {
    if (payload === Payload.number) this.number = uint64(bytes, this.at + HEADER_BYTES);
    if (payload === Payload.row) {
      this.rows = this.#rows;
      this.#rows = [];
      this.#rowBytes = 0;
    }
    const text = payload === Payload.text ? this.#textOf(bytes) : '';
    return this.#finish(codeOf(command, 0) ?? Code.ok, text);
  }

  #row(bytes: Buffer): void {
    const name = this.at + HEADER_BYTES;
    const value = name + this.#keyLength;
    this.#rowBytes += HEADER_BYTES + this.#body;
    const row = [bytes.latin1Slice(name, value), bytes.latin1Slice(value, this.#next)] as const;
    if (this.#rows.push(row) > MAX_STATS_ROWS) {
      throw new TooLargeError(`a stats reply has more than ${MAX_STATS_ROWS} rows`);
    }
  }

  /** What a status other than 0 answers, which has nothing but words; a miss may repeat its key. */
  #failure(command: Command): Code {
    const code = codeOf(command, this.#status);
    if (code === undefined) {
      throw new ProtocolError(`status ${hex(this.#status)} is none that the command can have`);
    }
    if (this.#extras > 0 || (this.#keyLength > 0 && code !== Code.end)) {
      throw new ProtocolError('an error with extras or a key');
    }
    return code;
  }

  #refuse(command: Command, code: Code, words: string): Step {
    this.#refusal = '';
    this.#rows = [];
    this.#rowBytes = 0;
    const inSync = isInSync(command, this.#status);
    return this.#finish(code, words, inSync);
  }

  #finish(code: Code, text: string, inSync = true): Step {
    this.at = this.#next;
    this.code = code;
    this.text = text;
    this.inSync = inSync;
    return Step.done;
  }

  /** A noop ends the reply. */
  get #isLine(): boolean {
    return this.#asked === GETKQ || this.#asked === GATKQ;
  }

  /** Offset behind the packet. */
  get #next(): number {
    return this.at + HEADER_BYTES + this.#body;
  }

  /** The packet's body behind its extras and key. */
  #textOf(bytes: Buffer): string {
    return bytes.latin1Slice(this.at + HEADER_BYTES + this.#extras + this.#keyLength, this.#next);
  }

  /** A refusal in the server's words, which go into messages: on one line. */
  #words(bytes: Buffer): string {
    return `${hex(this.#status)} ${this.#textOf(bytes).replace(/[^\x20-\x7e]/g, '?')}`;
  }

  /**
   * Whether all of the packet is there; what is longer than a small value gets a buffer of its own, until it is.
   * @throws {TooLargeError} its body is longer than `limit`
   */
  #isWhole(bytes: Buffer, to: number, limit: number): boolean {
    if (this.#body > limit) {
      throw new TooLargeError(`a body of ${this.#body} bytes was announced; the limit is ${limit}`);
    }
    if (this.#next <= to) return true;
    if (this.#body > SMALL_VALUE_BYTES) {
      this.#big = Buffer.allocUnsafeSlow(HEADER_BYTES + this.#body);
      this.#filled = bytes.copy(this.#big, 0, this.at, to);
      this.at = to;
    }
    return false;
  }

  /**
   * Finds the next packet of the request, behind replies to silent ones; false: its header is not whole.
   * @throws {ProtocolError} it belongs to no request that was made
   */
  #find(bytes: Buffer, from: number, to: number): boolean {
    for (this.at = from; this.#head(bytes, to); this.at = this.#next) {
      if (this.#opaque === loudOpaque(this.#serial)) return true;
      const isSilent = this.#opaque === silentOpaque(this.#serial);
      if (!isSilent || !SILENT_OPCODES.has(this.#opcode) || !isHarmless(this.#status)) {
        throw new ProtocolError(`the reply to another request (opcode ${hex(this.#opcode)})`);
      }
      if (this.#body > MAX_LINE) throw new TooLargeError('an objection is longer than any');
      if (this.#next > to) return false;
      this.objections++;
    }
    return false;
  }

  /** Takes the header at `at` apart; false: it is not whole. */
  #head(bytes: Buffer, to: number): boolean {
    const { at } = this;
    if (at < to && bytes[at] !== RESPONSE_MAGIC) return checkGreeting(bytes.latin1Slice(at, to));
    if (to - at < HEADER_BYTES) return false;
    this.#opcode = bytes.readUInt8(at + 1);
    this.#keyLength = bytes.readUInt16BE(at + 2);
    this.#extras = bytes.readUInt8(at + 4);
    this.#status = bytes.readUInt16BE(at + 6);
    this.#body = bytes.readUInt32BE(at + 8);
    this.#opaque = bytes.readInt32BE(at + 12);
    if (bytes[at + 5] !== 0) throw new ProtocolError('a data type that was not asked');
    if (this.#body < this.#extras + this.#keyLength) {
      throw new ProtocolError('a body is shorter than what stands in it');
    }
    return true;
  }

  #checkOpcode(): void {
    if (this.#opcode === this.#asked) return;
    const both = `${hex(this.#opcode)} in place of ${hex(this.#asked)}`;
    throw new ProtocolError(`the reply to another command: opcode ${both}`);
  }
}

/** Four bytes that are there, as an int. Buffer's own readers check that once more, which took a third of a hit's time. */
function wordAt(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

/** The first word of a reply: magic, opcode, key length. */
function headOf(opcode: number, keyLength: number): number {
  return (RESPONSE_MAGIC << 24) | (opcode << 16) | keyLength;
}

/** The key at `at`; the caller has checked that so many bytes are there. */
function isKey(key: string, bytes: Buffer, at: number): boolean {
  // From the end, where keys of one application differ.
  for (let i = key.length - 1; i >= 0; i--) if (bytes[at + i] !== key.charCodeAt(i)) return false;
  return true;
}

function uint64(bytes: Buffer, at: number): number | bigint {
  const high = bytes.readUInt32BE(at);
  return high < 0x200000
    ? high * 0x100000000 + bytes.readUInt32BE(at + 4)
    : bytes.readBigUInt64BE(at);
}
