// The binary protocol, from the side of a simulated server.

import { packet, uint32, uint64, type Packet } from '../../wire/testing/packets';
import type { ModelServer } from './model-server';
import { USER, type Speech } from './speech';

const HEADER = 24;
const NOOP = 0x0a;
/** Of a line of gets, which is one request up to its noop. */
const GETKQ = 0x0d;
const SASL_LIST = 0x20;
const SASL_AUTH = 0x21;

const NOT_FOUND = 0x01;
const EXISTS = 0x02;
const INVALID = 0x04;
const NOT_STORED = 0x05;
const AUTH_ERROR = 0x20;
const UNKNOWN = 0x81;
const OUT_OF_MEMORY = 0x82;

/** One packet of a request. */
interface Asked {
  readonly opcode: number;
  readonly opaque: number;
  readonly extras: string;
  readonly key: string;
  readonly value: string;
}

type Run = (asked: Asked, server: ModelServer) => Partial<Packet>;

/** The commands that are answered, and those that are silent where all is well. */
const COMMANDS: Readonly<Record<number, Run>> = {
  0x01: storing('set', 0),
  0x02: storing('add', EXISTS),
  0x0e: storing('append', NOT_STORED),
  0x05: ({ key, extras }, server) => {
    const count = server.count(key, Buffer.from(extras, 'latin1').readBigUInt64BE(0));
    return count === undefined ? { status: NOT_FOUND } : { value: uint64(count) };
  },
  0x04: ({ key }, { entries }) => (entries.delete(key) ? {} : { status: NOT_FOUND }),
  0x08: (_asked, { entries }) => {
    entries.clear();
    return {};
  },
  [NOOP]: () => ({}),
  0x0b: () => ({ value: '1.6.18' }),
  0x0c: (asked, server) => found(asked, server) ?? { status: NOT_FOUND, value: 'Not found' },
};
const SILENT: Readonly<Record<number, number>> = { 0x11: 0x01, 0x12: 0x02, 0x14: 0x04, 0x18: 0x08, 0x19: 0x0e }; // prettier-ignore

function storing(command: 'set' | 'add' | 'append', refusal: number): Run {
  return ({ key, extras, value }, server) => {
    const flags = extras === '' ? 0 : word(extras, 0);
    return server.store(command, key, flags, value) ? { cas: 1n } : { status: refusal };
  };
}

function found({ key }: Asked, { entries }: ModelServer): Partial<Packet> | undefined {
  const entry = entries.get(key);
  return entry && { extras: uint32(entry.flags), key, value: entry.data, cas: BigInt(entry.cas) };
}

function word(bytes: string, at: number): number {
  const byte = (i: number): number => bytes.charCodeAt(at + i);
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}

function sizeOf(bytes: string, at: number): number {
  return HEADER + word(bytes, at + 8);
}

function packetAt(bytes: string, at: number): Asked {
  const keyAt = at + HEADER + bytes.charCodeAt(at + 4);
  const valueAt = keyAt + (bytes.charCodeAt(at + 2) << 8) + bytes.charCodeAt(at + 3);
  return {
    opcode: bytes.charCodeAt(at + 1),
    opaque: word(bytes, at + 12),
    extras: bytes.slice(at + HEADER, keyAt),
    key: bytes.slice(keyAt, valueAt),
    value: bytes.slice(valueAt, at + sizeOf(bytes, at)),
  };
}

function answer(asked: Asked, server: ModelServer): string {
  const { opcode, opaque } = asked;
  const loud = SILENT[opcode];
  const fields = COMMANDS[loud ?? opcode]?.(asked, server) ?? { status: UNKNOWN };
  if (loud !== undefined && fields.status === undefined) return '';
  return packet({ opcode, opaque, ...fields });
}

/** A refusal of what a request asks first. */
function refusing(status: number, value: string) {
  return (request: string): string => {
    const { opcode, opaque } = packetAt(request, 0);
    return packet({ opcode, opaque, status, value });
  };
}

/** A reply with other bytes in its first packet. */
function withBytes(reply: string, at: number, bytes: string): string {
  return reply.slice(0, at) + bytes + reply.slice(at + bytes.length);
}

function isHit(reply: string): boolean {
  const opcode = reply.charCodeAt(1);
  return (opcode === 0x0c || opcode === GETKQ) && reply.charCodeAt(7) === 0;
}

export const binarySpeech: Speech = {
  namesRequests: true,

  needs(bytes) {
    for (let at = 0; at + HEADER <= bytes.length;) {
      const opcode = bytes.charCodeAt(at + 1);
      at += sizeOf(bytes, at);
      if (opcode !== GETKQ || at > bytes.length) return at;
    }
    return bytes.length + 1;
  },

  run(request, server) {
    let reply = '';
    for (let at = 0; at < request.length; at += sizeOf(request, at)) {
      const asked = packetAt(request, at);
      if (asked.opcode !== GETKQ) reply += answer(asked, server);
      else {
        const hit = found(asked, server);
        if (hit !== undefined) reply += packet({ opcode: GETKQ, opaque: asked.opaque, ...hit });
      }
    }
    return reply === '' ? undefined : reply;
  },

  login(request) {
    const { opcode, opaque, key, value } = packetAt(request, 0);
    if (opcode === SASL_LIST) {
      return { reply: packet({ opcode, opaque, value: 'PLAIN' }), isDone: false };
    }
    const said = `\0${USER.username}\0${USER.password}`;
    if (opcode !== SASL_AUTH || key !== 'PLAIN' || value !== said) return undefined;
    return { reply: packet({ opcode, opaque, value: 'Authenticated' }), isDone: true };
  },

  kinds: {
    storing: (request) => [0x01, 0x02, 0x0e].includes(request.charCodeAt(1)),
    hit: isHit,
    line: (reply) => !isHit(reply),
  },
  refusesLogin: refusing(AUTH_ERROR, 'Auth failure'),
  outOfMemory: refusing(OUT_OF_MEMORY, 'Out of memory'),
  clientError: refusing(INVALID, 'Invalid arguments'),
  wrongKey: (reply) => withBytes(reply, HEADER + 4, 'z'),
  giant: (reply) => withBytes(reply, 8, '\x80\0\0\0'),
  malformed: (reply) => withBytes(reply, 2, '\xff\xff'),
};
