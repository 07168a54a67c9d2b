// Reads replies of the text protocol. Pure: bytes in, replies out.
//
// The hot path is one scanner: the replies to get and set are read by offsets, without lines or strings.
// Every other reply, and every surprise, goes through the table of lines in text-lines.ts.

import { ProtocolError, TooLargeError } from '../errors';
import {
  MAX_LINE,
  MAX_RAW_BYTES,
  MAX_STATS_BYTES,
  MAX_STATS_ROWS,
  MAX_VALUE_BYTES,
  SMALL_VALUE_BYTES,
} from '../limits';
import { isServerError, lineOf, parseLine, parseValueLine, type LineReply } from './text-lines';
import { Code, Command, Decoder, Step } from './wire';

const CR = 13;
const LF = 10;
const SPACE = 32;
const ZERO = 48;

/** How many digits of flags and lengths are read without a string; longer ones are an error. */
const MAX_DIGITS = 10;
const MAX_FLAGS = 0xffffffff;

// ERROR[<text>] | CLIENT_ERROR <text> | SERVER_ERROR <text>
const FIRST_ERROR = /^(?:CLIENT_|SERVER_)?ERROR\b[^\r\n]*\r\n/;

const isStorage: Readonly<Record<number, true>> = {
  [Command.set]: true,
  [Command.add]: true,
  [Command.replace]: true,
  [Command.append]: true,
  [Command.prepend]: true,
  [Command.cas]: true,
};

export class TextDecoder extends Decoder {
  /** The buffer of a value that is being received, two bytes longer than the value; filled up to `#filled`. */
  #big: Buffer | undefined;
  #filled = 0;
  /** Rows of a `stats` reply that is being received. */
  #rows: (readonly [string, string])[] = [];
  /** How long these rows were on the wire. */
  #rowBytes = 0;
  /** The reply to a raw command, as far as it has come. */
  #said = '';

  read(
    command: Command,
    key: string,
    serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step {
    if (command <= Command.gats) return this.readGets(command, key, serial, bytes, from, to);
    if (isStorage[command] && isStored(bytes, from, to)) {
      this.at = from + 8;
      this.code = Code.stored;
      return Step.done;
    }
    if (command === Command.stats) return this.#stats(bytes, from, to);
    if (command === Command.raw) return this.#raw(key, bytes, from, to);
    return this.#line(command, bytes, from, to);
  }

  readGets(
    command: Command,
    key: string,
    _serial: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): Step {
    if (this.#big !== undefined) return this.#fill(this.#big, bytes, from, to);
    return hasCas(command)
      ? this.#surprise(command, key, bytes, from, to)
      : this.#entry(command, key, bytes, from, to);
  }

  // SERVER_ERROR <text>\r\n: a silent request was read whole, and failed
  skip(_serial: number, bytes: Buffer, from: number, to: number): number {
    let at = from;
    for (;;) {
      const line = lineOf(bytes, at, to);
      if (line === undefined) return at;
      if (!isServerError(line)) throw new ProtocolError('a reply to nothing that was asked');
      this.objections++;
      at += line.length + 2;
    }
  }

  // VALUE <key> <flags> <bytes>\r\n<data>\r\n ... END\r\n
  #entry(command: Command, key: string, bytes: Buffer, from: number, to: number): Step {
    if (isEnd(bytes, from, to)) {
      this.at = from + 5;
      this.code = Code.end;
      return Step.done;
    }
    let at = from + 6 + key.length;
    if (at >= to || !isValueOf(key, bytes, from))
      return this.#surprise(command, key, bytes, from, to);

    let flags = 0;
    let digits = ++at;
    let byte = 0;
    while (at < to && (byte = bytes[at] as number) >= ZERO && byte <= 57) {
      flags = flags * 10 + byte - ZERO;
      at++;
    }
    if (byte !== SPACE || at === digits || at - digits > MAX_DIGITS || flags > MAX_FLAGS) {
      return this.#surprise(command, key, bytes, from, to);
    }
    let length = 0;
    digits = ++at;
    while (at < to && (byte = bytes[at] as number) >= ZERO && byte <= 57) {
      length = length * 10 + byte - ZERO;
      at++;
    }
    if (byte !== CR || at === digits || at - digits > MAX_DIGITS || at + 1 >= to) {
      return this.#surprise(command, key, bytes, from, to); // also a line with a cas id
    }
    if (bytes[at + 1] !== LF) throw new ProtocolError('a VALUE line does not end in CR LF');
    this.flags = flags;
    this.cas = '';
    return this.#value(length, bytes, from, at + 2, to);
  }

  // VALUE <key> <flags> <bytes> <cas unique>\r\n<data>\r\n ... END\r\n
  /** What gets reads; for get, not the expected line in one piece: unfinished, another key, an error, or nonsense. */
  #surprise(command: Command, key: string, bytes: Buffer, from: number, to: number): Step {
    const line = lineOf(bytes, from, to);
    if (line === undefined) return this.#more(from);
    const value = parseValueLine(line);
    if (value === undefined) return this.#line(command, bytes, from, to);
    if (value.key !== key) {
      this.key = value.key;
      this.at = from;
      return Step.otherKey;
    }
    if (hasCas(command) && value.cas === '') {
      // Without the id a later cas would be a set, and somebody's change be lost.
      throw new ProtocolError('a VALUE line has no cas id');
    }
    this.flags = value.flags;
    this.cas = value.cas;
    return this.#value(value.length, bytes, from, from + line.length + 2, to);
  }

