// Packets of the binary protocol as tables: opcodes, what each status answers, and what each reply may carry.
//
// magic opcode key-length(2) extras-length data-type status(2) body-length(4) opaque(4) cas(8), then extras, key, value

import { ConnectionError, ProtocolError } from '../errors';
import { Code, Command } from './wire';

export const HEADER_BYTES = 24;
export const REQUEST_MAGIC = 0x80;
export const RESPONSE_MAGIC = 0x81;

/** Flags before an entry. */
export const ENTRY_EXTRAS = 4;

/** What the reply to request `serial` of a conversation repeats, as a signed word. */
export function loudOpaque(serial: number): number {
  return serial & 0x7fffffff;
}

/** The same of a silent request, which takes no serial number: the one of the request behind it, and a bit. */
export function silentOpaque(serial: number): number {
  return serial | 0x80000000;
}

export const NOOP = 0x0a;
/** Asks for one entry of many: a miss is silent, and a noop ends the line. */
export const GETKQ = 0x0d;
/** The same, with a new expiry time for the entry. */
export const GATKQ = 0x24;

/** The opcode of each command, and the one that answers errors alone; the same where there is none. */
export const OPCODES: Readonly<Record<Command, readonly [loud: number, quiet: number]>> = {
  [Command.get]: [0x0c, GETKQ],
  [Command.gets]: [GETKQ, GETKQ],
  [Command.gat]: [0x23, GATKQ],
  [Command.gats]: [0x23, GATKQ],
  [Command.set]: [0x01, 0x11],
  [Command.add]: [0x02, 0x12],
  [Command.replace]: [0x03, 0x13],
  [Command.append]: [0x0e, 0x19],
  [Command.prepend]: [0x0f, 0x1a],
  [Command.cas]: [0x03, 0x13], // as libmemcached: a replace with the id in its header
  [Command.delete]: [0x04, 0x14],
  [Command.incr]: [0x05, 0x15],
  [Command.decr]: [0x06, 0x16],
  [Command.touch]: [0x1c, 0x1c],
  [Command.flushAll]: [0x08, 0x18],
  [Command.stats]: [0x10, 0x10],
  [Command.version]: [0x0b, 0x0b],
  [Command.verbosity]: [0x1b, 0x1b],
  [Command.quit]: [0x07, 0x17],
  [Command.saslList]: [0x20, 0x20],
  [Command.saslAuth]: [0x21, 0x21],
  [Command.saslStep]: [0x22, 0x22],
  [Command.raw]: [0xff, 0xff], // of no command: never sent
};

/** Opcodes that a silent request can have: what their replies say is read over. */
export const SILENT_OPCODES: ReadonlySet<number> = new Set(
  Object.values(OPCODES).map(([, quiet]) => quiet),
);

/** What follows the header of a reply with status 0. */
export const Payload = { none: 0, flags: 1, number: 2, text: 3, row: 4, entry: 5 } as const;
export type Payload = (typeof Payload)[keyof typeof Payload];

export const PAYLOADS: Readonly<Record<Command, Payload>> = {
  [Command.get]: Payload.entry,
  [Command.gets]: Payload.entry,
  [Command.gat]: Payload.entry,
  [Command.gats]: Payload.entry,
  [Command.set]: Payload.none,
  [Command.add]: Payload.none,
  [Command.replace]: Payload.none,
  [Command.append]: Payload.none,
  [Command.prepend]: Payload.none,
  [Command.cas]: Payload.none,
  [Command.delete]: Payload.none,
  [Command.incr]: Payload.number,
  [Command.decr]: Payload.number,
  [Command.touch]: Payload.flags,
  [Command.flushAll]: Payload.none,
  [Command.stats]: Payload.row,
  [Command.version]: Payload.text,
  [Command.verbosity]: Payload.none,
  [Command.quit]: Payload.none,
  [Command.saslList]: Payload.text,
  [Command.saslAuth]: Payload.text,
  [Command.saslStep]: Payload.text,
  [Command.raw]: Payload.none,
};

/** Whether extras, key and body have the lengths of that payload. */
export function hasShape(payload: Payload, extras: number, key: number, body: number): boolean {
  switch (payload) {
    case Payload.none:
      return body === 0;
    case Payload.flags:
      return key === 0 && body === extras && (extras === 0 || extras === ENTRY_EXTRAS);
    case Payload.number:
      return extras === 0 && key === 0 && body === 8;
    case Payload.text:
      return extras === 0 && key === 0;
    case Payload.row:
      return extras === 0 && (key > 0 || body === 0);
    case Payload.entry:
      return extras === ENTRY_EXTRAS && key > 0;
  }
}

