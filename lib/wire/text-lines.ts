// The lines of the text protocol, by allow-list: whatever is not in these tables is a ProtocolError.

import { ConnectionError, ProtocolError } from '../errors';
import { MAX_LINE } from '../limits';
import { Code, Command } from './wire';

/** What one line says. */
export interface LineReply {
  readonly code: Code;
  readonly text: string;
  readonly number: number | bigint;
  readonly row: readonly [name: string, value: string] | undefined;
  /** Whether what follows is provably the next reply. */
  readonly inSync: boolean;
}

/** A VALUE line. */
export interface ValueLine {
  readonly key: string;
  readonly flags: number;
  readonly length: number;
  readonly cas: string;
}

const STORAGE = words({ STORED: Code.stored, NOT_STORED: Code.notStored });
const CAS = words({
  STORED: Code.stored,
  NOT_STORED: Code.notStored, // from proxies that could not store
  EXISTS: Code.exists,
  NOT_FOUND: Code.notFound,
});
const GET = words({ END: Code.end });
const DONE = words({ OK: Code.ok });
const COUNT = words({ NOT_FOUND: Code.notFound });

/** The fixed replies of each command. */
const WORDS: Readonly<Record<Command, Readonly<Record<string, Code>>>> = {
  [Command.get]: GET,
  [Command.gets]: GET,
  [Command.gat]: GET,
  [Command.gats]: GET,
  [Command.set]: STORAGE,
  [Command.add]: STORAGE,
  [Command.replace]: STORAGE,
  [Command.append]: STORAGE,
  [Command.prepend]: STORAGE,
  [Command.cas]: CAS,
  [Command.delete]: words({ DELETED: Code.deleted, NOT_FOUND: Code.notFound }),
  [Command.incr]: COUNT,
  [Command.decr]: COUNT,
  [Command.touch]: words({ TOUCHED: Code.touched, NOT_FOUND: Code.notFound }),
  [Command.flushAll]: DONE,
  [Command.stats]: words({ END: Code.rows, RESET: Code.rows, OK: Code.rows }),
  [Command.version]: words({}),
  [Command.verbosity]: DONE,
  [Command.quit]: words({}),
  [Command.saslList]: words({}),
  [Command.saslAuth]: words({}),
  [Command.saslStep]: words({}),
  [Command.raw]: words({}),
};

function words(codes: Record<string, Code>): Readonly<Record<string, Code>> {
  return Object.assign(Object.create(null) as Record<string, Code>, codes);
}

/** Replies with a payload: the command, the pattern, and what becomes of the match. */
const PATTERNS: readonly {
  readonly commands: readonly Command[];
  readonly pattern: RegExp;
  readonly reply: (match: RegExpExecArray) => LineReply;
}[] = [
  {
    // <value>\r\n: the counter; some servers pad it as they store it
    commands: [Command.incr, Command.decr],
    pattern: /^(\d{1,20}) *$/,
    reply: ([, digits = '']) => ({ ...plain(Code.number), number: integer(digits), text: digits }),
  },
  {
    commands: [Command.version],
    pattern: /^VERSION (.*)$/,
    reply: ([, version = '']) => ({ ...plain(Code.version), text: version }),
  },
  {
    // STAT <name> <value>; ITEM <key> [...] of cachedump; PREFIX <name> ... of detail dump
    commands: [Command.stats],
    pattern: /^(?:STAT|ITEM|PREFIX) ([^ ]+)(?: (.*))?$/,
    reply: ([, name = '', value = '']) => ({ ...plain(Code.rows), row: [name, value] }),
  },
];

// SERVER_ERROR <text>: the request was read whole and failed; the next reply follows.
const SERVER_ERROR = /^SERVER_ERROR(?: .*)?$/;

export function isServerError(line: string): boolean {
  return SERVER_ERROR.test(line);
}

// CLIENT_ERROR <text>: after a command with a data block the data may have been run as a command, and a second
// line follows (measured: memcached 1.6.18 answers `bad data chunk` and then `ERROR`). Commands of one line are safe.
const CLIENT_ERROR = /^CLIENT_ERROR(?: .*)?$/;
const ONE_LINE_COMMANDS: ReadonlySet<Command> = new Set([
  Command.get,
  Command.gets,
  Command.gat,
  Command.gats,
  Command.delete,
  Command.incr,
  Command.decr,
  Command.touch,
  Command.flushAll,
  Command.stats,
  Command.verbosity,
]);

/**
 * What `line` answers to `command`.
 * @throws {ProtocolError} it is no reply to that command
 * @throws {ConnectionError} it refuses the connection (`ERROR Too many open connections`)
 */
export function parseLine(command: Command, line: string): LineReply {
  const code = WORDS[command][line];
  if (code !== undefined) return plain(code);
  for (const row of PATTERNS) {
    const match = row.commands.includes(command) ? row.pattern.exec(line) : null;
    if (match !== null) return row.reply(match);
  }
  if (isServerError(line)) return refused(line, true);
  if (CLIENT_ERROR.test(line)) return refused(line, ONE_LINE_COMMANDS.has(command));
  if (line === 'ERROR') return refused(line, false); // an unknown command: its data may follow as commands
  if (line.startsWith('ERROR '))
    throw new ConnectionError(`the server refused: ${printable(line)}`);
  throw new ProtocolError(`not a reply to the command: ${printable(line)}`);
}

// VALUE <key> <flags> <bytes> [<cas unique>]
const VALUE = /^VALUE ([^ \r\n\0]+) (\d{1,10}) (\d{1,10})(?: (\d{1,20}))?$/;

/** The fields of a VALUE line; undefined when it is some other line. @throws {ProtocolError} a malformed one */
export function parseValueLine(line: string): ValueLine | undefined {
  if (!line.startsWith('VALUE ')) return undefined;
  const match = VALUE.exec(line);
  const [, key = '', flags = '', length = '', cas = ''] = match ?? [];
  if (match === null || Number(flags) > 0xffffffff) {
    throw new ProtocolError(`malformed: ${printable(line)}`);
  }
  return { key, flags: Number(flags), length: Number(length), cas };
}

/**
 * The line at `from` without its CR LF, as latin1; undefined while its end is not there.
 * @throws {ProtocolError} LF without CR, or longer than MAX_LINE
 */
export function lineOf(bytes: Buffer, from: number, to: number): string | undefined {
  // Not indexOf: behind `to` the shared buffer holds what was read before.
  let end = from;
  while (end < to && bytes[end] !== 10) end++;
  if (end - from > MAX_LINE)
    throw new ProtocolError(`a reply line is longer than ${MAX_LINE} bytes`);
  if (end === to) return undefined;
  if (end === from || bytes[end - 1] !== 13)
    throw new ProtocolError('a reply line does not end in CR LF');
  return bytes.latin1Slice(from, end - 1);
}

/** A line for a message: control characters escaped, cut at 64 characters. */
export function printable(line: string): string {
  return JSON.stringify(line.length > 64 ? line.slice(0, 64) + '...' : line);
}

function plain(code: Code): LineReply {
  return { code, text: '', number: 0, row: undefined, inSync: true };
}

function refused(line: string, inSync: boolean): LineReply {
  return { code: Code.refused, text: line, number: 0, row: undefined, inSync };
}

function integer(digits: string): number | bigint {
  return digits.length <= 15 ? Number(digits) : counter(BigInt(digits));
}

const MAX_COUNTER = 2n ** 64n - 1n;

function counter(value: bigint): number | bigint {
  if (value > MAX_COUNTER) throw new ProtocolError('a counter of more than 64 bits');
  return narrow(value);
}

function narrow(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