  /** The value of the line at `from`; its bytes begin at `start`. */
  #value(length: number, bytes: Buffer, from: number, start: number, to: number): Step {
    if (length > MAX_VALUE_BYTES) {
      throw new TooLargeError(
        `a value of ${length} bytes was announced; the limit is ${MAX_VALUE_BYTES}`,
      );
    }
    const end = start + length;
    if (end + 2 <= to) return this.#complete(bytes, start, end, false, end + 2);
    if (length <= SMALL_VALUE_BYTES) return this.#more(from);
    this.#big = Buffer.allocUnsafeSlow(length + 2);
    this.#filled = bytes.copy(this.#big, 0, start, to);
    this.at = to;
    return Step.more;
  }

  #fill(big: Buffer, bytes: Buffer, from: number, to: number): Step {
    const copied = bytes.copy(big, this.#filled, from, to);
    this.#filled += copied;
    this.at = from + copied;
    if (this.#filled < big.length) return Step.more;
    this.#big = undefined;
    return this.#complete(big, 0, big.length - 2, true, this.at);
  }

  #complete(data: Buffer, start: number, end: number, owned: boolean, at: number): Step {
    if (data[end] !== CR || data[end + 1] !== LF) {
      throw new ProtocolError('a value is not followed by CR LF at its announced length');
    }
    this.data = data;
    this.start = start;
    this.end = end;
    this.owned = owned;
    this.at = at;
    return Step.entry;
  }

  // STAT <name> <value>\r\n ... END\r\n
  #stats(bytes: Buffer, from: number, to: number): Step {
    let at = from;
    for (;;) {
      const line = lineOf(bytes, at, to);
      if (line === undefined) return this.#more(at);
      at += line.length + 2;
      const reply = parseLine(Command.stats, line);
      if (reply.row === undefined) return this.#endStats(reply, line, at);
      this.#rowBytes += line.length + 2;
      if (this.#rows.push(reply.row) > MAX_STATS_ROWS) {
        throw new TooLargeError(`a stats reply has more than ${MAX_STATS_ROWS} rows`);
      }
      if (this.#rowBytes > MAX_STATS_BYTES) {
        throw new TooLargeError(`a stats reply has more than ${MAX_STATS_BYTES} bytes`);
      }
    }
  }

  /** Rows end in END or an error; `OK` and `RESET` are replies without rows (`stats detail on`, `stats reset`). */
  #endStats(reply: LineReply, line: string, at: number): Step {
    if (this.#rows.length > 0 && reply.code === Code.rows && line !== 'END') {
      throw new ProtocolError(`the rows of stats end in ${line}`);
    }
    this.rows = this.#rows;
    this.#rows = [];
    this.#rowBytes = 0;
    return this.#finish(reply, at);
  }

  // <anything><end>, or one error line
  /**
   * Reads up to `end`, or over an error line that stands first. Whether more follows nobody can know: this is the last
   * reply that is read of a connection.
   */
  #raw(end: string, bytes: Buffer, from: number, to: number): Step {
    const searched = Math.max(0, this.#said.length - end.length + 1);
    this.#said += bytes.latin1Slice(from, to);
    this.at = to;
    const said = this.#said;
    const error = said.length <= MAX_LINE ? FIRST_ERROR.exec(said) : null;
    const length = error === null ? said.indexOf(end, searched) : error[0].length - 2;
    if (length === -1) {
      if (said.length <= MAX_RAW_BYTES) return Step.more;
      throw new TooLargeError(`the reply to a raw command has more than ${MAX_RAW_BYTES} bytes`);
    }
    this.#said = '';
    this.code = error === null ? Code.version : Code.refused;
    this.text = said.slice(0, length);
    this.inSync = true;
    return Step.done;
  }

  #line(command: Command, bytes: Buffer, from: number, to: number): Step {
    const line = lineOf(bytes, from, to);
    if (line === undefined) return this.#more(from);
    return this.#finish(parseLine(command, line), from + line.length + 2);
  }

  #more(from: number): Step {
    this.at = from;
    return Step.more;
  }

  #finish(reply: LineReply, at: number): Step {
    this.at = at;
    this.code = reply.code;
    this.text = reply.text;
    this.number = reply.number;
    this.inSync = reply.inSync;
    return Step.done;
  }
}

function hasCas(command: Command): boolean {
  return command === Command.gets || command === Command.gats;
}

/** `STORED\r\n` at `from`, by two bytes that no other line has there, then the rest. */
function isStored(bytes: Buffer, from: number, to: number): boolean {
  return (
    to - from >= 8 &&
    bytes[from] === 0x53 &&
    bytes[from + 1] === 0x54 &&
    bytes[from + 2] === 0x4f &&
    bytes[from + 3] === 0x52 &&
    bytes[from + 4] === 0x45 &&
    bytes[from + 5] === 0x44 &&
    bytes[from + 6] === CR &&
    bytes[from + 7] === LF
  );
}

/** `END\r\n` at `from`. */
function isEnd(bytes: Buffer, from: number, to: number): boolean {
  return (
    to - from >= 5 &&
    bytes[from] === 0x45 &&
    bytes[from + 1] === 0x4e &&
    bytes[from + 2] === 0x44 &&
    bytes[from + 3] === CR &&
    bytes[from + 4] === LF
  );
}

/** `VALUE <key> ` at `from`; the caller has checked that so many bytes are there. */
function isValueOf(key: string, bytes: Buffer, from: number): boolean {
  if (
    bytes[from] !== 0x56 ||
    bytes[from + 1] !== 0x41 ||
    bytes[from + 2] !== 0x4c ||
    bytes[from + 3] !== 0x55 ||
    bytes[from + 4] !== 0x45 ||
    bytes[from + 5] !== SPACE
  ) {
    return false;
  }
  const first = from + 6;
  if (bytes[first + key.length] !== SPACE) return false;
  // From the end, where keys of one application differ.
  for (let i = key.length - 1; i >= 0; i--)
    if (bytes[first + i] !== key.charCodeAt(i)) return false;
  return true;
}