const Status = {
  ok: 0x00,
  notFound: 0x01,
  exists: 0x02,
  tooLarge: 0x03,
  invalid: 0x04,
  notStored: 0x05,
  notANumber: 0x06,
  authError: 0x20,
  authContinue: 0x21,
  unknownCommand: 0x81,
  outOfMemory: 0x82,
  notSupported: 0x83,
  internalError: 0x84,
  busy: 0x85,
  temporaryFailure: 0x86,
} as const;

type Codes = Readonly<Record<number, Code>>;

const GET: Codes = { [Status.ok]: Code.end, [Status.notFound]: Code.end };
const STORE: Codes = { [Status.ok]: Code.stored, [Status.notStored]: Code.notStored };
const COUNT: Codes = {
  [Status.ok]: Code.number,
  [Status.notFound]: Code.notFound,
  [Status.notANumber]: Code.refused,
};
const DONE: Codes = { [Status.ok]: Code.ok };
const SASL: Codes = {
  [Status.ok]: Code.ok,
  [Status.authContinue]: Code.challenge,
  [Status.authError]: Code.refused, // unlike elsewhere, the server goes on
};

/** The statuses of each command, behind which the next reply follows. */
const CODES: Readonly<Record<Command, Codes>> = {
  [Command.get]: GET,
  [Command.gets]: GET,
  [Command.gat]: GET,
  [Command.gats]: GET,
  [Command.set]: STORE,
  [Command.add]: { ...STORE, [Status.exists]: Code.exists },
  [Command.replace]: { ...STORE, [Status.notFound]: Code.notFound },
  [Command.append]: STORE,
  [Command.prepend]: STORE,
  [Command.cas]: { ...STORE, [Status.exists]: Code.exists, [Status.notFound]: Code.notFound },
  [Command.delete]: { [Status.ok]: Code.deleted, [Status.notFound]: Code.notFound },
  [Command.incr]: COUNT,
  [Command.decr]: COUNT,
  [Command.touch]: { [Status.ok]: Code.touched, [Status.notFound]: Code.notFound },
  [Command.flushAll]: DONE,
  [Command.stats]: { [Status.ok]: Code.rows, [Status.notFound]: Code.refused },
  [Command.version]: { [Status.ok]: Code.version },
  [Command.verbosity]: DONE,
  [Command.quit]: DONE,
  [Command.saslList]: DONE,
  [Command.saslAuth]: SASL,
  [Command.saslStep]: SASL,
  [Command.raw]: {},
};

/** Refusals that any command can meet, and whether the next reply provably follows. */
const REFUSALS: ReadonlyMap<number, boolean> = new Map([
  [Status.tooLarge, true],
  [Status.invalid, false], // memcached closes
  [Status.authError, false], // memcached closes
  [Status.unknownCommand, false], // memcached 1.6.18 swallows too much of what follows
  [Status.outOfMemory, true],
  [Status.notSupported, true],
  [Status.internalError, true],
  [Status.busy, true],
  [Status.temporaryFailure, true],
]);

/** What a status answers to a command; undefined: it is none that the command can have. */
export function codeOf(command: Command, status: number): Code | undefined {
  return CODES[command][status] ?? (REFUSALS.has(status) ? Code.refused : undefined);
}

/** Whether the next reply provably follows. */
export function isInSync(command: Command, status: number): boolean {
  return status in CODES[command] || REFUSALS.get(status) === true;
}

/** Whether a silent request may have that status and the next reply provably follows. */
export function isHarmless(status: number): boolean {
  return status <= Status.notANumber ? status !== Status.invalid : REFUSALS.get(status) === true;
}

/** What a full memcached says before it closes, in text to everybody. */
const GREETING = 'ERROR Too many open connections\r\n';

/** @throws {ProtocolError | ConnectionError} unless more of it may follow */
export function checkGreeting(said: string): false {
  if (said.startsWith(GREETING))
    throw new ConnectionError(`the server refused: ${GREETING.trim()}`);
  if (GREETING.startsWith(said)) return false;
  throw new ProtocolError('a reply that does not begin with its magic byte');
}

/** A number of one byte or more, for messages. */
export function hex(number: number): string {
  return `0x${number.toString(16).padStart(2, '0')}`;
}
